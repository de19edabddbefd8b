//! What people write about people: hints, strangers who are known later, and an end for the words.

use super::{SHOP, ada, customers, fields, identifier, open, reason, shop};
use crate::support::service::TestService;
use gratitude::proto::v1 as pb;
use pb::{
    admin_service_client::AdminServiceClient, case_service_client::CaseServiceClient,
    front_desk_service_client::FrontDeskServiceClient, interaction_service_client::InteractionServiceClient,
    remark_hint::Topic,
};
use tonic::{Code, transport::Channel};

const DAY: i64 = 24 * 60 * 60;

fn desk(service: &TestService) -> FrontDeskServiceClient<Channel> {
    FrontDeskServiceClient::new(service.channel())
}

fn interactions(service: &TestService) -> InteractionServiceClient<Channel> {
    InteractionServiceClient::new(service.channel())
}

fn admin(service: &TestService) -> AdminServiceClient<Channel> {
    AdminServiceClient::new(service.channel())
}

fn is(customer: &str) -> Option<pb::Who> {
    Some(pb::Who { who: Some(pb::who::Who::Customer(customer.to_owned())) })
}

/// A visit about which somebody wrote.
fn remarked(customer: &str, remarks: &str) -> pb::RecordInteractionRequest {
    pb::RecordInteractionRequest {
        who: is(customer),
        interaction: Some(pb::Interaction {
            location: SHOP.to_owned(),
            kind: pb::InteractionKind::Visit.into(),
            channel: pb::InteractionChannel::InStore.into(),
            outcome: pb::Outcome::NotPurchased.into(),
            remarks: remarks.to_owned(),
            ..pb::Interaction::default()
        }),
        ..pb::RecordInteractionRequest::default()
    }
}

fn said(hints: &[pb::RemarkHint]) -> Vec<(&str, Topic, &str)> {
    hints.iter().map(|hint| (hint.field.as_str(), hint.topic(), hint.word.as_str())).collect()
}

/// A stranger who came and left.
async fn stranger(service: &TestService, look: &str) -> pb::Interaction {
    let request =
        pb::CheckInRequest { location: SHOP.to_owned(), stranger: look.to_owned(), ..pb::CheckInRequest::default() };
    let came = desk(service).check_in(request).await.expect("checked in").into_inner();
    service.advance("1m").await;
    let request = pb::CheckOutRequest {
        interaction: came.interaction.expect("it is returned").name,
        outcome: pb::Outcome::NotPurchased.into(),
        ..pb::CheckOutRequest::default()
    };
    desk(service).check_out(request).await.expect("checked out").into_inner().interaction.expect("it is returned")
}

async fn strangers(service: &TestService, page_size: i32, page_token: &str) -> (Vec<String>, String) {
    let request = pb::ListStrangersRequest { location: SHOP.to_owned(), page_size, page_token: page_token.to_owned() };
    let page = desk(service).list_strangers(request).await.expect("listed").into_inner();
    (page.interactions.into_iter().map(|it| it.stranger).collect(), page.next_page_token)
}

