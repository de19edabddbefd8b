//! Looks at a note as a careful colleague would before it leaves: what templates can't prove of the words that come out
//! of them, and everything about words that a person wrote.

mod counts;
mod greeting;
mod hidden;
mod language;
mod script;
mod told;
mod truth;

#[cfg(test)]
mod tests;

use super::{NoteFacts, UsedFact, problems, value::one_line, variants::primary};
use crate::domain::{
    customer::Channel,
    gesture::GestureKind,
    interaction::Interaction,
    limits::{MESSAGE_NOTE_MAX_CHARS, NOTE_MAX_BYTES, NOTE_SUBJECT_MAX_CHARS},
    note_problem::{NoteProblem, ProblemReason},
};
use std::{collections::BTreeSet, ops::Range};
pub(super) use told::places;
pub use told::told_in;
pub use truth::is_so;

/// A note to be looked at, and what is known of what it is about.
#[derive(Debug, Clone, Copy)]
pub struct Lint<'a> {
    /// Its subject line; empty where it has none.
    pub subject: &'a str,
    /// Its text, whole.
    pub text: &'a str,
    /// BCP 47 language in which it is written; empty where nobody said.
    pub language: &'a str,
    /// Over what it goes.
    pub channel: Channel,
    /// What it is.
    pub kind: GestureKind,
    /// What is known, gesture by gesture, the strongest first.
    pub known: &'a [NoteFacts<'a>],
    /// The facts that stand in it.
    pub told: &'a [UsedFact],
    /// The names of what its reader bought as a surprise, or in confidence, whatever the note is about.
    pub hidden: &'a [String],
}

/// The facts of which an apology names one: what happened.
const CAUSES: [&str; 8] = [
    "case.summary",
    "case.remedies",
    "fault.kind",
    "interaction.topics",
    "interaction.items_looked_at",
    "purchase.items",
    "enquiry.about",
    "visit.no_purchase_reason",
];

impl<'a> Lint<'a> {
    /// What speaks against a note that a template wrote, besides what [`problems`](super::problems) finds in its words.
    #[must_use]
    pub fn composed(&self) -> Vec<NoteProblem> {
        let mut found = Vec::new();
        found.extend(self.is_foreign(self.language));
        self.look_everywhere(&mut found);
        found
    }

    /// What speaks against a note that a person wrote. `last_notes` is what the customer was last written, newest
    /// first.
    #[must_use]
    pub fn written(&self, last_notes: &[&str]) -> Vec<NoteProblem> {
        let mut found = Vec::new();
        if self.text.trim().is_empty() {
            found.push(NoteProblem::empty());
        }
        if !self.told.iter().any(|fact| fact.particular) {
            found.push(NoteProblem::nothing_particular());
        }
        let unfilled = |words| problems::unfilled(words, self.told);
        let unfilled = unfilled(self.subject).or_else(|| unfilled(self.text));
        found.extend(unfilled.map(NoteProblem::placeholder));
        found.extend(self.known.first().and_then(|facts| greeting::misses(self.text, facts.customer.addressee())));
        found.extend(problems::repeats(self.text, self.body(), &[], last_notes));
        let spoken = language::of(self.text).filter(|spoken| !self.is_in(spoken));
        found.extend(self.is_foreign(spoken.unwrap_or(self.language)));
        self.look_everywhere(&mut found);
        found
    }

    fn look_everywhere(&self, found: &mut Vec<NoteProblem>) {
        found.extend(self.is_too_long());
        if !self.text.trim().is_empty() {
            found.extend(self.names_nobody());
            found.extend(self.has_no_way_to_answer());
        }
        found.extend(self.gives_surprise_away());
        found.extend(self.gives_place_away());
        if self.kind == GestureKind::Apology {
            found.extend(self.apologises_for_nothing());
        }
    }

    fn is_in(&self, language: &str) -> bool {
        primary(self.language).eq_ignore_ascii_case(language)
    }

    /// Who said in which language they are spoken to is not written to in another.
    fn is_foreign(&self, language: &str) -> Option<NoteProblem> {
        let wanted = self.known.first()?.customer.addressee().profile.language.as_str();
        if wanted.is_empty() || language.is_empty() || primary(wanted).eq_ignore_ascii_case(primary(language)) {
            return None;
        }
        let text = format!("It is written in `{language}`, and the customer is spoken to in `{wanted}`.");
        let suggestion = format!("Add a text in `{wanted}` to the template, or write this one by hand.");
        Some(NoteProblem::new(ProblemReason::WrongLanguage, text, suggestion))
    }

