//! By what channels and for what a customer is contacted, and what they said about it.

use crate::domain::text_enum::text_enum;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

text_enum! {
    /// How a gesture reaches a customer.
    pub enum Channel {
        /// Said face to face.
        InPerson = "in_person",
        /// A phone call.
        Phone = "phone",
        /// An e-mail.
        Email = "email",
        /// A text or chat message to a phone.
        Message = "message",
        /// A letter or card by post.
        Post = "post",
        /// Handed over at the next visit; needs no contact point.
        HandOver = "hand_over",
    }
}

impl Channel {
    /// What people call it.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::InPerson => "in person",
            Self::Phone => "phone",
            Self::Email => "e-mail",
            Self::Message => "message",
            Self::Post => "post",
            Self::HandOver => "hand-over",
        }
    }

    /// Whether what is written over it has a line above it that says what it is about: a mail its subject, a letter its
    /// heading, a card its front.
    #[must_use]
    pub const fn has_subject(self) -> bool {
        matches!(self, Self::Email | Self::Post | Self::HandOver)
    }

    /// How something comes by it, as in "a note by post".
    #[must_use]
    pub const fn by(self) -> &'static str {
        match self {
            Self::InPerson => "in person",
            Self::Phone => "by phone",
            Self::Email => "by e-mail",
            Self::Message => "by message",
            Self::Post => "by post",
            Self::HandOver => "to hand over",
        }
    }
}

text_enum! {
    /// What a contact is for; consent is given per purpose.
    pub enum Purpose {
        /// To settle something the customer began.
        Service = "service",
        /// To thank.
        Gratitude = "gratitude",
        /// To sell.
        Marketing = "marketing",
    }
}

text_enum! {
    /// What the customer said about being contacted.
    pub enum ConsentState {
        /// Yes.
        Granted = "granted",
        /// No.
        Refused = "refused",
        /// Never asked, or taken back without a no.
        Unknown = "unknown",
    }
}

/// What a customer said about being contacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// By which channel.
    pub channel: Channel,
    /// For what.
    pub purpose: Purpose,
    /// Yes, no, or taken back.
    pub state: ConsentState,
    /// Where it was said ("till form", "phone call").
    pub source: String,
    /// The version of the text that was agreed to.
    pub text_version: String,
    /// When it was said.
    pub at: Timestamp,
}
