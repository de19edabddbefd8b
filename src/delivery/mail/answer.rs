//! What a relay says.

use super::{address::EmailAddress, clean, wire::Reply};
use std::fmt;

/// How many characters of an answer's words are kept.
const WORDS_MAX_CHARS: usize = 200;

/// What the relay said.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its code, 200 to 599.
    pub code: u16,
    /// Its code by RFC 3463, which says more; many relays give one.
    pub status: Option<EnhancedStatus>,
    /// Its words: one line of at most 200 characters, from which the recipient's address is taken out. For a person who
    /// looks into it, not for logs: nobody knows what else a relay says.
    pub words: String,
}

/// A status code by RFC 3463, such as 5.1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnhancedStatus {
    /// 2 for success, 4 for "not now", 5 for "never".
    pub class: u16,
    /// 1 the address, 2 the mailbox, 3 the system, 4 the way, 5 the protocol, 6 the content, 7 policy.
    pub subject: u16,
    /// Which of these.
    pub detail: u16,
}

impl EnhancedStatus {
    fn read(line: &str) -> Option<Self> {
        let mut parts = line.split_whitespace().next()?.splitn(3, '.');
        let mut next = || parts.next().filter(|part| part.len() <= 3)?.parse().ok();
        let (class, subject, detail) = (next()?, next()?, next()?);
        matches!(class, 2 | 4 | 5).then_some(Self { class, subject, detail })
    }
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl Answer {
    /// What the relay replied, without the words that name the recipient.
    pub(super) fn new(reply: &Reply, recipient: Option<&EmailAddress>) -> Self {
        let status = reply.lines.first().and_then(|line| EnhancedStatus::read(line));
        let prefix = status.map(|status| status.to_string()).unwrap_or_default();
        let words = reply.lines.iter().flat_map(|line| line.strip_prefix(&prefix).unwrap_or(line).split_whitespace());
        let shown: Vec<_> = words.map(|word| if names(word, recipient) { "…" } else { word }).collect();
        let words = clean::line(&shown.join(" ")).chars().take(WORDS_MAX_CHARS).collect();
        Self { code: reply.code, status, words }
    }

    /// Whether nobody is reached at the address, by RFC 3463 where the relay gives such a code, else by what relays are
    /// known to say. In doubt not: a relay that refuses *us* must not cost a customer their address.
    pub(super) fn says_mailbox_unknown(&self) -> bool {
        if let Some(EnhancedStatus { class, subject, detail }) = self.status {
            // No such mailbox, system, syntax, moved, null MX; mailbox disabled.
            return class == 5 && matches!((subject, detail), (1, 1..=3 | 6 | 10) | (2, 1));
        }
        let words = self.words.to_lowercase();
        self.code == 551 || matches!(self.code, 550 | 553) && UNKNOWN.iter().any(|said| words.contains(said))
    }

    /// Whether the mail is too large for the mailbox or the relay.
    pub(super) fn says_too_large(&self) -> bool {
        self.status.map_or(self.code == 552, |status| matches!((status.subject, status.detail), (2, 3) | (3, 4)))
    }
}

/// What relays without codes by RFC 3463 say of a mailbox that isn't there.
const UNKNOWN: [&str; 8] = [
    "user unknown",
    "unknown user",
    "no such user",
    "no such mailbox",
    "no such recipient",
    "does not exist",
    "mailbox not found",
    "recipient unknown",
];

/// Whether a word of the relay's names the recipient.
fn names(word: &str, recipient: Option<&EmailAddress>) -> bool {
    let Some(recipient) = recipient else { return word.contains('@') };
    let word = word.to_lowercase();
    let (local_part, domain) = (recipient.local_part().to_lowercase(), recipient.domain().to_lowercase());
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.contains('@')
        || bare == local_part
        || local_part.len() >= 4 && word.contains(&local_part)
        || word.contains(&domain)
}

/// Without the words.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        self.status.map_or(Ok(()), |status| write!(f, " {status}"))
    }
}

/// Without the words, too.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({self})")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn answer(code: u16, line: &str) -> Answer {
        let ana: EmailAddress = "ana.meier@example.com".parse().unwrap();
        Answer::new(&Reply { code, lines: line.split('|').map(str::to_owned).collect() }, Some(&ana))
    }

    #[test]
    fn p12_the_recipient_stands_in_no_word() {
        for line in [
            "5.1.1 <ana.meier@example.com>: unknown",
            "no ana.meier here",
            "user Ana.Meier! unknown",
            "host mx.example.com said no",
            "5.1.1 The account that you|5.1.1 tried, ana.meier@example.com, is gone",
        ] {
            let words = answer(550, line).words;
            assert!(!words.to_lowercase().contains("meier") && !words.contains("example.com"), "{words}");
        }
        assert_eq!(answer(550, "5.1.1 <ana.meier@example.com>: is|5.1.1 unknown\u{1b}").words, "… is unknown");
        assert_eq!(answer(250, &"x ".repeat(999)).words.chars().count(), WORDS_MAX_CHARS);
    }
}
