//! Which index a `CREATE INDEX CONCURRENTLY` builds.

use super::reader::Reader;
use super::script::Script;

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

impl Script {
    /// The index that a `CREATE INDEX CONCURRENTLY` builds, if the statement with this index is one,
    /// and its names can be read. `text` is the script's.
    pub(crate) fn index_built(&self, text: &str, statement: usize) -> Option<IndexBuilt> {
        let code = text.get(self.statements().get(statement)?.code.clone())?;
        index_built(Reader::new(code, self.strings()))
    }
}

fn index_built(mut reader: Reader<'_>) -> Option<IndexBuilt> {
    if !reader.eat("create index concurrently") && !reader.eat("create unique index concurrently") {
        return None;
    }
    reader.eat("if not exists");
    let mut name = None;
    if !reader.at("on") {
        name = Some(reader.name()?.into_owned());
        reader.skip();
    }
    if !reader.eat("on") {
        return None;
    }
    reader.eat("only");
    let (mut schema, mut table) = (None, reader.name()?);
    while reader.next().written() == "." {
        reader = reader.next().next();
        schema = Some(table.into_owned());
        table = reader.name()?;
    }
    Some(IndexBuilt { name, schema, table: table.into_owned() })
}
