//! What is measured: the workloads, and what dbm is to reach in each.

use std::path::Path;
use std::time::Duration;

use crate::Outcome;
use crate::applied::Applied;
use crate::clones;
use crate::figures::{MEBIBYTE, Series, cell, megabytes};
use crate::folder::Folder;
use crate::job::Job;
use crate::plot::{self, Point};
use crate::proxy::Proxy;
use crate::report::{Report, table};
use crate::server::Server;
use crate::shape::{self, Shape};
use crate::tool::{TOOLS, Tool};
use crate::trips;
use crate::turns::{Bench, Start, Workload};

/// What `DBM_BENCH_ONLY` may name, in the order in which it is measured.
pub const NAMES: [&str; 9] =
    ["four", "small", "medium", "link", "many", "big", "test", "testdb", "binary"];

/// In each direction.
const SLOW_LINK: Duration = Duration::from_millis(10);
const MANY: usize = 10_000;
const BIG: usize = 50_000_000;

impl Bench {
    fn series(
        &mut self,
        report: &mut Report,
        workload: (&str, Job, f64),
        folder: &Folder,
        start: Start,
    ) -> Outcome<Series> {
        let (what, job, budget) = workload;
        let (by, tools) = (self.server.address(), &TOOLS[..]);
        let series = self.measure(&Workload { what, folder, job, start, tools, budget, by })?;
        report.series(&series);
        Ok(series)
    }

    /// One of [`NAMES`].
    pub fn workload(&mut self, name: &str, report: &mut Report) -> Outcome<()> {
        let path = self.scratch.join(name);
        match name {
            "four" => self.four(report, &path),
            "small" => self.small(report, &path),
            "medium" => {
                let folder = Folder::generate(&path, 200, Shape::Medium)?;
                let all = Job::Up { pending: 200 };
                let what = ("`up`, 200 files of 4 KB", all, 60.0);
                self.series(report, what, &folder, Start::Fresh).map(drop)
            }
            "link" => self.link(report, &path),
            "many" => self.many(report, &path),
            "big" => self.big(report, &path),
            "test" => {
                let folder = Folder::generate(&path, 100, Shape::Small)?;
                let what = ("`dbm test`, 100 pairs", Job::Test, 15.0);
                self.series(report, what, &folder, Start::Fresh).map(drop)
            }
            "testdb" => self.testdb(report, &path),
            _ => self.binary(report),
        }
    }

    fn four(&mut self, report: &mut Report, path: &Path) -> Outcome<()> {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let folder = Folder::copy(path, &own)?;
        let up = Job::Up { pending: folder.len() };
        let what = ("`up`, the four files of migrations/", up, 25.0);
        let series = self.series(report, what, &folder, Start::Fresh)?;
        report.at_most_of(&series, Tool::Dbm, Tool::PsqlEach, 1.15);
        report.memory(&series, 6.0 * MEBIBYTE);

        let Bench { server, tools, scratch, .. } = self;
        let applied = Applied::prepare(server, tools, &folder, scratch)?;
        let what = ("`up`, nothing to do", Job::Up { pending: 0 }, 15.0);
        let series = self.series(report, what, &folder, Start::Kept(&applied))?;
        report.ahead(&series);
        report.at_most_of(&series, Tool::Dbm, Tool::Sqlx, 0.67);

        let few = Folder::generate(&path.join("few"), 4, Shape::Data)?;
        let more = Folder::generate(&path.join("more"), 50, Shape::Data)?;
        let Bench { server, tools, scratch, .. } = self;
        let (rows, ours) =
            trips::table(server, tools, [&few, &more], (&folder, &applied), scratch)?;
        let head = ["", "a plain file", "`up`, besides", "nothing to do"];
        report.section("Round trips", table(&head, &rows));
        if let Some(trips) = ours {
            let measured = format!("{:.3} + {:.3}", trips.file, trips.besides);
            let measured = measured.replace(".000", "");
            let reached = trips.file <= 1.0 && trips.besides <= 4.0;
            report.target("round trips, a plain file + fixed", "1 + 4", measured, reached);
        }
        applied.drop_all(&mut self.server)
    }

    fn small(&mut self, report: &mut Report, path: &Path) -> Outcome<()> {
        let folder = Folder::generate(path, 1_000, Shape::Small)?;
        let what = ("`up`, 1,000 small files", Job::Up { pending: 1_000 }, 150.0);
        let series = self.series(report, what, &folder, Start::Fresh)?;
        report.at_most_of(&series, Tool::Dbm, Tool::PsqlEach, 1.10);
        report.ahead(&series);
        report.at_most_of(&series, Tool::DbmSingle, Tool::PsqlWhole, 1.15);
        report.memory(&series, 7.0 * MEBIBYTE);
        Ok(())
    }

    fn link(&mut self, report: &mut Report, path: &Path) -> Outcome<()> {
        let folder = Folder::generate(path, 50, Shape::Small)?;
        let by = Proxy::start(self.server.address(), SLOW_LINK)?.address();
        let series = self.measure(&Workload {
            what: "`up`, 50 small files, 20 ms away",
            folder: &folder,
            job: Job::Up { pending: 50 },
            start: Start::Fresh,
            tools: &TOOLS,
            budget: 60.0,
            by,
        })?;
        report.series(&series);
        report.seconds(&series, Tool::Dbm, 1.2);
        report.seconds(&series, Tool::DbmSingle, 0.3);
        Ok(())
    }

