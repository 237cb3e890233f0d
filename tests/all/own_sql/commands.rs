//! Every command on one database, so that all SQL of dbm's own goes out at least once.

use crate::support::{Database, Folder, Output, Run, wait};

/// The files' texts, as far as they are not `BEGIN` and `COMMIT`.
pub const TEXTS: &[&str] = &[
    "CREATE TABLE public.plain (id int)",
    "DROP TABLE public.plain",
    "CREATE TABLE public.wrapped (id int);\n",
    "DROP TABLE public.wrapped;\n",
    "CREATE INDEX CONCURRENTLY plain_id ON public.plain (id)",
    "DROP INDEX CONCURRENTLY public.plain_id",
    "SET ROLE pg_monitor;\nRESET ROLE;\n",
    "CREATE TABLE public.last (id int)",
    "CREATE TABLE public.last (id bigint)",
    "DROP TABLE public.last",
    "ALTER TABLE public.plain ADD COLUMN more int",
    "CREATE UNIQUE INDEX CONCURRENTLY broken ON public.plain (id)",
];

/// Sessions that have asked what a file waits for.
const LOOKS: &str = "SELECT count(*) FROM pg_catalog.pg_stat_activity
    WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
    AND state OPERATOR(pg_catalog.=) 'idle'
    AND pg_catalog.strpos(query, 'pg_stat_progress_create_index p ') OPERATOR(pg_catalog.>) 0";

/// Four files, one of each kind.
fn four() -> Folder {
    let wrapped = |text: &str| format!("BEGIN;\n{text}COMMIT;\n");
    Folder::new()
        .pair("1_plain", TEXTS[0], TEXTS[1])
        .pair("2_wrapped", &wrapped(TEXTS[2]), &wrapped(TEXTS[3]))
        .pair("3_index", TEXTS[4], TEXTS[5])
        .pair("4_role", TEXTS[6], TEXTS[6])
}

struct Commands<'a> {
    db: &'a Database,
    url: &'a str,
    said: Vec<Output>,
}

/// Runs every command on a database that is empty, and gives what each said.
pub fn every_command(db: &Database, url: &str) -> Vec<Output> {
    let mut commands = Commands { db, url, said: Vec::new() };
    commands.plain();
    commands.in_the_way();
    commands.drops();
    commands.said
}

impl Commands<'_> {
    fn run(&mut self, folder: &Folder, args: &[&str], status: i32) {
        let run = Run::dbm().url(self.url).path(folder).args(args.iter().copied());
        let output = run.output();
        output.assert_status(status);
        self.said.push(output);
    }

    fn plain(&mut self) {
        let folder = four().pair("5_last", TEXTS[7], TEXTS[9]);
        let commands: &[&[&str]] = &[
            &["status"],
            &["up", "2"],
            &["up"],
            &["up"],
            &["status"],
            &["log"],
            &["version"],
            &["verify"],
            &["redo"],
            &["rollback"],
            &["goto", "1"],
            &["-lock-wait", "60000", "goto", "5"],
            &["down", "3"],
            &["force", "3"],
            &["force", "2"],
            &["up"],
        ];
        for command in commands {
            self.run(&folder, command, 0);
        }
        folder.write("5_last.up.sql", TEXTS[8]);
        self.run(&folder, &["up"], 1);
        self.run(&folder, &["repair", "-f"], 0);
        // Another tool has gone down; what it did is added to the log.
        self.db.execute("DROP TABLE last; UPDATE schema_migrations SET version = 4");
        self.run(&folder, &["up"], 0);
        // Its files are gone, and the log has the text.
        self.run(&four(), &["down", "1"], 0);
    }

    /// Somebody is in the way of a file, of an index and of the lock.
    fn in_the_way(&mut self) {
        let mut other = self.db.client();
        let mut other = |sql: &str| other.batch_execute(sql).expect(sql);
        let waiting = ["-lock-wait", "200", "-retries", "1", "up"];
        other("BEGIN; LOCK TABLE plain");
        self.run(&four().pair("5_more", TEXTS[10], ""), &waiting, 1);
        other("ROLLBACK; INSERT INTO plain VALUES (1); BEGIN; INSERT INTO plain VALUES (1)");
        let broken = four().pair("5_broken", TEXTS[11], "");
        self.run(&broken, &waiting, 1);
        // Twice the same value: the index is left behind.
        other("COMMIT");
        self.run(&broken, &["up"], 1);
        self.run(&broken, &["status"], 0);
        self.run(&broken, &["verify"], 1);
        other("DROP INDEX broken; UPDATE schema_migrations SET version = 4, dirty = false");
        other(&format!("SELECT pg_advisory_lock({})", self.db.cli_lock()));
        self.run(&four(), &["-lock-timeout", "1", "up"], 1);
        other("SELECT pg_advisory_unlock_all()");
        // Long enough to be asked what it waits for.
        other("BEGIN; LOCK TABLE plain");
        let folder = four().pair("5_more", TEXTS[10], "ALTER TABLE public.plain DROP COLUMN more");
        let waiting = Run::dbm().url(self.url).path(&folder).arg("up").spawn();
        wait::until_true("a look at the file", || self.db.number(LOOKS) > 0);
        other("ROLLBACK");
        let output = waiting.finish();
        output.assert_status(0);
        self.said.push(output);
        self.run(&folder, &["rollback"], 0);
    }

    fn drops(&mut self) {
        // Nobody answers.
        self.run(&four(), &["drop"], 1);
        self.run(&four(), &["drop", "-f"], 0);
        self.run(&four(), &["up"], 0);
        self.run(&four(), &["drop", "-all-objects", "-f"], 0);
    }
}
