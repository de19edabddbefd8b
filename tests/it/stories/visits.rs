//! Somebody comes, looks, buys or not; the till and the desk both tell of it.

use super::telling::{Telling, ana, bought_nothing, purchase, rule};
use gratitude::domain::{
    gesture::{GestureState, Reason},
    interaction::{FaultKind, InteractionKind, InteractionState, Outcome},
    obligation::{ObligationState, OpenReason},
};

/// However the two halves came in: one visit day, one purchase, one thanks, for buying.
async fn assert_one_story(
    story: &Telling,
    visit: gratitude::domain::ids::InteractionId,
    till: gratitude::domain::ids::InteractionId,
) {
    let (visit, till) = (story.look(visit).await, story.look(till).await);
    assert_eq!(visit.recorded.interaction.detail.outcome, Some(Outcome::Purchased), "the till knows better");
    assert_eq!(visit.recorded.interaction.detail.no_purchase_reason, None);
    assert_eq!(till.recorded.interaction.joined, Some(visit.recorded.interaction.id));
    let alive = visit.alive();
    assert_eq!(alive.iter().map(|g| rule(g)).collect::<Vec<_>>(), ["thanks-after-purchase"]);
    assert!(alive[0].content.text.contains("a coffee"), "{}", alive[0].content.text);
    let (owed, followed) = (&visit.recorded.obligation, &till.recorded.obligation);
    assert_eq!((owed.state, owed.open_reason), (ObligationState::Open, Some(OpenReason::GesturePending)));
    assert_eq!((followed.state, followed.gesture), (owed.state, owed.gesture));
    assert_eq!(followed.follows, Some(visit.recorded.interaction.id));
    let summary = visit.summary();
    assert_eq!((summary.visit_days, summary.spend.get("EUR")), (1, Some(&3_000_000)));
    assert_eq!(summary.last.as_ref().map(|last| last.interaction), Some(visit.recorded.interaction.id));
}

