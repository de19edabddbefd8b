//! Planning: from a moment to the time at which its gesture is due.

use super::{
    hours::ClockTime,
    openings::{AllowedTimes, Openings, SEARCH_DAYS},
    wording::Wording,
    zones::{UnknownZone, ZoneCandidate, Zones, local_date, resolve_local},
};
use crate::domain::gesture::{PlanStep, Schedule};
use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

/// The shortest stretch of time in which a promise can be kept.
const SHORTEST_PROMISE: SignedDuration = SignedDuration::from_mins(1);

/// How long after a moment something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// Exactly so much time, whatever the clocks do: "after 24 h". Less than nothing counts as nothing.
    Exact(SignedDuration),
    /// That many calendar days later at a time of day: "in 1 day at 10:00" is the next day's 10:00. A time that has
    /// passed ("in 0 days at 10:00", said at noon) means at once.
    Days {
        /// Calendar days in the zone of the plan.
        days: u16,
        /// The time on the clock of that zone.
        at: ClockTime,
    },
}

/// What is planned.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'a> {
    /// What it is reckoned from.
    pub moment: Timestamp,
    /// How long after the moment.
    pub wait: Wait,
    /// The day on which it has to arrive, if it is bound to one: then the wait counts from the beginning of the day on
    /// which it has to leave, or from the moment, where that is later.
    pub occasion: Option<Occasion>,
    /// When it may be carried out.
    pub allowed: AllowedTimes<'a>,
    /// The zones by which it may be reckoned, the best first. The first that has a known name is taken.
    pub zones: &'a [ZoneCandidate<'a>],
    /// How long after it is due it still makes sense. Less than nothing counts as nothing.
    pub deadline: SignedDuration,
    /// It makes sense only before this instant, however long after it is due that is.
    pub fresh_until: Option<Timestamp>,
    /// We said we would: it is moved back rather than forward, and its deadline never moves later.
    pub promised: bool,
    /// The present.
    pub now: Timestamp,
}

/// A day for which something is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occasion {
    /// The day, by the zone of the plan.
    pub date: Date,
    /// How many business days of the location it is on its way.
    pub lead_days: u8,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPlannable {
    /// None of the zones has a known name; this is the last one that was tried.
    #[error("no zone to plan by: {0}")]
    NoZone(UnknownZone),
    /// A time outside the years that can be reckoned.
    #[error("the time lies beyond the calendar")]
    BeyondCalendar,
    /// Its hours leave no instant open.
    #[error("nothing is open within {SEARCH_DAYS} days after {from}")]
    NoOpening {
        /// Since when an opening was looked for.
        from: Timestamp,
    },
    /// It made sense until this instant, which has passed.
    #[error("it made sense only until {deadline}")]
    TooLate {
        /// The deadline.
        deadline: Timestamp,
    },
    /// It is on its way too long to arrive on its day.
    #[error("{}", leaves_too_late(*.leaves, *.arrives))]
    LeavesTooLate {
        /// The last day on which it could leave; not before `arrives` where it is there at once.
        leaves: Date,
        /// The day for which it is meant.
        arrives: Date,
    },
    /// No allowed minute can keep the promise.
    #[error("no allowed minute before {by} can keep this promise{}", next_possible(.next))]
    PromiseCannotBeKept {
        /// Until when it would have to be kept.
        by: Timestamp,
        /// The next allowed instant, if there is one.
        next: Option<Timestamp>,
    },
}

fn leaves_too_late(leaves: Date, arrives: Date) -> String {
    if leaves < arrives {
        format!("it would have had to leave on {leaves} to arrive by {arrives}")
    } else {
        format!("it is for {arrives} and makes sense no later than on {leaves}, of which no allowed time is left")
    }
}

fn next_possible(next: &Option<Timestamp>) -> String {
    next.map_or_else(String::new, |next| format!("; the next possible time is {next}"))
}

