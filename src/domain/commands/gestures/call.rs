//! How a call went, and what follows from it (4.7).

use super::{
    super::{
        Once,
        customers::{heed_guardian, mark_deceased},
    },
    carry_out::{Told, carry_out, contact_key, contact_of, count_apart, record_contact},
    check_version, mourning,
    take::check_not_taken,
    wrong_state,
};
use crate::domain::{
    capacity,
    case::CaseOrigin,
    customer::{Channel, Consent, ConsentState, ContactPoint, ContactPointKind, Customer, Purpose},
    gesture::{Gesture, GestureKind, GestureState, PlanStep, Reason},
    ids::{CaseId, GestureId, InteractionId},
    ledger::{Ledger, NewCase},
    limits::ATTEMPTS_MAX,
    pause::Pause,
    refusal::Refusal,
    replan::{Replan, gesture, location_of, replan, replan_pending},
    when::{ClockTime, Wait, WeeklyHours},
    world::{Actor, Command, Context, EventDetail, EventKind, Needs, Replay, Subject, World},
};
use jiff::{SignedDuration, Timestamp, civil::Weekday};

/// Notes how a call went, and does what follows.
#[derive(Debug, Clone)]
pub struct LogCall {
    /// Who says so.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The call.
    pub id: GestureId,
    /// The version of it that was read.
    pub version: i64,
    /// How it went.
    pub outcome: CallOutcome,
    /// What they said, in words such as they may read.
    pub words: String,
    /// Who called.
    pub staff: String,
}

/// How a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// We spoke.
    Reached {
        /// How happy they were, 1 to 5; 1 or 2 opens a case.
        happy: Option<u8>,
    },
    /// A message was left; that counts as done.
    Voicemail,
    /// Nobody answered.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// They asked to be called at another time.
    CallBack {
        /// That time. It goes before the hours.
        at: Timestamp,
    },
    /// The number is somebody else's.
    WrongNumber,
    /// They want no such call again.
    NeverAgain,
    /// They have lost somebody: cheer waits until a person finds the time right for it.
    Bereavement,
    /// Whoever answered said that the customer has died.
    Died,
}

/// What logging a call left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallLogged {
    /// The gesture as it is now.
    pub gesture: Gesture,
    /// The contact that was recorded, if somebody was reached.
    pub contact: Option<InteractionId>,
    /// The case of a customer who was unhappy.
    pub case: Option<CaseId>,
    /// A pause that the call falls under; it was noted all the same.
    pub pause: Option<Pause>,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

/// Who does not answer is called again at another time of day: so much later, or at the next opening after that.
const OTHER_TIME_OF_DAY: SignedDuration = SignedDuration::from_hours(3);
/// A busy line may be free after so long.
const BUSY_PAUSE: SignedDuration = SignedDuration::from_mins(30);
/// Up to here a customer counts as unhappy.
const UNHAPPY: u8 = 2;
/// How grave it is that a call found somebody unhappy.
const UNHAPPY_SEVERITY: u8 = 3;

impl Command for LogCall {
    type Reply = CallLogged;

    fn needs(&self) -> Needs {
        let mut keys: std::collections::BTreeSet<_> = self.once.keys.iter().cloned().collect();
        keys.insert(contact_key(self.id));
        Needs { keys, gestures: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<CallLogged, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(_) = self.once.replay(&ledger)? {
            return self.read(ledger.world, None, true);
        }
        let mut gesture = gesture(ledger.world, self.id)?;
        check_version(&gesture, self.version)?;
        if !is_call(&gesture) {
            return Err(Refusal::invalid("name", "is no call"));
        }
        if gesture.state != GestureState::Scheduled {
            return Err(wrong_state(&gesture, "scheduled"));
        }
        if !self.staff.is_empty() {
            check_not_taken(&gesture, &self.staff, ledger.now())?;
        }
        gesture.taken = None;
        self.note(&mut ledger, &gesture);
        let resource = Subject::Gesture(gesture.id).to_string();
        let case = self.follow(&mut ledger, gesture)?;
        self.once.remember(&mut ledger, &resource);
        self.read(ledger.world, case, false)
    }
}

impl LogCall {
    fn read(&self, world: &World, case: Option<CaseId>, replayed: bool) -> Result<CallLogged, Refusal> {
        let gesture = gesture(world, self.id)?;
        let opened = world.cases.of(gesture.customer.0).find(|case| case.gesture == Some(self.id)).map(|case| case.id);
        let pause = world.pauses.over(&gesture).cloned();
        Ok(CallLogged { contact: contact_of(world, self.id), case: case.or(opened), pause, gesture, replayed })
    }

