//! Every field that a filter can name, and which of them each use of the language knows.
//!
//! A field always has its whole path, prefix and all, also in a list of just that resource: so a clause means the same
//! wherever it stands, and can be copied from a rule into a list. The paths are those of the contract's messages.

use crate::domain::case::{CaseOrigin, CaseState};
use crate::domain::customer::{Channel, CustomerKind, CustomerStatus, Greeting, Purpose};
use crate::domain::gesture::{GestureKind, GestureState, Reason, Tone};
use crate::domain::interaction::{
    Direction, FaultKind, FeelingAbout, FeelingJudge, InteractionChannel, InteractionKind, InteractionState,
    MomentKind, NoPurchaseReason, Outcome, Surprise,
};
use crate::domain::note::NoteState;
use crate::domain::obligation::{ObligationState, OpenReason};

use super::schema::{Kind, Schema};

macro_rules! fields {
    ($($name:ident = $path:literal, $kind:expr, $doc:literal;)+) => {
        /// A field that a filter can name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Field {
            $(#[doc = concat!("`", $path, "`: ", $doc)] $name,)+
        }

        impl Field {
            /// Every field.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The path by which filters name it.
            #[must_use]
            pub const fn path(self) -> &'static str {
                match self {
                    $(Self::$name => $path,)+
                }
            }

            /// Its type.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self {
                    $(Self::$name => $kind,)+
                }
            }

            /// What it is, in one line.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self {
                    $(Self::$name => $doc,)+
                }
            }
        }
    };
}

