//! Mistakes at the desk, and how they are put right.

use super::telling::{Telling, ana, bought_nothing, purchase, rule, somebody};
use crate::support::ledger::LOCATION;
use gratitude::{
    domain::{
        action::{ActionKind, Undo},
        commands::{
            Once,
            correct::Attribute,
            gestures::{Acknowledge, Acknowledged, CallOutcome, LogCall, Schedule},
            reassign::Reassign,
            record::Recorded,
            undo::{Done, UndoAction, Undoable, Undone},
            visits::{CheckIn, Close, Ending},
            who::Who,
        },
        customer::{Channel, Purpose},
        gesture::{Gesture, GestureKind, GestureState, Reason, Tone},
        ids::{CustomerId, InteractionId},
        interaction::{Emotion, FeelingAbout, FeelingJudge, InteractionKind, InteractionState, Outcome},
        obligation::{ObligationState, OpenReason},
        refusal::{Precondition, Refusal},
    },
    store::SubmitError,
};
use std::sync::Arc;

async fn checks_out(story: &Telling, visit: InteractionId, ending: Ending) -> Done<Recorded> {
    let once = story.unrepeated();
    let key = once.keys.first().cloned();
    let (id, now) = (visit, story.ledger.now());
    let command = Close { actor: story.actor(), once: Some(once), id, ending, now };
    story.submit(Undoable { command, kind: ActionKind::CheckOut, key }).await
}

pub(super) async fn reassigns(story: &Telling, visit: InteractionId, customer: Option<CustomerId>) -> Done<Recorded> {
    let whose = Attribute { actor: story.actor(), id: visit, customer };
    let stranger = if customer.is_none() { "a blue coat".to_owned() } else { String::new() };
    let command = Reassign { once: story.unrepeated(), whose, stranger };
    story.submit(Undoable { command, kind: ActionKind::Reassign, key: None }).await
}

fn acknowledges(story: &Telling, gesture: &Gesture, thanked_already: bool) -> Undoable<Acknowledge> {
    let command = Acknowledge {
        actor: story.actor(),
        once: story.unrepeated(),
        id: gesture.id,
        version: gesture.version,
        staff: "Rui".to_owned(),
        words: String::new(),
        thanked_already,
        gift_value: None,
    };
    Undoable { command, kind: ActionKind::Acknowledge, key: None }
}

pub(super) async fn takes_back(story: &Telling, undo: Option<Undo>) -> Result<Undone, SubmitError> {
    let id = undo.expect("it can be taken back").action;
    story.try_to(UndoAction { actor: story.actor(), once: story.unrepeated(), id }).await
}

fn refused(undone: Result<Undone, SubmitError>) -> (Precondition, String) {
    match undone {
        Err(SubmitError::Refused(Refusal::Precondition { kind, resource, .. })) => (kind, resource),
        other => panic!("not refused: {other:?}"),
    }
}

fn unhappy() -> Ending {
    let emotion = Emotion { satisfaction: -2, intensity: 3, judged_by: FeelingJudge::Staff, about: FeelingAbout::Us };
    Ending { emotion: Some(emotion), ..bought_nothing() }
}

async fn bruno(story: &Telling) -> Option<CustomerId> {
    let who = somebody("+351910000002", |p| p.display_name = "Bruno".to_owned());
    story.tell(who, InteractionKind::Feedback, |_| {}).await.interaction.customer
}

/// A word to be said in person.
fn wish(story: &Telling, customer: CustomerId, interaction: Option<InteractionId>, tone: Tone) -> Schedule {
    Schedule {
        actor: story.actor(),
        once: story.unrepeated(),
        customer,
        location: LOCATION.parse().expect("a slug"),
        interaction,
        kind: GestureKind::Recognition,
        channels: vec![Channel::InPerson],
        purpose: Purpose::Gratitude,
        tone,
        priority: 10,
        role: String::new(),
        promised: false,
        due_at: None,
        deadline_at: None,
        occasion: None,
        window: None,
        content: None,
        recipient: String::new(),
        gift_value: None,
    }
}

