//! Idempotency (P2): the same key with the same content is answered again, with other content refused.

use crate::domain::{
    customer::CustomerStatus,
    ids::{CaseId, CustomerId, GestureId, InteractionId},
    refusal::Refusal,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a repeated write is recognised by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IdempotencyKey {
    /// `request/{principal}/{method}`, `source` or `contact`.
    pub scope: String,
    /// The request id, [what tells of a source](KeyHasher::source), or the gesture.
    pub key: String,
}

impl IdempotencyKey {
    /// The key of a call's `request_id`: holds for one principal and method.
    #[must_use]
    pub fn request(principal: &str, method: &str, request_id: &str) -> Self {
        Self { scope: format!("request/{principal}/{method}"), key: request_id.to_owned() }
    }

    /// Whether it is a call's `request_id`, which is forgotten after a while.
    #[must_use]
    pub fn is_request(&self) -> bool {
        self.scope.starts_with("request/")
    }

    /// The key under which it is known that a gesture was carried out. As keys are unique, that is known once, whatever
    /// happens (P4).
    #[must_use]
    pub fn contact(gesture: GestureId) -> Self {
        Self { scope: "contact".to_owned(), key: gesture.to_string() }
    }

    /// Whether it is that of a gesture that was carried out.
    #[must_use]
    pub fn is_of_contact(&self) -> bool {
        self.scope == "contact"
    }
}

/// What is kept of a write under its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// The key.
    pub key: IdempotencyKey,
    /// The name of the resource that the write made or changed.
    pub resource: String,
    /// Of what it said.
    pub fingerprint: Fingerprint,
    /// When the key is forgotten; `None` keeps it for ever.
    pub expires_at: Option<Timestamp>,
    /// What it made was erased: a repetition is refused.
    pub erased: bool,
}

/// A keyed hash per field of a request: enough to see which fields differ, not enough to guess what they held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(pub BTreeMap<String, String>);

impl Fingerprint {
    /// The paths of the fields that differ.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let paths = self.0.keys().chain(other.0.keys());
        let mut differing: Vec<_> = paths.filter(|path| self.0.get(*path) != other.0.get(*path)).cloned().collect();
        differing.sort_unstable();
        differing.dedup();
        differing
    }
}

/// Makes [`Fingerprint`]s with a secret of this instance.
#[derive(Clone)]
pub struct KeyHasher([u8; 32]);

impl std::fmt::Debug for KeyHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyHasher(secret)")
    }
}

impl KeyHasher {
    /// A hasher with this secret.
    #[must_use]
    pub const fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// The key of a record in another system: holds for ever, also when who it is about was erased, and does not say by
    /// what id which system knows it.
    #[must_use]
    pub fn source(&self, system: &str, external_id: &str) -> IdempotencyKey {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for part in ["source", system, external_id] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        IdempotencyKey { scope: "source".to_owned(), key: hasher.finalize().to_hex()[..32].to_owned() }
    }

    /// A mark of lines of text: the same for the same lines, and says nothing about them to who has not the secret.
    #[must_use]
    pub fn mark(&self, lines: &[String]) -> i64 {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for line in std::iter::once("lines").chain(lines.iter().map(String::as_str)) {
            hasher.update(&(line.len() as u64).to_le_bytes());
            hasher.update(line.as_bytes());
        }
        let mut mark = [0; 8];
        hasher.finalize_xof().fill(&mut mark);
        i64::from_le_bytes(mark)
    }

    /// The hashes of a request's fields, `{prefix}{field}` each. Empty fields leave no hash, so that an absent field
    /// and one at its default are the same.
    ///
    /// # Panics
    /// Never for the domain's own types, which all serialise to JSON objects.
    pub fn fingerprint(&self, parts: &[(&str, &dyn ErasedFields)]) -> Fingerprint {
        let mut hashes = BTreeMap::new();
        for (prefix, part) in parts {
            for (field, value) in part.fields() {
                let hash = blake3::keyed_hash(&self.0, value.to_string().as_bytes());
                hashes.insert(format!("{prefix}{field}"), hash.to_hex()[..16].to_owned());
            }
        }
        Fingerprint(hashes)
    }
}

/// Something whose fields can be hashed one by one.
pub trait ErasedFields {
    /// The fields that hold something, with their values.
    fn fields(&self) -> Vec<(String, serde_json::Value)>;
}

impl<T: Serialize> ErasedFields for T {
    fn fields(&self) -> Vec<(String, serde_json::Value)> {
        use serde_json::Value;
        match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => fields.into_iter().filter(|(_, value)| !is_empty(value)).collect(),
            Ok(value) => vec![(String::new(), value)],
            Err(error) => vec![(String::new(), Value::String(error.to_string()))],
        }
    }
}

/// The names of the fields by which two things differ.
#[must_use]
pub fn differing<T: Serialize>(before: &T, after: &T) -> Vec<String> {
    let (before, after) = (before.fields(), after.fields());
    let changed = after.iter().filter(|field| !before.contains(field));
    let gone = before.iter().filter(|(name, _)| !after.iter().any(|(other, _)| other == name));
    let mut names: Vec<_> = changed.chain(gone).map(|(name, _)| name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn is_empty(value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
        Value::Number(_) | Value::Bool(true) => false,
    }
}

/// How a write meets its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replay {
    /// Nobody used them yet.
    Fresh,
    /// The same was written before: answer with this resource.
    Of(String),
}

impl super::World {
    /// Whether a write with these keys and this content was made before.
    ///
    /// # Errors
    /// [`Refusal::ContentDiffers`] when a key was used with other content, [`Refusal::Erased`] when what it made was
    /// erased since.
    pub fn replay(&self, keys: &[IdempotencyKey], content: &Fingerprint, now: Timestamp) -> Result<Replay, Refusal> {
        for key in keys {
            let Some(known) = self.keys.get(key).filter(|k| k.expires_at.is_none_or(|at| at > now)) else {
                continue;
            };
            if known.erased || self.is_erased(&known.resource) {
                return Err(Refusal::Erased { resource: known.resource.clone() });
            }
            let fields = known.fingerprint.differences(content);
            if !fields.is_empty() {
                return Err(Refusal::ContentDiffers { resource: known.resource.clone(), fields });
            }
            return Ok(Replay::Of(known.resource.clone()));
        }
        Ok(Replay::Fresh)
    }

    /// Whether what a key made is about somebody who was erased, as far as it is loaded.
    fn is_erased(&self, resource: &str) -> bool {
        let Some((collection, id)) = resource.split_once('/') else { return false };
        let Ok(id) = id.parse::<Uuid>() else { return false };
        let whose = match collection {
            "customers" => Some(CustomerId(id)),
            "interactions" => self.interactions.get(&InteractionId(id)).and_then(|it| it.customer),
            "gestures" => self.gestures.get(&GestureId(id)).map(|it| it.customer),
            "cases" => self.cases.get(&CaseId(id)).map(|it| it.customer),
            _ => None,
        };
        whose.and_then(|id| self.customer(id).ok()).is_some_and(|it| it.status == CustomerStatus::Erased)
    }
}
