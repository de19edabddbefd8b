//! Where each list keeps the fields that its filters may name.

use sea_orm::sea_query::{SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait};

use super::{List, belonging};
use crate::domain::filter::Field;
use crate::store::entity::{case, customer, customer_summary, customer_tag, gesture, interaction, note, obligation};

/// Where a field is kept.
pub(super) struct Stored {
    /// Its column.
    pub(super) column: SimpleExpr,
    /// The rows of another table in one of which the column must fit; `None` where it is the row's own.
    pub(super) among: Option<SelectStatement>,
}

/// Where the list keeps the field; `None` if it doesn't.
pub(super) fn of(list: List, field: Field) -> Option<Stored> {
    match list {
        List::Customers => customers(field).map(own).or_else(|| of_customer(field)),
        List::Interactions => interactions(field).map(own),
        List::Gestures => gestures(field).map(own),
        List::Cases => cases(field).map(own),
        List::Obligations => obligations(field).map(own),
        List::Notes => notes(field).map(own),
    }
}

fn own(column: impl ColumnTrait) -> Stored {
    Stored { column: column.into_expr(), among: None }
}

fn customers(field: Field) -> Option<customer::Column> {
    use customer::Column as C;
    Some(match field {
        Field::CustomerName => C::Id,
        Field::CustomerHousehold => C::HouseholdId,
        Field::CustomerKind => C::Kind,
        Field::CustomerStatus => C::Status,
        Field::CustomerLanguage => C::Language,
        Field::CustomerRegion => C::Region,
        Field::CustomerTimeZone => C::TimeZone,
        Field::CustomerCreateTime => C::CreatedAt,
        Field::CustomerUpdateTime => C::UpdatedAt,
        _ => return None,
    })
}

/// What is kept beside the customer's own row.
fn of_customer(field: Field) -> Option<Stored> {
    if field == Field::CustomerTags {
        let owner = customer_tag::Column::CustomerId;
        return Some(elsewhere(customer_tag::Entity, owner, customer_tag::Column::Tag));
    }
    let column = summaries(field)?;
    Some(elsewhere(customer_summary::Entity, customer_summary::Column::CustomerId, column))
}

fn elsewhere<E: EntityTrait>(table: E, owner: E::Column, column: E::Column) -> Stored {
    Stored { column: column.into_expr(), among: Some(belonging(table, owner.into_expr(), customer::Column::Id)) }
}

fn summaries(field: Field) -> Option<customer_summary::Column> {
    use customer_summary::Column as C;
    Some(match field {
        Field::SummaryVisitDays => C::VisitDays,
        Field::SummaryFirstVisitDate => C::FirstVisit,
        Field::SummaryLastVisitDate => C::LastVisit,
        Field::SummaryLastPurchaseDate => C::LastPurchase,
        Field::SummaryLastTime => C::LastSeenAt,
        Field::SummaryLastLocation => C::LastLocationId,
        Field::SummaryLastContactTime => C::LastContactAt,
        Field::SummaryOpenCase => C::OpenCase,
        Field::SummaryOpenPromises => C::OpenPromises,
        _ => return None,
    })
}

fn interactions(field: Field) -> Option<interaction::Column> {
    use interaction::Column as C;
    Some(match field {
        Field::InteractionName => C::Id,
        Field::InteractionCustomer => C::CustomerId,
        Field::InteractionLocation => C::LocationId,
        Field::InteractionKind => C::Kind,
        Field::InteractionChannel => C::Channel,
        Field::InteractionDirection => C::Direction,
        Field::InteractionTouchpoint => C::Touchpoint,
        Field::InteractionJourney => C::Journey,
        Field::InteractionStage => C::Stage,
        Field::InteractionStandardsKept => C::StandardsKept,
        Field::InteractionState => C::State,
        Field::InteractionStartTime => C::StartAt,
        Field::InteractionEndTime => C::EndAt,
        Field::InteractionExpectedEndTime => C::ExpectedEnd,
        Field::InteractionReceiveTime => C::ReceivedAt,
        Field::InteractionLocalDate => C::LocalDate,
        Field::InteractionStaff => C::Staff,
        Field::InteractionOutcome => C::Outcome,
        Field::InteractionNoPurchaseReason => C::NoPurchaseReason,
        Field::InteractionFault => C::Fault,
        Field::InteractionSubjectSystem => C::SubjectSystem,
        Field::InteractionSubjectId => C::SubjectId,
        Field::InteractionSourceSystem => C::SourceSystem,
        Field::InteractionSourceId => C::SourceId,
        Field::InteractionPurchaseTotal => C::PurchaseMicros,
        Field::InteractionPurchaseCurrency => C::PurchaseCurrency,
        Field::InteractionEmotionSatisfaction => C::Emotion,
        Field::InteractionEffort => C::Effort,
        Field::InteractionSatisfaction => C::Satisfaction,
        Field::InteractionRecommendation => C::Recommendation,
        Field::InteractionMomentKind => C::Moment,
        Field::InteractionJoined => C::Joined,
        Field::InteractionHistory => C::History,
        _ => return None,
    })
}

