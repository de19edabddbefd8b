//! What programs are told of people, by every method that they may call: nothing of who is discreet, and of nobody what
//! staff wrote about them.

use std::collections::BTreeSet;

use gratitude::proto::v1 as pb;
use pb::case_service_client::CaseServiceClient;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{
    key,
    known::{Known, LOOK, REMARKS, STRANGER, SUMMARY, open_case},
    locked, made,
    may::may_call,
    roles::methods,
    with,
};
use crate::support::{raw, service::TestService};

const CAUSE: &str = "Fired too hot";

/// What staff wrote about people, for people.
const STAFFS_WORDS: [&str; 5] = [REMARKS, LOOK, STRANGER, SUMMARY, CAUSE];

/// Methods by which nothing is asked of a customer, or of whom a program has because it was given them to carry out.
const OF_NOBODY: &[&str] = &[
    "EventService/WatchEvents", // as ListEvents
    "GestureService/ClaimGestures",
    "GestureService/ExtendLease",
    "GestureService/ListPauses",
    "GestureService/StartDelivery",
    "JourneyService/GetJourney",
    "JourneyService/GetTouchpoint",
    "JourneyService/ListJourneys",
    "JourneyService/ListTouchpoints",
    "LocationService/GetLocation",
    "LocationService/ListLocations",
    "NoteService/CancelNoteBatch",
    "NoteService/ConfirmPrinted",
    "NoteService/CreateNoteBatch",
    "NoteService/DownloadNoteBatch",
    "NoteService/EditNote",
    "NoteService/GetNote",
    "NoteService/GetNoteBatch",
    "NoteService/GetTemplate",
    "NoteService/LintTemplate", // see rights.rs
    "NoteService/ListNoteBatches",
    "NoteService/ListNotes",
    "NoteService/ListTemplates",
    "NoteService/RegenerateNote",
    "NoteService/ReplayNotes",
    "NoteService/ResolveNote",
    "NoteService/ResumeNoteBatch",
    "NoteService/WatchNoteBatch",
    "PolicyService/GetContactPolicy",
    "RuleService/GetRule",
    "RuleService/ListRules",
];

/// What of a discreet customer is not there for a program, by its name neither.
const ABSENT: &[&str] = &[
    "CustomerService/BatchGetCustomers",
    "CustomerService/GetCustomer",
    "CustomerService/UpdateCustomer",
    "FrontDeskService/AcknowledgeGesture",
    "GestureService/CompleteGesture",
    "GestureService/FailGesture",
    "GestureService/GetGesture",
    "GestureService/LogCall",
    "GestureService/ReleaseGesture",
    "GestureService/ResolveGesture",
    "NoteService/LintNote",
    "NoteService/PreviewNote",
    "NoteService/PrintNote",
];

/// What was answered, as it went over the wire.
async fn answer(service: &TestService, token: &str, method: &str, request: Vec<u8>) -> (Code, String) {
    match raw::ask(with(service, token), method, request).await {
        Ok(reply) => (Code::Ok, String::from_utf8_lossy(&reply).into_owned()),
        Err(status) => (status.code(), words(&status)),
    }
}

fn words(status: &Status) -> String {
    format!("{} {:?}", status.message(), status.get_error_details())
}

/// Which of these an answer tells that the question did not say.
fn let_slip(request: &[u8], reply: &str, secrets: &[String]) -> Vec<String> {
    let request = String::from_utf8_lossy(request).replace(' ', "");
    secrets
        .iter()
        .filter(|it| reply.contains(it.as_str()) && !request.contains(&it.replace(' ', "")))
        .cloned()
        .collect()
}

/// Where it depends on what is asked: by a number nobody fits, by a name nobody is there; what is planned is kept,
/// unless a gate forbids it.
const PERHAPS_ABSENT: &[&str] = &["FrontDeskService/Recognize", "GestureService/ScheduleGesture"];

const PROGRAMS: [pb::Role; 2] = [pb::Role::Service, pb::Role::Batch];
const PEOPLE: [pb::Role; 2] = [pb::Role::Desk, pb::Role::Manager];

fn path(method: &str) -> String {
    format!("/gratitude.v1.{method}")
}

