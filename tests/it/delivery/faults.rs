//! A relay that fails at every stage and in every way.

use super::relay::{Relay, message_id, written};
use gratitude::delivery::mail::{MailSettings, Mailer, Outcome, Stage, Trouble, Whose};
use std::collections::BTreeMap;
use tokio::task::JoinSet;

/// What is to become of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Delivered,
    Unknown,
    Refused(Stage),
    Later(Whose, Stage),
    /// And whether the relay stored it all the same.
    Uncertain(bool),
}

/// Every fate that the relay knows.
const FATES: [(&str, Told); 29] = [
    ("ok", Told::Delivered),
    ("sender-550", Told::Later(Whose::Relay, Stage::Sender)),
    ("sender-552", Told::Refused(Stage::Sender)),
    ("sender-451", Told::Later(Whose::Relay, Stage::Sender)),
    ("sender-cut", Told::Later(Whose::Relay, Stage::Sender)),
    ("sender-slow", Told::Later(Whose::Relay, Stage::Sender)),
    ("rcpt-550", Told::Unknown),
    ("rcpt-550-plain", Told::Unknown),
    ("rcpt-550-policy", Told::Refused(Stage::Recipient)),
    ("rcpt-451", Told::Later(Whose::Mail, Stage::Recipient)),
    ("rcpt-421", Told::Later(Whose::Relay, Stage::Recipient)),
    ("rcpt-cut", Told::Later(Whose::Mail, Stage::Recipient)),
    ("rcpt-slow", Told::Later(Whose::Mail, Stage::Recipient)),
    ("data-451", Told::Later(Whose::Mail, Stage::Data)),
    ("data-550", Told::Refused(Stage::Data)),
    ("data-cut", Told::Later(Whose::Mail, Stage::Data)),
    ("data-slow", Told::Later(Whose::Mail, Stage::Data)),
    ("content-552", Told::Refused(Stage::Content)),
    ("dot-451", Told::Later(Whose::Mail, Stage::Answer)),
    ("dot-550", Told::Refused(Stage::Answer)),
    ("dot-421", Told::Later(Whose::Relay, Stage::Answer)),
    ("dot-cut-unstored", Told::Uncertain(false)),
    ("dot-cut-stored", Told::Uncertain(true)),
    ("dot-slow-unstored", Told::Uncertain(false)),
    ("dot-slow-stored", Told::Uncertain(true)),
    ("dot-garbled-stored", Told::Uncertain(true)),
    // Ordinary ones between, on connections that went through all this.
    ("ok", Told::Delivered),
    ("ok", Told::Delivered),
    ("ok", Told::Delivered),
];

fn told(outcome: &Outcome, was_stored: bool) -> Told {
    match outcome {
        Outcome::Delivered { .. } => Told::Delivered,
        Outcome::Refused { mailbox_unknown: true, at: Stage::Recipient, .. } => Told::Unknown,
        Outcome::Refused { at, .. } => Told::Refused(*at),
        Outcome::Later { whose, at, .. } => Told::Later(*whose, *at),
        Outcome::Uncertain { .. } => Told::Uncertain(was_stored),
    }
}

async fn each_fate_is_told(test: &str, options: &[&str]) {
    let Some(relay) = Relay::start(test, options) else { return };
    let mailer = Mailer::new(relay.settings()).unwrap();
    for (n, (fate, expected)) in FATES.into_iter().enumerate() {
        let outcome = mailer.send(&written(n, fate)).await;
        let times = relay.stored().get(&message_id(n)).copied().unwrap_or(0);
        assert_eq!(told(&outcome, times == 1), expected, "{fate}: {outcome}");
        let may_be_there = matches!(expected, Told::Delivered | Told::Uncertain(true));
        assert_eq!(times, usize::from(may_be_there), "{fate}");
        assert!(!outcome.to_string().contains("ana"), "{outcome}");
    }
}

#[tokio::test]
async fn p4_each_fault_is_told_by_what_is_known_of_the_mail() {
    each_fate_is_told("p4_each_fault_is_told_by_what_is_known_of_the_mail", &[]).await;
}

#[tokio::test]
async fn p4_the_same_holds_when_commands_go_together() {
    each_fate_is_told("p4_the_same_holds_when_commands_go_together", &["--pipelining"]).await;
}

#[tokio::test]
async fn p4_relays_that_answer_without_words_or_in_latin_1_are_understood() {
    each_fate_is_told("p4_relays_that_answer_without_words_or_in_latin_1_are_understood", &["--odd"]).await;
}

/// Where the end of the content and the end of the connection cross, it may be known or not that the dot never went.
#[tokio::test]
async fn p4_a_mail_cut_in_its_content_is_never_called_delivered() {
    let Some(relay) = Relay::start("p4_a_mail_cut_in_its_content_is_never_called_delivered", &[]) else { return };
    let mailer = Mailer::new(relay.settings()).unwrap();
    for n in 0..20 {
        let outcome = mailer.send(&written(n, "content-cut")).await;
        let is_right = matches!(
            outcome,
            Outcome::Later { at: Stage::Content, trouble: Trouble::Cut | Trouble::Network(_), .. }
                | Outcome::Uncertain { .. }
        );
        assert!(is_right, "{outcome}");
    }
    assert!(relay.stored().is_empty());
}