    fn note(&self, ledger: &mut Ledger<'_, '_>, gesture: &Gesture) {
        let detail = EventDetail { state: Some(self.outcome.name().to_owned()), ..EventDetail::default() };
        ledger.note(EventKind::CallLogged, Subject::Gesture(gesture.id), Some(gesture.customer), detail);
    }

    fn told(&self, happy: Option<u8>) -> Told {
        Told { at: None, staff: self.staff.clone(), words: self.words.clone(), happy }
    }

    /// What follows from the outcome; the case of a customer who was unhappy.
    fn follow(&self, ledger: &mut Ledger<'_, '_>, gesture: Gesture) -> Result<Option<CaseId>, Refusal> {
        match self.outcome {
            CallOutcome::Reached { happy } => {
                let (gesture, contact) = carry_out(ledger, gesture, self.told(happy), "We spoke with the customer.")?;
                if happy.is_some_and(|happy| happy <= UNHAPPY) {
                    return self.open_case(ledger, &gesture, contact).map(Some);
                }
            }
            CallOutcome::Voicemail => {
                carry_out(ledger, gesture, self.told(None), "A message was left for the customer.")?;
            }
            CallOutcome::NoAnswer => try_later(ledger, gesture, OTHER_TIME_OF_DAY, "Nobody answered.")?,
            CallOutcome::Busy => try_later(ledger, gesture, BUSY_PAUSE, "The line was busy.")?,
            CallOutcome::CallBack { at } => call_back(ledger, gesture, at)?,
            CallOutcome::WrongNumber => wrong_number(ledger, gesture)?,
            CallOutcome::NeverAgain => self.never_again(ledger, gesture)?,
            CallOutcome::Bereavement => mourning::heed(ledger, gesture, self.told(None))?,
            CallOutcome::Died => mark_deceased(ledger, gesture.customer, true).map(drop)?,
        }
        Ok(None)
    }

    fn open_case(
        &self,
        ledger: &mut Ledger<'_, '_>,
        gesture: &Gesture,
        contact: InteractionId,
    ) -> Result<CaseId, Refusal> {
        let summary =
            if self.words.is_empty() { "A call found the customer unhappy.".to_owned() } else { self.words.clone() };
        let case = ledger.open_case(NewCase {
            id: None,
            customer: gesture.customer,
            interaction: Some(contact),
            gesture: Some(gesture.id),
            location: None,
            origin: CaseOrigin::UnhappyCall,
            summary,
            severity: UNHAPPY_SEVERITY,
            assignee: String::new(),
        })?;
        Ok(case.id)
    }

    /// Withdraws the consent to calls, whatever for, and takes back those that are pending. Somebody was reached, so
    /// the contact counts; but this was no thanks, and what is owed was not fulfilled by it.
    fn never_again(&self, ledger: &mut Ledger<'_, '_>, gesture: Gesture) -> Result<(), Refusal> {
        let now = ledger.now();
        change_customer(ledger, &gesture, EventKind::ConsentSet, "phone", |customer| {
            let refusals = Purpose::ALL.iter().map(|purpose| Consent {
                channel: Channel::Phone,
                purpose: *purpose,
                state: ConsentState::Refused,
                source: "phone call".to_owned(),
                text_version: String::new(),
                at: now,
            });
            customer.consents.extend(refusals);
        })?;
        let calls = ledger.world.gestures_of(gesture.customer).filter(|g| is_call(g)).map(|g| g.id).collect();
        ledger.cancel(calls, Reason::NeverAgain, "The customer wants no call again.")?;
        let contact = record_contact(ledger, &gesture, self.told(None))?;
        count_apart(ledger, &gesture, contact)
    }
}

impl CallOutcome {
    /// The name under which it is kept.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reached { .. } => "reached",
            Self::Voicemail => "voicemail",
            Self::NoAnswer => "no_answer",
            Self::Busy => "busy",
            Self::CallBack { .. } => "call_back",
            Self::WrongNumber => "wrong_number",
            Self::NeverAgain => "never_again",
            Self::Bereavement => "bereavement",
            Self::Died => "died",
        }
    }
}

fn is_call(gesture: &Gesture) -> bool {
    gesture.kind == GestureKind::Call || gesture.channel == Channel::Phone
}

