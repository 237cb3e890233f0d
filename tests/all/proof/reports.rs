//! What came of it for programs: JSON, JUnit's XML, annotations; and on a terminal.

use std::process::Command;

use serde_json::Value;

use crate::proof::test;
use crate::support::{Database, Folder, Output, Run};

/// One pair of each result.
fn mixed() -> Folder {
    Folder::new()
        .pair("1_good", "create table a (id int, n int)", "drop table a")
        .pair("2_bad", "create index a_n on a (n)", "select 1 < 2")
        .pair("3_gone", "alter table a drop n", "-- dbm:irreversible gone & \"lost\"\n")
        .pair("4_fails", "create table f (id int)", "select 1;\ndrop table <g>;\n")
        .pair("5_up", "create table\n  u (id wrong);\n", "drop table u")
        .pair("6_skipped", "select 1", "select 1")
}

#[track_caller]
fn object(output: &Output) -> Value {
    let schema: Value =
        serde_json::from_str(&Run::dbm().arg("-json-schema").output().stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let object: Value =
        serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("{e}\n{output}"));
    let faults: Vec<String> =
        validator.iter_errors(&object).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}\n{output}");
    object
}

#[test]
fn as_json() {
    let (db, folder) = (Database::new(), mixed());
    for flag in ["-json", "-format=json"] {
        let output = test(&db, &folder).arg(flag).output();
        let object = object(output.assert_status(1));
        let pairs = object["pairs"].as_array().expect("an array");
        let results: Vec<&str> = pairs.iter().filter_map(|pair| pair["result"].as_str()).collect();
        let expected = ["passed", "failed", "irreversible", "failed", "failed", "skipped"];
        assert_eq!(results, expected, "{output}");
        let bad = &pairs[1];
        assert_eq!((&bad["version"], &bad["name"]), (&2.into(), &"bad".into()));
        let found = &bad["findings"][0];
        assert_eq!((&found["kind"], &found["note"]), (&"left-behind".into(), &false.into()));
        assert_eq!(found["object"]["name"], "public.a_n");
        assert_eq!(found["object"]["before"], Value::Null);
        let definition = "CREATE INDEX a_n ON public.a USING btree (n)";
        assert_eq!(found["object"]["after"]["pg_index.definition"], definition);
        assert_eq!(bad["statements"][0], "DROP INDEX public.a_n;");
        assert_eq!(pairs[2]["irreversible"], "gone & \"lost\"");
        let failed = &pairs[3]["findings"][0];
        assert_eq!((&failed["kind"], &failed["line"]), (&"down-failed".into(), &2.into()));
        assert_eq!(failed["sqlstate"], "42601");
        assert_eq!(pairs[4]["findings"][0]["kind"], "up-failed");
        assert_eq!((&object["error"], &object["version"]), (&Value::Null, &Value::Null));
    }
    let refused = test(&db, &folder).args(["-json", "-scratch", &db.url()]).output();
    let object = object(refused.assert_status(1));
    assert_eq!((&object["error"]["kind"], &object["pairs"]), (&"scratch".into(), &Value::Null));
}

#[test]
fn as_xml_of_junit() {
    let (db, folder) = (Database::new(), mixed());
    let file = folder.join("junit.xml");
    let path = file.to_str().unwrap().to_owned();
    test(&db, &folder).args(["-junit", &path]).output().assert_status(1);
    let text = std::fs::read_to_string(&file).unwrap();
    // By a reader of XML that is not ours.
    let script = "import sys, xml.etree.ElementTree as e\n\
        s = e.parse(sys.argv[1]).getroot().find('testsuite')\n\
        print(s.get('tests'), s.get('failures'), s.get('skipped'))\n\
        for c in s.findall('testcase'):\n\
        \x20   print(c.get('name'), [(x.tag, x.get('message')) for x in c], float(c.get('time')) >= 0)\n\
        print(s.findall('testcase')[1].find('failure').text)\n";
    let read = Command::new("python3").args(["-c", script, &path]).output().expect("run python3");
    let read = String::from_utf8_lossy(&read.stdout).into_owned();
    let expected = "6 3 2\n\
        1_good [] True\n\
        2_bad [('failure', '1 left behind')] True\n\
        3_gone [('skipped', 'irreversible: gone & \"lost\"')] True\n\
        4_fails [('failure', 'the down file fails')] True\n\
        5_up [('failure', 'the up file fails')] True\n\
        6_skipped [('skipped', 'an up file below it fails')] True\n\
        left behind: index public.a_n\n  CREATE INDEX a_n ON public.a USING btree (n)\n\
        statements for the down file:\nDROP INDEX public.a_n;\n";
    assert_eq!(read, expected, "{text}");
    let nowhere = folder.join("nowhere/junit.xml");
    let output = test(&db, &folder).args(["-junit", nowhere.to_str().unwrap()]).output();
    output
        .assert_status(1)
        .assert_line("error: write ", "nowhere/junit.xml: no such file or directory");
}

