//! `-drop` and `-prune`: what was made here, and nothing else.

use crate::support::cluster::{Cluster, TRUSTING};
use crate::support::{Folder, Run, wait};
use crate::testdb::{client, databases, fresh, name, testdb, url};

#[test]
fn drop_takes_test_databases_alone() {
    let cluster = Cluster::started(&[], TRUSTING);
    let folder = Folder::tables(&["a"]);
    let kept = fresh(&cluster, &folder);
    let to_go = fresh(&cluster, &folder);
    let _connected = client(&to_go);
    let drop = |url: &str| Run::dbm().args(["testdb", "-drop", url]).output();
    let output = drop(&to_go);
    output.assert_status(0);
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""));
    assert_eq!(databases(&cluster, "dbm_test_"), [name(&kept)]);

    let [template] = &databases(&cluster, "dbm_template_")[..] else { panic!("one template") };
    let twin = format!("{}f", &name(&kept)[..name(&kept).len() - 1]);
    let twin = if twin == name(&kept) { twin.replace('f', "e") } else { twin };
    cluster.execute("postgres", &format!("CREATE DATABASE {twin}"));
    for (other, why) in [
        ("postgres", "it does not have the name of one"),
        (template.as_str(), "it does not have the name of one"),
        (name(&to_go), "there is no such database"),
        (twin.as_str(), "it was made by other means"),
    ] {
        let output = drop(&url(&cluster).replace("/postgres?", &format!("/{other}?")));
        output.assert_status(1);
        assert_eq!(output.stderr, format!("error: {other} is not a test database: {why}\n"));
    }
    assert_eq!(databases(&cluster, "dbm_test_").len(), 2);
    Run::dbm()
        .args(["testdb", "-drop", ""])
        .status(1)
        .stderr("error: -drop was given, but is empty\n")
        .check();
}

#[test]
fn prune_takes_what_is_left_behind() {
    let cluster = Cluster::started(&[], TRUSTING);
    let (older, folder) = (Folder::tables(&["a"]), Folder::tables(&["b"]));
    let prune = |words: &[&str]| {
        let output = testdb(&cluster, &folder, &[&["-prune"], words].concat()).output();
        output.assert_status(0);
        (output.stdout.lines().map(str::to_owned).collect::<Vec<_>>(), output.stderr)
    };
    let none = (Vec::new(), "  there is nothing to drop\n".to_string());
    assert_eq!(prune(&[]), none);

    let left = fresh(&cluster, &older);
    let [old_template] = &databases(&cluster, "dbm_template_")[..] else { panic!("one template") };
    let in_use = fresh(&cluster, &folder);
    let connected = client(&in_use);
    // Others' databases, whatever they are called.
    let twin = name(&left).replace("dbm_test_", "dbm_test_f");
    for sql in [
        "CREATE DATABASE dbm_test_mine",
        "CREATE DATABASE dbm_template_mine",
        "CREATE DATABASE dbm_scratch_mine CONNECTION LIMIT 2147483647",
        "CREATE DATABASE dbm_test_01234567_00000000000000000000",
        &format!("CREATE DATABASE {twin} CONNECTION LIMIT 2147483647"),
    ] {
        cluster.execute("postgres", sql);
    }
    // They are not an hour old.
    assert_eq!(prune(&[]), (vec![old_template.clone()], String::new()));
    assert_eq!(prune(&["-older-than", "60"]), none);
    let (dropped, _) = prune(&["-older-than", "0"]);
    assert_eq!(dropped, [name(&left)], "not the one that somebody is connected to");
    drop(connected);
    wait::until_true("the session to end", || prune(&["-older-than", "0"]).0 == [name(&in_use)]);
    assert_eq!(prune(&["-older-than", "0"]), none);
    assert_eq!(databases(&cluster, "dbm_"), {
        let mut left = vec![
            "dbm_scratch_mine".to_string(),
            "dbm_template_mine".to_string(),
            "dbm_test_01234567_00000000000000000000".to_string(),
            "dbm_test_mine".to_string(),
            databases(&cluster, "dbm_template_")[0].clone(),
            twin.clone(),
        ];
        left.sort();
        left
    });
    // Without migrations no template is spared.
    let output = Run::dbm().url(url(&cluster)).args(["testdb", "-prune"]).output();
    output.assert_status(0);
    assert!(output.stdout.starts_with("dbm_template_"), "{output}");
}

/// A database that was made when its maker was killed has its mark and its time already.
#[test]
fn a_copy_whose_maker_was_killed() {
    let cluster = Cluster::started(&[], TRUSTING);
    let folder = Folder::tables(&["a"]);
    fresh(&cluster, &folder);
    let sql = "SELECT count(*) FROM pg_database WHERE datname ~ '^dbm_test_' AND datconnlimit = 2147483647";
    let marked: i64 = cluster.client("postgres").query_one(sql, &[]).expect("a count").get(0);
    assert_eq!(marked, 1);
    let sql = "CREATE DATABASE dbm_scratch_65000000000000000000 CONNECTION LIMIT 2147483647";
    cluster.execute("postgres", sql);
    let output = testdb(&cluster, &folder, &["-prune"]).output();
    assert_eq!(output.stdout, "dbm_scratch_65000000000000000000\n", "{output}");
}

#[test]
fn what_does_not_go_together() {
    let run = |words: &[&str]| Run::dbm().arg("testdb").args(words.iter().copied()).status(1);
    run(&["-older-than", "5"]).stderr("error: -older-than can be used with -prune only\n").check();
    run(&["-prune", "-drop", "postgres://h/d"])
        .stderr("error: -drop and -prune cannot be used together\n")
        .check();
}
