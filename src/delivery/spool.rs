//! A folder into which notes are written, for whoever prints or sends them.
//!
//! `{batch}/notes-000001.ndjson` and so on: a file of JSON lines for each chunk, one line for each note. A file appears
//! whole or not at all, and is on the disk before the notes count as delivered. Until then each writer has one of its
//! own beside it, which whoever has the chunk after it throws away.

use super::{NotTaken, letter::as_json};
use crate::domain::{
    ids::{NoteBatchId, NoteId},
    note::{Chunk, Letter},
    world::Subject,
};
use serde_json::Value;
use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// The token of who takes notes out of a chunk's file, which nobody has in hand any more: behind all others.
const LAST: i64 = i64::MAX;
/// How a file ends that has not got its name yet.
const PART: &str = "part";

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
    /// [`NotTaken`] when the folder can't be written, or another process has taken the chunk over meanwhile; the same
    /// chunk may be handed over again.
    pub async fn take(&self, batch: NoteBatchId, chunk: &Chunk, letters: &[Letter]) -> Result<(), NotTaken> {
        let folder = self.folder.join(batch.to_string());
        let (name, token) = (file_name(chunk.number), chunk.token);
        let lines = lines(letters).map_err(|error| not_taken(&error))?;
        let written = tokio::task::spawn_blocking(move || write(&folder, &name, token, &lines)).await;
        written.unwrap_or_else(|_| Err(io::ErrorKind::Other.into())).map_err(|error| not_taken(&error))
    }
}

