//! How the relay is reached.

use crate::delivery::{Secret, Trust};
use std::time::Duration;

/// How the relay is reached, and how much of it is taken up.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// Name or address of the relay; its certificate must bear it.
    pub host: String,
    /// Usually 465 (encrypted from the start), 587 (STARTTLS), 25 (a relay in the house).
    pub port: u16,
    /// Whether and when the connection is encrypted.
    pub encryption: Encryption,
    /// Whose certificates are believed.
    pub trust: Trust,
    /// Who we are to the relay; `None`: it knows us by our network address.
    pub login: Option<Login>,
    /// The name by which we greet: ours in the DNS, or an address in brackets.
    pub hello_name: String,
    /// Connections at once, 1 to 100.
    pub connections: usize,
    /// Mails on one connection before another one is opened, 1 to 10,000: many relays end one after some hundred.
    pub mails_per_connection: u32,
    /// How long the relay may take.
    pub limits: Limits,
}

/// Whether and when the connection is encrypted. There is no "if the relay offers it": an attacker would not let it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// From the first byte (RFC 8314).
    Implicit,
    /// After STARTTLS; a relay that doesn't offer it gets nothing.
    StartTls,
    /// Not: for a relay on this machine, or in a network of the house.
    None,
}

/// Name and password for the relay (AUTH PLAIN or LOGIN, whichever it offers).
#[derive(Debug, Clone)]
pub struct Login {
    /// The name.
    pub user: String,
    /// The password.
    pub password: Secret,
}

/// How long the relay may take at each stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To be called, and to encrypt.
    pub connect: Duration,
    /// To greet, and to answer any command.
    pub command: Duration,
    /// To read a mail.
    pub content: Duration,
    /// To answer for a mail that it has whole. Too short a time makes taken mails uncertain.
    pub answer: Duration,
}

impl Limits {
    /// How often a command is sent or answered for one mail at most, each within its limit: 2 on a kept connection that
    /// turns out to be dead; 13 to open another (the greeting, EHLO twice, STARTTLS, and a login in three steps); 6 to
    /// name sender and recipient and be let go ahead, 1 to have a refused mail forgotten, 1 where content is refused.
    const COMMANDS: u32 = 23;

    /// How long offering one mail may take at most.
    pub(super) fn longest(self) -> Duration {
        self.connect * 2 + self.command * Self::COMMANDS + self.content + self.answer
    }
}

impl Default for Limits {
    /// Shorter than RFC 5321, 4.5.3.2 asks for (5 minutes for most) where a retry is harmless; its 10 minutes where it
    /// is not.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            command: Duration::from_secs(60),
            content: Duration::from_secs(180),
            answer: Duration::from_secs(600),
        }
    }
}

/// Settings that can't work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSettings {
    /// The relay has no name.
    #[error("host: must be a host name or an IP address")]
    Host,
    /// Our own name can't be said.
    #[error("hello_name: must be a host name, or an IP address in brackets")]
    HelloName,
    /// A number is out of its range.
    #[error("connections: must be 1 to 100")]
    Connections,
    /// A number is out of its range.
    #[error("mails_per_connection: must be 1 to 10000")]
    MailsPerConnection,
    /// A password would go over the network in the clear.
    #[error("login: needs encryption, unless the relay is on this machine")]
    LoginInTheClear,
    /// The name or the password can't be written.
    #[error("login: user and password must not be empty or hold a NUL")]
    Login,
}

impl MailSettings {
    /// Whether they can work.
    ///
    /// # Errors
    /// [`BadSettings`] names what can't.
    pub fn check(&self) -> Result<(), BadSettings> {
        let is_name = |name: &str| {
            !name.is_empty()
                && name.len() <= 255
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_:[]".contains(&b))
        };
        let on_this_machine = ["localhost", "127.0.0.1", "::1"].contains(&self.host.as_str());
        if !is_name(&self.host) {
            Err(BadSettings::Host)
        } else if !is_name(&self.hello_name) {
            Err(BadSettings::HelloName)
        } else if !(1..=100).contains(&self.connections) {
            Err(BadSettings::Connections)
        } else if !(1..=10_000).contains(&self.mails_per_connection) {
            Err(BadSettings::MailsPerConnection)
        } else if let Some(login) = &self.login {
            let is_word = |word: &str| !word.is_empty() && !word.contains('\0');
            if self.encryption == Encryption::None && !on_this_machine {
                Err(BadSettings::LoginInTheClear)
            } else if !is_word(&login.user) || !is_word(login.password.reveal()) {
                Err(BadSettings::Login)
            } else {
                Ok(())
            }
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> MailSettings {
        MailSettings {
            host: "smtp.shop.example".into(),
            port: 465,
            encryption: Encryption::Implicit,
            trust: Trust::default(),
            login: Some(Login { user: "shop".into(), password: Secret::new("open sesame".into()) }),
            hello_name: "desk.shop.example".into(),
            connections: 4,
            mails_per_connection: 100,
            limits: Limits::default(),
        }
    }

    #[test]
    fn settings_that_cannot_work_are_named() {
        assert_eq!(settings().check(), Ok(()));
        let in_the_clear = MailSettings { encryption: Encryption::None, ..settings() };
        assert_eq!(in_the_clear.check(), Err(BadSettings::LoginInTheClear));
        assert_eq!(MailSettings { host: "localhost".into(), ..in_the_clear }.check(), Ok(()));
        for name in ["", "a b", "a\r\nMAIL FROM:<x@y>"] {
            assert_eq!(MailSettings { hello_name: name.into(), ..settings() }.check(), Err(BadSettings::HelloName));
            assert_eq!(MailSettings { host: name.into(), ..settings() }.check(), Err(BadSettings::Host));
        }
        assert_eq!(MailSettings { connections: 0, ..settings() }.check(), Err(BadSettings::Connections));
        assert_eq!(
            MailSettings { mails_per_connection: 0, ..settings() }.check(),
            Err(BadSettings::MailsPerConnection)
        );
        let empty = Some(Login { user: String::new(), password: Secret::new("x".into()) });
        assert_eq!(MailSettings { login: empty, ..settings() }.check(), Err(BadSettings::Login));
    }

    #[test]
    fn a_password_is_not_shown() {
        assert!(!format!("{:?}", settings()).contains("sesame"));
    }
}
