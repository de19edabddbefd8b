//! Which role may call what: one line for each method. What is not listed nobody may.
//!
//! A letter in its place says who may: Desk, Service, Batch, Manager, Operator. The last column is what a key's
//! locations mean for the method. A test fails while a method of the contract has no line here, or a line no method.

use crate::{
    domain::access::{Authority, Role},
    proto::FILE_DESCRIPTOR_SET,
};
use Places::{Anywhere, Named, Narrowed, Whole};
use prost_reflect::{DescriptorPool, MethodDescriptor};
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// What the locations of a caller's key mean for a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places {
    /// Nothing: it is about customers, who belong to the whole business, or about what all locations share.
    Anywhere,
    /// The request names a location, or what happened at one; all that it names must be among them.
    Named,
    /// As `Named`, but it need not name any: its handler then narrows it to them (`privacy::within`).
    Narrowed,
    /// It concerns the whole business: only for keys without locations.
    Whole,
}

/// What a method asks of its callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    roles: &'static str,
    /// What the caller's locations mean.
    pub places: Places,
}

/// Service, method, roles, locations.
const METHODS: &[(&str, &str, &str, Places)] = &[
    ("AdminService", "ApplyRetention", "---MO", Whole),
    ("AdminService", "CreateApiKey", "----O", Whole),
    ("AdminService", "CreateStaffMember", "---MO", Whole),
    ("AdminService", "EndStaffMember", "---MO", Whole),
    ("AdminService", "GetApiKey", "----O", Whole),
    ("AdminService", "GetStaffMember", "---MO", Whole),
    ("AdminService", "ListApiKeys", "----O", Whole),
    ("AdminService", "ListStaffMembers", "---MO", Whole),
    ("AdminService", "RevokeApiKey", "----O", Whole),
    ("AdminService", "RotateApiKey", "----O", Whole),
    ("AdminService", "SetStaffPin", "---MO", Whole),
    ("AdminService", "UpdateStaffMember", "---MO", Whole),
    ("CaseService", "GetCase", "D--M-", Named),
    ("CaseService", "GrantRemedy", "D--M-", Named),
    ("CaseService", "ListCases", "D--M-", Narrowed),
    ("CaseService", "OpenCase", "DS-M-", Named),
    ("CaseService", "ReopenCase", "D--M-", Named),
    ("CaseService", "ResolveCase", "D--M-", Named),
    ("CaseService", "UpdateCase", "D--M-", Named),
    ("CustomerService", "AddFact", "DSBM-", Anywhere),
    ("CustomerService", "BatchGetCustomers", "DSBM-", Anywhere),
    ("CustomerService", "CreateCustomer", "DSBM-", Anywhere),
    ("CustomerService", "EraseCustomer", "---M-", Anywhere),
    ("CustomerService", "ExportCustomer", "---M-", Anywhere),
    ("CustomerService", "FindDuplicates", "D-BM-", Anywhere),
    ("CustomerService", "GetCustomer", "DSBM-", Anywhere),
    ("CustomerService", "GetTimeline", "D--M-", Anywhere),
    ("CustomerService", "ListCustomers", "D-BM-", Anywhere),
    ("CustomerService", "MarkNotSame", "D--M-", Anywhere),
    ("CustomerService", "MergeCustomers", "---M-", Anywhere),
    ("CustomerService", "RemoveFact", "D--M-", Anywhere),
    ("CustomerService", "SearchCustomers", "DS-M-", Anywhere),
    ("CustomerService", "SetConsent", "DSBM-", Anywhere),
    ("CustomerService", "SetDeceased", "D--M-", Anywhere),
    ("CustomerService", "SetHousehold", "D--M-", Anywhere),
    ("CustomerService", "UnmergeCustomer", "---M-", Anywhere),
    ("CustomerService", "UpdateCustomer", "DSBM-", Anywhere),
    ("EventService", "ListEvents", "-SBMO", Whole),
    ("EventService", "WatchEvents", "-SBMO", Whole),
    ("FrontDeskService", "AcknowledgeGesture", "DS-M-", Named),
    ("FrontDeskService", "CheckIn", "DS-M-", Named),
    ("FrontDeskService", "CheckOut", "DS-M-", Named),
    ("FrontDeskService", "ListStrangers", "D--M-", Named),
    ("FrontDeskService", "ReassignVisit", "DS-M-", Named),
    ("FrontDeskService", "Recognize", "DS-M-", Named),
    // Only who did it, a minute ago, knows its name.
    ("FrontDeskService", "UndoAction", "DS-M-", Anywhere),
    ("FrontDeskService", "WatchArrivals", "DS-M-", Named),
    ("GestureService", "CancelGesture", "D--M-", Named),
    ("GestureService", "ClaimGestures", "--BM-", Narrowed),
    ("GestureService", "CompleteGesture", "D-BM-", Named),
    ("GestureService", "ExplainGesture", "D--M-", Named),
    ("GestureService", "ExtendLease", "--BM-", Named),
    ("GestureService", "FailGesture", "D-BM-", Named),
    ("GestureService", "GetGesture", "DSBM-", Named),
    ("GestureService", "ListGestures", "D-BM-", Narrowed),
    ("GestureService", "ListPauses", "D-BMO", Anywhere),
    ("GestureService", "ListQueue", "D--M-", Named),
    ("GestureService", "LogCall", "DS-M-", Named),
    ("GestureService", "MakePromise", "DS-M-", Named),
    ("GestureService", "PauseAll", "---MO", Named),
    ("GestureService", "ReleaseGesture", "D-BM-", Named),
    ("GestureService", "RescheduleGesture", "D--M-", Named),
    ("GestureService", "ResolveGesture", "D-BM-", Named),
    ("GestureService", "Resume", "---MO", Whole),
    ("GestureService", "ScheduleGesture", "DSBM-", Named),
    ("GestureService", "StartDelivery", "--BM-", Named),
    ("GestureService", "TakeGesture", "D--M-", Named),
    ("InsightService", "GetCoverage", "---MO", Named),
    ("InsightService", "ListObligations", "---M-", Named),
    ("InsightService", "WaiveObligation", "---M-", Named),
    ("InteractionService", "AttributeInteraction", "DS-M-", Named),
    ("InteractionService", "BatchRecordInteractions", "-SBM-", Named),
    ("InteractionService", "CloseInteraction", "DSBM-", Named),
    ("InteractionService", "ExplainInteraction", "D--M-", Named),
    ("InteractionService", "GetInteraction", "DSBM-", Named),
    ("InteractionService", "ListInteractions", "D-BM-", Narrowed),
    ("InteractionService", "RecordInteraction", "DSBM-", Named),
    ("InteractionService", "VoidInteraction", "DSBM-", Named),
    ("JourneyService", "CreateJourney", "---M-", Whole),
    ("JourneyService", "CreateTouchpoint", "---M-", Whole),
    ("JourneyService", "GetJourney", "DSBMO", Anywhere),
    ("JourneyService", "GetTouchpoint", "DSBMO", Anywhere),
    ("JourneyService", "ListJourneys", "DSBMO", Anywhere),
    ("JourneyService", "ListTouchpoints", "DSBMO", Anywhere),
    ("JourneyService", "RetireJourney", "---M-", Whole),
    ("JourneyService", "RetireTouchpoint", "---M-", Whole),
    ("JourneyService", "UpdateJourney", "---M-", Whole),
    ("JourneyService", "UpdateTouchpoint", "---M-", Whole),
    ("LocationService", "CreateLocation", "---MO", Whole),
    ("LocationService", "GetLocation", "DSBMO", Anywhere),
    ("LocationService", "ListLocations", "DSBMO", Anywhere),
    ("LocationService", "UpdateLocation", "---MO", Named),
    ("NoteService", "ApproveNoteBatch", "---M-", Whole),
    ("NoteService", "CancelNoteBatch", "--BM-", Whole),
    ("NoteService", "ConfirmPrinted", "--BM-", Whole),
    ("NoteService", "CreateNoteBatch", "--BM-", Whole),
    ("NoteService", "CreateTemplate", "---M-", Whole),
    ("NoteService", "DownloadNoteBatch", "--BM-", Whole),
    ("NoteService", "EditNote", "--BM-", Whole),
    ("NoteService", "GetNote", "--BM-", Whole),
    ("NoteService", "GetNoteBatch", "--BM-", Whole),
    ("NoteService", "GetTemplate", "D-BMO", Anywhere),
    ("NoteService", "LintNote", "--BM-", Whole),
    ("NoteService", "LintTemplate", "--BM-", Whole),
    ("NoteService", "ListNoteBatches", "--BM-", Whole),
    ("NoteService", "ListNotes", "--BM-", Whole),
    ("NoteService", "ListTemplates", "D-BMO", Anywhere),
    ("NoteService", "PreviewNote", "--BM-", Whole),
    ("NoteService", "PrintNote", "D-BM-", Named),
    ("NoteService", "RegenerateNote", "--BM-", Whole),
    ("NoteService", "ReplayNotes", "--BM-", Whole),
    ("NoteService", "ResolveNote", "--BM-", Whole),
    ("NoteService", "ResumeNoteBatch", "--BM-", Whole),
    ("NoteService", "RetireTemplate", "---M-", Whole),
    ("NoteService", "UpdateTemplate", "---M-", Whole),
    ("NoteService", "WatchNoteBatch", "--BM-", Whole),
    ("PolicyService", "GetContactPolicy", "D-BMO", Anywhere),
    ("PolicyService", "UpdateContactPolicy", "---M-", Whole),
    ("RuleService", "CreateRule", "---M-", Whole),
    ("RuleService", "DisableRule", "---M-", Whole),
    ("RuleService", "EnableRule", "---M-", Whole),
    ("RuleService", "GetRule", "D-BMO", Anywhere),
    ("RuleService", "ListRules", "D-BMO", Anywhere),
    ("RuleService", "RetireRule", "---M-", Whole),
    ("RuleService", "SimulateRule", "---M-", Whole),
    ("RuleService", "UpdateRule", "---M-", Whole),
    ("RuleService", "ValidateRule", "---M-", Anywhere),
];

