//! Who comes and goes, watched.

use super::{SHOP, ada, customers, fields, identifier, reason, shop};
use crate::support::service::TestService;
use gratitude::proto::v1 as pb;
use pb::{
    arrival_change::Kind, front_desk_service_client::FrontDeskServiceClient, interaction::State,
    location_service_client::LocationServiceClient, watch_arrivals_response::News,
};
use std::{collections::BTreeSet, time::Duration};
use tokio::time::timeout;
use tonic::{Code, Status, Streaming, transport::Channel};

type Arrivals = Streaming<pb::WatchArrivalsResponse>;

fn desk(service: &TestService) -> FrontDeskServiceClient<Channel> {
    FrontDeskServiceClient::new(service.channel())
}

async fn comes(service: &TestService, customer: &str) -> pb::Interaction {
    let request = pb::CheckInRequest {
        location: SHOP.to_owned(),
        who: (!customer.is_empty()).then(|| pb::Who { who: Some(pb::who::Who::Customer(customer.to_owned())) }),
        stranger: if customer.is_empty() { "a green hat".to_owned() } else { String::new() },
        ..pb::CheckInRequest::default()
    };
    desk(service).check_in(request).await.expect("checked in").into_inner().interaction.expect("it is returned")
}

async fn leaves(service: &TestService, visit: &str) {
    let request = pb::CheckOutRequest {
        interaction: visit.to_owned(),
        outcome: pb::Outcome::NotPurchased.into(),
        ..pb::CheckOutRequest::default()
    };
    desk(service).check_out(request).await.expect("checked out");
}

async fn watch(service: &TestService, location: &str, resume_token: &str) -> Result<Arrivals, Status> {
    let request = pb::WatchArrivalsRequest { location: location.to_owned(), resume_token: resume_token.to_owned() };
    desk(service).watch_arrivals(request).await.map(tonic::Response::into_inner)
}

async fn next(stream: &mut Arrivals) -> (News, String) {
    let message = stream.message().await.expect("the stream goes on").expect("it does not end");
    (message.news.expect("something is told"), message.resume_token)
}

/// The next change. Who continues hears at once that the stream is well; on PostgreSQL perhaps before what was missed,
/// which waits for whoever still writes anywhere in the cluster. Heartbeats alone would go on for ever.
async fn change(stream: &mut Arrivals) -> (Kind, pb::Arrival, String) {
    let told = async {
        loop {
            match next(stream).await {
                (News::Change(change), token) => break (change.kind(), change.arrival.expect("of a visit"), token),
                (News::Heartbeat(_), _) => {}
                (News::Snapshot(snapshot), _) => panic!("a change, not {snapshot:?}"),
            }
        }
    };
    timeout(Duration::from_secs(60), told).await.expect("a change is told within a minute")
}

/// The next change of a visit. On PostgreSQL one that the snapshot had may be told again before.
async fn change_of(stream: &mut Arrivals, visit: &pb::Interaction) -> (Kind, pb::Arrival) {
    loop {
        let (kind, arrival, _) = change(stream).await;
        if arrival.interaction == visit.name {
            return (kind, arrival);
        }
    }
}

/// A visit as it is told with the next change of this kind.
async fn told_as(stream: &mut Arrivals, visit: &pb::Interaction, wanted: Kind) -> pb::Arrival {
    loop {
        let (kind, arrival) = change_of(stream, visit).await;
        if kind == wanted {
            return arrival;
        }
    }
}

async fn snapshot(stream: &mut Arrivals) -> (Vec<pb::Arrival>, String) {
    match next(stream).await {
        (News::Snapshot(snapshot), token) => {
            assert!(snapshot.start && !snapshot.more);
            (snapshot.arrivals, token)
        }
        other => panic!("a snapshot, not {other:?}"),
    }
}

/// Somebody as a till or an import writes them: nobody said what they like to be called.
async fn imported(service: &TestService, [honorific, given, family]: [&str; 3], email: &str) -> String {
    let customer = pb::Customer {
        honorific: honorific.to_owned(),
        given_name: given.to_owned(),
        family_name: family.to_owned(),
        identifiers: vec![identifier(pb::identifier::Kind::Email, "", email)],
        ..pb::Customer::default()
    };
    let request = pb::CreateCustomerRequest { customer: Some(customer), ..pb::CreateCustomerRequest::default() };
    let made = customers(service).create_customer(request).await.expect("a new customer").into_inner();
    made.customer.expect("it is returned").name
}