both_engines! {
    async fn p11_what_law_guards_most_is_kept_as_it_was_written_with_a_hint(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let text = "She is pregnant; prefers it kosher.";
        let recorded = interactions(&service).record_interaction(remarked(&ada.name, text)).await.expect("kept");
        let recorded = recorded.into_inner();
        assert_eq!(
            said(&recorded.hints),
            [("interaction.remarks", Topic::Health, "pregnant"), ("interaction.remarks", Topic::Religion, "kosher")]
        );
        assert_eq!(recorded.interaction.expect("it is returned").remarks, text);
        let plain = interactions(&service).record_interaction(remarked(&ada.name, "Likes the window seat.")).await;
        assert_eq!(plain.expect("kept").into_inner().hints, []);

        let request = pb::CheckInRequest {
            location: SHOP.to_owned(),
            stranger: "in a wheelchair, red scarf".to_owned(),
            ..pb::CheckInRequest::default()
        };
        let came = desk(&service).check_in(request).await.expect("checked in").into_inner();
        assert_eq!(said(&came.hints), [("stranger", Topic::Health, "wheelchair")]);
        let request = pb::CheckOutRequest {
            interaction: came.interaction.expect("it is returned").name,
            outcome: pb::Outcome::NotPurchased.into(),
            remarks: "Aktiv in der Gewerkschaft".to_owned(),
            ..pb::CheckOutRequest::default()
        };
        let left = desk(&service).check_out(request).await.expect("checked out").into_inner();
        assert_eq!(said(&left.hints), [("remarks", Topic::Union, "gewerkschaft")]);

        let fact = pb::Fact {
            kind: pb::fact::Kind::Other.into(),
            origin: pb::fact::Origin::ToldUs.into(),
            text: "Es diabética".to_owned(),
            ..pb::Fact::default()
        };
        let request = pb::AddFactRequest { name: ada.name.clone(), fact: Some(fact), ..Default::default() };
        let added = customers(&service).add_fact(request).await.expect("added").into_inner();
        assert_eq!(said(&added.hints), [("fact.text", Topic::Health, "diabetica")]);

        let case = pb::Case {
            customer: ada.name.clone(),
            summary: "Felt called a criminal by the till.".to_owned(),
            severity: 3,
            ..pb::Case::default()
        };
        let request = pb::OpenCaseRequest { case: Some(case), ..Default::default() };
        let opened = CaseServiceClient::new(service.channel()).open_case(request).await.expect("opened").into_inner();
        assert_eq!(said(&opened.hints), [("case.summary", Topic::Crime, "criminal")]);
        service.stop().await;
    }

    async fn strangers_who_left_are_listed_until_somebody_knows_them(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let mut visits = Vec::new();
        for look in ["blue coat", "green scarf", "yellow umbrella"] {
            visits.push(stranger(&service, look).await);
        }
        // Who was not described can't be told again; who is here is told by the arrivals.
        stranger(&service, "").await;
        let here = pb::CheckInRequest { location: SHOP.to_owned(), stranger: "hat".to_owned(), ..Default::default() };
        desk(&service).check_in(here).await.expect("checked in");

        let (first, token) = strangers(&service, 2, "").await;
        assert_eq!(first, ["yellow umbrella", "green scarf"], "the latest first");
        let (rest, end) = strangers(&service, 2, &token).await;
        assert_eq!((rest, end.as_str()), (vec!["blue coat".to_owned()], ""));

        let request = pb::ReassignVisitRequest {
            interaction: visits[1].name.clone(),
            customer: ada.name.clone(),
            ..Default::default()
        };
        let linked = desk(&service).reassign_visit(request).await.expect("hers").into_inner();
        assert_eq!(linked.interaction.as_ref().map(|it| it.customer.as_str()), Some(ada.name.as_str()));
        assert!(!linked.gestures.is_empty(), "now somebody can be thanked");
        assert_eq!(strangers(&service, 0, "").await.0, ["yellow umbrella", "blue coat"]);
        let request = pb::UndoActionRequest { action: linked.undo.expect("for a minute").action, ..Default::default() };
        desk(&service).undo_action(request).await.expect("undone");
        assert_eq!(strangers(&service, 0, "").await.0.len(), 3);
        let nowhere = pb::ListStrangersRequest { location: "mill-lane".to_owned(), ..Default::default() };
        assert_eq!(fields(&desk(&service).list_strangers(nowhere).await.expect_err("no name")), ["location"]);
        service.stop().await;
    }

    async fn what_is_kept_for_a_time_only_is_counted_and_then_forgotten_by_itself(database) {
        let service = TestService::with(database, |config| config.retention.remarks_days = 2).await;
        open(&service).await;
        let ada = ada(&service).await;
        let visit = interactions(&service).record_interaction(remarked(&ada.name, "Likes oolong.")).await;
        let visit = visit.expect("recorded").into_inner().interaction.expect("it is returned");
        service.advance("25h").await;
        let count = async |periods: Vec<pb::RetentionPeriod>| {
            let request = pb::ApplyRetentionRequest { dry_run: true, periods };
            admin(&service).apply_retention(request).await.map(|reply| reply.into_inner().lines)
        };
        let lines = count(Vec::new()).await.expect("counted");
        let told: Vec<_> = lines.iter().map(|it| (it.kind(), it.keep_duration.map(|it| it.seconds / DAY))).collect();
        use pb::RetainedKind as Kind;
        let kinds = [(Kind::Remarks, Some(2)), (Kind::Events, None), (Kind::Reads, None), (Kind::RequestKeys, Some(7))];
        assert_eq!(told, kinds);
        assert!(lines.iter().all(|line| line.due_count == 0 && line.forgotten_count == 0));

        let period = |kind: Kind, days: i64| pb::RetentionPeriod {
            kind: kind.into(),
            keep_duration: Some(prost_types::Duration { seconds: days * DAY, nanos: 0 }),
        };
        let lines = count(vec![period(Kind::Remarks, 1)]).await.expect("counted");
        assert_eq!((lines[0].due_count, lines[0].forgotten_count), (1, 0));
        assert_eq!(lines[0].oldest_time.map(|at| at.seconds), visit.start_time.map(|at| at.seconds));
        let wrong = count(vec![period(Kind::RequestKeys, 1)]).await.expect_err("they have an end of their own");
        assert_eq!(fields(&wrong), ["periods[0].kind"]);
        let twice = count(vec![period(Kind::Reads, 1), period(Kind::Reads, 2)]).await.expect_err("which?");
        assert_eq!(fields(&twice), ["periods[1].kind"]);
        let none = count(vec![period(Kind::Reads, 0)]).await.expect_err("too short");
        assert_eq!(fields(&none), ["periods[0].keep_duration"]);
        let request = pb::ApplyRetentionRequest { dry_run: false, periods: vec![period(Kind::Remarks, 1)] };
        let real = admin(&service).apply_retention(request).await.expect_err("only what is configured");
        assert_eq!(fields(&real), ["periods"]);

        let get = async || {
            let request = pb::GetInteractionRequest { name: visit.name.clone() };
            interactions(&service).get_interaction(request).await.expect("it stays").into_inner()
        };
        assert_eq!(get().await.remarks, "Likes oolong.", "counting changes nothing");
        service.advance("24h").await;
        let later = get().await;
        assert_eq!(later, pb::Interaction { remarks: String::new(), ..visit.clone() });
        let request = pb::ApplyRetentionRequest::default();
        let done = admin(&service).apply_retention(request).await.expect("nothing is left").into_inner();
        assert!(!done.more && done.lines.iter().all(|line| line.forgotten_count == 0));
        service.stop().await;
    }

    async fn staff_go_by_their_pseudonym_where_they_are_not_named(database) {
        use gratitude::config::StaffNamed;
        let service = TestService::with(database, |config| config.staff.named = StaffNamed::Pseudonym).await;
        open(&service).await;
        let ada = ada(&service).await;
        let member = pb::StaffMember {
            display_name: "Ana Martins".to_owned(),
            pseudonym: "Team Assam".to_owned(),
            role: pb::Role::Desk.into(),
            ..pb::StaffMember::default()
        };
        let request = pb::CreateStaffMemberRequest {
            staff_member_id: "am".to_owned(),
            staff_member: Some(member),
            ..pb::CreateStaffMemberRequest::default()
        };
        let added = admin(&service).create_staff_member(request).await.expect("added").into_inner();
        let added = added.staff_member.expect("it is returned");
        assert_eq!(added.pseudonym, "Team Assam");
        for (pseudonym, paths) in [("Team Sencha", vec![]), ("Team Oolong", vec!["pseudonym".to_owned()])] {
            let member =
                pb::StaffMember { name: added.name.clone(), pseudonym: pseudonym.to_owned(), ..Default::default() };
            let request = pb::UpdateStaffMemberRequest {
                staff_member: Some(member),
                update_mask: Some(prost_types::FieldMask { paths }),
            };
            let changed = admin(&service).update_staff_member(request).await.expect("changed").into_inner();
            assert_eq!((changed.pseudonym.as_str(), changed.display_name.as_str()), (pseudonym, "Ana Martins"));
        }

        let served = |staff: &str, n: u128| {
            let mut request = remarked(&ada.name, "");
            request.interaction.get_or_insert_default().staff = staff.to_owned();
            request.request_id = uuid::Uuid::from_u128(n).to_string();
            request
        };
        let record = async |staff: &str, n: u128| {
            let recorded = interactions(&service).record_interaction(served(staff, n)).await;
            recorded.map(|it| it.into_inner()).map(|it| (it.interaction.unwrap_or_default().staff, it.replayed))
        };
        for (n, (staff, shown)) in
            [("Ana Martins", "Team Oolong"), ("am", "Team Oolong"), ("Jo Berg", "J. B."), ("", "")].into_iter().enumerate()
        {
            assert_eq!(record(staff, n as u128).await.expect("recorded"), (shown.to_owned(), false), "{staff}");
        }
        assert!(record("Jo Berg", 2).await.expect("the same").1, "p2: by what was said");
        let other = record("Jo Bird", 2).await.expect_err("somebody else, though their initials are the same");
        assert_eq!((other.code(), reason(&other).as_str()), (Code::AlreadyExists, "CONTENT_DIFFERS"));

        let request = pb::ListInteractionsRequest {
            filter: "interaction.staff = \"Team Oolong\"".to_owned(),
            ..pb::ListInteractionsRequest::default()
        };
        let found = interactions(&service).list_interactions(request).await.expect("listed").into_inner();
        assert_eq!(found.interactions.len(), 2);
        let request = pb::ExportCustomerRequest { name: ada.name.clone() };
        let mut export = customers(&service).export_customer(request).await.expect("begun").into_inner();
        let mut told = String::new();
        while let Some(part) = export.message().await.expect("it goes on") {
            told.push_str(&format!("{part:?}"));
        }
        assert!(told.contains("Team Oolong") && !told.contains("Martins") && !told.contains("Jo Berg"), "{told}");
        service.stop().await;
    }
}

