//! What speaks against sending a note without a person looking at it (P8): for which reason, in a sentence, and what to
//! do about it.

use super::text_enum::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// For which reason a note goes to a person. Names are stable; more may come.
    pub enum ProblemReason {
        /// It says nothing.
        Empty = "empty",
        /// It names no fact particular to the customer; the day and place of a visit alone are none.
        NothingParticular = "nothing_particular",
        /// What it says has changed since it was written.
        StaleFact = "stale_fact",
        /// A sentence of it stood in one of the customer's last notes.
        RepeatedWording = "repeated_wording",
        /// Its greeting leaves out a name, or greets somebody else.
        MissingName = "missing_name",
        /// It is in another language than the customer's.
        WrongLanguage = "wrong_language",
        /// It does not fit what carries it.
        TooLong = "too_long",
        /// A character of it can't be printed.
        NoFont = "no_font",
        /// Nobody is named who writes.
        NoPerson = "no_person",
        /// It gives no way to answer.
        NoWayToAnswer = "no_way_to_answer",
        /// It names a surprise where others may read it.
        SurpriseAtSharedAddress = "surprise_at_shared_address",
        /// It gives away what a sensitive place keeps to itself.
        SensitivePlace = "sensitive_place",
        /// A place was left unfilled.
        Placeholder = "placeholder",
        /// A fact on which its words rest is not there.
        FactMissing = "fact_missing",
        /// An apology that does not say for what, or what was done about it.
        ApologyWithoutCause = "apology_without_cause",
    }
}

impl ProblemReason {
    /// Whether a person may let a note go in spite of it. What is broken, can't be printed or gives somebody away never
    /// goes.
    #[must_use]
    pub const fn may_be_accepted(self) -> bool {
        match self {
            Self::NothingParticular
            | Self::StaleFact
            | Self::RepeatedWording
            | Self::MissingName
            | Self::WrongLanguage
            | Self::NoPerson
            | Self::NoWayToAnswer
            | Self::ApologyWithoutCause => true,
            Self::Empty
            | Self::TooLong
            | Self::NoFont
            | Self::SurpriseAtSharedAddress
            | Self::SensitivePlace
            | Self::Placeholder
            | Self::FactMissing => false,
        }
    }
}

impl ProblemReason {
    /// What is wrong and what to do about it, in words that quote nothing: for where no personal data may stand.
    #[must_use]
    pub const fn in_short(self) -> &'static str {
        match self {
            Self::Empty => "it says nothing; write what they are thanked for",
            Self::NothingParticular => {
                "it names nothing particular to this customer; name what they bought, looked at, asked or told"
            }
            Self::StaleFact => "what it says has changed; write it anew",
            Self::RepeatedWording => "it repeats an earlier note; say it in other words",
            Self::MissingName => "it wants a name that is not known; enter the name, or greet without one",
            Self::WrongLanguage => {
                "it is not in the customer's language; add that to the template, or write it by hand"
            }
            Self::TooLong => "it is too long; say less",
            Self::NoFont => "a character of it can't be printed; write it with others",
            Self::NoPerson => "nobody is named who writes; end with who was there, or the team",
            Self::NoWayToAnswer => "it gives no way to answer; add the location's phone number or e-mail address",
            Self::SurpriseAtSharedAddress => "it names a surprise where others may read it; leave out what was bought",
            Self::SensitivePlace => "it gives a sensitive place away; leave out names and reasons",
            Self::Placeholder => "a place was left unfilled; fill it, or take the sentence out",
            Self::FactMissing => "something on which it rests is not known; enter it, or write it without",
            Self::ApologyWithoutCause => "it does not say for what it apologises or what was done; say so",
        }
    }
}

/// One thing that speaks against sending a note as it is. May quote the note, and so holds personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteProblem {
    /// For which reason.
    pub reason: ProblemReason,
    /// What is wrong, in a sentence.
    pub text: String,
    /// What to do about it, in a sentence.
    pub suggestion: String,
}

impl NoteProblem {
    /// A problem of a reason.
    #[must_use]
    pub fn new(reason: ProblemReason, text: impl Into<String>, suggestion: impl Into<String>) -> Self {
        Self { reason, text: text.into(), suggestion: suggestion.into() }
    }

    /// A note that says nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self::new(ProblemReason::Empty, "It says nothing.", "Write what you want to thank them for.")
    }

    /// A note that could be to anybody.
    #[must_use]
    pub fn nothing_particular() -> Self {
        let text = "It names nothing that is particular to this customer.";
        let suggestion = "Name what they bought, looked at, asked or told you; the day and place alone are not enough.";
        Self::new(ProblemReason::NothingParticular, text, suggestion)
    }

    /// A place that was left unfilled, and the words around it.
    #[must_use]
    pub fn placeholder(place: &str) -> Self {
        let text = format!("A place was left unfilled: “{place}”.");
        Self::new(ProblemReason::Placeholder, text, "Fill it, or take the sentence out.")
    }

    /// A sentence that they have read before.
    #[must_use]
    pub fn repeated(sentence: &str) -> Self {
        let text = format!("It repeats what an earlier note said: “{sentence}”.");
        let suggestion = "Say it in other words, or have it written anew: that takes another variant of the template.";
        Self::new(ProblemReason::RepeatedWording, text, suggestion)
    }

    /// A text that had to be cut short.
    #[must_use]
    pub fn cut_short() -> Self {
        let text = "It grew too long and was cut short.";
        Self::new(ProblemReason::TooLong, text, "Say less: lists in the template can be limited, as in `| list(3)`.")
    }

    /// A fact, by the path by which templates name it, that is not there.
    #[must_use]
    pub fn fact_missing(path: &str) -> Self {
        if matches!(path, "customer.name" | "customer.given_name" | "customer.formal_name") {
            let text = format!("It wants to greet by a name that is not known (`{path}`).");
            return Self::new(ProblemReason::MissingName, text, "Enter the name, or greet without one.");
        }
        let text = format!("What it rests on is not known: `{path}`.");
        Self::new(ProblemReason::FactMissing, text, "Enter what is missing, or write it without.")
    }

    /// Facts that are others by now.
    #[must_use]
    pub fn facts_changed() -> Self {
        let text = "What it says has changed since it was written.";
        Self::new(ProblemReason::StaleFact, text, "Have it written anew from what is known today.")
    }

    /// Words that left in another note meanwhile.
    #[must_use]
    pub fn repeated_meanwhile() -> Self {
        let text = "It repeats what an earlier note said that left after it was written.";
        let suggestion = "Have it written anew: that takes another variant of the template.";
        Self::new(ProblemReason::RepeatedWording, text, suggestion)
    }

    /// What was bought as a surprise or in confidence after the note was written.
    #[must_use]
    pub fn surprise_meanwhile() -> Self {
        let text =
            "It names what was bought as a surprise or in confidence since it was written, where others may read it.";
        let suggestion = "Leave out what was bought, or hand the note over in person.";
        Self::new(ProblemReason::SurpriseAtSharedAddress, text, suggestion)
    }
}
