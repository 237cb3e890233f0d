//! Whether a script may drop or write to a table, as far as it names it.

use super::reader::{LONGEST, Reader};
use super::walk::{Visitor, Within};

/// Looks for one table, folded as the server folds names.
pub(super) struct Touch<'a> {
    pub(super) schema: &'a str,
    pub(super) table: &'a str,
    /// What was found.
    pub(super) is_found: bool,
}

impl Visitor for Touch<'_> {
    fn word(&mut self, reader: Reader<'_>, is_start: bool, _: Within) {
        let has_schema = || reader.rest().take(LONGEST).any(|r| r.is_name(self.schema));
        self.is_found = self.is_found
            || reader.is_name(self.table)
            || is_start && reader.at("drop owned")
            || is_start && reader.at("drop schema") && has_schema();
    }
}
