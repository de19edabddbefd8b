//! The standards of a touchpoint, and what an interaction makes of them. To add one: a field of [`Standards`], a value
//! of [`Standard`], and a function beside those that [`judge`] calls.

use super::{
    verdict::{Excess, PromiseKept, Standard, Verdict},
    words,
};
use crate::domain::{
    interaction::{Detail, FaultKind, Outcome},
    location::LocationSettings,
    when::{LocationCalendar, business_time, local_date},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// What is owed to the customer at a touchpoint; what is not set is not judged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standards {
    /// How soon we answer, from the interaction's start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub respond: Option<TimeLimit>,
    /// How soon it is done, from the interaction's start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fulfil: Option<TimeLimit>,
    /// What must be kept of a promise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise: Option<PromiseKept>,
    /// How often a customer may be passed on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_transfers: Option<u16>,
    /// Whether it must be settled at first contact.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub first_contact: bool,
}

/// A length of time within which something must have happened; exactly as long keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeLimit {
    /// The limit, above zero.
    pub within: SignedDuration,
    /// Whether only the location's opening hours count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub business_hours: bool,
}

/// What is judged: an interaction that is over, and where it happened.
#[derive(Debug, Clone, Copy)]
pub struct Contact<'a> {
    /// What was recorded of it.
    pub detail: &'a Detail,
    /// When it began.
    pub start_at: Timestamp,
    /// The location's zone, by which days are told.
    pub zone: &'a TimeZone,
    /// The location, for its hours and holidays.
    pub location: &'a LocationSettings,
    /// How many interactions about the same subject there were at the touchpoint before.
    pub earlier: u32,
}

/// How an interaction met the standards, in their order, as far as it says what is needed. Where it does not say how
/// long or how often, but names a fault that is just this, the standard is broken by that.
#[must_use]
pub fn judge(standards: &Standards, contact: &Contact<'_>) -> Vec<Verdict> {
    let found = [
        standards.respond.and_then(|limit| respond(&limit, contact)),
        standards.fulfil.and_then(|limit| fulfil(&limit, contact)),
        standards.promise.and_then(|promise| keep(promise, contact)),
        standards.max_transfers.and_then(|most| transfers(most, contact)),
        standards.first_contact.then(|| first_contact(contact)).flatten(),
    ];
    found.into_iter().flatten().collect()
}

fn respond(limit: &TimeLimit, contact: &Contact<'_>) -> Option<Verdict> {
    let Some(wait) = contact.detail.response else {
        let waited = contact.detail.fault == Some(FaultKind::Wait);
        let evidence = || format!("not answered within the standard of {}", limit.words());
        return waited.then(|| broken(Standard::Respond, evidence(), None));
    };
    let until = contact.start_at.checked_add(wait).unwrap_or(Timestamp::MAX);
    Some(limit.judge(Standard::Respond, "answered", contact, until))
}

fn fulfil(limit: &TimeLimit, contact: &Contact<'_>) -> Option<Verdict> {
    match contact.detail.fulfilled_at {
        Some(until) => Some(limit.judge(Standard::Fulfil, "fulfilled", contact, until)),
        // What came late broke its promise first of all, where there was one.
        None if contact.detail.fault == Some(FaultKind::Late) && contact.detail.promised_at.is_none() => {
            let evidence = format!("not fulfilled within the standard of {}", limit.words());
            Some(broken(Standard::Fulfil, evidence, None))
        }
        None => None,
    }
}

impl TimeLimit {
    fn judge(&self, standard: Standard, done: &str, contact: &Contact<'_>, until: Timestamp) -> Verdict {
        let taken = self.taken(contact, until);
        let over = taken - self.within;
        let evidence = format!("{done} after {} (standard: {})", words::length(taken), self.words());
        if over.is_positive() { broken(standard, evidence, Some(Excess::Time(over))) } else { kept(standard, evidence) }
    }

