//! A program and the facts, written out.

use super::{
    draft::UsedFact,
    facts::NoteFacts,
    fields::Field,
    program::{Comparison, Condition, Expr, Gap, Operand, Program, Step},
    value::{Kind, Value, one_line, some_line},
    words::Words,
};
use crate::domain::{
    customer::Channel,
    limits::NOTE_MAX_BYTES,
    note_problem::{NoteProblem, ProblemReason},
};
use std::{borrow::Cow, ops::Range};

/// What is being written.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) text: String,
    /// Where the words of facts stand in it, in order.
    pub(super) told: Vec<Range<usize>>,
    pub(super) facts: Vec<UsedFact>,
    /// What went wrong on the way; a checked program meets nothing but [`ProblemReason::TooLong`].
    pub(super) flaws: Vec<NoteProblem>,
    /// White space that stands before the next words, if there are any.
    gap: Gap,
}

impl Page {
    /// Leaves at least this much white space before the next words.
    pub(super) fn leave(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// Writes the template's own words.
    fn say(&mut self, words: &str) {
        // What an absent fact leaves behind in "… {% endif %} ." (French sets a non-breaking space by intent.)
        if self.gap == Gap::Space && words.starts_with(['.', ',', ';', ':', '!', '?', ')']) {
            self.gap = Gap::None;
        }
        self.write(words);
    }

    /// Writes words on one line or several; returns where they stand.
    fn write(&mut self, words: &str) -> Range<usize> {
        if words.is_empty() {
            return self.text.len()..self.text.len();
        }
        let gap = match std::mem::take(&mut self.gap) {
            _ if self.text.is_empty() => "",
            gap => gap.as_str(),
        };
        let start = self.text.len() + gap.len();
        if start + words.len() > NOTE_MAX_BYTES {
            self.object(NoteProblem::cut_short());
            return self.text.len()..self.text.len();
        }
        self.text.push_str(gap);
        self.text.push_str(words);
        start..self.text.len()
    }

    fn object(&mut self, flaw: NoteProblem) {
        if !self.flaws.contains(&flaw) {
            self.flaws.push(flaw);
        }
    }

    /// Keeps a fact whose words were written; once, however often they were.
    fn keep(&mut self, field: &Field, words: &str, facts: &NoteFacts<'_>) {
        let Some(known) = field.origin(facts) else { return };
        if words.is_empty() || self.facts.iter().any(|fact| fact.path == field.path && fact.text == words) {
            return;
        }
        self.facts.push(UsedFact {
            path: field.path.to_owned(),
            text: words.to_owned(),
            known,
            particular: field.is_particular,
        });
    }
}

/// Writes programs with the same facts.
pub(super) struct Renderer<'a> {
    pub(super) facts: &'a NoteFacts<'a>,
    pub(super) channel: Channel,
    pub(super) words: &'a Words,
    pub(super) page: Page,
    at: Option<Member<'a>>,
}

/// Where the loop is.
struct Member<'a> {
    value: Value<'a>,
    field: Option<&'static Field>,
    is_first: bool,
    is_last: bool,
}

/// A value, and the field that it came from.
type Told<'a> = (Value<'a>, Option<&'static Field>);

impl<'a> Renderer<'a> {
    pub(super) fn new(facts: &'a NoteFacts<'a>, channel: Channel, words: &'a Words, page: Page) -> Self {
        Self { facts, channel, words, page, at: None }
    }

    pub(super) fn run(&mut self, program: &'a Program) {
        for step in program {
            if self.page.flaws.iter().any(|flaw| flaw.reason == ProblemReason::TooLong) {
                return;
            }
            match step {
                Step::Say(words) => {
                    self.page.leave(words.before);
                    self.page.say(&words.text);
                    self.page.leave(words.after);
                }
                Step::Tell(expr) => self.tell(expr),
                Step::If { condition, then, otherwise } => {
                    if self.holds(condition) {
                        self.say_because(condition, then);
                    } else {
                        self.run(otherwise);
                    }
                }
                Step::For { list, body, otherwise } => self.repeat(list, body, otherwise),
            }
        }
    }

    fn tell(&mut self, expr: &'a Expr) {
        let Some((value, field)) = self.value(expr) else {
            let path = first_field(expr).map_or("a fact", |field| field.path);
            self.page.object(NoteProblem::fact_missing(path));
            return;
        };
        let shown = value.shown(self.words);
        let written = self.page.write(&one_line(&shown));
        if let Some(field) = field.filter(|_| !written.is_empty()) {
            let words = self.page.text[written.clone()].to_owned();
            // Our own name is no fact about the customer, and always the same.
            if field.origin(self.facts).is_some() {
                self.page.told.push(written);
            }
            self.page.keep(field, &words, self.facts);
        }
    }

