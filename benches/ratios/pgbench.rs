//! PostgreSQL's own benchmark program, as the bare side of what runs on PostgreSQL.

use super::{outcome::Outcome, process::finish, trace::Group};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement, Value};
use std::{
    collections::HashMap,
    fmt::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// pgbench, and the database that it runs against.
#[derive(Debug, Clone)]
pub(crate) struct Pgbench {
    programs: PathBuf,
    url: String,
    arguments: Vec<String>,
}

impl Pgbench {
    /// pgbench from this folder, for the database at `postgres://user@localhost/name?host=folder`.
    pub(crate) fn new(programs: &Path, url: &str) -> Outcome<Self> {
        let wrong = || format!("not a URL of the benchmark's cluster: {url}");
        let (front, host) = url.split_once("?host=").ok_or_else(wrong)?;
        let (user, name) = front
            .strip_prefix("postgres://")
            .and_then(|rest| rest.split_once('/'))
            .and_then(|(user, name)| Some((user.split_once('@')?.0, name)))
            .ok_or_else(wrong)?;
        let arguments = ["-h", host, "-U", user, "-n"].map(str::to_owned).into_iter().chain([name.to_owned()]);
        Ok(Self { programs: programs.to_owned(), url: url.to_owned(), arguments: arguments.collect() })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let in_path = Path::new("pgbench");
        let beside = self.programs.join("pgbench");
        let mut command = Command::new(if beside.is_file() { beside.as_path() } else { in_path });
        command.args(arguments).args(&self.arguments).stdin(Stdio::null());
        command
    }

    /// Runs a script again and again on so many connections; returns how often a second.
    pub(crate) fn rate(&self, script: &Path, clients: u32, seconds: f64) -> Outcome<f64> {
        let (clients, seconds) = (clients.to_string(), format!("{:.0}", seconds.max(1.0)));
        let script = script.to_str().ok_or("a path of ours is plain text")?;
        let said =
            finish(&mut self.command(&["-M", "prepared", "-c", &clients, "-j", "2", "-T", &seconds, "-f", script]))?;
        let failed = said.lines().find(|line| line.starts_with("number of failed transactions"));
        if let Some(failed) = failed.filter(|failed| !failed.contains(": 0 ")) {
            return Err(format!("pgbench: {failed}").into());
        }
        let tps = said.lines().find_map(|line| line.strip_prefix("tps = ")).ok_or("pgbench said no tps")?;
        Ok(tps.split(' ').next().unwrap_or_default().parse()?)
    }

    /// Executes groups, each share of them on a connection of its own at once, each statement prepared once there.
    /// Returns the seconds from the first group's begin to the last one's end, by the server's clock.
    pub(crate) async fn replay(&self, shares: &[&[Group]], folder: &Path) -> Outcome<f64> {
        let db = Database::connect(&self.url).await?;
        db.execute_unprepared("DROP TABLE IF EXISTS marks; CREATE TABLE marks (at timestamptz NOT NULL)").await?;
        let mut running = Vec::new();
        for (n, own) in shares.iter().enumerate() {
            let script = folder.join(format!("replay-{n}.sql"));
            std::fs::write(&script, replay_script(own)?)?;
            let script = script.to_str().ok_or("a path of ours is plain text")?.to_owned();
            let arguments = ["-M", "simple", "-c", "1", "-t", "1", "-f", &script];
            let mut command = self.command(&arguments);
            running.push(std::thread::spawn(move || finish(&mut command)));
        }
        for process in running {
            let said = process.join().map_err(|_| "pgbench could not be waited for")??;
            if !said.contains("number of transactions actually processed: 1/1") {
                return Err(format!("pgbench: {said}").into());
            }
        }
        let sql = "SELECT EXTRACT(EPOCH FROM max(at) - min(at))::float8 FROM marks";
        let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?.ok_or("a row")?;
        let seconds = row.try_get_by_index(0)?;
        db.close().await?;
        Ok(seconds)
    }
}

const MARK: &str = "INSERT INTO marks VALUES (clock_timestamp());\n";

/// Everything is prepared first, then the groups follow as transactions, between two marks.
fn replay_script(groups: &[Group]) -> Outcome<String> {
    let (mut prepare, mut execute) = (String::new(), String::new());
    let mut names: HashMap<&str, usize> = HashMap::new();
    for group in groups {
        execute.push_str("BEGIN;\n");
        for statement in group {
            let next = names.len();
            let name = *names.entry(&statement.sql).or_insert(next);
            if name == next {
                let types = statement.values.iter().flat_map(|values| &values.0).map(type_of).collect::<Vec<_>>();
                let types = if types.is_empty() { String::new() } else { format!(" ({})", types.join(", ")) };
                writeln!(prepare, "PREPARE s{name}{types} AS {};", statement.sql)?;
            }
            let values = statement.values.iter().flat_map(|values| &values.0).map(literal).collect::<Vec<_>>();
            if values.is_empty() {
                writeln!(execute, "EXECUTE s{name};")?;
            } else {
                writeln!(execute, "EXECUTE s{name}({});", values.join(", "))?;
            }
        }
        execute.push_str("COMMIT;\n");
    }
    Ok(format!("{prepare}{MARK}{execute}{MARK}"))
}

/// The type that the driver says a value has.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "boolean",
        Value::Int(_) => "integer",
        Value::BigInt(_) => "bigint",
        Value::String(_) => "text",
        Value::Uuid(_) => "uuid",
        _ => "unknown",
    }
}

/// A value as PostgreSQL reads it.
fn literal(value: &Value) -> String {
    Statement::from_sql_and_values(DbBackend::Postgres, "$1", [value.clone()]).to_string()
}

/// A statement whose values stand in it, but for those that are another's in each run.
pub(crate) fn with_values(statement: &Statement, others: &[(Value, &str)]) -> String {
    let values: Vec<&Value> = statement.values.iter().flat_map(|values| &values.0).collect();
    let mut sql = statement.sql.clone();
    // From the last: $1 is also the beginning of $12.
    for (n, value) in values.iter().enumerate().rev() {
        let other = others.iter().find(|(other, _)| other == *value).map(|(_, text)| (*text).to_owned());
        sql = sql.replace(&format!("${}", n + 1), &other.unwrap_or_else(|| literal(value)));
    }
    sql
}
