//! Plans one gesture through every gate: channel and consent, time, what holds it, and the contact budget.

use super::{
    budget::{Budget, Full},
    capacity,
    consent::{choose_channel, liked},
    customer::{Channel, Customer, Purpose},
    gesture::{GestureKind, GestureState, PlanStep, Reason, Schedule, Terms, Tone},
    gift,
    ids::{CustomerId, GestureId},
    interaction::{Interaction, InteractionKind, InteractionState},
    location::Location,
    recovery,
    refusal::Refusal,
    rule::OverBudget,
    settings::Settings,
    when::{
        AllowedTimes, LocationCalendar, NotPlannable, Occasion, PlanInput, Wait, WeeklyHours, ZoneCandidate,
        ZoneSource, plan,
    },
    world::{Miss, Needs, World},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use std::collections::BTreeSet;

/// What is wished for.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// For whom.
    pub customer: &'a Customer,
    /// As a customer of which location.
    pub location: &'a Location,
    /// Note, call …
    pub kind: GestureKind,
    /// What it counts as when consent is asked for.
    pub purpose: Purpose,
    /// Cheerful or caring.
    pub tone: Tone,
    /// We said we would.
    pub promised: bool,
    /// What was asked for.
    pub terms: &'a Terms,
    /// Who carries it out.
    pub role: &'a str,
    /// Whose place in the budget it takes over: its own, where it is planned anew, or that of a weaker one.
    pub anew: Option<Anew>,
}

/// What a plan takes the place of.
#[derive(Debug, Clone, Copy)]
pub struct Anew {
    /// The gesture whose place in the budget does not stand in its way.
    pub gesture: GestureId,
    /// Stale from here on, where it is bounded by the deadline of an earlier plan.
    pub stale_from: Option<Timestamp>,
}

/// What became of a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "most wishes become a plan, and none is kept: a box would be made for each"
)]
pub enum Planned {
    /// It will be done, unless it is held.
    Gesture(Plan),
    /// A gate stopped it.
    Stopped {
        /// Which gate.
        reason: Reason,
        /// Why, in words without personal data.
        explanation: String,
    },
}

/// How a wish will be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// By which channel.
    pub channel: Channel,
    /// When.
    pub schedule: Schedule,
    /// What holds it, and why in words.
    pub held: Option<(Reason, String)>,
    /// What a person has to settle before a gift may be given, in words.
    pub unclear: Option<String>,
    /// Of a call for which no day in time has room, what has the places, in words: it waits for one that becomes free.
    pub no_room: Option<String>,
}

impl Plan {
    /// Where a gesture stands that was planned so, and why; with nothing in its way, for the reason that the caller
    /// has.
    #[must_use]
    pub fn standing(&self, reason: Option<Reason>, why: String) -> (GestureState, Option<Reason>, String) {
        match (&self.held, &self.unclear, &self.no_room) {
            (Some((reason, why)), ..) => (GestureState::Held, Some(*reason), why.clone()),
            (None, Some(why), _) => (GestureState::Scheduled, Some(Reason::GiftUnclear), why.clone()),
            (None, None, Some(no_room)) => {
                (GestureState::Scheduled, Some(Reason::CallCapacity), format!("{why} {no_room}").trim().to_owned())
            }
            (None, None, None) => (GestureState::Scheduled, reason, why),
        }
    }
}

/// The gate that stopped a wish.
struct Halt {
    reason: Reason,
    explanation: String,
    /// It is only this channel that takes too long.
    of_channel: bool,
    /// What uses up the contact budget, where that stopped it.
    full: Option<Full>,
}

impl Halt {
    fn at(reason: Reason, explanation: impl Into<String>) -> Self {
        Self { reason, explanation: explanation.into(), of_channel: false, full: None }
    }
}

/// Takes a wish through every gate.
///
/// # Errors
/// [`Refusal::Miss`] when it may be a call and the calls that are planned at its location are not loaded, or a gift to
/// an organisation with a limit and its other gifts are not.
pub fn plan_gesture(world: &World, wish: &Wish<'_>, now: Timestamp) -> Result<Planned, Refusal> {
    if may_be_call(wish) {
        capacity::require(world, wish, now)?;
    }
    let plan = match through_gates(world, wish, now) {
        Ok(plan) => plan,
        Err(Halt { reason, full: Some(full), .. }) => {
            let explanation = format!("{}.", used_up(full_with_ends(world, full, now)?));
            return Ok(Planned::Stopped { reason, explanation });
        }
        Err(Halt { reason, explanation, .. }) => return Ok(Planned::Stopped { reason, explanation }),
    };
    Ok(match within_gift_limit(world, wish, plan.schedule.due_at.max(now))? {
        gift::Verdict::Fine => Planned::Gesture(plan),
        gift::Verdict::Unclear(why) => Planned::Gesture(Plan { unclear: Some(why), ..plan }),
        gift::Verdict::TooMuch(explanation) => Planned::Stopped { reason: Reason::GiftLimit, explanation },
    })
}

