//! Python, for the relay and the reader of mails.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// The interpreter with the packages of `far_sides/requirements.txt`; `None`, said aloud, where there is none.
pub(super) fn interpreter(test: &str) -> Option<PathBuf> {
    let python = std::env::var_os("GRATITUDE_TEST_PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from);
    let found = Command::new(&python)
        .args(["-c", "import aiosmtpd"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        assert!(std::env::var_os("CI").is_none(), "{test}: Python with aiosmtpd is needed (GRATITUDE_TEST_PYTHON)");
        eprintln!("{test}: left out, since there is no Python with aiosmtpd (GRATITUDE_TEST_PYTHON)");
    }
    found.then_some(python)
}

/// A script at work; it ends with this.
pub(super) struct Script {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Script {
    pub(super) fn start<I: AsRef<std::ffi::OsStr>>(
        python: &Path,
        name: &str,
        options: impl IntoIterator<Item = I>,
    ) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/delivery/far_sides").join(name);
        let mut child = Command::new(python)
            .arg(script)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let stdin = child.stdin.take().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdin, stdout }
    }

    pub(super) fn write(&mut self, line: &str) {
        writeln!(self.stdin, "{line}").expect("the script listens");
    }

    pub(super) fn read(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("the script speaks");
        assert!(!line.is_empty(), "the script ended");
        line.trim_end().to_owned()
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.child.kill().and_then(|()| self.child.wait()).map(drop).expect("the script ends");
    }
}
