//! Systems that take letters one by one, each with an answer of its own.

use super::{
    mail::{BadSettings, MailRoom, NotAnAddress},
    trust::BadCertificates,
    webhook::{BadEndpoint, BadSecret, HookRoom},
};
use crate::{
    config::{self, ConfigError},
    domain::{
        commands::notes::Outcome,
        note::Letter,
        one_click::OneClick,
        settings::{Route, Routes},
    },
};
use jiff::{SignedDuration, Timestamp};

/// A system that takes letters one by one. Cheap to clone.
#[derive(Clone)]
pub enum FarSide {
    /// A relay for mails.
    Mail(MailRoom),
    /// A system that takes webhooks.
    Webhook(Box<HookRoom>),
}

/// A far side that can't be one, as it is configured.
#[derive(Debug, thiserror::Error)]
pub enum BadFarSide {
    /// A file can't be read.
    #[error(transparent)]
    File(#[from] ConfigError),
    /// The relay's settings can't work.
    #[error("delivery.smtp.{0}")]
    Smtp(#[from] BadSettings),
    /// The sender is no address.
    #[error("delivery.smtp.from: {0}")]
    From(#[source] NotAnAddress),
    /// The test address is no address.
    #[error("delivery.test_address: {0}")]
    TestAddress(#[source] NotAnAddress),
    /// The webhook's endpoint can't be one.
    #[error("delivery.webhook.{0}")]
    Webhook(#[from] BadEndpoint),
    /// The webhook's secret is none.
    #[error("delivery.webhook.secret: {0}")]
    Secret(#[from] BadSecret),
    /// A file of certificates holds none.
    #[error("delivery.{0}.authorities_file: {1}")]
    Authorities(&'static str, #[source] BadCertificates),
}

impl FarSide {
    /// The far sides to which notes leave, as it is configured. Nothing is opened before the first letter.
    ///
    /// # Errors
    /// [`BadFarSide`] names the key that can't be right.
    pub fn all(delivery: &config::Delivery, routes: &Routes, links: &OneClick) -> Result<Vec<Self>, BadFarSide> {
        let mut all = Vec::new();
        if !routes.channels_of(Route::Smtp).is_empty() {
            all.push(Self::Mail(MailRoom::new(delivery, links.clone())?));
        }
        if !routes.channels_of(Route::Webhook).is_empty() {
            all.push(Self::Webhook(Box::new(HookRoom::new(&delivery.webhook)?)));
        }
        Ok(all)
    }

    /// The way out that leads there.
    #[must_use]
    pub const fn route(&self) -> Route {
        match self {
            Self::Mail(_) => Route::Smtp,
            Self::Webhook(_) => Route::Webhook,
        }
    }

    /// Whether it recognises what it gets twice.
    #[must_use]
    pub const fn deduplicates(&self) -> bool {
        match self {
            Self::Mail(_) => MailRoom::DEDUPLICATES,
            Self::Webhook(_) => HookRoom::DEDUPLICATES,
        }
    }

    /// How many letters may be on their way at once.
    #[must_use]
    pub fn places(&self) -> usize {
        match self {
            Self::Mail(room) => room.places(),
            Self::Webhook(room) => room.places(),
        }
    }

    /// How long offering one letter may take at most.
    #[must_use]
    pub fn longest(&self) -> SignedDuration {
        match self {
            Self::Mail(room) => room.longest(),
            Self::Webhook(room) => room.longest(),
        }
    }

    /// Offers a letter once, and says what became of it. One that is `for_test` goes to the test address, and to nobody
    /// where there is none.
    pub async fn offer(&self, letter: &Letter, for_test: bool, now: Timestamp) -> Outcome {
        match self {
            Self::Mail(room) => room.offer(letter, for_test, now).await,
            Self::Webhook(room) => room.offer(letter, for_test, now).await,
        }
    }

    /// Lets go of what is kept open between two letters. To be called when there is nothing more to send for a while.
    pub async fn rest(&self) {
        if let Self::Mail(room) = self {
            room.rest().await;
        }
    }
}
