//! What a customer lives through when something went wrong, until it is put right and after.

use super::telling::{Telling, somebody};
use crate::support::night::Night;
use gratitude::{
    app::NewConsent,
    domain::{
        case::RemedyKind,
        commands::{
            cases::{GrantRemedy, OpenCase},
            customers::SetDeceased,
            gestures::{CallOutcome, Expire, Schedule},
        },
        customer::{Channel, ConsentState, Purpose},
        gesture::{Gesture, GestureKind, GestureState, Reason, Tone},
        ids::{CaseId, CustomerId},
        interaction::{FaultKind, InteractionChannel, InteractionKind, Outcome},
        note::{BatchState, Note, NoteState},
        obligation::ObligationState,
    },
};

/// A greeting that makes sense only on the day itself.
fn birthday_greeting(story: &Telling, customer: CustomerId) -> Schedule {
    Schedule {
        actor: story.actor(),
        once: story.unrepeated(),
        customer,
        location: "lisbon".parse().expect("a slug"),
        interaction: None,
        kind: GestureKind::Note,
        channels: vec![Channel::HandOver],
        purpose: Purpose::Gratitude,
        tone: Tone::Cheerful,
        priority: 50,
        role: String::new(),
        promised: false,
        due_at: Some(story.instant("2026-03-04T07:00")),
        deadline_at: Some(story.instant("2026-03-04T22:00")),
        window: None,
        content: None,
        recipient: String::new(),
        gift_value: None,
        occasion: None,
    }
}

/// What has gone past its deadline by now ends.
async fn time_passes(story: &Telling) {
    for id in story.ledger.store.overdue_gestures(story.ledger.now(), 100).await.expect("a page") {
        story.submit(Expire { id }).await;
    }
}

fn who_is_offered(claimed: &[gratitude::domain::commands::gestures::ClaimedGesture]) -> Vec<&Gesture> {
    claimed.iter().map(|claimed| &claimed.gesture).collect()
}

/// No call to this customer, whatever for: what is said to them is handed over in writing.
async fn wants_no_calls(story: &Telling, night: &Night<'_>, customer: CustomerId) {
    let no = NewConsent {
        channel: Channel::Phone,
        purpose: Purpose::Service,
        state: ConsentState::Refused,
        source: "till".to_owned(),
        text_version: String::new(),
        at: None,
    };
    night.app().set_consent(story.actor(), customer, no).await.expect("set");
}

async fn grants(story: &Telling, case: CaseId, words: &str) {
    let grant = GrantRemedy {
        actor: story.actor(),
        once: story.unrepeated(),
        id: case,
        version: None,
        kind: RemedyKind::Gift,
        amount: None,
        words: words.to_owned(),
        granted_by: "Rui".to_owned(),
    };
    story.submit(grant).await;
}

/// The only note of a batch over all that is due, which nobody has to look at.
async fn apologises(night: &Night<'_>) -> Note {
    let made = night.over_due().await;
    let ready = night.work(made.id).await;
    let [note] = &night.notes(made.id).await[..] else { panic!("one note") };
    assert_eq!((ready.state, note.state), (BatchState::Ready, NoteState::Composed), "{:?}", note.problems);
    night.approve(made.id).await;
    night.work(made.id).await;
    note.clone()
}

