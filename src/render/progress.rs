//! How far a run is: on a terminal one line that is written over and over, `12/300  112/u backfill
//! 14s`; anywhere else a line a minute for a file that still runs.
//!
//! The line stands below what is printed, and nothing is drawn in the first second. It is drawn by a
//! thread, which one may have to do without: `indicatif`'s ends the process then, and it draws at once.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use unicode_width::UnicodeWidthStr;

use crate::render::format::{cut, duration};
use crate::render::shown::shown_on_a_line;

/// A run that is over before shows no line.
const SHORT: Duration = Duration::from_secs(1);
/// How often the line is drawn.
const TICK: Duration = Duration::from_millis(200);
/// As wide as a terminal is that does not say.
const WIDTH: usize = 80;
/// A name is not cut shorter than this.
const SHORTEST_NAME: usize = 12;

/// As much of what a file waits for is shown before the name is: `  waits for pid 20150 (`.
const BUSY: usize = 24;

/// How far a run is.
#[derive(Clone, Default)]
pub struct Progress {
    line: Arc<Mutex<Line>>,
}

#[derive(Default)]
struct Line {
    /// `None` where no run goes on.
    run: Option<Planned>,
    /// What stands on the terminal.
    drawn: Option<String>,
}

/// A run that goes on.
struct Planned {
    begun: Instant,
    files: usize,
    done: usize,
    current: Option<Current>,
    /// Ends the thread that draws, when it is dropped; `None` where nothing is drawn.
    drawing: Option<Sender<()>>,
}

/// The file that runs.
struct Current {
    name: String,
    begun: Instant,
    /// What it waits for, or builds.
    busy: String,
    /// How many minutes it had run when that was told last.
    minutes: u64,
}

impl Progress {
    /// A run of so many files begins.
    pub fn begin(&self, files: usize) {
        let is_drawn = io::stderr().is_terminal()
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let drawing = is_drawn.then(|| self.draw_from_now_on()).flatten();
        let (begun, done, current) = (Instant::now(), 0, None);
        self.line().run = Some(Planned { begun, files, done, current, drawing });
    }

    /// This file goes to the server.
    pub fn start(&self, file: &str) {
        if let Some(run) = &mut self.line().run {
            let (name, begun) = (shown_on_a_line(file), Instant::now());
            run.current = Some(Current { name, begun, busy: String::new(), minutes: 0 });
        }
    }

    /// A file still runs, and waits for this or builds it. Gives the line to print, where none is
    /// drawn and a minute has passed.
    pub fn still_runs(&self, ran: Duration, busy: &str) -> Option<String> {
        let mut line = self.line();
        let run = line.run.as_mut()?;
        let current = run.current.as_mut()?;
        current.busy = shown_on_a_line(busy);
        let minutes = ran.as_secs() / 60;
        if run.drawing.is_some() || minutes <= current.minutes {
            return None;
        }
        current.minutes = minutes;
        Some(still_runs(&current.name, minutes, &current.busy))
    }

    /// A file is done.
    pub fn finish(&self) {
        if let Some(run) = &mut self.line().run {
            run.current = None;
            run.done += 1;
        }
    }

    /// So many files are left, whoever has run the others.
    pub fn left(&self, files: usize) {
        if let Some(run) = &mut self.line().run {
            run.done = run.files.saturating_sub(files);
        }
    }

    /// The run is over.
    pub fn end(&self) {
        let mut line = self.line();
        line.clear();
        line.run = None;
    }

    /// Prints something above the line.
    pub fn above(&self, print: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let mut line = self.line();
        let was_drawn = line.clear();
        let printed = print();
        if was_drawn {
            line.draw();
        }
        printed
    }

    fn draw_from_now_on(&self) -> Option<Sender<()>> {
        let (sender, end) = channel();
        let progress = self.clone();
        thread::Builder::new().spawn(move || progress.draw_until(&end)).ok()?;
        Some(sender)
    }

