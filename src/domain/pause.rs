//! A pause: what falls under it does not leave until a person ends it. Deadlines run on.

use super::{
    customer::Channel,
    gesture::Gesture,
    ids::{LocationId, PauseId, RuleId},
    world::Subject,
};
use jiff::Timestamp;

/// What somebody has stopped from leaving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// The id, permanent.
    pub id: PauseId,
    /// What falls under it.
    pub scope: PauseScope,
    /// Why, in words without personal data.
    pub reason: String,
    /// Since when.
    pub paused_at: Timestamp,
    /// When it was ended; `None` while it holds.
    pub resumed_at: Option<Timestamp>,
}

/// What falls under a pause: what meets all that is said; everything where nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PauseScope {
    /// Only what is done in the name of this location.
    pub location: Option<LocationId>,
    /// Only what goes by this channel.
    pub channel: Option<Channel>,
    /// Only what this rule made.
    pub rule: Option<RuleId>,
}

impl PauseScope {
    /// Whether a gesture falls under it.
    #[must_use]
    pub fn covers(&self, gesture: &Gesture) -> bool {
        self.location.as_ref().is_none_or(|location| *location == gesture.location)
            && self.channel.is_none_or(|channel| channel == gesture.channel)
            && self.rule.as_ref().is_none_or(|rule| gesture.rule.as_ref().is_some_and(|(id, _)| id == rule))
    }

    /// Whether everything over a channel falls under it.
    #[must_use]
    pub fn covers_all_over(&self, channel: Channel) -> bool {
        self.location.is_none() && self.rule.is_none() && self.channel.is_none_or(|paused| paused == channel)
    }
}

/// The pauses that hold, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PauseBook(Vec<Pause>);

impl PauseBook {
    /// The book of these pauses; those that were ended are left out.
    #[must_use]
    pub fn new(pauses: impl IntoIterator<Item = Pause>) -> Self {
        let mut holding: Vec<_> = pauses.into_iter().filter(|pause| pause.resumed_at.is_none()).collect();
        holding.sort_by_key(|pause| (pause.paused_at, pause.id));
        Self(holding)
    }

    /// The oldest pause that a gesture falls under.
    #[must_use]
    pub fn over(&self, gesture: &Gesture) -> Option<&Pause> {
        self.0.iter().find(|pause| pause.scope.covers(gesture))
    }

    /// Whether nothing leaves over a channel.
    #[must_use]
    pub fn holds_all_over(&self, channel: Channel) -> bool {
        self.scopes().any(|scope| scope.covers_all_over(channel))
    }

    /// What is paused, for those who look for what is not.
    pub fn scopes(&self) -> impl Iterator<Item = &PauseScope> {
        self.0.iter().map(|pause| &pause.scope)
    }
}

impl Pause {
    /// That it holds, in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{} holds: {}.", Subject::Pause(self.id), self.reason.trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::testkit::{at, call, customer, email};
    use uuid::Uuid;

    fn pause(n: u128, scope: PauseScope) -> Pause {
        Pause {
            id: PauseId(Uuid::from_u128(n)),
            scope,
            reason: "stocktaking".to_owned(),
            paused_at: at("2026-11-23T10:00"),
            resumed_at: None,
        }
    }

    #[test]
    fn what_meets_all_that_is_said_is_paused() {
        let (call, mail) =
            (call(1, &customer(1), at("2026-11-23T10:00")), email(2, &customer(1), at("2026-11-23T10:00")));
        let here = Some(call.location.clone());
        let over = |scope, gesture: &Gesture| PauseBook::new([pause(1, scope)]).over(gesture).is_some();
        assert!(over(PauseScope::default(), &call), "everything");
        let calls_here = PauseScope { location: here, channel: Some(Channel::Phone), rule: None };
        assert!(over(calls_here.clone(), &call) && !over(calls_here, &mail));
        let elsewhere = PauseScope { location: Some("elsewhere".parse().unwrap()), ..PauseScope::default() };
        assert!(!over(elsewhere, &call));
        let of_rule = PauseScope { rule: Some("birthday".parse().unwrap()), ..PauseScope::default() };
        assert!(!over(of_rule.clone(), &call), "a person planned it");
        let made = Gesture { rule: Some(("birthday".parse().unwrap(), 3)), ..call.clone() };
        assert!(over(of_rule, &made), "whatever its version");
        let ended = Pause { resumed_at: Some(at("2026-11-23T11:00")), ..pause(1, PauseScope::default()) };
        assert_eq!(PauseBook::new([ended]).over(&call), None);
    }
}
