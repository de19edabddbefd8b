//! The file that is imported: CSV or JSON lines, also packed with gzip, read row by row.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use flate2::read::MultiGzDecoder;

use super::{
    columns::Columns,
    mapping::{FileOptions, Format},
    record::Record,
};

/// A row longer than this is a fault of the file, such as a quotation mark that is never closed.
const ROW_MAX_BYTES: u64 = 1024 * 1024;
/// In how many rows of JSON lines we look for columns.
const SAMPLE_ROWS: usize = 100;

/// Rows of a file, in order.
pub(super) struct Rows {
    lines: Lines,
    empty: Vec<String>,
    number: u64,
    /// Where the wanted cells stand, and what they are called.
    wanted: Vec<usize>,
    wanted_names: Vec<String>,
}

enum Lines {
    Csv { reader: csv::Reader<Box<dyn Read + Send>>, row: csv::ByteRecord, width: usize, budget: Arc<AtomicU64> },
    Json { reader: Box<dyn BufRead + Send>, line: u64, sample: VecDeque<(u64, Vec<u8>)> },
}

/// A row that can't be read, while the rows after it can.
#[derive(Debug)]
pub(super) struct BadRow {
    pub(super) line: u64,
    pub(super) reason: String,
}

impl Rows {
    /// Opens a file and finds its columns. `read` counts the bytes taken from it, packed as they are.
    ///
    /// # Errors
    /// If it can't be read, or has no heading.
    pub(super) fn open(path: &Path, options: &FileOptions, read: Arc<AtomicU64>) -> io::Result<(Self, Columns)> {
        let (packed, format) = kind_of(path);
        let format = options.format.or(format).ok_or_else(|| {
            io::Error::other(
                "its name does not say what it is; set `format` in section [file] to \"csv\" or \"ndjson\"",
            )
        })?;
        let file = Counted { inner: File::open(path)?, read };
        let plain: Box<dyn Read + Send> =
            if packed { Box::new(MultiGzDecoder::new(BufReader::new(file))) } else { Box::new(file) };
        let (lines, columns) = match format {
            Format::Csv => csv_lines(plain, options)?,
            Format::Ndjson => json_lines(plain, options)?,
        };
        let rows =
            Self { lines, empty: options.empty.clone(), number: 0, wanted: Vec::new(), wanted_names: Vec::new() };
        Ok((rows, Columns::closed(columns)))
    }

    /// Keeps only the cells that a plan asked for.
    pub(super) fn only(&mut self, columns: &Columns) {
        self.wanted = columns.wanted().to_vec();
        self.wanted_names = columns.wanted_names();
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// Of the file itself, after which no row can be read.
    pub(super) fn next(&mut self) -> io::Result<Option<Result<Record, BadRow>>> {
        let (line, cells) = match &mut self.lines {
            Lines::Csv { reader, row, width, budget } => {
                budget.store(ROW_MAX_BYTES, Ordering::Relaxed);
                if !reader.read_byte_record(row).map_err(io::Error::other)? {
                    return Ok(None);
                }
                let line = row.position().map_or(0, csv::Position::line);
                (line, csv_cells(row, *width, &self.wanted))
            }
            Lines::Json { reader, line, sample } => {
                let (number, text) = match sample.pop_front() {
                    Some(row) => row,
                    None => match json_line(reader.as_mut(), line)? {
                        Some(row) => row,
                        None => return Ok(None),
                    },
                };
                (number, json_cells(&text, &self.wanted_names))
            }
        };
        self.number += 1;
        Ok(Some(match cells {
            Ok(cells) => {
                let cells = cells.into_iter().map(|cell| self.without_empty(cell)).collect();
                Ok(Record { line, number: self.number, cells, derived: Vec::new() })
            }
            Err(reason) => Err(BadRow { line, reason }),
        }))
    }

    fn without_empty(&self, cell: String) -> String {
        let trimmed = cell.trim();
        if self.empty.iter().any(|empty| empty == trimmed) {
            String::new()
        } else if trimmed.len() == cell.len() {
            cell
        } else {
            trimmed.to_owned()
        }
    }
}

/// Whether a file is packed, and what its name says it is.
fn kind_of(path: &Path) -> (bool, Option<Format>) {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let (packed, name) = name.strip_suffix(".gz").map_or((false, name.as_str()), |plain| (true, plain));
    let format = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("csv" | "tsv" | "txt") => Some(Format::Csv),
        Some("ndjson" | "jsonl") => Some(Format::Ndjson),
        _ => None,
    };
    (packed, format)
}

