//! In which table and column each field lies, said a second time so that a slip in the first is seen.

use gratitude::domain::filter::Field;
use gratitude::store::filter::List;

/// The tables of one list.
pub(super) struct Layout {
    pub(super) list: List,
    /// The listed one first, then those that belong to its rows.
    pub(super) tables: Vec<Table>,
}

/// One table and what filters see of it.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The column with the listed row's id.
    pub(super) key: &'static str,
    pub(super) rows: Rows,
    pub(super) fields: &'static [(Field, &'static str)],
}

/// How many rows a table has for each listed one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Rows {
    One,
    /// None or one.
    Optional,
    /// Some, each with one text of a list.
    Several,
}

pub(super) fn of(list: List) -> Layout {
    let one = |name, key, fields| Table { name, key, rows: Rows::One, fields };
    let tables = match list {
        List::Customers => vec![
            one("customers", "id", CUSTOMERS),
            Table { name: "customer_summaries", key: "customer_id", rows: Rows::Optional, fields: SUMMARIES },
            Table { name: "customer_tags", key: "customer_id", rows: Rows::Several, fields: TAGS },
        ],
        List::Interactions => vec![one("interactions", "id", INTERACTIONS)],
        List::Gestures => vec![one("gestures", "id", GESTURES)],
        List::Cases => vec![one("cases", "id", CASES)],
        List::Obligations => vec![one("obligations", "interaction_id", OBLIGATIONS)],
        List::Notes => vec![one("notes", "id", NOTES)],
    };
    Layout { list, tables }
}

const TAGS: &[(Field, &str)] = &[(Field::CustomerTags, "tag")];

const CUSTOMERS: &[(Field, &str)] = &[
    (Field::CustomerName, "id"),
    (Field::CustomerHousehold, "household_id"),
    (Field::CustomerKind, "kind"),
    (Field::CustomerStatus, "status"),
    (Field::CustomerLanguage, "language"),
    (Field::CustomerRegion, "region"),
    (Field::CustomerTimeZone, "time_zone"),
    (Field::CustomerCreateTime, "created_at"),
    (Field::CustomerUpdateTime, "updated_at"),
];

const SUMMARIES: &[(Field, &str)] = &[
    (Field::SummaryVisitDays, "visit_days"),
    (Field::SummaryFirstVisitDate, "first_visit"),
    (Field::SummaryLastVisitDate, "last_visit"),
    (Field::SummaryLastPurchaseDate, "last_purchase"),
    (Field::SummaryLastTime, "last_seen_at"),
    (Field::SummaryLastLocation, "last_location_id"),
    (Field::SummaryLastContactTime, "last_contact_at"),
    (Field::SummaryOpenCase, "open_case"),
    (Field::SummaryOpenPromises, "open_promises"),
];

const INTERACTIONS: &[(Field, &str)] = &[
    (Field::InteractionName, "id"),
    (Field::InteractionCustomer, "customer_id"),
    (Field::InteractionLocation, "location_id"),
    (Field::InteractionKind, "kind"),
    (Field::InteractionChannel, "channel"),
    (Field::InteractionDirection, "direction"),
    (Field::InteractionTouchpoint, "touchpoint"),
    (Field::InteractionJourney, "journey"),
    (Field::InteractionStage, "stage"),
    (Field::InteractionStandardsKept, "standards_kept"),
    (Field::InteractionState, "state"),
    (Field::InteractionStartTime, "start_at"),
    (Field::InteractionEndTime, "end_at"),
    (Field::InteractionExpectedEndTime, "expected_end"),
    (Field::InteractionReceiveTime, "received_at"),
    (Field::InteractionLocalDate, "local_date"),
    (Field::InteractionStaff, "staff"),
    (Field::InteractionOutcome, "outcome"),
    (Field::InteractionNoPurchaseReason, "no_purchase_reason"),
    (Field::InteractionFault, "fault"),
    (Field::InteractionSubjectSystem, "subject_system"),
    (Field::InteractionSubjectId, "subject_id"),
    (Field::InteractionSourceSystem, "source_system"),
    (Field::InteractionSourceId, "source_id"),
    (Field::InteractionPurchaseTotal, "purchase_micros"),
    (Field::InteractionPurchaseCurrency, "purchase_currency"),
    (Field::InteractionEmotionSatisfaction, "emotion"),
    (Field::InteractionEffort, "effort"),
    (Field::InteractionSatisfaction, "satisfaction"),
    (Field::InteractionRecommendation, "recommendation"),
    (Field::InteractionMomentKind, "moment"),
    (Field::InteractionJoined, "joined"),
    (Field::InteractionHistory, "history"),
];

const GESTURES: &[(Field, &str)] = &[
    (Field::GestureName, "id"),
    (Field::GestureCustomer, "customer_id"),
    (Field::GestureInteraction, "interaction_id"),
    (Field::GestureCase, "case_id"),
    (Field::GestureLocation, "location_id"),
    (Field::GestureRule, "rule_id"),
    (Field::GestureOccurrence, "occurrence"),
    (Field::GestureKind, "kind"),
    (Field::GestureChannel, "channel"),
    (Field::GesturePurpose, "purpose"),
    (Field::GestureTone, "tone"),
    (Field::GesturePriority, "priority"),
    (Field::GestureRole, "role"),
    (Field::GestureGroup, "group_name"),
    (Field::GesturePromised, "promised"),
    (Field::GestureState, "state"),
    (Field::GestureStateReason, "reason"),
    (Field::GestureDueTime, "due_at"),
    (Field::GestureDeadlineTime, "deadline_at"),
    (Field::GestureAttempts, "attempts"),
    (Field::GestureCompleteTime, "completed_at"),
    (Field::GestureCreateTime, "created_at"),
];

const CASES: &[(Field, &str)] = &[
    (Field::CaseName, "id"),
    (Field::CaseCustomer, "customer_id"),
    (Field::CaseInteraction, "interaction_id"),
    (Field::CaseGesture, "gesture_id"),
    (Field::CaseState, "state"),
    (Field::CaseOrigin, "origin"),
    (Field::CaseLocation, "location_id"),
    (Field::CaseAssignee, "assignee"),
    (Field::CaseSeverity, "severity"),
    (Field::CaseNoCauseFound, "no_cause_found"),
    (Field::CaseOpenTime, "opened_at"),
    (Field::CaseResolveTime, "resolved_at"),
];

const OBLIGATIONS: &[(Field, &str)] = &[
    (Field::ObligationInteraction, "interaction_id"),
    (Field::ObligationCustomer, "customer_id"),
    (Field::ObligationState, "state"),
    (Field::ObligationOpenReason, "open_reason"),
    (Field::ObligationReason, "reason"),
    (Field::ObligationGesture, "gesture_id"),
    (Field::ObligationFollows, "follows"),
    (Field::ObligationUpdateTime, "updated_at"),
    (Field::InteractionLocation, "location_id"),
    (Field::InteractionKind, "kind"),
    (Field::InteractionOutcome, "outcome"),
    (Field::InteractionStartTime, "start_at"),
];

const NOTES: &[(Field, &str)] = &[
    (Field::NoteBatch, "batch_id"),
    (Field::NoteCustomer, "customer_id"),
    (Field::NoteChannel, "channel"),
    (Field::NoteLanguage, "language"),
    (Field::NoteTemplate, "template_id"),
    (Field::NoteState, "state"),
    (Field::NoteStateReason, "reason"),
    (Field::NoteCreateTime, "created_at"),
    (Field::NoteDeliverTime, "delivered_at"),
];
