//! The ledger at the moment of writing: every change of a gesture, an obligation, a place in the budget or a summary
//! goes through here, so that each leaves its event and keeps its neighbours true.

use super::{
    budget::place_for,
    capacity::{Calls, FreedDay, call_day},
    case::{Case, CaseOrigin, CaseState},
    customer::Customer,
    doubt,
    gesture::{ContactState, Gesture, GestureState, Reason, Tone},
    ids::{CaseId, CustomerId, GestureId, InteractionId, LocationId},
    interaction::Interaction,
    obligation::{self, Obligation},
    promise, recovery,
    refusal::Refusal,
    summary::Summary,
    upcoming::{AT_ONCE, look_after, next_look},
    world::{Actor, Context, Event, EventDetail, EventKind, Miss, Needs, Subject, World},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The world while one command changes it.
#[derive(Debug)]
pub struct Ledger<'a, 'c> {
    /// What is loaded.
    pub world: &'a mut World,
    /// The instant, and where ids come from.
    pub context: &'a mut Context<'c>,
    /// Who acts.
    pub actor: &'a Actor,
}

impl Ledger<'_, '_> {
    /// The instant of the command.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.context.now
    }

    /// A new id.
    pub fn new_id(&mut self) -> Uuid {
        self.context.ids.next(self.context.now)
    }

    /// Asks for more of the ledger, once: what was loaded stays true while the group decides.
    ///
    /// # Errors
    /// [`Refusal::Miss`] when it is not loaded yet.
    pub fn require(&self, needs: Needs) -> Result<(), Refusal> {
        if self.world.granted.contains(&needs) { Ok(()) } else { Err(Refusal::Miss(Miss::More(Box::new(needs)))) }
    }

    /// Notes a change.
    pub fn note(&mut self, kind: EventKind, subject: Subject, customer: Option<CustomerId>, detail: EventDetail) {
        let event = Event { at: self.context.now, kind, subject, customer, actor: self.actor.clone(), detail };
        self.world.note(event);
    }

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
    /// beforehand are kept; one that completes does so now, unless it says when. One that may have left and would end as
    /// if it had not, or be held, is uncertain instead (P4): the gesture comes back as it is then.
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

    /// Puts a gesture back as it was before an action that is taken back. That is no move: within the minute nobody else
    /// has touched it.
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
    /// on (also while uncertain, or when it may have left), given back when it was stopped or taken back. A rule's cheer
    /// that expired keeps the place it has: that nobody found the time for two notes is no reason to plan a third.
    /// Condolence, and what a person wished, gives it back: it reached nobody, and no other of it follows by itself.
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

    /// The instant for which a gesture reserves its place: what is due already happens now at the earliest, or when it is
    /// offered again.
    fn when_reserved(&self, gesture: &Gesture) -> Timestamp {
        gesture.schedule.due_at.max(self.context.now).max(gesture.schedule.rests_until.unwrap_or(Timestamp::MIN))
    }

    /// Derives the obligation of an interaction anew, and of those that follow it.
    ///
    /// # Errors
    /// [`Refusal::Miss`] when the interaction is not loaded with all that comes with it.
    pub fn refresh_obligation(&mut self, id: InteractionId) -> Result<(), Refusal> {
        let known = self.world.obligations.get(&id).cloned().ok_or_else(|| self.missing_with_all_pending(id))?;
        self.derive_obligation(id, known)
    }

    /// Asks for an interaction, and for those of all that is pending for whoever has a gesture that answers it: what ends
    /// one of their gestures seldom leaves the others alone, and each question is a round of reads.
    fn missing_with_all_pending(&self, id: InteractionId) -> Refusal {
        let customers: BTreeSet<_> = self.world.gestures_for(id).map(|gesture| gesture.customer).collect();
        let mut interactions = self.unknown_to_pending(customers);
        interactions.insert(id);
        Refusal::Miss(Miss::More(Box::new(Needs { interactions, ..Needs::default() })))
    }

    /// Asks at once for all that the pending gestures of several customers answer, for whoever is about to move them.
    ///
    /// # Errors
    /// [`Refusal::Miss`] when some of it is not loaded.
    pub fn require_pending(&self, customers: impl IntoIterator<Item = CustomerId>) -> Result<(), Refusal> {
        let interactions = self.unknown_to_pending(customers);
        if interactions.is_empty() { Ok(()) } else { self.require(Needs { interactions, ..Needs::default() }) }
    }

    /// The interactions that pending gestures of these answer, as far as they are not loaded.
    fn unknown_to_pending(&self, customers: impl IntoIterator<Item = CustomerId>) -> BTreeSet<InteractionId> {
        let pending = customers.into_iter().flat_map(|customer| self.world.gestures_of(customer));
        let interactions = pending.filter(|g| !g.state.is_final()).filter_map(|g| g.interaction);
        interactions.filter(|id| self.world.obligations.get(id).is_none()).collect()
    }

    /// Derives an obligation from what is known of its interaction; `before` carries what is not derived.
    ///
    /// # Errors
    /// [`Refusal::Miss`] when the interaction is not loaded.
    pub fn derive_obligation(&mut self, id: InteractionId, before: Obligation) -> Result<(), Refusal> {
        let interaction = self.world.interactions.get(&id).ok_or_else(|| missing_interaction(id))?;
        if let Some(visit) = interaction.joined
            && self.world.obligations.get(&visit).is_none()
        {
            return Err(missing_interaction(visit));
        }
        let whose = interaction.customer;
        let evidence = obligation::Evidence {
            interaction,
            decisions: self.world.decisions_for(id).filter(|d| Some(d.customer) == whose && d.stands()).collect(),
            gestures: self.world.gestures_for(id).filter(|g| Some(g.customer) == whose && g.stands()).collect(),
            visit: interaction.joined.and_then(|visit| self.world.obligations.get(&visit)),
        };
        let known = self.world.obligations.get(&id);
        let derived = obligation::derive(&evidence, before, self.context.now);
        if known == Some(&derived) {
            return Ok(());
        }
        if known.is_some_and(|k| k.state != derived.state) {
            let detail = EventDetail {
                state: Some(derived.state.to_string()),
                reason: derived.reason.map(|r| r.to_string()),
                ..EventDetail::default()
            };
            self.note(EventKind::ObligationChanged, Subject::Interaction(id), derived.customer, detail);
        }
        self.world.obligations.put(id, derived);
        let followers: Vec<_> = self.world.followers(id).map(|o| o.interaction).collect();
        followers.into_iter().try_for_each(|follower| self.refresh_obligation(follower))
    }

    /// Settles an obligation by a person's word, and with it those that follow it.
    ///
    /// # Errors
    /// [`Refusal::Miss`] when the interaction is not loaded.
    pub fn settle_obligation(&mut self, settled: Obligation) -> Result<(), Refusal> {
        let id = settled.interaction;
        let detail = EventDetail {
            state: Some(settled.state.to_string()),
            reason: settled.reason.map(|reason| reason.to_string()),
            ..EventDetail::default()
        };
        self.note(EventKind::ObligationChanged, Subject::Interaction(id), settled.customer, detail);
        let settled = Obligation { updated_at: self.context.now, ..settled };
        self.world.obligations.put(id, settled.clone());
        self.derive_obligation(id, settled)?;
        let followers: Vec<_> = self.world.followers(id).map(|o| o.interaction).collect();
        followers.into_iter().try_for_each(|follower| self.refresh_obligation(follower))
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

    /// Ends those of these that can end so; what is on its way is not tried again. Each is looked at in its turn, since the
    /// end of one may have moved another.
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

    /// Ends a gesture, if it can end so. One that is on its way, or of which nobody knows, can't be taken back (4.6): it
    /// counts if it arrives, and is not tried again if it does not. Whatever else became of it stays.
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

    /// Holds the cheerful gestures of a customer that have not begun (P7). What has ended stays so: only parting two records
    /// brings back what their merge had suppressed.
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

    /// Opens a case and holds what is cheerful; with one open already, only that one's evidence grows (by the event).
    ///
    /// # Errors
    /// As for [`Ledger::move_gesture`].
    pub fn open_case(&mut self, new: NewCase) -> Result<Case, Refusal> {
        if let Some(open) = self.world.open_case(new.customer).cloned() {
            return Ok(open);
        }
        self.open_another_case(new)
    }

    /// Opens a case beside those that may be open, and holds what is cheerful.
    ///
    /// # Errors
    /// As for [`Ledger::move_gesture`].
    pub fn open_another_case(&mut self, new: NewCase) -> Result<Case, Refusal> {
        let location = new.location.clone().or_else(|| self.place_of(&new));
        let case = Case {
            id: new.id.unwrap_or_else(|| CaseId(self.new_id())),
            customer: new.customer,
            interaction: new.interaction,
            gesture: new.gesture,
            state: CaseState::Open,
            location,
            origin: new.origin,
            summary: new.summary,
            severity: new.severity,
            assignee: new.assignee,
            root_cause: String::new(),
            no_cause_found: false,
            remedy: String::new(),
            remedies: Vec::new(),
            recovery: None,
            reopened: None,
            opened_at: self.context.now,
            resolved_at: None,
            version: 1,
        };
        let detail = EventDetail { reason: Some(case.origin.to_string()), ..EventDetail::default() };
        self.note(EventKind::CaseOpened, Subject::Case(case.id), Some(case.customer), detail);
        self.world.cases.put(case.id, case.clone());
        let mut summary = self.world.summary(case.customer);
        summary.open_case.get_or_insert(case.id);
        self.world.summaries.put(case.customer, summary);
        let explanation = format!("Waits until cases/{} is resolved.", case.id);
        self.hold_cheer(case.customer, Reason::OpenCase, &explanation)?;
        Ok(case)
    }

    /// Where it went wrong, else where the customer was last seen.
    fn place_of(&self, new: &NewCase) -> Option<LocationId> {
        let interaction = || Some(self.world.interactions.get(&new.interaction?)?.location.clone());
        let gesture = || Some(self.world.gestures.get(&new.gesture?)?.location.clone());
        let last_seen = || self.world.summary(new.customer).last.map(|last| last.location);
        interaction().or_else(gesture).or_else(last_seen)
    }

    /// Counts an interaction that is new to its customer's summary.
    ///
    /// # Errors
    /// [`Refusal::Miss`] when it lies before the last visit day and the other days are not loaded.
    pub fn count_interaction(&mut self, interaction: &Interaction) -> Result<(), Refusal> {
        let Some(customer) = interaction.customer else { return Ok(()) };
        let mut summary = self.world.summary(customer);
        if interaction.counts_as_visit_day() {
            let days = self.visit_days_before(customer, interaction.id);
            summary
                .add_visit_day(interaction.local_date, days.as_ref())
                .map_err(|_| Refusal::Miss(Miss::VisitDays(customer)))?;
            if let Some(mut days) = days.filter(|_| self.world.visit_days.get(&customer).is_some()) {
                *days.entry(interaction.local_date).or_default() += 1;
                self.world.visit_days.put(customer, days);
            }
        }
        summary.count(interaction);
        summary.add_spend(interaction, 1);
        self.keep_history(summary);
        Ok(())
    }

    /// The visit days of a customer without a new interaction, where they are known: of a new customer they always are.
    fn visit_days_before(&self, customer: CustomerId, new: InteractionId) -> Option<BTreeMap<Date, u32>> {
        let known = self.world.visit_days.get(&customer).cloned();
        known.or_else(|| {
            let others = || self.world.interactions_of(customer).filter(|i| i.id != new);
            self.world.customers.is_new(&customer).then(|| visit_days(others()))
        })
    }

    /// Keeps the summary true after the content of an interaction changed.
    pub fn recount_interaction(&mut self, before: &Interaction, after: &Interaction) {
        let Some(customer) = after.customer else { return };
        let mut summary = self.world.summary(customer);
        if self.world.joined_to(after.id).next().is_none() {
            summary.add_spend(before, -1);
            summary.add_spend(after, 1);
        }
        summary.see(after);
        self.world.summaries.put(customer, summary);
    }

    /// Makes a customer's summary anew from all their interactions.
    ///
    /// # Errors
    /// [`Refusal::Miss`] when these are not loaded.
    pub fn rebuild_summary(&mut self, customer: CustomerId) -> Result<(), Refusal> {
        if !self.world.histories.contains(&customer) && !self.world.customers.is_new(&customer) {
            return Err(Refusal::Miss(Miss::History(customer)));
        }
        let rebuilt = self.world.summary(customer).rebuilt(self.world.interactions_of(customer));
        self.keep_history(rebuilt);
        if self.world.visit_days.get(&customer).is_some() {
            let days = visit_days(self.world.interactions_of(customer));
            self.world.visit_days.put(customer, days);
        }
        Ok(())
    }

    /// Keeps a summary whose visits may have changed, and when its customer must be looked at by them.
    fn keep_history(&mut self, mut summary: Summary) {
        let before = self.world.summary(summary.customer);
        let seen = |it: &Summary| (it.last_visit, it.last_spoken);
        if seen(&summary) != seen(&before) {
            summary.known_on = Some(TimeZone::UTC.to_datetime(self.context.now).date());
        }
        if let Some(customer) = self.world.customers.get(&summary.customer) {
            summary.look_at = look_after(customer, &summary, self.context.now, before.look_at);
        }
        self.world.summaries.put(summary.customer, summary);
    }

    /// Has a customer looked at whose dates changed, if a day is near; later, if one comes near later.
    pub fn look_at_dates(&mut self, customer: &Customer) {
        let mut summary = self.world.summary(customer.id);
        if summary.look_at == AT_ONCE {
            return;
        }
        let look_at = next_look(customer, &summary, self.context.now, self.context.now);
        if summary.look_at != look_at {
            summary.look_at = look_at;
            self.world.summaries.put(customer.id, summary);
        }
    }

    fn count_promise(&mut self, customer: CustomerId, by: i32) {
        let mut summary = self.world.summary(customer);
        summary.open_promises = summary.open_promises.saturating_add_signed(by);
        self.world.summaries.put(customer, summary);
    }
}

/// A case to open.
#[derive(Debug, Clone)]
pub struct NewCase {
    /// The caller's own id for it.
    pub id: Option<CaseId>,
    /// For whom.
    pub customer: CustomerId,
    /// The interaction in which it showed.
    pub interaction: Option<InteractionId>,
    /// The gesture in which it showed.
    pub gesture: Option<GestureId>,
    /// Where it is put right; where it showed, or the customer was last seen, when not said.
    pub location: Option<LocationId>,
    /// What opened it.
    pub origin: CaseOrigin,
    /// What happened.
    pub summary: String,
    /// 1 to 5.
    pub severity: u8,
    /// Who takes care of it; empty when that is open.
    pub assignee: String,
}

/// How many interactions make each visit day.
fn visit_days<'a>(interactions: impl Iterator<Item = &'a Interaction>) -> BTreeMap<Date, u32> {
    let mut days = BTreeMap::new();
    for interaction in interactions.filter(|i| i.counts_as_visit_day()) {
        *days.entry(interaction.local_date).or_default() += 1;
    }
    days
}

/// Asks for an interaction with all that comes with it.
#[must_use]
pub fn missing_interaction(id: InteractionId) -> Refusal {
    let needs = Needs { interactions: BTreeSet::from([id]), ..Needs::default() };
    Refusal::Miss(Miss::More(Box::new(needs)))
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