/// What uses up the contact budget, with what became of that: only what is still to come is known without asking.
///
/// # Errors
/// [`Refusal::Miss`] when what was planned for a time that has passed is not loaded.
fn full_with_ends(world: &World, full: Full, now: Timestamp) -> Result<Full, Refusal> {
    let past = full.planned.iter().filter(|(_, at)| *at < now).map(|(gesture, _)| *gesture);
    let gestures: BTreeSet<_> = past.filter(|id| world.gestures.get(id).is_none()).collect();
    let needs = Needs { gestures, ..Needs::default() };
    if !needs.gestures.is_empty() && !world.granted.contains(&needs) {
        return Err(Refusal::Miss(Miss::More(Box::new(needs))));
    }
    Ok(full.saying_what_expired(|id| has_expired(world, id)))
}

/// Whether a gesture is known to have come too late.
pub(super) fn has_expired(world: &World, id: GestureId) -> bool {
    world.gestures.get(&id).is_some_and(|gesture| gesture.state == GestureState::Expired)
}

fn used_up(by: impl std::fmt::Display) -> String {
    format!("The contact budget is used up by {by}")
}

/// What the limit of an organisation says of a gift. What is planned for others keeps its share.
fn within_gift_limit(world: &World, wish: &Wish<'_>, at: Timestamp) -> Result<gift::Verdict, Refusal> {
    if wish.kind != GestureKind::Gift {
        return Ok(gift::Verdict::Fine);
    }
    let gift = gift::Gift {
        customer: wish.customer,
        location: wish.location,
        value: wish.terms.gift_value.as_ref(),
        at,
        gesture: wish.anew.map(|anew| anew.gesture),
    };
    gift::weigh(world, &gift, gift::Counted::Planned)
}

fn may_be_call(wish: &Wish<'_>) -> bool {
    wish.terms.channels.contains(&Channel::Phone)
}

fn through_gates(world: &World, wish: &Wish<'_>, now: Timestamp) -> Result<Plan, Halt> {
    let (channel, mut found, passed_over) = by_best_channel(world, wish, now)?;
    let held = held_by(world, wish.customer.id, wish.tone);
    if held.is_none() && takes_a_place(wish, channel) {
        let budget = Budget::new(
            world.contacts_of(wish.customer.household),
            &world.settings,
            wish.anew.map(|anew| anew.gesture),
        );
        // What is due already happens now at the earliest.
        if let Err(full) = budget.place_at(found.schedule.due_at.max(now)) {
            found = defer(world, wish, channel, &budget, full, &found.schedule, now)?;
        }
    }
    let Found { mut schedule, no_room } = found;
    if !passed_over.is_empty() {
        let text = sentence(&format!("{}, since {passed_over}", channel.by()));
        schedule.steps.insert(0, PlanStep { at: wish.terms.moment_at, text });
    }
    Ok(Plan { channel, schedule, held, unclear: None, no_room })
}

/// The best channel that is allowed and arrives in time, when that is, and what was passed over for it.
fn by_best_channel(world: &World, wish: &Wish<'_>, now: Timestamp) -> Result<(Channel, Found, String), Halt> {
    let regime = world.settings.regime(wish.customer, wish.location);
    let mut offered = liked(wish.customer, &wish.terms.channels);
    let mut too_slow = Vec::new();
    loop {
        let choice = choose_channel(wish.customer, &wish.terms.recipient, regime, &offered, wish.purpose);
        let passed_over = [too_slow.as_slice(), choice.passed_over.as_slice()].concat().join("; ");
        let Some(channel) = choice.channel else {
            return Err(Halt::at(Reason::NoConsent, format!("No channel is allowed: {passed_over}.")));
        };
        match schedule(world, wish, channel, now, None) {
            Ok(found) => return Ok((channel, found, passed_over)),
            Err(halt) if halt.of_channel && offered.contains(&channel) => {
                offered.retain(|other| *other != channel);
                too_slow.push(format!("{}: {}", channel.in_words(), halt.explanation.trim_end_matches('.')));
            }
            Err(halt) => return Err(halt),
        }
    }
}

/// Whether the wish needs a place in the contact budget (4.5): greetings, apologies and promises don't, nor does what
/// the customer asked for.
fn takes_a_place(wish: &Wish<'_>, channel: Channel) -> bool {
    channel != Channel::InPerson && wish.kind != GestureKind::Apology && !wish.promised && !wish.terms.at_their_time
}

