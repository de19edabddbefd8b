//! What a template would say to a customer now.

use super::{App, AppError};
use crate::domain::{
    case::Case,
    customer::{Channel, Customer},
    gesture::GestureKind,
    ids::{CustomerId, InteractionId, LocationId, TemplateId},
    interaction::{Interaction, InteractionState},
    location::Location,
    note_problem::NoteProblem,
    refusal::Refusal,
    summary::Summary,
    template::{
        Begin, CompiledTemplate, Draft, Lint, NoteFacts, Occasion, Part, Template, TemplateDefinition, TemplateState,
        Wish, compose, problems, wanted_language,
    },
    upcoming::{Upcoming, next_day},
    when::local_date,
    world::Actor,
};
use jiff::tz::TimeZone;

/// What is to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// To whom it would be said.
    pub customer: CustomerId,
    /// In which words.
    pub words: PreviewWords,
    /// What it would be about, of the same customer.
    pub interaction: Option<InteractionId>,
    /// In whose name; that of the interaction, else where the customer was last, when not said.
    pub location: Option<LocationId>,
    /// Over which channel.
    pub channel: Channel,
    /// BCP 47 language; the customer's, else the location's, when not said.
    pub language: Option<String>,
}

/// The words of a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreviewWords {
    /// Those of a template, in a version or in the newest one.
    Saved(TemplateId, Option<u32>),
    /// Those of a template that is not saved.
    Draft(TemplateDefinition),
}

/// What would be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previewed {
    /// The words.
    pub draft: Draft,
    /// What speaks against sending them without a person looking at them (P8).
    pub problems: Vec<NoteProblem>,
    /// The version of the saved template.
    pub version: Option<u32>,
}

impl App {
    /// Shows what a template would say to a customer.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for what is not there; [`Refusal::Invalid`] for a draft that could not be saved, and for
    /// an interaction that is not theirs or does not give what the template speaks of.
    pub async fn preview(&self, actor: &Actor, asked: Preview) -> Result<Previewed, AppError> {
        let (template, version) = self.words(asked.words).await?;
        let id = asked.customer;
        let customer = self.store.customer(id).await?.filter(|it| actor.authority.sees(it));
        let customer = customer.ok_or_else(|| Refusal::not_found("customer", &id))?;
        self.note_read(actor, "PreviewNote", id).await;
        let summary = self.store.summaries(&[id]).await?.remove(&id).unwrap_or_else(|| Summary::new(id));
        let occasion = template.template.definition.occasion;
        let interaction = self.told(id, occasion, asked.interaction).await?;
        let location = self.in_whose_name(asked.location, interaction.as_ref(), &summary).await?;
        let case = self.case_of(id, interaction.as_ref()).await?;
        let customer = customer.facing("", asked.channel);
        let last_notes = self.last_notes(id).await?;
        let last_notes: Vec<_> = last_notes.iter().map(String::as_str).collect();
        let facts = NoteFacts {
            customer: &customer,
            summary: &summary,
            location: &location,
            interaction: interaction.as_ref(),
            milestone: (occasion == Occasion::Milestone).then_some(summary.visit_days),
            upcoming: self.day(occasion, &customer, &summary)?,
            case: case.as_ref(),
        };
        let language = asked.language.as_deref().unwrap_or_else(|| wanted_language(&customer, &location));
        let hidden = self.hidden_from_others(id).await?;
        let read = Read { last_notes: &last_notes, hidden: &hidden };
        let (draft, problems) = say(&template, facts, asked.channel, language, read);
        Ok(Previewed { draft, problems, version })
    }

    /// The names of what a customer bought as a surprise or in confidence.
    pub(super) async fn hidden_from_others(&self, customer: CustomerId) -> Result<Vec<String>, AppError> {
        Ok(self.store.hidden_from_others(&[customer]).await?.remove(&customer).unwrap_or_default())
    }

    /// What a customer was last written, the newest first.
    pub(super) async fn last_notes(&self, customer: CustomerId) -> Result<Vec<String>, AppError> {
        Ok(self.store.last_notes(&[customer]).await?.remove(&customer).unwrap_or_default())
    }

    pub(super) async fn words(&self, words: PreviewWords) -> Result<(CompiledTemplate, Option<u32>), AppError> {
        let (template, version) = match words {
            PreviewWords::Saved(id, version) => {
                let saved = self.template(&id, version).await?;
                let version = saved.version;
                (saved, Some(version))
            }
            PreviewWords::Draft(definition) => (unsaved(self.now(), definition)?, None),
        };
        let field = if version.is_some() { "template" } else { "draft" };
        Ok((super::templates::compiled(template, field)?, version))
    }

