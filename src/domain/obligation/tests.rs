use super::*;
use crate::domain::testkit;
use proptest::prelude::*;

/// What one gesture of an interaction may look like: its state, and whether it went to whose the interaction is.
fn gesture(n: u8, state: GestureState, interaction: &Interaction) -> Gesture {
    let customer = testkit::customer(1);
    let mut gesture = testkit::email(n, &customer, interaction.start_at);
    gesture.interaction = Some(interaction.id);
    gesture.state = state;
    gesture.reason = Some(Reason::ByPerson).filter(|_| state.is_final());
    gesture.completed_at = Some(interaction.start_at).filter(|_| state == GestureState::Completed);
    gesture
}

fn decision(n: u8, gesture: Option<GestureId>, interaction: &Interaction) -> Decision {
    Decision {
        rule: format!("rule-{n}").parse().expect("a slug"),
        version: 1,
        occurrence: interaction.id.to_string(),
        interaction: Some(interaction.id),
        customer: testkit::customer(1).id,
        gesture,
        reason: Some(Reason::NoConsent).filter(|_| gesture.is_none()),
        explanation: if gesture.is_none() { "No channel is allowed.".to_owned() } else { String::new() },
        group_day: None,
        priority: n,
        at: interaction.start_at,
    }
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

proptest! {
    /// P3: whatever happened, the obligation stands somewhere, says why, and would be derived the same again.
    #[test]
    fn p3_every_obligation_has_one_explained_state(
        state in one_of(InteractionState::ALL),
        kind in one_of(InteractionKind::ALL),
        outbound in any::<bool>(),
        history in any::<bool>(),
        known in any::<bool>(),
        thanked in any::<bool>(),
        gestures in prop::collection::vec(one_of(GestureState::ALL), 0..4),
        stopped in 0..3_u8,
    ) {
        let mut interaction = testkit::visit(1, &testkit::customer(1), testkit::at("2026-01-05T10:00"));
        interaction.state = state;
        interaction.detail.kind = kind;
        interaction.detail.thanked_in_person = thanked;
        interaction.history = history;
        if outbound {
            interaction.detail.direction = Direction::Outbound;
        }
        if !known {
            interaction.customer = None;
        }
        let gestures: Vec<_> =
            gestures.into_iter().zip(0..).map(|(state, n)| gesture(n, state, &interaction)).collect();
        let made = gestures.iter().zip(0..).map(|(g, n)| decision(n, Some(g.id), &interaction));
        let decisions: Vec<_> =
            made.chain((10..10 + stopped).map(|n| decision(n, None, &interaction))).collect();
        let evidence = Evidence {
            interaction: &interaction,
            decisions: decisions.iter().filter(|_| known).collect(),
            gestures: gestures.iter().filter(|_| known).collect(),
            visit: None,
        };
        let now = testkit::at("2026-01-06T10:00");
        let owed = derive(&evidence, unanswered(&interaction, now), now);

        prop_assert!(!owed.explanation.is_empty());
        let open = owed.state == ObligationState::Open;
        prop_assert_eq!(open, owed.open_reason.is_some());
        prop_assert_eq!(!open, owed.reason.is_some());
        let named = owed.gesture.and_then(|id| gestures.iter().find(|g| g.id == id));
        match owed.open_reason {
            Some(OpenReason::GesturePending) => prop_assert!(named.is_some_and(|g| !g.state.is_final())),
            Some(OpenReason::WithAPerson) => prop_assert!(named.is_some_and(|g| g.state == GestureState::Uncertain)),
            Some(OpenReason::Anonymous) => prop_assert!(!known),
            Some(OpenReason::VisitOpen) => prop_assert_eq!(state, InteractionState::Open),
            None => {}
        }
        let reached = gestures.iter().any(|g| g.state == GestureState::Completed) && known;
        if owed.state == ObligationState::Fulfilled {
            prop_assert!(reached || thanked);
        } else if reached {
            prop_assert!(matches!(owed.reason, Some(Reason::Voided | Reason::Observation | Reason::Outbound | Reason::History)));
        }
        prop_assert_eq!(&derive(&evidence, owed.clone(), now), &owed);
    }
}

#[test]
fn p3_what_a_gate_stopped_says_more_than_what_was_taken_back() {
    let interaction = testkit::visit(1, &testkit::customer(1), testkit::at("2026-01-05T10:00"));
    let cancelled = gesture(1, GestureState::Cancelled, &interaction);
    let decisions = [decision(90, Some(cancelled.id), &interaction), decision(10, None, &interaction)];
    let evidence = Evidence {
        interaction: &interaction,
        decisions: decisions.iter().collect(),
        gestures: vec![&cancelled],
        visit: None,
    };
    let now = interaction.start_at;
    let owed = derive(&evidence, unanswered(&interaction, now), now);
    assert_eq!((owed.state, owed.reason), (ObligationState::Suppressed, Some(Reason::NoConsent)));
}

#[test]
fn what_belongs_to_a_visit_is_answered_with_it() {
    let visit = testkit::visit(1, &testkit::customer(1), testkit::at("2026-01-05T10:00"));
    let mut bought = testkit::visit(2, &testkit::customer(1), testkit::at("2026-01-05T10:10"));
    bought.joined = Some(visit.id);
    let now = bought.start_at;
    let of_visit = Obligation {
        state: ObligationState::Fulfilled,
        reason: Some(Reason::Delivered),
        explanation: "The note by email reached the customer.".to_owned(),
        ..unanswered(&visit, now)
    };
    let evidence =
        Evidence { interaction: &bought, decisions: Vec::new(), gestures: Vec::new(), visit: Some(&of_visit) };
    let owed = derive(&evidence, unanswered(&bought, now), now);
    assert_eq!((owed.state, owed.follows), (ObligationState::Fulfilled, Some(visit.id)));
    assert!(owed.explanation.contains(&of_visit.explanation));
}

#[test]
fn p3_what_gave_way_in_its_group_says_why_the_other_was_not_made() {
    let interaction = testkit::visit(1, &testkit::customer(1), testkit::at("2026-01-05T10:00"));
    let mut winner = gesture(1, GestureState::Cancelled, &interaction);
    (winner.reason, winner.explanation) = (Some(Reason::NeverAgain), "The customer wants no call again.".to_owned());
    let group_day = Some("thanks/2026-01-05".to_owned());
    let won = Decision { group_day: group_day.clone(), ..decision(1, Some(winner.id), &interaction) };
    let lost = Decision { group_day, reason: Some(Reason::Group), ..decision(2, None, &interaction) };
    let mut displaced = gesture(2, GestureState::Suppressed, &interaction);
    displaced.reason = Some(Reason::Group);
    let before = || Decision { gesture: Some(displaced.id), reason: None, ..lost.clone() };
    for (loser, gestures) in [(lost.clone(), vec![&winner]), (before(), vec![&winner, &displaced])] {
        let evidence = Evidence { interaction: &interaction, decisions: vec![&won, &loser], gestures, visit: None };
        let owed = derive(&evidence, unanswered(&interaction, interaction.start_at), interaction.start_at);
        assert_eq!((owed.state, owed.reason), (ObligationState::Cancelled, Some(Reason::NeverAgain)), "{owed:?}");
    }

    // As long as the other one stands, or came to another end, it is the group that stopped this one.
    let evidence = Evidence { interaction: &interaction, decisions: vec![&lost], gestures: vec![], visit: None };
    let owed = derive(&evidence, unanswered(&interaction, interaction.start_at), interaction.start_at);
    assert_eq!(owed.reason, Some(Reason::Group));
}
