//! What must be true after every step.

use super::{
    acts::Shop,
    whole::{self, Whole},
};
use crate::stories::telling::Telling;
use gratitude::domain::{
    budget::Budget,
    customer::{Channel, ConsentState, Customer, CustomerStatus, Purpose},
    gesture::{ContactState, Gesture, GestureKind, GestureState, Tone},
    ids::GestureId,
    interaction::{InteractionKind, InteractionState},
    obligation::{Evidence, Obligation, ObligationState, OpenReason, derive},
    when::{ClockTime, WeeklyHours},
    world::EventDetail,
};
use jiff::{Timestamp, civil::Weekday, tz::TimeZone};
use std::collections::{BTreeMap, BTreeSet};

/// The laws, and what they remember of the steps before.
#[derive(Debug, Default)]
pub(super) struct Laws {
    /// How each gesture stood.
    before: BTreeMap<GestureId, GestureState>,
    /// Those that began to be delivered, whose place the budget decided about.
    delivered: BTreeSet<GestureId>,
    /// Until when each was to be made that was promised or is for a day, as it was said first.
    promised: BTreeMap<GestureId, Timestamp>,
}

impl Laws {
    /// The laws that are broken, in words.
    pub(super) fn broken(&mut self, whole: &Whole, shop: &Shop) -> Vec<String> {
        let mut broken = Vec::new();
        each_interaction_is_answered_for(whole, shop, &mut broken);
        thanked_once(whole, &mut broken);
        no_cheer_while_something_is_wrong(whole, &mut broken);
        the_dead_are_left_alone(whole, &mut broken);
        summaries_are_what_the_facts_make_them(whole, &mut broken);
        self.the_budget_is_kept(whole, shop, &mut broken);
        self.what_leaves_is_welcome_now(whole, shop, &mut broken);
        self.what_was_promised_stays_so(whole, shop, &mut broken);
        broken.extend(shop.delivered.twice());
        self.before = whole.gestures.iter().map(|g| (g.id, g.state)).collect();
        broken
    }

    /// P5 and P6, by a model that knows nothing of openings and plans: what left in this step left in its time, on a
    /// wall clock that shows an allowed hour, to somebody who did not say no.
    fn what_leaves_is_welcome_now(&self, whole: &Whole, shop: &Shop, broken: &mut Vec<String>) {
        let now = shop.story.ledger.now();
        let left = whole.gestures.iter().filter(|gesture| {
            gesture.state == GestureState::Delivering && self.before.get(&gesture.id) != Some(&GestureState::Delivering)
        });
        for gesture in left {
            let Some(customer) = whole.customers.get(&gesture.customer) else { continue };
            if now < gesture.schedule.due_at || now >= gesture.schedule.deadline_at {
                broken.push(format!("P5: {:?} left at {now}, outside {:?}", gesture.id, gesture.schedule));
            }
            if !is_an_allowed_hour(gesture, customer, now) {
                broken.push(format!("P5: {:?} left by {} at {now}", gesture.id, gesture.channel));
            }
            if !is_allowed_to_thank(gesture, customer) {
                broken.push(format!("P6: {:?} left by {} for {}", gesture.id, gesture.channel, gesture.purpose));
            }
        }
    }

    /// P5: what we said we would, and what is for a day, never moves past the time that was said first, unless a person
    /// or the customer chose another; and nothing leaves that is paused.
    fn what_was_promised_stays_so(&mut self, whole: &Whole, shop: &Shop, broken: &mut Vec<String>) {
        for gesture in &whole.gestures {
            let deadline = gesture.schedule.deadline_at;
            let bound = gesture.promised || gesture.terms.occasion.is_some();
            if !bound || shop.is_given_time_anew(gesture.id) || gesture.state == GestureState::Cancelled {
                self.promised.remove(&gesture.id);
                continue;
            }
            // Quiet hours may end the time of a promise before the instant by which it was promised.
            let by = gesture.terms.moment_at + gesture.terms.deadline;
            let said = if gesture.promised { deadline.max(by) } else { deadline };
            let first = *self.promised.entry(gesture.id).or_insert(said);
            if deadline > first && !gesture.state.is_final() {
                broken.push(format!("P5: {:?} was to be made until {first}, now until {deadline}", gesture.id));
            }
        }
        let starts = whole.gestures.iter().filter(|gesture| {
            gesture.state == GestureState::Delivering && self.before.get(&gesture.id) != Some(&GestureState::Delivering)
        });
        for gesture in starts {
            if shop.pauses.iter().any(|pause| pause.scope.channel.is_none_or(|channel| channel == gesture.channel)) {
                broken.push(format!("{:?} left although it was paused", gesture.id));
            }
        }
    }

