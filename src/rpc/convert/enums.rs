//! Enumerations, value by value.

use crate::{
    domain::{
        access::{KeyState, Role, StaffState},
        action::ActionKind,
        case::{CaseOrigin, CaseState, RemedyKind},
        commands::gestures::Finding,
        customer::{Channel, ConsentState, CustomerKind, FactKind, FactOrigin, Greeting, IdentifierKind, Purpose},
        gesture::{GestureKind, GestureState, Reason, Tone},
        interaction::{
            Direction, FaultKind, FeelingAbout, FeelingJudge, InteractionChannel, InteractionKind, InteractionState,
            MomentKind, NoPurchaseReason, Outcome, Surprise,
        },
        journey::{PromiseKept, Standard},
        note::{BatchState, NoteState},
        note_problem::ProblemReason,
        obligation::{ObligationState, OpenReason},
        paper::Format,
        retention::Kept,
        returning::ReturnStatus,
        rule::{DateKind, OverBudget, RuleState},
        sensitive::Topic,
        template::{Occasion, TemplateState},
    },
    proto::v1 as pb,
};

/// A number that stands for no value of an enumeration.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unknown(pub(crate) i32);

/// An enumeration of the domain as the contract writes it.
pub(crate) trait WireEnum: Copy {
    /// The value; `None` for the zero that means "not given".
    fn from_wire(number: i32) -> Result<Option<Self>, Unknown>;

    /// The number on the wire.
    fn to_wire(self) -> i32;

    /// All names, for an error that says what would be right.
    fn names() -> String;
}

/// The number of a value that may be absent.
pub(crate) fn to_wire_or_zero<E: WireEnum>(value: Option<E>) -> i32 {
    value.map_or(0, E::to_wire)
}

/// Where a value stands in a list that was given, as the path of that element.
pub(crate) fn place_of<E: WireEnum>(field: &str, given: &[i32], value: E) -> String {
    let place = given.iter().position(|number| *number == value.to_wire()).unwrap_or_default();
    format!("{field}[{place}]")
}

/// Pairs the values of a domain enumeration with those of the contract, by their common names. The compiler sees to it
/// that none is missing on either side.
macro_rules! wire_enums {
    ($($domain:ident = $wire:path { $($value:ident),+ $(,)? })+) => {$(
        impl WireEnum for $domain {
            fn from_wire(number: i32) -> Result<Option<Self>, Unknown> {
                use $wire as Wire;
                match Wire::try_from(number) {
                    Ok(Wire::Unspecified) => Ok(None),
                    $(Ok(Wire::$value) => Ok(Some(Self::$value)),)+
                    Err(_) => Err(Unknown(number)),
                }
            }

            fn to_wire(self) -> i32 {
                use $wire as Wire;
                let wire = match self { $(Self::$value => Wire::$value),+ };
                wire as i32
            }

            fn names() -> String {
                Self::NAMES.iter().map(|name| name.to_uppercase()).collect::<Vec<_>>().join(", ")
            }
        }

        #[cfg(test)]
        impl tests::EveryValue for $domain {
            const ALL: &'static [Self] = Self::ALL;
        }
    )+

        #[cfg(test)]
        fn check_all() {
            $(tests::there_and_back::<$domain>();)+
        }
    };
}

