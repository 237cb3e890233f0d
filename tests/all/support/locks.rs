//! The lock ids of golang-migrate, computed here a second time, from the contract alone.

use postgres::Client;

use crate::support::wait;

/// The id of the lock for this name: the URL's path with its slash (the CLI), or the bare name
/// of the database (programs that embed the library).
pub fn id(name: &str, schema: &str, table: &str) -> i64 {
    let sum = crc32(format!("{schema}\0{table}\0{name}").as_bytes());
    i64::from(sum.wrapping_mul(1_486_364_155))
}

/// CRC-32 (IEEE 802.3), bit by bit: slow, and plainly right.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1))
        })
    })
}

/// A lock of the test's own, which a migration waits for: so a file runs for exactly as long as
/// the test wants, with no sleep in it.
pub struct Gate {
    client: Client,
}

impl Gate {
    const KEY: i64 = 42_4242;

    /// SQL of a migration that waits at the gate. It waits on a row lock that nobody holds for
    /// longer than the message, hence the transaction's lock and not the session's.
    pub const SQL: &str = "SELECT pg_advisory_xact_lock(424242);";

    /// Closes the gate in this database.
    pub fn close(mut client: Client) -> Self {
        client.execute("SELECT pg_advisory_lock($1)", &[&Self::KEY]).expect("take the gate's lock");
        Self { client }
    }

    /// Waits until a session stands at the gate, and gives its pid.
    #[track_caller]
    pub fn waiting(&mut self) -> i32 {
        wait::until("a session at the gate", || {
            self.client
                .query_opt(
                    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                     AND objid = 424242
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                     LIMIT 1",
                    &[],
                )
                .expect("read pg_locks")
                .map(|row| row.get(0))
        })
    }

    /// Lets everyone through.
    pub fn open(mut self) {
        self.client
            .execute("SELECT pg_advisory_unlock($1)", &[&Self::KEY])
            .expect("release the gate's lock");
    }

    /// The connection that holds the gate, for looking about.
    pub fn client(&mut self) -> &mut Client {
        &mut self.client
    }
}

#[test]
fn the_ids_are_those_of_the_contract() {
    assert_eq!(id("/app", "public", "schema_migrations"), 1_726_534_663);
    assert_eq!(id("app", "public", "schema_migrations"), 1_787_120_056);
}
