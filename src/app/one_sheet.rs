//! One note on paper, for a person who hands it over or sends it.

use super::{App, AppError, PaperSheet};
use crate::domain::{
    commands::notes::wrong_state,
    customer::Customer,
    gesture::{Gesture, GestureState},
    ids::{CustomerId, GestureId, NoteBatchId, NoteId},
    location::Location,
    note::{NoteState, Words},
    paper::{self, Format, Sheet},
    refusal::{Precondition, Refusal},
    summary::Summary,
    template::{Begin, NoteFacts, Part, Wish, compose, wanted_language},
    upcoming::Upcoming,
    when::local_date,
    world::{Actor, Subject},
};
use jiff::tz::TimeZone;

/// What is put on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OneSheet {
    /// A note as it was written.
    Note(NoteBatchId, NoteId),
    /// A gesture, in the words that it would have now.
    Gesture(GestureId),
}

/// To whom, what, and on what.
type Printable = (CustomerId, Sheet, Format);

impl App {
    /// One note as a sheet, and the format in which such are printed where nobody says otherwise. Changes nothing.
    ///
    /// # Errors
    /// [`Refusal`]: it is not there, is not written, is not to be sent (any more), or the customer does not allow it
    /// (P6).
    pub async fn one_sheet(&self, actor: &Actor, what: OneSheet) -> Result<(Sheet, Format), AppError> {
        let (customer, sheet, format) = match what {
            OneSheet::Note(batch, note) => self.sheet_of_note(batch, note).await?,
            OneSheet::Gesture(gesture) => {
                self.may_speak_of(actor, gesture).await?;
                self.sheet_of_gesture(gesture).await?
            }
        };
        self.note_read(actor, "PrintNote", customer).await;
        Ok((sheet, format))
    }

    async fn sheet_of_note(&self, batch: NoteBatchId, id: NoteId) -> Result<Printable, AppError> {
        let name = Subject::Note(batch, id).to_string();
        let found = self.store.note(id).await?.filter(|note| note.batch == batch);
        let note = found.ok_or_else(|| Refusal::NotFound { kind: "note", name: name.clone() })?;
        if note.state == NoteState::Composed {
            let batch = self.note_batch(note.batch).await?;
            if batch.approved_at.is_none() {
                return Err(wrong_state(&batch, "approved").into());
            }
        }
        let is_sent = !matches!(note.state, NoteState::Skipped | NoteState::Cancelled | NoteState::Failed);
        let state = note.state;
        for gesture in &note.gestures {
            let held = self.store.gesture(*gesture).await?.filter(|gesture| gesture.state == GestureState::Held);
            if let Some(gesture) = held {
                return Err(nothing_to_write(&gesture).into());
            }
        }
        let addressed = self.addressed(vec![note]).await?.pop().filter(|_| is_sent);
        let not_sent = || {
            let message = format!("{name} is {state}: it is not to be sent");
            Refusal::Precondition { kind: Precondition::NoteBatchState, resource: name.clone(), message }
        };
        let addressed = addressed.ok_or_else(not_sent)?;
        check_reach(addressed.may_reach, &name)?;
        if !addressed.may_leave() {
            let message = format!("{name} is not to be sent any more: something became of what it carries");
            return Err(Refusal::Precondition { kind: Precondition::NoteState, resource: name, message }.into());
        }
        let PaperSheet { note, sheet, format } = self.sheet(addressed);
        Ok((note.customer, sheet, format))
    }

