//! A customer of whom everything is known that may be known of somebody, and all that may be asked of them.

use gratitude::proto::v1 as pb;
use pb::{
    case_service_client::CaseServiceClient, front_desk_service_client::FrontDeskServiceClient,
    gesture_service_client::GestureServiceClient,
};
use prost::Message;

use super::{SHOP, customers, with};
use crate::support::service::TestService;

pub(super) const REMARKS: &str = "Seemed unwell";
pub(super) const LOOK: &str = "woman in the red coat";
pub(super) const STRANGER: &str = "man with the parrot";
pub(super) const SUMMARY: &str = "The glaze cracked";
pub(super) const FACT: &str = "Collects moths";
pub(super) const WORDS: &str = "It was good to see you, moth lady.";

/// A customer with all that may be known of somebody.
pub(super) struct Known {
    pub(super) name: String,
    phone: String,
    card: String,
    /// Open, and described when they came in.
    visit: String,
    /// Closed, with remarks.
    left: String,
    /// An open visit of somebody else, who is described and not known.
    strangers: String,
    note: pb::Gesture,
    call: pb::Gesture,
    case: String,
    /// By which the check-in can be taken back.
    undo: String,
}

fn by_name(customer: &str) -> Option<pb::Who> {
    Some(pb::Who { who: Some(pb::who::Who::Customer(customer.to_owned())) })
}

fn by_phone(phone: &str) -> pb::Identifier {
    pb::Identifier { kind: pb::identifier::Kind::Phone.into(), value: phone.to_owned(), ..pb::Identifier::default() }
}

impl Known {
    /// Somebody new, by their number.
    pub(super) async fn new(service: &TestService, manager: &str, number: usize, discreet: bool) -> Self {
        let (phone, card) = (format!("020 7946 00{number}"), format!("MOTH-{number}"));
        let loyalty = pb::identifier::Kind::Loyalty.into();
        let profile = pb::Customer {
            display_name: format!("Zephyrine {number}"),
            region_code: "GB".to_owned(),
            identifiers: vec![
                by_phone(&phone),
                pb::Identifier { kind: loyalty, value: card.clone(), ..pb::Identifier::default() },
            ],
            contact_points: [
                pb::contact_point::Address::Phone(phone.clone()),
                pb::contact_point::Address::Email(format!("zephyrine{number}@mill.example")),
            ]
            .map(|address| pb::ContactPoint { address: Some(address), ..pb::ContactPoint::default() })
            .into(),
            discreet,
            ..pb::Customer::default()
        };
        let request = pb::CreateCustomerRequest { customer: Some(profile), ..pb::CreateCustomerRequest::default() };
        let made = customers(service, manager).create_customer(request).await.expect("made").into_inner();
        let name = made.customer.expect("it is returned").name;
        let fact = pb::Fact {
            kind: pb::fact::Kind::Like.into(),
            text: FACT.to_owned(),
            origin: pb::fact::Origin::ToldUs.into(),
            ..pb::Fact::default()
        };
        let request = pb::AddFactRequest { name: name.clone(), fact: Some(fact), ..pb::AddFactRequest::default() };
        customers(service, manager).add_fact(request).await.expect("added");

        let left = check_in(service, manager, by_name(&name), "").await.0;
        let request = pb::CheckOutRequest {
            interaction: left.clone(),
            outcome: pb::Outcome::NotPurchased.into(),
            remarks: format!("{REMARKS}."),
            ..pb::CheckOutRequest::default()
        };
        FrontDeskServiceClient::new(with(service, manager)).check_out(request).await.expect("left");
        let note = plan(service, manager, &name, pb::GestureKind::Note, pb::Channel::Email).await;
        let call = plan(service, manager, &name, pb::GestureKind::Call, pb::Channel::Phone).await;
        let case = open_case(service, manager, &name, "").await.0;
        let strangers = check_in(service, manager, None, STRANGER).await.0;
        let (visit, undo) = check_in(service, manager, by_name(&name), LOOK).await;
        Self { name, phone, card, visit, left, strangers, note, call, case, undo }
    }

    /// What stands for them, and what is theirs.
    pub(super) fn secrets(&self) -> Vec<String> {
        // Without the trunk prefix, as they stand in every form of the number.
        let digits = self.phone.trim_start_matches('0').replace(' ', "");
        let of_theirs = [&self.name, &self.card, &self.note.name, &self.call.name, &self.case];
        let words = [FACT, WORDS, REMARKS, SUMMARY, "Zephyrine", "zephyrine"];
        let secrets = of_theirs.into_iter().cloned().chain(words.map(str::to_owned));
        secrets.chain([digits]).collect()
    }

