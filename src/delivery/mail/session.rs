//! A conversation with the relay: opened once, then one mail after the other.

use super::{
    answer::Answer,
    outcome::{Failure, Stage, Trouble},
    settings::{Encryption, Limits, Login, MailSettings},
    wire::{Reply, Stream, Wire},
    write::Written,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use std::{sync::Arc, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};

/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// A conversation.
pub(super) struct Session {
    wire: Wire,
    offered: Offered,
    limits: Limits,
    /// How many mails were offered.
    mails: u32,
    /// Both sides stand between two mails: only then can another one be offered.
    is_in_step: bool,
}

/// What the relay said it can.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Offered {
    start_tls: bool,
    /// Commands may be sent together (RFC 2920).
    pipelining: bool,
    plain: bool,
    login: bool,
}

impl Session {
    /// Calls the relay, encrypts and logs in, as far as the settings ask for it.
    pub(super) async fn open(settings: &MailSettings) -> Result<Self, Failure> {
        let limits = settings.limits;
        let address = (settings.host.trim_matches(['[', ']']), settings.port);
        let connection = within(limits.connect, Stage::Connect, async {
            let connection = TcpStream::connect(address).await?;
            // Commands are small, and each is waited for.
            connection.set_nodelay(true)?;
            Ok(Box::new(connection) as Box<dyn Stream>)
        })
        .await?;
        let connection = match settings.encryption {
            Encryption::Implicit => encrypt(settings, connection).await?,
            Encryption::StartTls | Encryption::None => connection,
        };
        let mut session =
            Self { wire: Wire::new(connection), offered: Offered::default(), limits, mails: 0, is_in_step: false };
        session.expect(Stage::Greeting, 220).await?;
        session.hello(&settings.hello_name).await?;
        if settings.encryption == Encryption::StartTls {
            session = session.start_tls(settings).await?;
        }
        if let Some(login) = &settings.login {
            session.log_in(login).await?;
        }
        session.is_in_step = true;
        Ok(session)
    }

    /// Whether another mail can be offered.
    pub(super) fn is_usable(&self, settings: &MailSettings) -> bool {
        self.is_in_step && self.mails < settings.mails_per_connection
    }

    /// Whether the relay hung up, or said something, since the last mail. Doesn't wait.
    pub(super) async fn is_over(&mut self) -> bool {
        self.wire.has_spoken().await
    }

    /// Offers a mail. If this is cancelled, the session is not usable, and the mail uncertain.
    pub(super) async fn offer(&mut self, mail: &Written) -> Result<Answer, Failure> {
        self.is_in_step = false;
        self.mails += 1;
        self.name(mail).await.map_err(|refused| refused.about(mail))?;
        self.hand_over(mail).await.map_err(|refused| refused.about(mail))
    }

    /// Says goodbye, if the relay would take it for that.
    pub(super) async fn close(mut self) {
        if self.is_in_step {
            let goodbye = timeout(GOODBYE, self.wire.write(b"QUIT\r\n")).await;
            // It is over either way.
            drop(goodbye);
        }
    }

    /// Names sender and recipient, and asks for the go-ahead: together if the relay allows it.
    async fn name(&mut self, mail: &Written) -> Result<(), Stopped> {
        let limit = self.limits.command;
        let commands = [
            (Stage::Sender, format!("MAIL FROM:<{}>\r\n", mail.from.as_str())),
            (Stage::Recipient, format!("RCPT TO:<{}>\r\n", mail.to.as_str())),
            (Stage::Data, "DATA\r\n".to_owned()),
        ];
        let together = self.offered.pipelining;
        if together {
            let all: String = commands.iter().map(|(_, command)| command.as_str()).collect();
            within(limit, Stage::Sender, self.wire.write(all.as_bytes())).await?;
        }
        let mut refused: Option<(Stage, Reply)> = None;
        let mut is_gone = false;
        for (at, command) in &commands {
            if !together {
                within(limit, *at, self.wire.write(command.as_bytes())).await?;
            }
            let reply = match within(limit, *at, self.wire.reply()).await {
                Ok(reply) => reply,
                // It refused one command, and went without a word to the others: what it said is why.
                Err(_) if refused.is_some() => {
                    is_gone = true;
                    break;
                }
                Err(failure) => return Err(failure.into()),
            };
            let is_go_ahead = reply.code == 354;
            let is_well = if *at == Stage::Data { is_go_ahead } else { reply.is_positive() };
            if let (true, Some((at, reply))) = (is_go_ahead, refused.as_ref()) {
                // It would take an empty mail now, to nobody: better to go.
                return Err(Stopped::Refused { at: *at, reply: reply.clone() });
            }
            if !is_well {
                // Of answers to commands that went together, the first refusal is the reason of the others.
                is_gone = reply.code == 421;
                refused.get_or_insert((*at, reply));
                if !together || is_gone {
                    break;
                }
            }
        }
        let Some((at, reply)) = refused else { return Ok(()) };
        if !is_gone {
            self.reset().await;
        }
        Err(Stopped::Refused { at, reply })
    }

