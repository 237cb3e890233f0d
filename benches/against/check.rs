//! `make bench-check`: whether dbm costs more than is recorded, told in less than a minute.
//!
//! It is a part of `make test`, on machines that are busy with other things, and with the program that the tests
//! use, which is not optimised. So nothing here is a time by the clock:
//!
//! * Round trips are counted, and must be those that are recorded.
//! * What the server writes to its log is counted in bytes, and what it reads in pages, of files that put in a row
//!   each: beside those our own statements weigh most. Both are nearly the same in each run.
//! * What the server has to do is the processor's time of its sessions. As a share of what psql's sessions
//!   have to do for the same files it hardly depends on the machine. The two are taken in turn, so what
//!   disturbs one disturbs the other, and the median of the pairs is taken. Where it is too much, all is
//!   measured again: a disturbance would have to favour psql every time for the check to fail without a
//!   reason, while a dbm that costs more does so every time.
//!
//! How long dbm itself computes is measured by `make bench` alone.

use std::fs;
use std::path::Path;

use crate::Outcome;
use crate::figures::Spread;
use crate::folder::Folder;
use crate::job::Job;
use crate::server::Server;
use crate::shape::Shape;
use crate::tool::{Tool, Tools};
use crate::trips;
use crate::work::{self, Work};

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/recorded.toml");
/// By so much a ratio of times may be worse than recorded, and one of what is counted.
const TOLERANCE: f64 = 1.1;
const TOLERANCE_COUNTED: f64 = 1.05;
const FILES: usize = 100;
const PAIRS: usize = 11;
const ATTEMPTS: usize = 5;

const TABLES: &str = "server_time_of_psql_tables";
const TABLES_IN_ONE: &str = "server_time_of_psql_tables_single_transaction";
const WRITTEN: &str = "written_of_psql_rows";
const TOUCHED: &str = "pages_of_psql_rows";

type Figures = Vec<(String, f64)>;

/// Files that make a table each, and files that write a row each: beside those our own statements weigh most.
struct Folders {
    tables: Folder,
    rows: Folder,
}

pub fn run() -> Outcome<()> {
    let scratch = tempfile::tempdir()?;
    let scratch = scratch.path();
    let tools = Tools::find(scratch)?;
    let mut server = Server::given()?;

    let counted = round_trips(&mut server, &tools, scratch)?;
    let folders = Folders {
        tables: Folder::generate(&scratch.join("tables"), FILES, Shape::Small)?,
        rows: Folder::generate(&scratch.join("rows"), FILES, Shape::Data)?,
    };
    let ratios = ratios(&mut server, &tools, &folders, scratch)?;
    if std::env::var_os("DBM_BENCH_RECORD").is_some() {
        return record(&[counted, ratios].concat());
    }

    let recorded = read(&fs::read_to_string(RECORDED)?)?;
    let of =
        |name: &str| recorded.iter().find(|(known, _)| known == name).map(|(_, figure)| *figure);
    let mut worse = Vec::new();
    for (name, figure) in counted {
        println!("{name}: {figure} (recorded: {})", of(&name).unwrap_or(f64::NAN));
        if of(&name) != Some(figure) {
            worse.push(name);
        }
    }
    let too_much =
        |ratios: &Figures| ratios.iter().any(|(name, figure)| exceeds(name, *figure, of(name)));
    let mut measured = ratios;
    for attempt in 1..=ATTEMPTS {
        for (name, figure) in &measured {
            println!("{name}: {figure:.3} (recorded: {})", of(name).unwrap_or(f64::NAN));
        }
        if !too_much(&measured) || attempt == ATTEMPTS {
            break;
        }
        println!("measured again");
        measured = self::ratios(&mut server, &tools, &folders, scratch)?;
    }
    let exceeding = measured.into_iter().filter(|(name, figure)| exceeds(name, *figure, of(name)));
    worse.extend(exceeding.map(|(name, _)| name));
    if worse.is_empty() {
        return Ok(());
    }
    Err(format!(
        "not as recorded in benches/recorded.toml: {}\n\
         where that is meant, record it: DBM_BENCH_RECORD=1 make bench-check",
        worse.join(", ")
    )
    .into())
}