/// Plans when a gesture is due, and until when it makes sense.
///
/// Due is moment + wait, moved to the next instant at which everything in `allowed` is open; the deadline is counted
/// from there. If that time came before `now` in an opening that has closed since, it is held to the next opening,
/// with the deadline counted from there again.
///
/// A promise keeps its word instead: it has to be kept within `deadline` after moment + wait. Quiet hours at the end
/// of that time make its deadline earlier; where they cover all of it, it is due before they begin.
///
/// What is meant for a day leaves so many business days before that it arrives then, and makes no sense any more when
/// the day on which it leaves is over.
///
/// # Errors
/// See [`NotPlannable`].
pub fn plan(zones: &Zones, input: &PlanInput<'_>) -> Result<Schedule, NotPlannable> {
    let mut steps = Vec::new();
    let (zone, candidate) = choose_zone(zones, input, &mut steps)?;
    let wording = Wording::new(&zone);
    steps.push(PlanStep { at: input.moment, text: wording.moment(input.moment, candidate.source) });
    let (moment, last_day) = match &input.occasion {
        Some(occasion) => leaving(input, occasion, &zone, wording, &mut steps).map(|(from, day)| (from, Some(day)))?,
        None => (input.moment, None),
    };
    let openings = Openings::new(&zone, &input.allowed);
    let planner = Planner { input, moment, last_day, zone: &zone, openings, wording, steps };
    let (due, deadline, steps) = if input.promised { planner.promise() } else { planner.wish() }?;
    Ok(Schedule {
        due_at: due,
        deadline_at: deadline,
        planned_local: zone.to_datetime(due).strftime("%Y-%m-%dT%H:%M").to_string(),
        zone: zone.iana_name().unwrap_or(candidate.id).to_owned(),
        tzdb: zones.version().to_owned(),
        steps,
        planned_by: 0,
        call_day: None,
        rests_until: None,
        call_wanted: None,
    })
}

/// The first zone with a known name. That one is passed over is a step of the plan.
fn choose_zone<'a>(
    zones: &Zones,
    input: &PlanInput<'a>,
    steps: &mut Vec<PlanStep>,
) -> Result<(TimeZone, ZoneCandidate<'a>), NotPlannable> {
    let mut failed = UnknownZone { id: String::new(), tzdb: zones.version().to_owned() };
    for candidate in input.zones.iter().filter(|candidate| !candidate.id.is_empty()) {
        match zones.get(candidate.id) {
            Ok(zone) => return Ok((zone, *candidate)),
            Err(unknown) => {
                let text = Wording::unknown_zone(candidate.source, &unknown);
                steps.push(PlanStep { at: input.moment, text });
                failed = unknown;
            }
        }
    }
    Err(NotPlannable::NoZone(failed))
}

/// The last day on which something may leave that is meant for a day.
#[derive(Debug, Clone, Copy)]
struct LastDay {
    date: Date,
    /// The midnight after it.
    ends: Timestamp,
    /// The day for which it is meant.
    arrives: Date,
}

/// From when on something may leave that is meant for a day, and the last day on which it may.
fn leaving(
    input: &PlanInput<'_>,
    occasion: &Occasion,
    zone: &TimeZone,
    wording: Wording<'_>,
    steps: &mut Vec<PlanStep>,
) -> Result<(Timestamp, LastDay), NotPlannable> {
    let Occasion { date, lead_days } = *occasion;
    let leaves = input.allowed.calendar.leaves_on(date, lead_days).ok_or(NotPlannable::BeyondCalendar)?;
    let midnight = |day: Date| resolve_local(zone, day.to_datetime(Time::midnight()));
    let begins = midnight(leaves).ok_or(NotPlannable::BeyondCalendar)?;
    let from = begins.max(input.moment);
    steps.push(PlanStep { at: from, text: wording.occasion(date, leaves, lead_days) });
    // What is there at once may be meant for some days after the day.
    let last = if lead_days > 0 { Some(leaves) } else { day_after_wait(zone, leaves, begins, input.wait) };
    let last = last.ok_or(NotPlannable::BeyondCalendar)?;
    let ends = last.tomorrow().ok().and_then(midnight).ok_or(NotPlannable::BeyondCalendar)?;
    Ok((from, LastDay { date: last, ends, arrives: date }))
}

/// The day on which a wait ends that counts from the beginning of a day.
fn day_after_wait(zone: &TimeZone, day: Date, begins: Timestamp, wait: Wait) -> Option<Date> {
    match wait {
        Wait::Exact(wait) => later(begins, wait).ok().map(|end| local_date(zone, end)),
        Wait::Days { days, at } => at.on(day.checked_add(i32::from(days).days()).ok()?).map(|end| end.date()),
    }
}

type Planned = (Timestamp, Timestamp, Vec<PlanStep>);

/// One plan in the making.
struct Planner<'a> {
    input: &'a PlanInput<'a>,
    /// From when the wait counts.
    moment: Timestamp,
    /// The last day on which it arrives in time.
    last_day: Option<LastDay>,
    zone: &'a TimeZone,
    openings: Openings<'a>,
    wording: Wording<'a>,
    steps: Vec<PlanStep>,
}