fields! {
    InteractionName = "interaction.name", Kind::Id("interactions/"), "Its resource name.";
    InteractionCustomer = "interaction.customer", Kind::Id("customers/"), "Whose it is now; absent while nobody is known.";
    InteractionLocation = "interaction.location", Kind::Slug("locations/"), "Where it happened.";
    InteractionKind = "interaction.kind", Kind::Enum(InteractionKind::NAMES), "What kind of thing happened.";
    InteractionChannel = "interaction.channel", Kind::Enum(InteractionChannel::NAMES), "Over what it took place.";
    InteractionDirection = "interaction.direction", Kind::Enum(Direction::NAMES), "Who began.";
    InteractionTouchpoint = "interaction.touchpoint", Kind::Slug("touchpoints/"), "The touchpoint of the journey it belongs to.";
    InteractionJourney = "interaction.journey", Kind::Slug("journeys/"), "The journey of that touchpoint when it was recorded.";
    InteractionStage = "interaction.stage_id", Kind::Text, "The stage of that journey.";
    InteractionStandardsKept = "interaction.standards_kept", Kind::Bool, "Whether all standards of the touchpoint were kept; absent when none was judged.";
    InteractionState = "interaction.state", Kind::Enum(InteractionState::NAMES), "Open, closed or voided.";
    InteractionStartTime = "interaction.start_time", Kind::Timestamp, "When it began.";
    InteractionEndTime = "interaction.end_time", Kind::Timestamp, "When it ended; absent while it is open.";
    InteractionExpectedEndTime = "interaction.expected_end_time", Kind::Timestamp, "When the customer means to leave.";
    InteractionReceiveTime = "interaction.receive_time", Kind::Timestamp, "When we learned of it.";
    InteractionLocalDate = "interaction.local_date", Kind::Date, "The day on which it began, at its place.";
    InteractionStaff = "interaction.staff", Kind::Text, "Who served.";
    InteractionOutcome = "interaction.outcome", Kind::Enum(Outcome::NAMES), "How it ended.";
    InteractionNoPurchaseReason = "interaction.no_purchase_reason", Kind::Enum(NoPurchaseReason::NAMES), "Why nothing was bought.";
    InteractionFault = "interaction.fault", Kind::Enum(FaultKind::NAMES), "What went wrong.";
    InteractionSubjectSystem = "interaction.subject.system", Kind::Text, "The system of the order, application or stay it belongs to.";
    InteractionSubjectId = "interaction.subject.external_id", Kind::Text, "The id of that order, application or stay.";
    InteractionSourceSystem = "interaction.source.system", Kind::Text, "The system that told us.";
    InteractionSourceId = "interaction.source.external_id", Kind::Text, "Its id in that system.";
    InteractionPurchaseTotal = "interaction.purchase.total", Kind::Decimal, "What was paid, in units of its currency.";
    InteractionPurchaseCurrency = "interaction.purchase.currency_code", Kind::Text, "The ISO 4217 code of that currency.";
    InteractionPurchaseSurprise = "interaction.purchase.surprise", Kind::Bool, "Whether it is a surprise for somebody.";
    InteractionPurchaseConfidential = "interaction.purchase.confidential", Kind::Bool, "Whether it is nobody else's business.";
    InteractionItemsLookedAt = "interaction.items_looked_at", Kind::TextList, "What they looked at.";
    InteractionTopics = "interaction.topics", Kind::TextList, "What it was about.";
    InteractionEmotionSatisfaction = "interaction.emotion.satisfaction", Kind::Int, "How the customer felt, -2 to 2.";
    InteractionEmotionIntensity = "interaction.emotion.intensity", Kind::Int, "How strongly, 1 to 5.";
    InteractionEmotionAbout = "interaction.emotion.about", Kind::Enum(FeelingAbout::NAMES), "What the feeling was about.";
    InteractionEmotionJudgedBy = "interaction.emotion.judged_by", Kind::Enum(FeelingJudge::NAMES), "Who judged the feeling.";
    InteractionEffort = "interaction.effort", Kind::Int, "How hard it was for the customer, 1 (easy) to 7.";
    InteractionSatisfaction = "interaction.satisfaction", Kind::Int, "The customer's own rating, 1 to 5.";
    InteractionRecommendation = "interaction.recommendation", Kind::Int, "Would recommend, 0 to 10.";
    InteractionResponseDuration = "interaction.response_duration", Kind::Duration, "How long the customer waited for our first response.";
    InteractionTransfers = "interaction.transfers", Kind::Int, "How often the customer was passed on.";
    InteractionPromisedTime = "interaction.promised_time", Kind::Timestamp, "When something was promised for.";
    InteractionFulfilledTime = "interaction.fulfilled_time", Kind::Timestamp, "When it was fulfilled.";
    InteractionUnexpected = "interaction.unexpected", Kind::Enum(Surprise::NAMES), "Whether something unexpected was good or bad.";
    InteractionMomentKind = "interaction.moment.kind", Kind::Enum(MomentKind::NAMES), "What it was for the customer.";
    InteractionMomentAbout = "interaction.moment.about", Kind::Enum(FeelingAbout::NAMES), "What the moment was about.";
    InteractionMomentPeak = "interaction.moment.peak", Kind::Bool, "Whether it was a peak of delight.";
    InteractionJoined = "interaction.joined_interaction", Kind::Id("interactions/"), "The visit whose story it belongs to.";
    InteractionHistory = "interaction.history", Kind::Bool, "Whether it is counted but never thanked.";
    InteractionThankedInPerson = "interaction.thanked_in_person", Kind::Bool, "Whether the customer was thanked face to face.";

    CustomerName = "customer.name", Kind::Id("customers/"), "Its resource name.";
    CustomerHousehold = "customer.household", Kind::Id("households/"), "The household.";
    CustomerKind = "customer.kind", Kind::Enum(CustomerKind::NAMES), "Person, organization or internal.";
    CustomerStatus = "customer.status", Kind::Enum(CustomerStatus::TOLD), "Active, or deceased.";
    CustomerLanguage = "customer.language_code", Kind::Text, "The customer's own BCP 47 language.";
    CustomerRegion = "customer.region_code", Kind::Text, "The customer's own ISO 3166-1 region.";
    CustomerTimeZone = "customer.time_zone", Kind::Text, "The customer's own IANA time zone.";
    CustomerGreeting = "customer.greeting", Kind::Enum(Greeting::NAMES), "How the customer likes to be greeted.";
    CustomerMinor = "customer.minor", Kind::Bool, "Whether somebody marked the customer as under age.";
    CustomerTags = "customer.tags", Kind::TextList, "What staff call the customer.";
    CustomerCreateTime = "customer.create_time", Kind::Timestamp, "When the record was created.";
    CustomerUpdateTime = "customer.update_time", Kind::Timestamp, "When the record was last changed.";

    SummaryVisitDays = "summary.visit_days", Kind::Int, "On how many days the customer came by, bought or asked.";
    SummaryFirstVisitDate = "summary.first_visit_date", Kind::Date, "The first of these days.";
    SummaryLastVisitDate = "summary.last_visit_date", Kind::Date, "The last of these days.";
    SummaryLastPurchaseDate = "summary.last_purchase_date", Kind::Date, "The day of the last purchase.";
    SummaryLastTime = "summary.last.start_time", Kind::Timestamp, "When the last interaction began.";
    SummaryLastLocation = "summary.last.location", Kind::Slug("locations/"), "Where the last interaction was.";
    SummaryLastContactTime = "summary.last_contact_time", Kind::Timestamp, "When a note, call or gift last reached the customer.";
    SummaryOpenCase = "summary.open_case", Kind::Id("cases/"), "The oldest open case.";
    SummaryOpenPromises = "summary.open_promises", Kind::Int, "How many promises are not kept yet.";

    LocationName = "location.name", Kind::Slug("locations/"), "Its resource name.";
    LocationTimeZone = "location.time_zone", Kind::Text, "Its IANA time zone.";
    LocationRegion = "location.region_code", Kind::Text, "Its ISO 3166-1 region.";
    LocationLanguage = "location.language_code", Kind::Text, "The BCP 47 language of its texts.";
    LocationCurrency = "location.currency_code", Kind::Text, "The ISO 4217 currency of its prices.";
    LocationSensitive = "location.sensitive", Kind::Bool, "Whether being there is nobody else's business.";
    LocationBrand = "location.brand", Kind::Text, "The brand under which it trades.";

    GestureName = "gesture.name", Kind::Id("gestures/"), "Its resource name.";
    GestureCustomer = "gesture.customer", Kind::Id("customers/"), "For whom it is.";
    GestureInteraction = "gesture.interaction", Kind::Id("interactions/"), "What it answers; absent where a person scheduled it.";
    GestureCase = "gesture.case", Kind::Id("cases/"), "The case it belongs to.";
    GestureLocation = "gesture.location", Kind::Slug("locations/"), "The location it speaks for.";
    GestureRule = "gesture.rule", Kind::Slug("rules/"), "The rule that made it; absent where a person scheduled it.";
    GestureOccurrence = "gesture.occurrence", Kind::Text, "What makes it unique for its rule.";
    GestureKind = "gesture.kind", Kind::Enum(GestureKind::NAMES), "Note, call, recognition, gift or apology.";
    GestureChannel = "gesture.channel", Kind::Enum(Channel::NAMES), "How it reaches the customer.";
    GesturePurpose = "gesture.purpose", Kind::Enum(Purpose::NAMES), "What it counts as when consent is asked for.";
    GestureTone = "gesture.tone", Kind::Enum(Tone::NAMES), "Cheerful or caring.";
    GesturePriority = "gesture.priority", Kind::Int, "0 to 100.";
    GestureRole = "gesture.role", Kind::Text, "Who carries it out.";
    GestureGroup = "gesture.group", Kind::Text, "Of one group only the strongest acts on a local day.";
    GesturePromised = "gesture.promised", Kind::Bool, "Whether we said we would.";
    GestureState = "gesture.state", Kind::Enum(GestureState::NAMES), "Where it stands.";
    GestureStateReason = "gesture.state_reason", Kind::Enum(Reason::NAMES), "Why it stands there.";
    GestureDueTime = "gesture.due_time", Kind::Timestamp, "Not before.";
    GestureDeadlineTime = "gesture.deadline_time", Kind::Timestamp, "Not at or after.";
    GestureAttempts = "gesture.attempts", Kind::Int, "How often it was begun.";
    GestureCompleteTime = "gesture.complete_time", Kind::Timestamp, "When it reached the customer.";
    GestureCreateTime = "gesture.create_time", Kind::Timestamp, "When it was planned.";

    NoteBatch = "note.batch", Kind::Id("noteBatches/"), "The batch it is written in.";
    NoteCustomer = "note.customer", Kind::Id("customers/"), "To whom it is written.";
    NoteChannel = "note.channel", Kind::Enum(Channel::NAMES), "Over what it goes; absent where none was chosen.";
    NoteLanguage = "note.language_code", Kind::Text, "The BCP 47 language of its text.";
    NoteTemplate = "note.template", Kind::Slug("templates/"), "The template of the strongest gesture.";
    NoteState = "note.state", Kind::Enum(NoteState::NAMES), "Where it stands.";
    NoteStateReason = "note.state_reason", Kind::Enum(Reason::NAMES), "Why it stands there.";
    NoteCreateTime = "note.create_time", Kind::Timestamp, "When it was written.";
    NoteDeliverTime = "note.deliver_time", Kind::Timestamp, "When it was handed to the delivery.";

    CaseName = "case.name", Kind::Id("cases/"), "Its resource name.";
    CaseCustomer = "case.customer", Kind::Id("customers/"), "For whom it went wrong.";
    CaseInteraction = "case.interaction", Kind::Id("interactions/"), "The interaction in which it showed.";
    CaseGesture = "case.gesture", Kind::Id("gestures/"), "The gesture in which it showed.";
    CaseState = "case.state", Kind::Enum(CaseState::NAMES), "Open or resolved.";
    CaseOrigin = "case.origin", Kind::Enum(CaseOrigin::NAMES), "What opened it.";
    CaseLocation = "case.location", Kind::Slug("locations/"), "Where it is put right.";
    CaseAssignee = "case.assignee", Kind::Text, "Who takes care of it.";
    CaseSeverity = "case.severity", Kind::Int, "1 (a nuisance) to 5 (grave).";
    CaseNoCauseFound = "case.no_cause_found", Kind::Bool, "Whether a root cause was looked for in vain.";
    CaseOpenTime = "case.open_time", Kind::Timestamp, "When it was opened.";
    CaseResolveTime = "case.resolve_time", Kind::Timestamp, "When it was resolved.";

    ObligationInteraction = "obligation.interaction", Kind::Id("interactions/"), "The interaction that is owed something.";
    ObligationCustomer = "obligation.customer", Kind::Id("customers/"), "To whom.";
    ObligationState = "obligation.state", Kind::Enum(ObligationState::NAMES), "Where it stands.";
    ObligationOpenReason = "obligation.open_reason", Kind::Enum(OpenReason::NAMES), "What it waits for, while open.";
    ObligationReason = "obligation.reason", Kind::Enum(Reason::NAMES), "What ended it.";
    ObligationGesture = "obligation.gesture", Kind::Id("gestures/"), "The gesture that answers it or would have.";
    ObligationFollows = "obligation.follows", Kind::Id("interactions/"), "The visit whose answer is its answer too.";
    ObligationUpdateTime = "obligation.update_time", Kind::Timestamp, "When its state last changed.";
}

