//! Why something is as it is: of gestures, decisions and obligations.

use crate::domain::text_enum::text_enum;

text_enum! {
    /// Why a gesture, a decision or an obligation ended as it did.
    pub enum Reason {
        /// No rule matched.
        NoRuleMatched = "no_rule_matched",
        /// The deadline had passed.
        TooLate = "too_late",
        /// No channel was allowed.
        NoConsent = "no_consent",
        /// The contact budget had no place.
        OverBudget = "over_budget",
        /// It lies before the time we answer for.
        History = "history",
        /// A stronger rule of the same group acted that day.
        Group = "group",
        /// Two records of the customer became one, and the other's gesture is the one that is made.
        Merged = "merged",
        /// The person asked to be forgotten.
        Erased = "erased",
        /// The records it speaks of were parted: it counted what two people did.
        Parted = "parted",
        /// The same rule already acted on this occurrence.
        AlreadyThanked = "already_thanked",
        /// The customer's record is no longer active.
        CustomerInactive = "customer_inactive",
        /// A minor without a consenting guardian.
        Minor = "minor",
        /// An internal account.
        Internal = "internal",
        /// A case is open.
        OpenCase = "open_case",
        /// Grief of their own: cheer waits for a person.
        OwnLife = "own_life",
        /// No moment within reach is allowed.
        NoOpening = "no_opening",
        /// The interaction was voided.
        Voided = "voided",
        /// What was bought came back.
        Returned = "returned",
        /// A later record replaced the interaction.
        Replaced = "replaced",
        /// The interaction turned out otherwise.
        Corrected = "corrected",
        /// The interaction belongs to somebody else.
        Reattributed = "reattributed",
        /// The rule was retired.
        RuleRetired = "rule_retired",
        /// A person decided so.
        ByPerson = "by_person",
        /// Events overtook it while it was held.
        Stale = "stale",
        /// We began it.
        Outbound = "outbound",
        /// A secret shopper's visit.
        Observation = "observation",
        /// Thanked face to face.
        ThankedInPerson = "thanked_in_person",
        /// The gesture reached the customer.
        Delivered = "delivered",
        /// The worker reported a failure.
        DeliveryFailed = "delivery_failed",
        /// The lease lapsed while it was on its way.
        LeaseLapsed = "lease_lapsed",
        /// The lease lapsed, or the claim was given back, before it began.
        Released = "released",
        /// Nobody answered; another try is planned.
        NoAnswer = "no_answer",
        /// The customer asked to be called at another time.
        CallBack = "call_back",
        /// The contact point does not reach them.
        WrongNumber = "wrong_number",
        /// The customer wants no such contact again.
        NeverAgain = "never_again",
        /// Nobody is known to thank.
        Anonymous = "anonymous",
        /// What would be written is not good enough to be sent (P8).
        NotGenuine = "not_genuine",
        /// What was written is not true any more.
        FactsChanged = "facts_changed",
        /// Something else became of it since it was written.
        Overtaken = "overtaken",
        /// The batch it belonged to was cancelled.
        BatchCancelled = "batch_cancelled",
        /// Somebody has stopped it from leaving.
        Paused = "paused",
        /// More calls are planned than people can make.
        CallCapacity = "call_capacity",
        /// It was sent to the test address, and reached nobody.
        Tested = "tested",
        /// The recovery contact comes first.
        Recovery = "recovery",
        /// The household is held out of the rule, so that its effect can be seen.
        HoldOut = "hold_out",
        /// The silence it was for has ended.
        CameBack = "came_back",
        /// The day it was for was corrected or forgotten.
        DateChanged = "date_changed",
        /// The customer has died.
        Deceased = "deceased",
        /// The gesture reached the customer, though the contact budget was used up.
        DeliveredOverBudget = "delivered_over_budget",
        /// The organisation takes no gift of that worth.
        GiftLimit = "gift_limit",
        /// A person must say what the gift is worth, or whether it may be given.
        GiftUnclear = "gift_unclear",
        /// The action at the desk that led to it was taken back.
        Undone = "undone",
    }
}