    /// Words that stand there because a fact has a certain code are how that fact is told.
    fn say_because(&mut self, condition: &Condition, then: &'a Program) {
        let start = self.page.text.len();
        self.run(then);
        let said = self.page.text[start..].trim().to_owned();
        self.keep_codes(condition, &said);
    }

    fn keep_codes(&mut self, condition: &Condition, said: &str) {
        match condition {
            Condition::Compares(Expr::Field(field), Comparison::Equal, _) if matches!(field.kind, Kind::Choice(_)) => {
                self.page.keep(field, said, self.facts);
            }
            Condition::And(one, other) => {
                self.keep_codes(one, said);
                self.keep_codes(other, said);
            }
            Condition::Or(one, other) => {
                let holding = if self.holds(one) { one } else { other };
                self.keep_codes(holding, said);
            }
            _ => {}
        }
    }

    fn repeat(&mut self, list: &'a Expr, body: &'a Program, otherwise: &'a Program) {
        let Some((value, field)) = self.value(list) else {
            return self.run(otherwise);
        };
        let members = value.members();
        let last = members.len().saturating_sub(1);
        for (n, value) in members.into_iter().enumerate() {
            self.at = Some(Member { value, field, is_first: n == 0, is_last: n == last });
            self.run(body);
        }
        self.at = None;
    }

    fn value(&self, expr: &'a Expr) -> Option<Told<'a>> {
        match expr {
            Expr::Field(field) => (field.read)(self.facts, self.channel).map(|value| (value, Some(*field))),
            Expr::Literal(words) => Some((Value::Text(Cow::Borrowed(words)), None)),
            Expr::Or(first, second) => self.value(first).or_else(|| self.value(second)),
            Expr::Choose(condition, first, second) => self.value(if self.holds(condition) { first } else { second }),
            Expr::Filtered(inner, filter) => {
                self.value(inner).map(|(value, field)| (filter.apply(value, self.words), field))
            }
            Expr::Member => self.at.as_ref().map(|at| (at.value.clone(), at.field)),
            Expr::MemberName => self.of_item(|item| some_line(&item.name).map(Value::Text)),
            Expr::MemberQuantity => self.of_item(|item| Some(Value::Count(item.quantity.into()))),
        }
    }

    fn of_item(
        &self,
        read: impl FnOnce(&'a crate::domain::interaction::PurchaseItem) -> Option<Value<'a>>,
    ) -> Option<Told<'a>> {
        let at = self.at.as_ref()?;
        match at.value {
            Value::Item(item) => read(item).map(|value| (value, at.field)),
            _ => None,
        }
    }

    /// A comparison with what is absent does not hold, as in filters.
    fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Present(expr) => self.is_present(expr),
            Condition::Compares(expr, how, operand) => {
                self.value(expr).is_some_and(|(value, _)| match (value, operand) {
                    (Value::Count(number), Operand::Number(other)) => how.holds(number.cmp(other)),
                    (Value::Text(text), Operand::Text(other)) => how.holds(text.as_ref().cmp(other)),
                    (Value::Choice(code), Operand::Text(other)) => how.holds(code.cmp(other)),
                    _ => false,
                })
            }
            Condition::LoopFirst => self.at.as_ref().is_some_and(|at| at.is_first),
            Condition::LoopLast => self.at.as_ref().is_some_and(|at| at.is_last),
            Condition::Not(inner) => !self.holds(inner),
            Condition::And(one, other) => self.holds(one) && self.holds(other),
            Condition::Or(one, other) => self.holds(one) || self.holds(other),
        }
    }

    /// Whether a value is there; without making what filters would make of it.
    fn is_present(&self, expr: &'a Expr) -> bool {
        match expr {
            Expr::Filtered(inner, _) => self.is_present(inner),
            other => self.value(other).is_some(),
        }
    }
}

/// The field that an expression begins with.
fn first_field(expr: &Expr) -> Option<&'static Field> {
    match expr {
        Expr::Field(field) => Some(field),
        Expr::Or(inner, _) | Expr::Choose(_, inner, _) | Expr::Filtered(inner, _) => first_field(inner),
        Expr::Member | Expr::MemberName | Expr::MemberQuantity | Expr::Literal(_) => None,
    }
}
