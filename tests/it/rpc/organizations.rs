//! Organisations: notes go to the right contact, and gifts stay within what they allow.

use futures_util::future::join_all;
use gratitude::proto::v1 as pb;
use pb::gesture_service_client::GestureServiceClient;
use tonic::Code;

use super::{SHOP, customers, fields, identifier, reason, shop};
use crate::support::service::TestService;

fn email(address: &str) -> pb::ContactPoint {
    pb::ContactPoint {
        address: Some(pb::contact_point::Address::Email(address.to_owned())),
        ..pb::ContactPoint::default()
    }
}

fn contact(name: &str, role: &str, address: &str, language: &str) -> pb::OrganizationContact {
    pb::OrganizationContact {
        display_name: name.to_owned(),
        roles: vec![role.to_owned()],
        contact_points: vec![email(address)],
        language_code: language.to_owned(),
        ..pb::OrganizationContact::default()
    }
}

fn pounds(pounds: i64) -> Option<pb::Money> {
    Some(pb::Money { currency_code: "GBP".to_owned(), micros: pounds * 1_000_000 })
}

fn mill() -> pb::Customer {
    pb::Customer {
        kind: pb::customer::Kind::Organization.into(),
        display_name: "The Mill".to_owned(),
        identifiers: vec![identifier(pb::identifier::Kind::Email, "", "office@mill.example")],
        contacts: vec![
            contact("Ms Bright", "owner", "bright@mill.example", ""),
            contact("Herr Korn", "Buyer", "korn@mill.example", "de"),
        ],
        gift_limit: Some(pb::GiftLimit { per_gift: pounds(25), per_year: pounds(60) }),
        ..pb::Customer::default()
    }
}

async fn made(service: &TestService, customer: pb::Customer) -> pb::Customer {
    let request = pb::CreateCustomerRequest { customer: Some(customer), ..pb::CreateCustomerRequest::default() };
    let made = customers(service).create_customer(request).await.expect("a new customer").into_inner();
    made.customer.expect("it is returned")
}

fn planned(gesture: pb::Gesture) -> pb::ScheduleGestureRequest {
    pb::ScheduleGestureRequest { gesture: Some(gesture), ..pb::ScheduleGestureRequest::default() }
}

fn note(to: &pb::Customer, recipient_role: &str) -> pb::ScheduleGestureRequest {
    planned(pb::Gesture {
        customer: to.name.clone(),
        location: SHOP.to_owned(),
        kind: pb::GestureKind::Note.into(),
        channel: pb::Channel::Email.into(),
        purpose: pb::Purpose::Service.into(),
        recipient_role: recipient_role.to_owned(),
        ..pb::Gesture::default()
    })
}

fn gift(to: &pb::Customer, gift_value: Option<pb::Money>) -> pb::ScheduleGestureRequest {
    planned(pb::Gesture {
        customer: to.name.clone(),
        location: SHOP.to_owned(),
        kind: pb::GestureKind::Gift.into(),
        channel: pb::Channel::HandOver.into(),
        promised: true,
        gift_value,
        ..pb::Gesture::default()
    })
}

