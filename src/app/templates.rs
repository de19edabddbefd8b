//! Templates are made, changed and retired.

use super::{App, AppError, Made, catalog};
use crate::{
    domain::{
        gesture::GestureKind,
        ids::TemplateId,
        limits::TEMPLATES_MAX,
        refusal::{Precondition, Refusal, Violation},
        template::{self, CompiledTemplate, Template, TemplateDefinition, TemplateFault, TemplateState, starter},
        world::{Actor, EventDetail, EventKind, Replay, Subject},
    },
    store::{Cursor, Page, PageRequest, SubmitError},
};

impl App {
    /// A template, in one of its versions or in the newest.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none of that name, or no such version.
    pub async fn template(&self, id: &TemplateId, version: Option<u32>) -> Result<Template, AppError> {
        let found = match version {
            Some(version) => self.store.template_in_version(id, version).await?,
            None => self.store.template(id).await?,
        };
        Ok(found.ok_or_else(|| missing(id, version))?)
    }

    /// A page of the templates, the oldest first, with or without the retired ones.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn templates(&self, retired: bool, after: Option<Cursor>, size: u32) -> Result<Page<Template>, AppError> {
        Ok(self.store.list_templates(retired, &PageRequest { size, after }).await?)
    }

    /// Adds a template.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with everything that is wrong with its texts, [`Refusal::AlreadyExists`] when the name is
    /// taken, and what a repeated write may meet (P2).
    pub async fn create_template(
        &self,
        actor: Actor,
        id: TemplateId,
        definition: TemplateDefinition,
    ) -> Result<Made<Template>, AppError> {
        check(&definition)?;
        let mut content = self.fingerprint("template.", &definition);
        content.0.extend(self.fingerprint("template_id", &id).0);
        let once = self.once(&actor, "CreateTemplate", content);
        let edited = self.store.write("create_template", move |ledger| {
            let (id, definition, actor, once) = (id.clone(), definition.clone(), actor.clone(), once.clone());
            Box::pin(async move {
                let subject = Subject::Template(id.clone());
                if let Replay::Of(_) = ledger.replay(&once.keys, &once.content).await? {
                    return Ok(Made { what: existing(ledger, &id).await?, replayed: true });
                }
                if ledger.template(&id).await?.is_some() {
                    return Err(catalog::exists(&subject, "template_id").into());
                }
                if ledger.templates().await? >= TEMPLATES_MAX as u64 {
                    let text = format!("there are {TEMPLATES_MAX} templates already; change one of them instead");
                    return Err(Refusal::invalid("template", text).into());
                }
                let now = ledger.now();
                let state = TemplateState::Active;
                let template =
                    Template { id, state, version: 1, definition, revision: 1, created_at: now, updated_at: now };
                ledger.add_template(&template).await?;
                catalog::keep(ledger, &once, &actor, EventKind::TemplateCreated, subject, EventDetail::default())
                    .await?;
                Ok(Made { what: template, replayed: false })
            })
        });
        Ok(edited.await?)
    }

    /// Makes a new version of a template that the caller read at `revision`; `None` changes whatever is there. What the
    /// older versions said stays as it is.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Stale`], [`Refusal::Invalid`] also for another occasion, or a precondition
    /// when it was retired.
    pub async fn update_template(
        &self,
        actor: Actor,
        id: TemplateId,
        revision: Option<i64>,
        definition: TemplateDefinition,
    ) -> Result<Template, AppError> {
        check(&definition)?;
        let edited = self.store.write("update_template", move |ledger| {
            let (id, actor, definition) = (id.clone(), actor.clone(), definition.clone());
            Box::pin(async move {
                let subject = Subject::Template(id.clone());
                let before = existing(ledger, &id).await?;
                catalog::check_version(&subject, revision, before.revision)?;
                in_use(&before)?;
                if before.definition == definition {
                    return Ok(before);
                }
                if before.definition.occasion != definition.occasion {
                    let text =
                        format!("is {} for ever; make another template for another one", before.definition.occasion);
                    return Err(Refusal::invalid("template.occasion", text).into());
                }
                let fields = catalog::differing(&before.definition, &definition);
                let after = Template {
                    definition,
                    version: before.version + 1,
                    revision: before.revision + 1,
                    updated_at: ledger.now(),
                    ..before
                };
                ledger.put_template(&after).await?;
                let detail = EventDetail { fields, ..EventDetail::default() };
                ledger.note(&catalog::event(ledger, &actor, EventKind::TemplateUpdated, subject, detail)).await?;
                Ok(after)
            })
        });
        Ok(edited.await?)
    }

    /// Retires a template; harmless when it is so already. What it said stays.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Stale`], or a precondition while a rule that is not retired speaks in its
    /// words, or every gesture of a kind that nobody gave words.
    pub async fn retire_template(
        &self,
        actor: Actor,
        id: TemplateId,
        revision: Option<i64>,
    ) -> Result<Template, AppError> {
        let edited = self.store.write("retire_template", move |ledger| {
            let (id, actor) = (id.clone(), actor.clone());
            Box::pin(async move {
                let before = existing(ledger, &id).await?;
                if before.state == TemplateState::Retired {
                    return Ok(before);
                }
                let subject = Subject::Template(id.clone());
                catalog::check_version(&subject, revision, before.revision)?;
                if let Some(rule) = ledger.rule_with_template(&id).await? {
                    let resource = Subject::Rule(rule).to_string();
                    let message = format!("{resource} speaks in the words of {subject}; retire or change it first");
                    return Err(Refusal::Precondition { kind: Precondition::TemplateInUse, resource, message }.into());
                }
                if GestureKind::ALL.iter().any(|kind| starter::unasked(*kind) == id.as_str()) {
                    let resource = subject.to_string();
                    let message = format!("{resource} speaks for gestures that nobody gave words; change it instead");
                    return Err(Refusal::Precondition { kind: Precondition::TemplateInUse, resource, message }.into());
                }
                let after = Template {
                    state: TemplateState::Retired,
                    revision: before.revision + 1,
                    updated_at: ledger.now(),
                    ..before
                };
                ledger.put_template(&after).await?;
                let event = catalog::event(ledger, &actor, EventKind::TemplateRetired, subject, EventDetail::default());
                ledger.note(&event).await?;
                Ok(after)
            })
        });
        Ok(edited.await?)
    }
}