both_engines! {
    async fn p8_an_apology_names_what_happened_and_what_was_done(database) {
        let story = Telling::begin(database).await;
        let night = Night::over(&story.ledger);
        let visit = story.stops_by(somebody("+351910000001", |_| {})).await;
        let customer = visit.interaction.customer.expect("she is known");
        wants_no_calls(&story, &night, customer).await;
        let ana = || somebody("+351910000001", |_| {});
        let complaint = story.tell(ana(), InteractionKind::Complaint, |new| {
            new.detail.fault = Some(FaultKind::Damaged);
        }).await;
        assert_eq!(complaint.gestures[0].channel, Channel::HandOver);
        let case = story.look(complaint.interaction.id).await.case.expect("it opens a case");
        grants(&story, case.id, "A new teapot.").await;
        let text = apologises(&night).await.words.text;
        assert!(["damaged", "broken", "damage"].iter().any(|happened| text.contains(happened)), "{text}");
        assert!(text.contains("A new teapot.") && !text.contains(".."), "{text}");
        assert!(!text.contains("complaint"), "our words for a case are no words to a customer: {text}");
        story.resolves(case.id).await;

        story.at("2026-03-04T12:00");
        let open = OpenCase {
            actor: story.actor(),
            once: story.unrepeated(),
            customer,
            interaction: None,
            location: Some("lisbon".parse().expect("a slug")),
            summary: "Her umbrella was sold.".to_owned(),
            severity: 3,
            assignee: String::new(),
        };
        let case = story.submit(open).await.case;
        grants(&story, case.id, "another umbrella").await;
        let resolved = story.resolves(case.id).await;
        let recovery = story.gesture(resolved.recovery.expect("it can be handed over")).await;
        assert!(recovery.content.text.contains("another umbrella"), "{}", recovery.content.text);
        let note = apologises(&night).await;
        assert!(note.words.text.contains("“Her umbrella was sold”."), "{}", note.words.text);
        assert!(note.words.text.contains("another umbrella."), "{}", note.words.text);
    }

    /// She lives in Helsinki, two hours ahead of the shop in Lisbon.
    async fn p4_p5_p7_a_note_due_on_tuesday_waits_for_the_end_of_mondays_complaint(database) {
        let story = Telling::begin(database).await;
        let aino = || somebody("+351910000001", |profile| profile.time_zone = "Europe/Helsinki".to_owned());
        story.at("2026-03-02T18:00");
        let visit = story.tell(aino(), InteractionKind::Visit, |new| {
            new.detail.outcome = Some(Outcome::NotPurchased);
            new.detail.items_looked_at = vec!["a red teapot".to_owned()];
        }).await;
        let customer = visit.interaction.customer.expect("she is known");
        let note = visit.gestures[0].clone();
        assert_eq!(note.schedule.planned_local, "2026-03-03T10:00");
        let greeting = birthday_greeting(&story, customer);
        let greeting = story.submit(greeting).await.gesture;

        story.at("2026-03-02T21:40");
        let complaint = story.tell(aino(), InteractionKind::Complaint, |new| {
            new.detail.channel = InteractionChannel::Phone;
        }).await;
        let case = story.look(visit.interaction.id).await.case.expect("it opens a case");
        for held in [note.id, greeting.id] {
            assert_eq!(story.gesture(held).await.reason, Some(Reason::OpenCase));
        }
        let apology = &complaint.gestures[0];
        assert_eq!((apology.kind, apology.channel), (GestureKind::Apology, Channel::Phone));
        assert_eq!(apology.schedule.planned_local, "2026-03-03T08:00", "in her zone");

        story.at("2026-03-03T05:59");
        assert!(story.claims().await.is_empty(), "it is not eight where she lives");
        // Nobody finds the time within the hour: it is late, and still to be made.
        story.at("2026-03-03T07:30");
        time_passes(&story).await;
        assert_eq!(story.gesture(apology.id).await.state, GestureState::Scheduled);
        story.calls(apology, CallOutcome::Reached { happy: Some(3) }).await;
        for hour in [8, 10, 14, 18, 22] {
            story.at(&format!("2026-03-03T{hour:02}:00"));
            time_passes(&story).await;
            assert!(story.claims().await.is_empty(), "no note on Tuesday");
        }
        story.at("2026-03-04T23:00");
        time_passes(&story).await;
        let greeting = story.gesture(greeting.id).await;
        assert_eq!((greeting.state, greeting.reason), (GestureState::Expired, Some(Reason::Stale)));

        story.at("2026-03-05T11:00");
        let resolved = story.resolves(case.id).await;
        let recovery = story.gesture(resolved.recovery.expect("she can be called")).await;
        assert_eq!((recovery.case, recovery.schedule.due_at), (Some(case.id), story.ledger.now()));
        let waiting = story.gesture(note.id).await;
        assert_eq!((waiting.state, waiting.reason), (GestureState::Held, Some(Reason::Recovery)));
        story.at("2026-03-05T12:30");
        story.calls(&recovery, CallOutcome::Reached { happy: Some(5) }).await;
        assert!(story.claims().await.is_empty(), "not within the hour");
        story.at("2026-03-05T13:30");
        let claimed = story.claims().await;
        assert_eq!(who_is_offered(&claimed).iter().map(|g| g.id).collect::<Vec<_>>(), [note.id]);

        story.at("2026-03-05T13:40");
        let lapsed = gratitude::domain::commands::gestures::LapseLease { id: note.id };
        let back = story.submit(lapsed).await.expect("its lease lapsed");
        let done = story.carries_out(&back).await;
        assert_eq!(done.state, GestureState::Completed);
        story.at("2026-03-06T13:00");
        assert!(story.claims().await.is_empty(), "once");
        let owed = story.look(visit.interaction.id).await.recorded.obligation;
        assert_eq!((owed.state, owed.gesture), (ObligationState::Fulfilled, Some(note.id)));
    }

    async fn p3_nobody_speaks_to_who_has_died_and_nothing_comes_back(database) {
        let story = Telling::begin(database).await;
        let visit = story.stops_by(somebody("+351910000001", |_| {})).await;
        let id = visit.interaction.customer.expect("she is known");
        let set = |deceased| SetDeceased {
            actor: story.actor(),
            once: story.unrepeated(),
            id,
            version: None,
            deceased,
        };
        story.submit(set(true)).await;
        let seen = story.look(visit.interaction.id).await;
        assert_eq!(seen.recorded.gestures[0].reason, Some(Reason::Deceased));
        assert_eq!(seen.recorded.obligation.state, ObligationState::Cancelled);
        story.at("2026-03-04T10:00");
        let late = story.stops_by(somebody("+351910000001", |_| {})).await;
        assert_eq!((late.obligation.state, late.obligation.reason), (ObligationState::Suppressed, Some(Reason::Deceased)));
        assert!(story.try_to(birthday_greeting(&story, id)).await.is_err());
        story.submit(set(false)).await;
        let seen = story.look(visit.interaction.id).await;
        assert_eq!(seen.recorded.gestures[0].state, GestureState::Cancelled);
        story.at("2026-03-06T10:00");
        assert_eq!(story.stops_by(somebody("+351910000001", |_| {})).await.gestures.len(), 1, "it was a mistake");
    }
}
