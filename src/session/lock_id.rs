//! The lock's ids, and how to try it within another query.

/// golang-migrate's lock id: CRC-32 (IEEE) of `schema NUL table NUL name`, times 1486364155,
/// modulo 2^32. `name` is the URL's path with its slash for the command line, and the
/// database's bare name for programs that embed the library.
pub fn lock_id(schema: &str, table: &str, name: &str) -> u32 {
    crc32fast::hash(format!("{schema}\0{table}\0{name}").as_bytes()).wrapping_mul(1_486_364_155)
}

/// Expressions that try the lock under each of the ids, for a query that is sent in any case; null
/// unless `condition` holds.
pub fn tries(ids: &[u32], condition: &str) -> Vec<String> {
    let call = |id: &u32| format!("pg_catalog.pg_try_advisory_lock({id}::bigint)");
    ids.iter().map(|id| format!("CASE WHEN {condition} THEN {} END", call(id))).collect()
}

#[cfg(test)]
mod tests {
    use super::lock_id;

    #[test]
    fn ids_are_golang_migrates() {
        assert_eq!(lock_id("public", "schema_migrations", "/app"), 1_726_534_663);
        assert_eq!(lock_id("public", "schema_migrations", "app"), 1_787_120_056);
    }
}