    /// Hands the mail over, and hears what becomes of it.
    async fn hand_over(&mut self, mail: &Written) -> Result<Answer, Stopped> {
        let content = stuffed(mail.content());
        within(self.limits.content, Stage::Content, self.wire.write(&content)).await?;
        if self.wire.has_spoken().await {
            // It did not want to hear the end, which it has not got: so it has nothing.
            let reply = within(self.limits.command, Stage::Content, self.wire.reply()).await?;
            return Err(Stopped::Refused { at: Stage::Content, reply });
        }
        // From here on the mail may have been taken, unless the relay says that it was not.
        let reply = within(self.limits.answer, Stage::Answer, async {
            self.wire.write(b".\r\n").await?;
            self.wire.reply().await
        })
        .await?;
        self.is_in_step = (200..300).contains(&reply.code) || reply.code >= 400 && reply.code != 421;
        if reply.is_positive() {
            Ok(Answer::new(&reply, Some(&mail.to)))
        } else {
            Err(Stopped::Refused { at: Stage::Answer, reply })
        }
    }

    /// Has the relay forget a mail that it refused, so that the next one can be offered.
    async fn reset(&mut self) {
        let forgot = within(self.limits.command, Stage::Sender, async {
            self.wire.write(b"RSET\r\n").await?;
            self.wire.reply().await
        });
        self.is_in_step = forgot.await.is_ok_and(|reply| reply.is_positive());
    }

    async fn hello(&mut self, name: &str) -> Result<(), Failure> {
        let reply = self.ask(Stage::Hello, &format!("EHLO {name}\r\n"), 250).await?;
        self.offered = Offered::read(&reply.lines);
        Ok(())
    }

    async fn start_tls(mut self, settings: &MailSettings) -> Result<Self, Failure> {
        if !self.offered.start_tls {
            return Err(not_offered(Stage::Encryption, "STARTTLS"));
        }
        self.ask(Stage::Encryption, "STARTTLS\r\n", 220).await?;
        let connection = self.wire.into_stream();
        let connection = connection.ok_or(Failure { at: Stage::Encryption, trouble: Trouble::Garbled })?;
        let wire = Wire::new(encrypt(settings, connection).await?);
        // What was offered before may have been said by anybody.
        let mut session = Self { wire, offered: Offered::default(), ..self };
        session.hello(&settings.hello_name).await?;
        Ok(session)
    }

    async fn log_in(&mut self, login: &Login) -> Result<(), Failure> {
        let (user, password) = (login.user.as_str(), login.password.reveal());
        if self.offered.plain {
            let both = BASE64_STANDARD.encode(format!("\0{user}\0{password}"));
            self.ask(Stage::Login, &format!("AUTH PLAIN {both}\r\n"), 235).await?;
        } else if self.offered.login {
            self.ask(Stage::Login, "AUTH LOGIN\r\n", 334).await?;
            self.ask(Stage::Login, &format!("{}\r\n", BASE64_STANDARD.encode(user)), 334).await?;
            self.ask(Stage::Login, &format!("{}\r\n", BASE64_STANDARD.encode(password)), 235).await?;
        } else {
            return Err(not_offered(Stage::Login, "a login by AUTH PLAIN or LOGIN"));
        }
        Ok(())
    }

    async fn ask(&mut self, at: Stage, command: &str, expected: u16) -> Result<Reply, Failure> {
        within(self.limits.command, at, self.wire.write(command.as_bytes())).await?;
        self.expect(at, expected).await
    }

    async fn expect(&mut self, at: Stage, code: u16) -> Result<Reply, Failure> {
        let reply = within(self.limits.command, at, self.wire.reply()).await?;
        if reply.code == code {
            return Ok(reply);
        }
        Err(Failure { at, trouble: Trouble::Answer(Answer::new(&reply, None)) })
    }
}

impl Offered {
    /// What stands in the lines of the answer to EHLO, the first of which is a greeting.
    fn read(lines: &[String]) -> Self {
        let mut offered = Self::default();
        for line in lines.iter().skip(1) {
            let line = line.to_ascii_uppercase();
            // Some old relays write "AUTH=".
            let mut words = line.split([' ', '=']);
            match words.next() {
                Some("STARTTLS") => offered.start_tls = true,
                Some("PIPELINING") => offered.pipelining = true,
                Some("AUTH") => {
                    for method in words {
                        offered.plain |= method == "PLAIN";
                        offered.login |= method == "LOGIN";
                    }
                }
                _ => {}
            }
        }
        offered
    }
}

