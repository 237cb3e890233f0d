//! Reads the catalogs, in one message, and makes a snapshot of them.

use crate::error::Error;
use crate::fault::Fault;
use crate::session::{Session, outside_a_runtime};
use crate::snapshot::assemble::{OWNERS, assemble};
use crate::snapshot::depends;
use crate::snapshot::names::Names;
use crate::snapshot::object::Snapshot;
use crate::snapshot::shape::{Catalog, Shape};
use crate::url::DatabaseUrl;

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
        let mut message: Vec<String> = queries.map(Catalog::query).collect();
        message.push(OWNERS.to_string());
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
