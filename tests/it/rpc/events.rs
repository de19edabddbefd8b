//! The feed of what happens, over the wire: whole, in order, resumable, and without a word of what people said.

use gratitude::proto::v1 as pb;
use pb::event_service_client::EventServiceClient;
use tonic::{Code, Streaming, transport::Channel};

use super::{ada, customers, fields, reason, shop};
use crate::support::service::TestService;

fn events(service: &TestService) -> EventServiceClient<Channel> {
    EventServiceClient::new(service.channel())
}

/// All that the pages of a list hold, and the place behind them.
async fn listed(service: &TestService, mut request: pb::ListEventsRequest) -> (Vec<pb::Event>, String) {
    let mut found = Vec::new();
    loop {
        let page = events(service).list_events(request.clone()).await.expect("a page").into_inner();
        found.extend(page.events);
        if page.next_page_token.is_empty() {
            return (found, page.resume_token);
        }
        request.page_token = page.next_page_token;
    }
}

/// The next so many events of a stream.
async fn told(stream: &mut Streaming<pb::WatchEventsResponse>, count: usize) -> (Vec<pb::Event>, String) {
    let (mut told, mut place) = (Vec::new(), String::new());
    while told.len() < count {
        let message = stream.message().await.expect("the stream goes on").expect("it does not end");
        told.extend(message.events);
        place = message.resume_token;
    }
    (told, place)
}

fn kinds(events: &[pb::Event]) -> Vec<&str> {
    events.iter().map(|event| event.kind.as_str()).collect()
}

/// Waits until the feed tells of so many changes of customers, and so of all before them: on PostgreSQL, whoever still
/// writes elsewhere in the cluster holds it back.
async fn arrived(service: &TestService, changes: usize) {
    let request =
        pb::WatchEventsRequest { kinds: vec!["customer.updated".to_owned()], from_start: true, ..Default::default() };
    let mut stream = events(service).watch_events(request).await.expect("watched").into_inner();
    told(&mut stream, changes).await;
}

async fn rename(service: &TestService, ada: &pb::Customer, name: &str) {
    let customer = pb::Customer { name: ada.name.clone(), display_name: name.to_owned(), ..pb::Customer::default() };
    let request = pb::UpdateCustomerRequest { customer: Some(customer), ..pb::UpdateCustomerRequest::default() };
    customers(service).update_customer(request).await.expect("changed");
}

