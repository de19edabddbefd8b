//! What is printed: one note, ready in words.

use std::fmt;

/// One note with all that stands on its paper. Lines are already in the order and spelling in which they are printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// BCP 47 tag of the text's language: decides hyphenation, direction and the shapes of letters.
    pub language: String,
    /// Who writes: the name first, then street, town, phone and so on. May be empty.
    pub sender: Vec<String>,
    /// Who writes, in one line above the address in a window: where the post brings it back to. May be empty.
    pub return_line: String,
    /// The address of whom it goes to, as the post wants it; empty for what is handed over.
    pub recipient: Vec<String>,
    /// The day in words; may be empty.
    pub date: String,
    /// The subject of a letter, the front of a card; may be empty.
    pub subject: String,
    /// The note. A line break begins a paragraph, an empty line sets paragraphs apart.
    pub text: String,
    /// The person who signs, and how to answer; may be empty.
    pub reply: String,
    /// What has to be said and need not be seen; may be empty.
    pub small_print: String,
}

/// A part of a [`Sheet`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// [`Sheet::sender`].
    Sender,
    /// [`Sheet::recipient`].
    Recipient,
    /// [`Sheet::date`].
    Date,
    /// [`Sheet::subject`].
    Subject,
    /// [`Sheet::text`].
    Text,
    /// [`Sheet::reply`].
    Reply,
    /// [`Sheet::small_print`].
    SmallPrint,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sender => "sender",
            Self::Recipient => "address",
            Self::Date => "date",
            Self::Subject => "subject",
            Self::Text => "text",
            Self::Reply => "sign-off",
            Self::SmallPrint => "small print",
        })
    }
}
