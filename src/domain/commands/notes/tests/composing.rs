use super::*;

#[test]
fn p8_a_note_names_a_particular_fact_and_keeps_it() {
    let (night, ..) = one_note();
    let note = night.note(0);
    assert_eq!((night.batch().state, note.state), (BatchState::Ready, NoteState::Composed));
    assert!(note.words.text.contains("teapot number 1"), "{}", note.words.text);
    assert!(note.words.facts.iter().any(|fact| fact.particular && fact.text.contains("teapot number 1")));
}

#[test]
fn p8_a_note_without_a_particular_fact_goes_to_a_person() {
    let (ana, mut visit) = reader(1);
    visit.detail.items_looked_at.clear();
    let note = thanks(1, &visit, &ana);
    let kit = kit().with_customer(&ana).with_interaction(&visit).with_gesture(&note);
    let mut night = Night::begin(kit, due());
    night.compose(&[(ana.id, &[note.id])]);
    let written = night.note(0);
    assert_eq!((written.state, written.reason), (NoteState::WithPerson, Some(Reason::NotGenuine)));
    assert!(!written.problems.is_empty());
    assert_eq!(night.batch().reasons.get(&(NoteState::WithPerson, Reason::NotGenuine)), Some(&1));
    let gesture = night.gesture(&note);
    assert!(gesture.with_person && gesture.written.is_none() && gesture.state == GestureState::Scheduled);
}

#[test]
fn p8_a_persons_own_words_leave_unless_nobody_may_let_them_go() {
    let (ana, mut visit) = reader(1);
    let ring = PurchaseItem { sku: String::new(), name: "a diamond ring".to_owned(), quantity: 1, price: None };
    visit.detail.purchase = Some(Purchase { total: None, items: vec![ring], surprise: true, confidential: false });
    let written = |subject: &str, text: &str| {
        let mut note = thanks(1, &visit, &ana);
        note.content = Content { subject: subject.to_owned(), text: text.to_owned(), ..Content::default() };
        let kit = kit().with_customer(&ana).with_interaction(&visit).with_gesture(&note);
        let mut night = Night::begin(kit, due());
        night.compose(&[(ana.id, &[note.id])]);
        let note = night.note(0);
        (note.state, note.problems.iter().map(|problem| problem.reason).collect::<Vec<_>>())
    };
    use ProblemReason::{Empty, Placeholder, SurpriseAtSharedAddress};
    assert_eq!(
        written("Thank you", "You were a joy to talk to."),
        (NoteState::Composed, vec![]),
        "their own judgement"
    );
    let surprise = written("Your diamond ring", "Dear [name],\n\nthank you for the diamond ring.");
    assert_eq!(surprise, (NoteState::WithPerson, vec![Placeholder, SurpriseAtSharedAddress]));
    assert_eq!(written("Thank you", " "), (NoteState::WithPerson, vec![Empty]));
}

#[test]
fn p4_several_gestures_fold_into_one_note_with_one_place_in_the_budget() {
    let (ana, first) = reader(1);
    let mut second = visit(2, &ana, at("2026-11-22T17:00"));
    second.detail.items_looked_at = vec!["garden bench".to_owned()];
    let (one, mut two) = (thanks(1, &first, &ana), thanks(2, &second, &ana));
    two.priority = 60;
    let kit = kit().with_customer(&ana).with_interaction(&first).with_interaction(&second);
    let kit = kit.with_gesture(&one).with_gesture(&two);
    assert_eq!(reserved(&kit, &ana), 2);
    let mut night = Night::begin(kit, due());
    night.compose(&[(ana.id, &[one.id, two.id])]);
    assert_eq!(night.batch().counts.composed, 1);
    let note = night.note(0);
    assert_eq!(note.gestures, [two.id, one.id], "the strongest first");
    assert!(note.words.text.contains("garden bench") && note.words.text.contains("teapot number 1"));
    assert_eq!(reserved(&night.kit, &ana), 1);

    night.approve();
    let started = night.start();
    assert_eq!(started.letters.len(), 1);
    night.finish(&started, Handed::Taken);
    for gesture in [&one, &two] {
        assert_eq!(night.gesture(gesture).state, GestureState::Completed);
    }
    let used = night.kit.contacts(ana.household).into_iter().filter(|(state, _)| *state == ContactState::Used);
    assert_eq!(used.count(), 1);
    let outbound = night.kit.world.interactions_of(ana.id).filter(|i| i.id != first.id && i.id != second.id);
    assert_eq!(outbound.count(), 1, "one contact is recorded");
}

