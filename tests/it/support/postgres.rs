//! A private PostgreSQL cluster for this process, and others that a test may kill.
//!
//! A cluster is made on first use, below the temporary folder, reachable over a Unix socket only, and removed when the
//! process ends, however it ends. It keeps its promises about durability (`fsync` stays on), since tests of ours stand
//! on them.

use std::{
    env, fs,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use sea_orm::{ConnectionTrait, DatabaseConnection};
use tokio::sync::oneshot;

use super::database::migrate;

/// Stays below the 107 bytes that a socket's path may have, wherever the system's temporary folder is.
const PARENT: &str = "/tmp";
const TEMPLATE: &str = "template_gratitude";
/// How often, and how long, the start is watched: 20 ms × 3,000 is a minute.
const START_POLL: Duration = Duration::from_millis(20);
const START_POLLS_MAX: u32 = 3_000;

/// The server programs are not on this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Missing;

/// A database of its own in the cluster; dropped with this value.
pub(crate) struct Lease {
    name: String,
    cluster: &'static Cluster,
}

/// A running server, and all that it takes to run it again.
pub(crate) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    owner: Owner,
    process: Child,
}

/// A server of one's own, with an empty database `gratitude`; killed when dropped.
pub(crate) async fn server() -> Result<Server, Missing> {
    let start = || programs().map(Server::start).ok_or(Missing);
    let server = tokio::task::spawn_blocking(start).await.expect("the server starts")?;
    let connection = sea_orm::Database::connect(server.url("postgres")).await.expect("the server is ready");
    run(&connection, "CREATE DATABASE gratitude").await;
    connection.close().await.expect("it was open");
    Ok(server)
}

struct Cluster {
    server: Server,
    administrator: mpsc::Sender<Task>,
}

enum Task {
    Create(String, oneshot::Sender<()>),
    Drop(String),
}

/// A fresh database, a copy of the migrated template.
pub(crate) async fn lease() -> Result<Lease, Missing> {
    static CLUSTER: LazyLock<Result<Cluster, Missing>> =
        LazyLock::new(|| programs().map(Cluster::start).ok_or(Missing));
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let cluster = tokio::task::spawn_blocking(|| CLUSTER.as_ref().map_err(|missing| *missing))
        .await
        .expect("the cluster starts")?;
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let (done, created) = oneshot::channel();
    cluster
        .administrator
        .send(Task::Create(name.clone(), done))
        .expect("the administrator lives as long as the process");
    created.await.expect("the template can be copied");
    Ok(Lease { name, cluster })
}

impl Lease {
    pub(crate) fn url(&self) -> String {
        self.cluster.server.url(&self.name)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let dropped = self.cluster.administrator.send(Task::Drop(std::mem::take(&mut self.name)));
        dropped.expect("the administrator lives as long as the process");
    }
}

/// The folder of the server programs: the first in `PATH`, else the newest of Debian's.
pub(crate) fn programs() -> Option<PathBuf> {
    let has_programs = |folder: &PathBuf| ["initdb", "postgres"].iter().all(|program| folder.join(program).is_file());
    let path = env::var_os("PATH").unwrap_or_default();
    let in_path = env::split_paths(&path).find(has_programs);
    in_path.or_else(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
        let version = |folder: &PathBuf| folder.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
        versions.map(|entry| entry.path().join("bin")).filter(has_programs).max_by_key(version)
    })
}

impl Cluster {
    fn start(programs: PathBuf) -> Self {
        let server = Server::start(programs);
        let (administrator, tasks) = mpsc::channel();
        let (ready, is_ready) = mpsc::channel();
        let (postgres, template) = (server.url("postgres"), server.url(TEMPLATE));
        thread::spawn(move || administrate(&postgres, &template, &tasks, &ready));
        is_ready.recv().expect("the template is made");
        Self { server, administrator }
    }
}

