//! What people do for people: cases are taken care of, calls are taken, and who has died is left alone.

use gratitude::proto::v1 as pb;
use pb::{
    case_service_client::CaseServiceClient, front_desk_service_client::FrontDeskServiceClient,
    gesture_service_client::GestureServiceClient,
};
use tonic::{Code, Response, Status};

use super::{SHOP, ada, customers, fields, reason, shop, visit};
use crate::support::service::TestService;

async fn opened(service: &TestService, customer: &str) -> pb::Case {
    let case = pb::Case {
        customer: customer.to_owned(),
        location: SHOP.to_owned(),
        summary: "The glaze cracked.".to_owned(),
        ..pb::Case::default()
    };
    let request = pb::OpenCaseRequest { case: Some(case), ..pb::OpenCaseRequest::default() };
    let opened = CaseServiceClient::new(service.channel()).open_case(request).await.expect("opened");
    opened.into_inner().case.expect("it is returned")
}

fn voucher(name: &str, pounds: i64) -> pb::GrantRemedyRequest {
    let remedy = pb::Remedy {
        kind: pb::remedy::Kind::Voucher.into(),
        amount: Some(pb::Money { currency_code: "GBP".to_owned(), micros: pounds * 1_000_000 }),
        granted_by: "mina".to_owned(),
        ..pb::Remedy::default()
    };
    pb::GrantRemedyRequest {
        name: name.to_owned(),
        remedy: Some(remedy),
        request_id: uuid::Uuid::from_u128(7).to_string(),
        ..pb::GrantRemedyRequest::default()
    }
}

