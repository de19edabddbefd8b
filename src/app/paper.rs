//! Notes of a batch on paper: sheets to be printed, and what people say of them once they are.

use super::{App, AppError, notes::Addressed};
use crate::{
    domain::{
        commands::notes::{ConfirmPrinted, Confirmed, GiveBack, PrintNotes, TakenToPrint, ToPrint, wrong_state},
        customer::Channel,
        filter::Filter,
        ids::{CustomerId, NoteBatchId, NoteId, PrintRunId},
        limits::NOTE_PAGE,
        note::{Note, NoteBatch, NoteState},
        note_problem::NoteProblem,
        paper::{self, Begun, Cut, Format, Sheet},
        refusal::{Precondition, Refusal},
        settings::Route,
        when::local_date,
        world::{Actor, Subject},
    },
    store::{Cursor, Lane, OfRun, Page, PageRequest, PaperNotes},
};
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use uuid::Uuid;

/// A print run: notes of one batch that are printed to be sent.
#[derive(Debug, Clone)]
pub struct PrintRun {
    /// The id.
    pub id: PrintRunId,
    /// The batch.
    pub batch: NoteBatchId,
    /// Which of its notes, over `note.` fields.
    pub filter: Filter,
    /// How they are cut into files and pages.
    pub cut: Cut,
    /// The run whose paper is waste: its notes are printed anew, and no others.
    pub replaces: Option<PrintRunId>,
}

impl PrintRun {
    /// A new run.
    #[must_use]
    pub fn new(batch: NoteBatchId, filter: Filter, cut: Cut, replaces: Option<PrintRunId>) -> Self {
        Self { id: PrintRunId(Uuid::new_v4()), batch, filter, cut, replaces }
    }
}

/// A note as it stands on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperSheet {
    /// The note.
    pub note: Note,
    /// Its sheet.
    pub sheet: Sheet,
    /// What it is checked against before anybody chose a format.
    pub format: Format,
}

/// A page of notes on paper.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaperPage {
    /// The sheets.
    pub sheets: Vec<PaperSheet>,
    /// The notes that can't leave any more, as they are now.
    pub stopped: Vec<Note>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

/// What became of a page of sheets that are on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetsConfirmed {
    /// Each sheet, in the order in which they lie.
    pub sheets: Vec<Confirmed>,
    /// Behind which number the next page begins.
    pub next: u32,
}

impl App {
    /// The next notes of a print run, which are the run's from now on: those of channels whose notes are printed, and
    /// that no other run has. `before` is how many the file has already to which they go.
    ///
    /// # Errors
    /// [`Refusal`]: there is no such batch, or it was not approved.
    pub async fn next_to_print(
        &self,
        actor: &Actor,
        run: &PrintRun,
        after: Option<Cursor>,
        (begun, before): (Begun, u32),
        size: u32,
    ) -> Result<PaperPage, AppError> {
        let batch = self.approved(run.batch).await?;
        let channels = self.paper_channels(run.cut.format, true);
        let wanted = PaperNotes {
            batch: batch.id,
            filter: &run.filter,
            channels: &channels,
            states: &[NoteState::Composed],
            run: run.replaces.map_or(OfRun::None, OfRun::This),
        };
        let is_first = after.is_none();
        let page = self.store.notes_for_paper(&wanted, &PageRequest { size, after }).await?;
        if let (Some(replaced), true, []) = (run.replaces, is_first, page.items.as_slice()) {
            self.known_run(&batch, replaced).await?;
        }
        let to_print =
            page.items.iter().zip(before..).map(|(note, n)| ToPrint { note: note.id, place: run.cut.place(begun, n) });
        let readers = readers(&page.items);
        let TakenToPrint { notes, stopped } = self.print(actor, run, to_print.collect(), readers).await?;
        let sheets = self.on_paper(actor, self.addressed(notes).await?).await;
        Ok(PaperPage { sheets, stopped, next: page.next })
    }

    /// Refuses a run that a batch does not have, or not any more.
    async fn known_run(&self, batch: &NoteBatch, run: PrintRunId) -> Result<(), AppError> {
        let has_any = !self.store.printed_notes(batch.id, run, 0, 1).await?.is_empty();
        if has_any { Ok(()) } else { Err(unknown_run(batch, run).into()) }
    }

