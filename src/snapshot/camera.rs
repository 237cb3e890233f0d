//! Takes snapshots: asks the server, and puts together what it says.

use crate::error::Error;
use crate::fault::Fault;
use crate::session::{Session, outside_a_runtime};
use crate::snapshot::assemble::{self, assemble};
use crate::snapshot::depends;
use crate::snapshot::granted;
use crate::snapshot::names::Names;
use crate::snapshot::object::Snapshot;
use crate::snapshot::shape::{Catalog, Shape};
use crate::url::DatabaseUrl;

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
    /// What is sent for a snapshot: the queries of the catalogs, or the names they were prepared by.
    message: String,
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
        let shape = Shape::read(session)?;
        // One transaction, so one state of the database.
        let message = queries(&shape).join(";\n");
        Ok(Camera { shape, names: Names::default(), role, database, message })
    }

    /// The same for a session that is the server's own, and on which many snapshots are taken: the
    /// queries are planned once.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn prepared(session: &mut Session) -> Result<Camera, Fault> {
        let mut camera = Camera::new(session)?;
        let (mut prepare, mut execute) = (Vec::new(), Vec::new());
        for (number, query) in queries(&camera.shape).iter().enumerate() {
            prepare.push(format!("prepare dbm_snapshot_{number} as {query}"));
            execute.push(format!("execute dbm_snapshot_{number}"));
        }
        session.query(&prepare.join(";\n"))?;
        camera.message = execute.join(";");
        Ok(camera)
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
        let mut answers = session.query_all(&self.message)?;
        let granted = answers.pop().unwrap_or_default();
        let depends = answers.pop().unwrap_or_default();
        let owners = answers.pop().unwrap_or_default();
        let tables = self.shape.read.iter().cloned().zip(answers).collect();
        self.names.learn(session, &self.shape, &tables)?;
        let mut snapshot = assemble(&self.shape, &self.names, &tables, &owners, &depends, left_out);
        granted::add(&mut snapshot, &granted);
        let knows_maintain = !session.is_older_than(17);
        let (role, database) = (self.role.clone(), self.database.clone());
        Ok(Snapshot { role, database, knows_maintain, ..snapshot })
    }
}

/// The queries of the catalogs in the order of the shape, of what belongs to and depends on
/// what, and of privileges on what is not ours.
fn queries(shape: &Shape) -> Vec<String> {
    let catalogs = shape.read.iter().filter_map(|name| shape.catalogs.get(name));
    let mut queries: Vec<String> = catalogs.map(Catalog::query).collect();
    queries.push(assemble::OWNERS.to_string());
    queries.push(depends::QUERY.to_string());
    queries.push(granted::QUERY.to_string());
    queries
}
