//! Everything a template can name: one table, from which names are checked, types known, provenance told, and the
//! authors' documentation is held true.

use super::{
    Occasion,
    facts::{self, NoteFacts},
    value::{Kind, Value},
};
use crate::domain::{
    customer::{Channel, FactOrigin},
    interaction::{FaultKind, InteractionChannel, InteractionKind, NoPurchaseReason, Outcome},
};

/// A field that templates can name.
#[derive(Debug)]
pub struct Field {
    /// Its name, `group.field`.
    pub path: &'static str,
    /// Its type.
    pub kind: Kind,
    /// The least that an occasion must give for it to be there.
    pub given_by: Occasion,
    /// Whether it may be absent though the occasion gives it, so that a text needs something to fall back on.
    pub is_optional: bool,
    /// Whether it is particular to a customer: more than a name, and more than the day and place of a visit (P8).
    pub is_particular: bool,
    /// How we know it.
    pub known: Known,
    /// What it is, in a line for the authors of templates.
    pub doc: &'static str,
    pub(super) read: for<'a> fn(&NoteFacts<'a>, Channel) -> Option<Value<'a>>,
}

/// How we know what a field says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It is about ourselves, and no fact about the customer.
    Ours,
    /// They told us.
    Told,
    /// We were there.
    Seen,
    /// By the channel of the interaction: we were there, they told us, or another channel did.
    ByInteraction,
    /// Likewise, of the last time before.
    ByLastTime,
}

impl Known {
    /// In words, for the authors of templates.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Told => "told us",
            Self::Seen => "seen here",
            Self::ByInteraction => "by the interaction's channel",
            Self::ByLastTime => "by the channel of the last time",
        }
    }
}

impl Field {
    /// The field of a name.
    #[must_use]
    pub fn find(path: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.path == path)
    }

    /// Whether an occasion gives it.
    #[must_use]
    pub const fn is_given_by(&self, occasion: Occasion) -> bool {
        occasion.includes(self.given_by)
    }

    /// How its value came to be known; `None` for what is no fact about the customer.
    pub(super) fn origin(&self, facts: &NoteFacts<'_>) -> Option<FactOrigin> {
        match self.known {
            Known::Ours => None,
            Known::Told => Some(FactOrigin::ToldUs),
            Known::Seen => Some(FactOrigin::SeenHere),
            Known::ByInteraction => facts.interaction.map(|interaction| facts::origin(interaction.detail.channel)),
            Known::ByLastTime => facts.summary.last.as_ref().map(|last| facts::origin(last.channel)),
        }
    }
}

/// A row of the table that may be absent and is not particular.
const fn field(
    path: &'static str,
    kind: Kind,
    given_by: Occasion,
    known: Known,
    doc: &'static str,
    read: for<'a> fn(&NoteFacts<'a>, Channel) -> Option<Value<'a>>,
) -> Field {
    Field { path, kind, given_by, is_optional: true, is_particular: false, known, doc, read }
}

impl Field {
    const fn particular(mut self) -> Self {
        self.is_particular = true;
        self
    }

    const fn always(mut self) -> Self {
        self.is_optional = false;
        self
    }
}