    /// Everything that may be asked of them, what changes little first.
    pub(super) fn asked(&self) -> Vec<(&'static str, Vec<u8>)> {
        [self.asked_of_customer(), self.asked_of_gestures(), self.asked_of_visits()].concat()
    }

    fn asked_of_customer(&self) -> Vec<(&'static str, Vec<u8>)> {
        let (name, location) = (self.name.clone(), SHOP.to_owned());
        let email = pb::Channel::Email.into();
        let consent = pb::Consent {
            channel: email,
            purpose: pb::Purpose::Gratitude.into(),
            state: pb::consent::State::Granted.into(),
            source: "the shop's own page".to_owned(),
            ..pb::Consent::default()
        };
        let fact = pb::Fact {
            kind: pb::fact::Kind::Dislike.into(),
            text: "Noise.".to_owned(),
            origin: pb::fact::Origin::ToldUs.into(),
            ..pb::Fact::default()
        };
        let twin = pb::Customer {
            display_name: "Somebody".to_owned(),
            region_code: "GB".to_owned(),
            identifiers: vec![by_phone(&self.phone)],
            ..pb::Customer::default()
        };
        let text = pb::TemplateText {
            language_code: "en".to_owned(),
            body: "{% if customer.name %}Dear {{ customer.name }},{% endif %} thank you.".to_owned(),
            ..pb::TemplateText::default()
        };
        let draft =
            pb::Template { occasion: pb::Occasion::Customer.into(), texts: vec![text], ..pb::Template::default() };
        let recognize = |query: &str, customer: &str| pb::RecognizeRequest {
            location: SHOP.to_owned(),
            query: query.to_owned(),
            customer: customer.to_owned(),
            ..pb::RecognizeRequest::default()
        };
        vec![
            ("CustomerService/GetCustomer", pb::GetCustomerRequest { name: name.clone() }.encode_to_vec()),
            (
                "CustomerService/BatchGetCustomers",
                pb::BatchGetCustomersRequest { names: vec![name.clone()] }.encode_to_vec(),
            ),
            ("CustomerService/ListCustomers", pb::ListCustomersRequest::default().encode_to_vec()),
            (
                "CustomerService/SearchCustomers",
                pb::SearchCustomersRequest {
                    query: self.phone.clone(),
                    location: location.clone(),
                    ..Default::default()
                }
                .encode_to_vec(),
            ),
            ("CustomerService/FindDuplicates", pb::FindDuplicatesRequest::default().encode_to_vec()),
            (
                "CustomerService/UpdateCustomer",
                pb::UpdateCustomerRequest {
                    customer: Some(pb::Customer {
                        name: name.clone(),
                        tags: vec!["seen".to_owned()],
                        ..Default::default()
                    }),
                    ..pb::UpdateCustomerRequest::default()
                }
                .encode_to_vec(),
            ),
            (
                "CustomerService/AddFact",
                pb::AddFactRequest { name: name.clone(), fact: Some(fact), ..Default::default() }.encode_to_vec(),
            ),
            (
                "CustomerService/SetConsent",
                pb::SetConsentRequest { name: name.clone(), consent: Some(consent), ..Default::default() }
                    .encode_to_vec(),
            ),
            (
                "CustomerService/CreateCustomer",
                pb::CreateCustomerRequest {
                    customer: Some(twin),
                    on_match: pb::create_customer_request::OnMatch::ReturnExisting.into(),
                    ..pb::CreateCustomerRequest::default()
                }
                .encode_to_vec(),
            ),
            ("FrontDeskService/Recognize", recognize(&self.phone, "").encode_to_vec()),
            ("FrontDeskService/Recognize", recognize(&self.card, "").encode_to_vec()),
            ("FrontDeskService/Recognize", recognize("", &name).encode_to_vec()),
            (
                "NoteService/PreviewNote",
                pb::PreviewNoteRequest {
                    customer: name.clone(),
                    location: location.clone(),
                    words: Some(pb::preview_note_request::Words::Draft(draft)),
                    ..pb::PreviewNoteRequest::default()
                }
                .encode_to_vec(),
            ),
            (
                "NoteService/LintNote",
                pb::LintNoteRequest {
                    customer: name.clone(),
                    text: "Thank you.".to_owned(),
                    location,
                    ..Default::default()
                }
                .encode_to_vec(),
            ),
            ("EventService/ListEvents", pb::ListEventsRequest { page_size: 500, ..Default::default() }.encode_to_vec()),
            (
                "CaseService/OpenCase",
                pb::OpenCaseRequest { case: Some(complaint(&name, "The lid is missing.")), ..Default::default() }
                    .encode_to_vec(),
            ),
        ]
    }

