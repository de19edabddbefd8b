//! What is given to make up for it, within what the desk may give.

use super::{super::Once, CaseReply, read, replayed};
use crate::domain::{
    case::{Case, CaseState, Grant, Remedy, RemedyKind},
    ids::CaseId,
    ledger::Ledger,
    limits::LIST_MAX,
    money::Money,
    refusal::{Precondition, Refusal},
    replan::location_of,
    when::local_date,
    world::{Actor, Command, Context, EventDetail, EventKind, Needs, Replay, Subject, World},
};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// Grants a remedy on a case: so much for one case and so much for one place and day, in each currency; a manager may
/// grant more.
#[derive(Debug, Clone)]
pub struct GrantRemedy {
    /// Who asks for it.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The case.
    pub id: CaseId,
    /// The version that was read; any, when not said.
    pub version: Option<i64>,
    /// What is given.
    pub kind: RemedyKind,
    /// What it is worth; `None` for what has no price, which money always has.
    pub amount: Option<Money>,
    /// What it is, in words the customer may read.
    pub words: String,
    /// Who grants it.
    pub granted_by: String,
}

impl Command for GrantRemedy {
    type Reply = CaseReply;

    fn needs(&self) -> Needs {
        Needs { keys: self.once.keys.iter().cloned().collect(), cases: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<CaseReply, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(resource) = self.once.replay(&ledger)? {
            return replayed(ledger.world, &resource);
        }
        let mut case = read(ledger.world, self.id, self.version)?;
        check_room(&case)?;
        if self.kind.is_money() && self.amount.is_none() {
            let why =
                format!("is missing: a {} is worth something, and counts against what the desk may give", self.kind);
            return Err(Refusal::invalid("remedy.amount", why));
        }
        if let Some(amount) = &self.amount {
            if self.actor.authority.is_bound_by_remedy_limits() {
                check_case(&ledger, &case, amount)?;
            }
            self.enter_in_the_book(&mut ledger, &case, amount)?;
        }
        case.remedies.push(Remedy {
            kind: self.kind,
            amount: self.amount.clone(),
            words: self.words.clone(),
            granted_by: self.granted_by.clone(),
            granted_at: ledger.now(),
        });
        case.version += 1;
        ledger.world.cases.put(case.id, case.clone());
        let detail = EventDetail { reason: Some(self.kind.to_string()), ..EventDetail::default() };
        ledger.note(EventKind::RemedyGranted, Subject::Case(case.id), Some(case.customer), detail);
        self.once.remember(&mut ledger, &Subject::Case(case.id).to_string());
        Ok(CaseReply { case, replayed: false })
    }
}

impl GrantRemedy {
    /// Every grant of a place and day has the number after the last one: two who grant at once can't both have it, so
    /// neither overlooks the other.
    fn enter_in_the_book(&self, ledger: &mut Ledger<'_, '_>, case: &Case, amount: &Money) -> Result<(), Refusal> {
        let Some(place) = case.location.clone() else {
            let why = "has no location, whose desk would grant it; say it with UpdateCase first";
            return Err(Refusal::invalid("name", why));
        };
        let location = location_of(ledger.world, &place)?;
        let zone = ledger.world.zones.get(&location.settings.time_zone).unwrap_or(TimeZone::UTC);
        let day = local_date(&zone, ledger.now());
        ledger.require(Needs { grants: [(place.clone(), day)].into(), ..Needs::default() })?;
        let of_day = || ledger.world.grants.values().filter(|grant| grant.location == place && grant.day == day);
        let granted =
            of_day().filter(|grant| grant.amount.currency == amount.currency).map(|grant| grant.amount.micros);
        let granted = granted.fold(0, i64::saturating_add);
        if self.actor.authority.is_bound_by_remedy_limits() {
            let (limits, place) = (&ledger.world.settings.remedy_limits.per_day, Subject::Location(place.clone()));
            check(limits, amount, granted, &place.to_string(), "cases.remedy_limit_per_day")?;
        }
        let number = of_day().map(|grant| grant.number).max().unwrap_or(0) + 1;
        let grant = Grant { location: place, day, number, case: case.id, amount: amount.clone() };
        ledger.world.grants.put((grant.location.clone(), day, number), grant);
        Ok(())
    }
}

fn check_room(case: &Case) -> Result<(), Refusal> {
    let resource = Subject::Case(case.id).to_string();
    if case.state != CaseState::Open {
        let message = format!("{resource} is resolved; reopen it to grant more");
        return Err(Refusal::Precondition { kind: Precondition::CaseNotOpen, resource, message });
    }
    if case.remedies.len() >= LIST_MAX {
        let message = format!("{resource} has {LIST_MAX} remedies, and can have no more");
        return Err(Refusal::Precondition { kind: Precondition::RemedyLimit, resource, message });
    }
    Ok(())
}

fn check_case(ledger: &Ledger<'_, '_>, case: &Case, amount: &Money) -> Result<(), Refusal> {
    let amounts = case.remedies.iter().filter_map(|remedy| remedy.amount.as_ref());
    let granted = amounts.filter(|it| it.currency == amount.currency).map(|it| it.micros).fold(0, i64::saturating_add);
    let limits = &ledger.world.settings.remedy_limits.per_case;
    check(limits, amount, granted, &Subject::Case(case.id).to_string(), "cases.remedy_limit_per_case")
}

/// A currency that the configuration does not name has no limit that could be kept, so nothing may be granted in it.
fn check(
    limits: &BTreeMap<String, i64>,
    amount: &Money,
    granted: i64,
    resource: &str,
    key: &str,
) -> Result<(), Refusal> {
    let currency = &amount.currency;
    let message = match limits.get(currency) {
        Some(limit) if granted.saturating_add(amount.micros) <= *limit => return Ok(()),
        Some(limit) => format!(
            "{resource} has {} left of {} ({key})",
            in_units(limit.saturating_sub(granted).max(0), currency),
            in_units(*limit, currency)
        ),
        None => format!("nothing may be granted in {currency}: {key} does not name it"),
    };
    Err(Refusal::Precondition { kind: Precondition::RemedyLimit, resource: resource.to_owned(), message })
}

/// An amount as it is written in messages: `12.50 EUR`.
fn in_units(micros: i64, currency: &str) -> String {
    format!("{}.{:02} {currency}", micros / 1_000_000, micros % 1_000_000 / 10_000)
}
