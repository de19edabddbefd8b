//! A customer walks in.

use gratitude::proto::v1::{
    CheckInRequest, CheckOutRequest, GetInteractionRequest, Outcome, RecognizeRequest,
    front_desk_service_client::FrontDeskServiceClient, interaction, obligation, who,
};

use super::{SHOP, caller, interactions, looked, recording, request_id, shop};

const ANA: &str = "+351210000001";

/// The desk types the number as people say it.
fn recognize(number: &str) -> RecognizeRequest {
    let Some(who::Who::Identity(identity)) = caller(number).who else { unreachable!("made with an identity") };
    RecognizeRequest { location: SHOP.to_owned(), identifiers: identity.identifiers, ..RecognizeRequest::default() }
}

both_engines! {
    async fn who_came_before_is_recognised_with_what_they_looked_at(database) {
        let service = shop(database).await;
        interactions(&service).record_interaction(recording(ANA, looked(), 1)).await.expect("recorded");
        service.advance("3d").await;
        let mut desk = FrontDeskServiceClient::new(service.channel());
        let reply = desk.recognize(recognize("21 000 0001")).await.expect("answered").into_inner();
        assert_eq!(reply.candidates.len(), 1, "{reply:?}");
        assert!(!reply.needs_confirmation);
        let card = reply.card.expect("one fits");
        assert!(format!("{card:?}").contains("green coat"), "{card:?}");

        let picked = RecognizeRequest {
            location: SHOP.to_owned(),
            customer: reply.candidates[0].customer.clone(),
            ..RecognizeRequest::default()
        };
        let chosen = desk.recognize(picked.clone()).await.expect("answered").into_inner();
        assert_eq!(chosen.card, Some(card), "out of a list they are who they are by their number");
        let both = RecognizeRequest { query: "21 000 0001".to_owned(), ..picked };
        assert_eq!(desk.recognize(both).await.expect_err("one or the other").code(), tonic::Code::InvalidArgument);

        let stranger = desk.recognize(recognize("21 000 0002")).await.expect("answered").into_inner();
        assert!(stranger.candidates.is_empty() && stranger.card.is_none(), "{stranger:?}");
        service.stop().await;
    }

    async fn a_stranger_who_is_thanked_in_person_is_answered_for(database) {
        let service = shop(database).await;
        let mut desk = FrontDeskServiceClient::new(service.channel());
        let request = CheckInRequest { location: SHOP.to_owned(), request_id: request_id(1), ..CheckInRequest::default() };
        let visit = desk.check_in(request).await.expect("checked in").into_inner().interaction.expect("a visit");
        let request = CheckOutRequest {
            interaction: visit.name,
            outcome: Outcome::NotPurchased.into(),
            thanked_in_person: true,
            request_id: request_id(2),
            ..CheckOutRequest::default()
        };
        let reply = desk.check_out(request).await.expect("checked out").into_inner();
        assert_eq!(reply.obligation.expect("each has one").state(), obligation::State::Fulfilled);
        service.stop().await;
    }

    async fn a_visit_left_open_closes_when_its_time_is_over(database) {
        let service = shop(database).await;
        let mut desk = FrontDeskServiceClient::new(service.channel());
        let request = CheckInRequest {
            location: SHOP.to_owned(),
            who: Some(caller(ANA)),
            request_id: request_id(1),
            ..CheckInRequest::default()
        };
        let visit = desk.check_in(request).await.expect("checked in").into_inner().interaction.expect("a visit");
        assert_eq!(visit.state(), interaction::State::Open);
        service.advance("9h").await;
        let request = GetInteractionRequest { name: visit.name };
        let closed = interactions(&service).get_interaction(request).await.expect("it is kept").into_inner();
        assert_eq!(closed.state(), interaction::State::Closed);
        assert_eq!(closed.outcome(), Outcome::NotPurchased);
        service.stop().await;
    }
}