wire_enums! {
    CustomerKind = pb::customer::Kind { Person, Organization, Internal }
    Greeting = pb::customer::Greeting { ByName, WarmWithoutName, None }
    Channel = pb::Channel { InPerson, Phone, Email, Message, Post, HandOver }
    Purpose = pb::Purpose { Service, Gratitude, Marketing }
    ConsentState = pb::consent::State { Granted, Refused, Unknown }
    IdentifierKind = pb::identifier::Kind { Phone, Email, Loyalty, ExternalId, Social }
    FactKind = pb::fact::Kind { Like, Dislike, Interest, Family, ImportantDate, Other }
    FactOrigin = pb::fact::Origin { ToldUs, SeenHere, OtherChannel, Inferred }
    InteractionKind = pb::InteractionKind {
        Visit, Enquiry, Purchase, Order, OrderUpdate, Delivery, Support, Complaint, Compliment, Return, Feedback,
        Observation, OutboundContact,
    }
    InteractionChannel = pb::InteractionChannel { InStore, Phone, Email, Chat, Web, App, Social, Post }
    InteractionState = pb::interaction::State { Open, Closed, Voided }
    Direction = pb::Direction { Inbound, Outbound }
    Outcome = pb::Outcome { Purchased, NotPurchased, Resolved, Unresolved, Abandoned, Informed }
    NoPurchaseReason = pb::NoPurchaseReason {
        Unknown, JustLooking, OutOfStock, Price, NotOffered, Wait, Undecided, Question, NoShow, Other,
    }
    FaultKind = pb::FaultKind {
        Late, Wrong, MissingPart, Damaged, Wait, PassedOn, Rude, ChargedWrongly, Other,
    }
    FeelingAbout = pb::FeelingAbout { Us, OwnLife, Unknown }
    FeelingJudge = pb::emotion::Judge { Customer, Staff, Model }
    Surprise = pb::interaction::Unexpected { Good, Bad }
    MomentKind = pb::MomentKind { Gratification, Neutral, Misery }
    GestureKind = pb::GestureKind { Note, Call, Recognition, Gift, Apology }
    Tone = pb::Tone { Cheerful, Caring }
    Finding = pb::resolve_gesture_request::Finding { Reached, TryAgain, GiveUp }
    GestureState = pb::gesture::State {
        Scheduled, Claimed, Delivering, Completed, Held, Suppressed, Cancelled, Expired, Failed, Uncertain,
    }
    Reason = pb::Reason {
        NoRuleMatched, TooLate, NoConsent, OverBudget, History, Group, AlreadyThanked, CustomerInactive, Minor, Internal,
        OpenCase, OwnLife, NoOpening, Voided, Returned, Replaced, Corrected, Reattributed, RuleRetired, ByPerson, Stale,
        Outbound, Observation, ThankedInPerson, Delivered, DeliveryFailed, LeaseLapsed, Released, NoAnswer, CallBack,
        WrongNumber, NeverAgain, Anonymous, NotGenuine, FactsChanged, Overtaken, BatchCancelled, Paused,
        CallCapacity, Tested, HoldOut, CameBack, DateChanged, Recovery, Deceased, DeliveredOverBudget, GiftLimit,
        GiftUnclear, Undone, Merged, Parted, Erased,
    }
    ObligationState = pb::obligation::State { Open, Fulfilled, Suppressed, Waived, Expired, Cancelled, NotOwed }
    OpenReason = pb::obligation::OpenReason { VisitOpen, Anonymous, GesturePending, WithAPerson }
    ActionKind = pb::DeskActionKind { CheckIn, CheckOut, Acknowledge, Reassign, LogCall, Take }
    ReturnStatus = pb::customer_summary::ReturnStatus { New, Returning, Regular, Lapsed }
    RuleState = pb::rule::State { Enabled, Disabled, Retired }
    TemplateState = pb::template::State { Active, Retired }
    Occasion = pb::Occasion { Customer, Interaction, Purchase, Visit, Enquiry, Misery, Milestone, Day }
    DateKind = pb::important_date::Kind { Birthday, ImportantDate }
    OverBudget = pb::rule_action::OverBudget { Defer, Suppress }
    PromiseKept = pb::standards::Promise { OnTheDay, AtTheTime }
    Standard = pb::Standard { Respond, Fulfil, Promise, Transfers, FirstContact }
    CaseState = pb::case::State { Open, Resolved }
    BatchState = pb::note_batch::State {
        Composing, Ready, Delivering, Completed, Stopped, Cancelling, Cancelled,
    }
    NoteState = pb::note::State {
        Composed, WithPerson, Delivering, Delivered, Skipped, Failed, Uncertain, Cancelled,
    }
    ProblemReason = pb::note_problem::Reason {
        Empty, NothingParticular, StaleFact, RepeatedWording, MissingName, WrongLanguage, TooLong, NoFont, NoPerson,
        NoWayToAnswer, SurpriseAtSharedAddress, SensitivePlace, Placeholder, FactMissing, ApologyWithoutCause,
    }
    Format = pb::PrintLayout {
        FoldedCard, LetterA4, LetterUs, AddressTape62, NoteTape62, LabelsA4, LabelsUs, HandA4, HandUs,
    }
    RemedyKind = pb::remedy::Kind { Refund, Discount, Voucher, Replacement, Gift, Other }
    CaseOrigin = pb::case::Origin { Person, Misery, UnhappyCall, MissedPromise }
    Role = pb::Role { Desk, Service, Batch, Manager, Operator }
    KeyState = pb::api_key::State { Active, Expired, Revoked }
    StaffState = pb::staff_member::State { Active, NoPin, Ended }
    Topic = pb::remark_hint::Topic { Health, Religion, Origin, Politics, Union, SexLife, Crime }
    Kept = pb::RetainedKind { Remarks, Events, Reads, RequestKeys }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Debug;

    /// A domain enumeration whose values can be counted up.
    pub(super) trait EveryValue: Sized + 'static {
        const ALL: &'static [Self];
    }

    pub(super) fn there_and_back<E: WireEnum + EveryValue + PartialEq + Debug>() {
        for value in E::ALL {
            assert_eq!(E::from_wire(value.to_wire()), Ok(Some(*value)));
        }
        assert_eq!(E::from_wire(0), Ok(None));
        assert_eq!(E::from_wire(-1), Err(Unknown(-1)));
    }

    #[test]
    fn every_value_comes_back() {
        check_all();
    }
}
