//! What speaks against a template for real customers, before anything is written to them.

use super::{
    App, AppError,
    preview::{PreviewWords, Read, say},
};
use crate::{
    domain::{
        answer::gate,
        customer::{Channel, Customer},
        filter::{CUSTOMERS, Filter, INTERACTIONS, Schema},
        ids::{CustomerId, InteractionId, LocationId},
        interaction::{Direction, Interaction, InteractionKind, InteractionState},
        limits::PAGE_MAX,
        location::Location,
        note::Words,
        note_problem::{NoteProblem, ProblemReason},
        paper::{self, Format, Problem, Sheet},
        refusal::Refusal,
        settings::Route,
        summary::Summary,
        template::{CompiledTemplate, NoteFacts, Occasion, wanted_language},
        when::local_date,
        world::Actor,
    },
    store::PageRequest,
};
use jiff::tz::TimeZone;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashSet},
};

/// Pages that are looked through for a sample: what gives a rare occasion is looked for among the newest few thousand.
const PAGES: usize = 10;

/// A template, and on whom it is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The template.
    pub words: PreviewWords,
    /// Which customers, for an occasion without an interaction; else which interactions. As it was written.
    pub filter: String,
    /// On how many customers at most.
    pub size: usize,
    /// In whose name; that of the interaction, else where the customer was last, when not said.
    pub location: Option<LocationId>,
    /// Over which channel.
    pub channel: Channel,
}

/// What came of a trial.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tried {
    /// The version of the saved template.
    pub version: Option<u32>,
    /// What would be written to whom, the newest first.
    pub notes: Vec<TriedNote>,
    /// Who was looked at and would be written nothing.
    pub left_out: usize,
    /// On what the notes are printed, where they are: then each has its sheet, of which the press is still to be asked.
    pub format: Option<Format>,
}

/// What speaks against a template for one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedNote {
    /// To whom it would be said.
    pub customer: CustomerId,
    /// About what.
    pub interaction: Option<InteractionId>,
    /// BCP 47 language in which it came out.
    pub language: String,
    /// Which of the template's texts was taken.
    pub variant: u32,
    /// What speaks against sending it.
    pub problems: Vec<NoteProblem>,
    /// What would stand on paper, where it is printed.
    pub sheet: Option<Sheet>,
}

/// Somebody on whom a template is tried, and what it would be about.
struct Subject {
    customer: CustomerId,
    interaction: Option<Interaction>,
}

impl App {
    /// Tries a template on a sample of customers. Nothing is kept or sent but that they were read.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a template or location that is not there; [`Refusal::Invalid`] for a draft that could
    /// not be saved, and for a filter that can't be read.
    pub async fn lint_template(&self, actor: &Actor, trial: Trial) -> Result<Tried, AppError> {
        let (template, version) = self.words(trial.words.clone()).await?;
        let sample = self.sample(actor, template.template.definition.occasion, &trial).await?;
        let ids: Vec<_> = sample.iter().map(|subject| subject.customer).collect();
        let (mut customers, mut summaries) = (self.store.customers(&ids).await?, self.store.summaries(&ids).await?);
        let mut last_notes = self.store.last_notes(&ids).await?;
        let mut hidden = self.store.hidden_from_others(&ids).await?;
        let mut tried = Tried { version, format: self.printed_on(trial.channel), ..Tried::default() };
        for subject in sample {
            let Some(customer) = customers.remove(&subject.customer) else { continue };
            self.note_read(actor, "LintTemplate", customer.id).await;
            let summary = summaries.remove(&customer.id).unwrap_or_else(|| Summary::new(customer.id));
            let last_notes = last_notes.remove(&customer.id).unwrap_or_default();
            let last_notes: Vec<_> = last_notes.iter().map(String::as_str).collect();
            let hidden = hidden.remove(&customer.id).unwrap_or_default();
            let read = Read { last_notes: &last_notes, hidden: &hidden };
            match self.try_on(&template, &trial, &customer, &summary, subject.interaction, read).await? {
                Some(note) => tried.notes.push(note),
                None => tried.left_out += 1,
            }
        }
        Ok(tried)
    }

