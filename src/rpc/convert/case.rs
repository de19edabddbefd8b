//! Cases.

use super::{
    enums::WireEnum,
    types::{money, read_money, timestamp},
};
use crate::{
    app::CaseChange,
    domain::{
        case::{Case, Remedy, RemedyKind},
        money::Money,
    },
    proto::v1 as pb,
    rpc::{
        etag,
        names::{ResourceId, optional_name},
        validate::Fields,
    },
};

pub(crate) fn case(case: &Case) -> pb::Case {
    pb::Case {
        name: case.id.name(),
        customer: case.customer.name(),
        interaction: optional_name(case.interaction.as_ref()),
        gesture: optional_name(case.gesture.as_ref()),
        summary: case.summary.clone(),
        severity: case.severity.into(),
        state: case.state.to_wire(),
        origin: case.origin.to_wire(),
        root_cause: case.root_cause.clone(),
        no_cause_found: case.no_cause_found,
        remedy: case.remedy.clone(),
        open_time: Some(timestamp(case.opened_at)),
        resolve_time: case.resolved_at.map(timestamp),
        etag: etag::of(case.version),
        location: optional_name(case.location.as_ref()),
        assignee: case.assignee.clone(),
        remedies: case.remedies.iter().map(remedy).collect(),
        recovery: optional_name(case.recovery.as_ref()),
        reopen_time: case.reopened.as_ref().map(|it| timestamp(it.at)),
        reopen_reason: case.reopened.as_ref().map(|it| it.reason.clone()).unwrap_or_default(),
    }
}

fn remedy(remedy: &Remedy) -> pb::Remedy {
    pb::Remedy {
        kind: remedy.kind.to_wire(),
        amount: remedy.amount.as_ref().map(money),
        words: remedy.words.clone(),
        granted_by: remedy.granted_by.clone(),
        grant_time: Some(timestamp(remedy.granted_at)),
    }
}

/// How grave a case is when nobody says.
const MIDDLING: i32 = 3;

/// Reads what a person may say of a case, when they open it and later.
pub(crate) fn read_change(fields: &mut Fields, said: pb::Case) -> Option<CaseChange> {
    let summary = fields.required_text("summary", said.summary);
    let severity = if said.severity == 0 { MIDDLING } else { said.severity };
    let severity = fields.ranged("severity", severity, 1..=5);
    let assignee = fields.short("assignee", said.assignee);
    let location = fields.optional_name("location", &said.location);
    Some(CaseChange { summary, severity: severity?, assignee, location })
}

/// A remedy as somebody grants it.
pub(crate) struct NewRemedy {
    pub(crate) kind: RemedyKind,
    pub(crate) amount: Option<Money>,
    pub(crate) words: String,
    pub(crate) granted_by: String,
}

/// Reads a remedy.
pub(crate) fn read_remedy(fields: &mut Fields, said: pb::Remedy) -> Option<NewRemedy> {
    let kind = fields.required_enum("kind", said.kind);
    let amount = fields.optional("amount", said.amount, |fields, amount| {
        let amount = read_money(fields, amount);
        if amount.as_ref().is_some_and(|amount| amount.micros == 0) {
            fields.refuse("micros", "must be above zero; leave the amount out where there is no price");
        }
        amount
    });
    let words = fields.text("words", said.words);
    let granted_by = fields.required_short("granted_by", said.granted_by);
    Some(NewRemedy { kind: kind?, amount, words, granted_by })
}