    fn is_too_long(&self) -> Option<NoteProblem> {
        let problem = |text: String| Some(NoteProblem::new(ProblemReason::TooLong, text, "Say less."));
        if self.text.len() > NOTE_MAX_BYTES {
            return problem(format!("It has {} bytes; a note has at most {NOTE_MAX_BYTES}.", self.text.len()));
        }
        if self.channel == Channel::Message && self.text.len() > MESSAGE_NOTE_MAX_CHARS {
            let length = self.text.chars().count();
            if length > MESSAGE_NOTE_MAX_CHARS {
                let most = MESSAGE_NOTE_MAX_CHARS;
                return problem(format!("It has {length} characters; a text message has at most {most}."));
            }
        }
        let length = if self.subject.len() > NOTE_SUBJECT_MAX_CHARS { self.subject.chars().count() } else { 0 };
        if length > NOTE_SUBJECT_MAX_CHARS {
            let most = NOTE_SUBJECT_MAX_CHARS;
            return problem(format!(
                "Its subject has {length} characters; one that is shown whole has at most {most}."
            ));
        }
        None
    }

    /// Somebody signs, or is named: who was there, who answers, the house.
    fn names_nobody(&self) -> Option<NoteProblem> {
        let names = self.known.iter().flat_map(|facts| {
            let settings = &facts.location.settings;
            let staff = facts.interaction.map(|interaction| interaction.detail.staff.as_str());
            let house = [settings.reply_contact.name.as_deref(), settings.brand.as_deref(), staff];
            house.into_iter().flatten().chain([settings.display_name.as_str()])
        });
        let mut names = names.map(one_line).filter(|name| !name.is_empty());
        if names.any(|name| self.text.contains(name.as_ref())) || is_signed(self.text) {
            return None;
        }
        let text = "Nobody is named who writes.";
        let suggestion = "End with the name of who was there, or of the team.";
        Some(NoteProblem::new(ProblemReason::NoPerson, text, suggestion))
    }

    /// A letter says where to write or call; an e-mail can be answered where the location has an address for that. Who
    /// is handed a note stands there, and who gets a text message can answer it.
    fn has_no_way_to_answer(&self) -> Option<NoteProblem> {
        let contact = &self.known.first()?.location.settings.reply_contact;
        let (email, phone) = (contact.email.as_deref().unwrap_or(""), contact.phone.as_deref().unwrap_or(""));
        let can_answer = match self.channel {
            Channel::Email => !email.is_empty() || has_number(self.text, phone),
            Channel::Post => self.text.contains('@') || has_number(self.text, phone),
            _ => true,
        };
        // Where nobody answers, that is said of the place, not of each of its notes.
        if can_answer || email.is_empty() && phone.is_empty() {
            return None;
        }
        let text = "It gives no way to answer.";
        let suggestion = "Add the phone number or the e-mail address of the location's reply contact.";
        Some(NoteProblem::new(ProblemReason::NoWayToAnswer, text, suggestion))
    }

    /// A surprise is named only to whom it is handed: an address, a number or a screen may be shared. Not only one that
    /// the note answers: none of its reader's. What they bought openly may be named by its name.
    #[must_use]
    pub fn gives_surprise_away(&self) -> Option<NoteProblem> {
        if self.channel == Channel::HandOver {
            return None;
        }
        let answered = self.known.iter().filter_map(|facts| facts.interaction).flat_map(Interaction::hidden_items);
        let mut hidden = answered.chain(self.hidden.iter().map(String::as_str)).peekable();
        // Hardly any note is to somebody who has one.
        hidden.peek()?;
        let bought = self.bought_openly();
        let open: Vec<_> = self.told.iter().filter(|fact| bought.contains(&unadorned(&fact.text))).cloned().collect();
        let but_for = |text: &str, facts: &[UsedFact]| told::without(text, &places(text, facts));
        let said = [self.subject, self.text]
            .map(|text| hidden::Said { all: but_for(text, &open), own: but_for(text, self.told) });
        let ours = self.names_of_ours();
        let named = hidden.find(|name| said.iter().any(|said| hidden::gives_away(said, name, &ours)))?;
        let text = format!("It names “{named}”, which is a surprise or confidential, where others may read it.");
        let suggestion = "Leave out what was bought, or hand the note over in person.";
        Some(NoteProblem::new(ProblemReason::SurpriseAtSharedAddress, text, suggestion))
    }

    /// The names of what was bought openly, unadorned.
    fn bought_openly(&self) -> BTreeSet<String> {
        let purchases = self.known.iter().filter_map(|facts| facts.interaction?.detail.purchase.as_ref());
        let open = purchases.filter(|purchase| !purchase.surprise && !purchase.confidential);
        open.flat_map(|purchase| &purchase.items).map(|item| unadorned(&item.name)).collect()
    }

