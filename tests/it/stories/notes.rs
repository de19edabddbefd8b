//! Notes of a night: what was planned by day is written, read, approved, and leaves.

use super::telling::{Telling, ana, purchase, somebody};
use crate::support::night::Night;
use gratitude::{
    app::{NewConsent, NewSelection, NoteStep},
    domain::{
        commands::{
            gestures::{CallOutcome, Complete, Proof, StartDelivery, Started},
            record::{NewInteraction, Recorded},
        },
        customer::{Channel, ConsentState, Purpose},
        gesture::{Gesture, GestureState, Reason},
        ids::{CustomerId, InteractionId},
        interaction::{InteractionKind, Outcome, Purchase},
        note::{BatchState, NoteState},
    },
};

/// A visit at which something was looked at, now.
async fn looks_at(story: &Telling, phone: &str, thing: &str) -> Recorded {
    story
        .tell(somebody(phone, |_| {}), InteractionKind::Visit, |new| {
            new.detail.outcome = Some(Outcome::NotPurchased);
            new.detail.items_looked_at = vec![thing.to_owned()];
        })
        .await
}

fn whose(recorded: &Recorded) -> CustomerId {
    recorded.interaction.customer.expect("somebody is known")
}

/// The gestures of an interaction as they are now.
async fn gestures(story: &Telling, id: InteractionId) -> Vec<Gesture> {
    story.look(id).await.recorded.gestures
}

