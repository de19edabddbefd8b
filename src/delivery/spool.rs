//! A folder into which notes are written, for whoever prints or sends them.
//!
//! `{batch}/notes-000001.ndjson` and so on: a file of JSON lines for each chunk, one line for each note. A file appears
//! whole or not at all, and is on the disk before the notes count as delivered.

use super::{NotTaken, letter::as_json};
use crate::domain::{
    ids::{NoteBatchId, NoteId},
    note::Letter,
    world::Subject,
};
use serde_json::Value;
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The spool folder.
#[derive(Debug, Clone)]
pub struct Spool {
    folder: PathBuf,
}

impl Spool {
    /// The spool in this folder; it is made when the first chunk comes.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Whether the far side recognises what it gets twice: a chunk that comes again replaces the file of its name.
    pub const DEDUPLICATES: bool = true;

    /// Takes a chunk. When this returns, its file is on the disk.
    ///
    /// # Errors
    /// [`NotTaken`] when the folder can't be written; the same chunk may be handed over again.
    pub async fn take(&self, batch: NoteBatchId, chunk: u32, letters: &[Letter]) -> Result<(), NotTaken> {
        let folder = self.folder.join(batch.to_string());
        let name = file_name(chunk);
        let lines = lines(letters).map_err(|error| not_taken(&error))?;
        let written = tokio::task::spawn_blocking(move || write(&folder, &name, &lines)).await;
        written.unwrap_or_else(|_| Err(io::ErrorKind::Other.into())).map_err(|error| not_taken(&error))
    }
}

impl Spool {
    /// Takes notes out of a chunk's file, if it is still there: their lines are gone when this returns.
    ///
    /// # Errors
    /// [`NotTaken`] when the folder can't be read or written.
    pub async fn take_out(&self, batch: NoteBatchId, chunk: u32, notes: &[NoteId]) -> Result<(), NotTaken> {
        let folder = self.folder.join(batch.to_string());
        let name = file_name(chunk);
        let gone: Vec<_> = notes.iter().map(|note| Subject::Note(batch, *note).to_string()).collect();
        let taken = tokio::task::spawn_blocking(move || take_out(&folder, &name, &gone)).await;
        taken.unwrap_or_else(|_| Err(io::ErrorKind::Other.into())).map_err(|error| not_taken(&error))
    }
}

fn file_name(chunk: u32) -> String {
    format!("notes-{chunk:06}.ndjson")
}

fn take_out(folder: &Path, name: &str, notes: &[String]) -> io::Result<()> {
    let lines = match fs::read_to_string(folder.join(name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        lines => lines?,
    };
    let is_gone = |line: &str| {
        let note = serde_json::from_str::<Value>(line).ok();
        note.is_some_and(|line| line["note"].as_str().is_some_and(|name| notes.iter().any(|note| note == name)))
    };
    let left: String = lines.split_inclusive('\n').filter(|line| !is_gone(line)).collect();
    if left.len() == lines.len() { Ok(()) } else { write(folder, name, left.as_bytes()) }
}

/// Only the kind: the text of an error may hold a path.
fn not_taken(error: &io::Error) -> NotTaken {
    NotTaken(format!("the spool folder can't be written ({})", error.kind()))
}

fn lines(letters: &[Letter]) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for letter in letters {
        serde_json::to_writer(&mut lines, &as_json(letter))?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// Writes a file under another name, has it on the disk, and only then gives it its own.
fn write(folder: &Path, name: &str, lines: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let unfinished = folder.join(format!(".{name}.part"));
    let mut file = File::create(&unfinished)?;
    file.write_all(lines)?;
    file.sync_all()?;
    fs::rename(&unfinished, folder.join(name))?;
    // The names are on the disk when the folders are.
    sync_folder(folder)?;
    folder.parent().map_or(Ok(()), sync_folder)
}

/// Other systems than Unix can't open a folder; there the names are the file system's own care.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) && !folder.as_os_str().is_empty() { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::{
        customer::{Channel, Purpose},
        note::{Note, NoteState, Tries, Words},
        testkit::{at, customer, shop},
    };
    use std::sync::Arc;
    use uuid::Uuid;

    fn letter(n: u8, text: &str) -> Letter {
        let customer = customer(n);
        let at = at("2026-11-23T10:00");
        let note = Note {
            id: NoteId(Uuid::from_u128(n.into())),
            batch: batch(),
            customer: customer.id,
            gestures: Vec::new(),
            channel: Some(Channel::Email),
            words: Words { text: text.to_owned(), ..Words::default() },
            state: NoteState::Delivering,
            reason: None,
            explanation: String::new(),
            problems: Vec::new(),
            due_at: at,
            chunk: Some(1),
            printed: None,
            tries: Tries::default(),
            created_at: at,
            delivered_at: None,
            edit: None,
            version: 1,
        };
        Letter { note, customer, location: Arc::new(shop()), purpose: Purpose::Gratitude }
    }

    fn batch() -> NoteBatchId {
        NoteBatchId(Uuid::from_u128(7))
    }

    #[tokio::test]
    async fn p4_a_chunk_that_comes_again_replaces_the_file_of_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path().join("spool"));
        let mut letters = [letter(1, "Thank you,\nAna"), letter(2, "Danke")];
        let unsaid = &mut letters[1].customer.profile;
        unsaid.display_name.clear();
        (unsaid.given_name, unsaid.family_name) = ("Rui".to_owned(), "Costa".to_owned());
        spool.take(batch(), 1, &letters).await.unwrap();
        spool.take(batch(), 1, &letters).await.unwrap();
        let of_batch = folder.path().join("spool").join(batch().to_string());
        let files: Vec<_> = fs::read_dir(&of_batch).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(files, ["notes-000001.ndjson"]);
        let text = fs::read_to_string(of_batch.join("notes-000001.ndjson")).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "a line for each note, whatever it says");
        assert_eq!(lines[0]["to"]["address"], "ana1@example.com");
        assert_eq!(
            [&lines[0]["to"]["name"], &lines[1]["to"]["name"]],
            ["Ana 1", "Rui Costa"],
            "an envelope has a name"
        );
        assert_eq!(lines[0]["text"], "Thank you,\nAna");
    }

    #[tokio::test]
    async fn p11_notes_are_taken_out_of_a_chunk_and_the_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path().to_owned());
        let letters = [letter(1, "Thank you, Ana"), letter(2, "Danke")];
        spool.take(batch(), 1, &letters).await.unwrap();
        spool.take_out(batch(), 1, &[letters[0].note.id]).await.unwrap();
        let text = fs::read_to_string(folder.path().join(batch().to_string()).join("notes-000001.ndjson")).unwrap();
        assert_eq!(text.lines().count(), 1);
        assert!(text.contains("Danke") && !text.contains("Thank you, Ana"));
        spool.take_out(batch(), 2, &[letters[0].note.id]).await.expect("a file that was fetched is not there");
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_told_without_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a-file");
        fs::write(&file, "in the way").unwrap();
        let not_taken = Spool::new(file).take(batch(), 1, &[letter(1, "Thank you")]).await.unwrap_err();
        assert!(!not_taken.to_string().contains("a-file"), "{not_taken}");
    }
}
