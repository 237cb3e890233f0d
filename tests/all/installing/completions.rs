//! The scripts of `dbm completions`, each in its shell. What may come next on a line is tried in
//! `cli::complete`; here it is that a shell asks for it rightly and shows what it gets.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::installing::programs::find;
use crate::support::Run;
use crate::support::run::binary;

/// A folder with folders to complete, and the script of a shell.
fn home(shell: &str) -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    for folder in ["migrations", "my dir"] {
        fs::create_dir(home.path().join(folder)).expect("make a folder");
    }
    for file in ["minutes", "migrations/7_users.up.sql", "migrations/12_roles.up.sql"] {
        fs::write(home.path().join(file), "").expect("write a file");
    }
    let script = Run::dbm().args(["completions", shell]).output();
    script.assert_status(0);
    assert_eq!(script.stderr, "");
    fs::write(home.path().join("script"), &script.stdout).expect("write the script");
    home
}

/// Runs a shell's script there.
fn run(shell: &Path, args: &[&str], script: &str, home: &TempDir) -> String {
    let dbm = binary().into_os_string();
    let run = Run::program(shell).args(args.iter().copied()).arg(script).env("DBM", dbm);
    let output = run.cwd(home.path()).output();
    output.assert_status(0);
    assert_eq!(output.stderr, "", "{output}");
    output.stdout
}

#[test]
fn in_bash() {
    let home = home("bash");
    let script = r#"
        source ./script
        try() {
            COMP_WORDS=("$DBM" "$@") COMP_CWORD=$#
            _dbm
            printf '%s:' "$*"
            printf ' <%s>' "${COMPREPLY[@]}"
            echo
        }
        # As bash cuts the line into words.
        try verif; try up -allow-l; try up --allow-l; try verify -format ''; try verify -format = g
        try -path mi; try up -path = mig; try -path my; try -database postgres : //u : p@h/db up -allow-n
        try help rol; try goto ''; try show -path = "my dir" ''; try new a; try nothing ''
        complete -p dbm
    "#;
    assert_eq!(
        run(Path::new("bash"), &["--norc", "-c"], script, &home),
        "verif: <verify>\n\
         up -allow-l: <-allow-late>\n\
         up --allow-l: <--allow-late>\n\
         verify -format : <text> <json> <github>\n\
         verify -format = g: <github>\n\
         -path mi: <migrations>\n\
         up -path = mig: <migrations>\n\
         -path my: <my dir>\n\
         -database postgres : //u : p@h/db up -allow-n: <-allow-newer>\n\
         help rol: <rollback>\n\
         goto : <7> <12>\n\
         show -path = my dir : <>\n\
         new a: <>\n\
         nothing : <>\n\
         complete -F _dbm dbm\n"
    );
}

#[test]
fn in_zsh() {
    let Some(zsh) = find("zsh", "the completions of zsh") else { return };
    let home = home("zsh");
    // What compinit defines says what it is called with.
    let script = r#"
        compdef() { print -r -- "compdef $*" }
        _describe() { for word in $described; do [[ $word == $PREFIX* ]] && print -r -- "<$word>"; done }
        compset() { PREFIX=${PREFIX#*=} }
        _files() { print -r -- "folders: $PREFIX $*" }
        source ./script
        try() { words=("$DBM" "$@") CURRENT=$(($# + 1)) PREFIX=${@[-1]}; print -r -- "$*:"; _dbm }
        try verif; try up -allow-l; try verify -format ''; try verify -format=g; try up -path m
        try up -path=m; try up -path 'my\ dir' -allow-l; try goto ''; try nothing ''
    "#;
    assert_eq!(
        run(&zsh, &["-f", "-c"], script, &home),
        "compdef _dbm dbm\n\
         verif:\n\
         <verify:check the folder, and the database if one is given; for CI>\n\
         up -allow-l:\n\
         <-allow-late:first run the files below the database's version that never ran>\n\
         verify -format :\n\
         <text>\n<json>\n<github>\n\
         verify -format=g:\n\
         <-format=github>\n\
         up -path m:\n\
         folders: m -/\n\
         up -path=m:\n\
         folders: m -/\n\
         up -path my\\ dir -allow-l:\n\
         <-allow-late:first run the files below the database's version that never ran>\n\
         goto :\n\
         <7:users>\n<12:roles>\n\
         nothing :\n"
    );
}

#[test]
fn in_fish() {
    let Some(fish) = find("fish", "the completions of fish") else { return };
    let home = home("fish");
    let script = r#"
        source ./script
        set -x PATH (dirname $DBM) $PATH
        for line in 'dbm verif' 'dbm up -allow-l' 'dbm verify -format ' 'dbm verify -format=g' \
            'dbm up -path mig' 'dbm up -path=my' 'dbm goto ' 'dbm nothing '
            echo "$line:"
            complete -C $line
        end
    "#;
    let printed = run(&fish, &["--no-config", "-c"], script, &home);
    assert_eq!(
        printed.replace("\tDirectory", ""),
        "dbm verif:\n\
         verify\tcheck the folder, and the database if one is given; for CI\n\
         dbm up -allow-l:\n\
         -allow-late\tfirst run the files below the database's version that never ran\n\
         dbm verify -format :\n\
         github\njson\ntext\n\
         dbm verify -format=g:\n\
         -format=github\n\
         dbm up -path mig:\n\
         migrations/\n\
         dbm up -path=my:\n\
         -path=my dir/\n\
         dbm goto :\n\
         7\tusers\n12\troles\n\
         dbm nothing :\n"
    );
}

#[test]
fn of_a_shell_that_it_does_not_know() {
    let hint = "hint: to list the options of completions: dbm help completions\n";
    Run::dbm()
        .args(["completions", "tcsh"])
        .status(2)
        .stderr("error: \"tcsh\" is not one of bash, zsh, fish\nhint: did you mean: zsh?\n")
        .check();
    Run::dbm()
        .arg("completions")
        .status(2)
        .stderr(&format!("error: name a shell: bash, zsh, fish\n{hint}"))
        .check();
}

/// A link of that name has completions of that name.
#[test]
fn of_another_name() {
    let home = tempfile::tempdir().expect("a folder");
    let link = home.path().join("migrate");
    std::os::unix::fs::symlink(binary(), &link).expect("make a link");
    let script = Run::program(link).args(["completions", "bash"]).output().stdout;
    assert!(script.contains("complete -F _migrate migrate\n") && !script.contains("dbm"));
}
