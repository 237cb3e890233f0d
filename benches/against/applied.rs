//! Databases in which each tool has run a folder before.

use crate::Outcome;
use crate::folder::Folder;
use crate::job::Job;
use crate::process;
use crate::server::Server;
use crate::tool::{PEERS, TOOLS, Tool, Tools};

pub struct Applied([Option<String>; TOOLS.len()]);

/// golang-migrate's own table. Its row is all that it keeps, and ten thousand files take it minutes.
const VERSION_TABLE: &str =
    "create table schema_migrations (version bigint not null primary key, dirty boolean not null);";
const MANY: usize = 1_000;

impl Applied {
    /// Runs the folder with each tool that is there.
    pub fn prepare(
        server: &mut Server,
        tools: &Tools,
        folder: &Folder,
        scratch: &std::path::Path,
    ) -> Outcome<Applied> {
        let mut applied = Applied([const { None }; TOOLS.len()]);
        for tool in TOOLS {
            // The others are the same program, and find the same.
            if tools.program(tool).is_none() || owner(tool) != tool {
                continue;
            }
            eprintln!("{} migrations for {}", folder.len(), tool.name());
            let database = server.create_database()?;
            server.hurry(&database)?;
            let by_row = tool == Tool::GolangMigrate && folder.len() > MANY;
            let runner = match tool {
                Tool::PsqlEach => Tool::PsqlWhole,
                Tool::GolangMigrate if by_row => Tool::PsqlWhole,
                _ => tool,
            };
            let url = server.url(&database, server.address());
            let job = Job::Up { pending: folder.len() };
            let Some(command) = job.command(tools, runner, folder, &url, scratch) else {
                continue;
            };
            match process::run(command) {
                Err(error) if PEERS.contains(&tool) => {
                    eprintln!("{}: left out: {error}", tool.name());
                    continue;
                }
                ran => ran?,
            };
            if by_row {
                let row = format!("insert into schema_migrations values ({}, false)", folder.len());
                server.execute(&database, &format!("{VERSION_TABLE} {row}"))?;
            }
            server.settle(&database)?;
            applied.0[tool as usize] = Some(database);
        }
        Ok(applied)
    }

    pub fn database(&self, tool: Tool) -> Option<&str> {
        self.0[owner(tool) as usize].as_deref()
    }

    pub fn drop_all(self, server: &mut Server) -> Outcome<()> {
        self.0.iter().flatten().try_for_each(|database| server.drop_database(database))
    }
}

fn owner(tool: Tool) -> Tool {
    match tool {
        Tool::DbmSingle => Tool::Dbm,
        Tool::PsqlWhole | Tool::PsqlMessage => Tool::PsqlEach,
        tool => tool,
    }
}
