//! What a customer is found by.

use crate::domain::{ids::CustomerId, text_enum::text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a customer is found by.
    pub enum IdentifierKind {
        /// A phone number; may be shared by a family.
        Phone = "phone",
        /// An e-mail address; may be shared by a family.
        Email = "email",
        /// A loyalty number; one customer's alone.
        Loyalty = "loyalty",
        /// An id in another system; one customer's alone.
        ExternalId = "external_id",
        /// A name on a social network.
        Social = "social",
    }
}

impl IdentifierKind {
    /// Whether a value of this kind belongs to one customer alone.
    #[must_use]
    pub const fn is_unique(self) -> bool {
        matches!(self, Self::Loyalty | Self::ExternalId)
    }
}

/// What a customer is found by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identifier {
    /// Phone, e-mail, loyalty number …
    pub kind: IdentifierKind,
    /// The system an external id or social name belongs to; empty for the other kinds.
    pub system: String,
    /// As it was typed.
    pub typed: String,
    /// As it is compared: E.164, lower case, without ornament.
    pub normalized: String,
    /// The record with which it came, where that was merged into its customer's.
    #[serde(skip)]
    pub origin: Option<CustomerId>,
}

impl Identifier {
    /// What is equal for equal identifiers.
    #[must_use]
    pub fn key(&self) -> IdentifierKey {
        IdentifierKey { kind: self.kind, system: self.system.clone(), normalized: self.normalized.clone() }
    }
}

/// The part of an identifier by which it is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdentifierKey {
    /// Phone, e-mail, loyalty number …
    pub kind: IdentifierKind,
    /// The system; empty where the kind has none.
    pub system: String,
    /// As it is compared.
    pub normalized: String,
}

impl IdentifierKey {
    /// A number that equal keys share and, in practice, others don't: what indexes and locks go by.
    #[must_use]
    pub fn hash(&self) -> uuid::Uuid {
        let mut hasher = blake3::Hasher::new();
        for part in [self.kind.as_str(), &self.system, &self.normalized] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        uuid::Uuid::from_bytes(bytes)
    }
}
