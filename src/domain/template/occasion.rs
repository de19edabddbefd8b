//! What a template can speak of.

use crate::domain::{
    interaction::{Interaction, InteractionKind, MomentKind, Outcome},
    rule::{Pattern, Trigger},
    text_enum::text_enum,
};

text_enum! {
    /// What a template can speak of: each occasion gives its own fields ([`super::FIELDS`]) and no others.
    pub enum Occasion {
        /// The customer and their history; no interaction. Serves every trigger and every batch.
        Customer = "customer",
        /// Any interaction, whatever it was.
        Interaction = "interaction",
        /// Something was bought.
        Purchase = "purchase",
        /// They came by, whether or not something was bought.
        Visit = "visit",
        /// A question.
        Enquiry = "enquiry",
        /// Something went wrong for the customer.
        Misery = "misery",
        /// An n-th visit day.
        Milestone = "milestone",
        /// A day of theirs that comes round each year; no interaction.
        Day = "day",
    }
}

impl Occasion {
    /// Everything that a trigger always gives, whatever sets it off; in order of [`Occasion::ALL`].
    ///
    /// A rule may use a template of any of these.
    #[must_use]
    pub fn of(trigger: &Trigger) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|occasion| occasion.is_given_by(trigger)).collect()
    }

    /// Whether a trigger always gives this occasion.
    #[must_use]
    pub fn is_given_by(self, trigger: &Trigger) -> bool {
        match (self, trigger) {
            (Self::Customer, _) | (Self::Milestone, Trigger::Milestone { .. }) => true,
            (Self::Day, Trigger::ImportantDate { .. } | Trigger::Anniversary { .. }) => true,
            (Self::Interaction, trigger) => !trigger.is_of_time(),
            (occasion, Trigger::Interaction(pattern)) => occasion.is_given_by_pattern(pattern),
            _ => false,
        }
    }

    fn is_given_by_pattern(self, pattern: &Pattern) -> bool {
        let only_kind = |kind| only(&pattern.kinds, kind);
        match self {
            Self::Customer | Self::Interaction => true,
            Self::Purchase => {
                let bought = only(&pattern.outcomes, Outcome::Purchased);
                bought || only_kind(InteractionKind::Purchase) && pattern.outcomes.is_empty()
            }
            Self::Visit => only_kind(InteractionKind::Visit),
            Self::Enquiry => only_kind(InteractionKind::Enquiry),
            // A complaint is misery by its nature.
            Self::Misery => only(&pattern.moments, MomentKind::Misery) || only_kind(InteractionKind::Complaint),
            Self::Milestone | Self::Day => false,
        }
    }

    /// Whether an interaction gives this occasion. An n-th visit day is the customer's, whatever they came for.
    #[must_use]
    pub fn is_given_by_interaction(self, interaction: &Interaction) -> bool {
        let detail = &interaction.detail;
        let bought = |kind| kind == InteractionKind::Purchase && detail.outcome.is_none();
        match self {
            Self::Customer | Self::Interaction | Self::Milestone => true,
            Self::Day => false,
            Self::Purchase => detail.outcome == Some(Outcome::Purchased) || bought(detail.kind),
            Self::Visit => detail.kind == InteractionKind::Visit,
            Self::Enquiry => detail.kind == InteractionKind::Enquiry,
            Self::Misery => interaction.moment.kind == MomentKind::Misery || detail.kind == InteractionKind::Complaint,
        }
    }

    /// Whether what gives this occasion gives the other one too, so that a template for the other may be used.
    #[must_use]
    pub const fn includes(self, other: Self) -> bool {
        matches!(
            (self, other),
            (_, Self::Customer)
                | (
                    Self::Interaction | Self::Purchase | Self::Visit | Self::Enquiry | Self::Misery | Self::Milestone,
                    Self::Interaction
                )
                | (Self::Purchase, Self::Purchase)
                | (Self::Visit, Self::Visit)
                | (Self::Enquiry, Self::Enquiry)
                | (Self::Misery, Self::Misery)
                | (Self::Milestone, Self::Milestone)
                | (Self::Day, Self::Day)
        )
    }
}

/// Whether a list of a pattern lets nothing but one value pass. An empty list lets all pass.
fn only<T: PartialEq>(allowed: &[T], value: T) -> bool {
    !allowed.is_empty() && allowed.iter().all(|one| *one == value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{rule::Pattern, starter};

    fn on(kinds: &[InteractionKind], outcomes: &[Outcome], moments: &[MomentKind]) -> Vec<Occasion> {
        Occasion::of(&Trigger::Interaction(Pattern {
            kinds: kinds.to_vec(),
            outcomes: outcomes.to_vec(),
            moments: moments.to_vec(),
            ..Pattern::default()
        }))
    }

    #[test]
    fn a_trigger_gives_only_what_every_match_has() {
        use InteractionKind::{Complaint, Purchase, Visit};
        use Occasion as O;
        assert_eq!(on(&[], &[], &[]), [O::Customer, O::Interaction]);
        assert_eq!(on(&[Visit], &[], &[]), [O::Customer, O::Interaction, O::Visit]);
        assert_eq!(on(&[Visit, Purchase], &[], &[]), [O::Customer, O::Interaction]);
        assert_eq!(on(&[Visit, Purchase], &[Outcome::Purchased], &[]), [O::Customer, O::Interaction, O::Purchase]);
        assert_eq!(on(&[Visit], &[Outcome::Purchased], &[]), [O::Customer, O::Interaction, O::Purchase, O::Visit]);
        assert_eq!(on(&[Purchase], &[Outcome::Abandoned], &[]), [O::Customer, O::Interaction]);
        assert_eq!(on(&[Complaint], &[], &[]), [O::Customer, O::Interaction, O::Misery]);
        assert_eq!(on(&[], &[], &[MomentKind::Misery]), [O::Customer, O::Interaction, O::Misery]);
        assert_eq!(
            Occasion::of(&Trigger::Milestone { visit_days: vec![5] }),
            [O::Customer, O::Interaction, O::Milestone]
        );
    }

    #[test]
    fn what_a_trigger_gives_includes_what_it_gives_too() {
        for (_, rule) in starter::rules() {
            for given in Occasion::of(&rule.trigger) {
                let lesser = Occasion::ALL.iter().filter(|other| given.includes(**other));
                assert!(lesser.copied().all(|other| other.is_given_by(&rule.trigger)), "{}", rule.display_name);
            }
        }
    }
}
