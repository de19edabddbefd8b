//! Processes of the run: the real binary, and whatever else is measured beside it. They end with their owner.

use super::outcome::Outcome;
use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

/// A process that listens; killed when dropped.
pub(crate) struct Listening {
    process: Child,
    address: String,
    /// Held open: a server may still say something.
    _said: BufReader<ChildStdout>,
}

impl Listening {
    /// `gratitude serve` on a database.
    pub(crate) fn service(database_url: &str, arguments: &[&str]) -> Outcome<Self> {
        Self::start(serve(database_url, arguments))
    }

    /// The same with settings of its own, as variables of the environment.
    pub(crate) fn service_with(database_url: &str, settings: &[(&str, &str)]) -> Outcome<Self> {
        let mut command = serve(database_url, &[]);
        command.envs(settings.iter().copied());
        Self::start(command)
    }

    /// The server that answers every call with the same bytes.
    pub(crate) fn empty(reply: &Path) -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--serve-empty").arg(reply).stdin(Stdio::piped());
        Self::start(command)
    }

    /// Starts it and returns once it says where it listens.
    fn start(mut command: Command) -> Outcome<Self> {
        let mut process = command.stdout(Stdio::piped()).spawn()?;
        let mut said = BufReader::new(process.stdout.take().ok_or("piped, so it is there")?);
        let mut line = String::new();
        said.read_line(&mut line)?;
        let Some((_, address)) = line.trim().split_once(" listens on ") else {
            return Err(format!("a server did not start: {}", process.wait()?).into());
        };
        Ok(Self { address: address.to_owned(), process, _said: said })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Asks it to stop and waits until it has, so that its database is left in order.
    pub(crate) fn stop(mut self) -> Outcome<()> {
        run("/bin/kill", ["-TERM", &self.process.id().to_string()])?;
        let status = self.process.wait()?;
        if status.success() { Ok(()) } else { Err(format!("a server ended with {status}").into()) }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Ok(None) = self.process.try_wait() {
            // It may end by itself in this very moment; both are fine.
            self.process.kill().unwrap_or_default();
            self.process.wait().map(drop).unwrap_or_default();
        }
    }
}

fn serve(database_url: &str, arguments: &[&str]) -> Command {
    let mut command = gratitude();
    command.args(["serve", "--listen", "127.0.0.1:0", "--database-url", database_url]).args(arguments);
    // As in production: warnings are written, calls are not.
    command.env("GRATITUDE_LOG__FILTER", "warn");
    // What is measured is how fast claims can be, not how gently a standstill is caught up with.
    command.env("GRATITUDE_SCHEDULER__CATCH_UP_PER_MINUTE", "0");
    command
}

/// The command, with nothing of this machine's configuration.
pub(crate) fn gratitude() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gratitude"));
    command.env_clear().stdin(Stdio::null());
    command
}

/// Runs a program to its end and returns what it wrote.
///
/// # Errors
/// When it fails, with what it wrote to standard error.
pub(crate) fn run<A: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = A>,
) -> Outcome<String> {
    finish(Command::new(program.as_ref()).args(arguments).stdin(Stdio::null()))
}

/// The same for a command that is ready.
pub(crate) fn finish(command: &mut Command) -> Outcome<String> {
    let output = command.output()?;
    if !output.status.success() {
        let program = command.get_program().to_string_lossy().into_owned();
        return Err(format!("{program}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
