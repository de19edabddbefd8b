//! The words in which stories are told: who came, what they did, and what the ledger says of it.

use crate::support::{
    database::Database,
    ledger::{LOCATION, TestLedger},
};
use gratitude::{
    domain::{
        case::Case,
        commands::{
            Once,
            cases::ResolveCase,
            correct::{Attribute, Void},
            customers::SetConsent,
            gestures::{CallLogged, CallOutcome, Claim, ClaimedGesture, Complete, LogCall, Proof},
            record::{NewInteraction, Record, Recorded},
            visits::{CheckIn, Close, Ending},
            who::{Identity, OnMissing, Who},
        },
        customer::{Channel, ConsentState, Identifier, IdentifierKind, Profile, Purpose},
        gesture::{Gesture, GestureState},
        ids::{CaseId, CustomerId, GestureId, InteractionId},
        interaction::{Detail, Direction, InteractionChannel, InteractionKind, Outcome, Purchase, PurchaseItem},
        money::Money,
        obligation::Decision,
        refusal::Refusal,
        summary::Summary,
        world::{Actor, Command, Context, Due, Fingerprint, IdempotencyKey, Needs, World},
    },
    store::{Lane, SubmitError, Watch},
};
use jiff::{SignedDuration, Timestamp, civil::DateTime};
use std::{cell::Cell, sync::Arc};

/// A story in the shop in Lisbon. It begins on Monday, 2 March 2026, at 10:00.
pub(crate) struct Telling {
    pub(crate) ledger: TestLedger,
    calls: Cell<u32>,
}

/// Everything that is kept of one interaction, and of whose it is.
pub(crate) struct Seen {
    pub(crate) recorded: Recorded,
    pub(crate) summary: Option<Summary>,
    pub(crate) decisions: Vec<Decision>,
    pub(crate) case: Option<Case>,
}

impl Seen {
    /// The gestures that are planned or were carried out.
    pub(crate) fn alive(&self) -> Vec<&Gesture> {
        let dead = |g: &&Gesture| g.state.is_final() && g.state != GestureState::Completed;
        self.recorded.gestures.iter().filter(|g| !dead(g)).collect()
    }

    pub(crate) fn summary(&self) -> &Summary {
        self.summary.as_ref().expect("somebody is known")
    }
}

/// The rule that made a gesture.
pub(crate) fn rule(gesture: &Gesture) -> &str {
    gesture.rule.as_ref().map_or("", |(rule, _)| rule.as_str())
}

impl Telling {
    pub(crate) async fn begin(database: Database) -> Self {
        Self { ledger: TestLedger::open(database).await, calls: Cell::new(0) }
    }

    /// The same shop after something happened to its database; `watch` sees every statement from then on.
    pub(crate) async fn opened_again(self, change: impl AsyncFnOnce(&str), watch: Watch) -> Self {
        Self { ledger: self.ledger.opened_again(change, watch).await, ..self }
    }

    /// Moves the clock to a time in Lisbon, for example `2026-03-02T21:40`.
    pub(crate) fn at(&self, local: &str) {
        let local: DateTime = local.parse().unwrap();
        let then = local.in_tz("Europe/Lisbon").unwrap().timestamp();
        self.ledger.advance(then.duration_since(self.ledger.now()));
    }

    pub(crate) fn instant(&self, local: &str) -> Timestamp {
        local.parse::<DateTime>().unwrap().in_tz("Europe/Lisbon").unwrap().timestamp()
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor { principal: "local".to_owned(), ..Actor::default() }
    }

    /// The key of a call that nobody repeats.
    pub(crate) fn unrepeated(&self) -> Once {
        self.calls.set(self.calls.get() + 1);
        let key = IdempotencyKey::request("local", "Story", &self.calls.get().to_string());
        Once { keys: vec![key], content: Fingerprint::default() }
    }

    /// The record of something that happens now, to be changed before it is told.
    pub(crate) fn record(&self, who: Who, kind: InteractionKind, change: impl FnOnce(&mut NewInteraction)) -> Record {
        let mut new = NewInteraction {
            location: LOCATION.parse().unwrap(),
            start_at: Some(self.ledger.now()),
            end_at: None,
            history: false,
            detail: Detail::new(kind, InteractionChannel::InStore, Direction::Inbound),
        };
        change(&mut new);
        Record {
            actor: self.actor(),
            once: self.unrepeated(),
            who,
            new,
            settings: Arc::clone(&self.ledger.settings),
            now: self.ledger.now(),
        }
    }

    pub(crate) async fn tell(
        &self,
        who: Who,
        kind: InteractionKind,
        change: impl FnOnce(&mut NewInteraction),
    ) -> Recorded {
        self.submit(self.record(who, kind, change)).await
    }

    /// A purchase of one thing for 3 euros, now.
    pub(crate) async fn buys(&self, who: Who, thing: &str) -> Recorded {
        self.tell(who, InteractionKind::Purchase, |new| new.detail.purchase = Some(purchase(thing))).await
    }

    /// A visit that ends now without a purchase.
    pub(crate) async fn stops_by(&self, who: Who) -> Recorded {
        self.tell(who, InteractionKind::Visit, |new| new.detail.outcome = Some(Outcome::NotPurchased)).await
    }

    pub(crate) async fn comes_in(&self, who: Who) -> Recorded {
        let (settings, now) = (Arc::clone(&self.ledger.settings), self.ledger.now());
        self.submit(CheckIn {
            actor: self.actor(),
            once: self.unrepeated(),
            stranger: if who == Who::Nobody { "tall, with a red scarf".to_owned() } else { String::new() },
            who,
            location: LOCATION.parse().unwrap(),
            at: None,
            staff: "Rui".to_owned(),
            expected_end: None,
            settings,
            now,
        })
        .await
    }