fn exceeds(name: &str, figure: f64, recorded: Option<f64>) -> bool {
    let counted = [WRITTEN, TOUCHED].contains(&name);
    let tolerance = if counted { TOLERANCE_COUNTED } else { TOLERANCE };
    recorded.is_none_or(|recorded| figure > recorded * tolerance)
}

fn round_trips(server: &mut Server, tools: &Tools, scratch: &Path) -> Outcome<Figures> {
    let mut figures = Vec::new();
    let few = Folder::generate(&scratch.join("few"), 4, Shape::Data)?;
    let more = Folder::generate(&scratch.join("more"), 54, Shape::Data)?;
    for (tool, name) in [(Tool::Dbm, "up"), (Tool::DbmSingle, "up_single_transaction")] {
        if let Some(trips) = trips::of_up(server, tools, tool, [&few, &more], scratch)? {
            figures.push((format!("trips_{name}_a_file"), trips.file));
            figures.push((format!("trips_{name}_besides"), trips.besides));
        }
    }
    let database = server.create_database()?;
    let all = Job::Up { pending: few.len() };
    let jobs = [
        (all, "first"),
        (Job::Up { pending: 0 }, "trips_nothing_to_do"),
        (Job::Version, "trips_version"),
        (Job::Status, "trips_status"),
    ];
    for (job, name) in jobs {
        let trips = trips::of_job(server, tools, Tool::Dbm, &few, job, &database, scratch)?;
        if let Some(trips) = trips.filter(|_| job != all) {
            figures.push((name.to_owned(), trips as f64));
        }
    }
    server.drop_database(&database)?;
    Ok(figures)
}

/// Medians of the pairs: dbm's share of psql's.
fn ratios(
    server: &mut Server,
    tools: &Tools,
    folders: &Folders,
    scratch: &Path,
) -> Outcome<Figures> {
    let mut pair =
        |number: usize, [ours, psql]: [Tool; 2], folder: &Folder| -> Outcome<[Work; 2]> {
            let job = Job::Up { pending: folder.len() };
            let mut of =
                |tool| work::of(server, |url| job.command(tools, tool, folder, url, scratch));
            Ok(if number.is_multiple_of(2) {
                let psql = of(psql)?;
                [of(ours)?, psql]
            } else {
                [of(ours)?, of(psql)?]
            })
        };
    let each = [Tool::Dbm, Tool::PsqlEach];
    let whole = [Tool::DbmSingle, Tool::PsqlWhole];
    let (mut tables, mut in_one, mut written, mut touched) = (vec![], vec![], vec![], vec![]);
    for number in 0..PAIRS {
        let share = |[ours, psql]: &[Work; 2]| Some(ours.seconds? / psql.seconds?);
        tables.extend(share(&pair(number, each, &folders.tables)?));
        if tools.program(Tool::DbmSingle).is_some() {
            in_one.extend(share(&pair(number, whole, &folders.tables)?));
        }
        let [ours, psql] = pair(number, each, &folders.rows)?;
        written.push(ours.written / psql.written);
        touched.extend(ours.touched.zip(psql.touched).map(|(ours, psql)| ours / psql));
    }
    let median = |(name, figures): (&str, Vec<f64>)| {
        let median = Spread::of(&figures)?.median;
        Some((name.to_owned(), (median * 1e3).round() / 1e3))
    };
    let all = [(TABLES, tables), (TABLES_IN_ONE, in_one), (WRITTEN, written), (TOUCHED, touched)];
    Ok(all.into_iter().filter_map(median).collect())
}

fn read(text: &str) -> Outcome<Figures> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let figure = |line: &str| {
        let (name, figure) = line.split_once('=')?;
        Some((name.trim().to_owned(), figure.trim().parse().ok()?))
    };
    lines.map(|line| figure(line).ok_or_else(|| format!("{RECORDED}: {line}").into())).collect()
}

fn record(figures: &Figures) -> Outcome<()> {
    let mut text = String::from(
        "# What `make bench-check` compares with. Written by: DBM_BENCH_RECORD=1 make bench-check\n",
    );
    for (name, figure) in figures {
        text += &format!("{name} = {figure}\n");
    }
    print!("{text}");
    Ok(fs::write(RECORDED, text)?)
}
