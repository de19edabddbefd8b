//! A text as it was compiled: every name resolved, every type known, nothing in it that could go on for ever.

use super::{fields::Field, filters::Filter};

/// What is done in order.
pub(super) type Program = Vec<Step>;

/// One step.
#[derive(Debug)]
pub(super) enum Step {
    /// The template's own words.
    Say(Words),
    /// A value, written out.
    Tell(Expr),
    /// One or the other.
    If { condition: Condition, then: Program, otherwise: Program },
    /// Once per member of a list; there is no loop within a loop.
    For { list: Expr, body: Program, otherwise: Program },
}

/// The template's own words, with the white space at their ends told apart so that it can melt with what is beside.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) before: Gap,
    pub(super) text: String,
    pub(super) after: Gap,
}

/// White space between words: of several, the widest counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// None.
    #[default]
    None,
    /// A space.
    Space,
    /// The end of a line.
    Line,
    /// A blank line.
    Paragraph,
}

impl Gap {
    /// The gap that some white space makes.
    pub(super) fn of(blank: &str) -> Self {
        match (blank.is_empty(), blank.matches('\n').count()) {
            (true, _) => Self::None,
            (false, 0) => Self::Space,
            (false, 1) => Self::Line,
            (false, _) => Self::Paragraph,
        }
    }

    /// As it is written.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Space => " ",
            Self::Line => "\n",
            Self::Paragraph => "\n\n",
        }
    }
}

/// A value that may be absent.
#[derive(Debug)]
pub(super) enum Expr {
    /// A field of the facts.
    Field(&'static Field),
    /// The member at which the loop is.
    Member,
    /// Its name; it is a thing bought.
    MemberName,
    /// Its quantity.
    MemberQuantity,
    /// Fixed words.
    Literal(String),
    /// The first, or the second where that is absent.
    Or(Box<Expr>, Box<Expr>),
    /// The first if the condition holds, else the second.
    Choose(Box<Condition>, Box<Expr>, Box<Expr>),
    /// Made of another.
    Filtered(Box<Expr>, Filter),
}

/// What holds or does not.
#[derive(Debug)]
pub(super) enum Condition {
    /// The value is there.
    Present(Expr),
    /// The value is there, and compares so.
    Compares(Expr, Comparison, Operand),
    /// The loop is at its first member.
    LoopFirst,
    /// The loop is at its last member.
    LoopLast,
    /// Not.
    Not(Box<Condition>),
    /// Both.
    And(Box<Condition>, Box<Condition>),
    /// At least one.
    Or(Box<Condition>, Box<Condition>),
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Different,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Comparison {
    /// Whether an ordering is what was asked for.
    pub(super) fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Different => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
            Self::More => ordering.is_gt(),
            Self::AtLeast => ordering.is_ge(),
        }
    }
}

/// What a value is compared with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Number(u64),
    Text(String),
}
