//! The built-in sentences in German.

use super::{Story, Thing};
use crate::domain::{
    gesture::GestureKind,
    interaction::{FaultKind, InteractionKind},
};
use jiff::civil::{Date, Weekday};

pub(super) fn sentence(kind: GestureKind, story: &Story<'_>) -> String {
    let (day, at) = (day(story.day), at(story.place));
    match kind {
        GestureKind::Apology => {
            let sorry = match (story.fault.and_then(fault), story.detail.kind) {
                (Some(fault), _) => format!("Es tut uns leid, dass am {day}{at} {fault}."),
                (None, InteractionKind::Complaint) => {
                    format!("Danke, dass Sie uns vom {day}{at} berichtet haben. Es tut uns leid.")
                }
                (None, _) => format!("Es tut uns leid, wie es am {day}{at} war."),
            };
            format!("{sorry} Wir möchten es gutmachen.")
        }
        GestureKind::Recognition => {
            format!("Vor Kurzem waren Sie zum {}. Mal bei uns: wie schön, Sie wiederzusehen.", story.visit_days)
        }
        GestureKind::Call => call(story, &day, &at),
        GestureKind::Note | GestureKind::Gift => thanks(story, &day, &at),
    }
}

fn call(story: &Story<'_>, day: &str, at: &str) -> String {
    match (story.detail.kind, story.thing.map(Thing::words)) {
        (InteractionKind::Enquiry, Some(thing)) => {
            format!("Sie haben am {day} nach „{thing}“ gefragt. Hat Ihnen die Antwort geholfen?")
        }
        (InteractionKind::Enquiry, None) => {
            format!("Sie hatten am {day} eine Frage. Hat Ihnen die Antwort geholfen?")
        }
        (InteractionKind::Delivery, _) => {
            format!("Wir melden uns wegen der Lieferung am {day}: Ist alles nach Ihrem Wunsch?")
        }
        (_, Some(thing)) => format!("Wir melden uns wegen „{thing}“ vom {day}: Ist alles nach Ihrem Wunsch?"),
        (_, None) => format!("Wir melden uns wegen Ihres Besuchs am {day}{at}: Ist alles nach Ihrem Wunsch?"),
    }
}

fn thanks(story: &Story<'_>, day: &str, at: &str) -> String {
    use InteractionKind::{Compliment, Enquiry, Feedback, Purchase, Visit};
    match (story.detail.kind, story.thing) {
        (Enquiry, Some(thing)) => {
            let thing = thing.words();
            format!("Danke, dass Sie am {day} nach „{thing}“ gefragt haben. Hat Ihnen die Antwort geholfen?")
        }
        (Enquiry, None) => format!("Danke für Ihre Frage am {day}. Hat Ihnen die Antwort geholfen?"),
        (Compliment, _) => format!("Danke für Ihre freundlichen Worte am {day}."),
        (Feedback, _) => format!("Danke, dass Sie uns am {day} gesagt haben, was Sie denken."),
        (_, Some(Thing::Bought(thing))) => {
            format!("Danke, dass Sie sich am {day}{at} für „{thing}“ entschieden haben.")
        }
        (_, None) if story.bought() => format!("Danke für Ihren Einkauf am {day}{at}."),
        (Visit | Purchase, Some(Thing::LookedAt(thing))) => {
            format!("Danke, dass Sie am {day}{at} waren und sich „{thing}“ angesehen haben.")
        }
        (Visit | Purchase, Some(Thing::Topic(thing))) => {
            format!("Danke, dass Sie am {day}{at} waren und wir über „{thing}“ sprechen konnten.")
        }
        (Visit | Purchase, None) => format!("Danke für Ihren Besuch am {day}{at}."),
        (_, _) => format!("Danke für Ihre Zeit am {day}{at}."),
    }
}

pub(super) fn unasked(kind: GestureKind, place: Option<&str>) -> String {
    let (from, in_place) = match place {
        Some(place) => (format!(" von {place}"), format!(" in {place}")),
        None => (String::new(), String::new()),
    };
    match kind {
        GestureKind::Apology => "Es tut uns leid. Wir möchten es gutmachen.".to_owned(),
        GestureKind::Call => format!("Ein Anruf{from}: Ist alles nach Ihrem Wunsch?"),
        GestureKind::Recognition => "Wie schön, Sie wiederzusehen.".to_owned(),
        GestureKind::Note | GestureKind::Gift => format!("Danke für Ihr Vertrauen{in_place}."),
    }
}

const fn fault(fault: FaultKind) -> Option<&'static str> {
    Some(match fault {
        FaultKind::Late => "etwas zu spät kam",
        FaultKind::Wrong => "etwas nicht so war wie gewünscht",
        FaultKind::MissingPart => "ein Teil fehlte",
        FaultKind::Damaged => "etwas beschädigt war",
        FaultKind::Wait => "Sie warten mussten",
        FaultKind::PassedOn => "Sie von einem zum anderen geschickt wurden",
        FaultKind::Rude => "wir nicht freundlich zu Ihnen waren",
        FaultKind::ChargedWrongly => "Ihnen falsch berechnet wurde",
        FaultKind::Other => return None,
    })
}

/// "bei uns" where the place is not to be named.
fn at(place: Option<&str>) -> String {
    format!(" bei {}", place.unwrap_or("uns"))
}

fn day(date: Date) -> String {
    const MONTHS: [&str; 12] = [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ];
    let weekday = match date.weekday() {
        Weekday::Monday => "Montag",
        Weekday::Tuesday => "Dienstag",
        Weekday::Wednesday => "Mittwoch",
        Weekday::Thursday => "Donnerstag",
        Weekday::Friday => "Freitag",
        Weekday::Saturday => "Samstag",
        Weekday::Sunday => "Sonntag",
    };
    let month = usize::try_from(date.month() - 1).ok().and_then(|m| MONTHS.get(m)).copied().unwrap_or_default();
    format!("{weekday}, {}. {month}", date.day())
}
