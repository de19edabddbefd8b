use super::*;
use crate::domain::{
    interaction::{InteractionKind, Purchase, PurchaseItem},
    starter,
    summary::Summary,
    testkit,
};

/// What a thank-you note, or whatever else is wanted, says of a visit.
fn said(kind: GestureKind, language: &str, change: impl FnOnce(&mut Interaction, &mut Location)) -> Content {
    let mut customer = testkit::customer(1);
    customer.profile.language = language.to_owned();
    let mut location = testkit::shop();
    let mut visit = testkit::visit(1, &customer, testkit::at("2026-11-23T10:00"));
    change(&mut visit, &mut location);
    let mut summary = Summary::new(customer.id);
    summary.visit_days = 5;
    let facts = Facts {
        interaction: &visit,
        customer: &customer,
        summary: &summary,
        location: &location,
        on_latest_visit_day: true,
    };
    let (_, rule) = starter::rules().swap_remove(0);
    compose(&Action { gesture: kind, ..rule.action }, &facts, Channel::InPerson)
}

fn lamp(surprise: bool, confidential: bool) -> Option<Purchase> {
    let item = PurchaseItem { sku: String::new(), name: "a lamp".to_owned(), quantity: 1, price: None };
    Some(Purchase { total: None, items: vec![item], surprise, confidential })
}

#[test]
fn who_only_looked_is_thanked_for_looking() {
    let looked = said(GestureKind::Note, "en", |visit, _| visit.detail.items_looked_at = vec!["the roses".to_owned()]);
    assert_eq!(
        looked.text,
        "Thank you for stopping by at The Garden Shop on Monday, 23 November and taking a look at the roses."
    );
    assert_eq!(looked.facts, ["interaction.local_date", "interaction.location", "interaction.items_looked_at"]);
}

#[test]
fn who_bought_is_thanked_for_what_was_bought_and_not_for_what_was_looked_at() {
    let bought = |purchase| {
        said(GestureKind::Note, "en", |visit, _| {
            visit.detail.outcome = Some(Outcome::Purchased);
            visit.detail.items_looked_at = vec!["the roses".to_owned()];
            visit.detail.purchase = purchase;
        })
        .text
    };
    assert_eq!(bought(lamp(false, false)), "Thank you for choosing a lamp at The Garden Shop on Monday, 23 November.");
    assert_eq!(bought(None), "Thank you for your purchase at The Garden Shop on Monday, 23 November.");
}

#[test]
fn a_surprise_or_confidential_purchase_is_never_named() {
    for (purchase, language) in [(lamp(true, false), "en"), (lamp(false, true), "en"), (lamp(true, false), "de")] {
        for kind in GestureKind::ALL {
            let content = said(*kind, language, |visit, _| {
                visit.detail.outcome = Some(Outcome::Purchased);
                visit.detail.items_looked_at = vec!["a lamp".to_owned()];
                visit.detail.purchase = purchase.clone();
            });
            assert!(!content.text.contains("lamp"), "{}", content.text);
        }
    }
}

#[test]
fn a_sensitive_place_and_its_reasons_are_never_named() {
    for language in LANGUAGES {
        for kind in GestureKind::ALL {
            let content = said(*kind, language, |visit, location| {
                location.settings.sensitive = true;
                visit.detail.fault = Some(FaultKind::Wait);
                visit.detail.topics = vec!["the garden".to_owned()];
            });
            let lower = content.text.to_lowercase();
            assert!(["garden", "wait", "warten"].iter().all(|word| !lower.contains(word)), "{}", content.text);
        }
    }
}

#[test]
fn an_apology_names_the_fault_in_words_for_the_customer() {
    let late = |visit: &mut Interaction, _: &mut Location| visit.detail.fault = Some(FaultKind::Late);
    assert_eq!(
        said(GestureKind::Apology, "en", late).text,
        "We are sorry that something came late on Monday, 23 November at The Garden Shop. We would like to put it right."
    );
    assert_eq!(
        said(GestureKind::Apology, "de", late).text,
        "Es tut uns leid, dass am Montag, 23. November bei The Garden Shop etwas zu spät kam. Wir möchten es gutmachen."
    );
    let complaint = said(GestureKind::Apology, "en", |visit, _| visit.detail.kind = InteractionKind::Complaint);
    assert_eq!(complaint.facts, ["interaction.local_date", "interaction.location"]);
}

#[test]
fn every_kind_of_gesture_has_a_sentence_for_every_kind_of_interaction() {
    for language in LANGUAGES {
        for gesture in GestureKind::ALL {
            for kind in InteractionKind::ALL {
                let content = said(*gesture, language, |visit, _| visit.detail.kind = *kind);
                assert_eq!(content.language, language);
                assert!(content.text.ends_with(['.', '?']), "{}", content.text);
            }
        }
    }
}