/// Plain HTTP: the beginning of the path, and the roles. What begins with none of these nobody may ask for.
const PAGES: &[(&str, &str)] = &[("/metrics", "---MO"), ("/clock", "---MO")];

/// What everybody may reach: health, the page with its sign-in, which shows nothing of itself, and the links of
/// e-mails, which hold their own right.
const OPEN: &[&str] = &["/healthz", "/readyz", "/desk", "/u/", "/grpc.health.v1.Health/"];

/// What describes the contract: for everybody who has a key.
const REFLECTION: &str = "/grpc.reflection.";
const EVERYBODY: Rule = Rule { roles: "DSBMO", places: Anywhere };

/// What a path asks of who calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Nothing.
    Open,
    /// A caller whom the rule allows.
    Guarded(Rule),
    /// Nobody may.
    Closed,
}

static RULES: LazyLock<HashMap<String, Rule>> = LazyLock::new(|| {
    let line = |&(service, method, roles, places): &(&str, &str, &'static str, Places)| {
        (format!("/gratitude.v1.{service}/{method}"), Rule { roles, places })
    };
    METHODS.iter().map(line).collect()
});

/// What a path asks of who calls it.
#[must_use]
pub fn door(path: &str) -> Door {
    if let Some(rule) = RULES.get(path) {
        return Door::Guarded(*rule);
    }
    // A prefix ends where a part of the path does: `/desktop` is not `/desk`.
    let begins = |prefix: &str| {
        path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || prefix.ends_with('/'))
    };
    if OPEN.iter().any(|open| begins(open)) {
        return Door::Open;
    }
    if path.starts_with(REFLECTION) {
        return Door::Guarded(EVERYBODY);
    }
    let page = PAGES.iter().find(|(prefix, _)| begins(prefix));
    page.map_or(Door::Closed, |(_, roles)| Door::Guarded(Rule { roles, places: Anywhere }))
}