async fn planned(story: &Telling, customer: CustomerId, interaction: Option<InteractionId>, tone: Tone) -> Gesture {
    story.submit(wish(story, customer, interaction, tone)).await.gesture
}

both_engines! {
    async fn p4_who_was_checked_out_wrongly_is_thanked_once_and_for_what_was_right(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(ana()).await.interaction.id;
        let before = story.look(visit).await;
        story.at("2026-03-02T10:20");
        let wrong = checks_out(&story, visit, unhappy()).await;
        assert!(story.look(visit).await.case.is_some());
        let undone = takes_back(&story, wrong.undo).await.expect("within the minute");
        assert_eq!((undone.kind, undone.replayed), (ActionKind::CheckOut, false));
        assert_eq!(undone.interactions[0].state, InteractionState::Open);
        let back = story.look(visit).await;
        assert_eq!(back.summary, before.summary);
        assert_eq!(back.recorded.obligation, before.recorded.obligation);
        assert_eq!(back.case, None, "the case that it opened is closed");
        assert!(back.alive().is_empty());

        // Twice the same outcome: the rule that thanks for it decides anew.
        let again = checks_out(&story, visit, bought_nothing()).await;
        takes_back(&story, again.undo).await.expect("within the minute");
        let right = checks_out(&story, visit, bought_nothing()).await.reply;
        let seen = story.look(visit).await;
        assert_eq!(seen.alive().iter().map(|g| rule(g)).collect::<Vec<_>>(), ["thanks-for-stopping-by"]);
        assert_eq!(right.obligation.open_reason, Some(OpenReason::GesturePending));
        story.at("2026-03-03T10:00");
        story.carries_out(&story.gesture(seen.alive()[0].id).await).await;
        assert_eq!(story.look(visit).await.recorded.obligation.state, ObligationState::Fulfilled);
    }

    async fn what_was_undone_leaves_no_trace_in_what_is_owed(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(ana()).await.interaction.id;
        let wrong = checks_out(&story, visit, bought_nothing()).await;
        takes_back(&story, wrong.undo).await.expect("within the minute");
        let mut ending = bought_nothing();
        ending.outcome = Some(Outcome::Purchased);
        ending.purchase = Some(purchase("a ring"));
        let right = checks_out(&story, visit, ending).await.reply;
        assert_eq!(right.obligation.open_reason, Some(OpenReason::GesturePending));
        assert_eq!(story.look(visit).await.alive().iter().map(|g| rule(g)).collect::<Vec<_>>(), ["thanks-after-purchase"]);
    }

    async fn an_action_is_taken_back_for_a_minute_and_only_once(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(ana()).await.interaction.id;
        let first = checks_out(&story, visit, bought_nothing()).await.undo;
        story.ledger.advance(jiff::SignedDuration::from_secs(60));
        assert!(!takes_back(&story, first).await.expect("the minute is not over").replayed);
        assert!(takes_back(&story, first).await.expect("no harm is done").replayed);
        let second = checks_out(&story, visit, bought_nothing()).await.undo;
        story.ledger.advance(jiff::SignedDuration::from_secs(61));
        assert_eq!(refused(takes_back(&story, second).await).0, Precondition::UndoTooLate);
        assert_eq!(story.look(visit).await.recorded.interaction.state, InteractionState::Closed);

        story.ledger.advance(jiff::SignedDuration::from_mins(10));
        let kept = jiff::SignedDuration::from_mins(10);
        let forgotten = story.ledger.store.forget_desk_actions(story.ledger.now() - kept, 100).await;
        assert_eq!(forgotten, Ok(2), "what they changed is personal");
        assert!(matches!(takes_back(&story, second).await, Err(SubmitError::Refused(Refusal::NotFound { .. }))));
    }

    async fn p2_a_check_in_leaves_one_row_to_take_it_back_by_however_often_it_is_said(database) {
        let story = Telling::begin(database).await;
        let (settings, now) = (Arc::clone(&story.ledger.settings), story.ledger.now());
        let check_in = |once: Once| Undoable {
            key: once.keys.first().cloned(),
            kind: ActionKind::CheckIn,
            command: CheckIn {
                actor: story.actor(),
                once,
                who: ana(),
                location: LOCATION.parse().expect("a slug"),
                at: None,
                staff: "Rui".to_owned(),
                expected_end: None,
                stranger: String::new(),
                settings: Arc::clone(&settings),
                now,
            },
        };
        let rows = async || story.count("SELECT COUNT(*) FROM desk_actions").await;
        let once = story.unrepeated();
        let first = story.submit(check_in(once.clone())).await;
        assert_eq!((first.reply.replayed, rows().await), (false, 1));
        let again = story.submit(check_in(once)).await;
        assert_eq!((again.reply.replayed, again.undo, rows().await), (true, first.undo, 1), "the same row, told again");
        let here = story.submit(check_in(story.unrepeated())).await;
        assert_eq!((here.reply.interaction.id, here.undo, rows().await), (first.reply.interaction.id, None, 1));
        assert!(here.reply.replayed, "the visit was open already, and nothing was changed");
        let undone = takes_back(&story, first.undo).await.expect("within the minute");
        assert_eq!((undone.interactions[0].state, rows().await), (InteractionState::Voided, 1));
        let later = story.ledger.now() + jiff::SignedDuration::from_mins(11);
        assert_eq!(story.ledger.store.forget_desk_actions(later, 100).await, Ok(1));
        assert_eq!(rows().await, 0, "what it changed is personal");
    }

    async fn nothing_is_taken_back_that_something_else_has_changed_since(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(ana()).await.interaction.id;
        let left = checks_out(&story, visit, bought_nothing()).await;
        story.buys(ana(), "a coffee").await;
        let (kind, resource) = refused(takes_back(&story, left.undo).await);
        assert_eq!((kind, resource), (Precondition::ChangedSince, format!("interactions/{visit}")));
        let seen = story.look(visit).await;
        assert_eq!(seen.recorded.interaction.detail.outcome, Some(Outcome::Purchased), "as the till said");
    }

    async fn p2_a_repeated_action_tells_how_the_first_is_taken_back(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(ana()).await.interaction.id;
        let once = story.unrepeated();
        let again = || Undoable {
            command: Close {
                actor: story.actor(),
                once: Some(once.clone()),
                id: visit,
                ending: bought_nothing(),
                now: story.ledger.now(),
            },
            kind: ActionKind::CheckOut,
            key: once.keys.first().cloned(),
        };
        let first = story.submit(again()).await;
        let second = story.submit(again()).await;
        assert!(second.reply.replayed && first.undo.is_some());
        assert_eq!(second.undo, first.undo);
        takes_back(&story, second.undo).await.expect("within the minute");
        let third = story.submit(again()).await;
        assert_eq!((third.reply.replayed, third.undo), (true, None), "the call was made; it is not made again");
        assert_eq!(third.reply.interaction.state, InteractionState::Open);
    }

    async fn not_this_person_moves_the_visit_and_what_it_planned(database) {
        let story = Telling::begin(database).await;
        let visit = story.stops_by(ana()).await.interaction;
        let before = story.look(visit.id).await;
        let bruno = bruno(&story).await;
        let moved = reassigns(&story, visit.id, bruno).await;
        assert_eq!(moved.reply.interaction.customer, bruno);
        assert_eq!(moved.reply.obligation.open_reason, Some(OpenReason::GesturePending));
        let (his, hers): (Vec<_>, Vec<_>) = moved.reply.gestures.iter().partition(|g| Some(g.customer) == bruno);
        assert_eq!(his.iter().map(|g| g.state).collect::<Vec<_>>(), [GestureState::Scheduled]);
        assert_eq!(hers[0].reason, Some(Reason::Reattributed));

        takes_back(&story, moved.undo).await.expect("within the minute");
        let back = story.look(visit.id).await;
        assert_eq!(back.recorded.interaction.customer, visit.customer);
        assert_eq!((&back.summary, back.alive().len()), (&before.summary, before.alive().len()));
        assert_eq!(back.alive()[0].state, GestureState::Scheduled, "her note is planned as before");

        let again = reassigns(&story, visit.id, bruno).await.reply;
        assert_eq!(again.obligation.open_reason, Some(OpenReason::GesturePending));
        let nobody = reassigns(&story, visit.id, None).await.reply;
        assert_eq!((nobody.interaction.customer, nobody.interaction.detail.stranger.as_str()), (None, "a blue coat"));
        let other = story.tell(ana(), InteractionKind::Enquiry, |_| {}).await.interaction;
        let whose = Attribute { actor: story.actor(), id: other.id, customer: None };
        let command = Reassign { once: story.unrepeated(), whose, stranger: String::new() };
        assert!(story.try_to(command).await.is_err(), "an enquiry is no visit");
    }

    async fn what_was_said_is_done_and_what_was_thanked_for_is_left_out(database) {
        let story = Telling::begin(database).await;
        let visit = story.stops_by(ana()).await.interaction;
        let customer = visit.customer.expect("Ana");
        let first = planned(&story, customer, None, Tone::Cheerful).await;
        let said: Done<Acknowledged> = story.submit(acknowledges(&story, &first, false)).await;
        assert_eq!(said.reply.gesture.state, GestureState::Completed);
        let contact = said.reply.contact.expect("it is recorded");
        takes_back(&story, said.undo).await.expect("within the minute");
        let open = story.gesture(first.id).await;
        assert_eq!((open.state, open.completed_at), (first.state, None));
        assert_eq!(story.look(contact).await.recorded.interaction.state, InteractionState::Voided);
        let again: Done<Acknowledged> = story.submit(acknowledges(&story, &open, false)).await;
        assert!(again.reply.contact.is_some_and(|anew| anew != contact));

        let second = planned(&story, customer, Some(visit.id), Tone::Cheerful).await;
        let left_out: Done<Acknowledged> = story.submit(acknowledges(&story, &second, true)).await;
        assert_eq!(left_out.reply.gesture.reason, Some(Reason::ThankedInPerson));
        let owed = story.look(visit.id).await.recorded.obligation;
        assert_eq!((owed.state, owed.reason), (ObligationState::Fulfilled, Some(Reason::ThankedInPerson)));
        takes_back(&story, left_out.undo).await.expect("within the minute");
        assert_eq!(story.look(visit.id).await.recorded.obligation.open_reason, Some(OpenReason::GesturePending));

        let care = planned(&story, customer, None, Tone::Caring).await;
        assert!(story.try_to(acknowledges(&story, &care, true)).await.is_err(), "care is not left out for thanks");
    }

    async fn p6_a_refusal_that_was_a_slip_is_unsaid(database) {
        let story = Telling::begin(database).await;
        let customer = story.stops_by(ana()).await.interaction.customer.expect("Ana");
        let call = Schedule {
            kind: GestureKind::Call,
            channels: vec![Channel::Phone],
            ..wish(&story, customer, None, Tone::Cheerful)
        };
        let call = story.submit(call).await.gesture;
        let command = LogCall {
            actor: story.actor(),
            once: story.unrepeated(),
            id: call.id,
            version: call.version,
            outcome: CallOutcome::NeverAgain,
            words: String::new(),
            staff: "Rui".to_owned(),
        };
        let asked = |it: &gratitude::domain::customer::Customer| it.consent(Channel::Phone, Purpose::Gratitude);
        let read = async || story.ledger.store.customer(customer).await.expect("read").expect("there");
        let before = asked(&read().await);
        let logged = story.submit(Undoable { command, kind: ActionKind::LogCall, key: None }).await;
        assert_ne!(asked(&read().await), before);
        takes_back(&story, logged.undo).await.expect("within the minute");
        assert_eq!(asked(&read().await), before);
        assert_eq!(story.gesture(call.id).await.state, GestureState::Scheduled);
    }

    async fn a_stranger_checked_in_by_mistake_was_never_here(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(Who::Nobody).await.interaction.id;
        let moved = reassigns(&story, visit, bruno(&story).await).await;
        let back = takes_back(&story, moved.undo).await.expect("within the minute");
        assert_eq!((back.interactions[0].customer, back.interactions[0].state), (None, InteractionState::Open));
    }
}