impl Spool {
    /// Takes notes out of a chunk's file, if it is still there: their lines are gone when this returns, and so is what
    /// a process that is gone had begun of the file.
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
    throw_away(folder, name, LAST)?;
    let lines = match fs::read_to_string(folder.join(name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        lines => lines?,
    };
    let is_gone = |line: &str| {
        let note = serde_json::from_str::<Value>(line).ok();
        note.is_some_and(|line| line["note"].as_str().is_some_and(|name| notes.iter().any(|note| note == name)))
    };
    let left: String = lines.split_inclusive('\n').filter(|line| !is_gone(line)).collect();
    if left.len() == lines.len() { Ok(()) } else { write(folder, name, LAST, left.as_bytes()) }
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
fn write(folder: &Path, name: &str, token: i64, lines: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    throw_away(folder, name, token)?;
    let part = begin(folder, name, token, lines)?;
    part.persist(folder.join(name))?;
    // The names are on the disk when the folders are.
    sync_folder(folder)?;
    folder.parent().map_or(Ok(()), sync_folder)
}

/// A whole file that has not got its name yet: one of this writer's own, which goes if it does not get it.
fn begin(folder: &Path, name: &str, token: i64, lines: &[u8]) -> io::Result<NamedTempFile> {
    let own = format!("{}{token}.", beginning(name));
    // Made like any other file: whoever fetches it may be somebody else.
    let part = tempfile::Builder::new()
        .prefix(&own)
        .suffix(&format!(".{PART}"))
        .make_in(folder, |path| File::create_new(path))?;
    part.as_file().write_all(lines)?;
    part.as_file().sync_all()?;
    Ok(part)
}

/// Removes what others had begun of a file whose chunk they have no more: they are gone, or too late.
fn throw_away(folder: &Path, name: &str, token: i64) -> io::Result<()> {
    let files = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        files => files?,
    };
    for file in files {
        let file = file?;
        if writer_of(&file.file_name(), name).is_none_or(|it| it > token) {
            continue;
        }
        match fs::remove_file(file.path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// The token of who writes a file of this name, if it is one that has not got its name yet.
fn writer_of(file: &OsStr, name: &str) -> Option<i64> {
    let part = file.to_str()?.strip_prefix(&beginning(name))?.strip_suffix(PART)?;
    // Before each writer had its own, there was one without a token.
    Some(part.split('.').next().and_then(|token| token.parse().ok()).unwrap_or_default())
}

fn beginning(name: &str) -> String {
    format!(".{name}.")
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

    fn chunk(number: u32, token: i64) -> Chunk {
        Chunk { number, owner: "here".to_owned(), token, until: at("2026-11-23T10:00"), notes: 0 }
    }

    fn files(folder: &Path) -> Vec<std::ffi::OsString> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    }

    #[test]
    fn p4_each_who_writes_a_chunk_has_a_file_of_its_own_and_the_last_who_has_the_chunk_wins() {
        let folder = tempfile::tempdir().unwrap();
        let (folder, name) = (folder.path(), "notes-000001.ndjson");
        let text = || fs::read_to_string(folder.join(name)).unwrap();
        // Who took the chunk over is not harmed by whom it was taken from, whoever begins first.
        let newer = begin(folder, name, 2, b"newer").unwrap();
        throw_away(folder, name, 1).unwrap();
        let older = begin(folder, name, 1, b"older, and longer").unwrap();
        newer.persist(folder.join(name)).unwrap();
        assert_eq!(text(), "newer");
        write(folder, name, 3, b"the newest").unwrap();
        assert!(older.persist(folder.join(name)).is_err(), "it has lost the chunk");
        assert_eq!((text().as_str(), files(folder)), ("the newest", vec![name.into()]));
    }

    #[tokio::test]
    async fn p11_what_a_process_that_is_gone_had_begun_goes_with_the_chunk_and_with_an_erasure() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path().to_owned());
        let of_batch = folder.path().join(batch().to_string());
        fs::create_dir_all(&of_batch).unwrap();
        let crashed =
            |number: u32, token| begin(&of_batch, &file_name(number), token, b"Thank you, Ana").unwrap().keep();
        crashed(1, 1).unwrap();
        crashed(2, 1).unwrap();
        fs::write(of_batch.join(".notes-000001.ndjson.part"), "Thank you, Ana").unwrap();
        let letters = [letter(1, "Thank you, Ana")];
        spool.take(batch(), &chunk(1, 2), &letters).await.unwrap();
        assert_eq!(files(&of_batch).len(), 2, "another chunk's is another's");
        // Of the second chunk nothing else is there: it was fetched, or never came.
        spool.take_out(batch(), 2, &[letters[0].note.id]).await.unwrap();
        assert_eq!(files(&of_batch), ["notes-000001.ndjson"]);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn whoever_may_read_a_file_made_beside_them_may_fetch_letters() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let of_batch = folder.path().join(batch().to_string());
        Spool::new(folder.path().to_owned()).take(batch(), &chunk(1, 1), &[letter(1, "Thank you")]).await.unwrap();
        fs::write(folder.path().join("another"), "").unwrap();
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(of_batch.join("notes-000001.ndjson")), mode(folder.path().join("another")));
    }

    #[tokio::test]
    async fn p4_a_chunk_that_comes_again_replaces_the_file_of_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path().join("spool"));
        let mut letters = [letter(1, "Thank you,\nAna"), letter(2, "Danke")];
        let unsaid = &mut letters[1].customer.profile;
        unsaid.display_name.clear();
        (unsaid.given_name, unsaid.family_name) = ("Rui".to_owned(), "Costa".to_owned());
        spool.take(batch(), &chunk(1, 1), &letters).await.unwrap();
        spool.take(batch(), &chunk(1, 2), &letters).await.unwrap();
        let of_batch = folder.path().join("spool").join(batch().to_string());
        assert_eq!(files(&of_batch), ["notes-000001.ndjson"]);
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
        spool.take(batch(), &chunk(1, 1), &letters).await.unwrap();
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
        let not_taken = Spool::new(file).take(batch(), &chunk(1, 1), &[letter(1, "Thank you")]).await.unwrap_err();
        assert!(!not_taken.to_string().contains("a-file"), "{not_taken}");
    }
}
