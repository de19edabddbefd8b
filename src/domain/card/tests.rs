//! Cards of people one might meet.

use super::*;
use crate::domain::{
    case::{Case, CaseOrigin, CaseState},
    customer::{
        Channel, ContactAddress, ContactPoint, Customer, CustomerKind, CustomerStatus, Fact, FactKind, FactOrigin,
        Profile, Purpose,
    },
    gesture::{Content, GestureKind, GestureState, Schedule, Terms, Tone},
    ids::{GestureId, HouseholdId, InteractionId},
    interaction::{InteractionChannel, InteractionKind, NoPurchaseReason, Outcome},
    location::{Location, LocationSettings, ReplyContact},
    rule::OverBudget,
    summary::{LastSeen, Summary},
    when::{Wait, Zones},
};
use jiff::{SignedDuration, civil::date};
use uuid::Uuid;

mod greeting;

const TODAY: Date = date(2026, 11, 22);

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn now() -> Timestamp {
    instant("2026-11-22T11:00:00+01:00")
}

/// Ana, who looked at a teapot three weeks ago and came four times before, now at the counter again.
struct Scene {
    customer: Customer,
    summary: Summary,
    seen: Option<LastSeen>,
    seen_at: Location,
    location: Location,
    case: Option<Case>,
    gestures: Vec<Gesture>,
}

impl Scene {
    fn new() -> Self {
        let customer = CustomerId(Uuid::from_u128(1));
        let mut summary = Summary::new(customer);
        summary.visit_days = 4;
        summary.first_visit = Some(date(2026, 10, 11));
        summary.last_visit = Some(date(2026, 11, 1));
        summary.gaps = [(7, 3)].into();
        summary.last_purchase = Some(date(2026, 10, 18));
        summary.last_contact_at = Some(instant("2026-11-20T23:30:00+01:00"));
        Self {
            customer: person(customer),
            summary,
            seen: Some(looked_at_teapot()),
            seen_at: shop("altstadt"),
            location: shop("altstadt"),
            case: None,
            gestures: Vec::new(),
        }
    }

    fn card(&self) -> Card {
        self.card_at(now())
    }

    fn card_at(&self, now: Timestamp) -> Card {
        card(&CardInput {
            customer: &self.customer,
            summary: &self.summary,
            last: self.seen.as_ref().map(|seen| LastTime { seen, location: &self.seen_at }),
            location: &self.location,
            open_case: self.case.as_ref(),
            gestures: &self.gestures,
            milestones: &[5, 10, 11, 22],
            location_gap_days: 90,
            zones: &Zones::bundled(),
            now,
        })
    }

    fn say(&self) -> String {
        self.card().say.expect("something to say").text
    }

    fn fact(&mut self, kind: FactKind, origin: FactOrigin, text: &str) {
        let id = Uuid::from_u128(100 + self.customer.profile.facts.len() as u128);
        let text = text.to_owned();
        self.customer.profile.facts.push(Fact { id, kind, text, origin, learned_at: now(), date: None });
    }

    fn wronged(&mut self) {
        self.case = Some(Case {
            id: CaseId(Uuid::from_u128(7)),
            customer: self.customer.id,
            interaction: None,
            gesture: None,
            state: CaseState::Open,
            origin: CaseOrigin::Misery,
            summary: "the spout was chipped.".to_owned(),
            severity: 3,
            location: None,
            assignee: String::new(),
            root_cause: String::new(),
            no_cause_found: false,
            remedy: String::new(),
            remedies: Vec::new(),
            recovery: None,
            reopened: None,
            opened_at: instant("2026-11-21T23:30:00+01:00"),
            resolved_at: None,
            version: 1,
        });
    }
}

