//! The notes of a batch as PDF: a file at a time, each set once its sheets are together.

use super::set;
use crate::{
    app::{App, Cursor, PaperPage, PaperSheet, PrintRun},
    domain::{
        commands::notes::ToPrint,
        filter::NOTES,
        ids::{NoteBatchId, NoteId, PrintRunId},
        note::Note,
        paper::{Begun, Cut, Format, Problem},
        world::Actor,
    },
    proto::v1 as pb,
    rpc::{
        Press, Rpc,
        convert::{enums::to_wire_or_zero, note::problem},
        names::{NoteName, ResourceId},
        status::Failure,
        validate::Fields,
    },
};
use bytes::Bytes;
use futures_util::stream;
use std::{collections::VecDeque, sync::Arc};
use tonic::{Response, Status, codegen::BoxStream};

/// How many notes are read at once.
const PAGE: u32 = 250;
/// How many bytes a part has at most: far below what clients take.
const PART: usize = 256 * 1024;

/// PDFs in the making.
struct Volumes {
    app: Arc<App>,
    press: Press,
    actor: Actor,
    run: PrintRun,
    /// Where the next sheets come from.
    source: Source,
    /// The files that are ready.
    begun: Begun,
    /// Parts that are ready.
    ready: VecDeque<pb::DownloadNoteBatchResponse>,
}

/// Where the next sheets come from.
enum Source {
    /// Notes for the run, behind a place.
    Run(Option<Cursor>),
    /// Notes that are in no run, behind a place.
    Copies(Option<Cursor>),
    /// The notes of another run, behind a number.
    Beside(PrintRunId, u32),
    End,
}

/// The sheets of one file.
#[derive(Default)]
struct File {
    sheets: Vec<PaperSheet>,
    /// How many of them, from the first on, are the run's.
    of_run: usize,
    left_out: Vec<pb::LeftOutNote>,
}

impl Rpc {
    /// The first file is ready before the answer begins: what is refused is refused as a call, not in the middle of a
    /// file.
    pub(super) async fn stream_of_paper(
        &self,
        actor: Actor,
        said: pb::DownloadNoteBatchRequest,
    ) -> Result<Response<BoxStream<pb::DownloadNoteBatchResponse>>, Failure> {
        let (run, source) = read(said)?;
        let (app, press) = (Arc::clone(&self.app), Arc::clone(&self.press));
        let mut volumes = Volumes { app, press, actor, run, source, begun: Begun::default(), ready: VecDeque::new() };
        volumes.next_file().await?;
        Ok(Response::new(Box::pin(stream::try_unfold(volumes, Volumes::part))))
    }
}

fn read(said: pb::DownloadNoteBatchRequest) -> Result<(PrintRun, Source), Failure> {
    let mut fields = Fields::new();
    let batch = fields.name::<NoteBatchId>("name", &said.name);
    let filter = fields.filter("filter", &said.filter, &NOTES);
    let format = fields.required_enum::<Format>("layout", said.layout);
    let per_file = u32::try_from(said.sheets_per_file).ok();
    if per_file.is_none() {
        fields.refuse("sheets_per_file", "must not be negative");
    }
    let mut run = |field, text: &String| (!text.is_empty()).then(|| fields.print_run(field, text)).flatten();
    let replaces = run("replaces_print_run", &said.replaces_print_run);
    let beside = run("beside_print_run", &said.beside_print_run);
    let names_run = !(said.replaces_print_run.is_empty() && said.beside_print_run.is_empty());
    if names_run && !said.filter.is_empty() {
        fields.refuse("filter", "can't be given with a print run: it is taken whole");
    }
    if let Some(format) = format {
        if format.is_address_alone() && !said.replaces_print_run.is_empty() {
            fields.refuse("replaces_print_run", "can't be given for addresses alone; use beside_print_run");
        }
        if !format.is_address_alone() && !said.beside_print_run.is_empty() {
            fields.refuse("beside_print_run", "is for layouts that show the address alone");
        }
    }
    let ((batch, filter), format) = fields.finish(batch.zip(filter).zip(format))?;
    let run = PrintRun::new(batch, filter, Cut::new(format, per_file.filter(|most| *most > 0)), replaces);
    let source = match beside {
        Some(other) => Source::Beside(other, 0),
        None if format.is_address_alone() => Source::Copies(None),
        None => Source::Run(None),
    };
    Ok((run, source))
}

impl Volumes {
    /// The next part of the files, and what is left of them; `None` at their end.
    async fn part(mut self) -> Result<Option<(pb::DownloadNoteBatchResponse, Self)>, Status> {
        while self.ready.is_empty() && !matches!(self.source, Source::End) {
            self.next_file().await?;
        }
        Ok(self.ready.pop_front().map(|part| (part, self)))
    }