    /// Planning takes only free places, and what is sent was counted when it left. (What a person does counts always,
    /// and what the customer asked for is not counted out.)
    fn the_budget_is_kept(&mut self, whole: &Whole, shop: &Shop, broken: &mut Vec<String>) {
        let settings = &shop.story.ledger.settings;
        let of = |household| whole.contacts.iter().filter(move |c| c.household == household);
        for gesture in &whole.gestures {
            let place = whole.contacts.iter().find(|c| c.gesture == Some(gesture.id));
            let is_new = !self.before.contains_key(&gesture.id);
            if gesture.state == GestureState::Scheduled && is_new && gesture.counts_as_contact() {
                match place {
                    None => broken.push(format!("{:?} has no place in the budget", gesture.id)),
                    Some(place) => {
                        let budget = Budget::new(of(gesture.household), settings, Some(gesture.id));
                        if budget.place_at(place.at).is_err() {
                            broken.push(format!("{:?} was planned above the budget", gesture.id));
                        }
                    }
                }
            }
            if gesture.state == GestureState::Delivering
                && self.delivered.insert(gesture.id)
                && !gesture.terms.at_their_time
                && let Some(place) = place
            {
                let used = of(gesture.household).filter(|c| c.state == ContactState::Used && c.at <= place.at);
                let used = used.filter(|c| place.at.duration_since(c.at) < settings.policy.budget_period).count();
                if used > settings.policy.budget_contacts as usize {
                    broken.push(format!("{:?} left as number {used} of its period", gesture.id));
                }
            }
        }
    }
}

/// Calls from Monday to Saturday from nine to eight, messages daily from eight to nine, all the customer's own hours
/// kept; a rule's own hours in the place of the channel's, and the time that the customer asked for in that of all.
fn is_an_allowed_hour(gesture: &Gesture, customer: &Customer, now: Timestamp) -> bool {
    let zone = TimeZone::get(&gesture.schedule.zone).expect("it was planned by it");
    let clock = zone.to_datetime(now);
    let (weekday, minute) = (clock.weekday(), i32::from(clock.hour()) * 60 + i32::from(clock.minute()));
    let shows = |hours: &WeeklyHours| {
        hours.windows().iter().any(|window| {
            let minutes = |time: ClockTime| i32::from(time.hour()) * 60 + i32::from(time.minute());
            let (open, close) = (minutes(window.open()), minutes(window.close()));
            if open < close {
                window.weekday() == weekday && (open..close).contains(&minute)
            } else {
                (window.weekday() == weekday && minute >= open)
                    || (window.weekday().wrapping_add(1) == weekday && minute < close)
            }
        })
    };
    let by_channel = match (&gesture.terms.window, gesture.channel) {
        (Some(window), _) => shows(window),
        (None, Channel::Phone) => weekday != Weekday::Sunday && (9 * 60..20 * 60).contains(&minute),
        (None, Channel::Email | Channel::Message) => (8 * 60..21 * 60).contains(&minute),
        (None, Channel::InPerson | Channel::Post | Channel::HandOver) => true,
    };
    let reaches_out = matches!(gesture.channel, Channel::Phone | Channel::Email | Channel::Message);
    if gesture.terms.at_their_time {
        return true;
    }
    by_channel && (!reaches_out || customer.profile.contact_hours.as_ref().is_none_or(shows))
}

/// The last word counts; who said nothing may be thanked by all ways but e-mail and messages, and be served by all.
fn is_allowed_to_thank(gesture: &Gesture, customer: &Customer) -> bool {
    let channel = if gesture.channel == Channel::HandOver { Channel::InPerson } else { gesture.channel };
    let said = customer.consents.iter().filter(|c| c.channel == channel && c.purpose == gesture.purpose);
    match said.max_by_key(|consent| consent.at).map(|consent| consent.state) {
        Some(ConsentState::Granted) => true,
        Some(ConsentState::Refused) => false,
        Some(ConsentState::Unknown) | None => match gesture.purpose {
            Purpose::Service => true,
            Purpose::Gratitude => !matches!(channel, Channel::Email | Channel::Message),
            Purpose::Marketing => false,
        },
    }
}

