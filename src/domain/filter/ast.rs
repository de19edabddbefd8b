//! The typed tree of a filter, and its one canonical spelling.

use std::cmp::Ordering;
use std::fmt::{self, Display, Formatter};

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::decimal::Decimal;
use super::fields::Field;
use super::schema::Kind;

/// An expression over one record.
///
/// The parser joins nested conjunctions (and disjunctions) into one, so that each meaning has
/// one tree: a member of [`Expr::All`] is never `All`, one of [`Expr::Any`] never `Any`, and both
/// have two members or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// True when every member is.
    All(Vec<Expr>),
    /// True when at least one member is.
    Any(Vec<Expr>),
    /// True when the inner one is false.
    Not(Box<Expr>),
    /// One comparison.
    Test(Test),
}

impl Expr {
    /// Levels from here down to the lowest comparison, itself counted as 1.
    pub(super) fn height(&self) -> usize {
        1 + match self {
            Self::All(members) | Self::Any(members) => members.iter().map(Self::height).max().unwrap_or_default(),
            Self::Not(inner) => inner.height(),
            Self::Test(_) => 0,
        }
    }

    /// Calls `visit` with each comparison, from left to right.
    pub fn each_test<'e>(&'e self, visit: &mut impl FnMut(&'e Test)) {
        match self {
            Self::All(members) | Self::Any(members) => {
                for member in members {
                    member.each_test(visit);
                }
            }
            Self::Not(inner) => inner.each_test(visit),
            Self::Test(test) => visit(test),
        }
    }
}

/// A question about one field. Of an absent field each is false.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// The field asked about.
    pub field: Field,
    /// What is asked.
    pub question: Question,
}

/// What a [`Test`] asks about its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// `field:*`: is there a value (of a list: at least one)?
    Present,
    /// `field:value`: does the list hold exactly this text, a [`Literal::Text`]?
    Holds(Literal),
    /// `field < value` and the like.
    Compares(Operator, Literal),
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

impl Operator {
    /// Whether a value that stands in this order to the literal satisfies the operator.
    pub fn admits(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::AtLeast => ordering.is_ge(),
        }
    }

    /// Whether it asks for more than (in)equality.
    pub(super) fn needs_order(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }

    /// As an error names it.
    pub(super) fn quoted(self) -> &'static str {
        match self {
            Self::Equal => "`=`",
            Self::NotEqual => "`!=`",
            Self::Less => "`<`",
            Self::AtMost => "`<=`",
            Self::Greater => "`>`",
            Self::AtLeast => "`>=`",
        }
    }
}

/// A value written in a filter, already of its field's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// Of [`Kind::Text`] and [`Kind::TextList`], and of [`Kind::Slug`] without its collection.
    Text(String),
    /// Of [`Kind::Enum`], as its table spells it.
    Enum(&'static str),
    /// Of [`Kind::Id`], without its collection.
    Id(Uuid),
    /// Of [`Kind::Int`].
    Int(i64),
    /// Of [`Kind::Decimal`], in millionths.
    Decimal(i64),
    /// Of [`Kind::Bool`].
    Bool(bool),
    /// Of [`Kind::Timestamp`], in whole microseconds.
    Timestamp(Timestamp),
    /// Of [`Kind::Date`].
    Date(Date),
    /// Of [`Kind::Duration`], in microseconds.
    Duration(i64),
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(members) => joined(f, members, " AND "),
            Self::Any(members) => joined(f, members, " OR "),
            Self::Not(inner) => {
                f.write_str("NOT ")?;
                operand(f, inner)
            }
            Self::Test(test) => test.fmt(f),
        }
    }
}

/// Writes members with a word between them.
pub(super) fn joined(f: &mut Formatter<'_>, members: &[Expr], between: &str) -> fmt::Result {
    for (index, member) in members.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        match member {
            Expr::Not(_) => member.fmt(f)?,
            _ => operand(f, member)?,
        }
    }
    Ok(())
}

/// Parenthesises whatever isn't one comparison: few readers expect OR to bind tighter than AND.
fn operand(f: &mut Formatter<'_>, expr: &Expr) -> fmt::Result {
    match expr {
        Expr::Test(test) => test.fmt(f),
        _ => write!(f, "({expr})"),
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.field.path())?;
        match &self.question {
            Question::Present => f.write_str(":*"),
            Question::Holds(text) => write!(f, ":{text}"),
            Question::Compares(operator, literal) => {
                write!(f, " {operator} ")?;
                match (self.field.kind(), literal) {
                    (Kind::Slug(collection), Literal::Text(slug)) => quoted(f, &format!("{collection}{slug}")),
                    (Kind::Id(collection), Literal::Id(id)) => quoted(f, &format!("{collection}{id}")),
                    _ => literal.fmt(f),
                }
            }
        }
    }
}

impl Display for Operator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.quoted().trim_matches('`'))
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => quoted(f, text),
            Self::Enum(word) => f.write_str(word),
            Self::Id(id) => id.fmt(f),
            Self::Int(number) => number.fmt(f),
            Self::Decimal(micros) => Decimal { micros: *micros }.fmt(f),
            Self::Bool(flag) => flag.fmt(f),
            Self::Timestamp(instant) => write!(f, "\"{instant}\""),
            Self::Date(date) => write!(f, "\"{date}\""),
            Self::Duration(micros) => write!(f, "{}s", Decimal { micros: *micros }),
        }
    }
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for part in text.split_inclusive(['"', '\\']) {
        match part.strip_suffix(['"', '\\']) {
            Some(plain) => write!(f, "{plain}\\{}", &part[plain.len()..])?,
            None => f.write_str(part)?,
        }
    }
    f.write_str("\"")
}
