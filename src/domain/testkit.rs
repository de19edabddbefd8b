//! Builds small worlds by hand, for tests: a shop in Berlin, a customer called Ana, what happened and what is planned.

use super::{
    commands::Once,
    customer::{Channel, ContactAddress, ContactPoint, Customer, IdentifierKey, IdentifierKind, Profile, Purpose},
    gesture::{Content, Gesture, GestureKind, GestureState, Schedule, Terms, Tone},
    ids::{CustomerId, GestureId, HouseholdId, IdSource, InteractionId, LocationId, PauseId},
    interaction::{Detail, Direction, Interaction, InteractionChannel, InteractionKind, InteractionState, Outcome},
    ledger::Ledger,
    location::{Location, LocationSettings, ReplyContact},
    moment,
    obligation::unanswered,
    paper::Formats,
    pause::{Pause, PauseBook, PauseScope},
    policy::ContactPolicy,
    refusal::Refusal,
    rule::OverBudget,
    settings::{NoteRoutes, RemedyLimits, Routes, Settings},
    template::starter,
    when::{Wait, local_date},
    world::{Actor, Command, Context, Fingerprint, IdempotencyKey, Needs, World},
};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use uuid::Uuid;

/// Where all tests play.
pub const ZONE: &str = "Europe/Berlin";

/// An instant by the clock of Berlin, for example `2026-11-23T10:00` (a Monday).
pub fn at(local: &str) -> Timestamp {
    let local: jiff::civil::DateTime = local.parse().expect("a date and time");
    local.in_tz(ZONE).expect("a zone").timestamp()
}

/// The settings as they are by default: two contacts in 30 days.
pub fn settings() -> Settings {
    Settings {
        time_zone: ZONE.to_owned(),
        region: "DE".to_owned(),
        language: "en".to_owned(),
        visit_closes_after: SignedDuration::from_hours(8),
        purchase_joins_within: SignedDuration::from_hours(6),
        same_visit_within: SignedDuration::from_mins(10),
        policy: ContactPolicy::default(),
        lapse_gap_days: 90,
        recovery_pause: SignedDuration::from_hours(1),
        remedy_limits: RemedyLimits::default(),
        notes: NoteRoutes::default(),
        routes: Routes::default(),
        formats: Formats::default(),
        test_address: None,
        catch_up_per_minute: 0,
        retention: crate::domain::retention::Retention::default(),
        staff_named: crate::domain::settings::StaffNamed::default(),
    }
}

/// A shop in Berlin, always open.
pub fn shop() -> Location {
    Location {
        id: shop_id(),
        settings: LocationSettings {
            display_name: "The Garden Shop".to_owned(),
            time_zone: ZONE.to_owned(),
            region: "DE".to_owned(),
            language: "en".to_owned(),
            currency: "EUR".to_owned(),
            opening_hours: None,
            holidays: Vec::new(),
            reply_contact: ReplyContact::default(),
            sensitive: false,
            brand: None,
            postal_address: None,
            call_capacity: Vec::new(),
        },
        version: 1,
        created_at: at("2026-01-01T00:00"),
        updated_at: at("2026-01-01T00:00"),
        planned_since: 0,
        planning_change: String::new(),
    }
}

/// The id of [`shop`].
pub fn shop_id() -> LocationId {
    "garden-shop".parse().expect("a slug")
}

/// A customer with a phone number and an e-mail address, in a household of her own; `n` tells several apart.
pub fn customer(n: u8) -> Customer {
    let mut profile = Profile { display_name: format!("Ana {n}"), ..Profile::default() };
    let phone = ContactAddress::Phone(format!("+49301234567{n}"));
    let email = ContactAddress::Email(format!("ana{n}@example.com"));
    for address in [phone, email] {
        profile.contact_points.push(ContactPoint { address, label: String::new(), bad: false });
    }
    let id = |space: u8| Uuid::from_bytes([space, n, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0]);
    Customer::new(CustomerId(id(1)), HouseholdId(id(2)), profile, Vec::new(), at("2026-01-01T00:00"))
}