both_engines! {
    async fn p12_what_happened_is_listed_in_order_and_holds_no_personal_data(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        rename(&service, &ada, "Ada Lovelace").await;
        arrived(&service, 1).await;
        let (all, place) = listed(&service, pb::ListEventsRequest { page_size: 1, ..Default::default() }).await;
        let created = all.iter().position(|event| event.kind == "customer.created").expect("told");
        let changed = all.iter().position(|event| event.kind == "customer.updated").expect("told");
        assert!(created < changed, "{:?}", kinds(&all));
        assert_eq!((all[changed].subject.as_str(), all[changed].actor.as_str()), (ada.name.as_str(), "local"));
        let printed = format!("{all:?}");
        for word in ["Ada", "Lovelace", "7946", "mill.example", "A-7"] {
            assert!(!printed.contains(word), "{word} in {printed}");
        }

        let of_customers = pb::ListEventsRequest { kinds: vec!["customer.*".to_owned()], ..Default::default() };
        assert!(listed(&service, of_customers).await.0.iter().all(|event| event.kind.starts_with("customer.")));
        let about = pb::ListEventsRequest { subjects: vec![ada.name.clone()], ..Default::default() };
        assert_eq!(kinds(&listed(&service, about).await.0), ["customer.created", "customer.updated"]);

        let later = pb::ListEventsRequest { resume_token: place, ..Default::default() };
        assert_eq!(listed(&service, later.clone()).await.0, []);
        rename(&service, &ada, "Ada").await;
        arrived(&service, 2).await;
        assert_eq!(kinds(&listed(&service, later).await.0), ["customer.updated"], "nothing twice, nothing left out");
        let behind_first = pb::ListEventsRequest { resume_token: all[0].resume_token.clone(), ..Default::default() };
        assert_eq!(listed(&service, behind_first).await.0.len(), all.len(), "each event is a place to go on from");
        service.stop().await;
    }

    async fn what_happens_is_told_as_it_happens_and_nothing_is_missed_in_between(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let wanted = pb::WatchEventsRequest { kinds: vec!["customer.updated".to_owned()], ..Default::default() };
        let mut stream = events(&service).watch_events(wanted.clone()).await.expect("watched").into_inner();
        for name in ["Ada B", "Ada C"] {
            rename(&service, &ada, name).await;
        }
        let (first, place) = told(&mut stream, 2).await;
        assert_eq!(kinds(&first), ["customer.updated"; 2]);
        drop(stream);

        for name in ["Ada D", "Ada E", "Ada F"] {
            rename(&service, &ada, name).await;
        }
        let again = pb::WatchEventsRequest { resume_token: place, ..wanted.clone() };
        let mut stream = events(&service).watch_events(again).await.expect("watched").into_inner();
        let (missed, _) = told(&mut stream, 3).await;
        assert_eq!(missed.len(), 3);
        let tokens: std::collections::BTreeSet<_> = first.iter().chain(&missed).map(|event| &event.resume_token).collect();
        assert_eq!(tokens.len(), 5, "five different places");
        let from_start = pb::WatchEventsRequest { from_start: true, ..wanted };
        let mut whole = events(&service).watch_events(from_start).await.expect("watched").into_inner();
        assert_eq!(told(&mut whole, 5).await.0, [first, missed].concat(), "one order for all");
        service.stop().await;
    }

    async fn p1_who_begins_with_now_has_a_place_before_anything_happens(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let wanted = pb::WatchEventsRequest { kinds: vec!["customer.updated".to_owned()], ..Default::default() };
        let mut stream = events(&service).watch_events(wanted.clone()).await.expect("watched").into_inner();
        let first = stream.message().await.expect("the stream goes on").expect("at once");
        assert!(first.events.is_empty() && !first.resume_token.is_empty(), "{first:?}");
        drop(stream);
        rename(&service, &ada, "Ada B").await;
        let again = pb::WatchEventsRequest { resume_token: first.resume_token, ..wanted };
        let mut stream = events(&service).watch_events(again).await.expect("watched").into_inner();
        assert_eq!(kinds(&told(&mut stream, 1).await.0), ["customer.updated"], "what happened meanwhile");
        service.stop().await;
    }

    async fn who_follows_is_told_when_the_service_stops(database) {
        let service = shop(database).await;
        let mut stream = events(&service).watch_events(pb::WatchEventsRequest::default()).await.expect("watched").into_inner();
        stream.message().await.expect("the stream goes on").expect("its place");
        let (ended, ()) = tokio::join!(stream.message(), service.stop());
        assert_eq!(ended.expect_err("told").code(), Code::Unavailable);
    }

    async fn what_is_wrong_in_a_question_about_events_is_named(database) {
        let service = shop(database).await;
        let wrong = pb::ListEventsRequest { kinds: vec!["customer.*".to_owned(), "customer".to_owned()], subjects: vec![String::new(), "customers/\0".to_owned()], page_size: -1, ..Default::default() };
        let status = events(&service).list_events(wrong).await.expect_err("wrong");
        assert_eq!(fields(&status), ["page_size", "kinds[1]", "subjects[0]", "subjects[1]"]);
        let foreign = pb::WatchEventsRequest { resume_token: "AAAA".to_owned(), ..Default::default() };
        let status = events(&service).watch_events(foreign).await.expect_err("not ours");
        assert_eq!((fields(&status), reason(&status).as_str()), (vec!["resume_token".to_owned()], "INVALID_PAGE_TOKEN"));
        service.stop().await;
    }
}
