//! Whether a script may drop or write to a table, as far as it names it.

use super::reader::Reader;
use super::statement::{Place, Visitor};

/// Looks for one table, folded as the server folds names.
pub(super) struct Touch<'a> {
    schema: &'a str,
    table: &'a str,
    /// What was found.
    pub(super) is_found: bool,
}

impl<'a> Touch<'a> {
    pub(super) fn new(schema: &'a str, table: &'a str) -> Self {
        Touch { schema, table, is_found: false }
    }
}

impl Visitor for Touch<'_> {
    fn word(&mut self, reader: Reader<'_>, place: Place) {
        self.is_found = self.is_found
            || reader.is_name(self.table)
            || place.is_start && reader.at("drop") && drops(reader.next(), self.schema);
    }
}

/// Behind `DROP`: OWNED, or SCHEMA with this schema among the names.
fn drops(mut reader: Reader<'_>, schema: &str) -> bool {
    if reader.at("owned") {
        return true;
    }
    if !reader.eat("schema") {
        return false;
    }
    while !reader.is_at_statement_end() {
        if reader.is_name(schema) {
            return true;
        }
        reader.skip();
    }
    false
}
