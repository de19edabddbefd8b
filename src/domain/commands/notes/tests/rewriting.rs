//! A person changes what a note says, or has it written anew.

use super::*;
use crate::domain::{
    commands::Once,
    customer::{Fact, FactKind, FactOrigin},
    interaction::{InteractionKind, Outcome, Purchase, PurchaseItem},
    note_problem::ProblemReason,
    world::{Actor, EventKind},
};

fn target(night: &Night, n: usize) -> Target {
    let note = night.note(n);
    let actor = Actor { on_behalf_of: Some("mina".to_owned()), ..actor() };
    Target { actor, once: Once::default(), batch: night.batch, note: note.id, reader: note.customer, version: None }
}

fn edit(night: &mut Night, n: usize, text: &str, accepted: &[ProblemReason]) -> Result<Note, Refusal> {
    let edit = EditNote {
        target: target(night, n),
        subject: None,
        text: Some(text.to_owned()),
        language: None,
        accepted: accepted.to_vec(),
    };
    let rewritten = night.kit.run(&edit).map(|done| done.note);
    night.add_up();
    rewritten
}

const GOOD: &str = "Hello,\n\nit was nice to show you teapot number 1.\n\nBen";
const HOLLOW: &str = "Hello,\n\nit was nice to see you.\n\nBen";

fn reasons(note: &Note) -> Vec<ProblemReason> {
    note.problems.iter().map(|problem| problem.reason).collect()
}

#[test]
fn p8_an_edited_note_leaves_in_the_words_of_who_edited_it() {
    let (mut night, _, gesture) = one_note();
    let version = night.note(0).version;
    let edited = edit(&mut night, 0, GOOD, &[]).unwrap();
    assert_eq!((edited.state, reasons(&edited)), (NoteState::Composed, vec![]));
    assert!(edited.words.facts.iter().any(|fact| fact.particular), "{:?}", edited.words.facts);
    assert_eq!(edited.edit.as_ref().map(|edit| edit.by.as_str()), Some("mina"));
    assert!(edited.version > version);
    assert!(night.kit.world.events().iter().any(|event| event.kind == EventKind::NoteEdited));
    night.approve();
    let started = night.start();
    assert_eq!(started.letters[0].note.words.text, GOOD);
    assert!(night.finish(&started, Handed::Taken));
    assert_eq!(night.gesture(&gesture).state, GestureState::Completed);
    assert_eq!(night.batch().state, BatchState::Completed);
}

#[test]
fn p8_an_edit_that_changes_nothing_leaves_the_note_as_it_was() {
    let (mut night, ..) = one_note();
    let before = night.note(0).clone();
    let text = before.words.text.clone();
    assert_eq!(edit(&mut night, 0, &text, &[]).unwrap(), before, "no other version: a sheet that bears it may go");
    let edited = edit(&mut night, 0, GOOD, &[]).unwrap();
    assert!(edited.version > before.version);
    assert_eq!(edit(&mut night, 0, GOOD, &[ProblemReason::NoPerson]).unwrap(), edited);
    let stands = || night.kit.world.events().iter().filter(|event| event.kind == EventKind::NoteEdited);
    assert_eq!(stands().count(), 1, "and nobody is told of it");
}

#[test]
fn p8_no_note_names_what_its_reader_bought_as_a_surprise_before() {
    let (mut night, ana, _) = one_note();
    let mut bought = visit(9, &ana, at("2026-10-20T15:00"));
    let ring = PurchaseItem { sku: String::new(), name: "ein Diamantring".to_owned(), quantity: 1, price: None };
    bought.detail.purchase = Some(Purchase { total: None, items: vec![ring], surprise: true, confidential: false });
    let names = bought.hidden_items().map(str::to_owned).collect();
    night.kit.world.hidden.insert((ana.id, bought.id), names);
    let text = GOOD.replace("teapot number 1", "teapot number 1, and the Diamantring");
    let edited = edit(&mut night, 0, &text, &[ProblemReason::NothingParticular]).unwrap();
    assert_eq!((edited.state, reasons(&edited)), (NoteState::WithPerson, vec![ProblemReason::SurpriseAtSharedAddress]));
    bought.state = crate::domain::interaction::InteractionState::Voided;
    night.kit.world.interactions.put(bought.id, bought);
    night.kit.world.settle();
    assert_eq!(edit(&mut night, 0, &text, &[]).unwrap().state, NoteState::Composed, "it was taken back");
}