both_engines! {
    async fn whoever_comes_is_shown_by_the_same_name_everywhere(database) {
        let service = shop(database).await;
        let mut stream = watch(&service, SHOP, "").await.expect("watched");
        snapshot(&mut stream).await;
        let people = [
            (["", "Ana", "Costa"], "ana@mill.example", "Ana Costa"),
            (["Frau Dr.", "Ulrike", "Meyer"], "ulrike@mill.example", "Frau Dr. Ulrike Meyer"),
            (["", "小明", "王"], "ming@mill.example", "王小明"),
        ];
        for (name, email, shown) in people {
            let customer = imported(&service, name, email).await;
            let visit = comes(&service, &customer).await;
            let (_, arrival) = change_of(&mut stream, &visit).await;
            assert_eq!(arrival.display_name, shown);
            let request = pb::RecognizeRequest { location: SHOP.to_owned(), query: email.to_owned(), ..Default::default() };
            let found = desk(&service).recognize(request).await.expect("an answer").into_inner();
            let names = [found.card.map(|it| it.display_name), found.candidates.first().map(|it| it.display_name.clone())];
            assert_eq!(names, [Some(shown.to_owned()), Some(shown.to_owned())]);
            for location in [SHOP, ""] {
                let request = pb::SearchCustomersRequest {
                    query: email.to_owned(),
                    location: location.to_owned(),
                    ..pb::SearchCustomersRequest::default()
                };
                let found = customers(&service).search_customers(request).await.expect("an answer").into_inner();
                assert_eq!(found.candidates.first().map(|it| it.display_name.as_str()), Some(shown), "{location}");
            }
        }
        let (here, _) = snapshot(&mut watch(&service, SHOP, "").await.expect("watched")).await;
        let here: BTreeSet<_> = here.iter().map(|it| it.display_name.as_str()).collect();
        assert_eq!(here, people.map(|(_, _, shown)| shown).into());
        service.stop().await;
    }

    async fn a_watcher_is_told_at_once_who_is_here_and_then_who_comes_and_goes(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let first = comes(&service, "").await;
        let mut stream = watch(&service, SHOP, "").await.expect("watched");
        let (here, _) = snapshot(&mut stream).await;
        let [stranger] = here.as_slice() else { panic!("one is here: {here:?}") };
        assert_eq!((stranger.interaction.as_str(), stranger.stranger.as_str()), (first.name.as_str(), "a green hat"));
        assert_eq!((stranger.customer.as_str(), stranger.state()), ("", State::Open));

        let second = comes(&service, &ada.name).await;
        let (kind, arrival) = change_of(&mut stream, &second).await;
        assert_eq!((kind, arrival.state()), (Kind::Arrived, State::Open));
        assert_eq!((arrival.customer.as_str(), arrival.display_name.as_str()), (ada.name.as_str(), "Ada"));

        leaves(&service, &first.name).await;
        let (kind, arrival) = change_of(&mut stream, &first).await;
        assert_eq!((kind, arrival.state(), arrival.outcome()), (Kind::Left, State::Closed, pb::Outcome::NotPurchased));
        assert!(arrival.end_time.is_some());

        let (here, _) = snapshot(&mut watch(&service, SHOP, "").await.expect("watched")).await;
        assert_eq!(here.iter().map(|it| it.display_name.as_str()).collect::<Vec<_>>(), ["Ada"]);
        service.stop().await;
    }

    async fn who_watches_is_told_when_two_who_are_here_turn_out_to_be_one_and_when_not(database) {
        let service = shop(database).await;
        let (ada, bea) = (ada(&service).await, imported(&service, ["", "Bea", "Costa"], "bea@mill.example").await);
        let first = comes(&service, &ada.name).await;
        service.advance("1m").await;
        let second = comes(&service, &bea).await;
        let mut stream = watch(&service, SHOP, "").await.expect("watched");
        assert_eq!(snapshot(&mut stream).await.0.len(), 2);

        let merge = pb::MergeCustomersRequest {
            survivor: ada.name.clone(),
            duplicate: bea.clone(),
            ..pb::MergeCustomersRequest::default()
        };
        customers(&service).merge_customers(merge).await.expect("merged");
        let arrival = told_as(&mut stream, &second, Kind::Corrected).await;
        assert_eq!((arrival.state(), &arrival.joined_interaction), (State::Closed, &first.name));
        let (here, _) = snapshot(&mut watch(&service, SHOP, "").await.expect("watched")).await;
        assert_eq!(here.iter().map(|it| &it.interaction).collect::<Vec<_>>(), [&first.name]);

        let part = pb::UnmergeCustomerRequest { name: bea, request_id: String::new() };
        customers(&service).unmerge_customer(part).await.expect("parted");
        let (_, arrival) = change_of(&mut stream, &second).await;
        assert_eq!((arrival.state(), arrival.display_name.as_str()), (State::Open, "Bea Costa"));
        service.stop().await;
    }

    async fn who_watches_sees_a_stranger_once_who_turns_out_to_be_somebody_who_is_here(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let first = comes(&service, &ada.name).await;
        service.advance("1m").await;
        let second = comes(&service, "").await;
        let mut stream = watch(&service, SHOP, "").await.expect("watched");
        assert_eq!(snapshot(&mut stream).await.0.len(), 2);

        let hers = pb::ReassignVisitRequest {
            interaction: second.name.clone(),
            customer: ada.name.clone(),
            ..pb::ReassignVisitRequest::default()
        };
        let undo = desk(&service).reassign_visit(hers).await.expect("given").into_inner().undo.expect("for a minute");
        let (here, _) = snapshot(&mut watch(&service, SHOP, "").await.expect("watched")).await;
        assert_eq!(here.iter().map(|it| &it.interaction).collect::<Vec<_>>(), [&first.name]);
        let arrival = told_as(&mut stream, &second, Kind::Corrected).await;
        assert_eq!((arrival.state(), &arrival.joined_interaction), (State::Closed, &first.name));

        let back = pb::UndoActionRequest { action: undo.action, request_id: String::new() };
        desk(&service).undo_action(back).await.expect("taken back");
        let arrival = told_as(&mut stream, &second, Kind::Corrected).await;
        assert_eq!((arrival.state(), arrival.stranger.as_str()), (State::Open, "a green hat"));
        service.stop().await;
    }

    async fn watching_continues_behind_what_was_told(database) {
        let service = shop(database).await;
        let mut stream = watch(&service, SHOP, "").await.expect("watched");
        let (here, token) = snapshot(&mut stream).await;
        assert!(here.is_empty() && !token.is_empty());
        drop(stream);

        let visit = comes(&service, "").await;
        leaves(&service, &visit.name).await;
        let mut stream = watch(&service, SHOP, &token).await.expect("continued");
        let (kind, arrival, behind_first) = change(&mut stream).await;
        assert_eq!((kind, arrival.interaction.as_str()), (Kind::Arrived, visit.name.as_str()));
        assert_eq!(arrival.state(), State::Closed, "as it is now");
        assert_eq!(change(&mut stream).await.0, Kind::Left);
        assert_eq!(comes(&service, "").await.name, change(&mut stream).await.1.interaction);

        let mut stream = watch(&service, SHOP, &behind_first).await.expect("continued");
        assert_eq!(change(&mut stream).await.0, Kind::Left);
        assert_eq!(change(&mut stream).await.0, Kind::Arrived);
        service.stop().await;
    }

    async fn a_token_continues_its_own_location_only(database) {
        let service = shop(database).await;
        let elsewhere = pb::CreateLocationRequest {
            location_id: "quay".to_owned(),
            location: Some(super::mill_lane()),
            ..pb::CreateLocationRequest::default()
        };
        LocationServiceClient::new(service.channel()).create_location(elsewhere).await.expect("a new location");
        let (_, token) = snapshot(&mut watch(&service, SHOP, "").await.expect("watched")).await;
        for (location, token) in [("locations/quay", token.as_str()), (SHOP, "made-up")] {
            let refused = watch(&service, location, token).await.expect_err("not its token");
            assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
            assert_eq!(fields(&refused), ["resume_token"]);
        }
        let refused = watch(&service, "locations/nowhere", "").await.expect_err("no such location");
        assert_eq!(refused.code(), Code::NotFound);

        // Nobody at the quay hears of the shop.
        let mut quay = watch(&service, "locations/quay", "").await.expect("watched");
        let mut shop = watch(&service, SHOP, "").await.expect("watched");
        snapshot(&mut quay).await;
        snapshot(&mut shop).await;
        comes(&service, "").await;
        assert_eq!(change(&mut shop).await.0, Kind::Arrived);
        let (ended, ()) = tokio::join!(quay.message(), service.stop());
        assert_eq!(reason(&ended.expect_err("told of the stop, and of nothing before")), "STOPPING");
    }
}