both_engines! {
    async fn no_method_tells_a_program_anything_of_who_is_discreet(database) {
        let (service, operator) = locked(database).await;
        let (_, manager) = made(&service, &operator, key(pb::Role::Manager, &[])).await;
        let all = methods();
        let mut asked: BTreeSet<String> = OF_NOBODY.iter().map(|method| path(method)).collect();
        for (number, role) in PROGRAMS.into_iter().chain(PEOPLE).enumerate() {
            let (_, token) = made(&service, &operator, key(role, &[])).await;
            let known = Known::new(&service, &manager, 10 + number, true).await;
            let (may, secrets) = (may_call(role, &all), known.secrets());
            let mut came_upon = BTreeSet::new();
            for (method, request) in known.asked().into_iter().filter(|(method, _)| may.contains(&path(method))) {
                asked.insert(path(method));
                let (code, reply) = answer(&service, &token, method, request.clone()).await;
                let told = let_slip(&request, &reply, &secrets);
                if PROGRAMS.contains(&role) {
                    assert_ne!(code, Code::InvalidArgument, "{method} as {role:?}: {reply}");
                    assert!(told.is_empty(), "{method} as {role:?} tells {told:?}: {code:?} {reply}");
                    let is_absent = ABSENT.contains(&method) || code != Code::Ok && PERHAPS_ABSENT.contains(&method);
                    assert_eq!(code == Code::NotFound, is_absent, "{method} as {role:?}: {code:?} {reply}");
                }
                came_upon.extend(told);
            }
            assert_eq!(came_upon.len() > 8, PEOPLE.contains(&role), "{role:?}: {came_upon:?}");
        }
        for role in PROGRAMS {
            let unasked: Vec<_> = may_call(role, &all).difference(&asked).cloned().collect();
            assert!(unasked.is_empty(), "whether these tell {role:?} of discreet customers is not tested: {unasked:?}");
        }
        service.stop().await;
    }

    async fn no_method_shows_a_program_what_staff_wrote_about_people(database) {
        let (service, operator) = locked(database).await;
        let (_, manager) = made(&service, &operator, key(pb::Role::Manager, &[])).await;
        let (all, secrets) = (methods(), STAFFS_WORDS.map(str::to_owned));
        for (number, role) in PROGRAMS.into_iter().chain(PEOPLE).enumerate() {
            let (_, token) = made(&service, &operator, key(role, &[])).await;
            let known = Known::new(&service, &manager, 20 + number, false).await;
            let may = may_call(role, &all);
            let mut shown = BTreeSet::new();
            for (method, request) in known.asked().into_iter().filter(|(method, _)| may.contains(&path(method))) {
                let (code, reply) = answer(&service, &token, method, request.clone()).await;
                let told = let_slip(&request, &reply, &secrets);
                assert!(PEOPLE.contains(&role) || told.is_empty(), "{method} as {role:?} shows {told:?}: {code:?} {reply}");
                shown.extend(told);
            }
            assert_eq!(shown.len() >= 4, PEOPLE.contains(&role), "{role:?}: {shown:?}");
        }
        service.stop().await;
    }

    async fn p2_a_case_that_a_program_opened_shows_it_nothing_that_people_wrote_since(database) {
        let (service, operator) = locked(database).await;
        let (_, manager) = made(&service, &operator, key(pb::Role::Manager, &[])).await;
        let (_, shop) = made(&service, &operator, key(pb::Role::Service, &[])).await;
        for (number, discreet) in [(30_u8, false), (31, true)] {
            let id = uuid::Uuid::from_u128(number.into()).to_string();
            let known = Known::new(&service, &manager, number.into(), discreet).await;
            let (name, first) = open_case(&service, &shop, &known.name, &id).await;
            let first = first.case.expect("it is returned");
            assert_eq!(first.summary.is_empty(), discreet, "its own words, unless they lead to who is discreet: {first:?}");
            let resolve = pb::ResolveCaseRequest {
                name: name.clone(),
                cause: Some(pb::resolve_case_request::Cause::RootCause(format!("{CAUSE}."))),
                remedy: "A new pot.".to_owned(),
                ..pb::ResolveCaseRequest::default()
            };
            CaseServiceClient::new(with(&service, &manager)).resolve_case(resolve).await.expect("resolved");
            let (again, reply) = open_case(&service, &shop, &known.name, &id).await;
            assert!(again == name && reply.replayed, "{reply:?}");
            let case = reply.case.expect("it is returned");
            assert_eq!(case.state() == pb::case::State::Resolved, !discreet, "{case:?}");
            assert!([SUMMARY, CAUSE, "A new pot."].iter().all(|words| !format!("{case:?}").contains(words)), "{case:?}");
        }
        service.stop().await;
    }
}
