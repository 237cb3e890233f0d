//! What was measured, and on what.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use crate::Outcome;
use crate::figures::cell;
use crate::server::Server;
use crate::tool::{TOOLS, Tool, Tools};

/// One line: the machine, its disk, the versions.
pub fn describe(server: &mut Server, tools: &Tools, scratch: &Path) -> Outcome<String> {
    let mut versions = Vec::new();
    let missing = TOOLS.into_iter().filter(|tool| tools.program(*tool).is_none());
    let missing: Vec<String> = missing.map(|tool| format!("; no {} here", tool.name())).collect();
    for tool in TOOLS {
        if let Some(version) = tools.version(tool, scratch)?.filter(|_| tool != Tool::DbmSingle)
            && !versions.contains(&version)
        {
            versions.push(version);
        }
    }
    Ok(format!(
        "{} × {}, {} {}, load {}; PostgreSQL {}, fsync {}, {}; {}{}.",
        thread::available_parallelism()?,
        processor().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        std::env::consts::OS,
        kernel().unwrap_or_default(),
        cell(load(), |load| load.to_string()),
        server.setting("server_version")?,
        server.setting("fsync")?,
        disk(&server.setting("data_directory")?)?,
        versions.join(", "),
        missing.concat(),
    ))
}

fn processor() -> Option<String> {
    let all = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = all.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn kernel() -> Option<String> {
    Some(fs::read_to_string("/proc/sys/kernel/osrelease").ok()?.trim().to_owned())
}

/// The file system that the server writes to. Without a journal fsync costs less, and the figures are no
/// measure of what others will see.
fn disk(data: &str) -> Outcome<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/disk.sh");
    let output = Command::new(script).args(["describe", data]).output()?;
    let disk = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() {
        return Ok(disk);
    }
    eprintln!("WARNING: the server writes to {disk}: figures of commits mean little");
    Ok(format!("{disk} (no measure of what commits cost elsewhere)"))
}

/// How busy the machine is with something else: the processes that wanted to run in the last minute.
pub fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}
