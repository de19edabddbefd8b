//! What was recorded turns out otherwise.

use super::telling::{Telling, ana, bought_nothing, purchase, rule, somebody};
use gratitude::domain::{
    gesture::{GestureState, Reason},
    interaction::{ExternalRef, InteractionKind, InteractionState, Outcome},
    obligation::{ObligationState, OpenReason},
};

fn order(n: u32) -> Option<ExternalRef> {
    Some(ExternalRef { system: "shop".to_owned(), id: n.to_string() })
}

both_engines! {
    async fn what_came_back_is_not_thanked_for_any_more(database) {
        let story = Telling::begin(database).await;
        let bought = story.tell(ana(), InteractionKind::Purchase, |new| {
            new.detail.purchase = Some(purchase("a lamp"));
            new.detail.subject = order(1);
        }).await;
        assert_eq!(bought.obligation.open_reason, Some(OpenReason::GesturePending));
        story.at("2026-03-02T17:00");
        story.tell(ana(), InteractionKind::Return, |new| new.detail.subject = order(1)).await;
        let seen = story.look(bought.interaction.id).await;
        assert_eq!(seen.recorded.gestures[0].state, GestureState::Cancelled);
        assert_eq!((seen.recorded.obligation.state, seen.recorded.obligation.reason),
            (ObligationState::Cancelled, Some(Reason::Returned)));
    }

    async fn a_visit_is_thanked_for_while_something_bought_in_it_is_kept(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(ana()).await;
        for n in [1, 2] {
            story.tell(ana(), InteractionKind::Purchase, |new| {
                new.detail.purchase = Some(purchase("a lamp"));
                new.detail.subject = order(n);
            }).await;
        }
        story.at("2026-03-02T11:00");
        story.leaves(&visit, bought_nothing()).await;
        story.tell(ana(), InteractionKind::Return, |new| new.detail.subject = order(1)).await;
        assert_eq!(story.look(visit.interaction.id).await.alive().len(), 1);
    }

    async fn a_voided_purchase_leaves_the_open_visit_without_one(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(ana()).await;
        let till = story.buys(ana(), "a lamp").await;
        story.voids(till.interaction.id).await;
        story.at("2026-03-02T11:00");
        let left = story.leaves(&visit, bought_nothing()).await;
        assert_eq!(left.interaction.detail.outcome, Some(Outcome::NotPurchased));
        assert_eq!(left.gestures.iter().map(rule).collect::<Vec<_>>(), ["thanks-for-stopping-by"]);
        let seen = story.look(till.interaction.id).await;
        assert_eq!(seen.recorded.obligation.reason, Some(Reason::Voided));
        assert!(seen.summary().spend.is_empty());
        assert_eq!(seen.summary().last_purchase, None);
    }

    async fn p7_a_complaint_that_was_none_closes_its_case_and_lets_the_thanks_go_out(database) {
        let story = Telling::begin(database).await;
        let visit = story.stops_by(ana()).await;
        let typo = story.tell(ana(), InteractionKind::Complaint, |_| ()).await;
        let seen = story.look(visit.interaction.id).await;
        assert_eq!(seen.recorded.gestures[0].state, GestureState::Held);
        story.voids(typo.interaction.id).await;
        let seen = story.look(visit.interaction.id).await;
        assert_eq!(seen.summary().open_case, None);
        assert_eq!(seen.recorded.gestures[0].state, GestureState::Scheduled);

        let wrong = story.tell(ana(), InteractionKind::Complaint, |_| ()).await;
        let other = story.tell(somebody("+351910000099", |_| ()), InteractionKind::Enquiry, |_| ()).await;
        story.belongs_to(wrong.interaction.id, other.interaction.customer).await;
        let seen = story.look(visit.interaction.id).await;
        assert_eq!(seen.summary().open_case, None, "it went wrong for somebody else");
        assert!(story.look(other.interaction.id).await.summary().open_case.is_some());
    }

    async fn a_voided_visit_leaves_its_purchase_to_stand_for_itself(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(ana()).await;
        let till = story.buys(ana(), "a lamp").await;
        story.voids(visit.interaction.id).await;
        let seen = story.look(till.interaction.id).await;
        assert_eq!(seen.recorded.interaction.joined, None);
        assert_eq!(seen.alive().len(), 1);
        assert_eq!(seen.recorded.obligation.open_reason, Some(OpenReason::GesturePending));
        assert_eq!((seen.summary().visit_days, seen.summary().spend.get("EUR")), (1, Some(&3_000_000)));
    }

    async fn p4_a_corrected_purchase_keeps_the_thanks_of_its_visit(database) {
        let story = Telling::begin(database).await;
        let visit = story.stops_by(ana()).await;
        let till = story.buys(ana(), "a lamp").await;
        let planned = story.look(visit.interaction.id).await.alive()[0].id;
        let right = story.tell(ana(), InteractionKind::Purchase, |new| {
            new.detail.purchase = Some(purchase("two lamps"));
            new.detail.replaces = Some(till.interaction.id);
        }).await;
        assert_eq!(right.interaction.joined, Some(visit.interaction.id));
        assert_eq!(story.look(till.interaction.id).await.recorded.interaction.state, InteractionState::Voided);
        let seen = story.look(visit.interaction.id).await;
        assert_eq!(seen.alive().iter().map(|g| g.id).collect::<Vec<_>>(), [planned]);
        assert_eq!(seen.summary().spend.get("EUR"), Some(&3_000_000));
        let bought = seen.recorded.interaction.detail.purchase.clone().expect("bought");
        assert_eq!(bought.items[0].name, "two lamps");
    }

    async fn p4_who_was_thanked_is_not_thanked_again_for_the_correction(database) {
        let story = Telling::begin(database).await;
        let bought = story.buys(ana(), "a lamp").await;
        story.at("2026-03-03T10:00");
        story.carries_out(&bought.gestures[0]).await;
        let mut replaced = bought.interaction.id;
        for name in ["two lamps", "three lamps"] {
            let right = story.tell(ana(), InteractionKind::Purchase, |new| {
                new.start_at = Some(story.instant("2026-02-28T10:00"));
                new.detail.purchase = Some(purchase(name));
                new.detail.replaces = Some(replaced);
            }).await;
            assert!(right.gestures.is_empty());
            assert_eq!(right.obligation.reason, Some(Reason::AlreadyThanked), "{}", right.obligation.explanation);
            assert!(right.obligation.explanation.contains(&bought.gestures[0].id.to_string()));
            replaced = right.interaction.id;
        }
    }

    async fn a_replaced_visit_hands_its_purchases_to_the_new_one(database) {
        let story = Telling::begin(database).await;
        let visit = story.stops_by(ana()).await;
        let till = story.buys(ana(), "a lamp").await;
        let right = story.tell(ana(), InteractionKind::Visit, |new| {
            new.start_at = Some(story.instant("2026-03-02T09:50"));
            new.detail.outcome = Some(Outcome::NotPurchased);
            new.detail.staff = "Rui".to_owned();
            new.detail.replaces = Some(visit.interaction.id);
        }).await;
        let seen = story.look(till.interaction.id).await;
        assert_eq!(seen.recorded.interaction.joined, Some(right.interaction.id));
        assert_eq!(seen.alive().len(), 1);
        assert_eq!(seen.summary().visit_days, 1);
    }
}
