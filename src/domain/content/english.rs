//! The built-in sentences in English.

use super::{Story, Thing};
use crate::domain::{
    gesture::GestureKind,
    interaction::{FaultKind, InteractionKind},
};
use jiff::civil::Date;

pub(super) fn sentence(kind: GestureKind, story: &Story<'_>) -> String {
    let (day, at) = (day(story.day), at(story.place));
    match kind {
        GestureKind::Apology => {
            let sorry = match (story.fault.and_then(fault), story.detail.kind) {
                (Some(fault), _) => format!("We are sorry that {fault} on {day}{at}."),
                (None, InteractionKind::Complaint) => {
                    format!("Thank you for telling us about {day}{at}. We are sorry.")
                }
                (None, _) => format!("We are sorry about {day}{at}."),
            };
            format!("{sorry} We would like to put it right.")
        }
        GestureKind::Recognition => {
            let n = ordinal(story.visit_days);
            format!("Not long ago you were here for the {n} time: how good to see you again.")
        }
        GestureKind::Call => call(story, &day, &at),
        GestureKind::Note | GestureKind::Gift => thanks(story, &day, &at),
    }
}

fn call(story: &Story<'_>, day: &str, at: &str) -> String {
    match (story.detail.kind, story.thing.map(Thing::words)) {
        (InteractionKind::Enquiry, Some(thing)) => {
            format!("You asked about {thing} on {day}. Did that answer it?")
        }
        (InteractionKind::Enquiry, None) => format!("You asked us something on {day}. Did that answer it?"),
        (InteractionKind::Delivery, _) => format!("A word about the delivery on {day}: is all as you wished?"),
        (_, Some(thing)) => format!("A word about {thing} from {day}: is all as you wished?"),
        (_, None) => format!("A word about {day}{at}: is all as you wished?"),
    }
}

fn thanks(story: &Story<'_>, day: &str, at: &str) -> String {
    use InteractionKind::{Compliment, Enquiry, Feedback, Purchase, Visit};
    match (story.detail.kind, story.thing) {
        (Enquiry, Some(thing)) => {
            format!("Thank you for asking about {} on {day}. Did that answer it?", thing.words())
        }
        (Enquiry, None) => format!("Thank you for your question on {day}. Did that answer it?"),
        (Compliment, _) => format!("Thank you for your kind words on {day}."),
        (Feedback, _) => format!("Thank you for telling us on {day} what you think."),
        (_, Some(Thing::Bought(thing))) => format!("Thank you for choosing {thing}{at} on {day}."),
        (_, None) if story.bought() => format!("Thank you for your purchase{at} on {day}."),
        (Visit | Purchase, Some(Thing::LookedAt(thing))) => {
            format!("Thank you for stopping by{at} on {day} and taking a look at {thing}.")
        }
        (Visit | Purchase, Some(Thing::Topic(thing))) => {
            format!("Thank you for stopping by{at} on {day} and talking with us about {thing}.")
        }
        (Visit | Purchase, None) => format!("Thank you for stopping by{at} on {day}."),
        (_, _) => format!("Thank you for giving us your time{at} on {day}."),
    }
}

pub(super) fn unasked(kind: GestureKind, place: Option<&str>) -> String {
    let (at, from) = (at(place), place.map(|place| format!(" from {place}")).unwrap_or_default());
    match kind {
        GestureKind::Apology => format!("We{at} are sorry, and would like to put things right."),
        GestureKind::Call => format!("A call{from}: is all as you wished?"),
        GestureKind::Recognition => "How good to see you again.".to_owned(),
        GestureKind::Note | GestureKind::Gift => {
            format!("Thank you for being a customer of {}.", place.unwrap_or("ours"))
        }
    }
}

const fn fault(fault: FaultKind) -> Option<&'static str> {
    Some(match fault {
        FaultKind::Late => "something came late",
        FaultKind::Wrong => "something was not what you asked for",
        FaultKind::MissingPart => "a part was missing",
        FaultKind::Damaged => "something was damaged",
        FaultKind::Wait => "you had to wait",
        FaultKind::PassedOn => "you were passed on from one to the next",
        FaultKind::Rude => "we were not friendly to you",
        FaultKind::ChargedWrongly => "you were charged wrongly",
        FaultKind::Other => return None,
    })
}

fn at(place: Option<&str>) -> String {
    place.map(|place| format!(" at {place}")).unwrap_or_default()
}

fn ordinal(n: u32) -> String {
    let suffix = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{suffix}")
}

fn day(date: Date) -> String {
    format!("{}, {} {}", date.strftime("%A"), date.day(), date.strftime("%B"))
}