/// What holds a cheerful wish back: an open case, the recovery contact after one, or grief of the customer's own (P7).
#[must_use]
pub fn held_by(world: &World, customer: CustomerId, tone: Tone) -> Option<(Reason, String)> {
    if tone != Tone::Cheerful {
        return None;
    }
    if let Some(case) = world.open_case(customer) {
        return Some((Reason::OpenCase, format!("Waits until cases/{} is resolved.", case.id)));
    }
    if let Some(why) = recovery::waits_for(world, customer) {
        return Some((Reason::Recovery, why));
    }
    world
        .summary(customer)
        .grieving_since
        .map(|_| (Reason::OwnLife, "Waits until a person finds the time right for cheer.".to_owned()))
}

/// The hours in which a channel may be used where the wish names none.
#[must_use]
pub fn channel_hours(channel: Channel, settings: &Settings) -> Option<&WeeklyHours> {
    match channel {
        Channel::Phone => Some(&settings.policy.call_hours),
        Channel::Email | Channel::Message => Some(&settings.policy.message_hours),
        Channel::InPerson | Channel::Post | Channel::HandOver => None,
    }
}

/// The times at which a channel may be used for a customer: any, where they asked for the time.
#[must_use]
pub fn allowed_times<'a>(
    channel: Channel,
    terms: &'a Terms,
    customer: &'a Customer,
    calendar: &'a LocationCalendar,
    settings: &'a Settings,
) -> AllowedTimes<'a> {
    if terms.at_their_time {
        return AllowedTimes { window: None, customer_hours: None, calendar, business_days: false, no_holidays: false };
    }
    let reaches_out = matches!(channel, Channel::Phone | Channel::Email | Channel::Message);
    AllowedTimes {
        window: terms.window.as_ref().or_else(|| channel_hours(channel, settings)),
        customer_hours: customer.addressee().profile.contact_hours.as_ref().filter(|_| reaches_out),
        calendar,
        business_days: terms.business_days,
        no_holidays: terms.window.is_none() && channel == Channel::Phone,
    }
}

/// The zones by which a customer's day is reckoned, best first.
#[must_use]
pub fn zones<'a>(
    customer: &'a Customer,
    location: &'a Location,
    visited: Option<&'a Location>,
    settings: &'a Settings,
) -> [ZoneCandidate<'a>; 4] {
    let visited = visited.map_or("", |place| place.settings.time_zone.as_str());
    [
        ZoneCandidate { source: ZoneSource::Visit, id: visited },
        ZoneCandidate { source: ZoneSource::Customer, id: &customer.addressee().profile.time_zone },
        ZoneCandidate { source: ZoneSource::Location, id: &location.settings.time_zone },
        ZoneCandidate { source: ZoneSource::Configured, id: &settings.time_zone },
    ]
}

/// The place at which a customer is on a visit now, as far as that is loaded.
#[must_use]
pub fn visited(world: &World, customer: CustomerId) -> Option<&Location> {
    let open = |visit: &&Interaction| {
        visit.detail.kind == InteractionKind::Visit
            && visit.state == InteractionState::Open
            && visit.joined.is_none()
            && !visit.history
    };
    let visit = world.interactions_of(customer).filter(open).max_by_key(|visit| (visit.start_at, visit.id))?;
    world.locations.get(&visit.location).map(AsRef::as_ref)
}

/// The calendar of a location.
#[must_use]
pub fn calendar(location: &Location) -> LocationCalendar {
    let settings = &location.settings;
    LocationCalendar::new(settings.opening_hours.as_ref(), settings.holidays.iter().map(|h| h.date))
}

/// When a wish is due.
struct Found {
    schedule: Schedule,
    /// See [`Plan::no_room`].
    no_room: Option<String>,
}

/// When the wish is due by a channel; with `from`, at the first opening from that instant on. A call waits for a day
/// with room. Where none is in time, it waits on the last of them for a place that becomes free.
fn schedule(
    world: &World,
    wish: &Wish<'_>,
    channel: Channel,
    now: Timestamp,
    from: Option<Timestamp>,
) -> Result<Found, Halt> {
    let first = opening(world, wish, channel, now, from)?;
    let Some(per_day) = capacity::per_day(wish).filter(|_| channel == Channel::Phone) else {
        return Ok(Found { schedule: first, no_room: None });
    };
    let (mut found, mut full) = (first.clone(), Vec::new());
    // What is due already is done today at the earliest.
    let day_of = |found: &Schedule| capacity::day_at(wish.location, &world.zones, found.due_at.max(now));
    let in_time = |at: Timestamp| at < first.deadline_at;
    let has_room = loop {
        let day = day_of(&found);
        let calls = capacity::calls_on(world, wish, day);
        if calls < per_day {
            break true;
        }
        full.push((calls, day));
        let next = capacity::day_after(wish.location, &world.zones, day).filter(|next| in_time(*next));
        let later = next.and_then(|next| opening(world, wish, channel, now, Some(next)).ok());
        let Some(later) = later.filter(|later| in_time(later.due_at)) else { break false };
        found = later;
    };
    let Some((_, call_wanted)) = full.first().copied() else {
        return Ok(Found { schedule: first, no_room: None });
    };
    let waits = if has_room {
        format!("Waits: {}.", no_room(&full))
    } else {
        format!("Waits for a place that becomes free: {}; no later day in time has room.", no_room(&full))
    };
    let no_room = (!has_room).then(|| waits.clone());
    let steps = [first.steps, vec![PlanStep { at: found.due_at, text: waits }]].concat();
    let schedule = Schedule { steps, deadline_at: first.deadline_at, call_wanted: Some(call_wanted), ..found };
    Ok(Found { schedule, no_room })
}