both_engines! {
    async fn p4_p8_two_thanks_go_in_one_note_that_names_both(database) {
        let story = Telling::begin(database).await;
        let night = Night::over(&story.ledger);
        let looked = looks_at(&story, "+351910000001", "a red teapot").await;
        story.at("2026-03-03T15:00");
        let bought = story
            .tell(ana(), InteractionKind::Purchase, |new| new.detail.purchase = Some(purchase("garden bench")))
            .await;
        story.at("2026-03-04T20:30");
        let made = night.over_due().await;
        assert_eq!((made.state, made.customer_count), (BatchState::Composing, 1));
        let ready = night.work(made.id).await;
        assert_eq!((ready.state, ready.counts.composed), (BatchState::Ready, 1));
        assert!(night.notes(made.id).await[0].words.text.contains("a red teapot"));
        assert!(story.claims().await.is_empty(), "what a batch has nobody else gets");

        night.approve(made.id).await;
        let done = night.work(made.id).await;
        assert_eq!((done.state, done.counts.delivered), (BatchState::Completed, 1));
        let spooled = night.spooled();
        let [line] = Vec::from_iter(spooled.values())[..] else { panic!("{spooled:?}") };
        let text = line["text"].as_str().unwrap();
        assert!(text.contains("a red teapot") && text.contains("garden bench"), "{text}");
        for id in [looked.interaction.id, bought.interaction.id] {
            let gestures = gestures(&story, id).await;
            assert!(gestures.iter().all(|gesture| gesture.state == GestureState::Completed), "{gestures:?}");
        }
        let summary = story.look(looked.interaction.id).await.summary.unwrap();
        assert_eq!(summary.last_contact_at, Some(story.ledger.now()));
        night.work(made.id).await;
        assert_eq!(night.spooled().len(), 1, "it leaves once");
    }

    async fn p8_who_left_nothing_to_say_is_written_to_by_a_person(database) {
        let story = Telling::begin(database).await;
        let night = Night::over(&story.ledger);
        let visit = story.stops_by(ana()).await;
        story.at("2026-03-04T12:00");
        let made = night.over_due().await;
        let ready = night.work(made.id).await;
        assert_eq!((ready.counts.with_person, ready.counts.composed), (1, 0));
        let note = night.notes(made.id).await.remove(0);
        assert_eq!((note.state, note.reason), (NoteState::WithPerson, Some(Reason::NotGenuine)));
        assert_eq!(night.approve(made.id).await.state, BatchState::Completed, "nothing waits");
        assert!(story.claims().await.is_empty(), "nor does a worker send it");
        let gesture = gestures(&story, visit.interaction.id).await.remove(0);
        let complete = Complete {
            actor: story.actor(),
            id: gesture.id,
            proof: Proof::Version(gesture.version),
            carried_out_by: "Rui".to_owned(),
            words: String::new(),
            at: None,
            gift_value: None,
            carrier: None,
        };
        assert_eq!(story.submit(complete).await.gesture.state, GestureState::Completed);
    }

    async fn p8_no_worker_sends_what_names_a_surprise_that_was_bought_since_it_has_it(database) {
        let story = Telling::begin(database).await;
        let customer = whose(&story.stops_by(ana()).await);
        story.hears(customer, Channel::Message, ConsentState::Granted).await;
        story.at("2026-03-10T15:00");
        let looked = looks_at(&story, "+351910000001", "a red teapot").await;
        story.at("2026-03-11T15:00");
        let claimed = story.claims().await;
        let claimed = claimed.iter().find(|it| it.gesture.interaction == Some(looked.interaction.id)).expect("due");
        assert!(claimed.gesture.content.text.contains("a red teapot"), "{:?}", claimed.gesture);

        let gift = |new: &mut NewInteraction| {
            new.detail.purchase = Some(Purchase { surprise: true, ..purchase("a red teapot") });
        };
        story.tell(ana(), InteractionKind::Purchase, gift).await;
        let start = StartDelivery { actor: story.actor(), id: claimed.gesture.id, token: claimed.token };
        let started = story.submit(start).await;
        let Started::NotStarted { gesture, .. } = started else { panic!("{started:?}") };
        let expected = (GestureState::Scheduled, Some(Reason::NotGenuine), true);
        assert_eq!((gesture.state, gesture.reason, gesture.with_person), expected);
        assert!(story.claims().await.iter().all(|it| it.gesture.id != gesture.id));
    }

    async fn p6_consent_withdrawn_after_the_approval_keeps_the_note_out_of_the_spool(database) {
        let story = Telling::begin(database).await;
        let night = Night::over(&story.ledger);
        let visit = looks_at(&story, "+351910000001", "a red teapot").await;
        let other = looks_at(&story, "+351910000002", "a garden bench").await;
        story.at("2026-03-04T12:00");
        let made = night.over_due().await;
        night.work(made.id).await;
        night.approve(made.id).await;
        let no = NewConsent {
            channel: Channel::InPerson,
            purpose: Purpose::Gratitude,
            state: ConsentState::Refused,
            source: "till".to_owned(),
            text_version: String::new(),
            at: None,
        };
        night.app().set_consent(night.actor(), whose(&visit), no).await.expect("set");
        let done = night.work(made.id).await;
        assert_eq!((done.counts.delivered, done.counts.skipped), (1, 1));
        let spooled = night.spooled();
        let [line] = Vec::from_iter(spooled.values())[..] else { panic!("{spooled:?}") };
        assert_eq!(line["customer"], format!("customers/{}", whose(&other)));
    }

    async fn p7_a_complaint_between_composing_and_delivery_keeps_the_note_back(database) {
        let story = Telling::begin(database).await;
        let night = Night::over(&story.ledger);
        let visit = looks_at(&story, "+351910000001", "a red teapot").await;
        story.at("2026-03-04T12:00");
        let made = night.over_due().await;
        night.work(made.id).await;
        night.approve(made.id).await;
        let complaint = story.tell(ana(), InteractionKind::Complaint, |_| {}).await;
        let done = night.work(made.id).await;
        assert_eq!((done.state, done.counts.skipped), (BatchState::Completed, 1));
        let held = gestures(&story, visit.interaction.id).await.remove(0);
        assert_eq!((held.state, held.written), (GestureState::Held, None));
        let case = story.look(complaint.interaction.id).await.case.expect("a complaint opens a case");
        let resolved = story.resolves(case.id).await;
        let recovery = story.gesture(resolved.recovery.expect("she can be called")).await;
        story.calls(&recovery, CallOutcome::Reached { happy: Some(5) }).await;
        let freed = gestures(&story, visit.interaction.id).await.remove(0);
        assert_eq!(freed.state, GestureState::Scheduled, "it resumes, and another batch may take it");
    }

    async fn p4_two_replicas_on_one_batch_write_to_everybody_once(database) {
        let story = Telling::begin(database).await;
        let night = Night::over(&story.ledger);
        let visits = (0..600).map(|n| looks_at_in_bulk(&story, n));
        futures_util::future::join_all(visits).await;
        story.at("2026-03-04T12:00");
        let made = night.over_due().await;
        assert_eq!(made.customer_count, 600);
        let both = |owner: &'static str| {
            let night = &night;
            async move { while night.step(owner).await {} }
        };
        tokio::join!(both("one"), both("two"));
        night.add_up(made.id).await;
        night.approve(made.id).await;
        tokio::join!(both("one"), both("two"));
        night.add_up(made.id).await;
        let done = night.batch(made.id).await;
        assert_eq!((done.state, done.counts.delivered), (BatchState::Completed, 600), "{done:?}");
        assert_eq!(night.spooled().len(), 600);
    }

    async fn p1_p4_a_chunk_whose_process_died_is_handed_over_again_under_its_name(database) {
        let story = Telling::begin(database).await;
        let night = Night::over(&story.ledger);
        looks_at(&story, "+351910000001", "a red teapot").await;
        story.at("2026-03-04T12:00");
        let made = night.over_due().await;
        night.work(made.id).await;
        night.approve(made.id).await;
        let NoteStep::Deliver(parcel) = night.next("the one that dies").await else { panic!("a parcel was due") };
        night.hand_over(&parcel).await;
        assert_eq!(night.next("another").await, NoteStep::Idle, "it may still live");
        night.add_up(made.id).await;
        story.ledger.advance(jiff::SignedDuration::from_secs(10));
        let done = night.work(made.id).await;
        assert_eq!((done.state, done.counts.delivered), (BatchState::Completed, 1));
        assert_eq!(night.spooled().len(), 1);
    }

    async fn cancelling_frees_what_was_covered_for_another_batch(database) {
        let story = Telling::begin(database).await;
        let night = Night::over(&story.ledger);
        looks_at(&story, "+351910000001", "a red teapot").await;
        story.at("2026-03-04T12:00");
        let made = night.over_due().await;
        night.work(made.id).await;
        assert_eq!(night.cancel(made.id).await.state, BatchState::Cancelling);
        assert_eq!(night.work(made.id).await.state, BatchState::Cancelled);
        let again = night.over_due().await;
        assert_eq!(night.work(again.id).await.counts.composed, 1);
    }

    async fn a_segment_is_thanked_until_the_household_has_heard_enough(database) {
        let story = Telling::begin(database).await;
        let night = Night::over(&story.ledger);
        looks_at(&story, "+351910000001", "a red teapot").await;
        // The thanks that was planned for the visit has one of the two places.
        let segment = || NewSelection::Segment {
            filter: "summary.visit_days >= 1".to_owned(),
            template: "thanks-for-being-our-customer".parse().unwrap(),
            location: crate::support::ledger::LOCATION.parse().unwrap(),
            channels: Vec::new(),
        };
        let first = night.make(segment()).await;
        night.work(first.id).await;
        night.approve(first.id).await;
        assert_eq!(night.work(first.id).await.counts.delivered, 1);
        let second = night.make(segment()).await;
        let ready = night.work(second.id).await;
        assert_eq!(ready.counts.skipped, 1);
        assert_eq!(ready.reasons.get(&(NoteState::Skipped, Reason::OverBudget)), Some(&1));
        assert_eq!(night.approve(second.id).await.state, BatchState::Completed);
    }
}

/// One of many who come by at the same time.
async fn looks_at_in_bulk(story: &Telling, n: u32) -> Recorded {
    looks_at(story, &format!("+3519200{n:05}"), &format!("teapot {n}")).await
}
