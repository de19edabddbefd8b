//! `notes lint`, `edit`, `regenerate`, `print`, `download --format pdf` and `confirm`: a batch that leaves on paper.

use std::fs;

use gratitude::proto::v1 as pb;
use pb::customer_service_client::CustomerServiceClient;
use serde_json::Value;
use tonic::transport::Endpoint;

use super::notes::Desk;

/// A service whose cards are printed, and handed over.
fn printing() -> Desk {
    Desk::with("[delivery.routes]\nhand_over = \"print\"\n")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// How an id ends, as people type it.
fn ending(name: &Value) -> &str {
    let name = text(name);
    &name[name.len() - 6..]
}

fn is_pdf(desk: &Desk, file: &str) -> bool {
    fs::read(desk.path(file)).expect("it was written").starts_with(b"%PDF-")
}

/// Wants no words of thanks any more, not in person either.
async fn withdraw(desk: &Desk, customer: &str) {
    let channel = Endpoint::from_shared(desk.serving.url()).expect("an address").connect().await.expect("it listens");
    let consent = pb::Consent {
        channel: pb::Channel::InPerson.into(),
        purpose: pb::Purpose::Gratitude.into(),
        state: pb::consent::State::Refused.into(),
        source: "said at the desk".to_owned(),
        ..pb::Consent::default()
    };
    let request =
        pb::SetConsentRequest { name: customer.to_owned(), consent: Some(consent), ..pb::SetConsentRequest::default() };
    CustomerServiceClient::new(channel).set_consent(request).await.expect("kept");
}

#[test]
fn p8_a_note_is_put_right_by_hand_and_written_anew() {
    let desk = printing();
    let lint = ["notes", "lint", "--customer", "cdnow:00002", "--channel", "hand-over", "--text"];
    let found = desk.done(&[&lint[..], &["Hello,\n\nありがとう。"]].concat());
    assert!(found.contains("No font has"), "{found}");

    let batch = desk.written();
    let note = &desk.json(&["notes", "read", text(&batch["name"])])["notes"][0];
    let which = ending(&note["name"]);
    let edit = |more: &[&str]| desk.json(&[&["notes", "edit", which][..], more].concat())["note"].clone();
    let hollow = edit(&["--text", "Hello,\n\nit was nice to see you.\n\nMina"]);
    assert_eq!(hollow["state"], "STATE_WITH_PERSON", "{hollow}");
    assert!(hollow["problems"].to_string().contains("NOTHING_PARTICULAR"), "{hollow}");
    let accept = ["nothing-particular", "no-person", "no-way-to-answer", "missing-name"];
    let accept: Vec<_> = accept.iter().flat_map(|problem| ["--accept", problem]).collect();
    let accepted = edit(&accept);
    assert_eq!((&accepted["state"], &accepted["text"]), (&"STATE_COMPOSED".into(), &hollow["text"]), "{accepted}");
    let boxes = edit(&[&accept[..], &["--text", "Hello,\n\nありがとう。\n\nMina"]].concat());
    assert_eq!(boxes["state"], "STATE_WITH_PERSON", "{boxes}");
    assert!(boxes["problems"].to_string().contains("No font has"), "{boxes}");

    let anew = desk.json(&["notes", "regenerate", which])["note"].clone();
    assert_eq!(anew["state"], "STATE_COMPOSED", "{anew}");
    assert!(anew["text"] != note["text"] && anew["text"] != boxes["text"], "{anew}");
    assert!(desk.done(&["notes", "read", text(&batch["name"])]).contains("rests on"));
    assert!(desk.refused(&["notes", "edit", "zzzzzz", "--text", "x"], 2).contains("no note that can be changed"));
}

#[tokio::test]
async fn p6_the_sheet_of_who_withdrew_after_the_download_is_named_and_the_other_may_go() {
    let desk = printing();
    let batch = desk.written();
    let name = text(&batch["name"]);
    desk.done(&["notes", "approve", name]);
    let notes = desk.json(&["notes", "read", name])["notes"].clone();
    let [first, second] = [&notes[0], &notes[1]];
    let one = ["notes", "print", text(&first["name"]), "--out", &desk.path("one.pdf")];
    assert!(desk.done(&one).contains("one.pdf") && is_pdf(&desk, "one.pdf"));

    let download = ["notes", "download", name, "--format", "pdf", "--layout", "folded-card", "--out"];
    let told = desk.done(&[&download[..], &[&desk.path("cards.pdf")]].concat());
    assert!(told.contains("cards.pdf") && is_pdf(&desk, "cards.pdf"), "{told}");
    let run = told.rsplit("--run ").next().expect("it says how to confirm").trim();
    let nothing_more = desk.done(&[&download[..], &[&desk.path("more.pdf")]].concat());
    assert!(nothing_more.contains("on paper already") && nothing_more.contains(run), "{nothing_more}");
    assert!(!fs::exists(desk.path("more.pdf")).expect("the folder is there"), "no empty file");

    withdraw(&desk, text(&first["customer"])).await;
    let confirmed = desk.done(&["notes", "confirm", name, "--run", run]);
    assert!(confirmed.contains("1 sheet may go.") && confirmed.contains("Pull 1 sheet:"), "{confirmed}");
    let short = &ending(&first["customer"])[2..];
    assert!(confirmed.contains(short), "whose it is: {confirmed}");
    let again = desk.json(&["notes", "confirm", name, "--run", run]);
    assert_eq!(again["confirmedBeforeCount"], 1, "{again}");
    let pulled = &again["sheetsToPull"][0];
    assert_eq!((&pulled["customer"], &pulled["place"]["file"]), (&first["customer"], &1.into()), "{again}");
    let delivered = desk.json(&["notes", "read", name, "--state", "delivered"]);
    assert_eq!(delivered["notes"][0]["name"], second["name"], "{delivered}");
    let refused = desk.refused(&["notes", "print", text(&first["name"]), "--out", &desk.path("late.pdf")], 4);
    assert!(!refused.is_empty() && !fs::exists(desk.path("late.pdf")).expect("the folder is there"), "{refused}");
}
