//! A relay that fails as it is told, and mails for it.

use super::python::{Script, interpreter};
use base64::{Engine, prelude::BASE64_STANDARD};
use gratitude::delivery::{
    Trust,
    mail::{Encryption, Limits, Mail, MailSettings, Mailbox, Written},
};
use std::{collections::BTreeMap, fs, time::Duration};
use tempfile::TempDir;

/// The relay.
pub(super) struct Relay {
    _script: Script,
    port: u16,
    folder: TempDir,
}

impl Relay {
    /// Starts one; `None` without Python.
    pub(super) fn start(test: &str, options: &[&str]) -> Option<Self> {
        let python = interpreter(test)?;
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store");
        let store = store.to_str().unwrap();
        let options = ["--store", store].into_iter().chain(options.iter().copied());
        let mut script = Script::start(&python, "relay.py", options);
        let port = script.read().parse().unwrap();
        Some(Self { _script: script, port, folder })
    }

    /// Where it listens.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// How often each mail was stored, by its Message-ID.
    pub(super) fn stored(&self) -> BTreeMap<String, usize> {
        let mut stored = BTreeMap::new();
        for content in self.contents() {
            let id = content.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
            *stored.entry(id.to_owned()).or_default() += 1;
        }
        stored
    }

    /// How often it took a mail, or seemed to, and did not say so.
    pub(super) fn answers_lost(&self) -> usize {
        fs::read_to_string(self.folder.path().join("store.lost")).unwrap_or_default().lines().count()
    }

    /// What was stored, as it came.
    pub(super) fn contents(&self) -> Vec<String> {
        let lines = fs::read_to_string(self.folder.path().join("store")).unwrap_or_default();
        let content = |line: &str| {
            let mail: serde_json::Value = serde_json::from_str(line).unwrap();
            String::from_utf8(BASE64_STANDARD.decode(mail["content"].as_str().unwrap()).unwrap()).unwrap()
        };
        lines.lines().map(content).collect()
    }

    /// Settings that suit it, with short limits.
    pub(super) fn settings(&self) -> MailSettings {
        MailSettings {
            host: "localhost".into(),
            port: self.port,
            encryption: Encryption::None,
            trust: Trust::default(),
            login: None,
            hello_name: "desk.shop.example".into(),
            connections: 4,
            mails_per_connection: 100,
            limits: Limits {
                connect: Duration::from_secs(20),
                command: Duration::from_secs(2),
                content: Duration::from_secs(20),
                answer: Duration::from_secs(2),
            },
        }
    }
}

/// The id of the n-th mail.
pub(super) fn message_id(n: usize) -> String {
    format!("<note-{n}@gratitude>")
}

/// The n-th mail, whose sender says what becomes of it.
pub(super) fn mail(n: usize, fate: &str) -> Mail {
    Mail {
        message_id: message_id(n),
        date: "2026-11-22T10:00:00Z".parse().unwrap(),
        from: Mailbox::new("Bea at the shop", format!("{fate}@shop.example").parse().unwrap()),
        reply_to: None,
        to: Mailbox::new("Ana Meier", format!("ana.meier.{n}@example.com").parse().unwrap()),
        language: "en".into(),
        subject: "Thank you".into(),
        text: "Dear Ana,\n\n.\nthank you.".into(),
        unsubscribe: None,
    }
}

pub(super) fn written(n: usize, fate: &str) -> Written {
    mail(n, fate).write().unwrap()
}
