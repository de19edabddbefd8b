//! Why something is as it is, and what would have to change.

use gratitude::proto::v1 as pb;
use pb::{gesture_service_client::GestureServiceClient, interaction_service_client::InteractionServiceClient};

use super::{SHOP, ada, shop, visit};

both_engines! {
    async fn p3_an_explanation_says_what_was_found_and_what_would_have_to_change(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let recorded = visit(&service, &ada.name).await;
        let mut interactions = InteractionServiceClient::new(service.channel());
        let name = recorded.interaction.expect("it is returned").name;
        let explained = interactions.explain_interaction(pb::ExplainInteractionRequest { name }).await;
        let explained = explained.expect("explained").into_inner();
        let failed = |rule: &str| {
            let found = explained.looked_at.iter().find(|it| it.rule == format!("rules/{rule}"));
            found.cloned().unwrap_or_else(|| panic!("{rule} was looked at: {explained:?}"))
        };
        let bought = failed("thanks-after-purchase");
        assert_eq!((bought.failed_clause.as_str(), bought.found.as_str()), ("trigger: outcome", "the outcome is not purchased"));
        assert_eq!(bought.would_match, "It would match if the outcome were purchased.");
        assert_eq!(failed("milestone").found, "it is visit day 1");
        assert!(explained.looked_at.iter().all(|it| it.rule != "rules/birthday"), "no interaction sets that off");
        assert_eq!(explained.would_change, "", "it is planned");

        let gesture = explained.gestures.first().expect("one was made").name.clone();
        let mut gestures = GestureServiceClient::new(service.channel());
        let explained = gestures.explain_gesture(pb::ExplainGestureRequest { name: gesture }).await.expect("explained");
        let explained = explained.into_inner();
        let due = explained.gates.iter().find(|gate| gate.display_name == "due time").expect("every gate answers");
        assert!(!due.passes && due.would_pass.starts_with("It passes from "), "{due:?}");
        assert!(explained.gates.iter().filter(|gate| gate.passes).all(|gate| gate.would_pass.is_empty()));

        // The same on the same day: one of a group speaks.
        let again = visit(&service, &ada.name).await.interaction.expect("it is returned").name;
        let explained = interactions.explain_interaction(pb::ExplainInteractionRequest { name: again }).await;
        let explained = explained.expect("explained").into_inner();
        assert_eq!(explained.decisions[0].reason(), pb::Reason::Group);
        assert!(explained.decisions[0].would_change.contains("one speaks on a day"), "{explained:?}");
        assert_eq!(explained.would_change, explained.decisions[0].would_change);
        service.stop().await;
    }

    async fn a_strangers_visit_says_that_somebody_must_be_known(database) {
        let service = shop(database).await;
        let request = pb::RecordInteractionRequest {
            interaction: Some(pb::Interaction {
                location: SHOP.to_owned(),
                kind: pb::InteractionKind::Visit.into(),
                channel: pb::InteractionChannel::InStore.into(),
                outcome: pb::Outcome::NotPurchased.into(),
                ..pb::Interaction::default()
            }),
            ..pb::RecordInteractionRequest::default()
        };
        let mut interactions = InteractionServiceClient::new(service.channel());
        let recorded = interactions.record_interaction(request).await.expect("recorded").into_inner();
        let name = recorded.interaction.expect("it is returned").name;
        let explained = interactions.explain_interaction(pb::ExplainInteractionRequest { name }).await;
        assert!(explained.expect("explained").into_inner().would_change.contains("AttributeInteraction"));
        service.stop().await;
    }
}
