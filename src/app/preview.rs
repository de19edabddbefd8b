//! What a template would say to a customer now.

use super::{App, AppError};
use crate::domain::{
    customer::{Channel, Customer},
    ids::{CustomerId, InteractionId, LocationId, TemplateId},
    interaction::{Interaction, InteractionState},
    location::Location,
    refusal::Refusal,
    summary::Summary,
    template::{
        CompiledTemplate, Draft, LAST_NOTES, NoteFacts, Objection, Occasion, Part, Template, TemplateDefinition,
        TemplateState, Wish, compose, objections, wanted_language,
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
    pub objections: Vec<Objection>,
    /// The version of the saved template.
    pub version: Option<u32>,
}

impl App {
    /// Shows what a template would say to a customer.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for what is not there; [`Refusal::Invalid`] for a draft that could not be saved, and for an
    /// interaction that is not theirs or does not give what the template speaks of.
    pub async fn preview(&self, actor: &Actor, asked: Preview) -> Result<Previewed, AppError> {
        let (template, version) = self.words(asked.words).await?;
        let id = asked.customer;
        let customer = self.store.customer(id).await?.ok_or_else(|| Refusal::not_found("customer", &id))?;
        self.note_read(actor, "PreviewNote", id).await;
        let summary = self.store.summaries(&[id]).await?.remove(&id).unwrap_or_else(|| Summary::new(id));
        let occasion = template.template.definition.occasion;
        let interaction = self.told(id, occasion, asked.interaction).await?;
        let location = self.in_whose_name(asked.location, interaction.as_ref(), &summary).await?;
        let customer = customer.facing("", asked.channel);
        let last_notes = self.store.last_notes(id, LAST_NOTES).await?;
        let last_notes: Vec<_> = last_notes.iter().map(String::as_str).collect();
        let facts = NoteFacts {
            customer: &customer,
            summary: &summary,
            location: &location,
            interaction: interaction.as_ref(),
            milestone: (occasion == Occasion::Milestone).then_some(summary.visit_days),
            upcoming: self.day(occasion, &customer, &summary)?,
        };
        let language = asked.language.as_deref().unwrap_or_else(|| wanted_language(&customer, &location));
        let wish = Wish { channel: asked.channel, language, last_notes: &last_notes };
        let draft = compose(Part { template: &template, facts }, &[], &wish);
        let objections = objections(&draft, &last_notes);
        Ok(Previewed { draft, objections, version })
    }

    async fn words(&self, words: PreviewWords) -> Result<(CompiledTemplate, Option<u32>), AppError> {
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
        if occasion != Occasion::Day {
            return Ok(None);
        }
        let today = local_date(&TimeZone::UTC, self.now());
        let next = next_day(customer, summary, today);
        let text = "has neither a birthday nor an important date nor an anniversary, of which the template speaks";
        next.map(Some).ok_or_else(|| Refusal::invalid("customer", text))
    }

    /// The interaction that the note would be about, which must be the customer's and give the occasion.
    async fn told(
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

    async fn in_whose_name(
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

/// What a template that is not saved would be.
fn unsaved(now: jiff::Timestamp, definition: TemplateDefinition) -> Result<Template, Refusal> {
    let id = "draft".parse().map_err(|wrong| Refusal::invalid("draft", format!("{wrong}")))?;
    let state = TemplateState::Active;
    Ok(Template { id, state, version: 1, definition, revision: 1, created_at: now, updated_at: now })
}