/// What stopped a mail, before it is known what of it may be shown.
enum Stopped {
    Failed(Failure),
    Refused { at: Stage, reply: Reply },
}

impl Stopped {
    fn about(self, mail: &Written) -> Failure {
        match self {
            Self::Failed(failure) => failure,
            Self::Refused { at, reply } => {
                Failure { at, trouble: Trouble::Answer(Answer::new(&reply, Some(&mail.to))) }
            }
        }
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

fn not_offered(at: Stage, what: &'static str) -> Failure {
    Failure { at, trouble: Trouble::NotOffered(what) }
}

async fn within<T>(limit: Duration, at: Stage, work: impl Future<Output = Result<T, Trouble>>) -> Result<T, Failure> {
    let done = timeout(limit, work).await.unwrap_or(Err(Trouble::TimedOut));
    done.map_err(|trouble| Failure { at, trouble })
}

async fn encrypt(settings: &MailSettings, connection: Box<dyn Stream>) -> Result<Box<dyn Stream>, Failure> {
    let not_trusted = |why: String| Trouble::NotTrusted(why);
    within(settings.limits.connect, Stage::Encryption, async {
        let host = settings.host.trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(host).map_err(|error| not_trusted(error.to_string()))?;
        let connector = TlsConnector::from(Arc::clone(&settings.trust.config()));
        let encrypted = connector.connect(name, connection).await.map_err(|error| not_trusted(error.to_string()))?;
        Ok(Box::new(encrypted) as Box<dyn Stream>)
    })
    .await
}

/// The content as it is sent: a line that begins with a dot gets another one (RFC 5321, 4.5.2), the last one its end.
fn stuffed(content: &[u8]) -> Vec<u8> {
    let mut sent = Vec::with_capacity(content.len() + 16);
    for line in content.split_inclusive(|b| *b == b'\n') {
        if line.starts_with(b".") {
            sent.push(b'.');
        }
        sent.extend_from_slice(line);
    }
    if !sent.ends_with(b"\r\n") {
        sent.extend_from_slice(b"\r\n");
    }
    sent
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::mail::outcome::{Outcome, Whose};

    /// What becomes of a mail whose commands go together to a relay that says this, and hangs up.
    async fn offered_together(said: &str) -> (Outcome, bool) {
        let relay = tokio::io::join(std::io::Cursor::new(said.as_bytes().to_vec()), tokio::io::sink());
        let second = Duration::from_secs(1);
        let mut session = Session {
            wire: Wire::new(Box::new(relay)),
            offered: Offered { pipelining: true, ..Offered::default() },
            limits: Limits { connect: second, command: second, content: second, answer: second },
            mails: 0,
            is_in_step: true,
        };
        let address = |text: &str| text.parse().expect("an address");
        let mail =
            Written { from: address("shop@example.com"), to: address("ana@example.com"), content: b"Hi\r\n".to_vec() };
        let failure = session.offer(&mail).await.expect_err("it was not taken");
        (failure.into(), session.is_in_step)
    }

    #[tokio::test]
    async fn p4_a_relay_that_refuses_and_hangs_up_is_understood_though_commands_went_together() {
        let (outcome, is_in_step) = offered_together("421 4.3.2 going down\r\n").await;
        assert!(matches!(outcome, Outcome::Later { whose: Whose::Relay, at: Stage::Sender, .. }), "{outcome}");
        assert!(!is_in_step);
        let (outcome, is_in_step) = offered_together("250 OK\r\n550 5.1.1 no such user\r\n").await;
        assert!(matches!(outcome, Outcome::Refused { mailbox_unknown: true, at: Stage::Recipient, .. }), "{outcome}");
        assert!(!is_in_step);
        let (outcome, _) = offered_together("250 OK\r\n").await;
        assert!(matches!(outcome, Outcome::Later { whose: Whose::Mail, at: Stage::Recipient, .. }), "{outcome}");
    }

    #[test]
    fn a_line_of_a_dot_does_not_end_the_mail() {
        assert_eq!(stuffed(b"a\r\n.\r\n..b\r\nc"), b"a\r\n..\r\n...b\r\nc\r\n");
        assert_eq!(stuffed(b".\r\n"), b"..\r\n");
    }

    #[test]
    fn what_the_relay_can_is_read() {
        let lines = ["PIPELINING at your service", "pipelining", "SIZE 1000", "AUTH=LOGIN", "auth cram-md5 plain"];
        let offered = Offered::read(&lines.map(str::to_owned));
        assert_eq!(offered, Offered { start_tls: false, pipelining: true, plain: true, login: true });
        assert_eq!(Offered::read(&["STARTTLS".to_owned()]), Offered::default(), "only a greeting");
    }
}