fn gestures(field: Field) -> Option<gesture::Column> {
    use gesture::Column as C;
    Some(match field {
        Field::GestureName => C::Id,
        Field::GestureCustomer => C::CustomerId,
        Field::GestureInteraction => C::InteractionId,
        Field::GestureCase => C::CaseId,
        Field::GestureLocation => C::LocationId,
        Field::GestureRule => C::RuleId,
        Field::GestureOccurrence => C::Occurrence,
        Field::GestureKind => C::Kind,
        Field::GestureChannel => C::Channel,
        Field::GesturePurpose => C::Purpose,
        Field::GestureTone => C::Tone,
        Field::GesturePriority => C::Priority,
        Field::GestureRole => C::Role,
        Field::GestureGroup => C::GroupName,
        Field::GesturePromised => C::Promised,
        Field::GestureState => C::State,
        Field::GestureStateReason => C::Reason,
        Field::GestureDueTime => C::DueAt,
        Field::GestureDeadlineTime => C::DeadlineAt,
        Field::GestureAttempts => C::Attempts,
        Field::GestureCompleteTime => C::CompletedAt,
        Field::GestureCreateTime => C::CreatedAt,
        _ => return None,
    })
}

fn cases(field: Field) -> Option<case::Column> {
    use case::Column as C;
    Some(match field {
        Field::CaseName => C::Id,
        Field::CaseCustomer => C::CustomerId,
        Field::CaseInteraction => C::InteractionId,
        Field::CaseGesture => C::GestureId,
        Field::CaseState => C::State,
        Field::CaseOrigin => C::Origin,
        Field::CaseLocation => C::LocationId,
        Field::CaseAssignee => C::Assignee,
        Field::CaseSeverity => C::Severity,
        Field::CaseNoCauseFound => C::NoCauseFound,
        Field::CaseOpenTime => C::OpenedAt,
        Field::CaseResolveTime => C::ResolvedAt,
        _ => return None,
    })
}

fn notes(field: Field) -> Option<note::Column> {
    use note::Column as C;
    Some(match field {
        Field::NoteBatch => C::BatchId,
        Field::NoteCustomer => C::CustomerId,
        Field::NoteChannel => C::Channel,
        Field::NoteLanguage => C::Language,
        Field::NoteTemplate => C::TemplateId,
        Field::NoteState => C::State,
        Field::NoteStateReason => C::Reason,
        Field::NoteCreateTime => C::CreatedAt,
        Field::NoteDeliverTime => C::DeliveredAt,
        _ => return None,
    })
}

fn obligations(field: Field) -> Option<obligation::Column> {
    use obligation::Column as C;
    Some(match field {
        Field::ObligationInteraction => C::InteractionId,
        Field::ObligationCustomer => C::CustomerId,
        Field::ObligationState => C::State,
        Field::ObligationOpenReason => C::OpenReason,
        Field::ObligationReason => C::Reason,
        Field::ObligationGesture => C::GestureId,
        Field::ObligationFollows => C::Follows,
        Field::ObligationUpdateTime => C::UpdatedAt,
        Field::InteractionLocation => C::LocationId,
        Field::InteractionKind => C::Kind,
        Field::InteractionOutcome => C::Outcome,
        Field::InteractionStartTime => C::StartAt,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_lists_schema_has_a_column_and_no_other_has() {
        for list in [List::Customers, List::Interactions, List::Gestures, List::Cases, List::Obligations, List::Notes] {
            for &field in Field::ALL {
                let listed = list.schema().fields.contains(&field);
                assert_eq!(of(list, field).is_some(), listed, "{} in {list:?}", field.path());
            }
        }
    }
}