    fn asked_of_gestures(&self) -> Vec<(&'static str, Vec<u8>)> {
        let (name, etag) = (self.note.name.clone(), self.note.etag.clone());
        let within = prost_types::Duration { seconds: 24 * 60 * 60, nanos: 0 };
        let schedule = |promised: bool| {
            let gesture = gesture(&self.name, pb::GestureKind::Note, pb::Channel::Email, "Hello again.");
            let gesture = Some(pb::Gesture { promised, ..gesture });
            pb::ScheduleGestureRequest { gesture, ..pb::ScheduleGestureRequest::default() }.encode_to_vec()
        };
        vec![
            ("GestureService/GetGesture", pb::GetGestureRequest { name: name.clone() }.encode_to_vec()),
            ("GestureService/GetGesture", pb::GetGestureRequest { name: self.call.name.clone() }.encode_to_vec()),
            ("GestureService/ListGestures", pb::ListGesturesRequest::default().encode_to_vec()),
            (
                "NoteService/PrintNote",
                pb::PrintNoteRequest {
                    subject: Some(pb::print_note_request::Subject::Gesture(name.clone())),
                    ..pb::PrintNoteRequest::default()
                }
                .encode_to_vec(),
            ),
            ("GestureService/ScheduleGesture", schedule(true)),
            // Beyond what the budget has room for: a gate says why not.
            ("GestureService/ScheduleGesture", schedule(false)),
            ("GestureService/ScheduleGesture", schedule(false)),
            ("GestureService/ScheduleGesture", schedule(false)),
            (
                "GestureService/MakePromise",
                pb::MakePromiseRequest {
                    customer: self.name.clone(),
                    location: SHOP.to_owned(),
                    kind: pb::GestureKind::Call.into(),
                    channel: pb::Channel::Phone.into(),
                    until: Some(pb::make_promise_request::Until::WithinDuration(within)),
                    ..pb::MakePromiseRequest::default()
                }
                .encode_to_vec(),
            ),
            (
                "FrontDeskService/AcknowledgeGesture",
                pb::AcknowledgeGestureRequest { gesture: name.clone(), etag: etag.clone(), ..Default::default() }
                    .encode_to_vec(),
            ),
            (
                "GestureService/ResolveGesture",
                pb::ResolveGestureRequest {
                    name: name.clone(),
                    etag: etag.clone(),
                    finding: pb::resolve_gesture_request::Finding::GiveUp.into(),
                    reason: "Asked the vendor.".to_owned(),
                    ..pb::ResolveGestureRequest::default()
                }
                .encode_to_vec(),
            ),
            (
                "GestureService/ReleaseGesture",
                pb::ReleaseGestureRequest {
                    name: name.clone(),
                    authority: Some(pb::release_gesture_request::Authority::Etag(etag.clone())),
                }
                .encode_to_vec(),
            ),
            (
                "GestureService/FailGesture",
                pb::FailGestureRequest {
                    name: name.clone(),
                    authority: Some(pb::fail_gesture_request::Authority::Etag(etag.clone())),
                    reason: "Refused.".to_owned(),
                    ..pb::FailGestureRequest::default()
                }
                .encode_to_vec(),
            ),
            (
                "GestureService/CompleteGesture",
                pb::CompleteGestureRequest {
                    name,
                    authority: Some(pb::complete_gesture_request::Authority::Etag(etag)),
                    ..pb::CompleteGestureRequest::default()
                }
                .encode_to_vec(),
            ),
            (
                "GestureService/LogCall",
                pb::LogCallRequest {
                    name: self.call.name.clone(),
                    etag: self.call.etag.clone(),
                    outcome: pb::log_call_request::CallOutcome::Voicemail.into(),
                    ..pb::LogCallRequest::default()
                }
                .encode_to_vec(),
            ),
        ]
    }