/// P3: one obligation each; it says why it stands as it does, and would be derived the same again.
fn each_interaction_is_answered_for(whole: &Whole, shop: &Shop, broken: &mut Vec<String>) {
    if whole.rows["interactions"] != whole.rows["obligations"] {
        broken.push("P3: there are not as many obligations as interactions".to_owned());
    }
    for (id, interaction) in &whole.interactions {
        let Some(owed) = whole.obligations.get(id) else {
            broken.push(format!("P3: {id} has no obligation"));
            continue;
        };
        let gesture = owed.gesture.and_then(|id| whole.gestures.iter().find(|g| g.id == id));
        broken.extend(inconsistent(owed, gesture).map(|what| format!("P3: {id} {what}: {owed:?}")));
        let joined = interaction.joined.and_then(|visit| whole.obligations.get(&visit));
        if interaction.state != InteractionState::Voided
            && joined.is_some_and(|visit| (visit.state, visit.gesture) != (owed.state, owed.gesture))
        {
            broken.push(format!("P3: {id} joined a visit that is answered otherwise"));
        }
        let evidence = Evidence {
            interaction,
            decisions: whole
                .decisions
                .iter()
                .filter(|d| d.interaction == Some(*id) && Some(d.customer) == interaction.customer)
                .collect(),
            gestures: whole
                .gestures
                .iter()
                .filter(|g| g.interaction == Some(*id) && Some(g.customer) == interaction.customer)
                .collect(),
            visit: joined,
        };
        let again = derive(&evidence, owed.clone(), shop.story.ledger.now());
        if again != *owed {
            broken.push(format!("P3: {id} would be answered for otherwise:\n  {owed:?}\n  {again:?}"));
        }
    }
}

fn inconsistent(owed: &Obligation, gesture: Option<&Gesture>) -> Option<&'static str> {
    let open = owed.state == ObligationState::Open;
    if owed.explanation.is_empty() {
        return Some("is not explained");
    }
    if open != owed.open_reason.is_some() || open == owed.reason.is_some() {
        return Some("mixes the reasons of open and ended ones");
    }
    if owed.gesture.is_some() && gesture.is_none() {
        return Some("names a gesture that is not there");
    }
    match (owed.open_reason, gesture) {
        (Some(OpenReason::GesturePending), None) => Some("waits for no gesture"),
        (Some(OpenReason::GesturePending), Some(gesture)) if gesture.state.is_final() => Some("waits for what ended"),
        (Some(OpenReason::Anonymous), _) if owed.customer.is_some() => Some("is anonymous although somebody is known"),
        _ => None,
    }
}

/// P4: one rule and one occurrence give one gesture at most; one rule of a group acts on a day, but what goes wrong
/// after an apology is answered anew.
fn thanked_once(whole: &Whole, broken: &mut Vec<String>) {
    let mut made = BTreeSet::new();
    for gesture in &whole.gestures {
        let Some((rule, _)) = &gesture.rule else { continue };
        if !made.insert((rule, &gesture.occurrence)) {
            broken.push(format!("P4: {rule} acted twice on {}", gesture.occurrence));
        }
        let decided = whole.decisions.iter().filter(|d| d.gesture == Some(gesture.id)).count();
        if decided != 1 {
            broken.push(format!("P4: {:?} comes from {decided} decisions", gesture.id));
        }
    }
    let mut acting: BTreeMap<_, Vec<&Gesture>> = BTreeMap::new();
    for decision in &whole.decisions {
        let gesture = whole.gestures.iter().find(|g| Some(g.id) == decision.gesture);
        let acts = gesture.filter(|g| !g.state.is_final() || g.state == GestureState::Completed);
        if let (Some(gesture), Some(day)) = (acts, &decision.group_day) {
            acting.entry((decision.customer, day)).or_default().push(gesture);
        }
    }
    for ((_, day), gestures) in acting {
        let twice = |a: &&Gesture| gestures.iter().any(|b| a.id != b.id && !goes_wrong_again(whole, a, b));
        let twice: Vec<_> = gestures.iter().copied().filter(twice).collect();
        // Two who turn out to be one may both have been thanked, or be on their way to it.
        let to_come = twice.iter().filter(|g| matches!(g.state, GestureState::Scheduled | GestureState::Held));
        if !twice.is_empty() && (to_come.count() > 0 || whole.customers.values().all(|c| c.merged_into.is_none())) {
            let told = twice.iter().map(|g| format!("{} of {:?}, {} of {}", g.state, g.rule, g.id, g.occurrence));
            broken.push(format!("P4: two gestures of {day} to one customer: {}", told.collect::<Vec<_>>().join("; ")));
        }
    }
}