impl Planner<'_> {
    /// Moved forward to the next opening.
    fn wish(mut self) -> Result<Planned, NotPlannable> {
        let target = self.after_wait()?;
        let mut due = self.open_from(target)?;
        let mut deadline = self.deadline(due)?;
        let now = self.input.now;
        self.check_leaves(due.max(now))?;
        if deadline <= now {
            return Err(NotPlannable::TooLate { deadline });
        }
        if due < now && !self.openings.is_open(now) {
            self.say(now, self.wording.late(now));
            due = self.open_from(now)?;
            self.check_leaves(due)?;
            deadline = self.deadline(due)?;
        }
        let deadline = self.while_fresh(deadline);
        self.say(due, self.wording.deadline(due, deadline));
        Ok((due, deadline, self.steps))
    }

    /// Until when it makes sense that is due then: no more when its last day is over.
    fn deadline(&self, due: Timestamp) -> Result<Timestamp, NotPlannable> {
        let deadline = later(due, self.input.deadline)?;
        Ok(self.last_day.map_or(deadline, |day| deadline.min(day.ends)))
    }

    fn while_fresh(&self, deadline: Timestamp) -> Timestamp {
        self.input.fresh_until.map_or(deadline, |until| deadline.min(until))
    }

    /// What leaves after its last day does not arrive in time.
    fn check_leaves(&self, due: Timestamp) -> Result<(), NotPlannable> {
        match self.last_day {
            Some(LastDay { date, ends, arrives }) if due >= ends => {
                Err(NotPlannable::LeavesTooLate { leaves: date, arrives })
            }
            _ => Ok(()),
        }
    }

    /// Kept in its own time, or before the quiet hours that cover it begin.
    fn promise(mut self) -> Result<Planned, NotPlannable> {
        let (moment, now, length) = (self.moment, self.input.now, self.input.deadline);
        let target = self.after_wait()?;
        let by = self.while_fresh(self.deadline(target)?);
        if by <= now {
            return Err(NotPlannable::TooLate { deadline: by });
        }
        let possible_from = moment.max(now);
        if let Some(due) = self.openings.next_opening(target.max(possible_from)).filter(|due| *due < by) {
            let (_, deadline) = self.openings.last_opening(due, by).unwrap_or((due, by));
            if due > target {
                self.say(due, self.wording.promise_starts(due));
            }
            self.say(due, self.wording.promise(by, deadline));
            return Ok((due, deadline, self.steps));
        }
        let Some((start, quiet)) = self.openings.last_opening(possible_from, by) else {
            let next = self.openings.next_opening(possible_from);
            return Err(NotPlannable::PromiseCannotBeKept { by, next });
        };
        let due = quiet.checked_sub(length.max(SHORTEST_PROMISE)).map_or(start, |due| due.max(start));
        self.say(due, self.wording.promise_moved_back(by, due, quiet));
        Ok((due, quiet, self.steps))
    }

    /// Moment + wait, never before the moment.
    fn after_wait(&mut self) -> Result<Timestamp, NotPlannable> {
        let moment = self.moment;
        match self.input.wait {
            Wait::Exact(wait) if wait <= SignedDuration::ZERO => Ok(moment),
            Wait::Exact(wait) => {
                let target = later(moment, wait)?;
                self.say(target, self.wording.waited(wait, target));
                Ok(target)
            }
            Wait::Days { days, at } => {
                let wanted = self.day_later(days, at).ok_or(NotPlannable::BeyondCalendar)?;
                let resolved = resolve_local(self.zone, wanted).ok_or(NotPlannable::BeyondCalendar)?;
                let target = resolved.max(moment);
                self.say(target, self.wording.days_later(days, at, wanted, target));
                Ok(target)
            }
        }
    }

    /// The wall-clock time that many calendar days after the moment.
    fn day_later(&self, days: u16, at: ClockTime) -> Option<DateTime> {
        let day = local_date(self.zone, self.moment).checked_add(i32::from(days).days()).ok()?;
        at.on(day)
    }

    /// The next opening; each limit that moved it becomes a step.
    fn open_from(&mut self, from: Timestamp) -> Result<Timestamp, NotPlannable> {
        let Self { openings, wording, steps, .. } = self;
        openings
            .search(from, |limit, at| push_bounded(steps, PlanStep { at, text: wording.moved(limit, at) }))
            .ok_or(NotPlannable::NoOpening { from })
    }

    fn say(&mut self, at: Timestamp, text: String) {
        self.steps.push(PlanStep { at, text });
    }
}

/// Steps are kept with the gesture: of a long search for an opening, the first moves and the last are enough.
fn push_bounded(steps: &mut Vec<PlanStep>, step: PlanStep) {
    const MOVES_MAX: usize = 12;
    if steps.len() >= MOVES_MAX {
        steps.pop();
    }
    steps.push(step);
}

/// `instant + duration`, where a duration below zero counts as zero.
fn later(instant: Timestamp, duration: SignedDuration) -> Result<Timestamp, NotPlannable> {
    instant.checked_add(duration.max(SignedDuration::ZERO)).map_err(|_| NotPlannable::BeyondCalendar)
}

#[cfg(test)]
mod tests;
