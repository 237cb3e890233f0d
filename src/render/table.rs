//! Stub.
/// x
pub struct Look;
impl Look {
    /// x
    pub fn of_stdout() -> Look {
        Look
    }
}
/// x
pub fn status(s: &dbm::Status, rows: &[&dbm::StatusRow], _l: &Look) {
    println!("{}", s.state);
    for r in rows {
        println!("{r:?}");
    }
}
/// x
pub fn log(e: &[dbm::LogEntry], _l: &Look) {
    for e in e {
        println!("{e:?}");
    }
}