    fn many(&mut self, report: &mut Report, path: &Path) -> Outcome<()> {
        let mut points = Vec::new();
        for files in [1, 10, 100, 1_000] {
            let folder = path.with_file_name(format!("{files}-files"));
            let mut folder = Folder::generate(&folder, files, Shape::Data)?;
            points.push(self.point(&mut folder)?);
        }
        let mut folder = Folder::generate(path, MANY, Shape::Data)?;
        let fresh = self.measure_fresh(&folder)?;

        let Bench { server, tools, scratch, .. } = self;
        let applied = Applied::prepare(server, tools, &folder, scratch)?;
        let kept = Start::Kept(&applied);
        let what = ("`up`, 10,000 files, nothing to do", Job::Up { pending: 0 }, 30.0);
        let series = self.series(report, what, &folder, kept)?;
        report.seconds(&series, Tool::Dbm, 0.1);
        report.memory(&series, 14.0 * MEBIBYTE);
        let what = ("`version`, 10,000 files", Job::Version, 20.0);
        let series = self.series(report, what, &folder, kept)?;
        report.seconds(&series, Tool::Dbm, 0.02);
        let what = ("`status`, 10,000 files", Job::Status, 15.0);
        let series = self.series(report, what, &folder, kept)?;
        report.seconds(&series, Tool::Dbm, 0.15);
        let what = ("`verify`, 10,000 files", Job::Verify, 5.0);
        let series = self.series(report, what, &folder, kept)?;
        report.seconds(&series, Tool::Dbm, 0.15);

        folder.grow(Shape::Data)?;
        let what = ("`up`, 10,000 files and one pending", Job::Up { pending: 1 }, 40.0);
        let series = self.series(report, what, &folder, Start::Copy(&applied))?;
        report.seconds(&series, Tool::Dbm, 0.1);
        report.memory(&series, 12.0 * MEBIBYTE);
        applied.drop_all(&mut self.server)?;

        points.push(Point { files: MANY, fresh, one_more: series });
        report.plot = Some(plot::draw(&points)?);
        Ok(())
    }

    /// The plot's figures of a folder: all of it on an empty database, then one file more.
    fn point(&mut self, folder: &mut Folder) -> Outcome<Point> {
        let files = folder.len();
        let fresh = self.measure_fresh(folder)?;
        let Bench { server, tools, scratch, .. } = self;
        let applied = Applied::prepare(server, tools, folder, scratch)?;
        folder.grow(Shape::Data)?;
        let one_more = self.measure(&Workload {
            what: &format!("one file after {files}"),
            folder,
            job: Job::Up { pending: 1 },
            start: Start::Copy(&applied),
            tools: &plot::TOOLS,
            budget: 4.0,
            by: self.server.address(),
        })?;
        applied.drop_all(&mut self.server)?;
        Ok(Point { files, fresh, one_more })
    }

    fn measure_fresh(&mut self, folder: &Folder) -> Outcome<Series> {
        let files = folder.len();
        // Ten thousand files take some of the tools a minute.
        let rounds = self.rounds;
        if files >= 1_000 {
            self.rounds = Some(1);
        }
        let series = self.measure(&Workload {
            what: &format!("{files} files on an empty database"),
            folder,
            job: Job::Up { pending: files },
            start: Start::Fresh,
            tools: &plot::TOOLS,
            budget: 4.0,
            by: self.server.address(),
        });
        self.rounds = rounds;
        series
    }

    fn big(&mut self, report: &mut Report, path: &Path) -> Outcome<()> {
        let folder = Folder::of_one(path, &shape::big(BIG))?;
        let what = ("`up`, one file of 50 MB", Job::Up { pending: 1 }, 60.0);
        let series = self.series(report, what, &folder, Start::Fresh)?;
        report.memory(&series, 2.2 * folder.texts[0].len() as f64);
        Ok(std::fs::remove_dir_all(path)?)
    }

    fn testdb(&mut self, report: &mut Report, path: &Path) -> Outcome<()> {
        let folder = Folder::generate(path, 1_000, Shape::Small)?;
        let Bench { server, tools, rounds, scratch } = self;
        let rounds = rounds.unwrap_or(3);
        let mut rows = clones::compare(server, tools, &folder, scratch, rounds)?;
        if let Ok(url) = std::env::var("DBM_BENCH_TESTS_URL") {
            let mut server = Server::connect(&url)?;
            rows.extend(clones::compare(&mut server, tools, &folder, scratch, rounds)?);
        }
        report.section("A fresh database, 1,000 files", table(&clones::HEAD, &rows));
        Ok(())
    }

    fn binary(&mut self, report: &mut Report) -> Outcome<()> {
        let mut rows = Vec::new();
        for tool in TOOLS.into_iter().filter(|tool| *tool != Tool::DbmSingle) {
            let size = self.tools.size(tool, &self.scratch)?;
            if size.is_some() {
                rows.push(vec![tool.name().to_owned(), cell(size, megabytes)]);
            }
        }
        report.section("The program, without its symbols", table(&["", "size"], &rows));
        if let Some(size) = self.tools.size(Tool::Dbm, &self.scratch)? {
            report.target("the program", "≤ 6 MB", megabytes(size), size <= 6e6);
        }
        Ok(())
    }
}