    /// Moves notes of a print run to other places, once it is known which of them could be set.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn place_again(&self, actor: &Actor, run: &PrintRun, notes: Vec<ToPrint>) -> Result<(), AppError> {
        self.print(actor, run, notes, Vec::new()).await.map(drop)
    }

    async fn print(
        &self,
        actor: &Actor,
        run: &PrintRun,
        notes: Vec<ToPrint>,
        readers: Vec<CustomerId>,
    ) -> Result<TakenToPrint, AppError> {
        if notes.is_empty() {
            return Ok(TakenToPrint::default());
        }
        let (actor, replaces) = (actor.clone(), run.replaces);
        let hasher = self.hasher.clone();
        let command = PrintNotes { actor, batch: run.batch, run: run.id, replaces, notes, readers, hasher };
        let taken = self.submit(Lane::Bulk, command).await?;
        if !taken.stopped.is_empty() {
            self.wake_note_work();
        }
        Ok(taken)
    }

    /// A page of sheets that nothing depends on: of notes that leave another way, or of what stands beside those of a
    /// print run, in its order. Leaves out whom they may not reach any more (P6), and what won't leave any more.
    ///
    /// # Errors
    /// [`Refusal`]: there is no such batch, or it was not approved.
    pub async fn paper_copies(
        &self,
        actor: &Actor,
        id: NoteBatchId,
        filter: &Filter,
        format: Format,
        after: Option<Cursor>,
        size: u32,
    ) -> Result<PaperPage, AppError> {
        use NoteState::{Composed, Delivered, Delivering};
        let batch = self.approved(id).await?;
        // The address alone is printed beside what the note stands on, whichever way that goes.
        let channels = match format.is_address_alone() {
            true => vec![Channel::Post],
            false => self.paper_channels(format, false),
        };
        let states = &[Composed, Delivering, Delivered];
        let wanted = PaperNotes { batch: batch.id, filter, channels: &channels, states, run: OfRun::Any };
        let Page { items, next } = self.store.notes_for_paper(&wanted, &PageRequest { size, after }).await?;
        let mut addressed = self.addressed(items).await?;
        addressed.retain(Addressed::may_leave);
        Ok(PaperPage { sheets: self.on_paper(actor, addressed).await, stopped: Vec::new(), next })
    }

    /// The next notes of a print run behind a number, as sheets, and the number behind which the next page begins;
    /// `None` when that was all. Leaves out whom they may not reach any more (P6), and what won't leave any more.
    ///
    /// # Errors
    /// [`Refusal`]: there is no such batch or run.
    pub async fn sheets_of_run(
        &self,
        actor: &Actor,
        batch: NoteBatchId,
        run: PrintRunId,
        after: u32,
        size: u32,
    ) -> Result<Option<(Vec<PaperSheet>, u32)>, AppError> {
        let batch = self.approved(batch).await?;
        let notes = self.store.printed_notes(batch.id, run, after, size.into()).await?;
        let Some(last) = notes.last().and_then(|note| note.printed) else {
            return if after == 0 { Err(unknown_run(&batch, run).into()) } else { Ok(None) };
        };
        let leaving = |note: &Note| matches!(note.state, NoteState::Composed | NoteState::Delivered);
        let mut addressed = self.addressed(notes.into_iter().filter(leaving).collect()).await?;
        addressed.retain(Addressed::may_leave);
        Ok(Some((self.on_paper(actor, addressed).await, last.place.number)))
    }

    /// Gives notes to people that can't be put on paper.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn give_back(
        &self,
        actor: &Actor,
        batch: NoteBatchId,
        notes: Vec<(NoteId, Vec<NoteProblem>)>,
    ) -> Result<(), AppError> {
        if notes.is_empty() {
            return Ok(());
        }
        self.submit(Lane::Bulk, GiveBack { actor: actor.clone(), batch, notes }).await
    }

    /// Lets the next notes of a print run leave, behind a number: those that still may count as delivered. `None` when
    /// that was all.
    ///
    /// # Errors
    /// [`Refusal`]: there is no such batch or run, it stopped itself, or the service is in test mode.
    pub async fn confirm_printed(
        &self,
        actor: &Actor,
        batch: NoteBatchId,
        run: PrintRunId,
        after: u32,
    ) -> Result<Option<SheetsConfirmed>, AppError> {
        let batch = self.note_batch(batch).await?;
        let notes = self.store.printed_notes(batch.id, run, after, NOTE_PAGE as u64).await?;
        let Some(last) = notes.last().and_then(|note| note.printed) else {
            return if after == 0 { Err(unknown_run(&batch, run).into()) } else { Ok(None) };
        };
        let command = ConfirmPrinted {
            actor: actor.clone(),
            batch: batch.id,
            run,
            notes: notes.iter().map(|note| note.id).collect(),
            readers: readers(&notes),
            hasher: self.hasher.clone(),
        };
        let sheets = self.submit(Lane::Bulk, command).await?;
        Ok(Some(SheetsConfirmed { sheets, next: last.place.number }))
    }

    /// The print runs of a batch whose sheets wait to be confirmed, and how many of each: those with the most first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open_print_runs(&self, batch: &NoteBatch) -> Result<Vec<(PrintRunId, u64)>, AppError> {
        if batch.to_print == 0 {
            return Ok(Vec::new());
        }
        Ok(self.store.open_print_runs(batch.id, OPEN_RUNS).await?)
    }

    /// What a batch has just written for paper to these customers, to be looked at by who knows the fonts.
    pub(super) async fn just_written(
        &self,
        batch: NoteBatchId,
        customers: &[CustomerId],
    ) -> Result<Vec<PaperSheet>, AppError> {
        let channels = self.settings().routes.channels_of(Route::Print);
        if channels.is_empty() || customers.is_empty() {
            return Ok(Vec::new());
        }
        let notes = self.store.waiting_notes_to(batch, &channels, customers).await?;
        Ok(self.addressed(notes).await?.into_iter().map(|it| self.sheet(it)).collect())
    }

    /// The channels whose notes stand on a format, of those that are printed or of the others.
    fn paper_channels(&self, format: Format, printed: bool) -> Vec<Channel> {
        let routes = &self.settings().routes;
        let fits = |channel: &Channel| !format.needs_address() || *channel == Channel::Post;
        let goes = |channel: &Channel| (routes.of(*channel) == Some(Route::Print)) == printed;
        [Channel::Post, Channel::HandOver].into_iter().filter(fits).filter(goes).collect()
    }

    async fn approved(&self, id: NoteBatchId) -> Result<NoteBatch, AppError> {
        let batch = self.note_batch(id).await?;
        if batch.approved_at.is_none() {
            return Err(wrong_state(&batch, "approved").into());
        }
        Ok(batch)
    }

    async fn on_paper(&self, actor: &Actor, addressed: Vec<Addressed>) -> Vec<PaperSheet> {
        let mut sheets = Vec::with_capacity(addressed.len());
        for it in addressed {
            self.note_read(actor, "DownloadNoteBatch", it.letter.customer.id).await;
            sheets.push(self.sheet(it));
        }
        sheets
    }

    pub(super) fn sheet(&self, addressed: Addressed) -> PaperSheet {
        let letter = addressed.letter;
        let zone = self.zones().get(&letter.location.settings.time_zone).unwrap_or(TimeZone::UTC);
        let day = local_date(&zone, self.now());
        let channel = letter.note.channel.unwrap_or(Channel::HandOver);
        let sheet = paper::write(&letter.customer, &letter.location, &letter.note.words, channel, day);
        PaperSheet { note: letter.note, sheet, format: self.settings().formats.of(channel) }
    }
}

/// Most open print runs that are named.
const OPEN_RUNS: u64 = 20;

/// To whom notes are written, each once.
fn readers(notes: &[Note]) -> Vec<CustomerId> {
    notes.iter().map(|note| note.customer).collect::<BTreeSet<_>>().into_iter().collect()
}

/// There is no such run in the batch; or its sheets were printed anew, and the run is named in which.
fn unknown_run(batch: &NoteBatch, run: PrintRunId) -> Refusal {
    let Some(by) = batch.replaced_by(run) else {
        return Refusal::NotFound { kind: "print run", name: format!("print run {run}") };
    };
    let message =
        format!("print run {run} was replaced: its sheets are waste, and were printed anew in print run {by}");
    Refusal::Precondition { kind: Precondition::NoteBatchState, resource: batch_name(batch), message }
}

fn batch_name(batch: &NoteBatch) -> String {
    Subject::NoteBatch(batch.id).to_string()
}
