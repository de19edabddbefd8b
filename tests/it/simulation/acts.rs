//! What may happen in a small shop, at random.

use super::{
    delivered::Delivered,
    dice::Dice,
    whole::{self, Whole},
};
use crate::{
    stories::telling::{Telling, purchase, somebody},
    support::ledger::LOCATION,
};
use gratitude::{
    domain::{
        case::CaseState,
        commands::{
            Once,
            batch::RecordAll,
            cases::{OpenCase, ReopenCase},
            correct::{Attribute, Void},
            customers::{MergeCustomers, SetConsent, SetDeceased, UnmergeCustomer},
            gestures::{Expire, LapseLease},
            left_open::CloseLeftOpen,
            look_ahead::LookAhead,
            record::{NewInteraction, Record},
            visits::{Close, Ending},
            who::Who,
        },
        customer::{BirthDate, Channel, ConsentState, CustomerStatus, Purpose},
        gesture::{Gesture, GestureState},
        ids::{CaseId, CustomerId, GestureId, InteractionId},
        interaction::{
            Direction, Emotion, ExternalRef, FaultKind, FeelingAbout, FeelingJudge, InteractionKind, InteractionState,
            NoPurchaseReason, Outcome,
        },
        pause::Pause,
        refusal::Refusal,
        world::Command,
    },
    store::SubmitError,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// How long a call is repeated at random: well within the time for which its key is kept.
const REPEATED_FOR: SignedDuration = SignedDuration::from_hours(6 * 24);

/// A shop with its past, and the chance by which it goes on.
pub(super) struct Shop {
    pub(super) story: Telling,
    pub(super) dice: Dice,
    whole: Whole,
    told: Vec<(Timestamp, Record)>,
    /// What workers claimed, with its token and whether their far side recognises a repetition.
    pub(super) tokens: Vec<(Gesture, i64, bool)>,
    /// What reached customers.
    pub(super) delivered: Delivered,
    /// The pauses that hold.
    pub(super) pauses: Vec<Pause>,
    /// What a person, or the customer, gave another time in this step.
    given_time: BTreeSet<GestureId>,
    resolved: Vec<CaseId>,
    /// How those stood who were merged.
    merged: BTreeMap<CustomerId, CustomerStatus>,
}

impl Shop {
    pub(super) fn new(story: Telling, dice: Dice) -> Self {
        Self {
            story,
            dice,
            whole: Whole::default(),
            told: Vec::new(),
            tokens: Vec::new(),
            delivered: Delivered::default(),
            pauses: Vec::new(),
            given_time: BTreeSet::new(),
            resolved: Vec::new(),
            merged: BTreeMap::new(),
        }
    }

    /// Takes note of how things stand.
    pub(super) fn see(&mut self, whole: Whole) {
        self.whole = whole;
    }

    /// A person, or the customer, chose another time: what was promised before does not bind any more.
    pub(super) fn given_time_anew(&mut self, id: GestureId) {
        self.given_time.insert(id);
    }

    /// Whether that was so in this step.
    pub(super) fn is_given_time_anew(&self, id: GestureId) -> bool {
        self.given_time.contains(&id)
    }

    /// Something happens; says what.
    pub(super) async fn act(&mut self) -> String {
        self.given_time.clear();
        if self.dice.percent(12) {
            return match self.dice.below(6) {
                0 | 1 => self.promise().await,
                2 => self.move_to_another_time().await,
                3 => self.pause_or_resume().await,
                _ => self.settle_uncertain().await,
            };
        }
        let minutes = i64::try_from(self.dice.below(90)).unwrap();
        self.pass_time(SignedDuration::from_mins(minutes));
        match self.dice.below(100) {
            0..30 => self.record().await,
            30..33 => self.record_several().await,
            33..39 => self.check_in().await,
            39..46 => self.check_out().await,
            46..50 => self.void().await,
            50..54 => self.attribute().await,
            54..56 => self.open_case().await,
            56..60 => self.resolve_case().await,
            60 => self.reopen_case().await,
            61..65 => self.consent().await,
            65..71 => self.claim().await,
            71..80 => self.answer_claim().await,
            80..86 => self.person().await,
            86 => self.death().await,
            87..91 => self.repeat().await,
            91..95 => self.sweep().await,
            95 => self.merge().await,
            96 => self.part().await,
            _ => {
                let hours = i64::try_from(self.dice.below(60)).unwrap();
                self.pass_time(SignedDuration::from_hours(hours));
                format!("{hours} hours passed")
            }
        }
    }

    fn pass_time(&self, by: SignedDuration) {
        self.story.ledger.advance(by);
    }

    /// Does it, unless it is refused, which is an answer like others; that the store fails is none.
    pub(super) async fn try_to<C: Command>(&self, what: &str, command: C) -> (String, Option<C::Reply>) {
        match self.story.try_to(command).await {
            Ok(reply) => (what.to_owned(), Some(reply)),
            Err(SubmitError::Refused(Refusal::Miss(miss))) => panic!("{what}: {miss:?} got out"),
            // Whoever acts here has read what is there now.
            Err(SubmitError::Refused(Refusal::Stale { resource })) => {
                panic!("{what}: {resource} would be written over")
            }
            Err(SubmitError::Refused(refusal)) => (format!("{what}, refused: {refusal}"), None),
            Err(SubmitError::Store(error)) => panic!("{what}: {error}"),
        }
    }

    fn who(&mut self) -> Who {
        match self.dice.below(6) {
            0 => Who::Nobody,
            n => somebody(&format!("+35191000000{n}"), |profile| {
                profile.minor = n == 5;
                // In the week after the life begins.
                let day = i8::try_from(n + 3).expect("a small number");
                profile.birth_date = Some(BirthDate { year: None, month: 3, day });
            }),
        }
    }

    fn any_interaction(&mut self) -> Option<InteractionId> {
        let ids: Vec<_> = self.whole.interactions.keys().copied().collect();
        self.dice.one_of(&ids).copied()
    }

    pub(super) fn any_customer(&mut self) -> Option<CustomerId> {
        let ids: Vec<_> = self.whole.summaries.keys().copied().collect();
        self.dice.one_of(&ids).copied()
    }

    pub(super) fn any_gesture(&mut self, fits: impl Fn(&Gesture) -> bool) -> Option<Gesture> {
        let fitting: Vec<_> = self.whole.gestures.iter().filter(|g| fits(g)).cloned().collect();
        self.dice.one_of(&fitting).cloned()
    }

    fn something(&mut self) -> Record {
        let kind = match self.dice.below(10) {
            0..3 => InteractionKind::Visit,
            3..6 => InteractionKind::Purchase,
            _ => *self.dice.one_of(InteractionKind::ALL).expect("there are kinds"),
        };
        let who = self.who();
        let mut record = self.story.record(who, kind, |_| {});
        self.detail(&mut record.new);
        let content = [("interaction.", &record.new.said() as &dyn gratitude::domain::world::ErasedFields)];
        record.once.content = self.story.ledger.store.hasher().fingerprint(&content);
        if let Some(source) = &record.new.detail.source {
            record.once.keys.push(self.story.ledger.store.hasher().source(&source.system, &source.id));
        }
        record
    }

    fn detail(&mut self, new: &mut NewInteraction) {
        let replaced = self.any_interaction();
        let looked_at = *self.dice.one_of(&["a lamp", "a ring", "a coffee"]).expect("there are things");
        let dice = &mut self.dice;
        let detail = &mut new.detail;
        if dice.percent(30) {
            let ago = SignedDuration::from_hours(i64::try_from(dice.below(20 * 24)).unwrap());
            new.start_at = new.start_at.and_then(|start| start.checked_sub(ago).ok());
        }
        new.history = dice.percent(5);
        detail.thanked_in_person = dice.percent(5);
        if dice.percent(60) {
            new.end_at = new.start_at;
        }
        match detail.kind {
            InteractionKind::Purchase => detail.purchase = Some(purchase(looked_at)),
            InteractionKind::Visit if dice.percent(50) => {
                detail.outcome = Some(Outcome::NotPurchased);
                detail.no_purchase_reason = dice.one_of(NoPurchaseReason::ALL).copied();
                detail.items_looked_at = vec![looked_at.to_owned()];
            }
            InteractionKind::Visit if dice.percent(20) => detail.purchase = Some(purchase(looked_at)),
            InteractionKind::Support if dice.percent(50) => detail.outcome = Some(Outcome::Resolved),
            InteractionKind::OutboundContact => detail.direction = Direction::Outbound,
            _ => {}
        }
        if dice.percent(15) {
            detail.emotion = Some(Emotion {
                satisfaction: i8::try_from(dice.below(5)).unwrap() - 2,
                intensity: u8::try_from(dice.below(5)).unwrap() + 1,
                judged_by: FeelingJudge::Staff,
                about: *dice.one_of(FeelingAbout::ALL).expect("there are some"),
            });
        }
        if dice.percent(4) {
            detail.fault = dice.one_of(FaultKind::ALL).copied();
        }
        if dice.percent(40) {
            detail.subject = Some(ExternalRef { system: "shop".to_owned(), id: dice.below(4).to_string() });
        }
        if dice.percent(6) {
            detail.replaces = replaced;
        }
    }

    async fn record(&mut self) -> String {
        let record = self.something();
        let what = format!("recorded {:?} of {:?} at {:?}", record.new.detail.kind, record.who, record.new.start_at);
        let (what, reply) = self.try_to(&what, record.clone()).await;
        if reply.is_some() {
            self.told.push((self.story.ledger.now(), record));
        }
        what
    }

    async fn record_several(&mut self) -> String {
        let several: Vec<_> = (0..4).map(|_| self.something()).collect();
        let what = format!("recorded {:?}", several.iter().map(|r| r.new.detail.kind).collect::<Vec<_>>());
        self.try_to(&what, RecordAll(several)).await.0
    }

    async fn check_in(&mut self) -> String {
        let who = self.who();
        let what = format!("{who:?} came in");
        self.story.comes_in(who).await;
        what
    }

    async fn check_out(&mut self) -> String {
        let open: Vec<_> =
            self.whole.interactions.values().filter(|i| i.state == InteractionState::Open).map(|i| i.id).collect();
        let Some(id) = self.dice.one_of(&open).copied() else { return "nobody left".to_owned() };
        let bought = self.dice.percent(30);
        let ending = Ending {
            outcome: Some(if bought { Outcome::Purchased } else { Outcome::NotPurchased }),
            purchase: bought.then(|| purchase("a lamp")),
            thanked_in_person: self.dice.percent(20),
            ..Ending::default()
        };
        let (actor, once, now) = (self.story.actor(), Some(self.story.unrepeated()), self.story.ledger.now());
        self.try_to(&format!("{id} ended"), Close { actor, once, id, ending, now }).await.0
    }

    async fn void(&mut self) -> String {
        let Some(id) = self.any_interaction() else { return "nothing to void".to_owned() };
        let void = Void { actor: self.story.actor(), id, reason: "typed by mistake".to_owned() };
        self.try_to(&format!("voided {id}"), void).await.0
    }

    async fn attribute(&mut self) -> String {
        let Some(id) = self.any_interaction() else { return "nothing to attribute".to_owned() };
        let customer = if self.dice.percent(20) { None } else { self.any_customer() };
        let attribute = Attribute { actor: self.story.actor(), id, customer };
        self.try_to(&format!("gave {id} to {customer:?}"), attribute).await.0
    }

    async fn open_case(&mut self) -> String {
        let Some(customer) = self.any_customer() else { return "nobody to open a case for".to_owned() };
        let open = OpenCase {
            actor: self.story.actor(),
            once: self.story.unrepeated(),
            customer,
            interaction: None,
            location: None,
            summary: "a wrong bill".to_owned(),
            severity: 3,
            assignee: String::new(),
        };
        self.try_to(&format!("opened a case for {customer}"), open).await.0
    }

    async fn resolve_case(&mut self) -> String {
        let open: Vec<_> =
            self.whole.open_cases.iter().filter(|c| c.state == CaseState::Open).map(|case| case.id).collect();
        let Some(id) = self.dice.one_of(&open).copied() else { return "no case to resolve".to_owned() };
        self.story.resolves(id).await;
        self.resolved.push(id);
        format!("resolved case {id}")
    }

    async fn reopen_case(&mut self) -> String {
        let Some(id) = self.dice.one_of(&self.resolved).copied() else { return "no case to open again".to_owned() };
        let (actor, once) = (self.story.actor(), self.story.unrepeated());
        let reopen = ReopenCase { actor, once, id, version: None, reason: "it broke again".to_owned() };
        self.try_to(&format!("opened case {id} again"), reopen).await.0
    }

    /// Somebody has died, or we hear that they have not.
    async fn death(&mut self) -> String {
        let Some(id) = self.any_customer() else { return "nobody to mourn".to_owned() };
        let deceased = self.dice.percent(50);
        let (actor, once) = (self.story.actor(), self.story.unrepeated());
        let death = SetDeceased { actor, once, id, version: None, deceased };
        self.try_to(&format!("{id} has died: {deceased}"), death).await.0
    }

    /// Two records are found to be one person's, who may have died by one of them.
    async fn merge(&mut self) -> String {
        let (Some(survivor), Some(duplicate)) = (self.any_customer(), self.any_customer()) else {
            return "nobody to merge".to_owned();
        };
        if self.dice.percent(30) {
            let (actor, once) = (self.story.actor(), self.story.unrepeated());
            self.try_to("", SetDeceased { actor, once, id: duplicate, version: None, deceased: true }).await;
        }
        let before = self.status(duplicate).await;
        let merge = MergeCustomers {
            actor: self.story.actor(),
            once: self.story.unrepeated(),
            survivor,
            survivor_version: None,
            duplicate,
            duplicate_version: None,
            validate_only: false,
        };
        let (what, reply) = self.try_to(&format!("{duplicate}, {before}, is {survivor}"), merge).await;
        if reply.is_some() {
            self.merged.insert(duplicate, before);
        }
        what
    }

    async fn status(&self, id: CustomerId) -> CustomerStatus {
        self.story.ledger.store.customer(id).await.expect("it can be read").expect("they are known").status
    }

    /// They were two after all.
    async fn part(&mut self) -> String {
        let merged: Vec<_> =
            self.whole.customers.values().filter(|it| it.merged_into.is_some()).map(|it| it.id).collect();
        let Some(id) = self.dice.one_of(&merged).copied() else { return "nobody to part".to_owned() };
        let (actor, once) = (self.story.actor(), self.story.unrepeated());
        let part = UnmergeCustomer { actor, once, id };
        let (what, reply) = self.try_to(&format!("{id} is by themselves again"), part).await;
        assert!(reply.is_some(), "P10: {what}");
        if let Some(before) = self.merged.remove(&id) {
            assert_eq!(self.status(id).await, before, "P10: {what}");
        }
        // Of what the others are without them, the parting decides.
        let mut part_of = self.whole.customers[&id].merged_into;
        while let Some(id) = part_of {
            self.merged.remove(&id);
            part_of = self.whole.customers[&id].merged_into;
        }
        what
    }

    async fn consent(&mut self) -> String {
        let Some(id) = self.any_customer() else { return "nobody to ask for consent".to_owned() };
        let (channel, purpose, state) = (
            *self.dice.one_of(Channel::ALL).expect("there are some"),
            *self.dice.one_of(Purpose::ALL).expect("there are some"),
            *self.dice.one_of(ConsentState::ALL).expect("there are some"),
        );
        let consent = SetConsent {
            actor: self.story.actor(),
            once: self.story.unrepeated(),
            id,
            channel,
            purpose,
            state,
            source: "till form".to_owned(),
            text_version: "1".to_owned(),
            at: None,
        };
        self.try_to(&format!("{id} said {state} to {channel} for {purpose}"), consent).await.0
    }

    /// P2: an earlier call comes again, and changes nothing.
    async fn repeat(&mut self) -> String {
        let now = self.story.ledger.now();
        self.told.retain(|(at, _)| now.duration_since(*at) < REPEATED_FOR);
        let Some((_, record)) = self.dice.one_of(&self.told).cloned() else { return "nothing to repeat".to_owned() };
        let before = whole::count_rows(&self.story).await;
        let again = self.story.submit(Record { now, ..record.clone() }).await;
        assert!(again.replayed, "P2: {record:?} was recorded again");
        assert_eq!(whole::count_rows(&self.story).await, before, "P2: a repetition changed something");
        let mut other = record;
        other.once = Once { keys: other.once.keys.clone(), content: Default::default() };
        let refused = self.story.try_to(other).await;
        assert!(matches!(refused, Err(SubmitError::Refused(Refusal::ContentDiffers { .. }))), "P2: {refused:?}");
        format!("repeated {}", again.interaction.id)
    }

    /// What time brings about.
    async fn sweep(&mut self) -> String {
        for gesture in self.whole.gestures.clone() {
            if matches!(gesture.state, GestureState::Claimed | GestureState::Delivering) {
                self.try_to("lapse", LapseLease { id: gesture.id }).await;
            }
            if matches!(gesture.state, GestureState::Scheduled | GestureState::Held) {
                self.try_to("expire", Expire { id: gesture.id }).await;
            }
        }
        let now = self.story.ledger.now();
        let seen = self.whole.summaries.iter().filter(|(_, summary)| summary.look_at <= now);
        for id in seen.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.try_to("look ahead", LookAhead { id, location: LOCATION.parse().unwrap(), now }).await;
        }
        let open = self.whole.interactions.values().filter(|i| i.state == InteractionState::Open);
        for id in open.map(|i| i.id).collect::<Vec<_>>() {
            self.try_to("close", CloseLeftOpen { id }).await;
        }
        format!("swept at {} in {LOCATION}", self.story.ledger.now())
    }
}