/// Conditions of rules that time alone sets off: as [`RULE_CONDITIONS`], without the fields of an interaction, which
/// come first there.
pub const TIME_RULE_CONDITIONS: Schema = Schema {
    name: "the condition of a rule that no interaction sets off",
    fields: RULE_CONDITIONS.fields.split_at(48).1,
};

/// Conditions of rules: what was recorded, whose it is, their history, and the place.
pub const RULE_CONDITIONS: Schema = Schema {
    name: "a rule's condition",
    fields: &[
        Field::InteractionName,
        Field::InteractionCustomer,
        Field::InteractionLocation,
        Field::InteractionKind,
        Field::InteractionChannel,
        Field::InteractionDirection,
        Field::InteractionTouchpoint,
        Field::InteractionJourney,
        Field::InteractionStage,
        Field::InteractionStandardsKept,
        Field::InteractionState,
        Field::InteractionStartTime,
        Field::InteractionEndTime,
        Field::InteractionExpectedEndTime,
        Field::InteractionReceiveTime,
        Field::InteractionLocalDate,
        Field::InteractionStaff,
        Field::InteractionOutcome,
        Field::InteractionNoPurchaseReason,
        Field::InteractionFault,
        Field::InteractionSubjectSystem,
        Field::InteractionSubjectId,
        Field::InteractionSourceSystem,
        Field::InteractionSourceId,
        Field::InteractionPurchaseTotal,
        Field::InteractionPurchaseCurrency,
        Field::InteractionPurchaseSurprise,
        Field::InteractionPurchaseConfidential,
        Field::InteractionItemsLookedAt,
        Field::InteractionTopics,
        Field::InteractionEmotionSatisfaction,
        Field::InteractionEmotionIntensity,
        Field::InteractionEmotionAbout,
        Field::InteractionEmotionJudgedBy,
        Field::InteractionEffort,
        Field::InteractionSatisfaction,
        Field::InteractionRecommendation,
        Field::InteractionResponseDuration,
        Field::InteractionTransfers,
        Field::InteractionPromisedTime,
        Field::InteractionFulfilledTime,
        Field::InteractionUnexpected,
        Field::InteractionMomentKind,
        Field::InteractionMomentAbout,
        Field::InteractionMomentPeak,
        Field::InteractionJoined,
        Field::InteractionHistory,
        Field::InteractionThankedInPerson,
        Field::CustomerName,
        Field::CustomerHousehold,
        Field::CustomerKind,
        Field::CustomerLanguage,
        Field::CustomerRegion,
        Field::CustomerTimeZone,
        Field::CustomerGreeting,
        Field::CustomerMinor,
        Field::CustomerTags,
        Field::CustomerCreateTime,
        Field::CustomerUpdateTime,
        Field::SummaryVisitDays,
        Field::SummaryFirstVisitDate,
        Field::SummaryLastVisitDate,
        Field::SummaryLastPurchaseDate,
        Field::SummaryLastTime,
        Field::SummaryLastLocation,
        Field::SummaryLastContactTime,
        Field::SummaryOpenCase,
        Field::SummaryOpenPromises,
        Field::LocationName,
        Field::LocationTimeZone,
        Field::LocationRegion,
        Field::LocationLanguage,
        Field::LocationCurrency,
        Field::LocationSensitive,
        Field::LocationBrand,
    ],
};

