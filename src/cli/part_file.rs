//! A file that is there once it is whole: half of one is never taken for it.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use super::CliError;

/// A file that is being written beside its place. Removed if it is dropped before it is kept.
#[derive(Debug)]
pub(super) struct PartFile {
    place: PathBuf,
    part: PathBuf,
    file: BufWriter<File>,
    bytes: usize,
    kept: bool,
}

impl PartFile {
    pub(super) fn begin(place: &Path) -> Result<Self, CliError> {
        let mut part: OsString = place.as_os_str().to_owned();
        part.push(".part");
        let file = File::create(&part).map_err(|error| unwritable(place, &error))?;
        Ok(Self { place: place.to_owned(), part: part.into(), file: BufWriter::new(file), bytes: 0, kept: false })
    }

    pub(super) fn write(&mut self, data: &[u8]) -> Result<(), CliError> {
        self.bytes += data.len();
        self.file.write_all(data).map_err(|error| unwritable(&self.place, &error))
    }

    /// Gives it its name, in place of what had it; says which, and how large it is.
    pub(super) fn keep(mut self) -> Result<(PathBuf, usize), CliError> {
        self.file.flush().map_err(|error| unwritable(&self.place, &error))?;
        fs::rename(&self.part, &self.place).map_err(|error| unwritable(&self.place, &error))?;
        self.kept = true;
        Ok((self.place.clone(), self.bytes))
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.kept
            && let Err(error) = fs::remove_file(&self.part)
        {
            tracing::debug!(%error, "half a file was left behind");
        }
    }
}

fn unwritable(place: &Path, error: &io::Error) -> CliError {
    CliError::Usage(format!("{}: {error}", place.display()))
}
