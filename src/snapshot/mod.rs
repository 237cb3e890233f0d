//! What a database holds: every object that a migration can make, as its name and what it is.
//!
//! The catalogs are read as they are and need no list of ours: each row becomes an object, or a part
//! of one; numbers are replaced by the names of what they refer to, which the catalogs tell themselves
//! ([`shape`]). [`rules`] has the few exceptions.

mod assemble;
mod compare;
mod depends;
mod names;
mod rules;
mod shape;
mod statements;

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;
use crate::fault::Fault;
use crate::session::{Session, outside_a_runtime};
use crate::url::DatabaseUrl;

pub use compare::{Change, Difference, compare};
pub use statements::{Statement, definition, statements};

use assemble::assemble;
use names::Names;
use shape::Shape;

/// What names an object in a database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// As SQL calls it: `table`, `column`, `materialized view`.
    pub kind: String,
    /// Qualified and quoted where need be.
    pub name: String,
}

/// An object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// What it belongs to and comes and goes with: a column's table, an index's constraint.
    pub parent: Option<Id>,
    /// What it is, by the names of the catalog's columns; references as names.
    pub values: BTreeMap<String, String>,
}

/// What a database holds at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// In the order of their names.
    pub objects: BTreeMap<Id, Object>,
    /// The columns of each table, in their order.
    pub columns: BTreeMap<String, Vec<String>>,
    /// Who looked: who runs statements owns what they make.
    pub role: String,
    /// Whether the server has the privilege MAINTAIN.
    knows_maintain: bool,
    /// What each object depends on.
    depends: BTreeMap<Id, BTreeSet<Id>>,
    /// Of which database, and by which numbers it knows its objects, columns by the table's and
    /// their own: an object keeps its number under another name.
    database: String,
    numbers: BTreeMap<Id, (u32, i32)>,
}

/// Who looked is not compared, and dependencies follow from the rest.
impl PartialEq for Snapshot {
    fn eq(&self, other: &Snapshot) -> bool {
        self.objects == other.objects && self.columns == other.columns
    }
}

impl Eq for Snapshot {}

impl Snapshot {
    /// Looks once.
    ///
    /// # Errors
    ///
    /// Those of connecting, and [`Error::Statement`].
    pub fn of(url: &DatabaseUrl) -> Result<Snapshot, Error> {
        let look = |session: &mut Session| Camera::new(session)?.take(session, &[]);
        outside_a_runtime(|| {
            look(&mut Session::open(url)?).map_err(|fault| Error::Statement {
                sql: "the queries of the catalogs".to_string(),
                fault,
            })
        })
    }
}

/// Takes snapshots of one database after the other on one server.
pub struct Camera {
    shape: Shape,
    names: Names,
    role: String,
    database: String,
}

impl Camera {
    /// Looks what the server's catalogs are like.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn new(session: &mut Session) -> Result<Camera, Fault> {
        session.query("select set_config('search_path', '', false)")?;
        let row = session
            .query(
                "select quote_ident(current_user), oid || ' ' || pg_postmaster_start_time() \
                 from pg_database where datname = current_database()",
            )?
            .pop();
        let mut row = row.into_iter().flatten().map(Option::unwrap_or_default);
        let (role, database) = (row.next().unwrap_or_default(), row.next().unwrap_or_default());
        Ok(Camera { shape: Shape::read(session)?, names: Names::default(), role, database })
    }

    /// Takes one. `left_out` are tables that are not looked at, as schema and name.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn take(
        &mut self,
        session: &mut Session,
        left_out: &[(String, String)],
    ) -> Result<Snapshot, Fault> {
        let queries = self.shape.read.iter().filter_map(|name| self.shape.catalogs.get(name));
        let mut message: Vec<String> = queries.map(shape::Catalog::query).collect();
        message.push(assemble::OWNERS.to_string());
        // One transaction, so one state of the database.
        message.push(depends::QUERY.to_string());
        let mut answers = session.query_all(&message.join(";\n"))?;
        let depends = answers.pop().unwrap_or_default();
        let owners = answers.pop().unwrap_or_default();
        let tables = self.shape.read.iter().cloned().zip(answers).collect();
        self.names.learn(session, &self.shape, &tables)?;
        let snapshot = assemble(&self.shape, &self.names, &tables, &owners, &depends, left_out);
        let knows_maintain = !session.is_older_than(17);
        let (role, database) = (self.role.clone(), self.database.clone());
        Ok(Snapshot { role, database, knows_maintain, ..snapshot })
    }
}

/// What was read, by catalog.
type Tables = BTreeMap<String, Vec<crate::session::Row>>;

/// For trying out.
pub fn try_out(url: &crate::DatabaseUrl) -> Result<(Vec<Snapshot>, Vec<u128>), crate::Error> {
    let mut session = Session::open(url)?;
    let failed = |fault| crate::Error::Statement { sql: "snapshot".into(), fault };
    let start = std::time::Instant::now();
    let mut camera = Camera::new(&mut session).map_err(failed)?;
    let mut times = vec![start.elapsed().as_micros()];
    let mut all = vec![];
    for _ in 0..4 {
        let start = std::time::Instant::now();
        all.push(camera.take(&mut session, &[]).map_err(failed)?);
        times.push(start.elapsed().as_micros());
    }
    Ok((all, times))
}