both_engines! {
    async fn a_note_goes_to_the_contact_of_the_role_in_their_language(database) {
        let service = TestService::with(database, |config| config.budget.max_contacts = 10).await;
        super::open(&service).await;
        let mill = made(&service, mill()).await;
        assert_eq!(mill.contacts.len(), 2);
        let mut gestures = GestureServiceClient::new(service.channel());
        for role in ["buyer", ""] {
            let mut own = note(&mill, role);
            let text = "It was good to see you.".to_owned();
            own.gesture.get_or_insert_default().content = Some(pb::GestureContent { text, ..Default::default() });
            gestures.schedule_gesture(own).await.expect("planned");
        }
        let claim = pb::ClaimGesturesRequest { worker: "mail".to_owned(), max_count: 9, ..pb::ClaimGesturesRequest::default() };
        let mut claimed = gestures.claim_gestures(claim).await.expect("claimed").into_inner().gestures;
        claimed.sort_by(|a, b| a.destination.cmp(&b.destination));
        let to: Vec<_> = claimed.iter().map(|it| (it.destination.as_str(), it.display_name.as_str())).collect();
        assert_eq!(to, [("bright@mill.example", "Ms Bright"), ("korn@mill.example", "Herr Korn")]);
        let mut content = async |role| {
            let planned = gestures.schedule_gesture(note(&mill, role)).await.expect("planned").into_inner();
            planned.gesture.and_then(|it| it.content).expect("it has words")
        };
        let (owner, buyer) = (content("").await, content("buyer").await);
        assert!(owner.text.contains("Ms Bright"), "{}", owner.text);
        assert_eq!(buyer.language_code, "de");
        assert!(buyer.text.contains("Herr Korn"), "{}", buyer.text);
        service.stop().await;
    }

    async fn gifts_keep_to_the_limit_however_many_are_planned_at_once(database) {
        let service = shop(database).await;
        let mill = made(&service, mill()).await;
        let twelve = (0..12).map(|_| {
            let mut gestures = GestureServiceClient::new(service.channel());
            let request = gift(&mill, pounds(20));
            async move { gestures.schedule_gesture(request).await }
        });
        let answers = join_all(twelve).await;
        let (planned, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!(planned.len(), 3, "60 a year are three of 20");
        for status in refused.into_iter().filter_map(Result::err) {
            assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "GIFT_LIMIT"));
            assert!(status.message().contains("at most 60 GBP a year"), "{}", status.message());
        }
        let mut gestures = GestureServiceClient::new(service.channel());
        let unknown = gestures.schedule_gesture(gift(&mill, None)).await.expect("a person decides").into_inner();
        let unknown = unknown.gesture.expect("it is returned");
        assert_eq!(unknown.state_reason(), pb::Reason::GiftUnclear);
        let queue = pb::ListQueueRequest { location: SHOP.to_owned(), ..pb::ListQueueRequest::default() };
        let entries = gestures.list_queue(queue).await.expect("a page").into_inner().entries;
        assert_eq!(entries.len(), 4, "all are with people");
        let complete = |gift_value| pb::CompleteGestureRequest {
            name: unknown.name.clone(),
            authority: Some(pb::complete_gesture_request::Authority::Etag(unknown.etag.clone())),
            staff: "mina".to_owned(),
            gift_value,
            ..pb::CompleteGestureRequest::default()
        };
        let status = gestures.complete_gesture(complete(None)).await.expect_err("it has to be said");
        assert_eq!(fields(&status), ["gift_value"]);
        let done = gestures.complete_gesture(complete(pounds(15))).await.expect("done").into_inner();
        assert_eq!(done.gesture.and_then(|it| it.gift_value), pounds(15));
        service.stop().await;
    }

    async fn contacts_and_limits_are_of_organisations_alone(database) {
        let service = shop(database).await;
        let person = pb::Customer { kind: pb::customer::Kind::Person.into(), ..mill() };
        let request = pb::CreateCustomerRequest { customer: Some(person), ..pb::CreateCustomerRequest::default() };
        let status = customers(&service).create_customer(request).await.expect_err("a person has no contacts");
        let mut wrong = fields(&status);
        wrong.sort();
        assert_eq!(wrong, ["customer.contacts", "customer.gift_limit"]);
        let mixed = pb::GiftLimit { per_year: Some(pb::Money { currency_code: "EUR".to_owned(), micros: 1 }), per_gift: pounds(1) };
        let nameless = pb::OrganizationContact::default();
        let wrong = pb::Customer { gift_limit: Some(mixed), contacts: vec![nameless], ..mill() };
        let request = pb::CreateCustomerRequest { customer: Some(wrong), ..pb::CreateCustomerRequest::default() };
        let mut wrong = fields(&customers(&service).create_customer(request).await.expect_err("two currencies"));
        wrong.sort();
        assert_eq!(wrong, ["customer.contacts[0].display_name", "customer.gift_limit.per_year"]);
        service.stop().await;
    }
}
