//! Locations, rules, templates and pauses.

use super::{Source, count};
use crate::{
    domain::{
        ids::PauseId,
        location::Location,
        pause::{Pause, PauseScope},
        policy::SavedPolicy,
        rule::{Rule, RuleDefinition},
        template::{Template, TemplateDefinition},
    },
    store::{
        entity::{contact_policy, location, pause, rule, rule_version, template, template_version},
        error::StoreError,
    },
};

const LOCATIONS: Source = Source("locations");
const CONTACT_POLICY: Source = Source("contact_policy");
const PAUSES: Source = Source("pauses");
const RULES: Source = Source("rules");
const RULE_VERSIONS: Source = Source("rule_versions");
const TEMPLATES: Source = Source("templates");
const TEMPLATE_VERSIONS: Source = Source("template_versions");

pub(in crate::store) fn location_to_row(location: &Location) -> Result<location::Model, StoreError> {
    let settings = &location.settings;
    Ok(location::Model {
        id: location.id.to_string(),
        display_name: settings.display_name.clone(),
        region: settings.region.clone(),
        language: settings.language.clone(),
        time_zone: settings.time_zone.clone(),
        settings: LOCATIONS.to_json("settings", settings)?,
        version: location.version,
        created_at: location.created_at.as_microsecond(),
        updated_at: location.updated_at.as_microsecond(),
        planned_since: location.planned_since,
        planning_change: location.planning_change.clone(),
    })
}

pub(in crate::store) fn location_from_row(row: location::Model) -> Result<Location, StoreError> {
    Ok(Location {
        id: LOCATIONS.named("id", &row.id)?,
        settings: LOCATIONS.json("settings", &row.settings)?,
        version: row.version,
        created_at: LOCATIONS.instant("created_at", row.created_at)?,
        updated_at: LOCATIONS.instant("updated_at", row.updated_at)?,
        planned_since: row.planned_since,
        planning_change: row.planning_change,
    })
}

/// The contact policy; there is one row.
pub(in crate::store) fn policy_to_row(saved: &SavedPolicy) -> Result<contact_policy::Model, StoreError> {
    Ok(contact_policy::Model {
        id: 1,
        policy: CONTACT_POLICY.to_json("policy", &saved.policy)?,
        version: saved.version,
        updated_at: saved.updated_at.as_microsecond(),
    })
}

pub(in crate::store) fn policy_from_row(row: contact_policy::Model) -> Result<SavedPolicy, StoreError> {
    let saved = SavedPolicy {
        policy: CONTACT_POLICY.json("policy", &row.policy)?,
        version: row.version,
        updated_at: CONTACT_POLICY.instant("updated_at", row.updated_at)?,
    };
    if saved.policy.has_default_regime() {
        Ok(saved)
    } else {
        Err(CONTACT_POLICY.bad("policy", "has no default regime"))
    }
}

pub(in crate::store) fn rule_to_row(rule: &Rule) -> rule::Model {
    rule::Model {
        id: rule.id.to_string(),
        state: rule.state.as_str().to_owned(),
        version: count(rule.version),
        revision: rule.revision,
        created_at: rule.created_at.as_microsecond(),
        updated_at: rule.updated_at.as_microsecond(),
    }
}

pub(in crate::store) fn rule_version_to_row(rule: &Rule) -> Result<rule_version::Model, StoreError> {
    Ok(rule_version::Model {
        rule_id: rule.id.to_string(),
        version: count(rule.version),
        definition: RULE_VERSIONS.to_json("definition", &rule.definition)?,
        created_at: rule.updated_at.as_microsecond(),
    })
}

/// A rule with its newest version.
pub(in crate::store) fn rule_from_rows(row: rule::Model, version: &rule_version::Model) -> Result<Rule, StoreError> {
    Ok(Rule {
        id: RULES.named("id", &row.id)?,
        state: RULES.named("state", &row.state)?,
        version: RULES.number("version", row.version)?,
        definition: rule_definition(version)?,
        revision: row.revision,
        created_at: RULES.instant("created_at", row.created_at)?,
        updated_at: RULES.instant("updated_at", row.updated_at)?,
    })
}

pub(in crate::store) fn rule_definition(version: &rule_version::Model) -> Result<RuleDefinition, StoreError> {
    RULE_VERSIONS.json("definition", &version.definition)
}

pub(in crate::store) fn template_to_row(template: &Template) -> template::Model {
    template::Model {
        id: template.id.to_string(),
        state: template.state.as_str().to_owned(),
        version: count(template.version),
        revision: template.revision,
        created_at: template.created_at.as_microsecond(),
        updated_at: template.updated_at.as_microsecond(),
    }
}

pub(in crate::store) fn template_version_to_row(template: &Template) -> Result<template_version::Model, StoreError> {
    Ok(template_version::Model {
        template_id: template.id.to_string(),
        version: count(template.version),
        definition: TEMPLATE_VERSIONS.to_json("definition", &template.definition)?,
        created_at: template.updated_at.as_microsecond(),
    })
}

/// A template with one of its versions.
pub(in crate::store) fn template_from_rows(
    row: template::Model,
    version: &template_version::Model,
) -> Result<Template, StoreError> {
    Ok(Template {
        id: TEMPLATES.named("id", &row.id)?,
        state: TEMPLATES.named("state", &row.state)?,
        version: TEMPLATE_VERSIONS.number("version", version.version)?,
        definition: template_definition(version)?,
        revision: row.revision,
        created_at: TEMPLATES.instant("created_at", row.created_at)?,
        updated_at: TEMPLATES.instant("updated_at", row.updated_at)?,
    })
}

fn template_definition(version: &template_version::Model) -> Result<TemplateDefinition, StoreError> {
    TEMPLATE_VERSIONS.json("definition", &version.definition)
}

pub(in crate::store) fn pause_to_row(pause: &Pause) -> pause::Model {
    let PauseScope { location, channel, rule } = &pause.scope;
    pause::Model {
        id: pause.id.0,
        location_id: location.as_ref().map(ToString::to_string),
        channel: channel.map(|channel| channel.as_str().to_owned()),
        rule_id: rule.as_ref().map(ToString::to_string),
        reason: pause.reason.clone(),
        paused_at: pause.paused_at.as_microsecond(),
        resumed_at: pause.resumed_at.map(|at| at.as_microsecond()),
    }
}

pub(in crate::store) fn pause_from_row(row: pause::Model) -> Result<Pause, StoreError> {
    Ok(Pause {
        id: PauseId(row.id),
        scope: PauseScope {
            location: PAUSES.named_opt("location_id", row.location_id.as_deref())?,
            channel: PAUSES.named_opt("channel", row.channel.as_deref())?,
            rule: PAUSES.named_opt("rule_id", row.rule_id.as_deref())?,
        },
        reason: row.reason,
        paused_at: PAUSES.instant("paused_at", row.paused_at)?,
        resumed_at: PAUSES.instant_opt("resumed_at", row.resumed_at)?,
    })
}
