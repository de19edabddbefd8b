//! Till and desk tell one story.

use std::collections::BTreeSet;

use gratitude::proto::v1::{
    CheckInRequest, ExplainInteractionRequest, Outcome, front_desk_service_client::FrontDeskServiceClient, gesture,
};

use super::{SHOP, bought, caller, interactions, recording, request_id, shop};

const ANA: &str = "+351210000001";

both_engines! {
    async fn a_purchase_during_a_visit_is_one_story_with_one_thanks(database) {
        let service = shop(database).await;
        let mut desk = FrontDeskServiceClient::new(service.channel());
        let request = CheckInRequest {
            location: SHOP.to_owned(),
            who: Some(caller(ANA)),
            request_id: request_id(1),
            ..CheckInRequest::default()
        };
        let visit = desk.check_in(request).await.expect("checked in").into_inner().interaction.expect("a visit");
        service.advance("20m").await;
        let mut client = interactions(&service);
        let purchase = client.record_interaction(recording(ANA, bought(), 2)).await.expect("recorded").into_inner();
        service.advance("9h").await;
        let mut thanks = BTreeSet::new();
        for name in [visit.name, purchase.interaction.expect("it is returned").name] {
            let explained = client.explain_interaction(ExplainInteractionRequest { name }).await.expect("explained");
            let explained = explained.into_inner();
            assert_eq!(explained.interaction.expect("it is kept").outcome(), Outcome::Purchased);
            let pending = explained.gestures.into_iter().filter(|gesture| gesture.state() == gesture::State::Scheduled);
            thanks.extend(pending.map(|gesture| gesture.name));
        }
        assert_eq!(thanks.len(), 1, "one thanks for both: {thanks:?}");
        service.stop().await;
    }
}