/// Whether one of the two is an apology for what began after the other was made: nobody says sorry beforehand.
fn goes_wrong_again(whole: &Whole, one: &Gesture, other: &Gesture) -> bool {
    let afterwards = |made: &Gesture, apology: &Gesture| {
        let began = apology.interaction.map(|id| whole.interactions[&id].start_at);
        apology.kind == GestureKind::Apology && made.completed_at.zip(began).is_some_and(|(made, began)| made < began)
    };
    afterwards(one, other) || afterwards(other, one)
}

/// P7: while a case is open, or grief of their own is known, nothing cheerful is planned or taken.
fn no_cheer_while_something_is_wrong(whole: &Whole, broken: &mut Vec<String>) {
    for gesture in whole.gestures.iter().filter(|g| g.tone == Tone::Cheerful) {
        let case = whole.open_cases.iter().any(|case| case.customer == gesture.customer);
        let sorry =
            whole.gestures.iter().any(|g| g.customer == gesture.customer && g.case.is_some() && !g.state.is_final());
        let grief = whole.summaries.get(&gesture.customer).is_some_and(|s| s.grieving_since.is_some());
        let on_its_way = matches!(gesture.state, GestureState::Scheduled | GestureState::Claimed);
        if (case || sorry || grief) && on_its_way {
            broken
                .push(format!("P7: {:?} is {} beside a case, a recovery contact or grief", gesture.id, gesture.state));
        }
        if !case && !sorry && !grief && gesture.state == GestureState::Held {
            broken.push(format!("P7: {:?} is held by nothing", gesture.id));
        }
    }
}

/// Nothing is planned or taken for who has died; what is on its way can't be called back.
fn the_dead_are_left_alone(whole: &Whole, broken: &mut Vec<String>) {
    let deceased = |id| whole.customers.get(&id).is_some_and(|c| c.status == CustomerStatus::Deceased);
    let pending = |state| matches!(state, GestureState::Scheduled | GestureState::Claimed | GestureState::Held);
    for gesture in whole.gestures.iter().filter(|g| pending(g.state) && deceased(g.customer)) {
        broken.push(format!("{:?} is {} for somebody who has died", gesture.id, gesture.state));
    }
}

fn summaries_are_what_the_facts_make_them(whole: &Whole, broken: &mut Vec<String>) {
    for (customer, summary) in &whole.summaries {
        let facts = whole.interactions.values().filter(|i| i.customer == Some(*customer));
        let rebuilt = summary.rebuilt(facts);
        if rebuilt != *summary {
            broken.push(format!("the summary of {customer} is not what the facts say:\n  {summary:?}\n  {rebuilt:?}"));
        }
        let open = whole.open_cases.iter().find(|case| case.customer == *customer).map(|case| case.id);
        if summary.open_case != open {
            broken.push(format!("the summary of {customer} says {:?}, but {open:?} is open", summary.open_case));
        }
        if summary.counts.contains_key(&InteractionKind::Observation) {
            broken.push(format!("{customer} was counted for a secret shopper"));
        }
    }
}

/// The table of transitions held all along, and nothing was carried out twice.
pub(super) async fn broken_in_the_end(story: &Telling) -> Vec<String> {
    let mut broken = Vec::new();
    let mut states: BTreeMap<String, GestureState> = BTreeMap::new();
    let mut completed = BTreeSet::new();
    let sql = "SELECT subject, kind, detail FROM events WHERE kind LIKE 'gesture.%' ORDER BY seq";
    for row in whole::rows(story, sql).await {
        let text = |column| row.try_get::<String>("", column).expect("a text");
        let (subject, kind) = (text("subject"), text("kind"));
        let detail: EventDetail = serde_json::from_str(&text("detail")).expect("the detail of an event");
        let Some(state) = detail.state.and_then(|state| state.parse::<GestureState>().ok()) else { continue };
        if let Some(before) = states.insert(subject.clone(), state)
            && before != state
            && !before.may_become(state)
        {
            broken.push(format!("{subject} became {state} from {before}"));
        }
        if kind == "gesture.completed" && !completed.insert(subject.clone()) {
            broken.push(format!("P4: {subject} was carried out twice"));
        }
    }
    broken
}
