//! One run of a program: how long it takes from its start to its end, and the most memory it has at once.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;

pub struct Run {
    pub seconds: f64,
    /// Bytes; `None` where the system does not tell.
    pub peak: Option<f64>,
    /// What it printed, on both streams.
    pub output: String,
}

/// Runs it to the end. A program that fails has no figures worth having.
pub fn run(mut command: Command) -> Outcome<Run> {
    let over = AtomicBool::new(false);
    let begin = Instant::now();
    let child = command.spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let (output, seconds, peak) = thread::scope(|scope| {
        let watch = scope.spawn(|| watch(&status, &over));
        let output = child.wait_with_output();
        let seconds = begin.elapsed().as_secs_f64();
        over.store(true, Ordering::Relaxed);
        (output, seconds, watch.join().unwrap_or_default())
    });
    let output = output?;
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    if output.status.success() {
        return Ok(Run { seconds, peak, output: text });
    }
    let end: Vec<&str> = text.lines().rev().take(5).collect();
    let end: Vec<&str> = end.into_iter().rev().collect();
    let program = command.get_program().display();
    Err(format!("{program} failed ({}):\n{}", output.status, end.join("\n")).into())
}

/// Linux keeps the peak for a process that is alive, so it is read until the end: what is added within
/// the last half millisecond would be missed. What wait4 tells is no help: it counts the memory of the
/// process that started the program, too.
fn watch(status: &str, over: &AtomicBool) -> Option<f64> {
    let status = File::open(status).ok()?;
    let mut peak = None;
    let mut text = [0; 4096];
    while !over.load(Ordering::Relaxed) {
        let Ok(length @ 1..) = status.read_at(&mut text, 0) else { break };
        peak = high_water_mark(&String::from_utf8_lossy(&text[..length])).or(peak);
        thread::sleep(Duration::from_micros(500));
    }
    peak
}

/// Bytes: the line `VmHWM:     6144 kB`, whose kB are 1,024 bytes. A process on its way out has none.
fn high_water_mark(status: &str) -> Option<f64> {
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024.0)
}
