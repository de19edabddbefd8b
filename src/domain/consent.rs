//! What may be done to whom, and by which channel (P6).

use super::{
    customer::{Channel, ConsentState, ContactPointKind, Customer, Purpose},
    policy::ConsentRegime,
};

/// Whether the customer may be contacted so, for this; the regime speaks for those who were never asked. What is handed
/// over counts as said in person.
#[must_use]
pub fn permits(customer: &Customer, regime: &ConsentRegime, channel: Channel, purpose: Purpose) -> bool {
    let asked = if channel == Channel::HandOver { Channel::InPerson } else { channel };
    match customer.consent(asked, purpose) {
        ConsentState::Granted => true,
        ConsentState::Refused => false,
        ConsentState::Unknown => regime.permits(asked, purpose),
    }
}

/// The contact point that a channel needs; `None` where it needs none.
#[must_use]
pub const fn needed_contact_point(channel: Channel) -> Option<ContactPointKind> {
    match channel {
        Channel::Phone | Channel::Message => Some(ContactPointKind::Phone),
        Channel::Email => Some(ContactPointKind::Email),
        Channel::Post => Some(ContactPointKind::Post),
        Channel::InPerson | Channel::HandOver => None,
    }
}

/// Whether whoever gets something over a channel has the contact point that it needs: the customer, their guardian, or
/// the contact of an organisation.
#[must_use]
pub fn has_contact_point(customer: &Customer, recipient: &str, channel: Channel) -> bool {
    needed_contact_point(channel).is_none_or(|kind| customer.facing(recipient, channel).contact_point(kind).is_some())
}

/// The channel a gesture takes, and what spoke against the better ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelChoice {
    /// The channel; `None` when each is refused.
    pub channel: Option<Channel>,
    /// What was passed over and why, in words without personal data.
    pub passed_over: Vec<String>,
}

/// The channels that a rule offers as far as the customer likes them: who prefers letters gets no e-mail instead when
/// no letter is possible, but something from a person. What offers nothing that they like is taken as it is offered.
#[must_use]
pub fn liked(customer: &Customer, offered: &[Channel]) -> Vec<Channel> {
    let preferred = &customer.addressee().profile.preferred_channels;
    let liked: Vec<_> = offered.iter().copied().filter(|channel| preferred.contains(channel)).collect();
    if liked.is_empty() { offered.to_vec() } else { liked }
}

/// The best allowed channel, to the contact of that role where the customer is an organisation. The customer's
/// preference comes before the rule's order; what no contact point or no consent allows is handed over by a person at
/// the next visit, unless that is refused too.
#[must_use]
pub fn choose_channel(
    customer: &Customer,
    recipient: &str,
    regime: &ConsentRegime,
    offered: &[Channel],
    purpose: Purpose,
) -> ChannelChoice {
    let preferred = &customer.addressee().profile.preferred_channels;
    let rank = |channel: &Channel| preferred.iter().position(|p| p == channel).unwrap_or(preferred.len());
    let mut ordered: Vec<Channel> = offered.to_vec();
    ordered.sort_by_key(rank);
    if !ordered.contains(&Channel::HandOver) && !ordered.contains(&Channel::InPerson) {
        ordered.push(Channel::HandOver);
    }
    let mut passed_over = Vec::new();
    for channel in ordered {
        if !permits(customer, regime, channel, purpose) {
            passed_over.push(match customer.consent(channel, purpose) {
                ConsentState::Refused => format!("{}: refused for {purpose}", channel.in_words()),
                ConsentState::Unknown | ConsentState::Granted => {
                    let channel = channel.in_words();
                    format!("{channel}: never allowed for {purpose}, which the regime {} asks for", regime.id)
                }
            });
        } else if !has_contact_point(customer, recipient, channel) {
            passed_over.push(format!("{}: no usable contact point", channel.in_words()));
        } else {
            return ChannelChoice { channel: Some(channel), passed_over };
        }
    }
    ChannelChoice { channel: None, passed_over }
}
