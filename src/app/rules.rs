//! Rules are made, changed, switched and retired.

use super::{App, AppError, Made, catalog, templates};
use crate::{
    domain::{
        ids::RuleId,
        limits::RULES_MAX,
        refusal::{Precondition, Refusal, Violation},
        rule::{Rule, RuleDefinition, RuleState, Trigger},
        rulebook::CompiledRule,
        starter,
        template::{Occasion, Template},
        world::{Actor, EventDetail, EventKind, Replay, Subject},
    },
    store::{Cursor, Page, PageRequest, SubmitError},
};

/// Gestures of a retired rule that are taken back at a time.
const RETIRE_PAGE: u32 = 500;

impl App {
    /// A rule with its newest version.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none.
    pub async fn rule(&self, id: &RuleId) -> Result<Rule, AppError> {
        Ok(self.store.rule(id).await?.ok_or_else(|| Refusal::not_found("rule", id))?)
    }

    /// A page of the rules, the oldest first, with or without the retired ones.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn rules(&self, retired: bool, after: Option<Cursor>, size: u32) -> Result<Page<Rule>, AppError> {
        Ok(self.store.list_rules(retired, &PageRequest { size, after }).await?)
    }

    /// Adds a rule; it is looked at from now on if `enabled`. It never answers what happened before.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a condition that can't be read, [`Refusal::AlreadyExists`] when the name is taken.
    pub async fn create_rule(
        &self,
        actor: Actor,
        id: RuleId,
        definition: RuleDefinition,
        enabled: bool,
    ) -> Result<Made<Rule>, AppError> {
        let mut content = self.fingerprint("rule.", &definition);
        content.0.extend(self.fingerprint("rule_id", &id).0);
        let once = self.once(&actor, "CreateRule", content);
        let state = if enabled { RuleState::Enabled } else { RuleState::Disabled };
        check(&id, &definition)?;
        let edited = self.store.write("create_rule", move |ledger| {
            let (id, definition, actor, once) = (id.clone(), definition.clone(), actor.clone(), once.clone());
            Box::pin(async move {
                let subject = Subject::Rule(id.clone());
                if let Replay::Of(_) = ledger.replay(&once.keys, &once.content).await? {
                    return Ok(Made { what: existing(ledger, &id).await?, replayed: true });
                }
                if ledger.rule(&id).await?.is_some() {
                    return Err(catalog::exists(&subject, "rule_id").into());
                }
                if ledger.rules_in_use().await? >= RULES_MAX as u64 {
                    let text = format!("there are {RULES_MAX} rules already; retire one first");
                    return Err(Refusal::invalid("rule", text).into());
                }
                check_words(ledger, &definition).await?;
                let now = ledger.now();
                let rule = Rule { id, state, version: 1, definition, revision: 1, created_at: now, updated_at: now };
                ledger.add_rule(&rule).await?;
                catalog::keep(ledger, &once, &actor, EventKind::RuleCreated, subject, EventDetail::default()).await?;
                Ok(Made { what: rule, replayed: false })
            })
        });
        Ok(edited.await?)
    }

    /// Makes a new version of a rule that the caller read at `revision`; `None` changes whatever is there. What the
    /// older versions planned stays as it is.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Stale`], [`Refusal::Invalid`], or a precondition when it was retired.
    pub async fn update_rule(
        &self,
        actor: Actor,
        id: RuleId,
        revision: Option<i64>,
        change: impl Fn(&mut RuleDefinition) + Send + Sync + Clone + 'static,
    ) -> Result<Rule, AppError> {
        let edited = self.store.write("update_rule", move |ledger| {
            let (id, actor, change) = (id.clone(), actor.clone(), change.clone());
            Box::pin(async move {
                let subject = Subject::Rule(id.clone());
                let before = existing(ledger, &id).await?;
                catalog::check_version(&subject, revision, before.revision)?;
                check_in_use(&before)?;
                let mut after = before.clone();
                change(&mut after.definition);
                if after == before {
                    return Ok(before);
                }
                check(&id, &after.definition)?;
                check_words(ledger, &after.definition).await?;
                after.version += 1;
                after.revision += 1;
                after.updated_at = ledger.now();
                ledger.put_rule(&after).await?;
                let fields = catalog::differing(&before.definition, &after.definition);
                let detail = EventDetail { fields, ..EventDetail::default() };
                ledger.note(&catalog::event(ledger, &actor, EventKind::RuleUpdated, subject, detail)).await?;
                Ok(after)
            })
        });
        Ok(edited.await?)
    }

    /// Enables, disables or retires a rule; harmless when it is so already. A retired rule stays retired, and what it
    /// had planned and nobody has begun is taken back.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Stale`], or a precondition when it was retired.
    pub async fn set_rule_state(
        &self,
        actor: Actor,
        id: RuleId,
        revision: Option<i64>,
        state: RuleState,
    ) -> Result<Rule, AppError> {
        let by = actor.clone();
        let edited = self.store.write("set_rule_state", move |ledger| {
            let (id, actor) = (id.clone(), actor.clone());
            Box::pin(async move {
                let before = existing(ledger, &id).await?;
                if before.state == state {
                    return Ok(before);
                }
                let subject = Subject::Rule(id);
                catalog::check_version(&subject, revision, before.revision)?;
                check_in_use(&before)?;
                let mut after = before;
                after.state = state;
                after.revision += 1;
                after.updated_at = ledger.now();
                ledger.put_rule(&after).await?;
                let kind = match state {
                    RuleState::Enabled => EventKind::RuleEnabled,
                    RuleState::Disabled => EventKind::RuleDisabled,
                    RuleState::Retired => EventKind::RuleRetired,
                };
                ledger.note(&catalog::event(ledger, &actor, kind, subject, EventDetail::default())).await?;
                Ok(after)
            })
        });
        let rule = edited.await?;
        if state == RuleState::Retired {
            while self.cancel_for_retired_rules(&by, RETIRE_PAGE).await?.has_more {}
        }
        Ok(rule)
    }

    /// Gives a new database the rules it starts with. A rule that was ever there, also a retired one, is left alone.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn install_starter_rules(&self) -> Result<(), AppError> {
        let on = starter::rules().into_iter().map(|rule| (rule, true));
        let off = starter::rules_that_are_off().into_iter().map(|rule| (rule, false));
        for ((slug, definition), enabled) in on.chain(off) {
            let id: RuleId = slug.parse().map_err(|wrong| Refusal::invalid("rule_id", format!("{wrong}")))?;
            match self.create_rule(Actor::system(), id, definition, enabled).await {
                // Another replica may be doing the same.
                Ok(_) | Err(AppError::Refused(Refusal::AlreadyExists { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

async fn existing(ledger: &catalog::CatalogWrite, id: &RuleId) -> Result<Rule, SubmitError> {
    Ok(ledger.rule(id).await?.ok_or_else(|| Refusal::not_found("rule", id))?)
}

/// A definition whose condition can be read.
fn check(id: &RuleId, definition: &RuleDefinition) -> Result<(), Refusal> {
    use jiff::Timestamp;
    let (created_at, updated_at) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
    let definition = definition.clone();
    let rule = Rule {
        id: id.clone(),
        state: RuleState::Disabled,
        version: 1,
        definition,
        revision: 1,
        created_at,
        updated_at,
    };
    CompiledRule::new(rule)
        .map(|_| ())
        .map_err(|wrong| Refusal::Invalid(vec![Violation::new("rule.condition", wrong.to_string())]))
}

/// That a rule may speak in the words of its template: that is there, is not retired, and speaks of nothing but what
/// the trigger gives whatever sets it off.
async fn check_words(ledger: &catalog::CatalogWrite, rule: &RuleDefinition) -> Result<(), SubmitError> {
    let Some(id) = &rule.action.template else { return Ok(()) };
    let template = ledger.template(id).await?.ok_or_else(|| Refusal::not_found("template", id))?;
    words_fault(&template, &rule.trigger).map_or(Ok(()), |fault| Err(fault.into()))
}

/// What speaks against a rule with this trigger speaking in the words of a template.
pub(super) fn words_fault(template: &Template, trigger: &Trigger) -> Option<Refusal> {
    if let Err(refusal) = templates::in_use(template) {
        return Some(refusal);
    }
    let (id, occasion) = (&template.id, template.definition.occasion);
    let given: Vec<_> = Occasion::of(trigger).into_iter().map(Occasion::as_str).collect();
    let text = || {
        format!(
            "templates/{id} speaks of {occasion}, which not everything that sets this rule off gives; it gives {}",
            given.join(", ")
        )
    };
    (!occasion.is_given_by(trigger)).then(|| Refusal::invalid("rule.action.template", text()))
}

fn check_in_use(rule: &Rule) -> Result<(), Refusal> {
    let resource = Subject::Rule(rule.id.clone()).to_string();
    match rule.state {
        RuleState::Enabled | RuleState::Disabled => Ok(()),
        RuleState::Retired => Err(Refusal::Precondition {
            kind: Precondition::RuleRetired,
            message: format!("{resource} was retired; make a new rule"),
            resource,
        }),
    }
}