impl Server {
    fn start(programs: PathBuf) -> Self {
        let folder =
            tempfile::Builder::new().prefix("gratitude-pg-").tempdir_in(PARENT).expect("a temporary folder").keep();
        let owner = Owner::of(&folder);
        watch_over(&folder);
        let initdb = owner
            .command(&programs.join("initdb"))
            .arg("--pgdata")
            .arg(folder.join("data"))
            .args(["--username=gratitude", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"])
            .output()
            .expect("initdb runs");
        assert!(initdb.status.success(), "initdb: {}", String::from_utf8_lossy(&initdb.stderr));
        let mut process = launch(&owner, &programs, &folder);
        if let Err(log) = wait_until_ready(&mut process, &folder) {
            panic!("postgres ended:\n{log}");
        }
        Self { programs, folder, owner, process }
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://gratitude@localhost/{database}?host={}", self.folder.display())
    }

    /// `kill -9`, and a new start on what is on disk: as soon as the children of the dead one have noticed.
    pub(crate) fn kill_and_start_again(&mut self) {
        self.process.kill().expect("it still runs");
        self.process.wait().expect("our own child");
        for _ in 0..START_POLLS_MAX {
            self.process = launch(&self.owner, &self.programs, &self.folder);
            if wait_until_ready(&mut self.process, &self.folder).is_ok() {
                return;
            }
            thread::sleep(START_POLL);
        }
        panic!("postgres did not start again");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().expect("our own child");
        self.process.wait().expect("our own child");
    }
}

fn launch(owner: &Owner, programs: &Path, folder: &Path) -> Child {
    let log = fs::File::options().create(true).append(true).open(folder.join("log")).expect("a log file");
    owner
        .command(&programs.join("postgres"))
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .args(["-c", "listen_addresses=", "-c", "max_connections=300"])
        .stderr(log)
        .spawn()
        .expect("postgres runs")
}

/// Whoever the server runs as: PostgreSQL refuses to run as root.
struct Owner(Option<(u32, u32)>);

impl Owner {
    /// This process's own user, unless that is root: then another, who is given the folder.
    fn of(folder: &Path) -> Self {
        if fs::metadata(folder).expect("just made").uid() != 0 {
            return Self(None);
        }
        let users = fs::read_to_string("/etc/passwd").expect("a system with root has users");
        let find = |name: &str| {
            let line = users.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":x:"))?;
            let mut ids = line.split(':').map_while(|id| id.parse::<u32>().ok());
            Some((ids.next()?, ids.next()?))
        };
        let (uid, gid) = find("postgres").or_else(|| find("nobody")).expect("a user who is not root");
        chown(folder, Some(uid), Some(gid)).expect("root may give folders away");
        Self(Some((uid, gid)))
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.stdin(Stdio::null()).stdout(Stdio::null()).current_dir("/").env("LC_ALL", "C.UTF-8");
        // Its own group: Ctrl-C is for the tests, the server is stopped when they are gone.
        command.process_group(0);
        if let Some((uid, gid)) = self.0 {
            command.uid(uid).gid(gid);
        }
        command
    }
}

/// Leaves a process behind that outlives this one, by however little: when our end of its pipe closes, it stops the
/// server and removes the folder. Destructors of statics don't run, and nothing runs after `kill -9`.
fn watch_over(folder: &Path) {
    const SCRIPT: &str = r#"
        while read -r _; do :; done
        pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" &&
            while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
        rm -rf "$1"
    "#;
    let watcher = Command::new("/bin/sh")
        .args(["-c", SCRIPT, "watch-over"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .current_dir("/")
        .process_group(0)
        .spawn()
        .expect("a shell");
    // The pipe stays open as long as this process lives.
    std::mem::forget(watcher);
}

/// The server writes its process id into the first line of its pid file, and its state into the eighth. Gives its log
/// when it ended instead.
fn wait_until_ready(server: &mut Child, folder: &Path) -> Result<(), String> {
    let pid_file = folder.join("data/postmaster.pid");
    let pid = server.id().to_string();
    for _ in 0..START_POLLS_MAX {
        let state = fs::read_to_string(&pid_file).unwrap_or_default();
        let mut lines = state.lines().map(str::trim);
        if lines.next() == Some(pid.as_str()) && lines.nth(6) == Some("ready") {
            return Ok(());
        }
        if server.try_wait().expect("our own child").is_some() {
            return Err(fs::read_to_string(folder.join("log")).unwrap_or_default());
        }
        thread::sleep(START_POLL);
    }
    panic!("postgres was not ready in time");
}

/// Makes and drops databases one after the other: a template can be copied only while nobody else is connected to it.
/// It has its own runtime, because a connection dies with the runtime of the test that opened it.
#[tokio::main(flavor = "current_thread")]
async fn administrate(postgres: &str, template: &str, tasks: &mpsc::Receiver<Task>, ready: &mpsc::Sender<()>) {
    let connection = sea_orm::Database::connect(postgres).await.expect("the server is ready");
    run(&connection, &format!("CREATE DATABASE {TEMPLATE}")).await;
    migrate(template).await;
    ready.send(()).expect("the starter waits");
    for task in tasks {
        match task {
            Task::Create(name, done) => {
                run(&connection, &format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}")).await;
                // A test that gave up meanwhile no longer waits.
                done.send(()).unwrap_or_default();
            }
            Task::Drop(name) => run(&connection, &format!("DROP DATABASE {name} WITH (FORCE)")).await,
        }
    }
}

async fn run(connection: &DatabaseConnection, sql: &str) {
    connection.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}