#[test]
fn p8_a_note_that_was_edited_badly_goes_to_a_person_and_comes_back_when_it_is_put_right() {
    let (mut night, _, gesture) = one_note();
    let edited = edit(&mut night, 0, HOLLOW, &[]).unwrap();
    assert_eq!((edited.state, reasons(&edited)), (NoteState::WithPerson, vec![ProblemReason::NothingParticular]));
    assert!(night.gesture(&gesture).with_person && night.gesture(&gesture).written.is_none());
    assert_eq!(night.batch().reasons[&(NoteState::WithPerson, Reason::NotGenuine)], 1);

    let fixed = edit(&mut night, 0, GOOD, &[]).unwrap();
    assert_eq!((fixed.state, fixed.reason, fixed.explanation.as_str()), (NoteState::Composed, None, ""));
    assert!(!night.gesture(&gesture).with_person);
    assert_eq!(night.gesture(&gesture).written.map(|written| written.note), Some(fixed.id));
    assert_eq!(night.batch().reasons[&(NoteState::WithPerson, Reason::NotGenuine)], 0);
    night.approve();
    assert_eq!(night.start().letters.len(), 1, "p4: once");
}

#[test]
fn p8_how_often_somebody_came_is_particular_in_an_edited_note_too_until_it_is_another_number() {
    let (mut night, ..) = one_note();
    let reader = night.note(0).customer;
    let mut summary = night.kit.world.summary(reader);
    summary.visit_days = 4;
    night.kit.world.summaries.put(reader, summary);
    let edited = edit(&mut night, 0, "Hello,\n\nit was your fourth visit.\n\nBen", &[]).unwrap();
    assert_eq!((edited.state, reasons(&edited)), (NoteState::Composed, vec![]));
    let edited = edit(&mut night, 0, "Hello,\n\nwe are open until 4.\n\nBen", &[]).unwrap();
    assert_eq!(reasons(&edited), [ProblemReason::NothingParticular]);
}

#[test]
fn p8_a_person_may_accept_what_is_not_broken() {
    let (mut night, _, _) = one_note();
    let accepted = edit(&mut night, 0, HOLLOW, &[ProblemReason::NothingParticular]).unwrap();
    assert_eq!((accepted.state, reasons(&accepted)), (NoteState::Composed, vec![ProblemReason::NothingParticular]));
    let broken = HOLLOW.replace("Hello", "Dear [name]");
    let all = ProblemReason::ALL;
    assert_eq!(edit(&mut night, 0, &broken, all).unwrap().state, NoteState::WithPerson, "a gap is never accepted");
}

#[test]
fn p8_what_a_person_kept_of_a_note_must_still_be_true_when_it_leaves() {
    let (mut night, ana, _) = one_note();
    edit(&mut night, 0, GOOD, &[]).unwrap();
    night.approve();
    let visit = night.kit.world.interactions_of(ana.id).next().unwrap().clone();
    let mut corrected = visit.clone();
    corrected.detail.items_looked_at = vec!["a garden bench".to_owned()];
    night.kit.world.interactions.put(visit.id, corrected);
    night.kit.world.settle();
    assert!(night.start().letters.is_empty());
    assert_eq!(night.note(0).state, NoteState::WithPerson);
    assert_eq!(reasons(night.note(0)), [ProblemReason::StaleFact]);
}

#[test]
fn p8_a_note_that_is_written_anew_comes_in_another_variant() {
    let (mut night, _, _) = one_note();
    let mut seen = vec![night.note(0).words.variant];
    for _ in 0..2 {
        let regenerate = RegenerateNote { target: target(&night, 0) };
        let note = night.kit.run(&regenerate).unwrap().note;
        assert_eq!((note.state, note.edit.is_some()), (NoteState::Composed, false));
        assert!(!seen.contains(&note.words.variant), "{seen:?}");
        seen.push(note.words.variant);
    }
    night.approve();
    let started = night.start();
    assert_eq!(started.letters[0].note.words.variant, *seen.last().unwrap(), "it leaves as it was written anew");
}

