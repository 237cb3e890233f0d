//! What a statement means for transactions.

use super::super::Kind;
use super::scan;

const COMMIT: Kind = Kind::Commit { chain: false };
const COMMIT_CHAIN: Kind = Kind::Commit { chain: true };
const ROLLBACK: Kind = Kind::Rollback { chain: false };
const ROLLBACK_CHAIN: Kind = Kind::Rollback { chain: true };

/// Each statement alone, as one script without a `;`.
const CASES: &[(Kind, &[&str])] = &[
    (
        Kind::Begin,
        &[
            "begin",
            "BEGIN WORK",
            "Begin Transaction isolation level serializable",
            "start transaction read only",
            "/* a */ start -- b\n transaction",
        ],
    ),
    (COMMIT, &["commit", "COMMIT WORK", "end", "END TRANSACTION", "commit and no chain"]),
    (
        COMMIT_CHAIN,
        &["commit and chain", "end work and chain", "COMMIT TRANSACTION AND /* x */ CHAIN"],
    ),
    (ROLLBACK, &["rollback", "abort", "ROLLBACK WORK", "abort transaction and no chain"]),
    (ROLLBACK_CHAIN, &["rollback and chain", "abort work and chain"]),
    (Kind::PrepareTransaction, &["prepare transaction 'x'", "PREPARE TRANSACTION E'x'"]),
    (
        Kind::SetTransaction,
        &[
            "set transaction isolation level serializable",
            "SET LOCAL TRANSACTION READ ONLY",
            "set session transaction read write",
            "set transaction snapshot 'x'",
            "set session characteristics as transaction read only",
            "set session session characteristics as transaction read only",
            "set local transaction_isolation to 'serializable'",
            "set transaction_deferrable = on",
        ],
    ),
    (
        Kind::NonTransactional,
        &[
            "commit prepared 'x'",
            "rollback prepared 'x'",
            "create index concurrently i on t (a)",
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)",
            "create /* a */ index -- b\n concurrently on t (a)",
            "drop index concurrently if exists i",
            "reindex index concurrently i",
            "reindex table concurrently t",
            "reindex (verbose) table concurrently t",
            "reindex (concurrently) index i",
            "reindex (verbose, concurrently true) index i",
            "reindex database d",
            "reindex system d",
            "reindex schema s",
            "reindex (verbose) schema s",
            "vacuum",
            "vacuum (full) t",
            "VACUUM ANALYZE t",
            "cluster",
            "cluster verbose",
            "cluster (verbose)",
            "create database d",
            "drop database if exists d",
            "alter database d set tablespace t",
            "alter database d tablespace t",
            "alter database tablespace set tablespace t",
            "create tablespace t location '/x'",
            "drop tablespace t",
            "alter system set work_mem = '1MB'",
            "create subscription s connection 'x' publication p",
            "drop subscription s",
            "alter subscription s refresh publication",
            "alter subscription s set publication p",
            "alter subscription s add publication p",
            "alter subscription s drop publication p",
            "alter table t detach partition p concurrently",
            "alter table if exists only s.t detach partition s.p concurrently",
            "discard all",
        ],
    ),
    (
        Kind::CopyFromStdin,
        &[
            "copy t from stdin",
            "COPY s.t (a, \"b\") FROM STDIN WITH (format csv)",
            "copy binary t from /* x */ stdin",
            "copy t from stdout",
        ],
    ),
    (
        Kind::Other,
        &[
            "savepoint a",
            "release a",
            "RELEASE SAVEPOINT a",
            "rollback to a",
            "rollback work to savepoint a",
            "ROLLBACK TRANSACTION TO SAVEPOINT a",
            "select 1",
            "(select 1)",
            "'begin'",
            "\"begin\"",
            "$$commit$$",
            "begins",
            "bégin",
            "start",
            "prepare transaction as select 1",
            "prepare transaction (text) as select 'x'",
            "set transaction.x = 1",
            "set transaction to 1",
            "set \"transaction\" to 1",
            "set session x = 1",
            "set session authorization x",
            "set default_transaction_isolation = 'serializable'",
            "create index i on concurrently (a)",
            "create index \"concurrently\" on t (a)",
            "drop index \"concurrently\"",
            "drop index a, b",
            "create table concurrently ()",
            "create table \"database\" ()",
            "reindex table t",
            "reindex (concurrently false) table t",
            "reindex (concurrently 'off', verbose) table t",
            "reindex table \"concurrently\"",
            "analyze t",
            "cluster t",
            "cluster t using i",
            "cluster (verbose) t",
            "cluster verbose t",
            "cluster \"verbose\"",
            "alter database d set work_mem = '1MB'",
            "alter database d owner to x",
            "alter database tablespace owner to x",
            "alter subscription s enable",
            "alter subscription publication owner to x",
            "alter subscription s set (slot_name = none)",
            "alter table t detach partition p",
            "alter table t detach partition p finalize",
            "alter table t detach partition \"concurrently\"",
            "alter table t detach partition s.concurrently",
            "alter table t add column detach int",
            "alter type e add value 'x'",
            "refresh materialized view concurrently v",
            "call p()",
            "do 'commit'",
            "discard temp",
            "copy t from '/x'",
            "copy t from program 'stdin'",
            "copy t to stdout",
            "copy (select * from stdin) to stdout",
            "copy \"from\" to stdin",
            "insert into t select 1 from stdin",
            "/* open begin",
            " ",
            "-- x",
            "/* begin */",
        ],
    ),
];

#[test]
fn keywords_decide_the_kind() {
    for (kind, scripts) in CASES {
        for script in *scripts {
            // The same with a BOM, and with a `;` and another statement behind.
            for text in [script.to_string(), format!("\u{feff}\n{script}\n;vacuum")] {
                let open = script.starts_with("/* open");
                let first = if open { Kind::Other } else { *kind };
                assert_eq!(scan(&text)[0].kind, first, "{text}");
            }
        }
    }
}
