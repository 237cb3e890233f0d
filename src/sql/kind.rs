//! What a statement means for transactions, told from its keywords.
//!
//! Not a grammar: a statement that the server would refuse anyway may get any kind.

use super::lex::{Shape, Strings};
use super::reader::Reader;

/// What a statement does to the transaction, or needs of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`, `END`.
    Commit {
        /// `AND CHAIN`: a new transaction is open afterwards.
        chain: bool,
    },
    /// `ROLLBACK`, `ABORT`; not `ROLLBACK TO`.
    Rollback {
        /// `AND CHAIN`: a new transaction is open afterwards.
        chain: bool,
    },
    /// `PREPARE TRANSACTION`: the open transaction is no longer the session's.
    PrepareTransaction,
    /// `SET [LOCAL] TRANSACTION`, `SET SESSION CHARACTERISTICS`, and the same by the name of the
    /// setting (`SET transaction_isolation = …`): to be run before any query of the transaction.
    SetTransaction,
    /// Refuses to run in a transaction block, even the implicit one of several statements in one
    /// message: `CREATE INDEX CONCURRENTLY`, `VACUUM` and their like.
    NonTransactional,
    /// `COPY … FROM STDIN`: wants data that a script cannot carry.
    CopyFromStdin,
    /// Every other statement.
    Other,
}

impl Kind {
    /// Whether it begins or ends a transaction.
    pub fn controls_transaction(self) -> bool {
        matches!(
            self,
            Kind::Begin | Kind::Commit { .. } | Kind::Rollback { .. } | Kind::PrepareTransaction
        )
    }
}

/// The first words of the statements that refuse a transaction block, unless they have the word for
/// it further behind. These leave nothing when they fail, but for an invalid index.
const UNDONE: &[&str] = &[
    "alter system",
    "commit prepared",
    "create database",
    "create index concurrently",
    "create unique index concurrently",
    "discard all",
    "drop index concurrently",
    "rollback prepared",
    "vacuum",
];

/// The same of those that may leave something: they commit on their way, or change what is not in
/// the database.
const LEAVING: &[&str] = &[
    "alter database _ set tablespace",
    "alter database _ tablespace",
    "alter database _ with tablespace",
    "alter subscription _ add publication",
    "alter subscription _ drop publication",
    "alter subscription _ refresh",
    "alter subscription _ set publication",
    "create subscription",
    "create tablespace",
    "drop database",
    "drop subscription",
    "drop tablespace",
];

/// The kind of the statement whose code (first to last token, no `;`) is `code`.
pub(super) fn classify(code: &str, strings: Strings) -> Kind {
    let mut reader = Reader::new(code, strings);
    if is_non_transactional(reader) {
        Kind::NonTransactional
    } else if reader.at_any(&["begin", "start transaction"]) {
        Kind::Begin
    } else if reader.eat("commit") || reader.eat("end") {
        Kind::Commit { chain: chains(&mut reader) }
    } else if reader.eat("rollback") || reader.eat("abort") {
        let chain = chains(&mut reader);
        if reader.at("to") { Kind::Other } else { Kind::Rollback { chain } }
    } else if reader.eat("prepare transaction") && reader.is(Shape::Text) {
        // Without the string it prepares a statement that is named "transaction".
        Kind::PrepareTransaction
    } else if reader.at("set") && sets_transaction(reader.next()) {
        Kind::SetTransaction
    } else if reader.at("copy") && copies_from_client(reader.next()) {
        Kind::CopyFromStdin
    } else {
        Kind::Other
    }
}

/// `[WORK | TRANSACTION] [AND CHAIN]`; `AND NO CHAIN` is no chain.
fn chains(reader: &mut Reader<'_>) -> bool {
    let _ = reader.eat("work") || reader.eat("transaction");
    reader.eat("and chain")
}

fn is_non_transactional(mut reader: Reader<'_>) -> bool {
    if reader.eat("reindex") {
        return skip_options(&mut reader)
            || reader.at_any(&["database", "schema", "system", "_ concurrently"]);
    }
    if reader.eat("cluster") {
        // All tables, where only the name of one is missing: `CLUSTER [VERBOSE]`.
        skip_options(&mut reader);
        reader.eat("verbose");
        return reader.is_at_end();
    }
    reader.at_any(UNDONE) || reader.at_any(LEAVING) || detaches_concurrently(reader)
}

/// Steps over options in parentheses. Whether CONCURRENTLY is one of them, and is not switched off.
fn skip_options(reader: &mut Reader<'_>) -> bool {
    let mut is_concurrent = false;
    if reader.is(Shape::Open) {
        while !reader.is_at_end() && !reader.is(Shape::Close) {
            is_concurrent |= reader.at("concurrently") && !reader.next().is_off();
            reader.skip();
        }
        reader.skip();
    }
    is_concurrent
}

/// `ALTER TABLE … DETACH PARTITION name CONCURRENTLY`: not a name with a schema, `s.concurrently`.
fn detaches_concurrently(reader: Reader<'_>) -> bool {
    let mut detach = reader.rest().skip_while(|r| !r.at("detach partition"));
    reader.at("alter table") && detach.any(|r| r.written() != "." && r.next().at("concurrently"))
}

/// Behind `SET`. The grammar takes LOCAL and SESSION before either form, so what follows decides.
fn sets_transaction(mut reader: Reader<'_>) -> bool {
    let _ = reader.eat("local") || reader.eat("session");
    // `SET transaction.x = 1` and `SET transaction TO 1` set something else.
    let is_mode = |mut r: Reader<'_>| r.eat("transaction") && r.is(Shape::Word) && !r.at("to");
    is_mode(reader)
        || reader.at_any(&[
            "characteristics",
            "session characteristics",
            "transaction_isolation",
            "transaction_read_only",
            "transaction_deferrable",
        ])
}

/// Behind `COPY`. The first FROM outside parentheses names the source; it is reserved, so no
/// table's name, unless after a dot, where no STDIN can follow.
fn copies_from_client(reader: Reader<'_>) -> bool {
    let mut depth = 0_usize;
    reader.rest().any(|reader| {
        match reader.current().map(|t| t.shape) {
            Some(Shape::Open) => depth += 1,
            Some(Shape::Close) => depth = depth.saturating_sub(1),
            _ => {}
        }
        // The server takes FROM STDOUT for a slip of the pen, and reads as well.
        depth == 0 && reader.at_any(&["from stdin", "from stdout"])
    })
}

/// Whether something of a statement may stand when it fails outside a transaction block, other than an
/// invalid index. `code` is the statement; `may_commit` says that it is a DO block which may.
pub(super) fn may_leave(code: &str, strings: Strings, kind: Kind, may_commit: bool) -> bool {
    let reader = Reader::new(code, strings);
    if kind == Kind::NonTransactional {
        return reader.at_any(LEAVING) || reader.at("alter table");
    }
    // PL/pgSQL is what we can read.
    let is_other =
        |mut r: Reader<'_>| r.eat("language") && !r.value().eq_ignore_ascii_case("plpgsql");
    reader.at("call") || reader.at("do") && (may_commit || reader.rest().any(is_other))
}
