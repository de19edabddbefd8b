//! What rows share: the options, a folder, and the towns, each made once.

use super::{
    options::Options,
    outcome::{Failure, Outcome},
    pgbench::Pgbench,
    postgres,
    town::Town,
};
use sea_orm::{ConnectionTrait, Database};
use std::{
    collections::HashMap,
    io::ErrorKind,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use tokio::sync::Mutex;

pub(crate) struct Bench {
    pub(crate) options: Options,
    /// PostgreSQL's programs, if they are on this machine.
    pub(crate) programs: Option<PathBuf>,
    folder: TempDir,
    made: Mutex<Made>,
}

#[derive(Default)]
struct Made {
    /// By customers, and interactions of each.
    sqlite: HashMap<(u32, u32), Town>,
    postgres: HashMap<(u32, u32), (Town, postgres::Lease)>,
    /// How many copies there were so far, and those that are there still.
    copies: u32,
    sqlite_copies: Vec<PathBuf>,
    postgres_copies: Vec<String>,
}

impl Bench {
    pub(crate) fn new(options: Options) -> Outcome<Self> {
        let mut builder = tempfile::Builder::new();
        let builder = builder.prefix("gratitude-bench-");
        let folder = match &options.folder {
            Some(folder) => builder.tempdir_in(folder)?,
            None => builder.tempdir()?,
        };
        Ok(Self { options, programs: postgres::programs(), folder, made: Mutex::default() })
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A copy of the town of so many customers on SQLite, to write to.
    pub(crate) async fn sqlite_town(&self, customers: u32) -> Outcome<Town> {
        self.sqlite_town_of(customers, self.options.interactions).await
    }

    /// The same, where each customer has so many interactions.
    pub(crate) async fn sqlite_town_of(&self, customers: u32, each: u32) -> Outcome<Town> {
        let mut made = self.made.lock().await;
        made.copies += 1;
        let original = match made.sqlite.get(&(customers, each)) {
            Some(known) => known.clone(),
            None => self.sqlite_original(customers, each, made.copies).await?,
        };
        made.sqlite.insert((customers, each), original.clone());
        let copy = self.folder().join(format!("copy-{}.db", made.copies));
        std::fs::copy(path(&original.url)?, &copy)?;
        made.sqlite_copies.push(copy.clone());
        Ok(Town { url: format!("sqlite:{}", copy.display()), customers: original.customers })
    }

    async fn sqlite_original(&self, customers: u32, each: u32, attempt: u32) -> Outcome<Town> {
        let name = format!("town-{customers}-{each}.db");
        let being_made = self.folder().join(format!("{attempt}-{name}"));
        let Some(keep) = &self.options.keep else {
            return Town::build(&format!("sqlite:{}", being_made.display()), customers, each).await;
        };
        let kept = keep.join(&name);
        if !kept.is_file() {
            Town::build(&format!("sqlite:{}", being_made.display()), customers, each).await?;
            std::fs::create_dir_all(keep)?;
            std::fs::copy(&being_made, &kept)?;
            std::fs::remove_file(&being_made)?;
        }
        Ok(Town { url: format!("sqlite:{}", kept.display()), customers: customers.into() })
    }

    /// A copy of the town on PostgreSQL, to write to.
    pub(crate) async fn postgres_town(&self) -> Outcome<Town> {
        self.postgres_town_of(self.options.customers(), self.options.interactions).await
    }

    /// A copy of the town of so many customers, each with so many interactions.
    pub(crate) async fn postgres_town_of(&self, customers: u32, each: u32) -> Outcome<Town> {
        let mut made = self.made.lock().await;
        let url = match made.postgres.get(&(customers, each)) {
            Some((original, _lease)) => original.url.clone(),
            None => {
                let missing = |_| Failure::from("PostgreSQL's server programs are not on this machine");
                let lease = postgres::lease().await.map_err(missing)?;
                let original = Town::build(&lease.url(), customers, each).await?;
                let url = original.url.clone();
                made.postgres.insert((customers, each), (original, lease));
                url
            }
        };
        made.copies += 1;
        let name = format!("copy_{}", made.copies);
        let (server, host) = url.split_once("?host=").ok_or("a URL of the cluster")?;
        let (server, from) = server.rsplit_once('/').ok_or("a URL of the cluster")?;
        let copy = format!("CREATE DATABASE {name} TEMPLATE {from} STRATEGY FILE_COPY");
        administrate(&url, &copy).await?;
        made.postgres_copies.push(name.clone());
        Ok(Town { url: format!("{server}/{name}?host={host}"), customers: customers.into() })
    }

    /// Removes the copies that a row wrote to: a large town has gigabytes.
    pub(crate) async fn clear(&self) -> Outcome<()> {
        let mut made = self.made.lock().await;
        for copy in std::mem::take(&mut made.sqlite_copies) {
            for ending in ["", "-wal", "-shm"] {
                match std::fs::remove_file(format!("{}{ending}", copy.display())) {
                    Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
                    _ => {}
                }
            }
        }
        let copies = std::mem::take(&mut made.postgres_copies);
        // All are in one cluster.
        if let Some((original, _lease)) = made.postgres.values().next() {
            for copy in copies {
                administrate(&original.url, &format!("DROP DATABASE {copy} WITH (FORCE)")).await?;
            }
        }
        Ok(())
    }

    /// pgbench for a town on PostgreSQL.
    pub(crate) fn pgbench(&self, town: &Town) -> Outcome<Pgbench> {
        Pgbench::new(self.programs.as_deref().ok_or("PostgreSQL's programs are not on this machine")?, &town.url)
    }
}

/// Runs a statement beside the databases of a cluster, one of which has this URL.
async fn administrate(url: &str, sql: &str) -> Outcome<()> {
    let (server, host) = url.split_once("?host=").ok_or("a URL of the cluster")?;
    let (server, _) = server.rsplit_once('/').ok_or("a URL of the cluster")?;
    let administrator = Database::connect(format!("{server}/postgres?host={host}")).await?;
    administrator.execute_unprepared(sql).await?;
    Ok(administrator.close().await?)
}

/// The file of an SQLite database.
pub(crate) fn path(url: &str) -> Outcome<&Path> {
    Ok(Path::new(url.strip_prefix("sqlite:").ok_or("an SQLite URL")?))
}
