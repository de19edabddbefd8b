//! Promises, other times, other hours, and a service that is only tried out.

use gratitude::proto::v1 as pb;
use pb::{gesture_service_client::GestureServiceClient, location_service_client::LocationServiceClient};
use prost_types::{Duration, FieldMask, Timestamp};
use tonic::{Code, transport::Channel};

use super::{SHOP, ada, fields, mill_lane, reason, shop};
use crate::support::service::TestService;

type Client = GestureServiceClient<Channel>;

fn instant(text: &str) -> Timestamp {
    let at: jiff::Timestamp = text.parse().expect("an instant");
    Timestamp { seconds: at.as_second(), nanos: 0 }
}

async fn promise(service: &TestService, within_hours: i64) -> pb::MakePromiseRequest {
    pb::MakePromiseRequest {
        customer: ada(service).await.name,
        location: SHOP.to_owned(),
        words: "The price of the large one.".to_owned(),
        until: Some(pb::make_promise_request::Until::WithinDuration(Duration {
            seconds: within_hours * 3600,
            nanos: 0,
        })),
        request_id: "0b0e4a52-6a0e-4c2e-9d0c-0f5b6a2f7c12".to_owned(),
        ..Default::default()
    }
}

async fn get(client: &mut Client, name: &str) -> pb::Gesture {
    client.get_gesture(pb::GetGestureRequest { name: name.to_owned() }).await.expect("it is there").into_inner()
}

fn local(gesture: &pb::Gesture) -> &str {
    gesture.plan.as_ref().map_or("", |plan| &plan.planned_local)
}

/// Has the desk make so many calls a day.
async fn can_make(service: &TestService, calls_per_day: i32) {
    let capacity = pb::CallCapacity { role: "desk".to_owned(), calls_per_day };
    let changed = pb::Location { name: SHOP.to_owned(), call_capacity: vec![capacity], ..mill_lane() };
    let update_mask = Some(FieldMask { paths: vec!["call_capacity".to_owned()] });
    let request = pb::UpdateLocationRequest { location: Some(changed), update_mask };
    LocationServiceClient::new(service.channel()).update_location(request).await.expect("updated");
}

fn wish(customer: &str) -> pb::Gesture {
    pb::Gesture {
        customer: customer.to_owned(),
        location: SHOP.to_owned(),
        kind: pb::GestureKind::Note.into(),
        channel: pb::Channel::Email.into(),
        purpose: pb::Purpose::Service.into(),
        content: Some(pb::GestureContent { text: "It was good to see you.".to_owned(), ..Default::default() }),
        ..Default::default()
    }
}

async fn email(client: &mut Client, customer: &str) -> pb::Gesture {
    let request = pb::ScheduleGestureRequest { gesture: Some(wish(customer)), ..Default::default() };
    client.schedule_gesture(request).await.expect("planned").into_inner().gesture.expect("returned")
}