    fn draw_until(&self, end: &Receiver<()>) {
        while end.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            self.line().draw();
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn draw(&mut self) {
        let Some(run) = self.run.as_ref().filter(|run| run.begun.elapsed() >= SHORT) else {
            return;
        };
        let Some(current) = &run.current else { return };
        let size = terminal_size::terminal_size_of(io::stderr());
        let width = size.map_or(WIDTH, |(terminal_size::Width(width), _)| usize::from(width));
        let ran = Duration::from_secs(current.begun.elapsed().as_secs());
        let text = text((run.done + 1, run.files), &current.name, ran, &current.busy, width);
        if self.drawn.as_ref() != Some(&text) {
            // Where it cannot be written, there is nobody to see it.
            let _ = write!(io::stderr(), "\r{text}\x1b[K");
            self.drawn = Some(text);
        }
    }

    /// Takes the line off; whether there was one.
    fn clear(&mut self) -> bool {
        let was_drawn = self.drawn.take().is_some();
        if was_drawn {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
        was_drawn
    }
}

/// The line, no wider than the terminal: `12/300  112/u backfill_usage  14s  waits for pid 2015`.
fn text(place: (usize, usize), name: &str, ran: Duration, busy: &str, width: usize) -> String {
    let (number, files) = place;
    // In the last column a terminal may go on to the next line.
    let width = width.saturating_sub(1);
    let (head, tail) = (format!("{}/{files}  ", number.min(files)), format!("  {}", duration(ran)));
    let gap = if busy.is_empty() { "" } else { "  " };
    let busy_room = (gap.width() + busy.width()).min(BUSY);
    let others = head.width() + tail.width() + busy_room;
    let room = width.saturating_sub(others).max(SHORTEST_NAME);
    cut(&format!("{head}{}{tail}{gap}{busy}", cut(name, room)), width)
}

/// `112/u backfill_usage has run for 2m; waits for …`
fn still_runs(name: &str, minutes: u64, busy: &str) -> String {
    let time = match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}m"),
        (hours, minutes) => format!("{hours}h{minutes}m"),
    };
    let busy = if busy.is_empty() { String::new() } else { format!("; {busy}") };
    format!("{name} has run for {time}{busy}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_no_wider_than_the_terminal() {
        let busy =
            "waits for pid 2015 (psql), user app, since 2026-11-20 23:10:01+00: lock table t";
        let line = |name: &str, width| text((12, 300), name, Duration::from_secs(134), busy, width);
        assert_eq!(
            line("112/u backfill_usage", 60),
            "12/300  112/u backfill_usage  2m14s  waits for pid 2015 (p…"
        );
        assert_eq!(
            line("112/u backfill_数据_and_a_name_that_is_too_long_for_it", 40),
            "12/300  112/u backf…  2m14s  waits for…"
        );
        assert!(line("112/u backfill_usage", 200).ends_with(
            "2m14s  waits for pid 2015 (psql), \
             user app, since 2026-11-20 23:10:01+00: lock table t"
        ));
        for width in 0..200 {
            assert!(line("112/u 数据 e\u{301}\u{301}", width).width() < width.max(2), "{width}");
        }
        let quiet = text((1, 1), "1/u a", Duration::from_secs(14), "", 80);
        assert_eq!(quiet, "1/1  1/u a  14s");
    }

    /// What is said where no line is drawn: cargo's tests have no terminal to draw on.
    #[test]
    fn a_file_that_runs_for_long_is_told_once_a_minute() {
        let progress = Progress::default();
        let told = |seconds, busy| progress.still_runs(Duration::from_secs(seconds), busy);
        assert_eq!(told(70, ""), None, "nothing is planned");
        progress.begin(300);
        progress.line().run.as_mut().unwrap().drawing = None;
        progress.start("112/u backfill_usage");
        assert_eq!(told(5, ""), None);
        assert_eq!(told(59, ""), None);
        assert_eq!(told(61, "").as_deref(), Some("112/u backfill_usage has run for 1m"));
        assert_eq!(told(119, "waits for pid 7"), None);
        let said = "112/u backfill_usage has run for 2m; waits for pid 7";
        assert_eq!(told(120, "waits for pid 7").as_deref(), Some(said));
        assert_eq!(told(3_905, "").as_deref(), Some("112/u backfill_usage has run for 1h5m"));
        progress.finish();
        assert_eq!(told(4_000, ""), None);
        progress.start("113/u next");
        assert_eq!(told(61, "").as_deref(), Some("113/u next has run for 1m"));
    }
}
