//! Somebody nobody knows yet.

use super::telling::{Telling, bought_nothing, rule, somebody};
use gratitude::domain::{
    commands::who::Who,
    gesture::{GestureState, Reason},
    interaction::{InteractionKind, Outcome},
    obligation::{ObligationState, OpenReason},
};

both_engines! {
    async fn p3_a_stranger_is_thanked_in_person(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(Who::Nobody).await;
        story.at("2026-03-02T10:15");
        let mut ending = bought_nothing();
        ending.thanked_in_person = true;
        let left = story.leaves(&visit, ending).await;
        assert_eq!(left.obligation.state, ObligationState::Fulfilled);
        assert_eq!(left.obligation.reason, Some(Reason::ThankedInPerson));
        assert!(left.gestures.is_empty());
    }

    async fn p3_a_stranger_is_attributed_later_and_thanked_then(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(Who::Nobody).await;
        story.at("2026-03-02T10:15");
        let left = story.leaves(&visit, bought_nothing()).await;
        assert_eq!(left.obligation.open_reason, Some(OpenReason::Anonymous));
        let ana = story.stops_by(somebody("+351910000001", |_| {})).await.interaction.customer;
        story.at("2026-03-02T14:00");
        let bruno = story.tell(somebody("+351910000002", |p| p.display_name = "Bruno".to_owned()),
            InteractionKind::Feedback, |_| {}).await.interaction.customer;

        // Bruno's it was, then nobody's, then Ana's, who is thanked already that day, then Bruno's again.
        let his = story.belongs_to(visit.interaction.id, bruno).await;
        assert_eq!(his.obligation.open_reason, Some(OpenReason::GesturePending));
        assert_eq!(rule(&his.gestures[0]), "thanks-for-stopping-by");
        assert_eq!(story.look(visit.interaction.id).await.summary().visit_days, 1);

        let nobodys = story.belongs_to(visit.interaction.id, None).await;
        assert_eq!(nobodys.obligation.open_reason, Some(OpenReason::Anonymous));
        assert!(nobodys.gestures.iter().all(|g| (g.state, g.reason) == (GestureState::Cancelled, Some(Reason::Reattributed))));

        let hers = story.belongs_to(visit.interaction.id, ana).await;
        assert_eq!(hers.obligation.reason, Some(Reason::Group), "{}", hers.obligation.explanation);
        assert_eq!(story.look(visit.interaction.id).await.summary().counts.get(&InteractionKind::Visit), Some(&2));

        let again = story.belongs_to(visit.interaction.id, bruno).await;
        assert_eq!(again.obligation.state, ObligationState::Cancelled, "P4: once decided, for ever");
        assert_eq!(again.gestures.len(), 1);
    }

    async fn a_gesture_that_reached_somebody_else_fulfils_nothing(database) {
        let story = Telling::begin(database).await;
        let visit = story.stops_by(somebody("+351910000001", |_| {})).await;
        story.at("2026-03-03T10:00");
        story.carries_out(&visit.gestures[0]).await;
        let bruno = story.tell(somebody("+351910000002", |p| p.display_name = "Bruno".to_owned()),
            InteractionKind::Feedback, |_| {}).await.interaction.customer;
        let his = story.belongs_to(visit.interaction.id, bruno).await;
        assert_eq!(his.obligation.open_reason, Some(OpenReason::GesturePending), "{}", his.obligation.explanation);
        let nobodys = story.belongs_to(visit.interaction.id, None).await;
        assert_eq!(nobodys.obligation.open_reason, Some(OpenReason::Anonymous));
    }

    async fn a_purchase_that_was_somebody_elses_leaves_the_visit_without_one(database) {
        let story = Telling::begin(database).await;
        let ana = || somebody("+351910000001", |_| {});
        let visit = story.stops_by(ana()).await;
        story.at("2026-03-02T10:30");
        let till = story.buys(ana(), "a ring").await;
        assert_eq!(till.interaction.joined, Some(visit.interaction.id));
        let bruno = story.tell(somebody("+351910000002", |p| p.display_name = "Bruno".to_owned()),
            InteractionKind::Feedback, |_| {}).await.interaction.customer;
        let his = story.belongs_to(till.interaction.id, bruno).await;
        assert_eq!(his.interaction.joined, None);
        assert_eq!(his.obligation.open_reason, Some(OpenReason::GesturePending));
        let hers = story.look(visit.interaction.id).await;
        assert_eq!(hers.recorded.interaction.detail.outcome, Some(Outcome::NotPurchased));
        assert_eq!(hers.recorded.interaction.detail.purchase, None, "it is not hers to know");
        assert!(hers.summary().spend.is_empty());
        assert!(hers.alive().is_empty(), "thanks for a purchase she did not make are taken back");
    }

    async fn an_attributed_purchase_joins_the_visit_it_was_made_in(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(somebody("+351910000001", |_| {})).await;
        story.at("2026-03-02T10:30");
        let till = story.buys(Who::Nobody, "a ring").await;
        assert_eq!(till.obligation.open_reason, Some(OpenReason::Anonymous));
        let hers = story.belongs_to(till.interaction.id, visit.interaction.customer).await;
        assert_eq!(hers.interaction.joined, Some(visit.interaction.id));
        assert_eq!(hers.obligation.open_reason, Some(OpenReason::VisitOpen));
    }

    async fn who_has_the_same_phone_is_not_guessed(database) {
        let story = Telling::begin(database).await;
        let phone = "+351910000001";
        story.stops_by(somebody(phone, |p| p.display_name = "Ana".to_owned())).await;
        let create = gratitude::domain::commands::customers::CreateCustomer {
            actor: story.actor(),
            once: story.unrepeated(),
            id: None,
            kind: gratitude::domain::customer::CustomerKind::Person,
            profile: gratitude::domain::customer::Profile { display_name: "Rita".to_owned(), ..Default::default() },
            tags: Vec::new(),
            identifiers: match somebody(phone, |_| {}) {
                Who::Identity(identity) => identity.identifiers,
                _ => Vec::new(),
            },
            on_match: gratitude::domain::commands::customers::OnMatch::CreateAnyway,
            allow_erased: false,
        };
        story.submit(create).await;
        let unclear = story.stops_by(somebody(phone, |p| p.display_name = String::new())).await;
        assert_eq!((unclear.interaction.customer, unclear.interaction.candidates.len()), (None, 2));
        assert!(unclear.obligation.explanation.contains("2 customers fit equally"), "{}", unclear.obligation.explanation);
        let named = story.stops_by(somebody(phone, |p| p.display_name = "rita".to_owned())).await;
        assert!(named.interaction.customer.is_some());
    }
}