both_engines! {
    async fn a_case_is_taken_care_of_within_limits_settled_and_opened_again(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let case = opened(&service, &ada.name).await;
        let mut cases = CaseServiceClient::new(service.channel());
        let care = pb::Case {
            name: case.name.clone(),
            assignee: "mina".to_owned(),
            severity: 4,
            etag: case.etag.clone(),
            ..pb::Case::default()
        };
        let request = pb::UpdateCaseRequest { case: Some(care.clone()), update_mask: None };
        let updated = cases.update_case(request.clone()).await.expect("updated").into_inner();
        assert_eq!((updated.assignee.as_str(), updated.severity), ("mina", 4));
        assert_eq!((&updated.summary, &updated.location), (&case.summary, &case.location), "the mask left them alone");
        assert_eq!(cases.update_case(request).await.expect_err("another version").code(), Code::Aborted);
        let filter = "case.assignee = \"mina\" AND case.location = \"locations/mill-lane\"".to_owned();
        let found = cases.list_cases(pb::ListCasesRequest { filter, ..pb::ListCasesRequest::default() }).await;
        assert_eq!(found.expect("a page").into_inner().cases.len(), 1);

        let granted = cases.grant_remedy(voucher(&case.name, 40)).await.expect("granted").into_inner();
        assert_eq!(granted.case.expect("it is returned").remedies.len(), 1);
        assert!(cases.grant_remedy(voucher(&case.name, 40)).await.expect("replayed").into_inner().replayed);
        let more = pb::GrantRemedyRequest { request_id: String::new(), ..voucher(&case.name, 11) };
        let status = cases.grant_remedy(more).await.expect_err("50 is the limit");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "REMEDY_LIMIT"));
        assert!(status.message().contains("10.00 GBP left of 50.00 GBP"), "{}", status.message());
        let nothing = pb::GrantRemedyRequest { name: case.name.clone(), remedy: Some(pb::Remedy::default()), ..pb::GrantRemedyRequest::default() };
        let mut wrong = fields(&cases.grant_remedy(nothing).await.expect_err("it says nothing"));
        wrong.sort();
        assert_eq!(wrong, ["remedy.granted_by", "remedy.kind"]);
        let mut unpriced = voucher(&case.name, 1);
        unpriced.remedy.iter_mut().for_each(|remedy| remedy.amount = None);
        unpriced.request_id.clear();
        let status = cases.grant_remedy(unpriced).await.expect_err("money is worth something");
        assert_eq!(fields(&status), ["remedy.amount"]);

        let reopen = pb::ReopenCaseRequest {
            name: case.name.clone(),
            reason: "It cracked again.".to_owned(),
            ..pb::ReopenCaseRequest::default()
        };
        let status = cases.reopen_case(reopen.clone()).await.expect_err("it is open");
        assert_eq!(reason(&status), "CASE_NOT_RESOLVED");
        let resolve = pb::ResolveCaseRequest {
            name: case.name.clone(),
            cause: Some(pb::resolve_case_request::Cause::NoCauseFound(true)),
            ..pb::ResolveCaseRequest::default()
        };
        let resolved = cases.resolve_case(resolve).await.expect("resolved").into_inner().case.expect("it is returned");
        assert!(resolved.recovery.starts_with("gestures/"), "she hears of it");
        let reopened = cases.reopen_case(reopen).await.expect("reopened").into_inner().case.expect("it is returned");
        assert_eq!((reopened.state(), reopened.reopen_reason.as_str()), (pb::case::State::Open, "It cracked again."));
        service.stop().await;
    }

    async fn p4_a_call_that_somebody_took_is_with_them(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let gesture = pb::Gesture {
            customer: ada.name,
            location: SHOP.to_owned(),
            kind: pb::GestureKind::Call.into(),
            channel: pb::Channel::Phone.into(),
            ..pb::Gesture::default()
        };
        let mut gestures = GestureServiceClient::new(service.channel());
        let request = pb::ScheduleGestureRequest { gesture: Some(gesture), ..pb::ScheduleGestureRequest::default() };
        let planned = gestures.schedule_gesture(request).await.expect("planned").into_inner().gesture.expect("returned");
        let take = |staff: &str| pb::TakeGestureRequest {
            name: planned.name.clone(),
            staff: staff.to_owned(),
            etag: String::new(),
        };
        let taken = gestures.take_gesture(take("mina")).await.expect("taken").into_inner();
        assert_eq!(taken.taken_by, "mina");
        let status = gestures.take_gesture(take("rui")).await.expect_err("mina has it");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "TAKEN"));
        let queue = || pb::ListQueueRequest { location: SHOP.to_owned(), ..pb::ListQueueRequest::default() };
        let entries = gestures.list_queue(queue()).await.expect("a page").into_inner().entries;
        assert_eq!(entries.iter().map(|entry| entry.taken_by.as_str()).collect::<Vec<_>>(), ["mina"]);
        service.advance("15m").await;
        let entries = gestures.list_queue(queue()).await.expect("a page").into_inner().entries;
        assert_eq!(entries[0].taken_by, "", "it lapsed by itself");
        let taken = gestures.take_gesture(take("rui")).await.expect("taken").into_inner();
        let authority = Some(pb::release_gesture_request::Authority::Etag(taken.etag));
        let release = pb::ReleaseGestureRequest { name: taken.name, authority };
        assert_eq!(gestures.release_gesture(release).await.expect("given back").into_inner().taken_by, "");
        service.stop().await;
    }

    async fn p3_who_has_died_is_left_alone(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let planned = visit(&service, &ada.name).await.gestures;
        let set = |deceased, id| pb::SetDeceasedRequest {
            name: ada.name.clone(),
            deceased,
            request_id: uuid::Uuid::from_u128(id).to_string(),
            ..pb::SetDeceasedRequest::default()
        };
        let changed = customers(&service).set_deceased(set(true, 1)).await.expect("kept").into_inner();
        assert_eq!(changed.customer.expect("it is returned").status(), pb::customer::Status::Deceased);
        assert!(customers(&service).set_deceased(set(true, 1)).await.expect("replayed").into_inner().replayed);
        let mut gestures = GestureServiceClient::new(service.channel());
        let request = pb::GetGestureRequest { name: planned[0].name.clone() };
        let gesture = gestures.get_gesture(request).await.expect("it is there").into_inner();
        assert_eq!((gesture.state(), gesture.state_reason()), (pb::gesture::State::Cancelled, pb::Reason::Deceased));
        let filter = "customer.status = DECEASED".to_owned();
        let request = pb::ListCustomersRequest { filter, ..pb::ListCustomersRequest::default() };
        let found = customers(&service).list_customers(request).await.expect("a page").into_inner();
        assert_eq!(found.customers.len(), 1);

        let request = pb::RecognizeRequest {
            location: SHOP.to_owned(),
            query: "till:A-7".to_owned(),
            ..pb::RecognizeRequest::default()
        };
        let card = FrontDeskServiceClient::new(service.channel()).recognize(request).await.expect("recognised");
        let card = card.into_inner().card.expect("a card");
        assert!(card.notice.contains("has died") && card.say.is_none() && card.hand_over.is_empty(), "{card:?}");
        let changed = customers(&service).set_deceased(set(false, 2)).await.expect("kept").into_inner();
        assert_eq!(changed.customer.expect("it is returned").status(), pb::customer::Status::Active);
        service.stop().await;
    }
}

