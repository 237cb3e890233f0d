//! Which index a `CREATE INDEX CONCURRENTLY` builds.

use super::reader::Reader;

/// What `CREATE [UNIQUE] INDEX CONCURRENTLY` says of the index. Names are as the server knows them:
/// in lower case unless they are quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexBuilt {
    /// `None` where the server chooses it.
    pub name: Option<String>,
    /// The schema of the table and the index; `None` where the search path tells it.
    pub schema: Option<String>,
    /// The table.
    pub table: String,
}

/// The index that the statement builds; `None` for any other statement, and for a name that cannot be
/// read.
pub(super) fn index_built(code: &str) -> Option<IndexBuilt> {
    let mut reader = Reader::new(code);
    if !reader.eat("create") {
        return None;
    }
    reader.eat("unique");
    if !(reader.eat("index") && reader.eat("concurrently")) {
        return None;
    }
    // `IF` alone is a name.
    if reader.at("if") && reader.next().at("not") {
        for _ in ["if", "not", "exists"] {
            reader.skip();
        }
    }
    let mut name = None;
    if !reader.at("on") {
        name = Some(reader.name()?);
        reader.skip();
    }
    if !reader.eat("on") {
        return None;
    }
    reader.eat("only");
    let (mut schema, mut table) = (None, reader.name()?);
    reader.skip();
    while reader.written() == "." {
        reader.skip();
        schema = Some(table);
        table = reader.name()?;
        reader.skip();
    }
    Some(IndexBuilt { name, schema, table })
}
