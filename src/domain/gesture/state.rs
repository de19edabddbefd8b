//! What is done, in what tone, and where it stands: the table of what may follow what.

use crate::domain::{customer::Channel, text_enum::text_enum};

text_enum! {
    /// What is done.
    pub enum GestureKind {
        /// A written thank-you.
        Note = "note",
        /// A phone call.
        Call = "call",
        /// Something said in person at the next visit.
        Recognition = "recognition",
        /// A present.
        Gift = "gift",
        /// An apology.
        Apology = "apology",
    }
}

impl GestureKind {
    /// Whether it can be made by a channel: a call is spoken, over the phone or, where that is not allowed, at the next
    /// visit. All else may be said and written.
    #[must_use]
    pub const fn goes_by(self, channel: Channel) -> bool {
        match self {
            Self::Call => matches!(channel, Channel::Phone | Channel::InPerson | Channel::HandOver),
            Self::Note | Self::Recognition | Self::Gift | Self::Apology => true,
        }
    }
}

text_enum! {
    /// How a gesture feels. Only cheerful ones are held while a case is open.
    pub enum Tone {
        /// Thanks, congratulations.
        Cheerful = "cheerful",
        /// Care, apology, follow-up.
        Caring = "caring",
    }
}

text_enum! {
    /// Where a gesture stands.
    pub enum GestureState {
        /// Planned.
        Scheduled = "scheduled",
        /// A worker has it, but has not begun.
        Claimed = "claimed",
        /// It is on its way and can't be taken back.
        Delivering = "delivering",
        /// It reached the customer.
        Completed = "completed",
        /// Waits until what is wrong is put right.
        Held = "held",
        /// Planned, then stopped by a gate.
        Suppressed = "suppressed",
        /// Taken back.
        Cancelled = "cancelled",
        /// Too late to make sense.
        Expired = "expired",
        /// Tried, and given up.
        Failed = "failed",
        /// It may or may not have reached the customer; a person must look.
        Uncertain = "uncertain",
    }
}

impl GestureState {
    /// Whether nothing will happen to it any more without a person.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Suppressed | Self::Cancelled | Self::Expired | Self::Failed)
    }

    /// The table of transitions: what may follow what.
    ///
    /// A claim lapses or is given back (`Claimed → Scheduled`); a delivery whose lease lapses is `Uncertain`, and so is
    /// what waits, may have left before, and can't go on as it began (`Scheduled → Uncertain`, or `Claimed`); the last
    /// token's late answer is taken from `Uncertain`, and from what has become of it since its delivery began
    /// (`Scheduled`, `Held` or `Expired`). A person
    /// completes what was only scheduled. A note of a batch leaves without a claim (`Scheduled → Delivering`). A
    /// retryable failure goes back to `Scheduled`. What a merge of two records stopped comes back when they are parted
    /// (`Suppressed → Scheduled`, or `Held`).
    ///
    /// What a person says happened counts, also of what was held, expired or was given up while they did it (`Held`,
    /// `Expired` or `Failed → Completed`); and who was called too late may ask to be called again (`Expired →
    /// Scheduled`). Nothing else that ended comes back.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        use GestureState as S;
        match self {
            S::Scheduled => matches!(
                next,
                S::Claimed
                    | S::Delivering
                    | S::Held
                    | S::Completed
                    | S::Suppressed
                    | S::Cancelled
                    | S::Expired
                    | S::Failed
                    | S::Uncertain
            ),
            S::Held => {
                matches!(next, S::Scheduled | S::Completed | S::Suppressed | S::Cancelled | S::Expired | S::Failed)
            }
            S::Claimed => matches!(
                next,
                S::Scheduled
                    | S::Delivering
                    | S::Completed
                    | S::Held
                    | S::Suppressed
                    | S::Cancelled
                    | S::Expired
                    | S::Failed
                    | S::Uncertain
            ),
            S::Delivering => matches!(next, S::Completed | S::Scheduled | S::Failed | S::Uncertain),
            S::Uncertain => matches!(next, S::Completed | S::Scheduled | S::Failed),
            S::Suppressed => matches!(next, S::Scheduled | S::Held),
            S::Expired => matches!(next, S::Completed | S::Scheduled),
            S::Failed => matches!(next, S::Completed),
            S::Completed | S::Cancelled => false,
        }
    }
}