async fn recognize(service: &TestService, customer: &str) -> Result<Response<pb::RecognizeResponse>, Status> {
    let request = pb::RecognizeRequest {
        location: SHOP.to_owned(),
        customer: customer.to_owned(),
        ..pb::RecognizeRequest::default()
    };
    FrontDeskServiceClient::new(service.channel()).recognize(request).await
}

both_engines! {
    async fn p10_the_name_of_a_merged_record_leads_to_the_survivor_on_every_method(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let mut people = customers(&service);
        let bea = pb::Customer { display_name: "Ada B.".to_owned(), how_to_say: "AY-da".to_owned(), ..Default::default() };
        let request = pb::CreateCustomerRequest { customer: Some(bea), ..Default::default() };
        let bea = people.create_customer(request).await.expect("made").into_inner().customer.expect("it is returned");
        let mut merge = pb::MergeCustomersRequest {
            survivor: ada.name.clone(),
            duplicate: bea.name.clone(),
            duplicate_etag: bea.etag.clone(),
            validate_only: true,
            ..Default::default()
        };
        let told = people.merge_customers(merge.clone()).await.expect("told").into_inner();
        assert_eq!(told.survivor.expect("the survivor").how_to_say, "AY-da");
        let get = |name: &str| pb::GetCustomerRequest { name: name.to_owned() };
        assert_eq!(people.get_customer(get(&bea.name)).await.expect("there").into_inner(), bea, "nothing was changed");

        (merge.validate_only, merge.request_id) = (false, uuid::Uuid::from_u128(8).to_string());
        let merged = people.merge_customers(merge.clone()).await.expect("merged").into_inner();
        let duplicate = merged.duplicate.expect("the duplicate");
        assert_eq!((duplicate.status(), &duplicate.merged_into), (pb::customer::Status::Merged, &ada.name));
        let one = people.get_customer(get(&bea.name)).await.expect("there").into_inner();
        assert_eq!((&one.name, &one.merged_customers), (&ada.name, &vec![bea.name.clone()]));
        let chosen = recognize(&service, &bea.name).await.expect("there").into_inner();
        assert_eq!((&chosen.candidates[0].customer, &chosen.card.expect("hers").customer), (&ada.name, &ada.name));
        let both = pb::BatchGetCustomersRequest { names: vec![bea.name.clone(), ada.name.clone()] };
        let both = people.batch_get_customers(both).await.expect("both").into_inner().customers;
        assert_eq!(both.iter().map(|it| &it.name).collect::<Vec<_>>(), [&ada.name, &ada.name]);
        let renamed = pb::Customer { name: bea.name.clone(), honorific: "Dr.".to_owned(), ..Default::default() };
        let update = pb::UpdateCustomerRequest { customer: Some(renamed), ..Default::default() };
        assert_eq!(people.update_customer(update).await.expect("updated").into_inner().name, ada.name);
        assert!(people.merge_customers(merge.clone()).await.expect("again").into_inner().replayed);
        merge.request_id = String::new();
        merge.duplicate_etag = String::new();
        let refused = people.merge_customers(merge).await.expect_err("it is part of it already");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "CUSTOMER_MERGED"));

        let part = pb::UnmergeCustomerRequest { name: bea.name.clone(), request_id: String::new() };
        let parted = people.unmerge_customer(part.clone()).await.expect("parted").into_inner();
        let (ada, bea) = (parted.survivor.expect("the survivor"), parted.customer.expect("the other"));
        assert_eq!((ada.honorific.as_str(), ada.how_to_say.as_str()), ("Dr.", ""), "what was changed stays");
        assert_eq!((bea.honorific.as_str(), bea.how_to_say.as_str()), ("", "AY-da"));
        let refused = people.unmerge_customer(part).await.expect_err("it is part of none");
        assert_eq!(reason(&refused), "CUSTOMER_NOT_MERGED");
    }

    async fn p11_p12_an_export_tells_all_that_is_held_and_is_written_down_first(database) {
        use pb::exported_entry::What;
        let service = shop(database).await;
        let ada = ada(&service).await;
        let mut people = customers(&service);
        visit(&service, &ada.name).await;
        let case = opened(&service, &ada.name).await;
        let consent = pb::Consent {
            channel: pb::Channel::Email.into(),
            purpose: pb::Purpose::Gratitude.into(),
            state: pb::consent::State::Granted.into(),
            ..Default::default()
        };
        for state in [pb::consent::State::Granted, pb::consent::State::Refused] {
            let consent = pb::Consent { state: state.into(), ..consent.clone() };
            let request = pb::SetConsentRequest { name: ada.name.clone(), consent: Some(consent), ..Default::default() };
            people.set_consent(request).await.expect("kept");
        }
        let request = pb::ExportCustomerRequest { name: ada.name.clone() };
        let mut stream = people.export_customer(request).await.expect("told").into_inner();
        let mut told = Vec::new();
        while let Some(part) = stream.message().await.expect("it goes on") {
            told.extend(part.entries.into_iter().filter_map(|entry| entry.what));
        }
        let count = |fits: fn(&What) -> bool| told.iter().filter(|what| fits(what)).count();
        assert_eq!(count(|it| matches!(it, What::Customer(_))), 1);
        assert_eq!(count(|it| matches!(it, What::Consent(_))), 2, "every word, not only the last");
        assert_eq!(count(|it| matches!(it, What::Interaction(_))), 1);
        assert_eq!(count(|it| matches!(it, What::Obligation(_))), 1);
        assert!(told.iter().any(|it| matches!(it, What::Case(told) if told.name == case.name)));
        let exported = |it: &What| matches!(it, What::Change(change) if change.kind == "customer.exported");
        assert!(told.iter().any(exported), "that it was asked for is told too");

        let erase = pb::EraseCustomerRequest { name: ada.name.clone(), ..Default::default() };
        let erased = people.erase_customer(erase.clone()).await.expect("erased").into_inner();
        let left = erased.customer.expect("what is left");
        assert_eq!((left.status(), left.display_name.as_str()), (pb::customer::Status::Erased, ""));
        assert!(people.erase_customer(erase).await.expect("again").into_inner().replayed);
        let refused = recognize(&service, &ada.name).await.expect_err("nobody's card");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "ERASED"));
        let update = pb::UpdateCustomerRequest { customer: Some(ada), ..Default::default() };
        let refused = people.update_customer(update).await.expect_err("they are forgotten");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "ERASED"));
    }
}
