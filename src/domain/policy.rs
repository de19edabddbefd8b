//! How customers may be contacted: how often, when, how long things are under way, and what those allow who were never
//! asked. One policy for the whole business; people change it while the service runs.

use super::{
    customer::{Channel, Customer, Purpose},
    ids::RegimeId,
    location::Location,
    when::{WeeklyHours, default_call_hours, default_message_hours},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How customers may be contacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactPolicy {
    /// Contacts per household within the period; at least 1.
    pub budget_contacts: u32,
    /// The period of the contact budget, rolling.
    pub budget_period: SignedDuration,
    /// When calls may be made, where a rule names no window.
    pub call_hours: WeeklyHours,
    /// When e-mails and messages may leave, where a rule names no window.
    pub message_hours: WeeklyHours,
    /// How long what is sent is under way.
    pub lead_times: LeadTimes,
    /// What those allow who were never asked, country by country. No country stands in two that hold.
    pub regimes: Vec<ConsentRegime>,
    /// The regime of every other country; one of them.
    pub default_regime: RegimeId,
}

impl Default for ContactPolicy {
    /// What the design says (4.4, 4.5): two contacts in 30 days, calls Mon–Sat 09:00–20:00, messages daily 08:00–21:00,
    /// four business days for the post.
    fn default() -> Self {
        Self {
            budget_contacts: 2,
            budget_period: SignedDuration::from_hours(30 * 24),
            call_hours: default_call_hours(),
            message_hours: default_message_hours(),
            lead_times: LeadTimes::default(),
            regimes: vec![ConsentRegime::standard(), ConsentRegime::eu_opt_in()],
            default_regime: ConsentRegime::standard().id,
        }
    }
}

impl ContactPolicy {
    /// The regime of the first of these regions that is known; an unknown one is empty.
    ///
    /// # Panics
    /// Never: a policy without its default regime is neither saved nor read.
    #[must_use]
    pub fn regime(&self, regions: [&str; 3]) -> &ConsentRegime {
        let region = regions.into_iter().find(|region| !region.is_empty()).unwrap_or_default();
        self.regimes.iter().find(|regime| regime.holds_in(region)).unwrap_or_else(|| self.default_regime())
    }

    /// Whether the default regime is one of the regimes.
    #[must_use]
    pub fn has_default_regime(&self) -> bool {
        self.regimes.iter().any(|regime| regime.id == self.default_regime)
    }

    fn default_regime(&self) -> &ConsentRegime {
        let found = self.regimes.iter().find(|regime| regime.id == self.default_regime);
        found.expect("a policy is checked for its default regime when it is saved and when it is read")
    }
}

/// A contact policy that somebody saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedPolicy {
    /// What it says.
    pub policy: ContactPolicy,
    /// Grows by one with every change; the etag is made of it. 0 stands for what is configured.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// How many of a location's business days something sent by a channel is under way; the channels that are not named
/// take no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadTimes {
    /// E-mails.
    pub email: u8,
    /// Text messages.
    pub message: u8,
    /// Letters and cards, printing and posting included.
    pub post: u8,
}

impl Default for LeadTimes {
    fn default() -> Self {
        Self { email: 0, message: 0, post: 4 }
    }
}

impl LeadTimes {
    /// The business days that a channel takes.
    #[must_use]
    pub const fn of(&self, channel: Channel) -> u8 {
        match channel {
            Channel::Email => self.email,
            Channel::Message => self.message,
            Channel::Post => self.post,
            Channel::InPerson | Channel::Phone | Channel::HandOver => 0,
        }
    }
}

/// What customers of some countries allow who were never asked. A yes or no of theirs goes before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentRegime {
    /// Its slug.
    pub id: RegimeId,
    /// Its name for people.
    pub display_name: String,
    /// ISO 3166-1 alpha-2 codes of the countries in which it holds.
    pub regions: Vec<String>,
    /// Kept, but holds in none of its countries.
    pub disabled: bool,
    /// What is allowed unasked. What is handed over counts as said in person.
    pub permits: Vec<Permit>,
}

/// The channels that a purpose may take unasked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permit {
    /// For what.
    pub purpose: Purpose,
    /// Over what.
    pub channels: Vec<Channel>,
}

