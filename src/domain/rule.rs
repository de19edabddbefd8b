//! When such a moment happens, make such a gesture.

use super::{
    customer::{Channel, Purpose},
    gesture::{GestureKind, Tone},
    ids::{RuleId, TemplateId},
    interaction::{Direction, InteractionChannel, InteractionKind, MomentKind, Outcome},
    money::Money,
    text_enum::text_enum,
    when::{Wait, WeeklyHours},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Whether a rule is looked at.
    pub enum RuleState {
        /// It is.
        Enabled = "enabled",
        /// Not now.
        Disabled = "disabled",
        /// Never again; kept because gestures point to it.
        Retired = "retired",
    }
}

text_enum! {
    /// What becomes of a gesture for which the contact budget has no place.
    pub enum OverBudget {
        /// It waits for a place, within its deadline.
        Defer = "defer",
        /// It is not made.
        Suppress = "suppress",
    }
}

/// A rule with its newest version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its slug.
    pub id: RuleId,
    /// Enabled, disabled or retired.
    pub state: RuleState,
    /// The number of the newest version, from 1.
    pub version: u32,
    /// What that version says.
    pub definition: RuleDefinition,
    /// Grows by one with every change of state or version; the etag is made of it.
    pub revision: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// One version of a rule; never changed once saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleDefinition {
    /// What staff call it.
    pub display_name: String,
    /// What sets it off.
    pub trigger: Trigger,
    /// A filter expression over `interaction.* customer.* summary.* location.*`; empty is always true.
    pub condition: String,
    /// What it does.
    pub action: Action,
}

/// What sets a rule off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// An interaction that fits a pattern.
    Interaction(Pattern),
    /// The n-th visit day.
    Milestone {
        /// The numbers at which it fires.
        visit_days: Vec<u32>,
    },
    /// A day of theirs that comes round each year.
    ImportantDate {
        /// Which days; all when empty.
        #[serde(default)]
        kinds: Vec<DateKind>,
        /// Of important dates only those whose words hold one of these, whatever the case; all when empty.
        #[serde(default)]
        words: Vec<String>,
    },
    /// The day of their first visit, in the years after it.
    Anniversary {
        /// How many years after it; each year when empty.
        #[serde(default)]
        years: Vec<u32>,
    },
    /// They stay away for longer than is their way.
    Silence,
    /// Nobody has spoken with them for some time.
    Unspoken {
        /// So many days; a multiple of 30.
        days: u32,
    },
}

text_enum! {
    /// A day of a customer's that comes round each year.
    pub enum DateKind {
        /// Their birthday.
        Birthday = "birthday",
        /// A day that they told us matters to them.
        ImportantDate = "important_date",
    }
}

impl Trigger {
    /// Whether time alone sets it off, and no interaction.
    #[must_use]
    pub const fn is_of_time(&self) -> bool {
        !matches!(self, Self::Interaction(_) | Self::Milestone { .. })
    }
}

/// Which interactions fit; an empty list fits all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pattern {
    /// Kinds.
    pub kinds: Vec<InteractionKind>,
    /// Outcomes.
    pub outcomes: Vec<Outcome>,
    /// Channels.
    pub channels: Vec<InteractionChannel>,
    /// Directions; inbound when empty.
    pub directions: Vec<Direction>,
    /// Moments.
    pub moments: Vec<MomentKind>,
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Note, call, recognition, gift or apology.
    pub gesture: GestureKind,
    /// The channels it may take, best first; the customer's preference reorders them.
    pub channels: Vec<Channel>,
    /// How long after the moment.
    pub wait: Wait,
    /// When it may be carried out; the channel's default hours when absent.
    #[serde(default)]
    pub window: Option<WeeklyHours>,
    /// Only on days on which the location does business.
    #[serde(default)]
    pub business_days: bool,
    /// How long after it is due it still makes sense.
    pub deadline: SignedDuration,
    /// 0 to 100; the higher goes first and displaces the lower.
    pub priority: u8,
    /// Cheerful gestures are held while something is wrong; caring ones are not.
    pub tone: Tone,
    /// What it counts as when consent is asked for.
    pub purpose: Purpose,
    /// Who carries it out, where it is a person.
    #[serde(default)]
    pub role: String,
    /// Of the rules of one group that match a customer on one local day, only the strongest acts. Empty: alone.
    #[serde(default)]
    pub group: String,
    /// We said we would: it may not be missed.
    #[serde(default)]
    pub promised: bool,
    /// What happens when the contact budget has no place.
    pub over_budget: OverBudget,
    /// So many of a hundred households get nothing from it, so that its effect can be seen; 0 to 50.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hold_out_percent: u8,
    /// In whose words it speaks; those of its kind's starter template when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateId>,
    /// The role of whom it is for in an organisation; anybody's when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub recipient: String,
    /// Of a gift, what it is worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gift_value: Option<Money>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(percent: &u8) -> bool {
    *percent == 0
}

impl Pattern {
    /// The first property by which an interaction does not fit, or `None` when it fits.
    #[must_use]
    pub fn misfit(&self, detail: &super::interaction::Detail, moment: MomentKind) -> Option<&'static str> {
        fn outside<T: PartialEq>(allowed: &[T], value: &T) -> bool {
            !allowed.is_empty() && !allowed.contains(value)
        }
        let directions: &[Direction] =
            if self.directions.is_empty() { &[Direction::Inbound] } else { &self.directions };
        if outside(&self.kinds, &detail.kind) {
            Some("kind")
        } else if !self.outcomes.is_empty() && detail.outcome.is_none_or(|outcome| !self.outcomes.contains(&outcome)) {
            Some("outcome")
        } else if outside(&self.channels, &detail.channel) {
            Some("channel")
        } else if !directions.contains(&detail.direction) {
            Some("direction")
        } else if outside(&self.moments, &moment) {
            Some("moment")
        } else {
            None
        }
    }
}