    /// The customer's next day, for a template that speaks of one.
    fn day(&self, occasion: Occasion, customer: &Customer, summary: &Summary) -> Result<Option<Upcoming>, Refusal> {
        let next = self.next_day_for(occasion, customer, summary);
        if occasion == Occasion::Day && next.is_none() {
            let text = "has neither a birthday nor an important date nor an anniversary, of which the template speaks";
            return Err(Refusal::invalid("customer", text));
        }
        Ok(next)
    }

    /// The same, where there is one.
    pub(super) fn next_day_for(&self, occasion: Occasion, customer: &Customer, summary: &Summary) -> Option<Upcoming> {
        let today = local_date(&TimeZone::UTC, self.now());
        next_day(customer, summary, today).filter(|_| occasion == Occasion::Day)
    }

    /// The interaction that the note would be about, which must be the customer's and give the occasion.
    pub(super) async fn told(
        &self,
        customer: CustomerId,
        occasion: Occasion,
        id: Option<InteractionId>,
    ) -> Result<Option<Interaction>, AppError> {
        let Some(id) = id else {
            let text = format!("must be set, since the template speaks of {occasion}");
            return if matches!(occasion, Occasion::Customer | Occasion::Day) {
                Ok(None)
            } else {
                Err(Refusal::invalid("interaction", text).into())
            };
        };
        let found = self.store.interaction(id).await?.ok_or_else(|| Refusal::not_found("interaction", &id))?;
        let refused = if found.customer != Some(customer) {
            Some("is not an interaction of this customer".to_owned())
        } else if found.state == InteractionState::Voided {
            Some("was voided; nothing is said about it".to_owned())
        } else if !occasion.is_given_by_interaction(&found) {
            Some(format!("does not give {occasion}, which the template speaks of"))
        } else {
            None
        };
        refused.map_or(Ok(Some(found)), |text| Err(Refusal::invalid("interaction", text).into()))
    }

    /// The case that is open about an interaction.
    pub(super) async fn case_of(
        &self,
        customer: CustomerId,
        interaction: Option<&Interaction>,
    ) -> Result<Option<Case>, AppError> {
        let Some(interaction) = interaction else { return Ok(None) };
        let case = self.store.open_case(customer).await?;
        Ok(case.filter(|case| case.interaction == Some(interaction.id)))
    }

    pub(super) async fn in_whose_name(
        &self,
        asked: Option<LocationId>,
        interaction: Option<&Interaction>,
        summary: &Summary,
    ) -> Result<Location, AppError> {
        let last = || summary.last.as_ref().map(|last| last.location.clone());
        let id = asked.or_else(|| interaction.map(|it| it.location.clone())).or_else(last);
        let text = "must be set for somebody who was never anywhere";
        let id = id.ok_or_else(|| Refusal::invalid("location", text))?;
        self.location(&id).await
    }
}

/// What is known of who reads a note, beside its facts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read<'a> {
    /// What they last read, newest first.
    pub(super) last_notes: &'a [&'a str],
    /// The names of what they bought as a surprise.
    pub(super) hidden: &'a [String],
}

/// What a template says over a channel, and what speaks against sending it without a person looking at it.
pub(super) fn say(
    template: &CompiledTemplate,
    facts: NoteFacts<'_>,
    channel: Channel,
    language: &str,
    Read { last_notes, hidden }: Read<'_>,
) -> (Draft, Vec<NoteProblem>) {
    let wish = Wish { channel, language, last_notes, begin: Begin::Anywhere };
    let draft = compose(Part { template, facts }, &[], &wish);
    let mut found = problems(&draft, last_notes);
    let is_apology = template.template.definition.occasion == Occasion::Misery;
    let lint = Lint {
        subject: &draft.subject,
        text: &draft.text,
        language: &draft.language,
        channel,
        kind: if is_apology { GestureKind::Apology } else { GestureKind::Note },
        known: &[facts],
        told: &draft.facts,
        hidden,
    };
    found.extend(lint.composed());
    (draft, found)
}

/// What a template that is not saved would be.
fn unsaved(now: jiff::Timestamp, definition: TemplateDefinition) -> Result<Template, Refusal> {
    let id = "draft".parse().map_err(|wrong| Refusal::invalid("draft", format!("{wrong}")))?;
    let state = TemplateState::Active;
    Ok(Template { id, state, version: 1, definition, revision: 1, created_at: now, updated_at: now })
}
