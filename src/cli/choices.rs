//! Values of the contract as people choose them on the command line.

use clap::ValueEnum;

use crate::proto::v1;

/// A channel as it is typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Channel {
    InPerson,
    Phone,
    Email,
    Message,
    Post,
    HandOver,
}

impl Channel {
    pub(super) const fn of_contract(self) -> v1::Channel {
        match self {
            Self::InPerson => v1::Channel::InPerson,
            Self::Phone => v1::Channel::Phone,
            Self::Email => v1::Channel::Email,
            Self::Message => v1::Channel::Message,
            Self::Post => v1::Channel::Post,
            Self::HandOver => v1::Channel::HandOver,
        }
    }
}

/// What a gesture is, as it is typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum GestureKind {
    Note,
    Call,
    Recognition,
    Gift,
    Apology,
}

impl GestureKind {
    pub(super) const fn of_contract(self) -> v1::GestureKind {
        match self {
            Self::Note => v1::GestureKind::Note,
            Self::Call => v1::GestureKind::Call,
            Self::Recognition => v1::GestureKind::Recognition,
            Self::Gift => v1::GestureKind::Gift,
            Self::Apology => v1::GestureKind::Apology,
        }
    }
}
