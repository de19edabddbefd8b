//! Customers are found by what a person types.

use gratitude::proto::v1 as pb;
use tonic::Code;

use super::{SHOP, customers, fields, identifier, reason, shop};
use crate::support::service::TestService;
use pb::{front_desk_service_client::FrontDeskServiceClient, identifier::Kind};

/// Somebody with a name, as given and family name, a phone and a town.
async fn somebody(service: &TestService, given: &str, family: &str, phone: &str, town: &str) -> String {
    let post = pb::PostalAddress {
        region_code: "GB".to_owned(),
        locality: town.to_owned(),
        postal_code: format!("{}1 2AB", &phone[phone.len() - 2..]),
        ..pb::PostalAddress::default()
    };
    let customer = pb::Customer {
        display_name: format!("{given} {family}").trim().to_owned(),
        given_name: given.to_owned(),
        family_name: family.to_owned(),
        identifiers: vec![identifier(Kind::Phone, "", phone)],
        contact_points: vec![pb::ContactPoint {
            address: Some(pb::contact_point::Address::Post(post)),
            ..pb::ContactPoint::default()
        }],
        ..pb::Customer::default()
    };
    make(service, customer).await
}

async fn make(service: &TestService, customer: pb::Customer) -> String {
    let request = pb::CreateCustomerRequest {
        customer: Some(customer),
        on_match: pb::create_customer_request::OnMatch::CreateAnyway.into(),
        ..pb::CreateCustomerRequest::default()
    };
    let made = customers(service).create_customer(request).await.expect("a new customer").into_inner();
    made.customer.expect("it is returned").name
}

/// A town's worth of people whom the desk may ask for.
async fn town(service: &TestService) {
    for (given, family, phone, place) in [
        ("Anna", "Müller", "+442079460101", "Leeds"),
        ("Anna Maria", "Schmidt", "+442079460102", "Leeds"),
        ("Robert", "Miller", "+442079460103", "York"),
        ("José", "García", "+442079460104", "York"),
        ("Seán", "O'Brien", "+442079460105", "Hull"),
        ("小明", "王", "+442079460106", "Hull"),
        ("Иван", "Щербаков", "+442079460107", "Hull"),
        ("מִרְיָם", "לוי", "+442079460108", "Hull"),
        ("आलिया", "शर्मा", "+442079460109", "Hull"),
        ("Li", "Na", "+442079460110", "Hull"),
        ("Stephen", "Wright", "+442079460111", "Hull"),
    ] {
        somebody(service, given, family, phone, place).await;
    }
}

async fn search(service: &TestService, query: &str, type_ahead: bool) -> pb::SearchCustomersResponse {
    let request = pb::SearchCustomersRequest {
        query: query.to_owned(),
        location: SHOP.to_owned(),
        type_ahead,
        ..pb::SearchCustomersRequest::default()
    };
    customers(service).search_customers(request).await.expect("an answer").into_inner()
}

async fn first(service: &TestService, query: &str) -> String {
    let found = search(service, query, false).await.candidates;
    found.into_iter().next().map(|candidate| candidate.display_name).unwrap_or_default()
}

