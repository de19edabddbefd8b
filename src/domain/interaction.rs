//! What happened between a customer and the business.

use super::{
    ids::{CustomerId, InteractionId, LocationId, TouchpointId},
    journey::{Place, Verdict},
    money::Money,
    text_enum::text_enum,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What kind of thing happened.
    pub enum InteractionKind {
        /// Somebody came by, bought or not.
        Visit = "visit",
        /// A question.
        Enquiry = "enquiry",
        /// Something was bought.
        Purchase = "purchase",
        /// An order was placed.
        Order = "order",
        /// Something about an order changed.
        OrderUpdate = "order_update",
        /// Something was delivered.
        Delivery = "delivery",
        /// Help was given.
        Support = "support",
        /// Something was wrong, and the customer said so.
        Complaint = "complaint",
        /// The customer praised us.
        Compliment = "compliment",
        /// Something came back.
        Return = "return",
        /// A survey answer or review.
        Feedback = "feedback",
        /// A secret shopper's visit; scored, never thanked or counted.
        Observation = "observation",
        /// We contacted the customer.
        OutboundContact = "outbound_contact",
    }
}

text_enum! {
    /// Over what an interaction took place.
    pub enum InteractionChannel {
        /// Face to face.
        InStore = "in_store",
        /// By phone.
        Phone = "phone",
        /// By e-mail.
        Email = "email",
        /// By chat.
        Chat = "chat",
        /// On the web site.
        Web = "web",
        /// In the app.
        App = "app",
        /// On a social network.
        Social = "social",
        /// By post.
        Post = "post",
    }
}

text_enum! {
    /// Who began.
    pub enum Direction {
        /// The customer.
        Inbound = "inbound",
        /// We did.
        Outbound = "outbound",
    }
}

text_enum! {
    /// How it ended.
    pub enum Outcome {
        /// Something was bought.
        Purchased = "purchased",
        /// Nothing was bought.
        NotPurchased = "not_purchased",
        /// Settled.
        Resolved = "resolved",
        /// Not settled.
        Unresolved = "unresolved",
        /// The customer gave up or cancelled.
        Abandoned = "abandoned",
        /// Nothing to settle: information was given or taken.
        Informed = "informed",
    }
}

text_enum! {
    /// Why nothing was bought.
    pub enum NoPurchaseReason {
        /// Not known.
        Unknown = "unknown",
        /// Only looking.
        JustLooking = "just_looking",
        /// Not in stock.
        OutOfStock = "out_of_stock",
        /// Too expensive.
        Price = "price",
        /// The right thing is not sold here.
        NotOffered = "not_offered",
        /// Waited too long.
        Wait = "wait",
        /// Wants to think it over.
        Undecided = "undecided",
        /// Only came with a question.
        Question = "question",
        /// Did not come, or called off.
        NoShow = "no_show",
        /// Something else.
        Other = "other",
    }
}

text_enum! {
    /// What went wrong.
    pub enum FaultKind {
        /// Later than promised.
        Late = "late",
        /// Not what was asked for.
        Wrong = "wrong",
        /// A part was missing.
        MissingPart = "missing_part",
        /// Broken.
        Damaged = "damaged",
        /// A wait.
        Wait = "wait",
        /// Passed on from one to the next.
        PassedOn = "passed_on",
        /// Rudeness.
        Rude = "rude",
        /// Charged wrongly.
        ChargedWrongly = "charged_wrongly",
        /// Something else.
        Other = "other",
    }
}

text_enum! {
    /// What a feeling was about.
    pub enum FeelingAbout {
        /// About us and what we did.
        Us = "us",
        /// About the customer's own life.
        OwnLife = "own_life",
        /// Nobody asked.
        Unknown = "unknown",
    }
}

text_enum! {
    /// Who judged a feeling.
    pub enum FeelingJudge {
        /// The customer said so.
        Customer = "customer",
        /// Staff saw it.
        Staff = "staff",
        /// A machine guessed it.
        Model = "model",
    }
}

text_enum! {
    /// Something nobody expected.
    pub enum Surprise {
        /// A good one.
        Good = "good",
        /// A bad one.
        Bad = "bad",
    }
}

text_enum! {
    /// Where an interaction's record stands.
    pub enum InteractionState {
        /// Still going on.
        Open = "open",
        /// Over.
        Closed = "closed",
        /// Taken back: it did not happen, or not so.
        Voided = "voided",
    }
}

