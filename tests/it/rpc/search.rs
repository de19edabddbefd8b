//! Customers are found by what a person types.

use gratitude::proto::v1 as pb;
use tonic::Code;

use super::{SHOP, customers, fields, identifier, reason, shop};
use crate::support::service::TestService;
use pb::{
    create_customer_request::OnMatch::{self, Reject, ReturnExisting},
    front_desk_service_client::FrontDeskServiceClient,
    identifier::Kind,
    identity::OnMissing::{self, Create, KeepAnonymous},
};

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
        ("Ella", "Fitzgerald", "+442079460112", "Hull"),
        ("サクラ", "山本", "+442079460113", "Hull"),
        ("Aleksandr", "Pushkin", "+442079460114", "Hull"),
        ("Александр", "Блок", "+442079460115", "Hull"),
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
            ("ella fitz gerald", "Ella Fitzgerald"),
            ("alexander pushkin", "Aleksandr Pushkin"),
            ("Александр Пушкин", "Aleksandr Pushkin"),
            ("alexander blok", "Александр Блок"),
            ("さくら", "サクラ 山本"),
            ("山本さくら", "サクラ 山本"),
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

    async fn a_name_is_kept_and_found_by_its_letters_whatever_turned_them_round(database) {
        let service = shop(database).await;
        let ana = pb::Customer {
            display_name: "\u{202e}anA\u{202c} Be\u{200e}rg".to_owned(),
            family_name: "Be\u{2066}rg\u{2069}".to_owned(),
            ..pb::Customer::default()
        };
        let name = make(&service, ana).await;
        let kept = customers(&service).get_customer(pb::GetCustomerRequest { name }).await.expect("read").into_inner();
        assert_eq!((kept.display_name.as_str(), kept.family_name.as_str()), ("anA Berg", "Berg"));
        assert_eq!(first(&service, "ana berg").await, "anA Berg");
        service.stop().await;
    }

    async fn names_without_spaces_are_found_however_they_are_kept_and_typed(database) {
        let service = shop(database).await;
        let parts = |given: &str, family: &str| pb::Customer {
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            ..pb::Customer::default()
        };
        let whole = |name: &str| pb::Customer { display_name: name.to_owned(), ..pb::Customer::default() };
        let xiaoming = make(&service, parts("小明", "王")).await;
        let taro = make(&service, parts("太郎", "山田")).await;
        let minsu = make(&service, parts("민수", "김")).await;
        let liwei = make(&service, whole("李伟")).await;
        let hanako = make(&service, whole("佐藤花子")).await;
        for type_ahead in [false, true] {
            for (query, name) in [
                ("王小明", &xiaoming),
                ("王 小明", &xiaoming),
                ("小明王", &xiaoming),
                ("小明 王", &xiaoming),
                ("山田太郎", &taro),
                ("山田　太郎", &taro),
                ("김민수", &minsu),
                ("김 민수", &minsu),
                ("李伟", &liwei),
                ("李 伟", &liwei),
                ("伟 李", &liwei),
                ("佐藤 花子", &hanako),
                ("花子 佐藤", &hanako),
            ] {
                let found = search(&service, query, type_ahead).await.candidates;
                assert_eq!(found.first().map(|it| &it.customer), Some(name), "{query} {type_ahead}");
                assert!(found[0].score >= 85, "{query} {type_ahead}: {}", found[0].score);
            }
        }
        assert_eq!(search(&service, "王小", true).await.candidates[0].customer, xiaoming);
        service.stop().await;
    }

    async fn a_name_beside_a_number_tells_who_of_a_household_is_meant(database) {
        let service = shop(database).await;
        let ana = somebody(&service, "Ana", "Costa", "+442079460301", "Hull").await;
        let mut desk = FrontDeskServiceClient::new(service.channel());
        let mut recognise = async |query: &str, name_hint: &str| {
            let request = pb::RecognizeRequest {
                location: SHOP.to_owned(),
                query: query.to_owned(),
                name_hint: name_hint.to_owned(),
                ..pb::RecognizeRequest::default()
            };
            desk.recognize(request).await.expect("an answer").into_inner()
        };
        for (query, hint) in [("020 7946 0301", "Rui"), ("Rui 020 7946 0301", ""), ("020 7946 0301 Rui Costa", "")] {
            let asked = recognise(query, hint).await;
            assert!(asked.card.is_none() && asked.needs_confirmation, "{query} {hint}: {asked:?}");
            assert_eq!((asked.candidates.len(), &asked.candidates[0].customer), (1, &ana), "to choose if it is her");
        }
        for (query, hint) in [("020 7946 0301", ""), ("020 7946 0301", "costa, ANA"), ("Ana 020 7946 0301", "")] {
            let clear = recognise(query, hint).await;
            assert!(clear.card.is_some() && !clear.needs_confirmation, "{query} {hint}: {clear:?}");
        }
        let score = async |query: &str| search(&service, query, false).await.candidates[0].score;
        assert_eq!((score("Rui 020 7946 0301").await, score("Ana 020 7946 0301").await), (60, 95));
        let bob = somebody(&service, "Robert", "Fitzgerald", "+442079460303", "Hull").await;
        let said = search(&service, "bob fitz gerald", false).await;
        assert_eq!(said.candidates.first().map(|it| &it.customer), Some(&bob), "a short name, and a space too many");
        let chosen = pb::RecognizeRequest {
            location: SHOP.to_owned(),
            customer: ana,
            name_hint: "Rui".to_owned(),
            ..pb::RecognizeRequest::default()
        };
        let refused = desk.recognize(chosen).await.expect_err("who is chosen needs no name");
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
        service.stop().await;
    }

    async fn who_gives_the_number_of_another_is_not_checked_in_as_them(database) {
        let service = shop(database).await;
        let ana = somebody(&service, "Ana", "Costa", "+442079460301", "Hull").await;
        let mut desk = FrontDeskServiceClient::new(service.channel());
        let mut comes = async |name: &str, on_missing: OnMissing| {
            let identity = pb::Identity {
                identifiers: vec![identifier(Kind::Phone, "", "020 7946 0301")],
                profile: Some(pb::Customer { display_name: name.to_owned(), ..pb::Customer::default() }),
                on_missing: on_missing.into(),
            };
            let request = pb::CheckInRequest {
                location: SHOP.to_owned(),
                who: Some(pb::Who { who: Some(pb::who::Who::Identity(identity)) }),
                ..pb::CheckInRequest::default()
            };
            desk.check_in(request).await.expect("checked in").into_inner()
        };
        let herself = comes("costa ana", KeepAnonymous).await;
        assert_eq!(herself.card.map(|card| card.customer), Some(ana.clone()));
        let other = comes("Rui", KeepAnonymous).await;
        let visit = other.interaction.expect("a visit");
        assert_eq!((visit.customer.as_str(), visit.candidates, other.card), ("", vec![ana.clone()], None));
        let rui = comes("Rui", Create).await.card.expect("he is known now");
        assert_ne!(rui.customer, ana);
        assert_eq!(comes("rui", Create).await.card.map(|card| card.customer), Some(rui.customer.clone()), "once");
        let third = comes("Sam", KeepAnonymous).await;
        assert_eq!((third.interaction.expect("a visit").candidates.len(), third.card), (2, None), "to be asked");
        let sam = comes("Sam", Create).await.card.expect("the third of a family").customer;
        assert!(![ana, rui.customer].contains(&sam));
        service.stop().await;
    }

    async fn nobody_is_made_twice_for_an_accent_or_the_order_of_names(database) {
        let service = shop(database).await;
        let known = somebody(&service, "José", "Núñez", "+442079460302", "Hull").await;
        let again = async |name: &str, on_match: OnMatch| {
            let customer = pb::Customer {
                display_name: name.to_owned(),
                identifiers: vec![identifier(Kind::Phone, "", "+442079460302")],
                ..pb::Customer::default()
            };
            let request = pb::CreateCustomerRequest {
                customer: Some(customer),
                on_match: on_match.into(),
                ..pb::CreateCustomerRequest::default()
            };
            customers(&service).create_customer(request).await.map(|made| made.into_inner().existing)
        };
        for name in ["Jose Nunez", "Núñez José", "NUÑEZ, JOSÉ", "J. Núñez", "Pepe Núñez"] {
            let refused = again(name, Reject).await.expect_err("he is known");
            assert_eq!((refused.code(), reason(&refused).as_str()), (Code::AlreadyExists, "ALREADY_EXISTS"), "{name}");
            assert!(again(name, ReturnExisting).await.expect("answered"), "{name}");
        }
        assert!(!again("Ana Núñez", Reject).await.expect("another person"), "of the same household");
        assert_eq!(first(&service, "nunez jose").await, "José Núñez", "{known}");
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

    async fn whoever_has_all_words_but_one_comes_behind_who_has_them_all(database) {
        let service = shop(database).await;
        let (here, moved) = (
            somebody(&service, "Ulrike", "Sommer", "+442079460121", "Leeds").await,
            somebody(&service, "Ulrike", "Sommer", "+442079460122", "York").await,
        );
        let found = async |type_ahead| {
            let found = search(&service, "Ulrike Sommer Leeds", type_ahead).await.candidates;
            found.into_iter().map(|it| it.customer).collect::<Vec<_>>()
        };
        assert_eq!(found(false).await, [here.clone(), moved]);
        assert_eq!(found(true).await, [here], "while somebody types, who fits is enough");
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
                allow_erased: false,
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
        let elsewhere = recognise("garcia@example.org").await;
        assert!(elsewhere.card.is_none() && elsewhere.needs_confirmation, "an address that nobody has: {elsewhere:?}");
        assert_eq!(recognise("nobody of that name").await, pb::RecognizeResponse::default());
        service.stop().await;
    }
}
