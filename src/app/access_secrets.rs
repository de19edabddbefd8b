//! What recognising callers takes: hashers and seals made of the instance's secret, and room for slow hashes.

use crate::domain::{
    access::{Pin, PinHasher, Seals, SecretHasher},
    ids::ApiKeyId,
};
use jiff::Timestamp;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock},
};
use tokio::sync::Semaphore;

/// PINs that are hashed at once, each with 19 MiB of memory and a core of its own. More wait.
const SLOW_HASHES: usize = 2;

/// Made once, from the instance's secret for access.
#[derive(Debug)]
pub(super) struct AccessSecrets {
    pub(super) keys: SecretHasher,
    pub(super) pins: PinHasher,
    pub(super) seals: Seals,
    /// The hash that is looked at when there is none to compare with.
    pub(super) nobodys_pin: OnceLock<String>,
    /// When the use of which key was last noted by this process. One entry for each key, of which there are few.
    pub(super) noted: Mutex<HashMap<ApiKeyId, Timestamp>>,
    slow: Semaphore,
}

impl AccessSecrets {
    pub(super) fn new(secret: &[u8; 32]) -> Arc<Self> {
        Arc::new(Self {
            keys: SecretHasher::new(secret),
            pins: PinHasher::new(secret),
            seals: Seals::new(secret),
            nobodys_pin: OnceLock::new(),
            noted: Mutex::default(),
            slow: Semaphore::new(SLOW_HASHES),
        })
    }

    /// Does slow work beside the calls, a few at a time. `None` when the process is ending.
    pub(super) async fn on_a_slow_thread<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Option<T> {
        let _permit = self.slow.acquire().await.ok()?;
        let shared = Arc::clone(self);
        tokio::task::spawn_blocking(move || work(&shared)).await.ok()
    }
}

/// A PIN that nobody can choose.
pub(super) fn nobodys_pin() -> Pin {
    Pin::typed("0000").expect("four digits can be typed")
}
