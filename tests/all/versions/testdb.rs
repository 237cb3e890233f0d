//! Databases for tests, on the oldest that is supported and on the newest.

use crate::support::{Folder, Run};
use crate::versions::servers::server;

#[test]
fn on_the_oldest_supported() {
    on(&[12], "versions::testdb::on_the_oldest_supported");
}

#[test]
fn on_the_newest() {
    on(&[18, 17], "versions::testdb::on_the_newest");
}

fn on(versions: &[u32], test: &str) {
    let Some((server, _)) = server(versions, test) else { return };
    let setting = "DO $$ BEGIN \
        EXECUTE format('ALTER DATABASE %I SET work_mem TO 5120', current_database()); END $$";
    let folder = Folder::four().pair("5_e", setting, "SELECT 1");
    let mut urls = Vec::new();
    for made in [true, false] {
        let output = server.dbm(&folder, &["testdb"]).output();
        output.assert_status(0);
        assert_eq!(output.stderr.contains("made the template"), made, "{output}");
        urls.push(output.stdout.trim_end().to_string());
    }
    for url in &urls {
        let mut client = postgres::Client::connect(url, postgres::NoTls).expect("connect");
        let row = client.query_one("SELECT version FROM schema_migrations", &[]).expect("a row");
        assert_eq!(row.get::<_, i64>(0), 5);
        let row = client.query_one("SHOW work_mem", &[]).expect("a setting");
        assert_eq!(row.get::<_, String>(0), "5MB");
    }
    Run::dbm().args(["testdb", "-drop", &urls[0]]).output().assert_status(0);
    let pruned = server.dbm(&folder, &["testdb", "-prune", "-older-than", "0"]).output();
    pruned.assert_status(0);
    let name = urls[1].split(['/', '?']).nth(3).expect("its name");
    assert_eq!(pruned.stdout, format!("{name}\n"), "{pruned}");
}