fn csv_lines(plain: Box<dyn Read + Send>, options: &FileOptions) -> io::Result<(Lines, Vec<String>)> {
    let delimiter = u8::try_from(options.delimiter.unwrap_or(','))
        .map_err(|_| io::Error::other("`delimiter` must be a single byte, such as ; or a tab"))?;
    let budget = Arc::new(AtomicU64::new(ROW_MAX_BYTES));
    let bounded = Bounded { inner: plain, budget: Arc::clone(&budget) };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(Box::new(bounded) as Box<dyn Read + Send>);
    let headings = reader.headers().map_err(io::Error::other)?;
    // Some programs begin a file with a byte order mark.
    let columns: Vec<_> =
        headings.iter().map(|heading| heading.trim_start_matches('\u{feff}').trim().to_owned()).collect();
    if columns.iter().all(String::is_empty) {
        return Err(io::Error::other("it has no heading that names its columns"));
    }
    let width = columns.len();
    Ok((Lines::Csv { reader, row: csv::ByteRecord::new(), width, budget }, columns))
}

fn csv_cells(row: &csv::ByteRecord, width: usize, wanted: &[usize]) -> Result<Vec<String>, String> {
    if row.len() != width {
        return Err(format!("it has {} columns where the heading has {width}", row.len()));
    }
    let cell = |index: &usize| {
        let bytes = row.get(*index).unwrap_or_default();
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| format!("column {} is not UTF-8", index + 1))
    };
    wanted.iter().map(cell).collect()
}

fn json_lines(plain: Box<dyn Read + Send>, options: &FileOptions) -> io::Result<(Lines, Vec<String>)> {
    let mut reader: Box<dyn BufRead + Send> = Box::new(BufReader::new(plain));
    let mut columns = options.columns.clone();
    let (mut line, mut sample) = (0, VecDeque::new());
    while sample.len() < SAMPLE_ROWS
        && let Some((number, text)) = json_line(reader.as_mut(), &mut line)?
    {
        if let Ok(row) = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&text) {
            for key in row.keys().filter(|key| !key.contains(['{', '}'])) {
                if !columns.contains(key) {
                    columns.push(key.clone());
                }
            }
        }
        sample.push_back((number, text));
    }
    Ok((Lines::Json { reader, line, sample }, columns))
}

/// The next line that is not blank, with its number.
fn json_line(reader: &mut (dyn BufRead + Send), line: &mut u64) -> io::Result<Option<(u64, Vec<u8>)>> {
    loop {
        let mut text = Vec::new();
        let taken = (&mut *reader).take(ROW_MAX_BYTES).read_until(b'\n', &mut text)?;
        if taken == 0 {
            return Ok(None);
        }
        *line += 1;
        if taken as u64 == ROW_MAX_BYTES {
            return Err(too_long());
        }
        if !text.trim_ascii().is_empty() {
            return Ok(Some((*line, text)));
        }
    }
}

fn json_cells(text: &[u8], wanted: &[String]) -> Result<Vec<String>, String> {
    let row: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(text).map_err(|error| format!("it is no JSON object: {error}"))?;
    let cell = |name: &String| match row.get(name) {
        None | Some(serde_json::Value::Null) => String::new(),
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    Ok(wanted.iter().map(cell).collect())
}

fn too_long() -> io::Error {
    io::Error::other(format!("a row is longer than {ROW_MAX_BYTES} bytes; is a quotation mark not closed?"))
}

/// Counts what is read, for the progress bar.
struct Counted {
    inner: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let taken = self.inner.read(buffer)?;
        self.read.fetch_add(taken as u64, Ordering::Relaxed);
        Ok(taken)
    }
}

/// Ends reading when one row takes more than its budget, so that no file can fill the memory.
struct Bounded {
    inner: Box<dyn Read + Send>,
    budget: Arc<AtomicU64>,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let taken = self.inner.read(buffer)?;
        let left = self.budget.load(Ordering::Relaxed).checked_sub(taken as u64).ok_or_else(too_long)?;
        self.budget.store(left, Ordering::Relaxed);
        Ok(taken)
    }
}