fn person(id: CustomerId) -> Customer {
    Customer {
        id,
        household: HouseholdId(id.0),
        kind: CustomerKind::Person,
        status: CustomerStatus::Active,
        merged_into: None,
        profile: Profile {
            display_name: "Ana".to_owned(),
            how_to_say: "AH-na".to_owned(),
            contact_points: vec![ContactPoint {
                address: ContactAddress::Email("ana@example.com".to_owned()),
                label: String::new(),
                bad: false,
            }],
            ..Profile::default()
        },
        tags: vec!["collector".to_owned(), "complainer".to_owned()],
        identifiers: Vec::new(),
        consents: Vec::new(),
        through: None,
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn shop(id: &str) -> Location {
    Location {
        id: id.parse().expect("a slug"),
        settings: LocationSettings {
            display_name: "Altstadt".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
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
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        planned_since: 0,
        planning_change: String::new(),
    }
}

fn looked_at_teapot() -> LastSeen {
    LastSeen {
        interaction: InteractionId(Uuid::from_u128(2)),
        at: instant("2026-11-01T15:00:00+01:00"),
        location: "altstadt".parse().expect("a slug"),
        kind: InteractionKind::Visit,
        channel: InteractionChannel::InStore,
        outcome: Some(Outcome::NotPurchased),
        no_purchase_reason: Some(NoPurchaseReason::OutOfStock),
        about: vec!["a cup for 12 EUR".to_owned(), "the red teapot".to_owned()],
        staff: "Mia".to_owned(),
        mood: None,
        local_date: jiff::civil::date(2026, 11, 1),
        previous: None,
    }
}

fn gesture(number: u128, state: GestureState, channel: Channel, due: &str) -> Gesture {
    Gesture {
        id: GestureId(Uuid::from_u128(number)),
        customer: CustomerId(Uuid::from_u128(1)),
        household: HouseholdId(Uuid::from_u128(1)),
        interaction: None,
        case: None,
        location: "altstadt".parse().expect("a slug"),
        rule: None,
        occurrence: number.to_string(),
        kind: GestureKind::Recognition,
        channel,
        purpose: Purpose::Gratitude,
        tone: Tone::Cheerful,
        priority: 10,
        role: String::new(),
        group: String::new(),
        promised: false,
        state,
        reason: None,
        explanation: String::new(),
        schedule: Schedule {
            due_at: instant(due),
            deadline_at: instant(due) + SignedDuration::from_hours(24),
            planned_local: String::new(),
            zone: "Europe/Berlin".to_owned(),
            tzdb: String::new(),
            steps: Vec::new(),
            planned_by: 0,
            call_day: None,
            rests_until: None,
            call_wanted: None,
        },
        terms: Terms {
            channels: vec![channel],
            moment_at: instant(due),
            wait: Wait::Exact(SignedDuration::ZERO),
            window: None,
            business_days: false,
            deadline: SignedDuration::from_hours(24),
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
        created_at: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn in_the_name_of_who_has_died_nothing_is_said_or_handed_over() {
    let mut scene = Scene::new();
    scene.customer.status = CustomerStatus::Deceased;
    let card = scene.card();
    assert!(card.notice.contains("has died"));
    assert!(card.say.is_none() && card.ask.is_none() && card.hand_over.is_empty() && card.dates.is_empty());
}

#[test]
fn a_card_tells_who_comes_how_often_and_what_was_last() {
    let mut scene = Scene::new();
    scene.summary.visit_days = 5;
    scene.fact(FactKind::Like, FactOrigin::ToldUs, "green tea");
    scene.fact(FactKind::Dislike, FactOrigin::OtherChannel, "strong scents");
    scene.fact(FactKind::Like, FactOrigin::Inferred, "teapots");
    let card = scene.card();
    assert_eq!((card.display_name.as_str(), card.how_to_say.as_str()), ("Ana", "AH-na"));
    assert_eq!((card.status, card.welcome_back), (Some(ReturnStatus::Lapsed), true), "21 days after a rhythm of 7");
    assert_eq!((card.since, card.visit_days), (Some(date(2026, 10, 11)), 5));
    let last = card.last.expect("a last time");
    assert_eq!((last.location_name.as_str(), last.date), ("Altstadt", date(2026, 11, 1)));
    assert_eq!(last.ending, "left without a purchase: it was not in stock");
    assert_eq!((last.seen.staff.as_str(), last.seen.about.as_slice()), ("Mia", &["the red teapot".to_owned()][..]));
    assert_eq!((card.likes, card.dislikes), (vec!["green tea".to_owned()], vec!["strong scents".to_owned()]));
    assert_eq!((card.days_since_purchase, card.days_since_contact), (Some(35), Some(2)), "apart, by calendar days");
    assert_eq!(card.tags, ["collector"], "no label");
    assert_eq!(card.ask.as_deref(), Some("Have you found the red teapot in the meantime, or shall we see to it?"));
    let say = card.say.expect("something to say");
    assert_eq!(say.text, "Good morning, Ana. Last time we spoke about the red teapot.");
    assert_eq!(say.evidence, format!("interactions/{}", Uuid::from_u128(2)));
    assert_eq!(say.origin, Some(FactOrigin::SeenHere));
}

#[test]
fn p7_an_open_case_comes_first() {
    let mut scene = Scene::new();
    scene.wronged();
    let card = scene.card();
    let first = card.first.expect("the case");
    assert_eq!(first.text, "Apologise first: the spout was chipped (open since yesterday).");
    assert_eq!((card.say, card.milestone), (None, None), "no cheer");
    assert_eq!(card.ask.as_deref(), Some("What would put this right for you?"));
    scene.case.as_mut().expect("the case").summary = "charged 30 EUR twice".to_owned();
    let first = scene.card().first.expect("the case").text;
    assert_eq!(first, "Apologise first: something went wrong, and a case has been open since yesterday.");
}

#[test]
fn a_milestone_is_shown_on_the_visit_that_reaches_it() {
    let mut scene = Scene::new();
    assert_eq!(scene.card().milestone.as_deref(), Some("5th visit"), "before check-in");
    scene.summary.visit_days = 5;
    scene.summary.last_visit = Some(TODAY);
    scene.summary.gaps = [(7, 3), (21, 1)].into();
    let card = scene.card();
    assert_eq!(card.milestone.as_deref(), Some("5th visit"), "after check-in");
    assert_eq!((card.status, card.welcome_back), (Some(ReturnStatus::Regular), true));
    assert_eq!(
        card.say.expect("a saying").text,
        "Good morning, Ana. This is your 5th visit: thank you for coming to us."
    );
    scene.summary.last_visit = Some(date(2026, 11, 21));
    assert_eq!(scene.card().milestone, None, "the next day");
    for (visits, words) in [(10, "11th visit"), (21, "22nd visit")] {
        scene.summary.visit_days = visits;
        assert_eq!(scene.card().milestone.as_deref(), Some(words));
    }
}

#[test]
fn only_what_was_told_or_seen_is_spoken() {
    let mut scene = Scene::new();
    scene.summary.visit_days = 6;
    for channel in [InteractionChannel::Web, InteractionChannel::App, InteractionChannel::Social] {
        scene.seen.as_mut().expect("a last time").channel = channel;
        assert_eq!(scene.say(), "Good morning, Ana. Welcome back, it is good to see you again.", "{channel}");
    }
    scene.fact(FactKind::Like, FactOrigin::OtherChannel, "chess");
    scene.fact(FactKind::Interest, FactOrigin::Inferred, "boats");
    scene.fact(FactKind::Like, FactOrigin::ToldUs, "mugs under 20 EUR");
    scene.fact(FactKind::Dislike, FactOrigin::ToldUs, "perfume");
    assert_eq!(scene.say(), "Good morning, Ana. Welcome back, it is good to see you again.");
    scene.fact(FactKind::Like, FactOrigin::ToldUs, "green tea");
    assert_eq!(scene.say(), "Good morning, Ana. You once told us: “green tea”. Is there something of that kind today?");
}

#[test]
fn unhappy_hours_and_private_places_are_not_spoken_of() {
    let plain = "Good morning, Ana. Welcome back, it is good to see you again.";
    let unhappy: [fn(&mut LastSeen); 4] = [
        |seen| seen.mood = Some(-1),
        |seen| seen.kind = InteractionKind::Complaint,
        |seen| seen.kind = InteractionKind::Return,
        |seen| seen.outcome = Some(Outcome::Unresolved),
    ];
    for change in unhappy {
        let mut scene = Scene::new();
        scene.summary.visit_days = 6;
        change(scene.seen.as_mut().expect("a last time"));
        assert_eq!(scene.say(), plain);
    }
    let mut scene = Scene::new();
    scene.summary.visit_days = 6;
    scene.seen_at = shop("clinic");
    scene.seen_at.settings.sensitive = true;
    assert_eq!(scene.say(), plain, "the clinic's business is not the shop's");
    assert!(scene.card().last.expect("a last time").seen.about.is_empty());
    scene.location = scene.seen_at.clone();
    assert_eq!(scene.say(), plain, "others may hear it");
    assert_eq!(scene.card().last.expect("a last time").seen.about, ["the red teapot"]);
}

#[test]
fn in_grief_there_is_a_welcome_and_nothing_else() {
    let mut scene = Scene::new();
    scene.summary.grieving_since = Some(now());
    let card = scene.card();
    assert_eq!((card.milestone, card.ask), (None, None));
    assert_eq!(card.say.expect("a saying").text, "Good morning, Ana. Welcome back, it is good to see you again.");
}

#[test]
fn somebody_new_is_met() {
    let mut scene = Scene::new();
    scene.seen = None;
    scene.summary = Summary::new(scene.customer.id);
    scene.customer.profile.display_name.clear();
    let card = scene.card();
    assert_eq!((card.status, card.welcome_back, card.since), (None, false, None));
    assert_eq!((card.days_since_purchase, card.days_since_contact), (None, None));
    assert_eq!(card.say.expect("a saying").text, "Good morning. Welcome, it is good to meet you.");
    assert_eq!(card.ask.as_deref(), Some("How would you like to be called?"));
}

#[test]
fn only_what_may_be_handed_over_now_is_shown_and_promises_apart() {
    let mut scene = Scene::new();
    let due = "2026-11-22T09:00:00+01:00";
    let mut strong = gesture(2, GestureState::Scheduled, Channel::HandOver, due);
    strong.priority = 90;
    let mut promise = gesture(6, GestureState::Scheduled, Channel::Phone, "2026-11-22T15:00:00+01:00");
    promise.promised = true;
    let mut kept = gesture(7, GestureState::Completed, Channel::Phone, due);
    kept.promised = true;
    scene.gestures = vec![
        gesture(1, GestureState::Scheduled, Channel::InPerson, due),
        strong,
        gesture(3, GestureState::Held, Channel::InPerson, due),
        gesture(4, GestureState::Scheduled, Channel::InPerson, "2026-11-22T12:00:00+01:00"),
        gesture(5, GestureState::Scheduled, Channel::InPerson, "2026-11-21T10:00:00+01:00"),
        promise,
        kept,
        gesture(8, GestureState::Scheduled, Channel::Email, due),
    ];
    let card = scene.card();
    let ids = |gestures: &[Gesture]| gestures.iter().map(|gesture| gesture.id.0.as_u128()).collect::<Vec<_>>();
    assert_eq!(ids(&card.hand_over), [2, 1], "due, fresh, face to face, the most important first");
    assert_eq!(ids(&card.open_promises), [6]);
}

#[test]
fn concluded_tags_are_kind_and_apart() {
    let mut scene = Scene::new();
    scene.summary.last_visit = Some(date(2026, 11, 20));
    scene.summary.counts = [(InteractionKind::Enquiry, 3), (InteractionKind::Compliment, 1)].into();
    let card = scene.card();
    assert_eq!(card.automatic_tags, ["comes about every 7 days", "has praised us", "values advice"]);
}

#[test]
fn who_stayed_away_or_often_says_what_they_think_is_seen_to() {
    let mut scene = Scene::new();
    scene.summary.last_visit = Some(date(2026, 8, 1));
    scene.summary.counts.insert(InteractionKind::Feedback, 3);
    let tags = scene.card().automatic_tags;
    assert_eq!(tags, ["stayed away longer than usual", "often tells us what they think"]);
}