/// A closed visit of a customer to [`shop`] without a purchase.
pub fn visit(n: u8, customer: &Customer, start: Timestamp) -> Interaction {
    let mut detail = Detail::new(InteractionKind::Visit, InteractionChannel::InStore, Direction::Inbound);
    detail.outcome = Some(Outcome::NotPurchased);
    Interaction {
        id: InteractionId(Uuid::from_bytes([3, n, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0])),
        customer: Some(customer.id),
        recorded_customer: Some(customer.id),
        origin: None,
        candidates: Vec::new(),
        state: InteractionState::Closed,
        location: shop_id(),
        moment: moment::judge(&detail, &[]),
        detail,
        start_at: start,
        end_at: Some(start),
        received_at: start,
        local_date: local_date(&jiff::tz::TimeZone::get(ZONE).expect("a zone"), start),
        journey: None,
        joined: None,
        history: false,
        void_reason: None,
        version: 1,
    }
}

/// A cheerful call that a person scheduled, due at an instant and fresh for two days.
pub fn call(n: u8, customer: &Customer, due_at: Timestamp) -> Gesture {
    let deadline = SignedDuration::from_hours(48);
    Gesture {
        id: GestureId(Uuid::from_bytes([4, n, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0])),
        customer: customer.id,
        household: customer.household,
        interaction: None,
        case: None,
        location: shop_id(),
        rule: None,
        occurrence: n.to_string(),
        kind: GestureKind::Call,
        channel: Channel::Phone,
        purpose: Purpose::Gratitude,
        tone: Tone::Cheerful,
        priority: 50,
        role: String::new(),
        group: String::new(),
        promised: false,
        state: GestureState::Scheduled,
        reason: None,
        explanation: String::new(),
        schedule: Schedule {
            due_at,
            deadline_at: due_at.checked_add(deadline).expect("in range"),
            planned_local: String::new(),
            zone: ZONE.to_owned(),
            tzdb: "test".to_owned(),
            steps: Vec::new(),
            planned_by: 0,
            call_day: None,
            rests_until: None,
            call_wanted: None,
        },
        terms: Terms {
            channels: vec![Channel::Phone],
            moment_at: due_at,
            wait: Wait::Exact(SignedDuration::ZERO),
            window: None,
            business_days: false,
            deadline,
            fresh_until: None,
            occasion: None,
            fact: None,
            over_budget: OverBudget::Defer,
            at_their_time: false,
            recipient: String::new(),
            gift_value: None,
        },
        content: Content::default(),
        written: None,
        with_person: false,
        perhaps_left: None,
        lease: None,
        taken: None,
        attempts: 0,
        completed_at: None,
        version: 1,
        created_at: at("2026-01-01T00:00"),
    }
}

/// As [`call`], but a note by e-mail, in a person's own words.
pub fn email(n: u8, customer: &Customer, due_at: Timestamp) -> Gesture {
    let call = call(n, customer, due_at);
    Gesture {
        kind: GestureKind::Note,
        channel: Channel::Email,
        terms: Terms { channels: vec![Channel::Email], ..call.terms },
        content: Content { text: "It was good to see you.".to_owned(), ..Content::default() },
        ..call
    }
}

/// A world with the means to run commands on it.
#[derive(Debug)]
pub struct Kit {
    /// What is loaded: all there is.
    pub world: World,
    /// The instant at which commands run.
    pub now: Timestamp,
    ids: IdSource,
}

impl Kit {
    /// A world with nothing but [`shop`] in it, at an instant.
    pub fn new(now: Timestamp) -> Self {
        let mut world = World::new(Arc::default(), Arc::clone(starter::book()), Arc::new(settings()));
        world.locations.insert(shop_id(), Arc::new(shop()));
        Self { world, now, ids: IdSource::new([7; 32]) }
    }

    /// Adds a customer with a whole, empty history.
    pub fn with_customer(mut self, customer: &Customer) -> Self {
        self.world.customers.put(customer.id, customer.clone());
        self.world.histories.insert(customer.id);
        self.world.gifts_known.insert(customer.id);
        self.world.wards_known.insert(customer.id);
        self.world.visit_days.put(customer.id, std::collections::BTreeMap::new());
        self.world.settle();
        self
    }

    /// Adds an interaction with the obligation that follows from it.
    pub fn with_interaction(mut self, interaction: &Interaction) -> Self {
        let obligation = unanswered(interaction, self.now);
        self.world.interactions.put(interaction.id, interaction.clone());
        self.change(|ledger| ledger.derive_obligation(interaction.id, obligation));
        self
    }

