//! Scripts for a session whose `standard_conforming_strings` is off: a backslash in a plain string
//! escapes what follows it.

use super::super::{Kind, Mode, Script, Strings};

fn escaping(text: &str) -> Script {
    Script::with_strings(text, Strings::Escaping)
}

/// Each with its number of statements, and the number if the setting were on.
const CASES: &[(&str, usize, usize)] = &[
    (r"select 'a\';b'; select 1", 2, 2),
    (r"select 'a\'; select 'b'; select 1", 1, 3),
    (r"select '\\'; select 1", 2, 2),
    (r"select 'a'';\''; select 1", 2, 1),
    (r"select n'\';'; select 1", 2, 2),
    (r"select N'\'; select 1'", 1, 2),
    (r"select E'\';'; select 1", 2, 2),
    (r"select b'\'; select x'\'; select 1", 3, 3),
    ("select 'a'\n'\\';'; select 1", 2, 2),
    ("select 'a' -- it's\n '\\'; select 1'", 1, 2),
    (r#"select "\"; select 1"#, 2, 2),
    (r"select $$\$$; select '\\'", 2, 2),
    (r"select 'never closed \'; select 1", 1, 2),
    (r"select '\", 1, 1),
];

#[test]
fn strings_end_where_the_server_ends_them() {
    for (text, off, on) in CASES {
        let count = |script: Script| script.statements().len();
        assert_eq!((count(escaping(text)), count(Script::new(text))), (*off, *on), "{text}");
        assert_eq!(escaping(text).strings(), Strings::Escaping);
    }
}

#[test]
fn what_stands_in_a_string_is_no_transaction() {
    let text = r"begin; select 'a\'b; rollback;'; commit;";
    assert!(matches!(escaping(text).mode(), Mode::OwnTransaction { .. }));
    let blank = r"       select 'a\'b; rollback;';        ";
    assert_eq!(escaping(text).in_shared_transaction(text).as_deref(), Ok(blank));
    assert!(!matches!(Script::new(text).mode(), Mode::OwnTransaction { .. }));
    let text = r"select 'a\'; commit; --'";
    assert_eq!(escaping(text).mode(), Mode::Transactional { guard_at: 0 });
    let text = r"copy t from '\' from stdin' (format csv)";
    assert_eq!(escaping(text).statements()[0].kind, Kind::Other);
}

#[test]
fn facts_are_read_from_what_the_strings_say() {
    let text = r"do 'begin execute \'set role x\'; end'";
    assert!(escaping(text).facts().changes_role);
    let text = r"select '\'; set role x; --'";
    assert!(!escaping(text).facts().changes_role);
    assert!(Script::new(text).facts().changes_role);
    let text = r"select 'a\', drop table m --'";
    assert!(!escaping(text).may_touch(text, "public", "m"));
    assert!(Script::new(text).may_touch(text, "public", "m"));
    let text = r"select '\'; create index concurrently i on t (a);'; select 1";
    assert_eq!(escaping(text).index_built(text, 0), None);
}