both_engines! {
    async fn p5_a_promise_is_due_before_quiet_hours_and_one_that_is_missed_opens_a_case_then(database) {
        let service = shop(database).await;
        let mut client = GestureServiceClient::new(service.channel());
        // Monday 09:00 in London; the quiet hours of calls begin at 20:00.
        let request = promise(&service, 12).await;
        let made = client.make_promise(request.clone()).await.expect("promised").into_inner();
        let call = made.gesture.expect("it is returned");
        assert!(call.promised);
        assert_eq!(call.deadline_time, Some(instant("2026-11-23T20:00:00Z")), "21:00 is too late to call");
        assert_eq!(call.content.as_ref().map(|content| content.text.as_str()), Some("The price of the large one."));
        let again = client.make_promise(request).await.expect("the same").into_inner();
        assert_eq!((again.gesture.as_ref().map(|it| &it.name), again.replayed), (Some(&call.name), true));

        service.advance("11h").await;
        let missed = get(&mut client, &call.name).await;
        assert_eq!(missed.state(), pb::gesture::State::Expired);
        let mut cases = pb::case_service_client::CaseServiceClient::new(service.channel());
        let open = cases.list_cases(pb::ListCasesRequest::default()).await.expect("listed").into_inner().cases;
        let opened = open.iter().map(|case| case.open_time.map(|at| at.seconds)).collect::<Vec<_>>();
        assert_eq!(opened, [Some(instant("2026-11-23T20:00:00Z").seconds)], "at that instant");
        service.stop().await;
    }

    async fn p5_a_promise_that_no_allowed_minute_can_keep_is_refused_with_the_next_possible_time(database) {
        let service = shop(database).await;
        let mut client = GestureServiceClient::new(service.channel());
        service.advance("12h").await;
        let status = client.make_promise(promise(&service, 2).await).await.expect_err("nobody calls at night");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "NO_OPENING"));
        assert!(status.message().contains("2026-11-24T09:00:00Z"), "{}", status.message());
        let status = client.make_promise(pb::MakePromiseRequest::default()).await.expect_err("nothing said");
        assert_eq!(fields(&status), ["customer", "location", "until"]);
        service.stop().await;
    }

    async fn p5_a_gesture_is_moved_through_the_gates_and_only_by_who_read_it(database) {
        let service = shop(database).await;
        let mut client = GestureServiceClient::new(service.channel());
        let call = client.make_promise(promise(&service, 24 * 10).await).await.expect("promised").into_inner();
        let call = call.gesture.expect("it is returned");
        let request = pb::RescheduleGestureRequest {
            name: call.name.clone(),
            due_time: Some(instant("2026-11-28T21:00:00Z")),
            etag: call.etag.clone(),
            ..Default::default()
        };
        let moved = client.reschedule_gesture(request.clone()).await.expect("moved").into_inner();
        let moved = moved.gesture.expect("it is returned");
        assert_eq!(local(&moved), "2026-11-30T09:00", "after the Sunday");
        let status = client.reschedule_gesture(request).await.expect_err("it was changed");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
        service.stop().await;
    }

    async fn p5_other_hours_and_holidays_plan_anew_what_is_pending_there_and_say_why(database) {
        let service = shop(database).await;
        let mut client = GestureServiceClient::new(service.channel());
        let customer = ada(&service).await.name;
        let gesture = pb::Gesture {
            customer,
            location: SHOP.to_owned(),
            kind: pb::GestureKind::Call.into(),
            channel: pb::Channel::Phone.into(),
            due_time: Some(instant("2026-11-24T10:00:00Z")),
            ..Default::default()
        };
        let request = pb::ScheduleGestureRequest { gesture: Some(gesture), ..Default::default() };
        let call = client.schedule_gesture(request).await.expect("planned").into_inner().gesture.expect("returned");

        let holiday = pb::Holiday {
            date: Some(pb::CalendarDate { year: 2026, month: 11, day: 24 }),
            display_name: "Fair".to_owned(),
        };
        let changed = pb::Location { name: SHOP.to_owned(), holidays: vec![holiday], ..mill_lane() };
        let update_mask = Some(FieldMask { paths: vec!["holidays".to_owned()] });
        let request = pb::UpdateLocationRequest { location: Some(changed), update_mask };
        LocationServiceClient::new(service.channel()).update_location(request).await.expect("updated");
        service.advance("10s").await;
        let moved = get(&mut client, &call.name).await;
        assert_eq!(local(&moved), "2026-11-25T09:00");
        let steps: Vec<_> = moved.plan.iter().flat_map(|plan| &plan.steps).map(|step| step.text.as_str()).collect();
        assert!(steps.contains(&"Changed at the location: holidays."), "{steps:?}");

        // The contact policy plans everything anew.
        let mut policies = pb::policy_service_client::PolicyServiceClient::new(service.channel());
        let mut policy = policies.get_contact_policy(pb::GetContactPolicyRequest { name: "contactPolicy".to_owned() }).await.expect("there is one").into_inner();
        for window in &mut policy.call_hours {
            window.open = Some(pb::TimeOfDay { hours: 14, minutes: 0 });
        }
        let update_mask = Some(FieldMask { paths: vec!["call_hours".to_owned()] });
        let request = pb::UpdateContactPolicyRequest { contact_policy: Some(policy), update_mask };
        policies.update_contact_policy(request).await.expect("updated");
        service.advance("10s").await;
        assert_eq!(local(&get(&mut client, &call.name).await), "2026-11-25T14:00");
        service.stop().await;
    }

    async fn in_test_mode_e_mails_go_to_the_test_address_and_complete_nothing(database) {
        let service = TestService::with(database, |config| {
            config.delivery.test_address = "test@example.org".to_owned();
        }).await;
        super::open(&service).await;
        let mut client = GestureServiceClient::new(service.channel());
        let customer = ada(&service).await.name;
        let mail = email(&mut client, &customer).await;
        let claim = pb::ClaimGesturesRequest { worker: "mailer".to_owned(), max_count: 10, ..Default::default() };
        let taken = client.claim_gestures(claim.clone()).await.expect("claimed").into_inner();
        assert!(taken.test_mode);
        assert_eq!(taken.gestures[0].destination, "test@example.org");
        let (name, lease_token) = (mail.name.clone(), taken.gestures[0].lease_token);
        let items = vec![pb::StartDeliveryItem { name: name.clone(), lease_token }];
        client.start_delivery(pb::StartDeliveryRequest { items }).await.expect("started");
        let authority = Some(pb::complete_gesture_request::Authority::LeaseToken(lease_token));
        let done = client.complete_gesture(pb::CompleteGestureRequest { name, authority, ..Default::default() }).await;
        let done = done.expect("noted").into_inner();
        assert_eq!(done.contact_interaction, "");
        let waiting = done.gesture.expect("it is returned");
        assert_eq!((waiting.state(), waiting.state_reason()), (pb::gesture::State::Scheduled, pb::Reason::Tested));
        assert!(waiting.explanation.contains("test address"), "{}", waiting.explanation);
        assert!(client.claim_gestures(claim).await.expect("claimed").into_inner().gestures.is_empty());
        service.stop().await;
    }

    async fn p4_p5_what_is_late_at_night_keeps_its_deadline_and_leaves_in_the_morning_at_a_bounded_rate(database) {
        let service = TestService::with(database, |config| {
            config.scheduler.catch_up_per_minute = 2;
            config.budget.max_contacts = 1_000;
        }).await;
        super::open(&service).await;
        let mut client = GestureServiceClient::new(service.channel());
        let customer = ada(&service).await.name;
        let mut late = Vec::new();
        for _ in 0..12 {
            late.push(email(&mut client, &customer).await);
        }
        let tonight = pb::Gesture {
            deadline_time: Some(instant("2026-11-23T23:00:00Z")),
            ..wish(&customer)
        };
        let request = pb::ScheduleGestureRequest { gesture: Some(tonight), ..Default::default() };
        let tonight = client.schedule_gesture(request).await.expect("planned").into_inner().gesture.expect("returned");
        // The workers come back at 22:00; e-mails leave from 08:00 to 21:00.
        service.advance("13h").await;
        let claim = pb::ClaimGesturesRequest { worker: "mailer".to_owned(), max_count: 10, ..Default::default() };
        for _ in 0..8 {
            let taken = client.claim_gestures(claim.clone()).await.expect("answered").into_inner().gestures;
            assert!(taken.is_empty(), "nothing leaves by night");
            service.advance("1m").await;
        }
        for before in &late {
            let now = get(&mut client, &before.name).await;
            let times = |it: &pb::Gesture| (it.due_time, it.deadline_time);
            assert_eq!(times(&now), times(before), "it is as late as it was");
            assert!(now.explanation.contains("It is late"), "{}", now.explanation);
        }
        service.advance("1h").await;
        assert_eq!(get(&mut client, &tonight.name).await.state(), pb::gesture::State::Expired, "no whole new deadline");
        service.advance("8h53m").await;
        let claim = pb::ClaimGesturesRequest { lease_duration: Some(Duration { seconds: 600, nanos: 0 }), ..claim };
        let mut left = Vec::new();
        for minute in 0..7 {
            let mut taken = Vec::new();
            for _ in 0..3 {
                taken.extend(client.claim_gestures(claim.clone()).await.expect("answered").into_inner().gestures);
            }
            assert_eq!(taken.len(), [2, 2, 2, 2, 2, 2, 0][minute], "minute {minute}");
            left.extend(taken.into_iter().map(|it| it.gesture.expect("one").name));
            service.advance("1m").await;
        }
        let mut late: Vec<_> = late.into_iter().map(|it| it.name).collect();
        late.sort();
        left.sort();
        assert_eq!(left, late, "each once");
        service.stop().await;
    }

    async fn p4_after_three_days_of_downtime_what_is_fresh_leaves_once_at_a_bounded_rate_and_the_rest_expires(database) {
        let service = TestService::with(database, |config| {
            config.scheduler.catch_up_per_minute = 4;
            config.budget.max_contacts = 1_000;
        }).await;
        super::open(&service).await;
        let mut client = GestureServiceClient::new(service.channel());
        let customer = ada(&service).await.name;
        let gesture = |deadline: Option<&str>, promised: bool, priority: i32| pb::Gesture {
            customer: customer.clone(),
            location: SHOP.to_owned(),
            kind: pb::GestureKind::Note.into(),
            channel: pb::Channel::Email.into(),
            purpose: pb::Purpose::Service.into(),
            tone: pb::Tone::Caring.into(),
            deadline_time: deadline.map(instant),
            promised,
            priority,
            content: Some(pb::GestureContent { text: "It was good to see you.".to_owned(), ..Default::default() }),
            ..Default::default()
        };
        let mut fresh = Vec::new();
        for n in 0..9 {
            let wish = gesture(None, false, 50 + n);
            let request = pb::ScheduleGestureRequest { gesture: Some(wish), ..Default::default() };
            fresh.push(client.schedule_gesture(request).await.expect("planned").into_inner().gesture.expect("one").name);
        }
        let promise = pb::ScheduleGestureRequest { gesture: Some(gesture(Some("2026-11-27T09:00:00Z"), true, 0)), ..Default::default() };
        let promise = client.schedule_gesture(promise).await.expect("planned").into_inner().gesture.expect("one").name;
        for _ in 0..3 {
            let stale = gesture(Some("2026-11-24T12:00:00Z"), false, 90);
            let request = pb::ScheduleGestureRequest { gesture: Some(stale), ..Default::default() };
            client.schedule_gesture(request).await.expect("planned");
        }
        // Nothing runs for three days: no worker, no loop. Then the clock is where it is.
        service.advance("72h").await;
        let list = |filter: &str| pb::ListGesturesRequest { filter: filter.to_owned(), page_size: 100, ..Default::default() };
        let expired = client.list_gestures(list("gesture.state = EXPIRED AND gesture.state_reason = TOO_LATE")).await;
        assert_eq!(expired.expect("listed").into_inner().gestures.len(), 3, "what is past its deadline is counted");

        let mut left = Vec::new();
        for minute in 0..3 {
            // Several workers at once share what may leave in a minute.
            let claims = (0..4).map(|n| {
                let mut client = client.clone();
                let worker = format!("mailer-{n}");
                async move {
                    let request = pb::ClaimGesturesRequest { worker, max_count: 3, ..Default::default() };
                    client.claim_gestures(request).await.expect("claimed").into_inner().gestures
                }
            });
            let mut taken: Vec<_> = futures_util::future::join_all(claims).await.into_iter().flatten().collect();
            // All are of one household: while one worker takes from it, others pass it over, and ask again.
            loop {
                let request = pb::ClaimGesturesRequest { worker: "mailer".to_owned(), max_count: 3, ..Default::default() };
                let more = client.claim_gestures(request).await.expect("claimed").into_inner().gestures;
                if more.is_empty() {
                    break;
                }
                taken.extend(more);
            }
            assert_eq!(taken.len(), [4, 4, 2][minute], "minute {minute}");
            let names = taken.iter().map(|it| it.gesture.as_ref().expect("one").name.clone());
            if minute == 0 {
                assert!(names.clone().any(|name| name == promise), "the promise is among the first");
            }
            for (name, claimed) in names.zip(&taken) {
                let items = vec![pb::StartDeliveryItem { name: name.clone(), lease_token: claimed.lease_token }];
                client.start_delivery(pb::StartDeliveryRequest { items }).await.expect("started");
                let authority = Some(pb::complete_gesture_request::Authority::LeaseToken(claimed.lease_token));
                let complete = pb::CompleteGestureRequest { name: name.clone(), authority, ..Default::default() };
                client.complete_gesture(complete).await.expect("completed");
                left.push(name);
            }
            service.advance("1m").await;
        }
        fresh.push(promise);
        fresh.sort();
        left.sort();
        assert_eq!(left, fresh, "each once");
        // What falls due now is not late, and leaves at once.
        let soon = email(&mut client, &customer).await;
        let request = pb::ClaimGesturesRequest { worker: "mailer".to_owned(), max_count: 10, ..Default::default() };
        let taken = client.claim_gestures(request).await.expect("claimed").into_inner().gestures;
        assert_eq!(taken.iter().map(|it| &it.gesture.as_ref().expect("one").name).collect::<Vec<_>>(), [&soon.name]);
        service.stop().await;
    }

    async fn a_place_that_a_call_leaves_goes_to_whoever_waits_most_urgently(database) {
        let service = TestService::with(database, |config| config.budget.max_contacts = 1_000).await;
        super::open(&service).await;
        can_make(&service, 1).await;
        let mut client = GestureServiceClient::new(service.channel());
        let customer = ada(&service).await.name;
        let mut calls = Vec::new();
        for priority in [50, 10, 90] {
            let call = pb::Gesture {
                kind: pb::GestureKind::Call.into(),
                channel: pb::Channel::Phone.into(),
                role: "desk".to_owned(),
                content: None,
                priority,
                ..wish(&customer)
            };
            let request = pb::ScheduleGestureRequest { gesture: Some(call), ..Default::default() };
            calls.push(client.schedule_gesture(request).await.expect("planned").into_inner().gesture.expect("one").name);
        }
        let mut leave = client.clone();
        let mut cancel = async |name: &str| {
            let cancel = pb::CancelGestureRequest { name: name.to_owned(), reason: "No more.".to_owned(), ..Default::default() };
            leave.cancel_gesture(cancel).await.expect("taken back");
            service.advance("10s").await;
        };
        let mut days = async |names: &[String]| {
            let mut days = Vec::new();
            for name in names {
                days.push(local(&get(&mut client, name).await)[..10].to_owned());
            }
            days
        };
        assert_eq!(days(&calls).await, ["2026-11-23", "2026-11-24", "2026-11-25"]);
        cancel(&calls[0]).await;
        assert_eq!(days(&calls[1..]).await, ["2026-11-24", "2026-11-23"], "the most urgent first");
        cancel(&calls[2]).await;
        assert_eq!(days(&calls[1..2]).await, ["2026-11-23"]);
        service.stop().await;
    }

    async fn a_call_for_which_no_day_has_room_is_seen_to_wait_and_gets_the_place_that_becomes_free(database) {
        let service = TestService::with(database, |config| config.budget.max_contacts = 1_000).await;
        super::open(&service).await;
        can_make(&service, 1).await;
        let mut client = GestureServiceClient::new(service.channel());
        let customer = ada(&service).await.name;
        let mut calls = Vec::new();
        for _ in 0..3 {
            let call = pb::Gesture {
                kind: pb::GestureKind::Call.into(),
                channel: pb::Channel::Phone.into(),
                role: "desk".to_owned(),
                content: None,
                deadline_time: Some(instant("2026-11-23T19:00:00Z")),
                ..wish(&customer)
            };
            let request = pb::ScheduleGestureRequest { gesture: Some(call), ..Default::default() };
            calls.push(client.schedule_gesture(request).await.expect("planned").into_inner().gesture.expect("one").name);
        }
        let queue = pb::ListQueueRequest { location: SHOP.to_owned(), ..pb::ListQueueRequest::default() };
        let entries = client.list_queue(queue).await.expect("a page").into_inner().entries;
        let waits = |entry: &&pb::QueueEntry| {
            entry.gesture.as_ref().is_some_and(|gesture| gesture.state_reason() == pb::Reason::CallCapacity)
        };
        assert_eq!((entries.len(), entries.iter().filter(waits).count()), (3, 2), "they stand in the queue and say why");

        let mut has_place = calls.remove(0);
        while !calls.is_empty() {
            let cancel = pb::CancelGestureRequest {
                name: has_place,
                reason: "No more.".to_owned(),
                ..pb::CancelGestureRequest::default()
            };
            client.cancel_gesture(cancel).await.expect("taken back");
            service.advance("10s").await;
            let mut given = Vec::new();
            for (at, name) in calls.iter().enumerate() {
                let call = get(&mut client, name).await;
                assert_eq!(call.state(), pb::gesture::State::Scheduled);
                given.extend((call.state_reason() == pb::Reason::Unspecified).then_some(at));
            }
            let [at] = given.as_slice() else { panic!("one gets the place that became free, not {given:?}") };
            has_place = calls.remove(*at);
        }
        service.stop().await;
    }

    async fn calls_never_exceed_what_people_can_make_in_a_day_however_many_plan_at_once(database) {
        let service = shop(database).await;
        let client = GestureServiceClient::new(service.channel());
        can_make(&service, 5).await;
        let calls = (0..23).map(|n| {
            let (mut client, mut customers) = (client.clone(), super::customers(&service));
            async move {
                let customer = pb::Customer {
                    display_name: format!("Customer {n}"),
                    region_code: "GB".to_owned(),
                    identifiers: vec![super::identifier(pb::identifier::Kind::Phone, "", &format!("020 7946 00{n:02}"))],
                    ..Default::default()
                };
                let request = pb::CreateCustomerRequest { customer: Some(customer), ..Default::default() };
                let made = customers.create_customer(request).await.expect("made").into_inner().customer.expect("one");
                let gesture = pb::Gesture {
                    customer: made.name,
                    location: SHOP.to_owned(),
                    kind: pb::GestureKind::Call.into(),
                    channel: pb::Channel::Phone.into(),
                    role: "desk".to_owned(),
                    ..Default::default()
                };
                let request = pb::ScheduleGestureRequest { gesture: Some(gesture), ..Default::default() };
                client.schedule_gesture(request).await.expect("planned").into_inner().gesture.expect("returned")
            }
        });
        let planned = futures_util::future::join_all(calls).await;
        let mut by_day = std::collections::BTreeMap::<String, u32>::new();
        for call in &planned {
            *by_day.entry(local(call)[..10].to_owned()).or_default() += 1;
        }
        let days: Vec<_> = by_day.iter().map(|(day, calls)| (day.as_str(), *calls)).collect();
        let expected = [("2026-11-23", 5), ("2026-11-24", 5), ("2026-11-25", 5), ("2026-11-26", 5), ("2026-11-27", 3)];
        assert_eq!(days, expected, "none is lost, and no day is overfull");
        let told = |call: &pb::Gesture| call.plan.iter().flat_map(|plan| &plan.steps).any(|step| step.text.starts_with("Waits: "));
        assert_eq!(planned.iter().filter(|call| told(call)).count(), 18, "and whoever waits sees why");
        service.stop().await;
    }
}
