//! How the notes of batches leave.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{
    redact::Hidden,
    validate::{Problems, is_address},
};

/// How the notes of batches leave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// The folder into which they are spooled, relative to where the service was started.
    pub spool: PathBuf,
    /// In test mode, where all e-mails go; empty otherwise.
    pub test_address: String,
    /// This service's own address as customers reach it, `https`; empty where nothing leads customers to it.
    pub public_url: String,
    /// Which way each channel takes.
    pub routes: Routes,
    /// The relay that mails are handed to.
    pub smtp: Smtp,
    /// The system that webhooks go to.
    pub webhook: Webhook,
}

/// Which way the notes of each channel take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routes {
    /// E-mails.
    pub email: Route,
    /// Text messages.
    pub message: Route,
    /// Letters and cards.
    pub post: Route,
    /// What is handed over at the next visit.
    pub hand_over: Route,
}

impl Routes {
    fn by_channel(&self) -> [(&'static str, Route, &'static [Route]); 4] {
        use Route::{Print, Smtp, Spool, Webhook};
        [
            ("email", self.email, &[Spool, Smtp, Webhook]),
            ("message", self.message, &[Spool, Webhook]),
            ("post", self.post, &[Spool, Print, Webhook]),
            ("hand_over", self.hand_over, &[Spool, Print, Webhook]),
        ]
    }
}

/// A way out.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Route {
    /// Into the spool folder.
    Spool,
    /// Downloaded, printed and confirmed by people.
    Print,
    /// Mails, by way of a relay.
    Smtp,
    /// Webhooks to another system.
    Webhook,
}

impl Route {
    const fn name(self) -> &'static str {
        match self {
            Self::Spool => "\"spool\"",
            Self::Print => "\"print\"",
            Self::Smtp => "\"smtp\"",
            Self::Webhook => "\"webhook\"",
        }
    }
}

/// The relay that mails are handed to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// Its name or address; its certificate must bear it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether and when the connection is encrypted.
    pub encryption: Encryption,
    /// File with certificates of authorities of one's own, in PEM; none when empty.
    pub authorities_file: PathBuf,
    /// Who we are to it; it knows us by our network address when empty.
    pub user: String,
    /// The password.
    pub password: Hidden,
    /// File with the password; none when empty.
    pub password_file: PathBuf,
    /// In whose name mails are sent: an address at the domain for which the relay signs.
    pub from: String,
    /// The name by which we greet it; the domain of `from` when empty.
    pub hello_name: String,
    /// Mails on their way at once, each over its own connection, 1 to 100.
    pub connections: u32,
    /// Mails on one connection, 1 to 10,000.
    pub mails_per_connection: u32,
    /// Longest time to be called and to encrypt, 1 to 300 seconds.
    pub connect_seconds: u32,
    /// Longest time to answer a command, 1 to 600 seconds.
    pub command_seconds: u32,
    /// Longest time to read a mail, 1 to 3,600 seconds.
    pub content_seconds: u32,
    /// Longest time to answer for a mail that it has whole, 1 to 3,600 seconds.
    pub answer_seconds: u32,
}

/// Whether and when a connection is encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// From the first byte.
    Implicit,
    /// After STARTTLS, which the relay must offer.
    Starttls,
    /// Not: for a relay on this machine or in a network of the house.
    None,
}

/// The system that webhooks go to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Its address.
    pub url: String,
    /// What it and we share, `whsec_…`; two of them while one replaces the other, the newer first.
    pub secret: Hidden,
    /// File with that; none when empty.
    pub secret_file: PathBuf,
    /// File with certificates of authorities of one's own, in PEM; none when empty.
    pub authorities_file: PathBuf,
    /// Whether it may be at a private address.
    pub allow_private_addresses: bool,
    /// Webhooks on their way at once, 1 to 100.
    pub at_once: u32,
    /// Longest time to be called, 1 to 300 seconds.
    pub connect_seconds: u32,
    /// Longest time to answer, 1 to 300 seconds.
    pub answer_seconds: u32,
}

/// Longest address of a webhook, in bytes.
const URL_MAX_BYTES: usize = 2048;

pub(super) fn problems(delivery: &Delivery, found: &mut Problems) {
    let test_address = &delivery.test_address;
    found.check(
        test_address.is_empty() || is_address(test_address),
        "delivery.test_address",
        "must be an e-mail address such as \"test@example.com\", or empty",
    );
    found.check(!delivery.spool.as_os_str().is_empty(), "delivery.spool", "must name a folder");
    let public_url = &delivery.public_url;
    found.check(
        public_url.is_empty() || is_public_url(public_url),
        "delivery.public_url",
        "must be an address such as \"https://thanks.example.com\", without a slash at its end, or empty",
    );
    for (channel, route, allowed) in delivery.routes.by_channel() {
        let names = allowed.iter().map(|route| route.name()).collect::<Vec<_>>().join(", ");
        let problem = format_args!("can't be {}; use one of {names}", route.name());
        found.check(allowed.contains(&route), &format!("delivery.routes.{channel}"), problem);
    }
    smtp(delivery, found);
    webhook(delivery, found);
}