    /// The time that counts; none for what happened before it began.
    fn taken(&self, contact: &Contact<'_>, until: Timestamp) -> SignedDuration {
        let from = contact.start_at;
        if self.business_hours {
            let place = contact.location;
            let hours = place.opening_hours.as_ref();
            let calendar = LocationCalendar::new(hours, place.holidays.iter().map(|holiday| holiday.date));
            business_time(contact.zone, hours, &calendar, from, until)
        } else {
            until.duration_since(from).max(SignedDuration::ZERO)
        }
    }

    fn words(&self) -> String {
        let hours = if self.business_hours { " of opening hours" } else { "" };
        format!("{}{hours}", words::length(self.within))
    }
}

fn keep(promise: PromiseKept, contact: &Contact<'_>) -> Option<Verdict> {
    let detail = contact.detail;
    let (Some(promised), Some(fulfilled)) = (detail.promised_at, detail.fulfilled_at) else {
        let evidence = || "not fulfilled as promised".to_owned();
        return (detail.fault == Some(FaultKind::Late)).then(|| broken(Standard::Promise, evidence(), None));
    };
    Some(match promise {
        PromiseKept::OnTheDay => {
            let (day, done) = (local_date(contact.zone, promised), local_date(contact.zone, fulfilled));
            match u32::try_from((done - day).get_days()) {
                Ok(0) => kept(Standard::Promise, "fulfilled on the promised day".to_owned()),
                Ok(late) => {
                    let evidence = format!("fulfilled {} after the promised day", words::days(late));
                    broken(Standard::Promise, evidence, Some(Excess::Count(late)))
                }
                Err(_) => kept(Standard::Promise, "fulfilled before the promised day".to_owned()),
            }
        }
        PromiseKept::AtTheTime => {
            let late = fulfilled.duration_since(promised);
            if late.is_positive() {
                let evidence = format!("fulfilled {} later than promised", words::length(late));
                broken(Standard::Promise, evidence, Some(Excess::Time(late)))
            } else {
                kept(Standard::Promise, "fulfilled in the promised time".to_owned())
            }
        }
    })
}

fn transfers(most: u16, contact: &Contact<'_>) -> Option<Verdict> {
    let standard = match most {
        0 => "standard: never".to_owned(),
        most => format!("standard: at most {}", words::times(most.into())),
    };
    let Some(count) = contact.detail.transfers else {
        let passed_on = contact.detail.fault == Some(FaultKind::PassedOn);
        let evidence = || format!("passed on too often ({standard})");
        return passed_on.then(|| broken(Standard::Transfers, evidence(), None));
    };
    Some(match count.checked_sub(most) {
        None | Some(0) => {
            let passed_on = if count == 0 { "not passed on".to_owned() } else { passed_on(count) };
            kept(Standard::Transfers, format!("{passed_on} ({standard})"))
        }
        Some(over) => {
            let evidence = format!("{} ({standard})", passed_on(count));
            broken(Standard::Transfers, evidence, Some(Excess::Count(over.into())))
        }
    })
}

fn passed_on(count: u16) -> String {
    format!("passed on {}", words::times(count.into()))
}

fn first_contact(contact: &Contact<'_>) -> Option<Verdict> {
    let standard = Standard::FirstContact;
    match contact.detail.outcome? {
        Outcome::Resolved if contact.earlier == 0 => Some(kept(standard, "settled at first contact".to_owned())),
        Outcome::Resolved => {
            let evidence = format!("settled only after {} contacts", contact.earlier.saturating_add(1));
            Some(broken(standard, evidence, Some(Excess::Count(contact.earlier))))
        }
        Outcome::Unresolved | Outcome::Abandoned => {
            let count = (contact.earlier > 0).then_some(Excess::Count(contact.earlier));
            Some(broken(standard, "not settled at first contact".to_owned(), count))
        }
        // Nothing to settle.
        Outcome::Purchased | Outcome::NotPurchased | Outcome::Informed => None,
    }
}

fn kept(standard: Standard, evidence: String) -> Verdict {
    Verdict { standard, kept: true, evidence, over: None }
}

fn broken(standard: Standard, evidence: String, over: Option<Excess>) -> Verdict {
    Verdict { standard, kept: false, evidence, over }
}

#[cfg(test)]
mod tests;
