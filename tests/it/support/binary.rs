//! The real binary, in a process of its own.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Output, Stdio},
};

/// The command with these arguments, and nothing of this machine's configuration.
pub(crate) fn gratitude(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gratitude"));
    command.args(arguments).stdin(Stdio::null()).env_clear();
    command
}

/// Runs the command to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    gratitude(arguments).output().expect("the binary runs")
}

/// What a command wrote to standard output.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a command wrote to standard error.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A `gratitude serve` that listens; killed when dropped.
pub(crate) struct Serving {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Serving {
    /// Starts on a free port, with the schema brought up to date, and returns once it listens.
    pub(crate) fn start(database_url: &str, arguments: &[&str]) -> Self {
        Self::start_at("127.0.0.1:0", database_url, arguments)
    }

    /// The same at an address of one's own, such as that of a service that is gone.
    pub(crate) fn start_at(address: &str, database_url: &str, arguments: &[&str]) -> Self {
        let mut command = gratitude(&["serve", "--migrate", "--listen", address]);
        command.args(["--database-url", database_url]).args(arguments);
        // In a long run of many crashes much is late; how gently that is caught up with is tested elsewhere.
        command.env("GRATITUDE_SCHEDULER__CATCH_UP_PER_MINUTE", "0");
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("it says where it listens");
        let address = line.trim().strip_prefix("gratitude listens on ").and_then(|address| address.parse().ok());
        let Some(address) = address else {
            let output = process.wait_with_output().expect("it ended");
            panic!("it did not start: {}", stderr(&output));
        };
        Self { process, address }
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Its address as clients are given it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `kill -9`, and waits until it is gone.
    pub(crate) fn kill(mut self) {
        self.process.kill().expect("it still runs");
        self.process.wait().expect("our own child");
    }

    /// Asks it to stop and returns what it ended with.
    pub(crate) fn terminate(mut self) -> Option<i32> {
        let pid = self.process.id().to_string();
        let sent = Command::new("/bin/kill").args(["-TERM", &pid]).status().expect("kill runs");
        assert!(sent.success(), "the signal was not sent");
        self.process.wait().expect("our own child").code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // After `kill` or `terminate` there is nothing left to do.
        if let Ok(None) = self.process.try_wait() {
            self.process.kill().expect("it still ran");
            self.process.wait().expect("our own child");
        }
    }
}
