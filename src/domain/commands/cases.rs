//! Something went wrong for a customer, and is put right.

use super::Once;
use crate::domain::{
    case::{Case, CaseOrigin, CaseState},
    gesture::{Gesture, GestureKind, GestureState, Reason},
    ids::{CaseId, CustomerId, InteractionId},
    ledger::{Ledger, NewCase},
    refusal::{Precondition, Refusal},
    replan::{Replan, replan_pending},
    world::{Actor, Command, Context, EventDetail, EventKind, Miss, Needs, Replay, Subject, World},
};
use jiff::Timestamp;

/// A person opens a case: cheerful gestures to the customer wait (P7).
#[derive(Debug, Clone)]
pub struct OpenCase {
    /// Who opens it.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// For whom it went wrong.
    pub customer: CustomerId,
    /// The interaction in which it showed, of the same customer.
    pub interaction: Option<InteractionId>,
    /// What happened, in words the customer may read.
    pub summary: String,
    /// 1 (a nuisance) to 5 (grave).
    pub severity: u8,
}

/// A case as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseReply {
    /// The case.
    pub case: Case,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

impl Command for OpenCase {
    type Reply = CaseReply;

    fn needs(&self) -> Needs {
        Needs {
            keys: self.once.keys.iter().cloned().collect(),
            customers: [self.customer].into(),
            interactions: self.interaction.into_iter().collect(),
            ..Needs::default()
        }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<CaseReply, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(resource) = self.once.replay(&ledger)? {
            return replayed(ledger.world, &resource);
        }
        let customer = ledger.world.customer(self.customer)?.id;
        self.check_interaction(ledger.world, customer)?;
        let case = ledger.open_another_case(NewCase {
            id: None,
            customer,
            interaction: self.interaction,
            gesture: None,
            origin: CaseOrigin::Person,
            summary: self.summary.clone(),
            severity: self.severity,
        })?;
        self.once.remember(&mut ledger, &Subject::Case(case.id).to_string());
        Ok(CaseReply { case, replayed: false })
    }
}

impl OpenCase {
    fn check_interaction(&self, world: &World, customer: CustomerId) -> Result<(), Refusal> {
        let Some(id) = self.interaction else { return Ok(()) };
        let found = world.interactions.get(&id).ok_or_else(|| Refusal::not_found("interaction", &id))?;
        let whose = found.customer.map(|whose| world.customer(whose)).transpose()?;
        if whose.is_some_and(|whose| whose.id == customer) {
            Ok(())
        } else {
            Err(Refusal::invalid("case.interaction", "is not an interaction of this customer"))
        }
    }
}

/// Settles a case. The recovery contact comes first; the cheer that waited follows while it is fresh, or ends stale.
#[derive(Debug, Clone)]
pub struct ResolveCase {
    /// Who resolves it.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The case.
    pub id: CaseId,
    /// The version that was read; any, when not said.
    pub version: Option<i64>,
    /// Why it happened; `None` when that was looked for and not found.
    pub root_cause: Option<String>,
    /// What was done to put it right; empty when nothing was.
    pub remedy: String,
}

impl Command for ResolveCase {
    type Reply = CaseReply;