    /// Of a sensitive place, neither its name nor the customer's stands where others see it: in a subject line, in a
    /// text message on a locked screen.
    fn gives_place_away(&self) -> Option<NoteProblem> {
        let facts = self.known.iter().find(|facts| facts.location.settings.sensitive)?;
        let (outside, place) = match self.channel {
            Channel::Message => (self.text, "text message"),
            _ => (self.subject, "subject"),
        };
        let settings = &facts.location.settings;
        let profile = &facts.customer.addressee().profile;
        let detail = facts.interaction.map(|interaction| &interaction.detail);
        let reasons = detail.into_iter().flat_map(|it| it.topics.iter().chain(&it.items_looked_at));
        let outside = outside.to_lowercase();
        let place_and_person = || {
            [&settings.display_name, &profile.display_name]
                .into_iter()
                .chain(settings.brand.as_ref())
                .map(String::as_str)
        };
        let names = place_and_person().chain([profile.given_name.as_str(), profile.family_name.as_str()]);
        // Of a name, any word is enough to know whose it is, or of what place.
        let parts = place_and_person().flat_map(hidden::telling_words);
        let mut names = names.chain(reasons.map(String::as_str)).chain(parts);
        let named = names.find(|name| told::stands_in(&outside, name))?;
        let text = format!("Its {place} names “{named}”, and the place is sensitive.");
        let suggestion = format!("Leave names and reasons out of the {place}.");
        Some(NoteProblem::new(ProblemReason::SensitivePlace, text, suggestion))
    }

    fn apologises_for_nothing(&self) -> Option<NoteProblem> {
        let tells = |path: &str| self.told.iter().any(|fact| fact.path == path);
        let (text, suggestion) = if !CAUSES.iter().any(|path| tells(path)) {
            ("It apologises without saying for what.", "Say what happened, in a sentence.".to_owned())
        } else {
            let done = self.known.iter().filter_map(|facts| facts.case).flat_map(|case| &case.remedies);
            let done: Vec<_> = done.map(|remedy| remedy.words.as_str()).filter(|words| !words.is_empty()).collect();
            if done.is_empty() || tells("case.remedies") {
                return None;
            }
            ("It does not say what was done about it.", format!("Say what was done: {}.", done.join(", ")))
        };
        Some(NoteProblem::new(ProblemReason::ApologyWithoutCause, text, suggestion))
    }

    /// The names of the places and of those who write or are written to: what stands in these is said of them.
    fn names_of_ours(&self) -> String {
        let names = self.known.iter().flat_map(|facts| {
            let settings = &facts.location.settings;
            let given = [settings.brand.as_deref(), settings.reply_contact.name.as_deref()].into_iter().flatten();
            given.chain([settings.display_name.as_str(), facts.customer.addressee().profile.display_name.as_str()])
        });
        names.collect::<Vec<_>>().join("\n").to_lowercase()
    }

    /// What a person's text says between its greeting and the lines that end every note of theirs.
    fn body(&self) -> Range<usize> {
        let paragraphs: Vec<Range<usize>> = paragraphs(self.text);
        let contact = self.known.first().map(|facts| &facts.location.settings.reply_contact);
        let is_closing = |range: &Range<usize>| {
            let words = &self.text[range.clone()];
            let email = contact.and_then(|contact| contact.email.as_deref()).is_some_and(|email| words.contains(email));
            let phone = contact.and_then(|contact| contact.phone.as_deref()).is_some_and(|it| has_number(words, it));
            email || phone || is_signed(words)
        };
        let first = paragraphs.iter().position(|range| !greeting::is_one(&self.text[range.clone()]));
        let last = paragraphs.iter().rposition(|range| !is_closing(range));
        match (first, last) {
            (Some(first), Some(last)) if first <= last => paragraphs[first].start..paragraphs[last].end,
            _ => 0..self.text.len(),
        }
    }
}

/// Where the paragraphs of a text stand: what blank lines part.
fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for part in text.split("\n\n") {
        let end = start + part.len();
        if !part.trim().is_empty() {
            found.push(start..end);
        }
        start = end + 2;
    }
    found
}

/// Whether a text ends with a line that is no sentence: a name below it.
fn is_signed(text: &str) -> bool {
    const LONGEST: usize = 80;
    let Some(last) = text.lines().map(str::trim).rfind(|line| !line.is_empty()) else { return false };
    last.chars().count() <= LONGEST && last.starts_with(char::is_alphabetic) && last.ends_with(char::is_alphanumeric)
}

/// Whether a text has a phone number, however it is grouped: its last digits, since a prefix may be left out.
fn has_number(text: &str, phone: &str) -> bool {
    const TOLD: usize = 6;
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let wanted = digits(phone);
    let Some(end) = wanted.len().checked_sub(TOLD).and_then(|from| wanted.get(from..)) else { return false };
    text.contains(phone) || digits(text).contains(end)
}

/// A thing's name without its article, in lower case.
fn unadorned(name: &str) -> String {
    told::bare(name).unwrap_or_else(|| name.trim().to_owned()).to_lowercase()
}