impl App {
    /// Gives a database the templates that it starts with, beside what it has: one from before there were templates
    /// gets them too. A template that was ever there, also a retired one, is left alone.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn install_starter_templates(&self) -> Result<(), AppError> {
        let catalog = self.store.catalog().await?;
        for (slug, definition) in starter::templates() {
            let id: TemplateId = slug.parse().map_err(|wrong| Refusal::invalid("template_id", format!("{wrong}")))?;
            if catalog.templates.get(&id).is_some() {
                continue;
            }
            match self.create_template(Actor::system(), id, definition.clone()).await {
                // Another replica may be doing the same.
                Ok(_) | Err(AppError::Refused(Refusal::AlreadyExists { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

async fn existing(ledger: &catalog::CatalogWrite, id: &TemplateId) -> Result<Template, SubmitError> {
    Ok(ledger.template(id).await?.ok_or_else(|| missing(id, None))?)
}

fn missing(id: &TemplateId, version: Option<u32>) -> Refusal {
    let version = version.map(|version| format!(" in version {version}")).unwrap_or_default();
    Refusal::not_found("template", &format!("{id}{version}"))
}

/// That all texts of a template can be composed, whatever they will be given.
fn check(definition: &TemplateDefinition) -> Result<(), Refusal> {
    let faults = template::check(definition);
    if faults.is_empty() { Ok(()) } else { Err(faulty("template", faults)) }
}

/// A template, ready to compose with; what is wrong with it is told as seen from the message in which it stands in
/// `field`.
pub(super) fn compiled(template: Template, field: &str) -> Result<CompiledTemplate, Refusal> {
    CompiledTemplate::new(template).map_err(|faults| faulty(field, faults))
}

fn faulty(field: &str, faults: Vec<TemplateFault>) -> Refusal {
    let violation = |fault: TemplateFault| Violation::new(format!("{field}.{}", fault.field), fault.description());
    Refusal::Invalid(faults.into_iter().map(violation).collect())
}

/// That a template may be changed or newly used.
pub(super) fn in_use(template: &Template) -> Result<(), Refusal> {
    let resource = Subject::Template(template.id.clone()).to_string();
    match template.state {
        TemplateState::Active => Ok(()),
        TemplateState::Retired => Err(Refusal::Precondition {
            kind: Precondition::TemplateRetired,
            message: format!("{resource} was retired; make a new template"),
            resource,
        }),
    }
}