/// Every field, in order of their groups.
pub const FIELDS: &[Field] = &[
    field(
        "customer.name",
        Kind::Text,
        Occasion::Customer,
        Known::Told,
        "As they like to be called. Absent where what was entered is no name (an address, a number, \"unknown\", \"Family, \
         Given\" that nobody can turn), in person for who does not want the name said aloud, and in text messages of a \
         sensitive place.",
        facts::name,
    ),
    field(
        "customer.given_name",
        Kind::Text,
        Occasion::Customer,
        Known::Told,
        "Given names; absent where `customer.name` is.",
        facts::given_name,
    ),
    field(
        "customer.formal_name",
        Kind::Text,
        Occasion::Customer,
        Known::Told,
        "Title or form of address as they use it, then family name (\"Frau Schmidt\", \"Dr Weber\"): only where both \
         are known, since neither is ever guessed from the other.",
        facts::formal_name,
    ),
    field(
        "customer.likes",
        Kind::Texts,
        Occasion::Customer,
        Known::Told,
        "What they told us they like or are interested in. Absent at a sensitive place.",
        facts::likes,
    )
    .particular(),
    field(
        "history.visit_days",
        Kind::Count,
        Occasion::Customer,
        Known::Seen,
        "On how many days they came, asked or bought, this one included.",
        facts::visit_days,
    )
    .particular(),
    field(
        "history.first_visit",
        Kind::Date,
        Occasion::Customer,
        Known::Seen,
        "The first of these days; absent where there was only one.",
        facts::first_visit,
    )
    .particular(),
    field(
        "history.last_visit",
        Kind::Date,
        Occasion::Customer,
        Known::Seen,
        "The last of these days.",
        facts::last_visit,
    ),
    field(
        "history.last_purchase",
        Kind::Date,
        Occasion::Customer,
        Known::Seen,
        "The day on which something was last bought.",
        facts::last_purchase,
    ),
    field(
        "history.last_about",
        Kind::Texts,
        Occasion::Customer,
        Known::ByLastTime,
        "What they bought, looked at or spoke of the last time, if that was here and a pleasant one. Absent at a \
         sensitive place.",
        facts::last_about,
    )
    .particular(),
    field(
        "history.spent",
        Kind::Money,
        Occasion::Customer,
        Known::Seen,
        "What they paid in all, in the currency of the place. Seldom a thing to say.",
        facts::spent,
    )
    .particular(),
    field(
        "case.summary",
        Kind::Text,
        Occasion::Customer,
        Known::Told,
        "What went wrong, in the words that a person gave its case, without a full stop at their end. There where a \
         gesture is about a case. Absent at a sensitive place.",
        facts::case_summary,
    )
    .particular(),
    field(
        "case.remedies",
        Kind::Texts,
        Occasion::Customer,
        Known::Seen,
        "What was given to make up for it, each in the words of who granted it, without a full stop at their end. Absent \
         likewise.",
        facts::case_remedies,
    )
    .particular(),
    field(
        "location.name",
        Kind::Text,
        Occasion::Customer,
        Known::Ours,
        "The place's name. Absent at a sensitive place.",
        facts::location_name,
    ),
    field(
        "location.person",
        Kind::Text,
        Occasion::Customer,
        Known::Ours,
        "The name of the reply contact, for example \"Ana and the team\".",
        facts::location_person,
    ),
    field(
        "location.team",
        Kind::Text,
        Occasion::Customer,
        Known::Ours,
        "Who signs: `location.person`; else the brand or name, unless the place is sensitive.",
        facts::location_team,
    ),
    field(
        "location.email",
        Kind::Text,
        Occasion::Customer,
        Known::Ours,
        "The e-mail address at which the reply contact is reached.",
        facts::location_email,
    ),
    field(
        "location.phone",
        Kind::Text,
        Occasion::Customer,
        Known::Ours,
        "The phone number at which the reply contact is reached.",
        facts::location_phone,
    ),
    field(
        "interaction.date",
        Kind::Date,
        Occasion::Interaction,
        Known::ByInteraction,
        "The day it began, at the place.",
        facts::date,
    )
    .always(),
    field(
        "interaction.kind",
        Kind::Choice(InteractionKind::NAMES),
        Occasion::Interaction,
        Known::ByInteraction,
        "What happened. Absent at a sensitive place.",
        facts::kind,
    ),
    field(
        "interaction.channel",
        Kind::Choice(InteractionChannel::NAMES),
        Occasion::Interaction,
        Known::ByInteraction,
        "Over what. Absent at a sensitive place.",
        facts::channel,
    ),
    field(
        "interaction.outcome",
        Kind::Choice(Outcome::NAMES),
        Occasion::Interaction,
        Known::ByInteraction,
        "How it ended. Absent at a sensitive place.",
        facts::outcome,
    ),
    field(
        "interaction.staff",
        Kind::Text,
        Occasion::Interaction,
        Known::ByInteraction,
        "Who served, as it was recorded. Absent at a sensitive place.",
        facts::staff,
    ),
    field(
        "interaction.items_looked_at",
        Kind::Texts,
        Occasion::Interaction,
        Known::ByInteraction,
        "What they looked at. Absent at a sensitive place, and where a surprise or confidential purchase was made.",
        facts::items_looked_at,
    )
    .particular(),
    field(
        "interaction.topics",
        Kind::Texts,
        Occasion::Interaction,
        Known::ByInteraction,
        "What they spoke of or asked about. Absent likewise.",
        facts::topics,
    )
    .particular(),
    field(
        "purchase.items",
        Kind::Items,
        Occasion::Purchase,
        Known::ByInteraction,
        "What was bought, each with `name` and `quantity`. Absent at a sensitive place, and never there for a surprise \
         or confidential purchase.",
        facts::items,
    )
    .particular(),
    field(
        "purchase.quantity",
        Kind::Count,
        Occasion::Purchase,
        Known::ByInteraction,
        "How many things were bought, the quantities added up. Absent likewise.",
        facts::quantity,
    )
    .particular(),
    field(
        "purchase.total",
        Kind::Money,
        Occasion::Purchase,
        Known::ByInteraction,
        "What was paid. Absent likewise.",
        facts::total,
    )
    .particular(),
    field(
        "visit.nights",
        Kind::Count,
        Occasion::Visit,
        Known::ByInteraction,
        "Its length in nights, for a visit of half a day or more. Absent at a sensitive place.",
        facts::nights,
    )
    .particular(),
    field(
        "visit.no_purchase_reason",
        Kind::Choice(NoPurchaseReason::NAMES),
        Occasion::Visit,
        Known::ByInteraction,
        "Why nothing was bought. Absent at a sensitive place.",
        facts::no_purchase_reason,
    )
    .particular(),
    field(
        "enquiry.about",
        Kind::Texts,
        Occasion::Enquiry,
        Known::ByInteraction,
        "What the question was about: its topics, else what they looked at. Absent at a sensitive place.",
        facts::enquiry_about,
    )
    .particular(),
    field(
        "fault.kind",
        Kind::Choice(FaultKind::NAMES),
        Occasion::Misery,
        Known::ByInteraction,
        "What went wrong, where that was recorded. Absent at a sensitive place.",
        facts::fault,
    )
    .particular(),
    field(
        "milestone.visit_days",
        Kind::Count,
        Occasion::Milestone,
        Known::Seen,
        "The visit day that was reached: 5 for the fifth.",
        facts::milestone,
    )
    .particular()
    .always(),
    field("day.date", Kind::Date, Occasion::Day, Known::Told, "The day for which it is meant.", facts::day)
        .particular()
        .always(),
    field("day.kind", Kind::Choice(facts::DAY_KINDS), Occasion::Day, Known::Told, "What day it is.", facts::day_kind)
        .always(),
    field(
        "day.words",
        Kind::Text,
        Occasion::Day,
        Known::Told,
        "What they told us of an important date, in the words of who wrote it down. Absent at a sensitive place.",
        facts::day_words,
    )
    .particular(),
    field(
        "day.years",
        Kind::Count,
        Occasion::Day,
        Known::Told,
        "How many years ago it was first; absent for a birthday.",
        facts::day_years,
    )
    .particular(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_of_a_group_and_a_field_and_unique() {
        let names: BTreeSet<_> = FIELDS.iter().map(|field| field.path).collect();
        assert_eq!(names.len(), FIELDS.len());
        for field in FIELDS {
            assert_eq!(field.path.split('.').count(), 2, "{}", field.path);
            assert!(field.doc.ends_with('.'), "{}", field.path);
            assert_eq!(Field::find(field.path).map(|found| found.path), Some(field.path));
        }
    }

    #[test]
    fn names_days_and_places_are_not_particular() {
        for field in FIELDS {
            let is_plain = field.known == Known::Ours
                || field.path.ends_with("name")
                || field.kind == Kind::Date && !matches!(field.path, "history.first_visit" | "day.date");
            assert!(!(is_plain && field.is_particular), "{}", field.path);
        }
    }
}
