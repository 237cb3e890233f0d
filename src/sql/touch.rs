//! Whether a script may drop or write to a table, as far as it names it.

use super::reader::{LONGEST, Reader};
use super::script::Script;
use super::walk::{Visitor, Within, walk};

impl Script {
    /// Whether the script may drop a table or write to it, as far as its text tells: it names the
    /// table, drops its schema, or drops what a role owns. `text` is the script's.
    pub(crate) fn may_touch(&self, text: &str, schema: &str, table: &str) -> bool {
        let mut touch = Touch { schema, table, is_found: false };
        walk(text, self.strings(), &mut touch);
        touch.is_found
    }
}

/// Names as the server folds them.
struct Touch<'a> {
    schema: &'a str,
    table: &'a str,
    is_found: bool,
}

impl Visitor for Touch<'_> {
    fn word(&mut self, reader: &Reader<'_>, is_start: bool, _: Within) {
        let has_schema = || reader.rest().take(LONGEST).any(|r| r.is_name(self.schema));
        self.is_found = self.is_found
            || reader.is_name(self.table)
            || is_start && reader.at("drop owned")
            || is_start && reader.at("drop schema") && has_schema();
    }
}
