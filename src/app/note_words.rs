//! People look at the words of notes, change them, and have them written anew.

use super::{App, AppError, Made, PaperSheet};
use crate::{
    domain::{
        commands::notes::{EditNote, NoteRewritten, RegenerateNote, Target, unknown_note},
        customer::Channel,
        gesture::GestureKind,
        ids::{CustomerId, InteractionId, LocationId, NoteBatchId, NoteId},
        interaction::InteractionState,
        note::{Note, NoteState, Words},
        note_problem::{NoteProblem, ProblemReason},
        paper::{Format, Sheet},
        refusal::Refusal,
        settings::Route,
        summary::Summary,
        template::{Lint, NoteFacts, Occasion, UsedFact, told_in, wanted_language},
        world::{Actor, Fingerprint},
    },
    store::Lane,
};
use serde::Serialize;

/// Words that a person would write to a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnWords {
    /// To whom.
    pub customer: CustomerId,
    /// Subject line; may be empty.
    pub subject: String,
    /// The text, whole.
    pub text: String,
    /// BCP 47 language in which it is written, where somebody said.
    pub language: Option<String>,
    /// Over which channel.
    pub channel: Channel,
    /// What it is.
    pub kind: GestureKind,
    /// What it is about, of the same customer.
    pub interaction: Option<InteractionId>,
    /// In whose name; that of the interaction, else where the customer was last, when not said.
    pub location: Option<LocationId>,
}

/// What was found in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Linted {
    /// What speaks against sending them.
    pub problems: Vec<NoteProblem>,
    /// The facts that stand in them.
    pub facts: Vec<UsedFact>,
    /// What would stand on paper and in which format, where such notes are printed: of it the press is still to be
    /// asked.
    pub paper: Option<(Format, Sheet)>,
}

/// What is to be changed in a note.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NewWords {
    /// Its subject.
    pub subject: Option<String>,
    /// Its text, whole.
    pub text: Option<String>,
    /// BCP 47 language in which it is written now.
    pub language: Option<String>,
    /// What the person has seen and lets it go in spite of.
    pub accepted: Vec<ProblemReason>,
}

impl App {
    /// Says what speaks against sending a customer words that a person wrote.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for what is not there; [`Refusal::Invalid`] for an interaction that is not theirs.
    pub async fn lint_note(&self, actor: &Actor, words: OwnWords) -> Result<Linted, AppError> {
        let id = words.customer;
        let customer = self.store.customer(id).await?.filter(|it| actor.authority.sees(it));
        let customer = customer.ok_or_else(|| Refusal::not_found("customer", &id))?;
        self.note_read(actor, "LintNote", id).await;
        let summary = self.store.summaries(&[id]).await?.remove(&id).unwrap_or_else(|| Summary::new(id));
        let interaction = self.told(id, Occasion::Customer, words.interaction).await?;
        let location = self.in_whose_name(words.location, interaction.as_ref(), &summary).await?;
        let case = self.case_of(id, interaction.as_ref()).await?;
        let customer = customer.facing("", words.channel);
        let last_notes = self.last_notes(id).await?;
        let last_notes: Vec<_> = last_notes.iter().map(String::as_str).collect();
        let hidden = self.hidden_from_others(id).await?;
        let known = [NoteFacts {
            customer: &customer,
            summary: &summary,
            location: &location,
            interaction: interaction.as_ref().filter(|it| it.state != InteractionState::Voided),
            milestone: None,
            upcoming: None,
            case: case.as_ref(),
        }];
        let spoken = words.language.as_deref().unwrap_or_else(|| wanted_language(&customer, &location));
        let told = told_in(&[&words.subject, &words.text], spoken, words.channel, &known, &[]);
        let lint = Lint {
            subject: &words.subject,
            text: &words.text,
            language: words.language.as_deref().unwrap_or_default(),
            channel: words.channel,
            kind: words.kind,
            known: &known,
            told: &told,
            hidden: &hidden,
        };
        let problems = lint.written(&last_notes);
        let paper = self.printed_on(words.channel).map(|format| {
            let (subject, text) = (words.subject.clone(), words.text.clone());
            let said = Words { language: spoken.to_owned(), subject, text, ..Words::default() };
            (format, self.draft_sheet(&customer, &location, &said, words.channel))
        });
        Ok(Linted { problems, facts: told, paper })
    }

    /// Gives a note other words, and looks at them: it waits for its turn if they are good enough, else for a person.
    ///
    /// # Errors
    /// [`Refusal`]: there is none, it left or something else became of it, or it was changed since `version` was read.
    pub async fn edit_note(
        &self,
        actor: Actor,
        (batch, note): (NoteBatchId, NoteId),
        version: Option<i64>,
        new: NewWords,
    ) -> Result<Made<Note>, AppError> {
        let said = self.fingerprint("", &new);
        let target = self.target(actor, "EditNote", (batch, note), version, said).await?;
        let NewWords { subject, text, language, accepted } = new;
        let rewritten = self.submit(Lane::Interactive, EditNote { target, subject, text, language, accepted }).await?;
        Ok(self.rewritten(rewritten))
    }

    /// Has a note composed anew, from what is known now, in another variant.
    ///
    /// # Errors
    /// As [`edit_note`](Self::edit_note).
    pub async fn regenerate_note(
        &self,
        actor: Actor,
        (batch, note): (NoteBatchId, NoteId),
        version: Option<i64>,
    ) -> Result<Made<Note>, AppError> {
        let target = self.target(actor, "RegenerateNote", (batch, note), version, Fingerprint::default()).await?;
        let rewritten = self.submit(Lane::Interactive, RegenerateNote { target }).await?;
        Ok(self.rewritten(rewritten))
    }

    /// The sheet of a note that waits to be printed, to be looked at by who knows the fonts; `None` for one that leaves
    /// another way, or does not wait.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sheet_to_print(&self, note: &Note) -> Result<Option<PaperSheet>, AppError> {
        let route = note.channel.and_then(|channel| self.settings().routes.of(channel));
        if note.state != NoteState::Composed || route != Some(Route::Print) {
            return Ok(None);
        }
        Ok(self.addressed(vec![note.clone()]).await?.pop().map(|it| self.sheet(it)))
    }

    async fn target(
        &self,
        actor: Actor,
        method: &'static str,
        (batch, note): (NoteBatchId, NoteId),
        version: Option<i64>,
        mut said: Fingerprint,
    ) -> Result<Target, AppError> {
        let found = self.store.note(note).await?.filter(|found| found.batch == batch);
        let reader = found.ok_or_else(|| unknown_note(batch, note))?.customer;
        self.note_read(&actor, method, reader).await;
        said.0.extend(self.fingerprint("name", &note).0);
        let once = self.once(&actor, method, said);
        Ok(Target { actor, once, batch, note, reader, version })
    }

    fn rewritten(&self, NoteRewritten { note, replayed }: NoteRewritten) -> Made<Note> {
        self.wake_note_work();
        Made { what: note, replayed }
    }
}