    /// Sets the next file. Whose notes it has is written before the first byte leaves.
    async fn next_file(&mut self) -> Result<(), Failure> {
        let mut file = self.gather().await?;
        let sheets: Vec<_> = file.sheets.iter().map(|paper| paper.sheet.clone()).collect();
        let title = format!("Notes, file {}", self.begun.files + 1);
        let printed = set(&self.press, self.run.cut.format, title, sheets).await?;
        let faults: Vec<_> =
            printed.left_out.iter().filter_map(|(n, problems)| Some((file.sheets.get(*n)?, problems))).collect();
        let unset: Vec<_> = faults.iter().map(|(paper, problems)| unset(&paper.note, problems)).collect();
        let is_left_out = |n: &usize| printed.left_out.iter().any(|(left_out, _)| left_out == n);
        let given_back = printed.left_out.iter().filter(|(n, _)| *n < file.of_run);
        let given_back = given_back.filter_map(|(n, problems)| {
            Some((file.sheets.get(*n)?.note.id, problems.iter().map(Problem::of_note).collect()))
        });
        let given_back = given_back.collect();
        let of_run: Vec<NoteId> =
            (0..file.of_run).filter(|n| !is_left_out(n)).map(|n| file.sheets[n].note.id).collect();
        let notes = file.sheets.len() - printed.left_out.len();
        file.left_out.extend(unset);
        self.app.give_back(&self.actor, self.run.batch, given_back).await?;
        self.place_again(&file, &of_run).await?;
        self.begun.files += u32::from(!printed.pdf.is_empty());
        self.begun.sheets += u32::try_from(notes).unwrap_or(u32::MAX);
        self.hand_out(printed.pdf, file.left_out, !of_run.is_empty());
        Ok(())
    }

    /// The sheets of the next file.
    async fn gather(&mut self) -> Result<File, Failure> {
        let most = usize::try_from(self.run.cut.per_file()).unwrap_or(usize::MAX);
        let mut file = File::default();
        while file.sheets.len() < most {
            let room = u32::try_from(most - file.sheets.len()).map_or(PAGE, |room| room.min(PAGE));
            let place = (self.begun, u32::try_from(file.sheets.len()).unwrap_or(u32::MAX));
            let (app, actor, run) = (&self.app, &self.actor, &self.run);
            match std::mem::replace(&mut self.source, Source::End) {
                Source::Run(after) => {
                    let page = app.next_to_print(actor, run, after, place, room).await?;
                    file.of_run += page.sheets.len();
                    self.source = match file.take(page) {
                        Some(next) => Source::Run(Some(next)),
                        None if run.replaces.is_some() => Source::End,
                        None => Source::Copies(None),
                    };
                }
                Source::Copies(after) => {
                    let format = run.cut.format;
                    let page = app.paper_copies(actor, run.batch, &run.filter, format, after, room).await?;
                    self.source = file.take(page).map_or(Source::End, |next| Source::Copies(Some(next)));
                }
                Source::Beside(other, after) => {
                    let sheets = app.sheets_of_run(actor, run.batch, other, after, room).await?;
                    self.source = sheets.as_ref().map_or(Source::End, |(_, next)| Source::Beside(other, *next));
                    file.sheets.extend(sheets.into_iter().flat_map(|(sheets, _)| sheets));
                }
                Source::End => break,
            }
        }
        Ok(file)
    }

    /// Once it is known which sheets a file has, they may lie elsewhere than it was planned.
    async fn place_again(&self, file: &File, of_run: &[NoteId]) -> Result<(), Failure> {
        let lies = |note: &NoteId| file.sheets.iter().find(|paper| paper.note.id == *note)?.note.printed;
        let moved: Vec<_> = of_run
            .iter()
            .zip(0..)
            .map(|(note, n)| ToPrint { note: *note, place: self.run.cut.place(self.begun, n) })
            .filter(|to_print| lies(&to_print.note).is_none_or(|printed| printed.place != to_print.place))
            .collect();
        Ok(self.app.place_again(&self.actor, &self.run, moved).await?)
    }

    /// Cuts a file into parts. A file without sheets still says what was left out.
    fn hand_out(&mut self, pdf: Vec<u8>, left_out: Vec<pb::LeftOutNote>, has_run: bool) {
        let print_run = if has_run { self.run.id.to_string() } else { String::new() };
        if pdf.is_empty() && left_out.is_empty() {
            return;
        }
        let file = i32::try_from(self.begun.files).unwrap_or(i32::MAX);
        let mut left_out = Some(left_out);
        let mut rest = Bytes::from(pdf);
        loop {
            let data = rest.split_to(rest.len().min(PART));
            self.ready.push_back(pb::DownloadNoteBatchResponse {
                data: data.into(),
                file,
                print_run: print_run.clone(),
                left_out: left_out.take().unwrap_or_default(),
            });
            if rest.is_empty() {
                return;
            }
        }
    }
}

impl File {
    /// Takes a page; where the next one begins.
    fn take(&mut self, page: PaperPage) -> Option<Cursor> {
        self.left_out.extend(page.stopped.iter().map(stopped));
        self.sheets.extend(page.sheets);
        page.next
    }
}

/// A note that a gate stopped, or that is not true any more.
fn stopped(note: &Note) -> pb::LeftOutNote {
    pb::LeftOutNote {
        note: NoteName { batch: note.batch, note: note.id }.to_string(),
        customer: note.customer.name(),
        reason: to_wire_or_zero(note.reason),
        explanation: note.explanation.clone(),
        problems: note.problems.iter().map(problem).collect(),
    }
}

/// A note that can't be set.
fn unset(note: &Note, problems: &[Problem]) -> pb::LeftOutNote {
    pb::LeftOutNote {
        note: NoteName { batch: note.batch, note: note.id }.to_string(),
        customer: note.customer.name(),
        reason: 0,
        explanation: "It can't be printed as it is.".to_owned(),
        problems: problems.iter().map(|found| problem(&found.of_note())).collect(),
    }
}