/// What stands in the way of a call: the first day without room, and how many after it.
fn no_room(full: &[(u32, Date)]) -> String {
    let Some((calls, day)) = full.first() else { return String::new() };
    let others = match full.len() - 1 {
        0 => String::new(),
        1 => ", and the next has no room either".to_owned(),
        more => format!(", and the {more} after it have no room either"),
    };
    let calls = if *calls == 1 { "1 call is".to_owned() } else { format!("{calls} calls are") };
    format!("{calls} planned on {}{others}", day.strftime("%a %-d %b %Y"))
}

/// The first opening for the wish by a channel; with `from`, from that instant on.
fn opening(
    world: &World,
    wish: &Wish<'_>,
    channel: Channel,
    now: Timestamp,
    from: Option<Timestamp>,
) -> Result<Schedule, Halt> {
    let calendar = calendar(wish.location);
    let (moment, wait) =
        from.map_or((wish.terms.moment_at, wish.terms.wait), |from| (from, Wait::Exact(SignedDuration::ZERO)));
    let input = PlanInput {
        moment,
        wait,
        occasion: wish
            .terms
            .occasion
            .map(|date| Occasion { date, lead_days: world.settings.policy.lead_times.of(channel) }),
        allowed: allowed_times(channel, wish.terms, wish.customer, &calendar, &world.settings),
        zones: &zones(wish.customer, wish.location, visited(world, wish.customer.id), &world.settings),
        deadline: wish.terms.deadline,
        fresh_until: wish.anew.and_then(|anew| anew.stale_from),
        promised: wish.promised,
        now,
    };
    let mut schedule = plan(&world.zones, &input).map_err(|problem| {
        let reason = match problem {
            NotPlannable::TooLate { .. } | NotPlannable::LeavesTooLate { .. } => Reason::TooLate,
            NotPlannable::NoZone(_)
            | NotPlannable::BeyondCalendar
            | NotPlannable::NoOpening { .. }
            | NotPlannable::PromiseCannotBeKept { .. } => Reason::NoOpening,
        };
        let of_channel = matches!(problem, NotPlannable::LeavesTooLate { .. });
        Halt { of_channel, ..Halt::at(reason, sentence(&problem.to_string())) }
    })?;
    schedule.planned_by = world.revision;
    schedule.call_day =
        (channel == Channel::Phone).then(|| capacity::day_at(wish.location, &world.zones, schedule.due_at.max(now)));
    match wish.anew.and_then(|anew| anew.stale_from) {
        Some(stale_from) if schedule.due_at.max(now) >= stale_from => Err(Halt::at(
            Reason::Stale,
            format!("It would be due at {}, but was fresh only until {stale_from}.", schedule.due_at.max(now)),
        )),
        _ => Ok(schedule),
    }
}

/// Waits for a place in the budget, while the wish is still fresh and its rule wants that.
fn defer(
    world: &World,
    wish: &Wish<'_>,
    channel: Channel,
    budget: &Budget<'_>,
    full: Full,
    first: &Schedule,
    now: Timestamp,
) -> Result<Found, Halt> {
    let used_by = used_up(&full);
    if wish.terms.over_budget == OverBudget::Defer {
        let mut free_at = full.free_at;
        while let Some(from) = free_at.filter(|from| *from < first.deadline_at) {
            let Found { schedule: mut later, no_room } = schedule(world, wish, channel, now, Some(from))?;
            match budget.place_at(later.due_at) {
                Ok(()) if later.due_at < first.deadline_at => {
                    let mut steps = first.steps.clone();
                    steps.push(PlanStep { at: later.due_at, text: format!("{used_by}; it waits for a place.") });
                    later.steps = steps;
                    later.deadline_at = first.deadline_at;
                    return Ok(Found { schedule: later, no_room });
                }
                Ok(()) => break,
                Err(still) => free_at = still.free_at,
            }
        }
    }
    Err(Halt { full: Some(full), ..Halt::at(Reason::OverBudget, format!("{used_by}.")) })
}

/// A message as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}