fn reserved(kit: &Kit, customer: &Customer) -> usize {
    kit.contacts(customer.household).into_iter().filter(|(state, _)| *state == ContactState::Reserved).count()
}

#[test]
fn p6_what_the_customer_allows_only_elsewhere_does_not_go_along() {
    let (mut ana, first) = reader(1);
    ana.consents.clear();
    let (mut service, cheer) = (thanks(1, &first, &ana), thanks(2, &first, &ana));
    service.purpose = Purpose::Service;
    service.priority = 90;
    let mut cheer = Gesture { channel: Channel::HandOver, ..cheer };
    cheer.terms.channels = vec![Channel::HandOver];
    let kit = kit().with_customer(&ana).with_interaction(&first).with_gesture(&service).with_gesture(&cheer);
    let mut night = Night::begin(kit, due());
    night.compose(&[(ana.id, &[service.id, cheer.id])]);
    assert_eq!(night.note(0).gestures, [service.id]);
    assert!(night.gesture(&cheer).written.is_none(), "it is left for another batch");
}

#[test]
fn p7_whoever_complained_is_skipped_and_the_batch_says_so() {
    let (ana, visit) = reader(1);
    let note = thanks(1, &visit, &ana);
    let mut kit = kit().with_customer(&ana).with_interaction(&visit);
    complain(&mut kit, &ana);
    let mut night = Night::begin(kit.with_gesture(&note), due());
    night.compose(&[(ana.id, &[note.id])]);
    assert_eq!((night.note(0).state, night.note(0).reason), (NoteState::Skipped, Some(Reason::OpenCase)));
    assert_eq!(night.gesture(&note).state, GestureState::Held);
}

#[test]
fn p4_a_page_is_composed_once_however_many_try() {
    let (ana, visit) = reader(1);
    let note = thanks(1, &visit, &ana);
    let kit = kit().with_customer(&ana).with_interaction(&visit).with_gesture(&note);
    let mut night = Night::begin(kit, due());
    let page = ComposePage {
        batch: night.batch,
        after: None,
        page: vec![Covered { customer: ana.id, gestures: vec![note.id] }],
        is_last: false,
        location: None,
    };
    assert!(night.kit.run(&page).unwrap());
    assert!(!night.kit.run(&page).unwrap(), "while others follow");
    assert!(
        night.kit.run(&ComposePage { after: Some(ana.id), page: Vec::new(), is_last: true, ..page.clone() }).unwrap()
    );
    assert!(!night.kit.run(&page).unwrap(), "when all are written");
    assert_eq!(night.batch().counts.total(), 1);
    night.add_up();
}

#[test]
fn a_segment_plans_one_note_for_each_through_every_gate() {
    let (ana, _) = reader(1);
    let (mut ben, visit) = reader(2);
    say(&mut ben, Channel::Email, ConsentState::Refused);
    say(&mut ben, Channel::InPerson, ConsentState::Refused);
    let kit = kit().with_customer(&ana).with_customer(&ben).with_interaction(&visit);
    let mut night = Night::begin(kit, segment());
    night.compose(&[(ana.id, &[]), (ben.id, &[])]);
    assert_eq!((night.note(1).state, night.note(1).reason), (NoteState::Skipped, Some(Reason::NoConsent)));
    let planned: Vec<_> = night.kit.world.gestures_of(ana.id).collect();
    assert_eq!(planned.len(), 1);
    assert_eq!(planned[0].occurrence, format!("batch/{}", night.batch));
    assert_eq!(night.note(0).gestures, [planned[0].id]);
}

