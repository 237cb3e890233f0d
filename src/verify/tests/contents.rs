//! Texts that are not run, or not in one transaction.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::verify::FindingKind::{
    CopyFromStdin, Empty, NonTransactional, OpenTransaction, Session, Unreadable,
};
use crate::verify::tests::{assert_clean, assert_one, folder, shown, texts};
use crate::verify::{Finding, Remedy, verify_folder};

/// What is found in a pair with this up.
fn up(text: &str) -> Vec<Finding> {
    texts(&[("1_a.up.sql", text), ("1_a.down.sql", "select 1")])
}

#[test]
fn what_runs_in_one_transaction_is_fine() {
    assert_clean(&up("create table t();\ninsert into t default values;"));
    assert_clean(&up("begin;\ncreate table t();\ncommit;\n"));
    assert_clean(&up("begin; savepoint a; rollback to a; end"));
    assert_clean(&up("copy t from '/tmp/t'"));
}

#[test]
fn an_open_transaction_is_told_with_its_line() {
    let findings = up("-- first\n\nbegin;\ncreate table t();");
    let found = assert_one(&findings, OpenTransaction, "1_a.up.sql");
    assert_eq!(found.line, Some(3));
    assert_eq!(
        found.message,
        "BEGIN opens a transaction that the file does not end: the file is not run"
    );
    let findings = texts(&[("1_a.up.sql", "select 1"), ("1_a.down.sql", "start transaction")]);
    assert_one(&findings, OpenTransaction, "1_a.down.sql");
    let findings = up("begin;\nselect 1;\ncommit work and chain;");
    let found = assert_one(&findings, OpenTransaction, "1_a.up.sql");
    assert_eq!(found.line, Some(3));
    assert!(found.message.starts_with("COMMIT AND CHAIN opens"), "{}", found.message);
}

#[test]
fn a_copy_from_stdin_is_told_with_its_line() {
    let findings = up("create table t(a int);\ncopy t from stdin;\n1\n\\.\n");
    let found = assert_one(&findings, CopyFromStdin, "1_a.up.sql");
    assert_eq!(found.line, Some(2));
}

#[test]
fn what_stands_alone_is_a_note() {
    let findings = up("-- é\r\n\r\ncreate  unique index concurrently i on t(a);\r\n-- that's it");
    let found = assert_one(&findings, NonTransactional, "1_a.up.sql");
    assert!(found.is_note);
    assert_eq!(found.line, Some(3));
    assert!(found.message.starts_with("CREATE UNIQUE INDEX CONCURRENTLY cannot run"));
}

#[test]
fn what_makes_a_file_non_transactional_is_told() {
    const OWN_FILE: Remedy = Remedy::OwnFile { several: false };
    let cases = [
        ("select 1;\nvacuum t;", 2, "VACUUM cannot run in a transaction", OWN_FILE),
        (
            "\nalter table t detach partition p concurrently; reindex database d",
            2,
            "ALTER TABLE cannot run in a transaction",
            Remedy::OwnFile { several: true },
        ),
        (
            "begin;\ncreate index concurrently i on t(a);\ncommit;",
            2,
            "CREATE INDEX CONCURRENTLY cannot run in the transaction that line 1 begins",
            Remedy::OwnFileWithoutTransaction,
        ),
        (
            "select 1;\ncommit;",
            2,
            "COMMIT ends a transaction that the file does not begin",
            Remedy::RemoveStatement,
        ),
        ("begin;\nselect 1;\nrollback;", 3, "ROLLBACK undoes what", Remedy::RemoveOrSplit),
        ("begin;\nbegin;\ncommit;", 2, "BEGIN stands within", Remedy::RemoveOrSplit),
        (
            "begin;\nselect 1;\ncommit;\n\ncreate or replace view v as select 1;",
            5,
            "CREATE OR REPLACE VIEW stands behind the COMMIT in line 3",
            Remedy::SplitOrUnwrap,
        ),
        (
            "begin;\nselect 1;\ncommit and chain;\nselect 1;\ncommit",
            3,
            "COMMIT AND CHAIN makes two transactions",
            Remedy::RemoveOrSplit,
        ),
        (
            "begin;\nprepare transaction 'x';",
            2,
            "PREPARE TRANSACTION leaves",
            Remedy::RemoveOrSplit,
        ),
        (
            "create subscription s connection 'password=secret' publication p; select 1",
            1,
            "CREATE SUBSCRIPTION cannot run",
            OWN_FILE,
        ),
        ("rollback prepared 'x'; select 1", 1, "ROLLBACK PREPARED cannot run", OWN_FILE),
    ];
    for (text, line, message, remedy) in cases {
        let findings = up(text);
        let found = assert_one(&findings, NonTransactional, "1_a.up.sql");
        assert!(!found.is_note, "{text}");
        assert_eq!(found.line, Some(line), "{text}");
        assert!(found.message.starts_with(message), "{}", shown(&findings));
        assert_eq!(found.remedy, remedy, "{}", shown(&findings));
        assert!(!shown(&findings).contains("secret"));
    }
}

#[test]
fn files_that_are_no_text_are_told() {
    let cases: [(&[u8], Option<usize>, &str); 4] = [
        (b"select 1;\n-- caf\xe9\n", Some(2), "is not UTF-8 text: byte 0xe9 in line 2"),
        (b"\xff\xfes\0e\0l\0", None, "is UTF-16: save it as UTF-8"),
        (b"\n\nselect '\0'", Some(3), "a zero byte in line 3: PostgreSQL takes none"),
        (b"\xef\xbb\xbfselect 1", None, ""),
    ];
    for (bytes, line, message) in cases {
        let folder = folder([("1_a.up.sql", bytes), ("1_a.down.sql", b"select 1")]);
        let findings = verify_folder(folder.path(), "file://m").unwrap();
        if message.is_empty() {
            assert_clean(&findings);
            continue;
        }
        let found = assert_one(&findings, Unreadable, "1_a.up.sql");
        assert_eq!((found.line, found.message.as_str()), (line, message));
    }
}

#[test]
fn links_are_followed() {
    let folder = folder([("1_a.up.sql", b"select 1".as_slice()), ("aside", b"select 1")]);
    symlink("aside", folder.path().join("1_a.down.sql")).unwrap();
    symlink("nowhere", folder.path().join("2_b.up.sql")).unwrap();
    symlink(".", folder.path().join("2_b.down.sql")).unwrap();
    let findings = verify_folder(folder.path(), "file://m").unwrap();
    let said: Vec<&str> = findings.iter().map(|f| f.message.as_str()).collect();
    assert_eq!(said, ["is a directory", "no such file or directory"]);
    assert!(findings.iter().all(|f| f.kind == Unreadable && f.version == Some(2)));
}

/// The corpus is full of tricky files; few of them are wrong, and to the eye that is right:
/// `cargo test --lib corpus -- --nocapture` shows it.
#[test]
fn the_corpus_gives_no_false_alarm() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut paths: Vec<_> = fs::read_dir(corpus).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let folder = folder([]);
    for (n, path) in paths.iter().enumerate() {
        let name = path.file_stem().unwrap().to_str().unwrap();
        for half in ["up", "down"] {
            fs::copy(path, folder.path().join(format!("{n:02}_{name}.{half}.sql"))).unwrap();
        }
    }
    let findings = verify_folder(folder.path(), "file://m").unwrap();
    println!("{}", shown(&findings));
    let right = [NonTransactional, Empty, Session];
    assert!(findings.iter().all(|f| right.contains(&f.kind)), "{}", shown(&findings));
}