    pub(crate) async fn leaves(&self, visit: &Recorded, ending: Ending) -> Recorded {
        let (id, now) = (visit.interaction.id, self.ledger.now());
        self.submit(Close { actor: self.actor(), once: Some(self.unrepeated()), id, ending, now }).await
    }

    pub(crate) async fn voids(&self, id: InteractionId) -> Recorded {
        self.submit(Void { actor: self.actor(), id, reason: "typed by mistake".to_owned() }).await
    }

    pub(crate) async fn belongs_to(&self, id: InteractionId, customer: Option<CustomerId>) -> Recorded {
        self.submit(Attribute { actor: self.actor(), id, customer }).await
    }

    pub(crate) async fn resolves(&self, id: CaseId) -> Case {
        let resolve = ResolveCase {
            actor: self.actor(),
            once: self.unrepeated(),
            id,
            version: None,
            root_cause: None,
            remedy: "listened, and said sorry".to_owned(),
            recovered: false,
        };
        self.submit(resolve).await.case
    }

    /// What a worker gets who asks for everything that is due now.
    pub(crate) async fn claims(&self) -> Vec<ClaimedGesture> {
        self.claims_up_to(100).await
    }

    /// The same, of so many at most.
    pub(crate) async fn claims_up_to(&self, limit: u32) -> Vec<ClaimedGesture> {
        let due = Due {
            at: self.ledger.now(),
            kinds: Vec::new(),
            channels: Vec::new(),
            locations: Vec::new(),
            in_batches: Vec::new(),
            untested: false,
            far_side_deduplicates: false,
            due_from: None,
            limit,
        };
        let claim = Claim {
            actor: self.actor(),
            once: self.unrepeated(),
            due,
            worker: "till".to_owned(),
            lease: SignedDuration::from_mins(1),
        };
        self.submit(claim).await.gestures
    }

    /// A person hands over or says what is planned, now.
    pub(crate) async fn carries_out(&self, gesture: &Gesture) -> Gesture {
        let complete = Complete {
            actor: self.actor(),
            id: gesture.id,
            proof: Proof::Version(gesture.version),
            carried_out_by: "Rui".to_owned(),
            words: String::new(),
            at: None,
            gift_value: None,
            carrier: None,
        };
        self.submit(complete).await.gesture
    }

    /// A person calls, now; this is how it went.
    pub(crate) async fn calls(&self, gesture: &Gesture, outcome: CallOutcome) -> CallLogged {
        self.submit(LogCall {
            actor: self.actor(),
            once: self.unrepeated(),
            id: gesture.id,
            version: gesture.version,
            outcome,
            words: String::new(),
            staff: "Rui".to_owned(),
        })
        .await
    }

    /// A customer says whether they want to be thanked by a channel.
    pub(crate) async fn hears(&self, id: CustomerId, channel: Channel, state: ConsentState) {
        self.submit(SetConsent {
            actor: self.actor(),
            once: self.unrepeated(),
            id,
            channel,
            purpose: Purpose::Gratitude,
            state,
            source: "phone call".to_owned(),
            text_version: String::new(),
            at: None,
        })
        .await;
    }

    /// A gesture as it is now.
    pub(crate) async fn gesture(&self, id: GestureId) -> Gesture {
        self.ledger.store.gesture(id).await.expect("it can be read").expect("it is there")
    }

    pub(crate) async fn look(&self, id: InteractionId) -> Seen {
        self.submit(Look(id)).await
    }

    pub(crate) async fn submit<C: Command>(&self, command: C) -> C::Reply {
        self.try_to(command).await.expect("nothing speaks against it")
    }

    pub(crate) async fn try_to<C: Command>(&self, command: C) -> Result<C::Reply, SubmitError> {
        self.ledger.store.submit(Lane::Interactive, command).await
    }
}

/// Reads an interaction the way commands do.
struct Look(InteractionId);

impl Command for Look {
    type Reply = Seen;

    fn needs(&self) -> Needs {
        Needs { interactions: [self.0].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, _: &mut Context<'_>) -> Result<Seen, Refusal> {
        let recorded = Recorded::read(world, self.0, false)?;
        let customer = recorded.interaction.customer;
        let mut decisions: Vec<_> = world.decisions_for(self.0).cloned().collect();
        decisions.sort_by(|a, b| a.rule.cmp(&b.rule));
        Ok(Seen {
            summary: customer.map(|c| world.summary(c)),
            case: customer.and_then(|c| world.open_case(c).cloned()),
            decisions,
            recorded,
        })
    }
}

/// Whoever has this phone; made known at the first call.
pub(crate) fn ana() -> Who {
    somebody("+351910000001", |_| {})
}

pub(crate) fn somebody(phone: &str, change: impl FnOnce(&mut Profile)) -> Who {
    let mut profile = Profile { display_name: "Ana".to_owned(), ..Profile::default() };
    change(&mut profile);
    let phone = Identifier {
        kind: IdentifierKind::Phone,
        system: String::new(),
        typed: phone.to_owned(),
        normalized: phone.to_owned(),
        origin: None,
    };
    Who::Identity(Identity { identifiers: vec![phone], profile, on_missing: OnMissing::Create })
}

pub(crate) fn purchase(thing: &str) -> Purchase {
    let total = Some(Money { currency: "EUR".to_owned(), micros: 3_000_000 });
    let item = PurchaseItem { sku: String::new(), name: thing.to_owned(), quantity: 1, price: None };
    Purchase { total, items: vec![item], surprise: false, confidential: false }
}

pub(crate) fn bought_nothing() -> Ending {
    Ending { outcome: Some(Outcome::NotPurchased), ..Ending::default() }
}
