//! An index that somebody else is building is invalid too, until it is done. It is not ours to drop.

use std::thread;

use crate::support::{Database, Folder, Run, wait};

#[test]
fn an_index_that_somebody_else_builds_is_left_alone() {
    let db = Database::new();
    db.execute("CREATE TABLE a (id int); CREATE TABLE b (id int)");
    // The build waits for this snapshot, with its index there and not valid.
    let mut reader = db.client();
    reader
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM b")
        .expect("take a snapshot");
    let mut builder = db.client();
    let building =
        thread::spawn(move || builder.batch_execute("CREATE INDEX CONCURRENTLY b_id ON b (id)"));
    let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
    wait::until_true("the index to be there", || db.number(invalid) == 1);

    // Ours waits in vain for the same snapshot, and is dropped and tried again.
    let folder = Folder::new().file("1_a.up.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id)");
    let output = Run::dbm()
        .db(&db)
        .path(&folder)
        .args(["-lock-wait", "200", "-retries", "1", "up"])
        .output();
    output.assert_status(1);
    output.assert_silent_about("b_id is INVALID");

    reader.batch_execute("COMMIT").expect("let the snapshot go");
    building.join().expect("no panic").expect("the other index is built");
    assert_eq!(
        db.number(
            "SELECT count(*) FROM pg_index WHERE indexrelid = 'b_id'::regclass AND indisvalid"
        ),
        1
    );
}