text_enum! {
    /// What an interaction was for the customer.
    pub enum MomentKind {
        /// Good.
        Gratification = "gratification",
        /// Neither.
        Neutral = "neutral",
        /// Bad.
        Misery = "misery",
    }
}

/// A fact: this customer, or somebody not yet known, then and there, did this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interaction {
    /// The id, permanent.
    pub id: InteractionId,
    /// Whose it is now; `None` while nobody is known.
    pub customer: Option<CustomerId>,
    /// Whose it was when it was recorded; also a record that was part of another then.
    pub recorded_customer: Option<CustomerId>,
    /// Whose it would be had no records been merged, where that is not [`Interaction::customer`].
    pub origin: Option<CustomerId>,
    /// Who it may have been, when several fit equally.
    pub candidates: Vec<CustomerId>,
    /// Open, closed or voided.
    pub state: InteractionState,
    /// Where it happened.
    pub location: LocationId,
    /// What was recorded of it.
    pub detail: Detail,
    /// When it began.
    pub start_at: Timestamp,
    /// When it ended; `None` while open.
    pub end_at: Option<Timestamp>,
    /// When we learned of it.
    pub received_at: Timestamp,
    /// The day it began on, in the location's zone.
    pub local_date: Date,
    /// What it was for the customer.
    pub moment: Moment,
    /// Where in a journey it took place, if it named a touchpoint, and how the standards there were met.
    pub journey: Option<Place>,
    /// The visit whose story it belongs to: for a purchase made during one, and for a visit that is the same as one
    /// which was open already.
    pub joined: Option<InteractionId>,
    /// Counted, never thanked.
    pub history: bool,
    /// Why it was voided.
    pub void_reason: Option<String>,
    /// Grows by one with every change; the etag is made of it.
    pub version: i64,
}

impl Interaction {
    /// Whose it is, or would be had no records been merged.
    #[must_use]
    pub fn own_customer(&self) -> Option<CustomerId> {
        self.origin.or(self.customer)
    }

    /// Whether it is a visit that turned out to be the same as another: one person was checked in twice, under two
    /// records, or once as a stranger.
    #[must_use]
    pub fn repeats_visit(&self) -> bool {
        self.detail.kind == InteractionKind::Visit && self.joined.is_some()
    }

    /// The names of what was bought as a surprise or in confidence; nothing of what was taken back.
    pub fn hidden_items(&self) -> impl Iterator<Item = &str> {
        let purchase = self.detail.purchase.as_ref().filter(|_| self.state != InteractionState::Voided);
        let hidden = purchase.filter(|purchase| purchase.surprise || purchase.confidential);
        hidden.into_iter().flat_map(|purchase| &purchase.items).map(|item| item.name.as_str())
    }

    /// Whether this makes its day a visit day: an inbound visit, purchase or enquiry that was not voided.
    #[must_use]
    pub fn counts_as_visit_day(&self) -> bool {
        self.state != InteractionState::Voided
            && self.detail.direction == Direction::Inbound
            && matches!(self.detail.kind, InteractionKind::Visit | InteractionKind::Purchase | InteractionKind::Enquiry)
    }

    /// How the standards of its touchpoint were met, as far as they were judged.
    #[must_use]
    pub fn verdicts(&self) -> &[Verdict] {
        self.journey.as_ref().map_or(&[], |place| &place.verdicts)
    }

    /// The instant by which rules reckon: when it was over, but never later than the present. (Section 4.2 of the
    /// design reckons from the start; of a long stay that would thank a guest who has not left yet.)
    #[must_use]
    pub fn over_at(&self, now: Timestamp) -> Timestamp {
        self.end_at.unwrap_or(self.start_at).min(now)
    }
}