#[test]
fn a_segment_stops_itself_when_its_words_are_not_good_enough_for_too_many() {
    let readers: Vec<_> = (1..=60).map(customer).collect();
    let kit = readers.iter().fold(kit(), |kit, ana| kit.with_customer(ana));
    let mut night = Night::begin(kit, segment());
    let page = readers.iter().map(|ana| Covered { customer: ana.id, gestures: Vec::new() }).collect();
    let command = ComposePage { batch: night.batch, after: None, page, is_last: false, location: Some(shop_id()) };
    night.kit.run(&command).unwrap();
    assert_eq!(night.batch().state, BatchState::Stopped, "{:?}", night.batch().counts);
    assert!(night.batch().explanation.contains("60 of 60"), "{}", night.batch().explanation);
    let resumed = night.kit.run(&Resume { actor: actor(), id: night.batch }).unwrap();
    assert_eq!(resumed.state, BatchState::Composing);
    let after = resumed.work.cursor;
    let last = ComposePage { batch: night.batch, after, page: Vec::new(), is_last: true, location: Some(shop_id()) };
    assert!(night.kit.run(&last).unwrap());
    assert_eq!(night.batch().state, BatchState::Ready);
}

#[test]
fn a_batch_of_what_is_due_stops_itself_too_and_on_its_last_page() {
    let readers: Vec<_> = (1..=60).map(reader).collect();
    let mut kit = kit();
    let mut covered = Vec::new();
    for (n, (ana, visit)) in (1..).zip(&readers) {
        let mut visit = visit.clone();
        if n > 58 {
            visit.detail.items_looked_at.clear();
        }
        let note = thanks(n, &visit, ana);
        kit = kit.with_customer(ana).with_interaction(&visit).with_gesture(&note);
        covered.push((ana.id, [note.id]));
    }
    let covered: Vec<(CustomerId, &[GestureId])> = covered.iter().map(|(ana, note)| (*ana, note.as_slice())).collect();
    let mut night = Night::begin(kit, due());
    assert!(night.compose(&covered));
    assert_eq!(night.batch().state, BatchState::Stopped, "{:?}", night.batch().counts);
    assert!(night.batch().explanation.contains("2 of 60"), "{}", night.batch().explanation);
    night.kit.run(&Resume { actor: actor(), id: night.batch }).unwrap();
    assert!(night.compose(&[]), "the page behind the last one");
    assert_eq!((night.batch().state, night.batch().customer_count), (BatchState::Ready, 60));
    assert_eq!(night.batch().explanation, "");
}

#[test]
fn a_batch_that_covers_nobody_asks_nobody_for_approval() {
    for selection in [due(), segment()] {
        let mut night = Night::begin(kit(), selection);
        assert!(night.compose(&[]));
        assert_eq!((night.batch().state, night.batch().customer_count), (BatchState::Completed, 0));
        assert!(night.batch().ended_at.is_some() && !night.batch().explanation.is_empty());
    }
}

#[test]
fn p2_the_same_call_again_makes_no_second_batch() {
    let mut kit = kit();
    let create = Create {
        actor: actor(),
        once: once("one", "x"),
        display_name: String::new(),
        selection: due(),
        customer_count: 0,
    };
    let made = kit.run(&create).unwrap();
    let again = kit.run(&create).unwrap();
    assert!(!made.replayed && again.replayed);
    assert_eq!(made.batch, again.batch);
}

#[test]
fn p7_no_cheer_is_written_to_whom_a_missed_promise_is_found() {
    let (ana, visit) = reader(1);
    let cheer = Gesture { priority: 60, ..thanks(1, &visit, &ana) };
    let mut promise = Gesture { promised: true, ..thanks(2, &visit, &ana) };
    promise.tone = crate::domain::gesture::Tone::Caring;
    promise.schedule.deadline_at = at("2026-11-23T09:00");
    let kit = kit().with_customer(&ana).with_interaction(&visit).with_gesture(&cheer).with_gesture(&promise);
    let mut night = Night::begin(kit, due());
    night.compose(&[(ana.id, &[cheer.id, promise.id])]);
    assert_eq!(night.gesture(&promise).state, GestureState::Expired);
    let held = night.gesture(&cheer);
    assert_eq!((held.state, held.reason, held.written), (GestureState::Held, Some(Reason::OpenCase), None));
    assert_eq!(night.note(0).state, NoteState::Skipped);
}