    fn needs(&self) -> Needs {
        Needs { keys: self.once.keys.iter().cloned().collect(), cases: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<CaseReply, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(resource) = self.once.replay(&ledger)? {
            return replayed(ledger.world, &resource);
        }
        let case = ledger.world.cases.get(&self.id).cloned().ok_or_else(|| Refusal::not_found("case", &self.id))?;
        self.check(&case)?;
        let case = close(&mut ledger, case, self.root_cause.clone(), self.remedy.clone())?;
        self.once.remember(&mut ledger, &Subject::Case(case.id).to_string());
        Ok(CaseReply { case, replayed: false })
    }
}

impl ResolveCase {
    fn check(&self, case: &Case) -> Result<(), Refusal> {
        let resource = Subject::Case(case.id).to_string();
        if case.state != CaseState::Open {
            let message = format!("{resource} is resolved already");
            return Err(Refusal::Precondition { kind: Precondition::CaseNotOpen, resource, message });
        }
        if self.version.is_some_and(|version| version != case.version) {
            return Err(Refusal::Stale { resource });
        }
        if self.root_cause.as_ref().is_some_and(|cause| cause.trim().is_empty()) {
            return Err(Refusal::invalid("root_cause", "is empty; say why it happened, or that no cause was found"));
        }
        Ok(())
    }
}

fn close(
    ledger: &mut Ledger<'_, '_>,
    mut case: Case,
    root_cause: Option<String>,
    remedy: String,
) -> Result<Case, Refusal> {
    case.state = CaseState::Resolved;
    case.no_cause_found = root_cause.is_none();
    case.root_cause = root_cause.unwrap_or_default();
    case.remedy = remedy;
    case.resolved_at = Some(ledger.now());
    case.version += 1;
    ledger.world.cases.put(case.id, case.clone());
    let detail = EventDetail { state: Some(case.state.to_string()), ..EventDetail::default() };
    ledger.note(EventKind::CaseResolved, Subject::Case(case.id), Some(case.customer), detail);
    after_resolving(ledger, &case)?;
    Ok(case)
}

/// Closes the case that an interaction's misery opened for a customer to whom it did not happen after all. What a
/// person opened stays open: they knew why.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub(super) fn close_unfounded(
    ledger: &mut Ledger<'_, '_>,
    interaction: InteractionId,
    customer: CustomerId,
    why: &str,
) -> Result<(), Refusal> {
    let opened_by_it = |case: &&Case| {
        case.state == CaseState::Open && case.origin == CaseOrigin::Misery && case.interaction == Some(interaction)
    };
    let unfounded = ledger.world.cases.of(customer.0).find(opened_by_it).cloned();
    unfounded.map_or(Ok(()), |case| close(ledger, case, Some(why.to_owned()), String::new()).map(drop))
}

/// With another case open, that one holds the cheer from now on; else the cheer is planned again.
fn after_resolving(ledger: &mut Ledger<'_, '_>, resolved: &Case) -> Result<(), Refusal> {
    let customer = resolved.customer;
    let next = ledger.world.open_case(customer).map(|case| case.id);
    let mut summary = ledger.world.summary(customer);
    summary.open_case = next;
    ledger.world.summaries.put(customer, summary);
    let held = |g: &Gesture| g.state == GestureState::Held && g.reason == Some(Reason::OpenCase);
    if let Some(next) = next {
        return hold_for(ledger, customer, next, held);
    }
    let how = Replan {
        from: Some(after_recovery(ledger, resolved)),
        within_deadline: true,
        reason: None,
        why: format!("{} was resolved; the recovery comes first.", Subject::Case(resolved.id)),
    };
    replan_pending(ledger, customer, &how, held)
}

/// Cheer goes on waiting, for another case.
fn hold_for(
    ledger: &mut Ledger<'_, '_>,
    customer: CustomerId,
    case: CaseId,
    held: impl Fn(&Gesture) -> bool,
) -> Result<(), Refusal> {
    let held: Vec<_> = ledger.world.gestures_of(customer).filter(|g| held(g)).cloned().collect();
    held.into_iter().try_for_each(|mut gesture| {
        gesture.explanation = format!("Waits until {} is resolved.", Subject::Case(case));
        ledger.replan_gesture(gesture).map(drop)
    })
}

/// Not within the pause, and not before a pause after the apology that is still to come.
fn after_recovery(ledger: &Ledger<'_, '_>, resolved: &Case) -> Timestamp {
    let to_come = |g: &&Gesture| {
        (g.kind == GestureKind::Apology || g.case == Some(resolved.id))
            && matches!(g.state, GestureState::Scheduled | GestureState::Claimed | GestureState::Delivering)
    };
    let apologies = ledger.world.gestures_of(resolved.customer).filter(to_come).map(|g| g.schedule.due_at);
    let recovery = apologies.max().map_or(ledger.now(), |due| due.max(ledger.now()));
    recovery.checked_add(ledger.world.settings.recovery_pause).unwrap_or(Timestamp::MAX)
}

