//! What did not go in, and why: a file of line and reason, without the rows themselves.
//!
//! The rows stay where they are: a corrected file is imported again as a whole, and what went in before changes
//! nothing. So no data of a person who asked to be forgotten is written anew.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

/// The file, which is made when the first row is rejected.
#[derive(Debug)]
pub(super) struct Rejects {
    path: PathBuf,
    file: Option<csv::Writer<File>>,
}

impl Rejects {
    /// Rejects of an import go to `path`. What an earlier import left there is removed.
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        Ok(Self { path: path.to_owned(), file: None })
    }

    /// Keeps one.
    pub(super) fn add(&mut self, line: u64, reason: &str) -> io::Result<()> {
        if self.file.is_none() {
            let mut file = csv::Writer::from_path(&self.path).map_err(io::Error::other)?;
            file.write_record(["line", "reason"]).map_err(io::Error::other)?;
            self.file = Some(file);
        }
        let file = self.file.as_mut().expect("made above");
        file.write_record([line.to_string().as_str(), reason]).map_err(io::Error::other)
    }

    /// Writes what is still to be written.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), csv::Writer::flush)
    }
}
