//! Takes the guards of the promises away, one at a time, and looks whether a test notices.
//!
//! `cargo test --test mutations` works on a copy of the source under `target/mutations`, with a build folder of its
//! own, and prints a table; `cargo test --test mutations -- '<words>' …` takes only the mutations whose text has one of
//! these phrases. It ends with an error when a guard can be taken away without any test failing. A build for each takes
//! its time, so it is not part of `cargo test`.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Output},
};

use serde::Deserialize;

/// What `list.toml` holds.
#[derive(Deserialize)]
struct List {
    mutation: Vec<Mutation>,
}

/// A guard and what takes it away.
#[derive(Deserialize)]
struct Mutation {
    what: String,
    promise: String,
    file: PathBuf,
    old: String,
    new: String,
    tests: Vec<String>,
}

/// What became of a mutation.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// These tests failed.
    Caught(Vec<String>),
    /// All tests passed all the same.
    NotCaught,
    /// Its source does not build, so that nothing is known.
    Broken(String),
}

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    match run(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("mutations: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> io::Result<bool> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = fs::read_to_string(root.join("tests/mutations/list.toml"))?;
    let list: List = toml::from_str(&list).map_err(io::Error::other)?;
    let is_chosen = |m: &&Mutation| words.is_empty() || words.iter().any(|words| m.what.contains(words));
    let chosen: Vec<_> = list.mutation.iter().filter(is_chosen).collect();
    if chosen.is_empty() {
        return Err(io::Error::other(format!("no mutation has the words `{}`", words.join("` or `"))));
    }
    let copy = Copy::of(root)?;
    copy.passes_unchanged(&chosen)?;

    println!("| guard that was taken away | promise | noticed by |\n|---|---|---|");
    let mut all_caught = true;
    for mutation in chosen {
        let verdict = copy.try_out(mutation)?;
        all_caught &= matches!(verdict, Verdict::Caught(_));
        println!("| {} | {} | {} |", mutation.what, mutation.promise, said(&verdict));
    }
    Ok(all_caught)
}

fn said(verdict: &Verdict) -> String {
    const SHOWN: usize = 2;
    match verdict {
        Verdict::Caught(tests) => {
            let shown: Vec<_> = tests.iter().take(SHOWN).map(|test| format!("`{test}`")).collect();
            let more = tests.len().saturating_sub(SHOWN);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            format!("{}{more}", shown.join(", "))
        }
        Verdict::NotCaught => "**nobody**".to_owned(),
        Verdict::Broken(why) => format!("**it does not build**: {why}"),
    }
}

/// A copy of the source in which guards may be taken away.
struct Copy {
    root: PathBuf,
    build: PathBuf,
}

impl Copy {
    /// Copies what version control knows, as it lies in the working tree. Files that did not change keep their time, so
    /// that only what changed is built again.
    fn of(root: &Path) -> io::Result<Self> {
        let folder = root.join("target/mutations");
        let copy = Self { root: folder.join("source"), build: folder.join("build") };
        let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output()?;
        let listed = String::from_utf8(succeeded(listed)?.stdout).map_err(io::Error::other)?;
        for file in listed.split_terminator('\0') {
            let (from, to) = (root.join(file), copy.root.join(file));
            // Known to version control, but taken away in the working tree.
            if !from.exists() {
                continue;
            }
            let content = fs::read(&from)?;
            if fs::read(&to).is_ok_and(|there| there == content) {
                continue;
            }
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(&to, content)?;
        }
        Ok(copy)
    }

    /// Without a change the tests pass; else their failing would say nothing.
    fn passes_unchanged(&self, mutations: &[&Mutation]) -> io::Result<()> {
        let mut seen = Vec::new();
        for mutation in mutations.iter().filter(|m| !m.tests.is_empty()) {
            if seen.contains(&&mutation.tests) {
                continue;
            }
            seen.push(&mutation.tests);
            match self.test(&mutation.tests)? {
                Verdict::NotCaught => {}
                verdict => {
                    let text = format!("{:?} does not pass on the source as it is: {verdict:?}", mutation.tests);
                    return Err(io::Error::other(text));
                }
            }
        }
        Ok(())
    }

    /// Takes the guard away, runs the tests, and puts it back.
    fn try_out(&self, mutation: &Mutation) -> io::Result<Verdict> {
        let file = self.root.join(&mutation.file);
        let source = fs::read_to_string(&file)?;
        if source.matches(&mutation.old).count() != 1 {
            let text = format!("`{}` must stand in {} exactly once", mutation.old, mutation.file.display());
            return Err(io::Error::other(text));
        }
        fs::write(&file, source.replacen(&mutation.old, &mutation.new, 1))?;
        let verdict = self.test(&mutation.tests);
        fs::write(&file, source)?;
        verdict
    }

    fn test(&self, tests: &[String]) -> io::Result<Verdict> {
        let built = self.cargo(tests, &["--no-run"]).output()?;
        if !built.status.success() {
            let text = String::from_utf8_lossy(&built.stderr);
            let first = text.lines().find(|line| line.starts_with("error")).unwrap_or("no reason given");
            return Ok(Verdict::Broken(first.to_owned()));
        }
        let ran = self.cargo(tests, &[]).output()?;
        let text = String::from_utf8_lossy(&ran.stdout);
        if !text.lines().any(|line| line.starts_with("test ") && !line.starts_with("test result")) {
            return Err(io::Error::other(format!("{tests:?} runs no test")));
        }
        if ran.status.success() {
            return Ok(Verdict::NotCaught);
        }
        let failed = text.lines().filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"));
        Ok(Verdict::Caught(failed.map(str::to_owned).collect()))
    }

    fn cargo(&self, tests: &[String], more: &[&str]) -> Command {
        let (target, filters) = tests.split_first().map_or(("--lib", [].as_slice()), |(t, rest)| (t.as_str(), rest));
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.build)
            // Nobody looks for a line here, and writing down where each one is takes its part of a build.
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .arg("test")
            .arg("--quiet")
            .args(more);
        if target == "--lib" {
            cargo.arg("--lib");
        } else {
            cargo.args(["--test", target]);
        }
        // One line for each test, by which the failed ones are named.
        cargo.args(filters).args(["--", "--format", "pretty"]);
        cargo
    }
}

fn succeeded(output: Output) -> io::Result<Output> {
    if output.status.success() {
        Ok(output)
    } else {
        Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}