/// Plans another attempt, up to [`ATTEMPTS_MAX`]; its deadline is counted from there, but for a promise.
fn try_later(
    ledger: &mut Ledger<'_, '_>,
    mut gesture: Gesture,
    pause: SignedDuration,
    why: &str,
) -> Result<(), Refusal> {
    gesture.attempts += 1;
    if gesture.attempts >= ATTEMPTS_MAX {
        let text = format!("{why} That was attempt {} of {ATTEMPTS_MAX}.", gesture.attempts);
        return ledger.move_gesture(gesture, GestureState::Failed, Some(Reason::NoAnswer), text).map(drop);
    }
    let from = ledger.now().checked_add(pause).unwrap_or(Timestamp::MAX);
    let how = Replan {
        from: Some(from),
        within_deadline: gesture.promised,
        reason: Some(Reason::NoAnswer),
        why: format!("{why} Attempt {} comes later.", gesture.attempts + 1),
    };
    replan(ledger, gesture, &how).map(drop)
}

/// The customer's own time goes before all hours, for this call.
fn call_back(ledger: &mut Ledger<'_, '_>, mut gesture: Gesture, at: Timestamp) -> Result<(), Refusal> {
    if at <= ledger.now() {
        return Err(Refusal::invalid("call_back_time", "must be ahead of now"));
    }
    let deadline_at = at
        .checked_add(gesture.terms.deadline.max(BUSY_PAUSE))
        .map_err(|_| Refusal::invalid("call_back_time", "lies beyond the calendar"))?;
    let zone = ledger.world.zones.get(&gesture.schedule.zone);
    let zone = zone.map_err(|unknown| Refusal::invalid("call_back_time", unknown.to_string()))?;
    let text = "The customer asked to be called at this time.";
    gesture.attempts += 1;
    gesture.terms.moment_at = at;
    gesture.terms.wait = Wait::Exact(SignedDuration::ZERO);
    gesture.terms.window = Some(any_time());
    gesture.schedule.due_at = at;
    gesture.schedule.deadline_at = deadline_at;
    let location = location_of(ledger.world, &gesture.location)?;
    gesture.schedule.call_day = Some(capacity::day_at(&location, &ledger.world.zones, at));
    gesture.schedule.planned_local = zone.to_datetime(at).strftime("%Y-%m-%dT%H:%M").to_string();
    gesture.schedule.steps.push(PlanStep { at, text: text.to_owned() });
    gesture.reason = Some(Reason::CallBack);
    text.clone_into(&mut gesture.explanation);
    ledger.replan_gesture(gesture).map(drop)
}

fn any_time() -> WeeklyHours {
    let week: Vec<_> = Weekday::Monday.cycle_forward().take(7).collect();
    WeeklyHours::on(&week, ClockTime::START_OF_DAY, ClockTime::END_OF_DAY).expect("whole days are hours")
}

/// Marks the number that was called as bad; what was planned for it goes another way.
fn wrong_number(ledger: &mut Ledger<'_, '_>, gesture: Gesture) -> Result<(), Refusal> {
    let recipient = gesture.recipient(ledger.world.customer(gesture.customer)?);
    let called = recipient.contact_point(ContactPointKind::Phone).map(|point| point.address.clone());
    change_customer(ledger, &gesture, EventKind::CustomerUpdated, "contact_points", |customer| {
        let wrong = |point: &&mut ContactPoint| Some(&point.address) == called.as_ref();
        customer.profile.all_contact_points_mut().filter(wrong).for_each(|point| point.bad = true);
    })?;
    let how =
        Replan { reason: Some(Reason::WrongNumber), ..Replan::since("The number that was called is somebody else's.") };
    let uses_phone = |g: &Gesture| matches!(g.channel, Channel::Phone | Channel::Message);
    replan_pending(ledger, gesture.customer, &how, uses_phone)
}

/// Changes whoever is at the number that was called: the customer, or the guardian who stands for them.
fn change_customer(
    ledger: &mut Ledger<'_, '_>,
    gesture: &Gesture,
    kind: EventKind,
    field: &str,
    change: impl FnOnce(&mut Customer),
) -> Result<(), Refusal> {
    let mut called = ledger.world.customer(gesture.customer)?.clone();
    let answered = called.addressee().id;
    if ledger.world.customers.get(&answered).is_none() {
        ledger.require(Needs { customers: [answered].into(), ..Needs::default() })?;
    }
    let mut customer = ledger.world.customer(answered)?.clone();
    change(&mut customer);
    customer.version += 1;
    customer.updated_at = ledger.now();
    let detail = EventDetail { fields: vec![field.to_owned()], ..EventDetail::default() };
    ledger.note(kind, Subject::Customer(customer.id), Some(customer.id), detail);
    ledger.world.customers.put(customer.id, customer.clone());
    if called.through.is_some() {
        called.reach_through(Some(&customer));
        ledger.world.customers.put(called.id, called);
    }
    heed_guardian(ledger, customer.id)
}