fn replayed(world: &World, resource: &str) -> Result<CaseReply, Refusal> {
    let id = resource.strip_prefix("cases/").and_then(|id| id.parse().ok()).map(CaseId);
    let id = id.ok_or_else(|| Refusal::NotFound { kind: "case", name: resource.to_owned() })?;
    let needs = || Needs { cases: [id].into(), ..Needs::default() };
    let case = world.cases.get(&id).cloned().ok_or_else(|| Refusal::Miss(Miss::More(Box::new(needs()))))?;
    Ok(CaseReply { case, replayed: true })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::{
        customer::Customer,
        gesture::Tone,
        testkit::{Kit, actor, at, call, customer, once, unkeyed, visit},
    };
    use jiff::SignedDuration;

    const MONDAY_10: &str = "2026-11-23T10:00";

    fn kit() -> (Kit, Customer) {
        let ana = customer(1);
        (Kit::new(at(MONDAY_10)).with_customer(&ana), ana)
    }

    fn open(customer: &Customer) -> OpenCase {
        OpenCase {
            actor: actor(),
            once: unkeyed(),
            customer: customer.id,
            interaction: None,
            summary: "The rake broke.".to_owned(),
            severity: 3,
        }
    }

    fn resolve(id: CaseId) -> ResolveCase {
        ResolveCase {
            actor: actor(),
            once: unkeyed(),
            id,
            version: None,
            root_cause: Some("a bad batch".to_owned()),
            remedy: "a new rake".to_owned(),
        }
    }

    #[test]
    fn p7_an_open_case_holds_cheer_and_its_end_plans_it_anew_not_within_the_hour() {
        let (kit, ana) = kit();
        let cheer = call(1, &ana, at("2026-11-23T10:15"));
        let mut kit = kit.with_gesture(&cheer);
        let case = kit.run(&open(&ana)).unwrap().case;
        assert_eq!(kit.world.summary(ana.id).open_case, Some(case.id));
        assert_eq!(kit.gesture(cheer.id).state, GestureState::Held);

        kit.run_at(at("2026-11-23T10:30"), &resolve(case.id)).unwrap();
        let again = kit.gesture(cheer.id);
        assert_eq!((again.state, again.schedule.due_at), (GestureState::Scheduled, at("2026-11-23T11:30")));
        assert_eq!(again.schedule.deadline_at, cheer.schedule.deadline_at);
        assert!(again.schedule.steps.iter().any(|step| step.text.contains(&case.id.to_string())));
        assert_eq!(kit.world.summary(ana.id).open_case, None);
    }

    #[test]
    fn p7_cheer_comes_after_the_pending_apology() {
        let (kit, ana) = kit();
        let cheer = call(1, &ana, at("2026-11-23T10:15"));
        let mut sorry = call(2, &ana, at("2026-11-23T16:00"));
        (sorry.kind, sorry.tone) = (GestureKind::Apology, Tone::Caring);
        let mut kit = kit.with_gesture(&cheer).with_gesture(&sorry);
        let case = kit.run(&open(&ana)).unwrap().case;
        assert_eq!(kit.gesture(sorry.id).state, GestureState::Scheduled, "care is not held");
        kit.run(&resolve(case.id)).unwrap();
        assert_eq!(kit.gesture(cheer.id).schedule.due_at, at("2026-11-23T17:00"));
    }

    #[test]
    fn p7_cheer_that_is_no_longer_fresh_ends_stale() {
        let (kit, ana) = kit();
        let cheer = call(1, &ana, at(MONDAY_10));
        let mut kit = kit.with_gesture(&cheer);
        let case = kit.run(&open(&ana)).unwrap().case;
        kit.run_at(at("2026-11-25T09:30"), &resolve(case.id)).unwrap();
        let stale = kit.gesture(cheer.id);
        assert_eq!((stale.state, stale.reason), (GestureState::Expired, Some(Reason::Stale)));
    }

    #[test]
    fn p7_the_next_open_case_keeps_holding() {
        let (kit, ana) = kit();
        let cheer = call(1, &ana, at("2026-11-23T12:00"));
        let mut kit = kit.with_gesture(&cheer);
        let first = kit.run(&open(&ana)).unwrap().case;
        let second = kit.run_at(at("2026-11-23T10:05"), &open(&ana)).unwrap().case;
        assert_ne!(first.id, second.id);
        kit.run(&resolve(first.id)).unwrap();
        let held = kit.gesture(cheer.id);
        assert_eq!((held.state, held.reason), (GestureState::Held, Some(Reason::OpenCase)));
        assert!(held.explanation.contains(&second.id.to_string()), "{}", held.explanation);
        assert_eq!(kit.world.summary(ana.id).open_case, Some(second.id));
        kit.run(&resolve(second.id)).unwrap();
        assert_eq!(kit.gesture(cheer.id).state, GestureState::Scheduled);
    }

    #[test]
    fn p7_cheer_that_also_waits_for_grief_goes_on_waiting() {
        let (kit, ana) = kit();
        let mut kit = kit.with_gesture(&call(1, &ana, at("2026-11-23T12:00")));
        let case = kit.run(&open(&ana)).unwrap().case;
        kit.change(|ledger| {
            let mut summary = ledger.world.summary(ana.id);
            summary.grieving_since = Some(ledger.now());
            ledger.world.summaries.put(ana.id, summary);
            Ok(())
        });
        kit.run(&resolve(case.id)).unwrap();
        let held = kit.world.gestures_of(ana.id).next().unwrap();
        assert_eq!((held.state, held.reason), (GestureState::Held, Some(Reason::OwnLife)));
    }

    #[test]
    fn resolving_needs_a_cause_or_that_none_was_found() {
        let (mut kit, ana) = kit();
        let case = kit.run(&open(&ana)).unwrap().case;
        let blank = ResolveCase { root_cause: Some(" ".to_owned()), ..resolve(case.id) };
        assert!(matches!(kit.run(&blank), Err(Refusal::Invalid(_))));
        let stale = ResolveCase { version: Some(4), ..resolve(case.id) };
        assert!(matches!(kit.run(&stale), Err(Refusal::Stale { .. })));
        let unknown = ResolveCase { root_cause: None, version: Some(1), ..resolve(case.id) };
        let resolved = kit.run(&unknown).unwrap().case;
        assert!(resolved.no_cause_found && resolved.root_cause.is_empty());
        let again = kit.run(&resolve(case.id));
        assert!(matches!(again, Err(Refusal::Precondition { kind: Precondition::CaseNotOpen, .. })));
    }

    #[test]
    fn p2_repeated_calls_change_nothing() {
        let (mut kit, ana) = kit();
        let keyed = OpenCase { once: once("r-1", "a"), ..open(&ana) };
        let first = kit.run(&keyed).unwrap();
        let again = kit.run(&keyed).unwrap();
        assert_eq!((again.case, again.replayed), (first.case.clone(), true));
        let keyed = ResolveCase { once: once("r-2", "a"), ..resolve(first.case.id) };
        kit.run(&keyed).unwrap();
        let later = kit.now.checked_add(SignedDuration::from_hours(1)).unwrap();
        assert!(kit.run_at(later, &keyed).unwrap().replayed);
        assert_eq!(kit.world.cases.values().count(), 1);
    }

    #[test]
    fn the_interaction_must_be_the_customers_own() {
        let (kit, ana) = kit();
        let bo = customer(2);
        let visit = visit(1, &bo, at("2026-11-22T15:00"));
        let mut kit = kit.with_customer(&bo).with_interaction(&visit);
        let foreign = OpenCase { interaction: Some(visit.id), ..open(&ana) };
        assert!(matches!(kit.run(&foreign), Err(Refusal::Invalid(_))));
    }
}
