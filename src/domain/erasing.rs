//! Forgotten when asked (P11): what of a person's words goes, what is kept so that counts stay true, and by what the
//! erased are recognised should they be brought in again.

use super::{
    case::Case,
    customer::IdentifierKey,
    ids::{CustomerId, InteractionId},
    interaction::Detail,
};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What stands where somebody's words were that may not be empty.
pub const ERASED: &str = "erased";

/// The secret under which the identifiers of erased people are hashed.
#[derive(Clone, Default)]
pub struct ErasureSecret([u8; 32]);

impl ErasureSecret {
    /// Hashes under this secret.
    #[must_use]
    pub const fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// By what an identifier is recognised without being kept: nobody who lacks the secret can find out whether a
    /// number was erased.
    #[must_use]
    pub fn hash(&self, key: &IdentifierKey) -> String {
        blake3::keyed_hash(&self.0, key.hash().as_bytes()).to_hex().to_string()
    }
}

impl std::fmt::Debug for ErasureSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ErasureSecret(hidden)")
    }
}

/// What the store forgets beside what a command changes: the words in all tables, loaded or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgetting {
    /// The record that was erased.
    pub customer: CustomerId,
    /// That one, and those that were part of it.
    pub records: BTreeSet<CustomerId>,
    /// For whom they stood: what these were told names them.
    pub wards: BTreeSet<CustomerId>,
    /// All that happened with them, as far as it is theirs now.
    pub interactions: BTreeSet<InteractionId>,
    /// Hashes of what they were found by.
    pub hashes: BTreeSet<String>,
    /// When.
    pub at: Timestamp,
}

impl Detail {
    /// Forgets all that was said, bought or looked at, and by what other systems know it. What is counted stays: what
    /// kind of thing it was, how it ended, how it was judged, what was paid in all.
    pub fn forget(&mut self) {
        self.subject = None;
        self.source = None;
        self.items_looked_at.clear();
        self.topics.clear();
        self.remarks.clear();
        self.stranger.clear();
        if let Some(purchase) = &mut self.purchase {
            purchase.items.clear();
        }
    }
}

impl Case {
    /// Forgets all words about it. What was given to make up for it stays, by kind and amount.
    pub fn forget(&mut self) {
        fn word(text: &mut String) {
            if !text.is_empty() {
                ERASED.clone_into(text);
            }
        }
        word(&mut self.summary);
        word(&mut self.root_cause);
        word(&mut self.remedy);
        self.remedies.iter_mut().for_each(|given| word(&mut given.words));
        if let Some(reopened) = &mut self.reopened {
            word(&mut reopened.reason);
        }
    }
}