    /// What would be written to one customer; nothing where no note is written to them, whatever it says.
    async fn try_on(
        &self,
        template: &CompiledTemplate,
        trial: &Trial,
        customer: &Customer,
        summary: &Summary,
        interaction: Option<Interaction>,
        read: Read<'_>,
    ) -> Result<Option<TriedNote>, AppError> {
        let occasion = template.template.definition.occasion;
        let day = self.next_day_for(occasion, customer, summary);
        let is_barred = gate(customer, local_date(&TimeZone::UTC, self.now())).is_some();
        if is_barred || occasion == Occasion::Day && day.is_none() {
            return Ok(None);
        }
        let location = match self.in_whose_name(trial.location.clone(), interaction.as_ref(), summary).await {
            Ok(location) => location,
            // Who was never anywhere is written to in nobody's name.
            Err(AppError::Refused(Refusal::Invalid(_))) => return Ok(None),
            Err(error) => return Err(error),
        };
        let case = self.case_of(customer.id, interaction.as_ref()).await?;
        let customer = customer.facing("", trial.channel);
        let facts = NoteFacts {
            customer: &customer,
            summary,
            location: &location,
            interaction: interaction.as_ref(),
            milestone: (occasion == Occasion::Milestone).then_some(summary.visit_days),
            upcoming: day,
            case: case.as_ref(),
        };
        let (draft, problems) = say(template, facts, trial.channel, wanted_language(&customer, &location), read);
        let (language, variant) = (draft.language, draft.variant);
        let words = Words { language: language.clone(), subject: draft.subject, text: draft.text, ..Words::default() };
        let sheet =
            self.printed_on(trial.channel).map(|_| self.draft_sheet(&customer, &location, &words, trial.channel));
        let interaction = interaction.map(|it| it.id);
        Ok(Some(TriedNote { customer: customer.id, interaction, language, variant, problems, sheet }))
    }

    /// On what the notes over a channel are printed; nothing where they leave another way.
    pub(super) fn printed_on(&self, channel: Channel) -> Option<Format> {
        let settings = self.settings();
        (settings.routes.of(channel) == Some(Route::Print)).then(|| settings.formats.of(channel))
    }

    /// What would stand on paper today.
    pub(super) fn draft_sheet(
        &self,
        customer: &Customer,
        location: &Location,
        words: &Words,
        channel: Channel,
    ) -> Sheet {
        let zone = self.zones().get(&location.settings.time_zone).unwrap_or(TimeZone::UTC);
        paper::write(customer, location, words, channel, local_date(&zone, self.now()))
    }

    /// On whom a template is tried: the newest customers, or those to whom its occasion was last given.
    async fn sample(&self, actor: &Actor, occasion: Occasion, trial: &Trial) -> Result<Vec<Subject>, AppError> {
        let with_discreet = actor.authority.lists_discreet();
        if matches!(occasion, Occasion::Customer | Occasion::Day) {
            let filter = read_filter(&trial.filter, &CUSTOMERS)?;
            let page = PageRequest { size: u32::try_from(trial.size).unwrap_or(PAGE_MAX), after: None };
            let found = self.store.list_customers(&filter, with_discreet, &page).await?.items;
            return Ok(found.into_iter().map(|it| Subject { customer: it.id, interaction: None }).collect());
        }
        let filter = read_filter(&trial.filter, &INTERACTIONS)?;
        let (mut sample, mut seen, mut after) = (Vec::new(), HashSet::new(), None);
        for _ in 0..PAGES {
            let page =
                self.store.list_interactions(&filter, with_discreet, &PageRequest { size: PAGE_MAX, after }).await?;
            let given = page.items.into_iter().filter(|it| gives(occasion, it));
            for interaction in given {
                let Some(customer) = interaction.customer else { continue };
                if seen.insert(customer) {
                    sample.push(Subject { customer, interaction: Some(interaction) });
                }
                if sample.len() == trial.size {
                    return Ok(sample);
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(sample)
    }
}

/// Whether an interaction is one that a rule of this occasion may answer.
fn gives(occasion: Occasion, interaction: &Interaction) -> bool {
    let detail = &interaction.detail;
    interaction.state == InteractionState::Closed
        && detail.direction == Direction::Inbound
        && detail.kind != InteractionKind::Observation
        && occasion.is_given_by_interaction(interaction)
}

impl Tried {
    /// The sheets of which the press is asked, note by note; none where nothing is printed.
    pub fn take_sheets(&mut self) -> Vec<Sheet> {
        self.notes.iter_mut().filter_map(|note| note.sheet.take()).collect()
    }

    /// Adds what the press can't set of a note's sheet.
    pub fn add_unset(&mut self, note: usize, problems: &[Problem]) {
        if let Some(note) = self.notes.get_mut(note) {
            Problem::add_to(&mut note.problems, problems);
        }
    }

    /// For how many customers each reason speaks against it, the most frequent first.
    #[must_use]
    pub fn totals(&self) -> Vec<(ProblemReason, usize)> {
        let mut counts: BTreeMap<ProblemReason, usize> = BTreeMap::new();
        for note in &self.notes {
            for reason in note.problems.iter().map(|problem| problem.reason).collect::<BTreeSet<_>>() {
                *counts.entry(reason).or_default() += 1;
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| Reverse(*count));
        counts
    }
}

fn read_filter(text: &str, schema: &Schema) -> Result<Filter, AppError> {
    Filter::parse(text, schema).map_err(|why| Refusal::invalid("filter", why.to_string()).into())
}
