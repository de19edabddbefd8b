//! Notes become webhooks here, and the endpoint's answers what became of the notes.

use super::{
    BadSecret, Endpoint, Hook, Reach, Secrets, SigningSecret, Trouble, WebhookLimits, WebhookSettings, Webhooks,
    outcome,
};
use crate::{
    config,
    delivery::{BadFarSide, Trust, letter::as_json},
    domain::{commands::notes::Outcome, note::Letter},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::time::Duration;

/// Room for what the limits leave out: waiting for a place, answering for the note in our own books.
const SPARE: SignedDuration = SignedDuration::from_secs(10);

/// Writes notes as webhooks, and sends them to the endpoint. Cheap to clone.
#[derive(Clone)]
pub struct HookRoom {
    webhooks: Webhooks,
    endpoint: Endpoint,
    at_once: usize,
    longest: SignedDuration,
}

impl HookRoom {
    /// Whether the far side recognises what it gets twice.
    pub const DEDUPLICATES: bool = Webhooks::DEDUPLICATES;

    /// With the endpoint that is configured.
    ///
    /// # Errors
    /// [`BadFarSide`] names the key that can't be right.
    pub fn new(webhook: &config::Webhook) -> Result<Self, BadFarSide> {
        let reach = if webhook.allow_private_addresses { Reach::Anywhere } else { Reach::Public };
        let secrets = secrets(&config::secret(&webhook.secret, &webhook.secret_file)?)?;
        let authorities = config::read_file(&webhook.authorities_file)?;
        let trust = Trust::new(authorities.as_deref().map(str::as_bytes));
        let seconds = |number: u32| Duration::from_secs(number.into());
        let (connect, answer) = (seconds(webhook.connect_seconds), seconds(webhook.answer_seconds));
        let at_once = usize::try_from(webhook.at_once).unwrap_or(usize::MAX);
        let webhooks = Webhooks::new(&WebhookSettings {
            reach,
            trust: trust.map_err(|why| BadFarSide::Authorities("webhook", why))?,
            at_once,
            limits: WebhookLimits { connect, answer },
        });
        let longest = SignedDuration::try_from(connect + answer).unwrap_or(SignedDuration::MAX);
        let endpoint = Endpoint::new(&webhook.url, secrets, reach)?;
        Ok(Self { webhooks, endpoint, at_once, longest: longest.saturating_add(SPARE) })
    }

    /// How many webhooks may be on their way at once.
    #[must_use]
    pub const fn places(&self) -> usize {
        self.at_once
    }

    /// How long sending one may take at most.
    #[must_use]
    pub const fn longest(&self) -> SignedDuration {
        self.longest
    }

    /// Offers a note to the endpoint once, signed as of an instant.
    pub(in crate::delivery) async fn offer(&self, letter: &Letter, for_test: bool, now: Timestamp) -> Outcome {
        if for_test {
            return Outcome::Unwritable { why: "in test mode no webhook leaves".to_owned() };
        }
        match hook(letter, now) {
            Ok(hook) => said(self.webhooks.send(&self.endpoint, &hook).await),
            Err(why) => Outcome::Unwritable { why },
        }
    }
}

/// A webhook has the id of its note at each attempt, by which it is recognised. What it says of the customer is of that
/// attempt, as its signature is.
fn hook(letter: &Letter, now: Timestamp) -> Result<Hook, String> {
    let note = &letter.note;
    let body = json!({ "type": "note.deliver", "timestamp": note.created_at.to_string(), "data": as_json(letter) });
    Hook::new(&format!("note_{}", note.id), now, body.to_string()).map_err(|why| why.to_string())
}

/// The secret in force, and the one before it if there are two.
fn secrets(text: &str) -> Result<Secrets, BadSecret> {
    let mut secrets = text.split_whitespace().map(SigningSecret::parse);
    let current = secrets.next().unwrap_or(Err(BadSecret))?;
    let previous = secrets.next().transpose()?;
    if secrets.next().is_some() { Err(BadSecret) } else { Ok(Secrets { current, previous }) }
}

/// What an outcome at the endpoint means for a note: what it answered concerns the note, that it did not concerns all.
fn said(outcome: outcome::Outcome) -> Outcome {
    let why = outcome.to_string();
    let span = |asked: Option<Duration>| asked.and_then(|asked| SignedDuration::try_from(asked).ok());
    match outcome {
        outcome::Outcome::Delivered { .. } => Outcome::Delivered,
        outcome::Outcome::Gone | outcome::Outcome::Forbidden => Outcome::Unavailable { for_good: true, why },
        outcome::Outcome::Later { asked, trouble: Trouble::Status(_) } => {
            Outcome::Later { asked: span(asked), perhaps: false, why }
        }
        outcome::Outcome::Later { .. } => Outcome::Unavailable { for_good: false, why },
        outcome::Outcome::Uncertain { asked, .. } => Outcome::Later { asked: span(asked), perhaps: true, why },
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, said, secrets};
    use crate::delivery::webhook::{Outcome as Answered, SigningSecret, Trouble};

    #[test]
    fn one_secret_or_two_are_read_the_newer_first() {
        let [new, old] = [2, 1].map(|byte| SigningSecret::from_random([byte; 32]));
        let both = secrets(&format!("{}\n{}\n", new.reveal(), old.reveal())).expect("two secrets");
        assert_eq!((both.current, both.previous), (new.clone(), Some(old)));
        assert_eq!(secrets(&new.reveal()).expect("one").previous, None);
        for bad in ["", "sesame", &[new.reveal(), new.reveal(), new.reveal()].join(" ")] {
            assert!(secrets(bad).is_err());
        }
    }

    #[test]
    fn an_endpoint_that_cannot_be_reached_is_no_failure_of_the_note() {
        let later = |trouble| said(Answered::Later { asked: None, trouble });
        assert!(matches!(later(Trouble::Unknown), Outcome::Unavailable { for_good: false, .. }));
        assert!(matches!(later(Trouble::Status(429)), Outcome::Later { perhaps: false, .. }));
        assert!(matches!(said(Answered::Gone), Outcome::Unavailable { for_good: true, .. }));
        let perhaps = |trouble| said(Answered::Uncertain { asked: None, trouble });
        for trouble in [Trouble::Broken, Trouble::Status(502)] {
            assert!(matches!(perhaps(trouble), Outcome::Later { perhaps: true, .. }));
        }
    }
}
