//! How a call went, and what follows from it (4.7).
//!
//! What happened counts, whatever became of the gesture while somebody was on the phone: it may be held by a case that
//! was opened meanwhile, it may have expired, or a colleague may have taken it back.

use super::{
    super::{
        Once,
        customers::{check_mortal, mark_deceased},
    },
    carry_out::{Told, carry_out, contact_key, contact_of, count_apart, record_contact},
    check_free, check_version, mourning,
    number::{change_whoever_answered, mark_wrong},
    other_time,
    take::check_not_taken,
    wrong_state,
};
use crate::domain::{
    capacity,
    case::CaseOrigin,
    customer::{Channel, Consent, ConsentState, CustomerStatus, Purpose},
    gesture::{Gesture, GestureKind, GestureState, PlanStep, Reason},
    ids::{CaseId, GestureId, InteractionId},
    ledger::{Ledger, NewCase},
    limits::{ATTEMPTS_MAX, PROMISE_MAX},
    pause::Pause,
    planning::{Planned, held_by},
    recovery,
    refusal::Refusal,
    replan::{Replan, barred, gesture, location_of, plan_again, replan},
    when::Wait,
    world::{Actor, Command, Context, EventDetail, EventKind, Needs, Replay, Subject, World},
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

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
        /// That time. It goes before the hours, and stays through every new plan until it was missed.
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

/// A busy line may be free after so long.
const BUSY_PAUSE: SignedDuration = SignedDuration::from_mins(30);
/// Up to here a customer counts as unhappy.
const UNHAPPY: u8 = 2;
/// How grave it is that a call found somebody unhappy.
const UNHAPPY_SEVERITY: u8 = 3;

impl Command for LogCall {
    type Reply = CallLogged;

    fn needs(&self) -> Needs {
        let mut keys: BTreeSet<_> = self.once.keys.iter().cloned().collect();
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
        check_open(ledger.world, &gesture)?;
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
                let (gesture, contact) = self.reach(ledger, gesture, happy, "We spoke with the customer.")?;
                if happy.is_some_and(|happy| happy <= UNHAPPY) {
                    return self.open_case(ledger, &gesture, contact).map(Some);
                }
            }
            CallOutcome::Voicemail => {
                self.reach(ledger, gesture, None, "A message was left for the customer.")?;
            }
            CallOutcome::NoAnswer => {
                let from = other_time::after(ledger.world, &gesture, ledger.now())?;
                try_later(ledger, gesture, from, "Nobody answered.")?;
            }
            CallOutcome::Busy => {
                let from = ledger.now().checked_add(BUSY_PAUSE).unwrap_or(Timestamp::MAX);
                try_later(ledger, gesture, from, "The line was busy.")?;
            }
            CallOutcome::CallBack { at } => call_back(ledger, gesture, at)?,
            CallOutcome::WrongNumber => mark_wrong(ledger, &gesture)?,
            CallOutcome::NeverAgain => self.never_again(ledger, &by_phone(gesture))?,
            CallOutcome::Bereavement => mourning::heed(ledger, by_phone(gesture), self.told(None))?,
            CallOutcome::Died => {
                check_mortal(ledger.world.customer(gesture.customer)?, "outcome")?;
                mark_deceased(ledger, gesture.customer, true).map(drop)?;
            }
        }
        Ok(None)
    }

    /// The call reached somebody, and is carried out by that; one that was taken back or stopped stays so, but the
    /// contact counts.
    fn reach(
        &self,
        ledger: &mut Ledger<'_, '_>,
        gesture: Gesture,
        happy: Option<u8>,
        text: &str,
    ) -> Result<(Gesture, InteractionId), Refusal> {
        let (gesture, told) = (by_phone(gesture), self.told(happy));
        if gesture.state.may_become(GestureState::Completed) {
            return carry_out(ledger, gesture, told, text);
        }
        let contact = record_contact(ledger, &gesture, told)?;
        count_apart(ledger, &gesture, contact)?;
        Ok((gesture, contact))
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
    fn never_again(&self, ledger: &mut Ledger<'_, '_>, gesture: &Gesture) -> Result<(), Refusal> {
        let now = ledger.now();
        change_whoever_answered(ledger, gesture, EventKind::ConsentSet, "phone", |customer| {
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
        let called = ledger.world.customer(gesture.customer)?;
        let answered: BTreeSet<_> = [called.id, called.addressee().id].into();
        let theirs = answered.into_iter().flat_map(|id| ledger.world.gestures_of(id));
        let calls = theirs.filter(|g| is_call(g) || g.id == gesture.id).map(|g| g.id).collect();
        ledger.cancel(calls, Reason::NeverAgain, "The customer wants no call again.")?;
        let contact = record_contact(ledger, gesture, self.told(None))?;
        count_apart(ledger, gesture, contact)
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

/// Refuses what is no call, what a worker has on its way, who answers for it, and a call of which it was said already
/// how it went. One that was to go another way since somebody picked up the phone is a call.
fn check_open(world: &World, gesture: &Gesture) -> Result<(), Refusal> {
    if !is_call(gesture) && !gesture.terms.channels.contains(&Channel::Phone) {
        return Err(Refusal::invalid("name", "is no call"));
    }
    check_free(gesture)?;
    let is_erased = world.customer(gesture.customer)?.status == CustomerStatus::Erased;
    let is_told = gesture.state.is_final() && contact_of(world, gesture.id).is_some();
    match gesture.state {
        GestureState::Completed | GestureState::Delivering | GestureState::Uncertain => {
            Err(wrong_state(gesture, "neither completed, nor on its way, nor uncertain"))
        }
        _ if is_erased => Err(wrong_state(gesture, "for somebody who is still known")),
        _ if is_told => Err(wrong_state(gesture, "a call of which nobody has said yet how it went")),
        _ => Ok(()),
    }
}

/// As it was done, whichever way it was to go in the end.
fn by_phone(gesture: Gesture) -> Gesture {
    Gesture { channel: Channel::Phone, ..gesture }
}

/// Plans another attempt, up to [`ATTEMPTS_MAX`]; its deadline is counted from there, but for a promise. What ended
/// meanwhile is not tried again, and what the customer asked for is not tried again before their time.
fn try_later(ledger: &mut Ledger<'_, '_>, mut gesture: Gesture, from: Timestamp, why: &str) -> Result<(), Refusal> {
    gesture.attempts += 1;
    if gesture.state.is_final() {
        return ledger.keep_quietly(gesture).map(drop);
    }
    if !gesture.promised {
        gesture.terms.fresh_until = None;
    }
    if gesture.attempts >= ATTEMPTS_MAX {
        let text = format!("{why} That was attempt {} of {ATTEMPTS_MAX}.", gesture.attempts);
        return ledger.move_gesture(gesture, GestureState::Failed, Some(Reason::NoAnswer), text).map(drop);
    }
    let from = from.min(half_way(&gesture, ledger.now()).unwrap_or(Timestamp::MAX));
    let theirs = Some(gesture.schedule.due_at).filter(|_| gesture.terms.at_their_time);
    let how = Replan {
        from: theirs.max(Some(from)),
        within_deadline: gesture.promised,
        reason: Some(Reason::NoAnswer),
        why: format!("{why} Attempt {} comes later.", gesture.attempts + 1),
    };
    if half_way(&gesture, ledger.now()).is_some() && has_no_opening(ledger, &gesture, &how)? {
        return keep_open(ledger, gesture, why);
    }
    replan(ledger, gesture, &how).map(drop)
}

/// When half of what is left of a promise is over: whoever promised tries again before that, so that there is time for
/// more than one attempt. `None` for what is no promise, or one whose time is over.
fn half_way(promise: &Gesture, now: Timestamp) -> Option<Timestamp> {
    let left = promise.schedule.deadline_at.duration_since(now);
    now.checked_add(left / 2).ok().filter(|_| promise.promised && left.is_positive())
}

/// Whether no allowed hour is left for another attempt.
fn has_no_opening(ledger: &Ledger<'_, '_>, gesture: &Gesture, how: &Replan) -> Result<bool, Refusal> {
    let (_, planned) = plan_again(ledger, gesture.clone(), how)?;
    let reason = if let Planned::Stopped { reason, .. } = planned { Some(reason) } else { None };
    Ok(matches!(reason, Some(Reason::NoOpening | Reason::TooLate | Reason::Stale)))
}

/// A promise is missed at its time, and not before (4.4): until then somebody may find a way to keep it.
fn keep_open(ledger: &mut Ledger<'_, '_>, mut promise: Gesture, why: &str) -> Result<(), Refusal> {
    let text = format!("{why} No allowed hour is left before {}.", promise.schedule.deadline_at);
    if promise.state == GestureState::Claimed {
        return ledger.move_gesture(promise, GestureState::Scheduled, Some(Reason::NoAnswer), text).map(drop);
    }
    if promise.state == GestureState::Scheduled {
        (promise.reason, promise.explanation) = (Some(Reason::NoAnswer), text);
    }
    ledger.replan_gesture(promise).map(drop)
}

/// The customer's own time goes before all hours, for this call. It comes back for it where it had expired; what is
/// held stays so (P7), and is made at that time if what holds it is settled by then.
fn call_back(ledger: &mut Ledger<'_, '_>, mut gesture: Gesture, at: Timestamp) -> Result<(), Refusal> {
    if at <= ledger.now() {
        return Err(Refusal::invalid("call_back_time", "must be ahead of now"));
    }
    if at.duration_since(ledger.now()) > PROMISE_MAX {
        return Err(Refusal::invalid("call_back_time", format!("must not be more than {PROMISE_MAX:#} ahead of now")));
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
    gesture.terms.at_their_time = true;
    (gesture.terms.occasion, gesture.terms.fresh_until) = (None, None);
    gesture.schedule.due_at = at;
    gesture.schedule.deadline_at = deadline_at;
    let location = location_of(ledger.world, &gesture.location)?;
    gesture.schedule.call_day = Some(capacity::day_at(&location, &ledger.world.zones, at));
    gesture.schedule.planned_local = zone.to_datetime(at).strftime("%Y-%m-%dT%H:%M").to_string();
    gesture.schedule.steps.push(PlanStep { at, text: text.to_owned() });
    match gesture.state {
        GestureState::Held => ledger.replan_gesture(gesture).map(drop),
        GestureState::Scheduled => {
            gesture.reason = Some(Reason::CallBack);
            text.clone_into(&mut gesture.explanation);
            ledger.replan_gesture(gesture).map(drop)
        }
        _ => come_back(ledger, gesture, text),
    }
}

/// What a worker had, or what had expired, is planned again, as far as nothing holds it.
fn come_back(ledger: &mut Ledger<'_, '_>, gesture: Gesture, text: &str) -> Result<(), Refusal> {
    let is_barred = barred(ledger.world, &gesture, ledger.world.customer(gesture.customer)?, ledger.now()).is_some();
    if is_barred || !matches!(gesture.state, GestureState::Claimed | GestureState::Expired) {
        return Err(wrong_state(&gesture, "not stopped, taken back or given up"));
    }
    let gesture = ledger.move_gesture(gesture, GestureState::Scheduled, Some(Reason::CallBack), text)?;
    if gesture.case.is_some()
        && let Some(why) = recovery::waits_for(ledger.world, gesture.customer)
    {
        ledger.hold_cheer(gesture.customer, Reason::Recovery, &why)?;
    }
    match held_by(ledger.world, gesture.customer, gesture.tone) {
        Some((reason, why)) => ledger.move_gesture(gesture, GestureState::Held, Some(reason), why).map(drop),
        None => Ok(()),
    }
}