#[test]
fn p4_a_note_that_has_left_is_not_changed_any_more() {
    let (mut night, _, _) = one_note();
    night.approve();
    let started = night.start();
    assert!(matches!(edit(&mut night, 0, GOOD, &[]), Err(Refusal::Precondition { .. })));
    night.finish(&started, Handed::Taken);
    assert!(matches!(edit(&mut night, 0, GOOD, &[]), Err(Refusal::Precondition { .. })), "nor once the batch is over");
}

#[test]
fn p2_an_edit_of_what_somebody_else_has_edited_is_refused() {
    let (mut night, _, _) = one_note();
    let stale = Target { version: Some(night.note(0).version), ..target(&night, 0) };
    edit(&mut night, 0, GOOD, &[]).unwrap();
    let regenerate = RegenerateNote { target: stale };
    assert!(matches!(night.kit.run(&regenerate), Err(Refusal::Stale { .. })));
}

#[test]
fn p4_what_a_person_has_done_by_hand_does_not_go_back_into_the_batch() {
    let (mut night, _, gesture) = one_note();
    edit(&mut night, 0, HOLLOW, &[]).unwrap();
    let mut done = night.gesture(&gesture).clone();
    (done.state, done.completed_at) = (GestureState::Completed, Some(at(MONDAY_10)));
    night.kit.world.gestures.put(done.id, done);
    night.kit.world.settle();
    assert!(matches!(edit(&mut night, 0, GOOD, &[]), Err(Refusal::Precondition { .. })));
}

/// A note of what somebody bought, in a language.
fn bought(items: &[&str], language: &str) -> (Night, Customer) {
    let (mut ana, mut visit) = reader(1);
    ana.profile.language = language.to_owned();
    (visit.detail.kind, visit.detail.outcome) = (InteractionKind::Purchase, Some(Outcome::Purchased));
    visit.detail.items_looked_at.clear();
    let item = |name: &&str| PurchaseItem { sku: String::new(), name: (*name).to_owned(), quantity: 1, price: None };
    let items = items.iter().map(item).collect();
    visit.detail.purchase = Some(Purchase { total: None, items, surprise: false, confidential: false });
    let mut note = thanks(1, &visit, &ana);
    note.content.template = Some(("thanks-after-purchase".parse().unwrap(), 1));
    let kit = kit().with_customer(&ana).with_interaction(&visit).with_gesture(&note);
    let mut night = Night::begin(kit, due());
    assert!(night.compose(&[(ana.id, &[note.id])]));
    (night, ana)
}

#[test]
fn p8_an_edited_note_leaves_in_whatever_words_it_names_what_is_still_so() {
    let german = |words: &str| format!("Guten Tag,\n\nschön, dass Sie sich für {words} entschieden haben.\n\nBen");
    let english = |words: &str| format!("Hello,\n\nthank you for choosing {words}.\n\nBen");
    for (language, items, text) in [
        ("de", &["eine Vase"][..], german("eine Vase")),
        ("de", &["eine Vase"], german("„eine Vase“")),
        ("de", &["eine Vase", "zwei Tassen"], german("Ihre Vase")),
        ("de", &["eine Vase", "zwei Tassen"], german("„eine Vase“ und „zwei Tassen“")),
        ("en", &["a red teapot", "a tin of sencha"], english("a red teapot")),
        ("en", &["a red teapot", "a tin of sencha"], english("your tin of sencha and the red teapot")),
    ] {
        let (mut night, _) = bought(items, language);
        let edited = edit(&mut night, 0, &text, &[]).unwrap();
        assert_eq!((edited.state, reasons(&edited)), (NoteState::Composed, vec![]), "{text}");
        night.approve();
        let started = night.start();
        assert_eq!(started.letters.len(), 1, "{text}: {:?}", night.note(0));
        assert_eq!(started.letters[0].note.words.text, text);
    }
}

#[test]
fn p8_an_edited_note_goes_to_a_person_once_one_of_the_things_it_names_was_not_bought() {
    for language in ["de", "en"] {
        let (mut night, ana) = bought(&["a red teapot", "a tin of sencha"], language);
        let text = "Hello,\n\nthank you for choosing a red teapot and a tin of sencha.\n\nBen";
        edit(&mut night, 0, text, &[ProblemReason::WrongLanguage]).unwrap();
        night.approve();
        let mut visit = night.kit.world.interactions_of(ana.id).next().unwrap().clone();
        visit.detail.purchase.as_mut().unwrap().items.truncate(1);
        night.kit.world.interactions.put(visit.id, visit);
        night.kit.world.settle();
        assert!(night.start().letters.is_empty(), "{language}");
        assert_eq!(
            (night.note(0).state, reasons(night.note(0))),
            (NoteState::WithPerson, vec![ProblemReason::StaleFact])
        );
    }
}