#[test]
fn as_annotations_of_github() {
    let (db, folder) = (Database::new(), Folder::new());
    let stems = mixed();
    for name in stems.names() {
        folder.write(&format!("db/{name}"), std::fs::read(stems.join(&name)).unwrap());
    }
    let run = Run::dbm().db(&db).args(["-path", "./db", "test", "-format", "github"]);
    let output = run.cwd(folder.path()).output();
    let lines: Vec<&str> = output.assert_status(1).stdout.lines().collect();
    assert_eq!(
        lines[0],
        "::error file=db/2_bad.down.sql,line=1,title=dbm test 2 bad (left-behind)::left behind: index \
         public.a_n%0A  CREATE INDEX a_n ON public.a USING btree (n)%0Astatements for the down \
         file:%0ADROP INDEX public.a_n;"
    );
    assert!(lines[1].starts_with("::notice file=db/3_gone.down.sql,line=1,"), "{output}");
    assert!(lines[2].starts_with("::error file=db/4_fails.down.sql,line=2,"), "{output}");
    assert!(lines[3].starts_with("::error file=db/5_up.up.sql,line=2,"), "{output}");
    assert!(lines[4].starts_with("3 of 6 pairs failed, 1 irreversible, 1 skipped ("), "{output}");
    assert_eq!(lines.len(), 5, "{output}");
}

#[test]
fn within_a_terminal() {
    let (db, folder) = (Database::new(), mixed());
    let name = "a_pair_with_a_name_that_no_narrow_terminal_has_room_for";
    folder.write(&format!("20261121230000_{name}.up.sql"), "select 1");
    let escape = regex::Regex::new("\u{1b}\\[[0-9;]*[mK]").unwrap();
    for columns in [60, 80, 200] {
        let run = test(&db, &folder).env("TERM", "xterm");
        let text = run.spawn_on_a_terminal(columns).finish();
        let table = text.split("version  ").nth(1).or(text.split("version ").nth(1)).unwrap_or("");
        assert!(table.contains("irreversible"), "{text}");
        for line in table.lines().skip(1).filter(|line| !line.contains("hint:")) {
            let plain = escape.replace_all(line.trim_end(), "");
            assert!(plain.chars().count() <= usize::from(columns), "{columns}: {plain:?}\n{text}");
        }
        assert!(text.contains("\u{1b}[31mfailed:\u{1b}[0m 2 bad"), "{text}");
    }
}

/// One line that is written over says how far it is.
#[test]
fn a_terminal_shows_how_far_it_is() {
    let (db, folder) = (Database::new(), Folder::four());
    folder.write("3_c.up.sql", "select pg_sleep(613)");
    let run = test(&db, &folder).env("TERM", "xterm").spawn_on_a_terminal(80);
    run.wait_for("3/4  3 c  ");
    db.execute("select pg_cancel_backend(pid) from pg_stat_activity where query like '%pg_sleep(613)%' and pid <> pg_backend_pid()");
    let text = run.finish();
    assert!(
        text.contains("failed:\u{1b}[0m 3 c") && text.contains("1 of 4 pairs failed, 1 skipped"),
        "{text}"
    );
}
