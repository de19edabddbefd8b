//! E-mail: composed here, handed to one relay over SMTP (RFC 5321), stage by stage.
//!
//! ```text
//! Mail ── write ──▶ Written ── Mailer::send ──▶ Outcome
//!                                │ an idle session, or a new one (bounded)
//!                                └ MAIL, RCPT, DATA, content │ the final dot │ answer
//!                                    certainly not taken     │   uncertain   │ taken, or certainly not
//! ```
//!
//! What P4 rests on is that line before the final dot: until it is written, nothing can have been taken, and whatever
//! happens is a plain retry. From then on silence is [`Outcome::Uncertain`], and only the relay's own word decides.
//!
//! Why the conversation is our own, while composing is lettre's: lettre's connection keeps what an attacker slips in
//! before the encryption and believes it afterwards, gives up on an answer that isn't UTF-8 or has no words, waits for
//! each answer before the next command, and sends the final dot only when the content was acknowledged (Nagle's
//! algorithm), which costs 40 ms a mail. Signing (DKIM) is the relay's work, where the domain's key is.

mod address;
mod answer;
mod clean;
mod html;
mod mailer;
mod outcome;
mod room;
mod session;
mod settings;
mod wire;
mod write;

pub use address::{EmailAddress, Mailbox, NotAnAddress};
pub use answer::{Answer, EnhancedStatus};
pub use mailer::Mailer;
pub use outcome::{Outcome, Stage, Trouble, Whose};
pub use room::MailRoom;
pub use settings::{BadSettings, Encryption, Limits, Login, MailSettings};
pub use write::{Mail, Unsubscribe, Unwritable, Written};
