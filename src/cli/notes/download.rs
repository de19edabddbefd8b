//! `gratitude notes download`: the notes of an approved batch as a file, or on paper.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};

use super::{batch, layout::Layout};
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
        part_file::PartFile,
        show,
    },
    proto::v1,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes download --format csv --out letters.csv --filter 'note.channel = POST'
  gratitude notes download 1b6c --format ndjson --out - | head
  gratitude notes download 1b6c --format pdf --layout letter-a4 --out letters.pdf
  gratitude notes download 1b6c --format pdf --layout folded-card --sheets-per-file 200 --out cards.pdf
  gratitude notes download 1b6c --format pdf --layout labels-a4 --beside 0191d2c4-… --out labels.pdf

Only an approved batch can be taken away. Downloading marks nothing as delivered; printed notes are, by
`gratitude notes confirm`, once they are on paper. Of several PDFs, the second is called letters-2.pdf, and so on.")]
pub(super) struct Download {
    #[command(flatten)]
    client: ClientArgs,
    /// Which batch: its id, or how that ends. Default: the newest.
    batch: Option<String>,
    /// How the file is written.
    #[arg(long, value_enum, default_value = "ndjson")]
    format: Format,
    /// Where to; `-` is standard output. A file that is there is replaced once the whole has come.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Only these; over note fields, such as 'note.channel = POST'.
    #[arg(long, value_name = "FILTER", default_value = "")]
    filter: String,
    /// For PDF: on what it is printed.
    #[arg(long, value_enum, required_if_eq("format", "pdf"))]
    layout: Option<Layout>,
    /// For PDF: most sheets in one file; 1,000, when not said.
    #[arg(long, value_name = "COUNT", default_value_t = 0, hide_default_value = true, value_parser = clap::value_parser!(i32).range(0..))]
    sheets_per_file: i32,
    /// For PDF: the print run whose paper is lost or spoilt; its notes are printed anew.
    #[arg(long, value_name = "RUN", default_value = "", hide_default_value = true, conflicts_with = "filter")]
    replaces: String,
    /// For address labels: the print run beside whose sheets they lie, in its order.
    #[arg(long, value_name = "RUN", default_value = "", hide_default_value = true, conflicts_with = "filter")]
    beside: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Ndjson,
    Csv,
    Pdf,
}

/// What came besides the bytes.
#[derive(Debug, Default)]
struct Came {
    files: Vec<(PathBuf, usize)>,
    run: String,
    left_out: Vec<v1::LeftOutNote>,
}

impl Download {
    pub(super) async fn run(self) -> Result<(), CliError> {
        self.check_place()?;
        let client = Client::connect(&self.client).await?;
        let name = batch::chosen(&client, self.batch.as_deref()).await?;
        let format = match self.format {
            Format::Ndjson => v1::download_note_batch_request::Format::Ndjson,
            Format::Csv => v1::download_note_batch_request::Format::Csv,
            Format::Pdf => v1::download_note_batch_request::Format::Pdf,
        };
        let request = v1::DownloadNoteBatchRequest {
            name: name.clone(),
            format: format.into(),
            filter: self.filter.clone(),
            layout: self.layout.map_or(0, |layout| layout.of_contract().into()),
            sheets_per_file: self.sheets_per_file,
            replaces_print_run: self.replaces.clone(),
            beside_print_run: self.beside.clone(),
        };
        let mut came = Came::default();
        let received = match self.out == Path::new("-") {
            true => to_stdout(&client, request, &mut came).await,
            false => self.to_files(&client, request, &mut came).await,
        };
        if let (Err(_), false) = (&received, came.run.is_empty()) {
            // What was taken for the run is printed by nothing else from now on.
            let mut stderr = io::stderr().lock();
            writeln!(stderr, "The print run {} was cut off; download again with --replaces {0}", came.run)?;
        }
        received?;
        // What nobody has confirmed is printed by nothing else: its runs are named, in case that paper is lost.
        let is_empty = self.format == Format::Pdf && came.files.is_empty() && self.out != Path::new("-");
        let open = if is_empty { batch::read(&client, &name).await?.open_print_runs } else { Vec::new() };
        self.tell(&name, &came, &open)
    }

    /// Refuses a folder that is not there before notes are taken for a print run.
    fn check_place(&self) -> Result<(), CliError> {
        let folder = self.out.parent().filter(|folder| !folder.as_os_str().is_empty());
        match folder {
            Some(folder) if !folder.is_dir() => {
                Err(CliError::Usage(format!("--out {}: there is no folder {}", self.out.display(), folder.display())))
            }
            _ => Ok(()),
        }
    }