fn smtp(delivery: &Delivery, found: &mut Problems) {
    let smtp = &delivery.smtp;
    if delivery.routes.email == Route::Smtp {
        found.check(!smtp.host.is_empty(), "delivery.smtp.host", "must name the relay, since e-mails leave by SMTP");
        found.check(
            is_address(&smtp.from),
            "delivery.smtp.from",
            "must be an e-mail address such as \"thanks@example.com\", since e-mails leave by SMTP",
        );
        found.check(
            !delivery.public_url.is_empty(),
            "delivery.public_url",
            "must be set, since every e-mail has a link by which its reader says \"no more\"",
        );
    }
    let passwords = [!smtp.password.is_empty(), !smtp.password_file.as_os_str().is_empty()];
    found.check(passwords != [true, true], "delivery.smtp.password", "must not be given beside password_file");
    found.check(
        smtp.user.is_empty() != passwords.contains(&true),
        "delivery.smtp.user",
        "must be given together with a password",
    );
    found.range("delivery.smtp.port", smtp.port, 1..=u16::MAX);
    found.range("delivery.smtp.connections", smtp.connections, 1..=100);
    found.range("delivery.smtp.mails_per_connection", smtp.mails_per_connection, 1..=10_000);
    found.range("delivery.smtp.connect_seconds", smtp.connect_seconds, 1..=300);
    found.range("delivery.smtp.command_seconds", smtp.command_seconds, 1..=600);
    found.range("delivery.smtp.content_seconds", smtp.content_seconds, 1..=3_600);
    found.range("delivery.smtp.answer_seconds", smtp.answer_seconds, 1..=3_600);
}

fn webhook(delivery: &Delivery, found: &mut Problems) {
    let webhook = &delivery.webhook;
    let secrets = [!webhook.secret.is_empty(), !webhook.secret_file.as_os_str().is_empty()];
    if delivery.routes.by_channel().iter().any(|(_, route, _)| *route == Route::Webhook) {
        found.check(!webhook.url.is_empty(), "delivery.webhook.url", "must be set, since notes leave by webhook");
        found.check(
            secrets.contains(&true),
            "delivery.webhook.secret_file",
            "must name a file with the secret, or secret must be given, since notes leave by webhook",
        );
    }
    found.check(webhook.url.len() <= URL_MAX_BYTES, "delivery.webhook.url", "must have at most 2048 bytes");
    found.check(secrets != [true, true], "delivery.webhook.secret", "must not be given beside secret_file");
    found.range("delivery.webhook.at_once", webhook.at_once, 1..=100);
    found.range("delivery.webhook.connect_seconds", webhook.connect_seconds, 1..=300);
    found.range("delivery.webhook.answer_seconds", webhook.answer_seconds, 1..=300);
}

/// `https`, a host, perhaps a path; it stands in a header of every mail.
fn is_public_url(url: &str) -> bool {
    let rest = url.strip_prefix("https://").filter(|_| url.len() <= 512 && !url.ends_with('/'));
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic() && !b"<>,\"?#@".contains(&b)))
}

#[cfg(test)]
mod tests {
    use super::{Delivery, Hidden, Problems, Route, problems};
    use crate::config::Config;

    fn found(change: impl FnOnce(&mut Delivery)) -> Vec<String> {
        let mut delivery = Config::default().delivery;
        change(&mut delivery);
        let mut found = Problems::default();
        problems(&delivery, &mut found);
        found.0.into_iter().map(|problem| problem.split(':').next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn a_route_that_leads_nowhere_is_refused() {
        assert_eq!(found(|_| {}), [""; 0]);
        let smtp = found(|delivery| delivery.routes.email = Route::Smtp);
        assert_eq!(smtp, ["delivery.smtp.host", "delivery.smtp.from", "delivery.public_url"]);
        let webhook = found(|delivery| delivery.routes.post = Route::Webhook);
        assert_eq!(webhook, ["delivery.webhook.url", "delivery.webhook.secret_file"]);
    }

    #[test]
    fn no_channel_takes_a_way_that_it_does_not_have() {
        assert_eq!(found(|delivery| delivery.routes.post = Route::Smtp), ["delivery.routes.post"]);
        assert_eq!(found(|delivery| delivery.routes.email = Route::Print), ["delivery.routes.email"]);
        assert_eq!(found(|delivery| delivery.routes.message = Route::Print), ["delivery.routes.message"]);
        assert_eq!(found(|delivery| delivery.routes.hand_over = Route::Print), [""; 0]);
    }

    #[test]
    fn a_name_without_a_password_is_refused_and_so_is_one_with_two() {
        let user = "delivery.smtp.user";
        assert_eq!(found(|delivery| delivery.smtp.user = "shop".to_owned()), [user]);
        assert_eq!(found(|delivery| delivery.smtp.password = Hidden::from("sesame".to_owned())), [user]);
        let both = found(|delivery| {
            delivery.smtp.user = "shop".to_owned();
            delivery.smtp.password = Hidden::from("sesame".to_owned());
            delivery.smtp.password_file = "password".into();
        });
        assert_eq!(both, ["delivery.smtp.password"]);
    }

    #[test]
    fn customers_are_led_to_an_encrypted_address_only() {
        for bad in ["http://shop.example", "https://", "https://shop.example/", "https://shop.example/>,<mailto:x"] {
            assert_eq!(found(|delivery| delivery.public_url = bad.to_owned()), ["delivery.public_url"], "{bad}");
        }
        assert_eq!(found(|delivery| delivery.public_url = "https://shop.example/thanks".to_owned()), [""; 0]);
    }
}