    /// Adds a gesture with its place in the contact budget.
    pub fn with_gesture(mut self, gesture: &Gesture) -> Self {
        self.change(|ledger| {
            ledger.add_gesture(gesture.clone());
            gesture.interaction.map_or(Ok(()), |interaction| ledger.refresh_obligation(interaction))
        });
        self
    }

    /// Changes [`shop`]; what was planned there before is to be planned anew.
    pub fn change_shop(&mut self, change: impl FnOnce(&mut LocationSettings)) {
        self.world.revision += 1;
        let mut shop = Location::clone(&self.world.locations[&shop_id()]);
        change(&mut shop.settings);
        shop.planned_since = self.world.revision;
        shop.planning_change = "Changed at the location: holidays.".to_owned();
        self.world.locations.insert(shop_id(), Arc::new(shop));
    }

    /// Says that everybody who is found by a telephone number is in this world.
    pub fn knows_number(&mut self, number: &str) -> IdentifierKey {
        let key = IdentifierKey { kind: IdentifierKind::Phone, system: String::new(), normalized: number.to_owned() };
        let numbers = [number.to_owned()].into();
        self.world.granted.push(Needs { identifiers: [key.clone()].into(), numbers, ..Needs::default() });
        key
    }

    /// Has a pause hold, or none.
    pub fn pause(&mut self, scope: Option<PauseScope>) {
        let pauses = scope.map(|scope| Pause {
            id: PauseId(Uuid::from_u128(5)),
            scope,
            reason: "The mail server is moved.".to_owned(),
            paused_at: self.now,
            resumed_at: None,
        });
        self.world.pauses = Arc::new(PauseBook::new(pauses));
    }

    /// Changes the ledger as the system does, and keeps it.
    pub fn change<T>(&mut self, change: impl FnOnce(&mut Ledger<'_, '_>) -> Result<T, Refusal>) -> T {
        let actor = Actor::system();
        let mut context = Context { now: self.now, ids: &mut self.ids };
        let mut ledger = Ledger { world: &mut self.world, context: &mut context, actor: &actor };
        let changed = change(&mut ledger).expect("a change that is allowed");
        self.world.settle();
        changed
    }

    /// Runs a command as the store does: kept when it is done, forgotten when it is refused.
    pub fn run<C: Command>(&mut self, command: &C) -> Result<C::Reply, Refusal> {
        self.world.picked = self.world.gestures.values().map(|gesture| gesture.id).collect();
        let mut context = Context { now: self.now, ids: &mut self.ids };
        let reply = command.decide(&mut self.world, &mut context);
        if reply.is_ok() {
            self.world.settle()
        } else {
            self.world.revert()
        }
        reply
    }

    /// Runs a command at another instant, from which on the clock stands there.
    pub fn run_at<C: Command>(&mut self, now: Timestamp, command: &C) -> Result<C::Reply, Refusal> {
        self.now = now;
        self.run(command)
    }

    /// A gesture as it is now.
    pub fn gesture(&self, id: GestureId) -> &Gesture {
        self.world.gestures.get(&id).expect("a gesture of this world")
    }

    /// The states of all contacts on the ledger, in order of time.
    pub fn contacts(&self, household: HouseholdId) -> Vec<(super::gesture::ContactState, Timestamp)> {
        let mut contacts: Vec<_> = self.world.contacts_of(household).map(|c| (c.state, c.at)).collect();
        contacts.sort_by_key(|(_, at)| *at);
        contacts
    }
}

/// Somebody who acts.
pub fn actor() -> Actor {
    Actor { principal: "local".to_owned(), ..Actor::default() }
}

/// The key of a call's `request_id`, with the content by which it is told apart.
pub fn once(request_id: &str, content: &str) -> Once {
    let fields = [("content".to_owned(), content.to_owned())];
    Once { keys: vec![IdempotencyKey::request("local", "Test", request_id)], content: Fingerprint(fields.into()) }
}

/// No key at all.
pub fn unkeyed() -> Once {
    Once { keys: Vec::new(), content: Fingerprint::default() }
}
