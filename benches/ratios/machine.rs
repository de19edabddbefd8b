//! The machine and the processes on it, as far as Linux tells.

use super::outcome::Outcome;
use serde::Serialize;
use std::{fs, process::Command};

/// On what and with what was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    cpus: usize,
    cpu: String,
    memory_gib: f64,
    system: String,
    rust: String,
    postgres: String,
    gratitude: &'static str,
    at: String,
}

impl Machine {
    pub(crate) fn look(postgres: Option<&std::path::Path>) -> Self {
        let file = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let cpus = file("/proc/cpuinfo");
        let cpu = cpus.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
        let memory = file("/proc/meminfo");
        let kib: f64 = memory.split_ascii_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or(0.0);
        Self {
            cpus: std::thread::available_parallelism().map_or(0, usize::from),
            cpu: cpu.trim_start_matches(['\t', ' ', ':']).to_owned(),
            memory_gib: (kib / 1024.0 / 1024.0 * 10.0).round() / 10.0,
            system: file("/proc/sys/kernel/osrelease").trim().to_owned(),
            rust: said("rustc", &["--version"]),
            postgres: postgres.map(|folder| said(folder.join("postgres"), &["--version"])).unwrap_or_default(),
            gratitude: env!("CARGO_PKG_VERSION"),
            at: jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string(),
        }
    }

    pub(crate) fn print(&self) {
        println!(
            "gratitude {} on {} CPUs ({}), {} GiB, Linux {}\n{}; {}; {}",
            self.gratitude, self.cpus, self.cpu, self.memory_gib, self.system, self.rust, self.postgres, self.at
        );
    }
}

fn said(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

/// How many processes waited for a CPU or a disk, on average over the last minute.
pub(crate) fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(f64::NAN)
}

/// The most memory that a process has had resident so far, in MiB.
pub(crate) fn peak_memory(process: u32) -> Outcome<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("the process has no VmHWM")?;
    let kib: f64 = line.split_ascii_whitespace().next().ok_or("VmHWM is empty")?.parse()?;
    Ok(kib / 1024.0)
}
