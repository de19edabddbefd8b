//! Days come round and customers go silent, although nothing happens.

use super::telling::{Telling, ana, rule, somebody};
use crate::support::ledger::LOCATION;
use gratitude::{
    app::App,
    clock::Clock,
    domain::{
        commands::who::Who,
        customer::BirthDate,
        gesture::{Gesture, GestureState, Reason},
        ids::CustomerId,
        obligation::Decision,
        refusal::Refusal,
        world::{Command, Context, Needs, World},
    },
    store::{PageRequest, TimelineEntry},
};
use std::sync::Arc;

/// What a customer is to get, and why.
struct Planned(CustomerId);

impl Command for Planned {
    type Reply = (Vec<Gesture>, Vec<Decision>);

    fn needs(&self) -> Needs {
        Needs { customers: [self.0].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, _: &mut Context<'_>) -> Result<Self::Reply, Refusal> {
        let gestures = world.gestures_of(self.0).cloned().collect();
        Ok((gestures, world.decisions_of(self.0).filter(|it| it.interaction.is_none()).cloned().collect()))
    }
}

fn app(story: &Telling) -> App {
    App::new(story.ledger.store.clone(), Clock::manual(story.ledger.now()), Arc::clone(&story.ledger.settings))
}

/// Whoever's time has come is looked at.
async fn look(story: &Telling) -> u64 {
    app(story).look_ahead(story.ledger.now(), 500).await.expect("looked").changed
}

fn bea(birth_date: BirthDate) -> Who {
    somebody("+351910000002", |bea| {
        bea.display_name = "Bea".to_owned();
        bea.birth_date = Some(birth_date);
    })
}

both_engines! {
    async fn p4_a_birthday_is_greeted_once_although_two_replicas_look_at_once(database) {
        let story = Telling::begin(database).await;
        let visit = story.stops_by(bea(BirthDate { year: None, month: 3, day: 20 })).await;
        let bea = visit.interaction.customer.expect("she is known");
        assert_eq!(look(&story).await, 0, "her day is not near yet");
        story.at("2026-03-06T12:00");
        let (one, other) = (app(&story), app(&story));
        let now = story.ledger.now();
        let (one, other) = tokio::join!(one.look_ahead(now, 500), other.look_ahead(now, 500));
        assert_eq!(one.expect("looked").changed + other.expect("looked").changed, 1);
        let (gestures, decisions) = story.submit(Planned(bea)).await;
        let [decision] = decisions.as_slice() else { panic!("one decision, not {decisions:?}") };
        assert_eq!(decision.occurrence, format!("{bea}/birthday/2026"));
        let greeting = gestures.iter().find(|it| Some(it.id) == decision.gesture).expect("it is planned");
        assert_eq!((rule(greeting), greeting.schedule.planned_local.as_str()), ("birthday", "2026-03-20T09:00"));
        assert!(greeting.interaction.is_none() && greeting.location.as_str() == LOCATION);

        story.at("2026-03-10T12:00");
        assert_eq!(look(&story).await, 1, "as long as it is near, daily");
        assert_eq!(story.submit(Planned(bea)).await.1.len(), 1);
        story.at("2026-03-20T09:00");
        let given = story.carries_out(greeting).await;
        assert_eq!(given.state, GestureState::Completed);
    }

    async fn a_regular_who_stays_away_is_called_unless_they_come_back(database) {
        let story = Telling::begin(database).await;
        let mut customer = None;
        for day in ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"] {
            story.at(&format!("{day}T10:00"));
            customer = story.stops_by(ana()).await.interaction.customer;
        }
        let ana_id = customer.expect("she is known");
        story.at("2026-04-07T11:59");
        assert_eq!(look(&story).await, 0, "a fortnight is twice her way, and not longer");
        story.at("2026-04-07T13:00");
        assert_eq!(look(&story).await, 1);
        let (gestures, decisions) = story.submit(Planned(ana_id)).await;
        assert_eq!(decisions[0].occurrence, format!("{ana_id}/silence/2026-03-23"));
        let call = gestures.iter().find(|it| Some(it.id) == decisions[0].gesture).expect("it is planned");
        assert_eq!((rule(call), call.schedule.planned_local.as_str()), ("call-to-a-silent-leaver", "2026-04-08T10:00"));

        story.at("2026-04-07T17:00");
        story.stops_by(ana()).await;
        let (gestures, _) = story.submit(Planned(ana_id)).await;
        assert!(gestures.iter().all(|it| it.id != call.id), "it is settled: {gestures:?}");
        let kept = story.ledger.store.gesture(call.id).await.expect("read").expect("it is there");
        assert_eq!((kept.state, kept.reason), (GestureState::Cancelled, Some(Reason::CameBack)));
    }

    async fn customers_of_before_are_looked_at_first_of_all(database) {
        use sea_orm::ConnectionTrait;
        let story = Telling::begin(database).await;
        let visit = story.stops_by(bea(BirthDate { year: None, month: 3, day: 4 })).await;
        // As the migration leaves those who were there.
        let before = "UPDATE customer_summaries SET look_at = 0, last_spoken = NULL, known_on = NULL";
        story.ledger.reader().await.execute_unprepared(before).await.expect("the test owns the database");
        assert_eq!(look(&story).await, 1);
        let bea = visit.interaction.customer.expect("she is known");
        assert_eq!(story.submit(Planned(bea)).await.1.len(), 1, "her birthday is in two days");
    }

    async fn p3_why_somebody_was_not_greeted_stands_in_their_timeline(database) {
        let story = Telling::begin(database).await;
        let bea = || bea(BirthDate { year: None, month: 3, day: 20 });
        for day in ["2026-03-02", "2026-03-04", "2026-03-06"] {
            story.at(&format!("{day}T10:00"));
            story.stops_by(bea()).await;
        }
        story.at("2026-03-06T12:30");
        assert_eq!(look(&story).await, 1);
        let id = story.stops_by(bea()).await.interaction.customer.expect("she is known");
        let mut stopped = Vec::new();
        let mut page = PageRequest { size: 1, after: None };
        loop {
            let read = story.ledger.store.timeline(id, &page).await.expect("read");
            stopped.extend(read.items.into_iter().filter_map(|entry| match entry {
                TimelineEntry::Decision(decision) => Some(*decision),
                _ => None,
            }));
            if read.next.is_none() {
                break;
            }
            page.after = read.next;
        }
        let [decision] = stopped.as_slice() else { panic!("one decision, once: {stopped:?}") };
        assert_eq!((decision.rule.as_str(), decision.reason), ("birthday", Some(Reason::OverBudget)));
        assert_eq!(decision.occurrence, format!("{id}/birthday/2026"));
    }
}