/// The methods that answer with a stream, which may stay open for as long as their caller likes.
static STREAMS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("compiled into the program");
    let methods = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>());
    let streams = methods.filter(MethodDescriptor::is_server_streaming);
    streams.map(|it| format!("/{}/{}", it.parent_service().full_name(), it.name())).collect()
});

/// Whether what a path names answers with a stream.
#[must_use]
pub fn is_stream(path: &str) -> bool {
    STREAMS.contains(path)
}

/// The paths of the methods that have a line.
pub fn paths() -> impl Iterator<Item = String> {
    RULES.keys().cloned()
}

impl Rule {
    /// Whether a role may.
    #[must_use]
    pub fn allows(&self, role: Role) -> bool {
        let letter = match role {
            Role::Desk => 'D',
            Role::Service => 'S',
            Role::Batch => 'B',
            Role::Manager => 'M',
            Role::Operator => 'O',
        };
        self.roles.contains(letter)
    }

    /// Whether a caller may, wherever: the service itself and whoever needs no key may everything.
    #[must_use]
    pub fn admits(&self, authority: &Authority) -> bool {
        let everywhere = self.places != Whole || authority.places.everywhere();
        authority.role.is_none_or(|role| self.allows(role)) && everywhere
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_written_alike_and_in_order() {
        let keys: Vec<_> = METHODS.iter().map(|(service, method, ..)| (service, method)).collect();
        assert!(keys.is_sorted(), "sorted by service and method, so that a line is found");
        assert_eq!(RULES.len(), METHODS.len(), "each method once");
        for (service, method, roles, _) in METHODS {
            let fits = roles.len() == 5 && roles.chars().zip("DSBMO".chars()).all(|(c, role)| c == '-' || c == role);
            assert!(fits, "{service}.{method}: {roles}");
        }
    }

    #[test]
    fn what_is_not_listed_is_closed() {
        for path in ["/", "/desktop", "/metricsx", "/gratitude.v1.CustomerService/Nonsense", "/other.Service/Get"] {
            assert_eq!(door(path), Door::Closed, "{path}");
        }
        for path in ["/desk", "/desk/", "/desk/session", "/healthz", "/grpc.health.v1.Health/Check"] {
            assert_eq!(door(path), Door::Open, "{path}");
        }
    }
}