    async fn sheet_of_gesture(&self, id: GestureId) -> Result<Printable, AppError> {
        let name = Subject::Gesture(id).to_string();
        let gesture = self.store.gesture(id).await?;
        let gesture = gesture.ok_or_else(|| Refusal::NotFound { kind: "gesture", name: name.clone() })?;
        if !gesture.is_written() || !may_be_written(gesture.state) {
            return Err(nothing_to_write(&gesture).into());
        }
        // What a batch has is on paper as the batch has it, once that is approved.
        if let Some(written) = gesture.written {
            return self.sheet_of_note(written.batch, written.note).await;
        }
        let customer = self.store.customer(gesture.customer).await?;
        let customer = customer.ok_or_else(|| Refusal::not_found("customer", &gesture.customer))?;
        let customer = customer.facing(&gesture.terms.recipient, gesture.channel).into_owned();
        let location = self.location(&gesture.location).await?;
        let regime = self.store.catalog().await?.settings.regime(&customer, &location).clone();
        check_reach(super::notes::may_reach(&customer, &regime, Some(gesture.channel), gesture.purpose), &name)?;
        let words = self.words_of(&gesture, &customer, &location).await?;
        let zone = self.zones().get(&location.settings.time_zone).unwrap_or(TimeZone::UTC);
        let sheet = paper::write(&customer, &location, &words, gesture.channel, local_date(&zone, self.now()));
        Ok((gesture.customer, sheet, self.settings().formats.of(gesture.channel)))
    }

    /// What a gesture would say: the words of its note that waits with people, a person's own, else those that its
    /// template has now.
    async fn words_of(&self, gesture: &Gesture, customer: &Customer, location: &Location) -> Result<Words, AppError> {
        let waiting = self.store.notes_with_people(gesture.customer).await?;
        if let Some(note) = waiting.into_iter().find(|note| note.gestures.contains(&gesture.id)) {
            return Ok(note.words);
        }
        let content = &gesture.content;
        if gesture.rule.is_none() && content.template.is_none() && !content.text.trim().is_empty() {
            let (language, subject, text) = (content.language.clone(), content.subject.clone(), content.text.clone());
            return Ok(Words { language, subject, text, ..Words::default() });
        }
        let catalog = self.store.catalog().await?;
        let planned = content.template.as_ref().and_then(|(id, _)| catalog.templates.get(id));
        let template = planned.unwrap_or_else(|| catalog.templates.unasked(gesture.kind));
        let id = gesture.customer;
        let summary = self.store.summaries(&[id]).await?.remove(&id).unwrap_or_else(|| Summary::new(id));
        let interaction = match gesture.interaction {
            Some(id) => self.store.interaction(id).await?,
            None => None,
        };
        let case = match gesture.case {
            Some(id) => self.store.case(id).await?,
            None => self.case_of(id, interaction.as_ref()).await?,
        };
        let last_notes = self.last_notes(id).await?;
        let last_notes: Vec<_> = last_notes.iter().map(String::as_str).collect();
        let facts = NoteFacts {
            customer,
            summary: &summary,
            location,
            interaction: interaction.as_ref(),
            milestone: gesture.milestone(),
            upcoming: Upcoming::of(gesture),
            case: case.as_ref(),
        };
        let language = wanted_language(customer, location);
        let wish = Wish { channel: gesture.channel, language, last_notes: &last_notes, begin: Begin::Anywhere };
        let draft = compose(Part { template, facts }, &[], &wish);
        Ok(Words { language: draft.language, subject: draft.subject, text: draft.text, ..Words::default() })
    }
}

/// Nothing that is over, held (P7), or on its way is written, nor what may have left (P4).
const fn may_be_written(state: GestureState) -> bool {
    matches!(state, GestureState::Scheduled | GestureState::Claimed)
}

fn nothing_to_write(gesture: &Gesture) -> Refusal {
    let resource = Subject::Gesture(gesture.id).to_string();
    let message = format!("{resource} is a {}, {}: there is nothing to write now", gesture.kind, gesture.state);
    Refusal::Precondition { kind: Precondition::GestureState, resource, message }
}

fn check_reach(may_reach: bool, name: &str) -> Result<(), Refusal> {
    if may_reach {
        return Ok(());
    }
    let message = format!("{name}: the customer does not allow it, or has no address for it");
    Err(Refusal::Precondition { kind: Precondition::NoConsent, resource: name.to_owned(), message })
}