both_engines! {
    async fn p3_p9_who_only_looked_is_thanked_for_looking_and_not_for_buying(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(ana()).await;
        assert_eq!(visit.obligation.open_reason, Some(OpenReason::VisitOpen));
        story.at("2026-03-02T10:20");
        let mut ending = bought_nothing();
        ending.items_looked_at = vec!["the blue lamp".to_owned()];
        let left = story.leaves(&visit, ending).await;
        let [note] = left.gestures.as_slice() else { panic!("one gesture, not {:?}", left.gestures) };
        assert_eq!(rule(note), "thanks-for-stopping-by");
        assert_eq!(note.schedule.planned_local, "2026-03-03T10:00");
        assert!(note.content.text.contains("the blue lamp"), "{}", note.content.text);
        assert!(!note.content.text.contains("purchase"), "{}", note.content.text);
        assert_eq!(left.obligation.gesture, Some(note.id));
        assert_eq!(left.obligation.open_reason, Some(OpenReason::GesturePending));

        story.at("2026-03-03T10:00");
        story.carries_out(note).await;
        let thanked = story.look(visit.interaction.id).await;
        assert_eq!(thanked.recorded.obligation.state, ObligationState::Fulfilled);
    }

    async fn coming_in_again_before_leaving_is_the_same_visit(database) {
        let story = Telling::begin(database).await;
        let first = story.comes_in(ana()).await;
        story.at("2026-03-02T10:09");
        let again = story.comes_in(ana()).await;
        assert_eq!(first.interaction.id, again.interaction.id);
        assert_eq!(story.look(first.interaction.id).await.summary().counts.values().sum::<u32>(), 1);
    }

    async fn p4_two_visits_on_one_day_are_thanked_for_once_also_when_one_began_the_day_before(database) {
        let story = Telling::begin(database).await;
        story.at("2026-03-02T11:00");
        let short = story.stops_by(ana()).await;
        assert_eq!(short.obligation.open_reason, Some(OpenReason::GesturePending));
        story.at("2026-03-02T12:00");
        let long = story.comes_in(ana()).await;
        story.at("2026-03-05T12:00");
        let left = story.leaves(&long, bought_nothing()).await;
        assert_eq!((left.obligation.state, left.obligation.reason), (ObligationState::Suppressed, Some(Reason::Group)));
        let note = short.gestures[0].id.to_string();
        assert!(left.obligation.explanation.contains(&note), "{}", left.obligation.explanation);
    }

    async fn a_long_stay_is_thanked_for_after_it_ended(database) {
        let story = Telling::begin(database).await;
        let stay = story.comes_in(ana()).await;
        story.at("2026-03-12T09:00");
        let left = story.leaves(&stay, bought_nothing()).await;
        assert_eq!(left.gestures[0].schedule.planned_local, "2026-03-13T10:00");
    }

    async fn p4_till_after_desk_tell_one_story(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(ana()).await;
        story.at("2026-03-02T10:30");
        let left = story.leaves(&visit, bought_nothing()).await;
        story.at("2026-03-02T10:35");
        let till = story.buys(ana(), "a coffee").await;
        assert_one_story(&story, visit.interaction.id, till.interaction.id).await;
        let seen = story.look(visit.interaction.id).await;
        let first = seen.recorded.gestures.iter().find(|g| g.id == left.gestures[0].id).expect("it is kept");
        assert_eq!((first.state, first.reason), (GestureState::Cancelled, Some(Reason::Corrected)));
    }

    async fn p4_desk_after_till_tell_one_story(database) {
        let story = Telling::begin(database).await;
        story.at("2026-03-02T10:20");
        let till = story.buys(ana(), "a coffee").await;
        assert_eq!(till.obligation.open_reason, Some(OpenReason::GesturePending));
        story.at("2026-03-02T11:00");
        let visit = story.tell(ana(), InteractionKind::Visit, |new| {
            new.start_at = Some(story.instant("2026-03-02T10:00"));
            new.end_at = Some(story.instant("2026-03-02T10:30"));
            new.detail.outcome = Some(Outcome::NotPurchased);
        }).await;
        assert_one_story(&story, visit.interaction.id, till.interaction.id).await;
    }

    async fn p4_the_till_during_the_visit_tells_one_story(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(ana()).await;
        story.at("2026-03-02T10:20");
        let till = story.buys(ana(), "a coffee").await;
        assert_eq!(till.obligation.open_reason, Some(OpenReason::VisitOpen));
        story.at("2026-03-02T10:30");
        story.leaves(&visit, bought_nothing()).await;
        assert_one_story(&story, visit.interaction.id, till.interaction.id).await;
    }

    async fn two_purchases_in_one_visit_are_both_paid_and_thanked_for_once(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(ana()).await;
        story.at("2026-03-02T10:20");
        story.buys(ana(), "a coffee").await;
        story.at("2026-03-02T10:25");
        story.buys(ana(), "a cake").await;
        story.leaves(&visit, bought_nothing()).await;
        let seen = story.look(visit.interaction.id).await;
        assert_eq!(seen.summary().spend.get("EUR"), Some(&6_000_000));
        assert_eq!(seen.alive().len(), 1);
        assert_eq!(seen.summary().visit_days, 1);
    }

    async fn a_purchase_elsewhere_or_much_later_is_a_story_of_its_own(database) {
        let story = Telling::begin(database).await;
        let visit = story.stops_by(ana()).await;
        story.at("2026-03-02T16:00");
        let within = story.buys(ana(), "a coffee").await;
        assert_eq!(within.interaction.joined, Some(visit.interaction.id));
        story.at("2026-03-02T16:01");
        let after = story.buys(ana(), "a coffee").await;
        assert_eq!(after.interaction.joined, None);
    }

    async fn p7_misery_at_the_till_is_apologised_for_with_the_visit(database) {
        let story = Telling::begin(database).await;
        let visit = story.stops_by(ana()).await;
        story.tell(ana(), InteractionKind::Purchase, |new| {
            new.detail.purchase = Some(purchase("a coffee"));
            new.detail.fault = Some(FaultKind::ChargedWrongly);
        }).await;
        let seen = story.look(visit.interaction.id).await;
        assert!(seen.case.is_some());
        let alive: Vec<_> = seen.alive().into_iter().map(|g| (rule(g), g.state)).collect();
        assert!(alive.contains(&("apology", GestureState::Scheduled)), "{alive:?}");
        assert!(alive.contains(&("thanks-after-purchase", GestureState::Held)), "{alive:?}");
    }

    async fn late_facts_find_their_place_between_the_others(database) {
        let story = Telling::begin(database).await;
        let mut last = None;
        for day in ["2026-03-02", "2026-02-20", "2026-02-25", "2026-02-20", "2026-01-31"] {
            let visit = story.tell(ana(), InteractionKind::Visit, |new| {
                new.start_at = Some(story.instant(&format!("{day}T09:00")));
                new.detail.outcome = Some(Outcome::NotPurchased);
            }).await;
            last = Some(visit);
        }
        let last = last.expect("recorded");
        let seen = story.look(last.interaction.id).await;
        assert_eq!(seen.summary().visit_days, 4);
        assert_eq!(seen.summary().gaps.iter().map(|(d, n)| (*d, *n)).collect::<Vec<_>>(), [(5, 2), (20, 1)]);
        assert_eq!(seen.summary().first_visit.map(|d| d.to_string()).as_deref(), Some("2026-01-31"));
        assert_eq!(last.obligation.reason, Some(Reason::TooLate), "{}", last.obligation.explanation);
        // Voiding the newest makes it anew from the facts.
        let newest = seen.summary().last.clone().expect("seen").interaction;
        story.voids(newest).await;
        let seen = story.look(last.interaction.id).await;
        assert_eq!(seen.summary().visit_days, 3);
        assert_eq!(seen.summary().last_visit.map(|d| d.to_string()).as_deref(), Some("2026-02-25"));
    }

    async fn p4_a_visit_told_late_celebrates_no_fifth_day(database) {
        let story = Telling::begin(database).await;
        for day in ["2026-02-20", "2026-02-23", "2026-02-25", "2026-03-02"] {
            story.tell(ana(), InteractionKind::Visit, |new| {
                new.start_at = Some(story.instant(&format!("{day}T09:00")));
                new.detail.outcome = Some(Outcome::NotPurchased);
            }).await;
        }
        // The day before yesterday's visit makes five days, but nobody stands there who could hear of it.
        let late = story.tell(ana(), InteractionKind::Visit, |new| {
            new.start_at = Some(story.instant("2026-02-28T09:00"));
            new.detail.outcome = Some(Outcome::NotPurchased);
        }).await;
        assert_eq!(story.look(late.interaction.id).await.summary().visit_days, 5);
        assert_eq!(late.gestures.iter().map(rule).filter(|rule| *rule == "milestone").count(), 0);
    }

    async fn p4_the_fifth_visit_day_is_celebrated_once(database) {
        let story = Telling::begin(database).await;
        let mut milestones = Vec::new();
        let mut fifth = None;
        for day in 2..=7 {
            for hour in [10, 12] {
                story.at(&format!("2026-03-{day:02}T{hour}:00"));
                let visit = story.stops_by(ana()).await;
                milestones.extend(visit.gestures.iter().filter(|g| rule(g) == "milestone").map(|g| (day, g.id)));
                if day == 6 {
                    fifth = Some(visit.interaction.id);
                }
            }
        }
        assert_eq!(milestones.iter().map(|(day, _)| *day).collect::<Vec<_>>(), [6]);
        // Without the fifth and the sixth day, the next one is the fifth again; it was celebrated already.
        story.voids(fifth.expect("there was one")).await;
        let again = story.look(fifth.expect("there was one")).await;
        assert_eq!(again.recorded.interaction.state, InteractionState::Voided);
        assert_eq!(again.recorded.obligation.state, ObligationState::NotOwed);
    }
}