    fn asked_of_visits(&self) -> Vec<(&'static str, Vec<u8>)> {
        let outcome = pb::Outcome::NotPurchased.into();
        let get = |name: &str| pb::GetInteractionRequest { name: name.to_owned() }.encode_to_vec();
        let interaction = pb::Interaction {
            location: SHOP.to_owned(),
            kind: pb::InteractionKind::Enquiry.into(),
            channel: pb::InteractionChannel::Phone.into(),
            outcome: pb::Outcome::Resolved.into(),
            ..pb::Interaction::default()
        };
        let record = pb::RecordInteractionRequest {
            who: by_name(&self.name),
            interaction: Some(interaction),
            ..pb::RecordInteractionRequest::default()
        };
        vec![
            ("InteractionService/GetInteraction", get(&self.visit)),
            ("InteractionService/GetInteraction", get(&self.left)),
            ("InteractionService/GetInteraction", get(&self.strangers)),
            ("InteractionService/ListInteractions", pb::ListInteractionsRequest::default().encode_to_vec()),
            (
                "FrontDeskService/WatchArrivals",
                pb::WatchArrivalsRequest { location: SHOP.to_owned(), ..Default::default() }.encode_to_vec(),
            ),
            ("InteractionService/RecordInteraction", record.encode_to_vec()),
            (
                "InteractionService/BatchRecordInteractions",
                pb::BatchRecordInteractionsRequest { requests: vec![record], atomic: true }.encode_to_vec(),
            ),
            (
                "FrontDeskService/CheckIn",
                pb::CheckInRequest { who: by_name(&self.name), location: SHOP.to_owned(), ..Default::default() }
                    .encode_to_vec(),
            ),
            (
                "FrontDeskService/ReassignVisit",
                pb::ReassignVisitRequest {
                    interaction: self.strangers.clone(),
                    customer: self.name.clone(),
                    ..pb::ReassignVisitRequest::default()
                }
                .encode_to_vec(),
            ),
            (
                "InteractionService/AttributeInteraction",
                pb::AttributeInteractionRequest { name: self.left.clone(), customer: self.name.clone() }
                    .encode_to_vec(),
            ),
            (
                "FrontDeskService/UndoAction",
                pb::UndoActionRequest { action: self.undo.clone(), ..Default::default() }.encode_to_vec(),
            ),
            (
                "FrontDeskService/CheckOut",
                pb::CheckOutRequest { interaction: self.strangers.clone(), outcome, ..Default::default() }
                    .encode_to_vec(),
            ),
            (
                "InteractionService/CloseInteraction",
                pb::CloseInteractionRequest { name: self.visit.clone(), outcome, ..Default::default() }.encode_to_vec(),
            ),
            (
                "InteractionService/VoidInteraction",
                pb::VoidInteractionRequest { name: self.left.clone(), reason: "A test.".to_owned() }.encode_to_vec(),
            ),
        ]
    }
}

fn complaint(customer: &str, summary: &str) -> pb::Case {
    pb::Case { customer: customer.to_owned(), summary: summary.to_owned(), ..pb::Case::default() }
}

/// Opens a case; its name, and its etag.
pub(super) async fn open_case(
    service: &TestService,
    token: &str,
    customer: &str,
    request_id: &str,
) -> (String, pb::OpenCaseResponse) {
    let request = pb::OpenCaseRequest {
        case: Some(complaint(customer, &format!("{SUMMARY}."))),
        request_id: request_id.to_owned(),
    };
    let opened = CaseServiceClient::new(with(service, token)).open_case(request).await.expect("opened").into_inner();
    (opened.case.clone().expect("it is returned").name, opened)
}

fn gesture(customer: &str, kind: pb::GestureKind, channel: pb::Channel, text: &str) -> pb::Gesture {
    pb::Gesture {
        customer: customer.to_owned(),
        location: SHOP.to_owned(),
        kind: kind.into(),
        channel: channel.into(),
        purpose: pb::Purpose::Service.into(),
        content: Some(pb::GestureContent { text: text.to_owned(), ..pb::GestureContent::default() }),
        ..pb::Gesture::default()
    }
}

async fn plan(
    service: &TestService,
    token: &str,
    customer: &str,
    kind: pb::GestureKind,
    channel: pb::Channel,
) -> pb::Gesture {
    // What was promised has a place beside the contacts that rules plan.
    let gesture = Some(pb::Gesture { promised: true, ..gesture(customer, kind, channel, WORDS) });
    let request = pb::ScheduleGestureRequest { gesture, ..pb::ScheduleGestureRequest::default() };
    let planned = GestureServiceClient::new(with(service, token)).schedule_gesture(request).await.expect("planned");
    planned.into_inner().gesture.expect("it is returned")
}

/// Opens a visit; its name, and by what it can be taken back.
async fn check_in(service: &TestService, token: &str, who: Option<pb::Who>, stranger: &str) -> (String, String) {
    let request = pb::CheckInRequest {
        who,
        location: SHOP.to_owned(),
        stranger: stranger.to_owned(),
        ..pb::CheckInRequest::default()
    };
    let came = FrontDeskServiceClient::new(with(service, token)).check_in(request).await.expect("came").into_inner();
    (came.interaction.expect("it is returned").name, came.undo.expect("it was done just now").action)
}
