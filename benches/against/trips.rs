//! Round trips: what goes over the wire, and what distance makes expensive.

use std::path::Path;
use std::time::Duration;

use crate::Outcome;
use crate::applied::Applied;
use crate::folder::Folder;
use crate::job::Job;
use crate::process;
use crate::proxy::Proxy;
use crate::server::Server;
use crate::tool::{TOOLS, Tool, Tools};

/// It sends file after file before the answers come: from so far away that they do not overtake the files.
const FAR_AWAY: Duration = Duration::from_millis(50);

/// Two folders of different length are two equations: what a file costs, and what a run costs besides.
pub struct Trips {
    pub file: f64,
    pub besides: f64,
}

/// `few` and `more` are folders of plain files, a statement each.
pub fn of_up(
    server: &mut Server,
    tools: &Tools,
    tool: Tool,
    [few, more]: [&Folder; 2],
    scratch: &Path,
) -> Outcome<Option<Trips>> {
    let mut counted = [0.0; 2];
    for (count, folder) in counted.iter_mut().zip([few, more]) {
        let database = server.create_database()?;
        let job = Job::Up { pending: folder.len() };
        let trips = of_job(server, tools, tool, folder, job, &database, scratch);
        server.drop_database(&database)?;
        match trips? {
            Some(trips) => *count = trips as f64,
            None => return Ok(None),
        }
    }
    let [on_few, on_more] = counted;
    let file = (on_more - on_few) / (more.len() - few.len()) as f64;
    Ok(Some(Trips { file, besides: on_few - file * few.len() as f64 }))
}

/// Those of any job on a database that is there.
pub fn of_job(
    server: &Server,
    tools: &Tools,
    tool: Tool,
    folder: &Folder,
    job: Job,
    database: &str,
    scratch: &Path,
) -> Outcome<Option<u64>> {
    let delay = if tool == Tool::DbmSingle { FAR_AWAY } else { Duration::ZERO };
    let proxy = Proxy::start(server.address(), delay)?;
    let url = server.url(database, proxy.address());
    let Some(command) = job.command(tools, tool, folder, &url, scratch) else {
        return Ok(None);
    };
    process::run(command)?;
    Ok(Some(proxy.round_trips()))
}

/// The table of all tools.
pub fn table(
    server: &mut Server,
    tools: &Tools,
    folders: [&Folder; 2],
    four: (&Folder, &Applied),
    scratch: &Path,
) -> Outcome<(Vec<Vec<String>>, Option<Trips>)> {
    let mut rows = Vec::new();
    let mut ours = None;
    let plain = |number: f64| format!("{}", (number * 100.0).round() / 100.0);
    for tool in TOOLS {
        let Some(trips) = of_up(server, tools, tool, folders, scratch)? else {
            continue;
        };
        let (folder, applied) = four;
        let nothing = match applied.database(tool).filter(|_| !tool.is_psql()) {
            Some(database) => {
                let job = Job::Up { pending: 0 };
                of_job(server, tools, tool, folder, job, database, scratch)?
            }
            None => None,
        };
        rows.push(vec![
            tool.name().to_owned(),
            plain(trips.file),
            plain(trips.besides),
            crate::figures::cell(nothing, |trips| trips.to_string()),
        ]);
        if tool == Tool::Dbm {
            ours = Some(trips);
        }
    }
    Ok((rows, ours))
}