/// A night of mails over several connections, each with a fate of its own.
#[tokio::test]
async fn p4_the_count_adds_up_when_a_relay_fails_now_and_then() {
    let options = ["--pipelining", "--mails-per-connection", "7", "--too-many", "cut"];
    let Some(relay) = Relay::start("p4_the_count_adds_up_when_a_relay_fails_now_and_then", &options) else { return };
    let mailer = Mailer::new(relay.settings()).unwrap();
    let fate = |n: usize| if n.is_multiple_of(3) { FATES[n / 3 % FATES.len()].0 } else { "ok" };
    let mut sending = JoinSet::new();
    for n in 0..300 {
        let (mailer, mail) = (mailer.clone(), written(n, fate(n)));
        sending.spawn(async move { (n, mailer.send(&mail).await) });
    }
    let outcomes: BTreeMap<_, _> = sending.join_all().await.into_iter().collect();
    let stored = relay.stored();
    let mut counts = BTreeMap::<&str, usize>::new();
    for (n, outcome) in &outcomes {
        let times = stored.get(&message_id(*n)).copied().unwrap_or(0);
        let name = match outcome {
            Outcome::Delivered { .. } => "delivered",
            Outcome::Refused { .. } => "refused",
            Outcome::Later { .. } => "later",
            Outcome::Uncertain { .. } => "uncertain",
        };
        *counts.entry(name).or_default() += 1;
        match outcome {
            Outcome::Delivered { .. } => assert_eq!(times, 1, "{n}"),
            Outcome::Refused { .. } | Outcome::Later { .. } => assert_eq!(times, 0, "{n}"),
            Outcome::Uncertain { .. } => assert!(times <= 1, "{n}"),
        }
        let expected = FATES.iter().find(|(name, _)| *name == fate(*n)).unwrap().1;
        assert_eq!(told(outcome, times == 1), expected, "{} {outcome}", fate(*n));
    }
    assert_eq!(counts.values().sum::<usize>(), 300);
    assert_eq!(stored.values().sum::<usize>(), counts["delivered"] + stored_of_uncertain(&outcomes, &stored));
    assert!(mailer.kept_connections() <= relay.settings().connections);
}

fn stored_of_uncertain(outcomes: &BTreeMap<usize, Outcome>, stored: &BTreeMap<String, usize>) -> usize {
    let uncertain = outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Uncertain { .. }));
    uncertain.filter(|(n, _)| stored.contains_key(&message_id(**n))).count()
}

#[tokio::test]
async fn p4_a_kept_connection_that_the_relay_left_is_replaced_and_the_mail_sent_once() {
    for too_many in ["421", "cut"] {
        let options = ["--mails-per-connection", "3", "--too-many", too_many];
        let test = "p4_a_kept_connection_that_the_relay_left_is_replaced_and_the_mail_sent_once";
        let Some(relay) = Relay::start(test, &options) else { return };
        let mailer = Mailer::new(relay.settings()).unwrap();
        for n in 0..10 {
            let outcome = mailer.send(&written(n, "ok")).await;
            assert!(matches!(outcome, Outcome::Delivered { .. }), "{too_many} {n}: {outcome}");
        }
        assert!(relay.stored().values().all(|times| *times == 1));
        assert_eq!((relay.stored().len(), mailer.kept_connections()), (10, 1));
        mailer.rest().await;
        assert_eq!(mailer.kept_connections(), 0);
    }
}

#[tokio::test]
async fn a_relay_that_is_not_up_to_it_delays_mails_and_fails_none() {
    let test = "a_relay_that_is_not_up_to_it_delays_mails_and_fails_none";
    let faults: [(&[&str], Stage); 8] = [
        (&["--greeting", "cut"], Stage::Greeting),
        (&["--greeting", "slow"], Stage::Greeting),
        (&["--greeting", "554"], Stage::Greeting),
        (&["--greeting", "421"], Stage::Greeting),
        (&["--greeting", "http"], Stage::Greeting),
        (&["--hello", "cut"], Stage::Hello),
        (&["--hello", "slow"], Stage::Hello),
        (&["--hello", "502"], Stage::Hello),
    ];
    for (options, expected) in faults {
        let Some(relay) = Relay::start(test, options) else { return };
        let outcome = Mailer::new(relay.settings()).unwrap().send(&written(1, "ok")).await;
        assert!(
            matches!(outcome, Outcome::Later { whose: Whose::Relay, at, .. } if at == expected),
            "{options:?} {outcome}"
        );
    }
}

#[tokio::test]
async fn a_relay_that_is_not_there_delays_mails() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let Some(relay) = Relay::start("a_relay_that_is_not_there_delays_mails", &[]) else { return };
    let settings = MailSettings { port: gone, ..relay.settings() };
    let outcome = Mailer::new(settings).unwrap().send(&written(1, "ok")).await;
    assert_eq!(outcome.to_string(), "not taken while connecting: the network failed (connection refused)");
}