/// What a source says of an interaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// What kind of thing happened.
    pub kind: InteractionKind,
    /// Over what.
    pub channel: InteractionChannel,
    /// Who began.
    pub direction: Direction,
    /// The touchpoint of the journey it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touchpoint: Option<TouchpointId>,
    /// When the customer means to leave (a stay, a booked hour).
    #[serde(rename = "expected_end_time", default, skip_serializing_if = "Option::is_none")]
    pub expected_end: Option<Timestamp>,
    /// Who served, as the business names its staff.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub staff: String,
    /// How it ended; required to close.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Why nothing was bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_purchase_reason: Option<NoPurchaseReason>,
    /// What joins interactions that belong together: an order, an application, a stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<ExternalRef>,
    /// What was bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase: Option<Purchase>,
    /// What they looked at, in plain words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items_looked_at: Vec<String>,
    /// What it was about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// How the customer felt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emotion: Option<Emotion>,
    /// How hard it was for the customer, 1 (easy) to 7.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<u8>,
    /// Satisfaction as the customer rated it, 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satisfaction: Option<u8>,
    /// Would recommend, 0 to 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommendation: Option<u8>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<FaultKind>,
    /// How long the customer waited for our first response.
    #[serde(rename = "response_duration", default, skip_serializing_if = "Option::is_none")]
    pub response: Option<SignedDuration>,
    /// How often the customer was passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfers: Option<u16>,
    /// When something was promised for.
    #[serde(rename = "promised_time", default, skip_serializing_if = "Option::is_none")]
    pub promised_at: Option<Timestamp>,
    /// When it was fulfilled.
    #[serde(rename = "fulfilled_time", default, skip_serializing_if = "Option::is_none")]
    pub fulfilled_at: Option<Timestamp>,
    /// Something nobody expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unexpected: Option<Surprise>,
    /// Free words, such as the customer may read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remarks: String,
    /// What a stranger looked like or was called, until somebody links the interaction.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stranger: String,
    /// Which system told us, under which id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ExternalRef>,
    /// The interaction that this one corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<InteractionId>,
    /// Thanked face to face before it was recorded or closed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub thanked_in_person: bool,
    /// What had used the contact budget up when we made this contact nevertheless, as resource names. Found by us, said
    /// by nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over_budget_by: Vec<String>,
}

impl Detail {
    /// A detail with nothing but the three things that every interaction has.
    #[must_use]
    pub fn new(kind: InteractionKind, channel: InteractionChannel, direction: Direction) -> Self {
        Self {
            kind,
            channel,
            direction,
            touchpoint: None,
            expected_end: None,
            staff: String::new(),
            outcome: None,
            no_purchase_reason: None,
            subject: None,
            purchase: None,
            items_looked_at: Vec::new(),
            topics: Vec::new(),
            emotion: None,
            effort: None,
            satisfaction: None,
            recommendation: None,
            fault: None,
            response: None,
            transfers: None,
            promised_at: None,
            fulfilled_at: None,
            unexpected: None,
            remarks: String::new(),
            stranger: String::new(),
            source: None,
            replaces: None,
            thanked_in_person: false,
            over_budget_by: Vec::new(),
        }
    }
}

/// An id in another system.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExternalRef {
    /// The system's name.
    pub system: String,
    /// The id there, compared as it is.
    pub id: String,
}

/// What was bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    /// What was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Money>,
    /// The single things.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<PurchaseItem>,
    /// A surprise for somebody: never named where they may see it.
    #[serde(default)]
    pub surprise: bool,
    /// Nobody else's business.
    #[serde(default)]
    pub confidential: bool,
}

/// One thing bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseItem {
    /// Stock-keeping unit.
    #[serde(default)]
    pub sku: String,
    /// Its name as the customer would say it.
    pub name: String,
    /// How many, at least 1.
    pub quantity: u32,
    /// The price of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}

/// How the customer felt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emotion {
    /// From −2 (miserable) to +2 (delighted).
    pub satisfaction: i8,
    /// From 1 (barely) to 5 (overwhelming); 3 when nobody said.
    pub intensity: u8,
    /// Who judged.
    pub judged_by: FeelingJudge,
    /// What it was about.
    pub about: FeelingAbout,
}

/// What an interaction was for the customer, and why we say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Good, bad or neither.
    pub kind: MomentKind,
    /// About us, about their own life, or not known.
    pub about: FeelingAbout,
    /// A peak of delight: worth a congratulation.
    pub peak: bool,
    /// The evidence, in plain words without names.
    pub reasons: Vec<String>,
}

impl Moment {
    /// The evidence in one line: what a case is called that such a moment opens.
    #[must_use]
    pub fn summary(&self) -> String {
        self.reasons.join(", ")
    }
}
