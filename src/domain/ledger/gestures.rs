//! Gestures: made, moved, planned again, taken back and held, each with its place in the budget and its call.

use super::Ledger;
use crate::domain::{
    budget::place_for,
    capacity::{Calls, FreedDay, call_day},
    doubt,
    gesture::{ContactState, Gesture, GestureState, Reason, Tone},
    ids::{CustomerId, GestureId, InteractionId},
    promise, recovery,
    refusal::Refusal,
    world::{EventDetail, EventKind, Subject},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

impl Ledger<'_, '_> {
    /// Adds a gesture that was just planned, takes its place in the budget, and notes it.
    pub fn add_gesture(&mut self, gesture: Gesture) {
        if gesture.promised {
            self.count_promise(gesture.customer, 1);
        }
        if gesture.state == GestureState::Scheduled && gesture.counts_as_contact() {
            // One that was taken back has its place still.
            let known = self.world.contact_for(gesture.id).map(|place| place.id);
            let id = known.unwrap_or_else(|| self.new_id());
            let place = place_for(&gesture, id, self.when_reserved(&gesture), ContactState::Reserved);
            self.world.contacts.put(place.id, place);
        }
        let detail = EventDetail {
            state: Some(gesture.state.to_string()),
            reason: gesture.reason.map(|r| r.to_string()),
            related: gesture.interaction.map(|i| Subject::Interaction(i).to_string()).into_iter().collect(),
            ..EventDetail::default()
        };
        self.note(EventKind::GestureScheduled, Subject::Gesture(gesture.id), Some(gesture.customer), detail);
        self.count_call(&gesture);
        self.world.gestures.put(gesture.id, gesture);
    }

    /// Moves a gesture to another state, with everything that follows: its place in the budget, its event, the
    /// obligations it answers, and the case of a promise that was missed by it (4.4). Other changes made to `gesture`
    /// beforehand are kept; one that completes does so now, unless it says when. One that may have left and would end
    /// as if it had not, or be held, is uncertain instead (P4): the gesture comes back as it is then.
    ///
    /// # Errors
    /// When the table of transitions does not allow it, or the interaction it answers is not loaded.
    pub fn move_gesture(
        &mut self,
        mut gesture: Gesture,
        state: GestureState,
        reason: Option<Reason>,
        explanation: impl Into<String>,
    ) -> Result<Gesture, Refusal> {
        let name = Subject::Gesture(gesture.id).to_string();
        if !gesture.state.may_become(state) {
            return Err(Refusal::gesture_state(
                name,
                gesture.state,
                gesture.reason,
                &format!("able to become {state}"),
            ));
        }
        let (state, reason, explanation) = doubt::heed(&gesture, state, reason, explanation.into());
        if gesture.promised && state.is_final() != gesture.state.is_final() {
            self.count_promise(gesture.customer, if state.is_final() { -1 } else { 1 });
        }
        if (gesture.state, state) == (GestureState::Uncertain, GestureState::Scheduled) {
            // It is planned anew, and no longer part of a note that may have left.
            gesture.written = None;
        }
        gesture.state = state;
        gesture.reason = reason;
        gesture.explanation = explanation;
        doubt::tell(&mut gesture);
        if state != GestureState::Scheduled {
            gesture.schedule.rests_until = None;
        }
        // Whoever was doing it has done it, or need not any more.
        gesture.taken = None;
        if state == GestureState::Completed {
            gesture.perhaps_left = None;
            gesture.completed_at.get_or_insert(self.context.now);
        }
        self.keep_place(&gesture);
        let detail = EventDetail {
            reason: reason.map(|r| r.to_string()),
            state: Some(state.to_string()),
            ..EventDetail::default()
        };
        self.note(event_of(state), Subject::Gesture(gesture.id), Some(gesture.customer), detail);
        let gesture = self.put_gesture(gesture)?;
        let was_taken_back = reason.is_some_and(|why| why != Reason::ByPerson && doubt::is_for_good(why));
        if gesture.promised && matches!(state, GestureState::Expired | GestureState::Failed) && !was_taken_back {
            promise::is_missed(self, &gesture)?;
        }
        if gesture.case.is_some() && gesture.state.is_final() {
            recovery::is_over(self, &gesture)?;
        }
        Ok(gesture)
    }

    /// Keeps a gesture that was changed without changing its state (a new plan, a claim's lease), with its place.
    ///
    /// # Errors
    /// When the interaction it answers is not loaded.
    pub fn replan_gesture(&mut self, mut gesture: Gesture) -> Result<Gesture, Refusal> {
        doubt::tell(&mut gesture);
        self.keep_place(&gesture);
        let detail = EventDetail { state: Some(gesture.state.to_string()), ..EventDetail::default() };
        self.note(EventKind::GestureReplanned, Subject::Gesture(gesture.id), Some(gesture.customer), detail);
        self.put_gesture(gesture)
    }

    /// Keeps a lease that was made longer: nothing else of the gesture changes.
    ///
    /// # Errors
    /// When the interaction it answers is not loaded.
    pub fn keep_lease(&mut self, gesture: Gesture) -> Result<Gesture, Refusal> {
        let detail = EventDetail { fields: vec!["lease".to_owned()], ..EventDetail::default() };
        self.note(EventKind::GestureLeaseExtended, Subject::Gesture(gesture.id), Some(gesture.customer), detail);
        self.put_gesture(gesture)
    }

    /// Keeps a gesture of which another event tells already: it went into a note or left one, or a person has it.
    ///
    /// # Errors
    /// When the interaction it answers is not loaded.
    pub fn keep_quietly(&mut self, gesture: Gesture) -> Result<Gesture, Refusal> {
        self.keep_place(&gesture);
        self.put_gesture(gesture)
    }

    /// Keeps a gesture whose plan was looked at again and is the same: nothing that anybody sees has changed.
    pub fn confirm_plan(&mut self, mut gesture: Gesture) {
        gesture.schedule.planned_by = self.world.revision;
        gesture.schedule.rests_until = None;
        gesture.schedule.tzdb = self.world.zones.version().to_owned();
        self.world.gestures.put(gesture.id, gesture);
    }

    /// Keeps the counts of planned calls true, as far as they are known, and notes where a place became free.
    fn count_call(&mut self, after: &Gesture) {
        let before = self.world.gestures.get(&after.id).and_then(call_day);
        let after = call_day(after);
        if before == after {
            return;
        }
        let yesterday = TimeZone::UTC.to_datetime(self.context.now).date().yesterday().unwrap_or(Date::MIN);
        if let Some(day) = before.clone().filter(|it| it.day >= yesterday) {
            self.world.freed.put(day.clone(), FreedDay(day));
        }
        for (day, by) in [(before, -1), (after, 1)] {
            if let Some(day) = day.filter(|day| self.world.calls_known.contains(&day.location)) {
                let Calls(calls) = self.world.calls.get(&day).copied().unwrap_or_default();
                self.world.calls.put(day, Calls(calls.saturating_add_signed(by)));
            }
        }
    }

    /// Puts a gesture back as it was before an action that is taken back. That is no move: within the minute nobody
    /// else has touched it.
    pub fn put_back(&mut self, gesture: Gesture) {
        self.count_call(&gesture);
        self.world.gestures.put(gesture.id, gesture);
    }

    /// Keeps a gesture. One that was moved since it was looked at is not written over.
    fn put_gesture(&mut self, mut gesture: Gesture) -> Result<Gesture, Refusal> {
        if self.world.gestures.get(&gesture.id).is_some_and(|kept| kept.version != gesture.version) {
            return Err(Refusal::Stale { resource: Subject::Gesture(gesture.id).to_string() });
        }
        gesture.version += 1;
        self.count_call(&gesture);
        self.world.gestures.put(gesture.id, gesture.clone());
        if let Some(interaction) = gesture.interaction {
            self.refresh_obligation(interaction)?;
        }
        Ok(gesture)
    }

    /// The place in the budget that fits the gesture's state: reserved while planned, used from the start of delivery
    /// on (also while uncertain, or when it may have left), given back when it was stopped or taken back. A rule's
    /// cheer that expired keeps the place it has: that nobody found the time for two notes is no reason to plan a
    /// third. Condolence, and what a person wished, gives it back: it reached nobody, and no other of it follows by
    /// itself.
    fn keep_place(&mut self, gesture: &Gesture) {
        use GestureState as S;
        let (state, at) = match gesture.state {
            _ if !gesture.counts_as_contact() => (ContactState::Released, gesture.schedule.due_at),
            S::Scheduled | S::Claimed | S::Delivering if gesture.perhaps_left.is_some() => {
                (ContactState::Used, self.context.now)
            }
            S::Scheduled | S::Claimed => (ContactState::Reserved, self.when_reserved(gesture)),
            S::Delivering if gesture.lease.as_ref().is_some_and(|lease| lease.for_test) => {
                (ContactState::Reserved, self.when_reserved(gesture))
            }
            S::Delivering => (ContactState::Used, self.context.now),
            S::Completed | S::Uncertain => (ContactState::Used, gesture.completed_at.unwrap_or(self.context.now)),
            S::Expired if gesture.rule.is_some() && gesture.tone == Tone::Cheerful => return,
            S::Held | S::Suppressed | S::Cancelled | S::Expired | S::Failed => {
                (ContactState::Released, gesture.schedule.due_at)
            }
        };
        let known = self.world.contact_for(gesture.id).cloned();
        if known.is_none() && state == ContactState::Released {
            return;
        }
        let at = match &known {
            Some(place) if place.state == ContactState::Used && state == ContactState::Used => place.at,
            _ => at,
        };
        let id = known.map_or_else(|| self.new_id(), |place| place.id);
        self.world.contacts.put(id, place_for(gesture, id, at, state));
    }

    /// The instant for which a gesture reserves its place: what is due already happens now at the earliest, or when it
    /// is offered again.
    fn when_reserved(&self, gesture: &Gesture) -> Timestamp {
        gesture.schedule.due_at.max(self.context.now).max(gesture.schedule.rests_until.unwrap_or(Timestamp::MIN))
    }

    /// Takes back what an interaction had planned, as far as it has not begun.
    ///
    /// # Errors
    /// As for [`Ledger::move_gesture`].
    pub fn cancel_gestures_for(
        &mut self,
        interaction: InteractionId,
        reason: Reason,
        explanation: &str,
        which: impl Fn(&Gesture) -> bool,
    ) -> Result<(), Refusal> {
        let pending = self.world.gestures_for(interaction).filter(|g| which(g)).map(|g| g.id).collect();
        self.cancel(pending, reason, explanation)
    }

    /// Takes back what can be taken back of these.
    ///
    /// # Errors
    /// As for [`Ledger::move_gesture`].
    pub fn cancel(&mut self, gestures: Vec<GestureId>, reason: Reason, explanation: &str) -> Result<(), Refusal> {
        self.end(gestures, GestureState::Cancelled, reason, explanation)
    }

    /// Ends those of these that can end so; what is on its way is not tried again. Each is looked at in its turn, since
    /// the end of one may have moved another.
    ///
    /// # Errors
    /// As for [`Ledger::move_gesture`].
    pub fn end(
        &mut self,
        gestures: Vec<GestureId>,
        end: GestureState,
        reason: Reason,
        explanation: &str,
    ) -> Result<(), Refusal> {
        for id in gestures {
            if let Some(gesture) = self.world.gestures.get(&id).cloned() {
                self.end_or_try_no_more(gesture, end, reason, explanation)?;
            }
        }
        Ok(())
    }

    /// Ends a gesture, if it can end so. One that is on its way, or of which nobody knows, can't be taken back (4.6):
    /// it counts if it arrives, and is not tried again if it does not. Whatever else became of it stays.
    ///
    /// # Errors
    /// As for [`Ledger::move_gesture`].
    pub fn end_or_try_no_more(
        &mut self,
        mut gesture: Gesture,
        end: GestureState,
        reason: Reason,
        explanation: &str,
    ) -> Result<Gesture, Refusal> {
        if gesture.state.may_become(end) {
            return self.move_gesture(gesture, end, Some(reason), explanation);
        }
        let is_under_way = matches!(gesture.state, GestureState::Delivering | GestureState::Uncertain);
        if !is_under_way || !doubt::is_for_good(reason) {
            return Ok(gesture);
        }
        doubt::end_after_this(&mut gesture, reason, explanation);
        let detail = EventDetail {
            reason: Some(reason.to_string()),
            state: Some(gesture.state.to_string()),
            ..EventDetail::default()
        };
        self.note(EventKind::GestureReplanned, Subject::Gesture(gesture.id), Some(gesture.customer), detail);
        self.keep_quietly(gesture)
    }

    /// Holds the cheerful gestures of a customer that have not begun (P7). What has ended stays so: only parting two
    /// records brings back what their merge had suppressed.
    ///
    /// # Errors
    /// As for [`Ledger::move_gesture`].
    pub fn hold_cheer(&mut self, customer: CustomerId, reason: Reason, explanation: &str) -> Result<(), Refusal> {
        let cheerful: Vec<_> = self
            .world
            .gestures_of(customer)
            .filter(|g| g.tone == Tone::Cheerful && !g.state.is_final() && g.state.may_become(GestureState::Held))
            .cloned()
            .collect();
        for gesture in cheerful {
            self.move_gesture(gesture, GestureState::Held, Some(reason), explanation)?;
        }
        Ok(())
    }
}

const fn event_of(state: GestureState) -> EventKind {
    match state {
        GestureState::Scheduled => EventKind::GestureReleased,
        GestureState::Claimed => EventKind::GestureClaimed,
        GestureState::Delivering => EventKind::GestureDelivering,
        GestureState::Completed => EventKind::GestureCompleted,
        GestureState::Held => EventKind::GestureHeld,
        GestureState::Suppressed => EventKind::GestureSuppressed,
        GestureState::Cancelled => EventKind::GestureCancelled,
        GestureState::Expired => EventKind::GestureExpired,
        GestureState::Failed => EventKind::GestureFailed,
        GestureState::Uncertain => EventKind::GestureUncertain,
    }
}
