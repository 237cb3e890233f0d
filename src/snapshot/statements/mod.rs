//! The SQL that turns a database that looks like one snapshot into one that looks like another.
//!
//! Both snapshots are made ready (`model`), it is decided what is dropped, made, changed, and made
//! again because of others, and put in order (`plan`); how each kind of object is made, dropped and
//! changed is in a file of its own (`kinds`). Names are qualified, so that the statements mean the
//! same under any `search_path`.

mod column;
mod extras;
mod foreign;
mod kinds;
mod model;
mod order;
mod others;
mod plan;
mod privileges;
mod relation;
mod renames;
mod routine;
mod search;
mod sequence;
mod steps;
mod table;
mod text;
mod types;
mod view;
mod words;

use std::fmt;

use crate::snapshot::object::{Id, Snapshot};
use model::Model;
use plan::Plan;

/// A statement, or a comment on what no statement can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// SQL without a semicolon at its end, or a line that begins with `-- `.
    pub sql: String,
}

impl Statement {
    /// Whether it is a comment.
    pub fn is_comment(&self) -> bool {
        self.sql.starts_with("-- ")
    }
}

/// As in a file: with its semicolon.
impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_comment() {
            true => f.write_str(&self.sql),
            false => write!(f, "{};", self.sql),
        }
    }
}

/// The statements that turn a database that looks like `from` into one that looks like `to`, in an
/// order in which they can run. The order of columns, and rows, are not brought back.
pub fn statements(from: &Snapshot, to: &Snapshot) -> Vec<Statement> {
    let (renames, from) = renames::renames(from, to);
    let plan = Plan::new(Model::new(&from), Model::new(to));
    // A rename may free the name of a schema that is made, and move an object into one.
    let is_of_schema = |sql: &String| sql.starts_with("ALTER SCHEMA ");
    let (schemas, renames): (Vec<_>, Vec<_>) = renames.into_iter().partition(is_of_schema);
    let is_new_schema = |sql: &String| !renames.is_empty() && sql.starts_with("CREATE SCHEMA ");
    let (made, steps): (Vec<_>, Vec<_>) = plan.steps().into_iter().partition(is_new_schema);
    let all = schemas.into_iter().chain(made).chain(renames).chain(steps);
    all.map(|sql| Statement { sql }).collect()
}

/// An object as SQL: the statements that make it, or for a column what CREATE TABLE says of it.
pub fn definition(id: &Id, snapshot: &Snapshot) -> String {
    let model = Model::new(snapshot);
    let Some(object) = model.get(id) else { return String::new() };
    if id.kind == "column" && !words::relation_word(&model, words::table_of(id)).ends_with("VIEW") {
        let extras = extras::of_changed(id, &Default::default(), object, &model);
        let all =
            [vec![column::clause(id, object, &model)], column::more(id, object, &model), extras];
        return all.concat().join(";\n");
    }
    let mut all = kinds::create(id, &model);
    all.extend(extras::of_new(id, object, &model));
    let statement = |sql| Statement { sql }.to_string();
    all.into_iter().map(statement).collect::<Vec<_>>().join("\n")
}