    /// Writes each file as it comes.
    async fn to_files(
        &self,
        client: &Client,
        request: v1::DownloadNoteBatchRequest,
        came: &mut Came,
    ) -> Result<(), CliError> {
        let parts = client.notes().download_note_batch(request).await;
        let mut parts = parts.map_err(|status| client.failure(&status))?.into_inner();
        let mut writing: Option<(i32, PartFile)> = None;
        while let Some(part) = parts.message().await.map_err(|status| client.failure(&status))? {
            came.note(&part);
            if part.data.is_empty() {
                continue;
            }
            let mut file = match writing.take() {
                Some((number, file)) if number == part.file => file,
                other => {
                    if let Some((_, whole)) = other {
                        came.files.push(whole.keep()?);
                    }
                    PartFile::begin(&self.place(part.file))?
                }
            };
            file.write(&part.data)?;
            writing = Some((part.file, file));
        }
        let last = match writing {
            Some((_, file)) => Some(file),
            // No note of a CSV or NDJSON file is a file all the same; a PDF without pages is none.
            None if self.format != Format::Pdf => Some(PartFile::begin(&self.out)?),
            None => None,
        };
        if let Some(last) = last {
            came.files.push(last.keep()?);
        }
        Ok(())
    }

    /// The first file is called as it was said, the second bears its number.
    fn place(&self, number: i32) -> PathBuf {
        if number <= 1 {
            return self.out.clone();
        }
        let stem = self.out.file_stem().unwrap_or_default().to_string_lossy();
        let ending = self.out.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
        self.out.with_file_name(format!("{stem}-{number}{ending}"))
    }

    fn tell(&self, batch: &str, came: &Came, open: &[v1::OpenPrintRun]) -> Result<(), CliError> {
        // Beside a file on standard output, what is to be said goes to people.
        let mut to: Box<dyn Write> = match self.out == Path::new("-") {
            true => Box::new(io::stderr().lock()),
            false => Box::new(io::stdout().lock()),
        };
        for (file, bytes) in &came.files {
            writeln!(to, "{} ({bytes} bytes)", file.display())?;
        }
        if self.format != Format::Pdf {
            return Ok(());
        }
        if came.files.is_empty() && self.out != Path::new("-") {
            writeln!(to, "{}", nothing(batch::ending(batch), open))?;
        }
        for note in &came.left_out {
            let problems: Vec<_> = note.problems.iter().map(|problem| problem.text.as_str()).collect();
            let why = if problems.is_empty() { note.explanation.clone() } else { problems.join(" ") };
            writeln!(to, "left out: {}: {why}", note.customer)?;
        }
        if !came.run.is_empty() {
            writeln!(
                to,
                "\nOnce it is on paper:\n  gratitude notes confirm {} --run {}",
                batch::ending(batch),
                came.run
            )?;
        }
        Ok(())
    }
}

/// That nothing is there to print, and what waits on paper.
fn nothing(batch: &str, open: &[v1::OpenPrintRun]) -> String {
    let Some(first) = open.first() else { return "Nothing is there to print.".to_owned() };
    let mut lines = vec!["Nothing is there to print that is not on paper already:".to_owned()];
    lines.extend(open.iter().map(|run| format!("  {}", show::open_print_run(run))));
    lines.push("\nOnce it is sent, or if the paper is lost:".to_owned());
    lines.push(format!("  gratitude notes confirm {batch} --run {}", first.print_run));
    lines.push(format!("  gratitude notes download {batch} --format pdf … --replaces {}", first.print_run));
    lines.join("\n")
}

impl Came {
    fn note(&mut self, part: &v1::DownloadNoteBatchResponse) {
        if self.run.is_empty() {
            self.run.clone_from(&part.print_run);
        }
        self.left_out.extend(part.left_out.iter().cloned());
    }
}

/// Writes the parts as they come.
async fn to_stdout(client: &Client, request: v1::DownloadNoteBatchRequest, came: &mut Came) -> Result<(), CliError> {
    let parts = client.notes().download_note_batch(request).await;
    let mut parts = parts.map_err(|status| client.failure(&status))?.into_inner();
    let mut stdout = io::stdout().lock();
    while let Some(part) = parts.message().await.map_err(|status| client.failure(&status))? {
        came.note(&part);
        if part.file > 1 {
            return Err(CliError::Usage(
                "--out -: there are several files; name one, or narrow them by --filter".to_owned(),
            ));
        }
        stdout.write_all(&part.data)?;
    }
    Ok(stdout.flush()?)
}

#[cfg(test)]
mod tests {
    use super::nothing;
    use crate::proto::v1::OpenPrintRun;

    #[test]
    fn what_lies_on_paper_is_named_where_nothing_is_left_to_print() {
        assert_eq!(nothing("1b6c", &[]), "Nothing is there to print.");
        let run = |name: &str| OpenPrintRun { print_run: name.to_owned(), sheet_count: 4 };
        let said = nothing("1b6c", &[run("f1c8"), run("a0d2")]);
        for line in [
            "  4 on paper, not confirmed: run a0d2",
            "  gratitude notes confirm 1b6c --run f1c8",
            "  gratitude notes download 1b6c --format pdf … --replaces f1c8",
        ] {
            assert!(said.lines().any(|it| it == line), "{said}");
        }
    }
}
