//! Numbers out of style.

use crate::verify::FindingKind::Style;
use crate::verify::Remedy;
use crate::verify::tests::{among, assert_clean, assert_one, rename, short, shown};

/// The files to rename, from and to; nothing else is found.
#[track_caller]
fn renamed(pairs: &[&str]) -> Vec<(String, String)> {
    let findings = among(pairs, &[]);
    let renamed = findings.iter().map(|f| match &f.remedy {
        Remedy::Rename(rename) if f.kind == Style => (rename.from.clone(), rename.to.clone()),
        _ => panic!("{}", shown(&findings)),
    });
    renamed.collect()
}

fn from_to(from: &str, to: &str) -> (String, String) {
    (from.to_string(), to.to_string())
}

#[test]
fn padding_follows_the_others() {
    assert_eq!(
        renamed(&["001_a", "002_b", "003_c", "4_x"]),
        [from_to("4_x.down.sql", "004_x.down.sql"), from_to("4_x.up.sql", "004_x.up.sql")]
    );
    assert_eq!(renamed(&["1_a", "2_b", "03_c"])[1], from_to("03_c.up.sql", "3_c.up.sql"));
    assert_eq!(renamed(&["001_a", "002_b", "0003_c"])[1], from_to("0003_c.up.sql", "003_c.up.sql"));
    assert_eq!(
        renamed(&["998_a", "999_b", "1000_c", "01001_d"])[1],
        from_to("01001_d.up.sql", "1001_d.up.sql")
    );
    // As many of one as of the other: the lowest says.
    assert_eq!(renamed(&["001_a", "002_b", "3_c", "4_d"]).len(), 4);
    assert_eq!(
        renamed(&["001_a", "002_b", "3_c", "4_d"])[1],
        from_to("3_c.up.sql", "003_c.up.sql")
    );
    // Fits either way.
    assert_clean(&among(&["10_a", "11_b", "12_c", "100_d"], &[]));
}

#[test]
fn few_files_have_no_style() {
    assert_clean(&among(&["001_a", "2_b"], &[]));
    assert_clean(&among(&["1_a"], &[]));
    assert_clean(&among(&["1_init", "20240101000000_b"], &[]));
}

#[test]
fn the_halves_of_a_pair_are_to_look_alike() {
    let findings = among(&[], &["01_a.up.sql", "1_a.down.sql"]);
    let found = assert_one(&findings, Style, "1_a.down.sql");
    assert_eq!(found.message, "its number is written 1, that of 01_a.up.sql 01");
    assert_eq!(found.remedy, Remedy::Rename(rename("1_a.down.sql", "01_a.down.sql")));
    // Where the folder has a style, that says which.
    let findings = among(&["2_b", "3_c"], &["01_a.up.sql", "1_a.down.sql"]);
    assert_eq!(short(&findings), [(Style, "01_a.up.sql")], "{}", shown(&findings));
}

#[test]
fn timestamps_and_numbers_do_not_mix() {
    let cases: [(&[&str], &str, &str); 6] = [
        (
            &["001_a", "002_b", "20240101000000_c"],
            "20240101000000",
            "20240101000000 is a timestamp, the other files are numbered in sequence",
        ),
        (
            &["1_a", "20240101000000_b", "20240102000000_c"],
            "1",
            "1 is no timestamp, and the numbers of the other files are",
        ),
        (
            &["20240101000000_a", "20240102000000_b", "20241301000000_c"],
            "20241301000000",
            "20241301000000 is no date, and the numbers of the other files are",
        ),
        (
            &["20240101000000_a", "20240102000000_b", "20230229000000_c"],
            "20230229000000",
            "20230229000000 is no date, and the numbers of the other files are",
        ),
        (
            &["20240101000000_a", "20240102000000_b", "202401030000_c"],
            "202401030000",
            "202401030000 has 12 digits, the timestamps of the other files have 14",
        ),
        (
            &["1700000000_a", "1700000001_b", "20240101000000_c"],
            "20240101000000",
            "20240101000000 has 14 digits, the timestamps of the other files have 10",
        ),
    ];
    for (pairs, version, message) in cases {
        let findings = among(pairs, &[]);
        assert_eq!(findings.len(), 1, "{}", shown(&findings));
        assert_eq!(findings[0].kind, Style);
        assert_eq!(findings[0].message, message);
        let version = version.parse().unwrap();
        assert_eq!(findings[0].remedy, Remedy::Renumber { version });
    }
}

/// The first ones have run everywhere; nobody is to be told to renumber them for ever.
#[test]
fn a_folder_may_change_its_way() {
    let mut pairs: Vec<String> = (1..=12).map(|n| format!("{n:03}_a")).collect();
    pairs.extend((10..=15).map(|day| format!("202401{day}000000_a")));
    let all = |pairs: &[String]| among(&pairs.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
    assert_clean(&all(&pairs));
    // Two are no habit.
    assert_eq!(all(&pairs[..14]).len(), 2);
    // What it was before keeps its own padding.
    pairs.push("13_x".to_string());
    assert_eq!(all(&pairs).len(), 2);
}
