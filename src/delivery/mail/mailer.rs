//! Sending mails over a few connections that are kept.

use super::{
    answer::Answer,
    outcome::{Failure, Outcome},
    session::Session,
    settings::{BadSettings, MailSettings},
    write::Written,
};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Sends mails through one relay. Cheap to clone; the clones share their connections.
///
/// The far side doesn't deduplicate: [`Mailer::DEDUPLICATES`] is what a claim must say.
#[derive(Clone)]
pub struct Mailer {
    shared: Arc<Shared>,
}

struct Shared {
    settings: MailSettings,
    /// One for each connection that may be open.
    places: Semaphore,
    /// Connections between two mails, the one that was used last at the end; at most as many as places.
    idle: Mutex<Vec<Session>>,
}

impl Mailer {
    /// Whether the far side recognises what it gets twice. Relays and mailboxes don't, whatever the Message-ID.
    pub const DEDUPLICATES: bool = false;

    /// For this relay. Nothing is opened before the first mail.
    ///
    /// # Errors
    /// [`BadSettings`] names what can't work.
    pub fn new(settings: MailSettings) -> Result<Self, BadSettings> {
        settings.check()?;
        let (places, idle) = (Semaphore::new(settings.connections), Mutex::default());
        Ok(Self { shared: Arc::new(Shared { settings, places, idle }) })
    }

    /// Offers a mail to the relay, once, and says what became of it. Waits for a connection to be free.
    ///
    /// Nothing is tried twice, with one exception: if the relay hung up on a connection that was kept, before it heard
    /// of the mail, another one is opened.
    ///
    /// A mail whose `send` is dropped before it returned must be taken as uncertain.
    pub async fn send(&self, mail: &Written) -> Outcome {
        let _place = self.shared.places.acquire().await.expect("never closed");
        if let Some(kept) = self.kept_session().await {
            match self.offer(kept, mail).await {
                Err(failure) if failure.is_hang_up() => {}
                done => return outcome(done),
            }
        }
        match Session::open(&self.shared.settings).await {
            Ok(session) => outcome(self.offer(session, mail).await),
            Err(failure) => failure.into(),
        }
    }

    /// Closes the connections that nobody uses. To be called when there is nothing more to be sent for a while, and at
    /// the end; a later mail opens one again.
    pub async fn rest(&self) {
        let idle = std::mem::take(&mut *self.idle());
        for session in idle {
            session.close().await;
        }
    }

    /// How many connections are kept between two mails.
    #[must_use]
    pub fn kept_connections(&self) -> usize {
        self.idle().len()
    }

    async fn offer(&self, mut session: Session, mail: &Written) -> Result<Answer, Failure> {
        let done = session.offer(mail).await;
        if session.is_usable(&self.shared.settings) {
            self.idle().push(session);
        } else {
            session.close().await;
        }
        done
    }

    async fn kept_session(&self) -> Option<Session> {
        loop {
            let mut session = self.idle().pop()?;
            if !session.is_over().await {
                return Some(session);
            }
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Session>> {
        // Nobody panics while holding it, and a list of connections can't be half changed.
        self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn outcome(done: Result<Answer, Failure>) -> Outcome {
    done.map_or_else(Outcome::from, |answer| Outcome::Delivered { answer })
}