// The lists know only what the database keeps in columns of its own.
/// Lists of customers, with their history.
pub const CUSTOMERS: Schema = Schema {
    name: "a list of customers",
    fields: &[
        Field::CustomerName,
        Field::CustomerHousehold,
        Field::CustomerKind,
        Field::CustomerStatus,
        Field::CustomerLanguage,
        Field::CustomerRegion,
        Field::CustomerTimeZone,
        Field::CustomerTags,
        Field::CustomerCreateTime,
        Field::CustomerUpdateTime,
        Field::SummaryVisitDays,
        Field::SummaryFirstVisitDate,
        Field::SummaryLastVisitDate,
        Field::SummaryLastPurchaseDate,
        Field::SummaryLastTime,
        Field::SummaryLastLocation,
        Field::SummaryLastContactTime,
        Field::SummaryOpenCase,
        Field::SummaryOpenPromises,
    ],
};

/// Lists of interactions.
pub const INTERACTIONS: Schema = Schema {
    name: "a list of interactions",
    fields: &[
        Field::InteractionName,
        Field::InteractionCustomer,
        Field::InteractionLocation,
        Field::InteractionKind,
        Field::InteractionChannel,
        Field::InteractionDirection,
        Field::InteractionTouchpoint,
        Field::InteractionJourney,
        Field::InteractionStage,
        Field::InteractionStandardsKept,
        Field::InteractionState,
        Field::InteractionStartTime,
        Field::InteractionEndTime,
        Field::InteractionExpectedEndTime,
        Field::InteractionReceiveTime,
        Field::InteractionLocalDate,
        Field::InteractionStaff,
        Field::InteractionOutcome,
        Field::InteractionNoPurchaseReason,
        Field::InteractionFault,
        Field::InteractionSubjectSystem,
        Field::InteractionSubjectId,
        Field::InteractionSourceSystem,
        Field::InteractionSourceId,
        Field::InteractionPurchaseTotal,
        Field::InteractionPurchaseCurrency,
        Field::InteractionEmotionSatisfaction,
        Field::InteractionEffort,
        Field::InteractionSatisfaction,
        Field::InteractionRecommendation,
        Field::InteractionMomentKind,
        Field::InteractionJoined,
        Field::InteractionHistory,
    ],
};