both_engines! {
    async fn people_are_found_as_they_are_asked_for(database) {
        let service = shop(database).await;
        town(&service).await;
        for (query, name) in [
            ("anna müller", "Anna Müller"),
            ("MULLER, Anna", "Anna Müller"),
            ("mueller anna", "Anna Müller"),
            ("Anna Mülller", "Anna Müller"),
            ("bob miller", "Robert Miller"),
            ("jose garcia", "José García"),
            ("obrien", "Seán O'Brien"),
            ("o’brien sean", "Seán O'Brien"),
            ("steven right", "Stephen Wright"),
            ("annamaria schmitt", "Anna Maria Schmidt"),
            ("schmidt leeds", "Anna Maria Schmidt"),
            ("anna 0102", "Anna Maria Schmidt"),
            ("garcía 041 2ab", "José García"),
            ("王", "小明 王"),
            ("小明", "小明 王"),
            ("Иван Щербаков", "Иван Щербаков"),
            ("shcherbakov ivan", "Иван Щербаков"),
            ("מרים", "מִרְיָם לוי"),
            ("आलिया", "आलिया शर्मा"),
            ("li na", "Li Na"),
            ("020 7946 0104", "José García"),
            ("+44 20 7946 0104", "José García"),
            ("0044 (20) 7946-0104", "José García"),
            ("٠٢٠ ٧٩٤٦ ٠١٠٤", "José García"),
            ("０２０ ７９４６ ０１０４", "José García"),
            ("60104", "José García"),
        ] {
            assert_eq!(first(&service, query).await, name, "{query}");
        }
        assert_eq!(first(&service, "nobody of that name").await, "");
        service.stop().await;
    }

    async fn while_somebody_types_each_word_may_be_a_beginning(database) {
        let service = shop(database).await;
        town(&service).await;
        for (query, names) in [
            ("mul", vec!["Anna Müller"]),
            ("anna s", vec!["Anna Maria Schmidt"]),
            ("schm an", vec!["Anna Maria Schmidt"]),
            ("le", vec![]),
            ("lee", vec!["Anna Müller", "Anna Maria Schmidt"]),
            ("щер", vec!["Иван Щербаков"]),
            ("शर", vec!["आलिया शर्मा"]),
            ("לו", vec!["מִרְיָם לוי"]),
            ("020 7946 0103", vec!["Robert Miller"]),
        ] {
            let found: Vec<_> = search(&service, query, true).await.candidates;
            let found: Vec<_> = found.into_iter().map(|candidate| candidate.display_name).collect();
            assert_eq!(found, names, "{query}");
        }
        assert_eq!(search(&service, "020 7946", true).await.candidates.len(), 10);
        assert!(search(&service, "020 7946", true).await.has_more);
        service.stop().await;
    }

    async fn what_is_told_of_a_candidate_tells_them_apart_and_no_more(database) {
        let service = shop(database).await;
        town(&service).await;
        let reply = search(&service, "anna leeds", false).await;
        let told: Vec<_> = reply.candidates.iter().map(|it| (it.town.as_str(), it.masked_identifiers.clone())).collect();
        assert_eq!(told[0], ("Leeds", vec!["+44•••01".to_owned()]));
        assert_eq!(reply.candidates[0].reasons, ["name", "town"]);
        let scores: Vec<_> = reply.candidates.iter().map(|it| it.score).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b) && scores[0] <= 90, "{scores:?}");
        assert_eq!(search(&service, "+442079460103", false).await.candidates[0].score, 95);
        service.stop().await;
    }

    async fn what_is_no_number_is_said_to_be_none(database) {
        let service = shop(database).await;
        let reply = search(&service, "+86 101234567", false).await;
        assert!(reply.candidates.is_empty());
        assert!(!reply.no_number_because.is_empty());
        assert_eq!(search(&service, "020 7946 0018", false).await.no_number_because, "");
        assert_eq!(search(&service, "Ada", false).await.no_number_because, "");
        let request = pb::SearchCustomersRequest { max_results: -1, ..pb::SearchCustomersRequest::default() };
        let status = customers(&service).search_customers(request).await.expect_err("much is wrong");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "INVALID_FIELDS"));
        assert_eq!(fields(&status), ["query", "max_results"]);
        service.stop().await;
    }

    async fn who_is_discreet_is_found_by_a_whole_identifier_only(database) {
        let service = shop(database).await;
        let customer = pb::Customer {
            display_name: "Grace Quiet".to_owned(),
            identifiers: vec![identifier(Kind::Phone, "", "+442079460200")],
            discreet: true,
            ..pb::Customer::default()
        };
        let name = make(&service, customer).await;
        for query in ["grace", "quiet grace", "0200", "+44 20 7946 02"] {
            assert_eq!(search(&service, query, true).await, pb::SearchCustomersResponse {
                no_number_because: search(&service, query, true).await.no_number_because,
                ..pb::SearchCustomersResponse::default()
            }, "{query}");
        }
        let found = search(&service, "020 7946 0200", false).await.candidates;
        assert_eq!(found.iter().map(|it| &it.customer).collect::<Vec<_>>(), [&name]);

        // No longer discreet, she is found as everybody is, and then not again.
        for (discreet, count) in [(false, 1), (true, 0)] {
            let request = pb::UpdateCustomerRequest {
                customer: Some(pb::Customer { name: name.clone(), discreet, ..pb::Customer::default() }),
                update_mask: Some(prost_types::FieldMask { paths: vec!["discreet".to_owned()] }),
            };
            customers(&service).update_customer(request).await.expect("changed");
            assert_eq!(search(&service, "grace quiet", false).await.candidates.len(), count);
        }
        service.stop().await;
    }

    async fn the_desk_recognises_a_whole_name_and_asks_where_it_is_in_doubt(database) {
        let service = shop(database).await;
        town(&service).await;
        let mut desk = FrontDeskServiceClient::new(service.channel());
        let mut recognise = async |query: &str| {
            let request = pb::RecognizeRequest {
                location: SHOP.to_owned(),
                query: query.to_owned(),
                ..pb::RecognizeRequest::default()
            };
            desk.recognize(request).await.expect("an answer").into_inner()
        };
        let clear = recognise("garcia jose").await;
        assert!(clear.card.is_some() && !clear.needs_confirmation, "{clear:?}");
        let rough = recognise("jose garzia").await;
        assert!(rough.card.is_none() && rough.needs_confirmation, "{rough:?}");
        let several = recognise("anna").await;
        assert!(several.card.is_none() && several.needs_confirmation && several.candidates.len() == 2, "{several:?}");
        assert_eq!(recognise("nobody of that name").await, pb::RecognizeResponse::default());
        service.stop().await;
    }
}
