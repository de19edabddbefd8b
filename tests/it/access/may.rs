//! Who may call what, written down a second time, role by role, from what each role is there for: a line of the
//! service's own table that somebody loosens or tightens by mistake disagrees with this one.

use std::collections::BTreeSet;

use gratitude::proto::v1 as pb;

/// A service, and the methods of it that a role may call.
type Methods = &'static [(&'static str, &'static str)];

/// Recognises, checks in and out, calls, and puts small things right. Settles nothing for good: it merges nobody,
/// erases nobody, and neither approves nor sends what is written to many.
const DESK: Methods = &[
    ("CaseService", "GetCase GrantRemedy ListCases OpenCase ReopenCase ResolveCase UpdateCase"),
    (
        "CustomerService",
        "AddFact BatchGetCustomers CreateCustomer FindDuplicates GetCustomer GetTimeline ListCustomers MarkNotSame \
         RemoveFact SearchCustomers SetConsent SetDeceased SetHousehold UpdateCustomer",
    ),
    (
        "FrontDeskService",
        "AcknowledgeGesture CheckIn CheckOut ListStrangers ReassignVisit Recognize UndoAction WatchArrivals",
    ),
    (
        "GestureService",
        "CancelGesture CompleteGesture ExplainGesture FailGesture GetGesture ListGestures ListPauses ListQueue LogCall \
         MakePromise ReleaseGesture RescheduleGesture ResolveGesture ScheduleGesture TakeGesture",
    ),
    (
        "InteractionService",
        "AttributeInteraction CloseInteraction ExplainInteraction GetInteraction ListInteractions RecordInteraction \
         VoidInteraction",
    ),
    ("JourneyService", "GetJourney GetTouchpoint ListJourneys ListTouchpoints"),
    ("LocationService", "GetLocation ListLocations"),
    ("NoteService", "GetTemplate ListTemplates PrintNote"),
    ("PolicyService", "GetContactPolicy"),
    ("RuleService", "GetRule ListRules"),
];

/// A till, a web shop, a telephone system: says what happens with one customer at a time, and acts for whoever it has
/// before it. Lists nobody, but follows the feed.
const SERVICE: Methods = &[
    ("CaseService", "OpenCase"),
    (
        "CustomerService",
        "AddFact BatchGetCustomers CreateCustomer GetCustomer SearchCustomers SetConsent UpdateCustomer",
    ),
    ("EventService", "ListEvents WatchEvents"),
    ("FrontDeskService", "AcknowledgeGesture CheckIn CheckOut ReassignVisit Recognize UndoAction WatchArrivals"),
    ("GestureService", "GetGesture LogCall MakePromise ScheduleGesture"),
    (
        "InteractionService",
        "AttributeInteraction BatchRecordInteractions CloseInteraction GetInteraction RecordInteraction VoidInteraction",
    ),
    ("JourneyService", "GetJourney GetTouchpoint ListJourneys ListTouchpoints"),
    ("LocationService", "GetLocation ListLocations"),
];

/// Imports, workers, the night's notes: reads and carries out many, decides nothing. What a batch says leaves only once
/// a manager has approved it.
const BATCH: Methods = &[
    (
        "CustomerService",
        "AddFact BatchGetCustomers CreateCustomer FindDuplicates GetCustomer ListCustomers SetConsent UpdateCustomer",
    ),
    ("EventService", "ListEvents WatchEvents"),
    (
        "GestureService",
        "ClaimGestures CompleteGesture ExtendLease FailGesture GetGesture ListGestures ListPauses ReleaseGesture \
         ResolveGesture ScheduleGesture StartDelivery",
    ),
    (
        "InteractionService",
        "BatchRecordInteractions CloseInteraction GetInteraction ListInteractions RecordInteraction VoidInteraction",
    ),
    ("JourneyService", "GetJourney GetTouchpoint ListJourneys ListTouchpoints"),
    ("LocationService", "GetLocation ListLocations"),
    (
        "NoteService",
        "CancelNoteBatch ConfirmPrinted CreateNoteBatch DownloadNoteBatch EditNote GetNote GetNoteBatch GetTemplate \
         LintNote LintTemplate ListNoteBatches ListNotes ListTemplates PreviewNote PrintNote RegenerateNote ReplayNotes \
         ResolveNote ResumeNoteBatch WatchNoteBatch",
    ),
    ("PolicyService", "GetContactPolicy"),
    ("RuleService", "GetRule ListRules"),
];

/// All that a manager, who answers for customers and staff, may not: make keys, with which they could be anybody.
const NOT_FOR_MANAGERS: Methods = &[("AdminService", "CreateApiKey GetApiKey ListApiKeys RevokeApiKey RotateApiKey")];

/// Runs the service: keys, staff, places, pauses, counts; nothing that names a customer with more than an id.
const OPERATOR: Methods = &[
    (
        "AdminService",
        "ApplyRetention CreateApiKey CreateStaffMember EndStaffMember GetApiKey GetStaffMember ListApiKeys \
         ListStaffMembers RevokeApiKey RotateApiKey SetStaffPin UpdateStaffMember",
    ),
    ("EventService", "ListEvents WatchEvents"),
    ("GestureService", "ListPauses PauseAll Resume"),
    ("InsightService", "GetCoverage"),
    ("JourneyService", "GetJourney GetTouchpoint ListJourneys ListTouchpoints"),
    ("LocationService", "CreateLocation GetLocation ListLocations UpdateLocation"),
    ("NoteService", "GetTemplate ListTemplates"),
    ("PolicyService", "GetContactPolicy"),
    ("RuleService", "GetRule ListRules"),
];

fn paths(methods: Methods) -> BTreeSet<String> {
    let of = |(service, names): &(&str, &'static str)| {
        let service = (*service).to_owned();
        names.split_whitespace().map(move |name| format!("/gratitude.v1.{service}/{name}"))
    };
    methods.iter().flat_map(of).collect()
}

/// The paths of all methods that a role may call, of those that there are.
pub(super) fn may_call(role: pb::Role, all: &BTreeSet<String>) -> BTreeSet<String> {
    let named = match role {
        pb::Role::Desk => paths(DESK),
        pb::Role::Service => paths(SERVICE),
        pb::Role::Batch => paths(BATCH),
        pb::Role::Manager => all - &paths(NOT_FOR_MANAGERS),
        pb::Role::Operator => paths(OPERATOR),
        pb::Role::Unspecified => BTreeSet::new(),
    };
    let gone: Vec<_> = named.difference(all).collect();
    assert!(gone.is_empty(), "the contract does not have these methods: {gone:?}");
    named
}