/// Lists of gestures.
pub const GESTURES: Schema = Schema {
    name: "a list of gestures",
    fields: &[
        Field::GestureName,
        Field::GestureCustomer,
        Field::GestureInteraction,
        Field::GestureCase,
        Field::GestureLocation,
        Field::GestureRule,
        Field::GestureOccurrence,
        Field::GestureKind,
        Field::GestureChannel,
        Field::GesturePurpose,
        Field::GestureTone,
        Field::GesturePriority,
        Field::GestureRole,
        Field::GestureGroup,
        Field::GesturePromised,
        Field::GestureState,
        Field::GestureStateReason,
        Field::GestureDueTime,
        Field::GestureDeadlineTime,
        Field::GestureAttempts,
        Field::GestureCompleteTime,
        Field::GestureCreateTime,
    ],
};

/// Lists of notes.
pub const NOTES: Schema = Schema {
    name: "a list of notes",
    fields: &[
        Field::NoteBatch,
        Field::NoteCustomer,
        Field::NoteChannel,
        Field::NoteLanguage,
        Field::NoteTemplate,
        Field::NoteState,
        Field::NoteStateReason,
        Field::NoteCreateTime,
        Field::NoteDeliverTime,
    ],
};

/// Lists of cases.
pub const CASES: Schema = Schema {
    name: "a list of cases",
    fields: &[
        Field::CaseName,
        Field::CaseCustomer,
        Field::CaseInteraction,
        Field::CaseGesture,
        Field::CaseState,
        Field::CaseOrigin,
        Field::CaseLocation,
        Field::CaseAssignee,
        Field::CaseSeverity,
        Field::CaseNoCauseFound,
        Field::CaseOpenTime,
        Field::CaseResolveTime,
    ],
};

/// Lists of obligations, with what was recorded of their interaction.
pub const OBLIGATIONS: Schema = Schema {
    name: "a list of obligations",
    fields: &[
        Field::ObligationInteraction,
        Field::ObligationCustomer,
        Field::ObligationState,
        Field::ObligationOpenReason,
        Field::ObligationReason,
        Field::ObligationGesture,
        Field::ObligationFollows,
        Field::ObligationUpdateTime,
        Field::InteractionLocation,
        Field::InteractionKind,
        Field::InteractionOutcome,
        Field::InteractionStartTime,
    ],
};