#[test]
fn p8_an_edited_note_goes_to_a_person_when_what_it_rests_on_was_removed() {
    let (mut night, ana, _) = one_note();
    let like = Fact {
        id: uuid::Uuid::nil(),
        kind: FactKind::Like,
        text: "oolong".to_owned(),
        origin: FactOrigin::ToldUs,
        learned_at: at("2026-11-01T00:00"),
        date: None,
    };
    change(&mut night.kit, ana.id, |ana| ana.profile.facts.push(like));
    let edited = edit(&mut night, 0, "Hello,\n\nnice that you love oolong.\n\nBen", &[]).unwrap();
    assert_eq!((edited.state, reasons(&edited)), (NoteState::Composed, vec![]));
    night.approve();
    change(&mut night.kit, ana.id, |ana| ana.profile.facts.clear());
    assert!(night.start().letters.is_empty());
    assert_eq!((night.note(0).state, night.note(0).reason), (NoteState::WithPerson, Some(Reason::FactsChanged)));
}

#[test]
fn p8_what_a_person_let_go_although_it_had_changed_leaves() {
    let (mut night, ana, _) = one_note();
    edit(&mut night, 0, GOOD, &[]).unwrap();
    let mut visit = night.kit.world.interactions_of(ana.id).next().unwrap().clone();
    visit.detail.items_looked_at = vec!["a garden bench".to_owned()];
    night.kit.world.interactions.put(visit.id, visit);
    night.kit.world.settle();
    assert_eq!(reasons(&edit(&mut night, 0, GOOD, &[]).unwrap()), [ProblemReason::StaleFact]);
    let accepted = edit(&mut night, 0, GOOD, &[ProblemReason::StaleFact, ProblemReason::NothingParticular]).unwrap();
    assert_eq!(accepted.state, NoteState::Composed);
    night.approve();
    assert_eq!(night.start().letters.len(), 1);
}

#[test]
fn the_line_above_a_note_is_changed_wherever_it_is_shown_and_refused_where_it_is_not() {
    for channel in [Channel::Email, Channel::Post, Channel::HandOver, Channel::Message] {
        let (mut night, _, gesture) = one_note();
        let mut moved = night.gesture(&gesture).clone();
        moved.channel = channel;
        night.kit.world.gestures.put(moved.id, moved);
        night.kit.world.settle();
        let heading = EditNote {
            target: target(&night, 0),
            subject: Some("Your teapot".to_owned()),
            text: None,
            language: None,
            accepted: Vec::new(),
        };
        match night.kit.run(&heading) {
            Ok(done) => assert_eq!((channel.has_subject(), done.note.words.subject.as_str()), (true, "Your teapot")),
            Err(refused) => {
                assert!(!channel.has_subject(), "{channel}: {refused}");
                assert!(matches!(&refused, Refusal::Invalid(of) if of[0].field == "subject"), "{refused:?}");
            }
        }
    }
}

#[test]
fn p8_a_note_that_is_put_right_after_all_others_have_left_leaves_too() {
    let (mut night, _, gesture) = one_note();
    night.approve();
    edit(&mut night, 0, HOLLOW, &[]).unwrap();
    assert_eq!(night.batch().state, BatchState::Completed, "nothing else waits");
    assert_eq!(edit(&mut night, 0, HOLLOW, &[]).unwrap().state, NoteState::WithPerson);
    assert_eq!(night.batch().state, BatchState::Completed);
    edit(&mut night, 0, GOOD, &[]).unwrap();
    assert_eq!((night.batch().state, night.batch().ended_at), (BatchState::Delivering, None));
    let started = night.start();
    assert!(night.finish(&started, Handed::Taken));
    assert_eq!((night.batch().state, night.gesture(&gesture).state), (BatchState::Completed, GestureState::Completed));
    assert!(matches!(edit(&mut night, 0, GOOD, &[]), Err(Refusal::Precondition { .. })), "it has left");
}