/// The countries of the European Union, and those that have its law by the European Economic Area.
const EU_AND_EEA: [&str; 30] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
    "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// What the customer's own business needs may take every channel.
const EVERYWHERE: [Channel; 5] = [Channel::InPerson, Channel::Phone, Channel::Email, Channel::Message, Channel::Post];

impl ConsentRegime {
    /// Service everywhere; thanks in person, by phone and by post, by e-mail and message only with a yes; advertising
    /// never without one (4.5).
    #[must_use]
    pub fn standard() -> Self {
        let thanks = [Channel::InPerson, Channel::Phone, Channel::Post];
        Self::shipped("standard", "Standard", &thanks, &[], false)
    }

    /// As [`standard`](Self::standard), but nobody is called to be thanked who did not say yes: several members take a
    /// friendly call for advertising, to which the ePrivacy directive (2002/58/EC, article 13) lets them ask for
    /// consent. A letter rests on our legitimate interest (GDPR, recital 47). Disabled until somebody enables it.
    #[must_use]
    pub fn eu_opt_in() -> Self {
        let thanks = [Channel::InPerson, Channel::Post];
        Self::shipped("eu-opt-in", "European Union, opt-in", &thanks, &EU_AND_EEA, true)
    }

    fn shipped(id: &str, display_name: &str, thanks: &[Channel], regions: &[&str], disabled: bool) -> Self {
        Self {
            id: id.parse().expect("a slug"),
            display_name: display_name.to_owned(),
            regions: regions.iter().map(|region| (*region).to_owned()).collect(),
            disabled,
            permits: vec![
                Permit { purpose: Purpose::Service, channels: EVERYWHERE.to_vec() },
                Permit { purpose: Purpose::Gratitude, channels: thanks.to_vec() },
            ],
        }
    }

    /// Whether it is the regime of a country.
    #[must_use]
    pub fn holds_in(&self, region: &str) -> bool {
        !self.disabled && self.regions.iter().any(|own| own == region)
    }

    /// Whether somebody who was never asked may be contacted so, for this.
    #[must_use]
    pub fn permits(&self, channel: Channel, purpose: Purpose) -> bool {
        self.permits.iter().any(|permit| permit.purpose == purpose && permit.channels.contains(&channel))
    }
}

/// The regions of a customer of a location, the one that counts first.
#[must_use]
pub fn regions_of<'a>(customer: &'a Customer, location: &'a Location, configured: &'a str) -> [&'a str; 3] {
    [&customer.addressee().profile.region, &location.settings.region, configured]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::codes;

    #[test]
    fn the_standard_regime_is_the_designs() {
        let standard = ConsentRegime::standard();
        for (channel, thanks) in [
            (Channel::InPerson, true),
            (Channel::Phone, true),
            (Channel::Post, true),
            (Channel::Email, false),
            (Channel::Message, false),
        ] {
            assert!(standard.permits(channel, Purpose::Service), "{channel}");
            assert_eq!(standard.permits(channel, Purpose::Gratitude), thanks, "{channel}");
            assert!(!standard.permits(channel, Purpose::Marketing), "{channel}");
        }
    }

    #[test]
    fn the_first_known_region_decides() {
        let mut policy = ContactPolicy::default();
        assert_eq!(policy.regime(["FR", "US", "US"]).id.as_str(), "standard", "it ships disabled");
        policy.regimes[1].disabled = false;
        for (regions, regime) in [
            (["FR", "US", "US"], "eu-opt-in"),
            (["US", "FR", "FR"], "standard"),
            (["", "FR", "US"], "eu-opt-in"),
            (["", "", "NO"], "eu-opt-in"),
            (["", "", ""], "standard"),
        ] {
            assert_eq!(policy.regime(regions).id.as_str(), regime, "{regions:?}");
        }
    }

    #[test]
    fn the_shipped_countries_exist() {
        for region in EU_AND_EEA {
            assert_eq!(codes::region(region), Ok(region));
        }
    }

    #[test]
    fn a_policy_is_kept_as_it_was() {
        let policy = ContactPolicy::default();
        let json = serde_json::to_string(&policy).expect("it serialises");
        assert_eq!(serde_json::from_str::<ContactPolicy>(&json).expect("it parses"), policy);
    }
}
