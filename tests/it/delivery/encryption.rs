//! Encryption and logins.

use super::relay::{Relay, written};
use gratitude::delivery::{
    Secret, Trust,
    mail::{Encryption, Login, MailSettings, Mailer, Outcome, Stage, Trouble},
};
use std::fs;
use tempfile::TempDir;

/// An authority of the house, and a certificate that it gave to a relay.
struct Authority {
    pem: String,
    folder: TempDir,
}

impl Authority {
    fn new(host: &str) -> Self {
        let mut parameters = rcgen::CertificateParams::default();
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let own = rcgen::CertifiedIssuer::self_signed(parameters, key).unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        let relay = rcgen::CertificateParams::new(vec![host.to_owned()]).unwrap().signed_by(&key, &own).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("certificate"), relay.pem()).unwrap();
        fs::write(folder.path().join("key"), key.serialize_pem()).unwrap();
        Self { pem: own.pem(), folder }
    }

    fn relay(&self, test: &str, options: &[&str]) -> Option<Relay> {
        let (certificate, key) = (self.folder.path().join("certificate"), self.folder.path().join("key"));
        let files = ["--certificate", certificate.to_str().unwrap(), "--key", key.to_str().unwrap()];
        Relay::start(test, &[&files[..], options].concat())
    }

    fn trust(&self) -> Trust {
        Trust::new(Some(self.pem.as_bytes())).unwrap()
    }
}

const TLS: [(&str, Encryption); 2] = [("implicit", Encryption::Implicit), ("starttls", Encryption::StartTls)];

fn login(password: &str) -> Option<Login> {
    Some(Login { user: "shop".into(), password: Secret::new(password.to_owned()) })
}

#[tokio::test]
async fn mails_go_encrypted_and_logged_in() {
    let authority = Authority::new("localhost");
    for (tls, encryption) in TLS {
        for method in ["PLAIN", "LOGIN"] {
            let options = ["--tls", tls, "--login", method];
            let Some(relay) = authority.relay("mails_go_encrypted_and_logged_in", &options) else { return };
            let trust = authority.trust();
            let settings = MailSettings { encryption, trust, login: login("päss wörd"), ..relay.settings() };
            let mailer = Mailer::new(settings).unwrap();
            for n in 0..3 {
                let outcome = mailer.send(&written(n, "ok")).await;
                assert!(matches!(outcome, Outcome::Delivered { .. }), "{tls} {method}: {outcome}");
            }
            assert_eq!((relay.stored().len(), mailer.kept_connections()), (3, 1));
        }
    }
}

#[tokio::test]
async fn a_relay_for_which_nobody_vouches_gets_nothing() {
    let test = "a_relay_for_which_nobody_vouches_gets_nothing";
    let (authority, other) = (Authority::new("localhost"), Authority::new("other.example"));
    for (tls, encryption) in TLS {
        // Another authority, none of ours, and one that vouches for another relay.
        for (relay_of, trust) in [(&authority, other.trust()), (&authority, Trust::default()), (&other, other.trust())]
        {
            let Some(relay) = relay_of.relay(test, &["--tls", tls]) else { return };
            let settings = MailSettings { encryption, trust, login: login("päss wörd"), ..relay.settings() };
            let outcome = Mailer::new(settings).unwrap().send(&written(1, "ok")).await;
            let is_refused =
                matches!(&outcome, Outcome::Later { at: Stage::Encryption, trouble: Trouble::NotTrusted(_), .. });
            assert!(is_refused, "{tls} {outcome}");
            assert!(relay.stored().is_empty());
        }
    }
}

#[tokio::test]
async fn a_relay_that_does_not_encrypt_gets_nothing() {
    let test = "a_relay_that_does_not_encrypt_gets_nothing";
    let authority = Authority::new("localhost");
    let trust = authority.trust();
    let Some(relay) = Relay::start(test, &[]) else { return };
    let settings = MailSettings { encryption: Encryption::StartTls, trust: trust.clone(), ..relay.settings() };
    let outcome = Mailer::new(settings).unwrap().send(&written(1, "ok")).await;
    assert_eq!(outcome.to_string(), "not taken while encrypting: the relay does not offer STARTTLS");
    let settings = MailSettings { encryption: Encryption::Implicit, trust, ..relay.settings() };
    let outcome = Mailer::new(settings).unwrap().send(&written(1, "ok")).await;
    assert!(matches!(&outcome, Outcome::Later { at: Stage::Encryption, .. }), "{outcome}");
    let Some(relay) = authority.relay(test, &["--tls", "starttls", "--starttls-fault", "454"]) else { return };
    let settings = MailSettings { encryption: Encryption::StartTls, ..relay.settings() };
    let outcome = Mailer::new(settings).unwrap().send(&written(1, "ok")).await;
    assert_eq!(outcome.to_string(), "not taken while encrypting: the relay answered 454");
}

/// Answers that somebody on the way sends before the encryption, to be believed behind it (CVE-2011-0411 and its kin).
#[tokio::test]
async fn what_is_slipped_in_before_the_encryption_is_not_believed() {
    let test = "what_is_slipped_in_before_the_encryption_is_not_believed";
    let authority = Authority::new("localhost");
    let options = ["--tls", "starttls", "--starttls-fault", "inject"];
    let Some(relay) = authority.relay(test, &options) else { return };
    let settings = MailSettings { encryption: Encryption::StartTls, trust: authority.trust(), ..relay.settings() };
    let outcome = Mailer::new(settings).unwrap().send(&written(1, "ok")).await;
    assert_eq!(outcome.to_string(), "not taken while encrypting: what answered does not speak SMTP");
}

#[tokio::test]
async fn a_wrong_password_delays_mails_and_fails_none() {
    let test = "a_wrong_password_delays_mails_and_fails_none";
    let Some(relay) = Relay::start(test, &["--login", "PLAIN"]) else { return };
    let settings = MailSettings { login: login("wrong"), ..relay.settings() };
    let outcome = Mailer::new(settings).unwrap().send(&written(1, "ok")).await;
    assert_eq!(outcome.to_string(), "not taken at the login: the relay answered 535 5.7.8");
    let outcome = Mailer::new(relay.settings()).unwrap().send(&written(1, "ok")).await;
    assert_eq!(outcome.to_string(), "not taken at the sender: the relay answered 530 5.7.0");
    let Some(relay) = Relay::start(test, &["--login", "CRAM-MD5"]) else { return };
    let settings = MailSettings { login: login("päss wörd"), ..relay.settings() };
    let outcome = Mailer::new(settings).unwrap().send(&written(1, "ok")).await;
    assert!(matches!(outcome, Outcome::Later { at: Stage::Login, trouble: Trouble::NotOffered(_), .. }), "{outcome}");
}