both_engines! {
    async fn a_gift_that_is_handed_over_says_what_it_was_worth(database) {
        use pb::gesture_service_client::GestureServiceClient;
        let service = shop(database).await;
        let euros = |units: i64| Some(pb::Money { currency_code: "EUR".to_owned(), micros: units * 1_000_000 });
        let acme = pb::Customer {
            kind: pb::customer::Kind::Organization.into(),
            display_name: "Acme".to_owned(),
            identifiers: vec![identifier(pb::identifier::Kind::Loyalty, "", "ACME-1")],
            ..pb::Customer::default()
        };
        let request = pb::CreateCustomerRequest { customer: Some(acme), ..Default::default() };
        let made = customers(&service).create_customer(request).await.expect("made").into_inner();
        let gift = pb::Gesture {
            customer: made.customer.expect("it is returned").name,
            location: SHOP.to_owned(),
            kind: pb::GestureKind::Gift.into(),
            channel: pb::Channel::HandOver.into(),
            gift_value: euros(10),
            ..pb::Gesture::default()
        };
        let request = pb::ScheduleGestureRequest { gesture: Some(gift), ..Default::default() };
        let planned = GestureServiceClient::new(service.channel()).schedule_gesture(request).await.expect("planned");
        let gift = planned.into_inner().gesture.expect("it is returned");
        let handed_over = |how: pb::acknowledge_gesture_request::How| pb::AcknowledgeGestureRequest {
            gesture: gift.name.clone(),
            etag: gift.etag.clone(),
            how: how.into(),
            gift_value: euros(12),
            ..pb::AcknowledgeGestureRequest::default()
        };
        use pb::acknowledge_gesture_request::How;
        let refused = desk(&service).acknowledge_gesture(handed_over(How::AlreadyThanked)).await.expect_err("not given");
        assert_eq!(fields(&refused), ["gift_value"]);
        let done = desk(&service).acknowledge_gesture(handed_over(How::Done)).await.expect("done").into_inner();
        assert_eq!(done.gesture.and_then(|it| it.gift_value), euros(12));
        service.stop().await;
    }
}
