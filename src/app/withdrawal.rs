//! A reader says "no more" by the link of an e-mail.

use super::{App, AppError};
use crate::{
    domain::{
        commands::{Once, customers::SetConsent},
        customer::{ConsentState, CustomerStatus},
        one_click::OneClick,
        refusal::Refusal,
        world::Actor,
    },
    store::{Lane, SecretName},
};

/// Who acts: nobody signed in, but whoever has the link.
const READER: &str = "customer";

/// Where the customer said it.
const SOURCE: &str = "link in an e-mail";

impl App {
    /// Seals and opens the links of e-mails.
    #[must_use]
    pub fn links(&self) -> OneClick {
        OneClick::new(&self.store.secret(SecretName::OneClick))
    }

    /// Withdraws the consent that a link was made for, of whoever the customer is by now; `false` for a token that is
    /// none of ours. Saying so again changes nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn withdraw_by_link(&self, token: &str) -> Result<bool, AppError> {
        let Some(withdrawal) = self.links().open(token) else { return Ok(false) };
        let Some(customer) = self.store.customers(&[withdrawal.customer]).await?.remove(&withdrawal.customer) else {
            return Ok(false);
        };
        let said =
            customer.consents.iter().filter(|c| (c.channel, c.purpose) == (withdrawal.channel, withdrawal.purpose));
        let last = said.max_by_key(|consent| consent.at).map(|consent| consent.state);
        if customer.status == CustomerStatus::Erased || last == Some(ConsentState::Refused) {
            return Ok(true);
        }
        let command = SetConsent {
            actor: Actor { principal: READER.to_owned(), ..Actor::default() },
            once: Once::default(),
            id: withdrawal.customer,
            channel: withdrawal.channel,
            purpose: withdrawal.purpose,
            state: ConsentState::Refused,
            source: SOURCE.to_owned(),
            text_version: String::new(),
            at: None,
        };
        match self.submit(Lane::Interactive, command).await {
            // Erased meanwhile: there is nothing to withdraw any more.
            Ok(_) | Err(AppError::Refused(Refusal::Erased { .. })) => Ok(true),
            Err(error) => Err(error),
        }
    }
}
