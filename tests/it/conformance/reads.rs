//! What is read past the queue, on both engines alike.

use crate::support::ledger::{LOCATION, TestLedger};
use gratitude::{
    app::{App, Duplicates, NewCustomer},
    clock::Clock,
    domain::{
        commands::customers::OnMatch,
        customer::{Channel, CustomerKind, Identifier, IdentifierKey, IdentifierKind, Profile},
        filter::Filter,
        gesture::{GestureState, Lease, Reason},
        ids::GestureId,
        interaction::{Detail, Direction, InteractionChannel, InteractionKind, Outcome},
        obligation::ObligationState,
        refusal::Refusal,
        world::{Actor, Command, Context, Due, Needs, Subject, World},
    },
    store::{
        CoverageQuery, CustomersSeen, Lane, ObligationQuery, Page, PageRequest, QueueQuery, StoreError, filter::List,
    },
};
use jiff::SignedDuration;
use sea_orm::{ConnectionTrait, Statement};
use std::sync::Arc;

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn phone(number: u32) -> String {
    format!("+3519100000{number:02}")
}

fn key(number: u32) -> IdentifierKey {
    IdentifierKey { kind: IdentifierKind::Phone, system: String::new(), normalized: phone(number) }
}

/// Three customers, of whom the first comes on three days, buys once, and the others come once.
async fn a_few_days(ledger: &TestLedger) {
    for day in 0..3 {
        ledger.record(ledger.visit(&phone(1), &format!("visit {day}"))).await.expect("recorded");
        ledger.advance(DAY);
    }
    ledger.record(ledger.purchase(&phone(1), "purchase")).await.expect("recorded");
    for other in 2..4 {
        ledger.record(ledger.visit(&phone(other), &format!("other {other}"))).await.expect("recorded");
        ledger.advance(SignedDuration::from_secs(1));
    }
}

fn all(list: List) -> Filter {
    Filter::parse("", list.schema()).expect("an empty filter selects all")
}

/// Everything on all pages of a size.
async fn pages<T>(size: u32, mut read: impl AsyncFnMut(PageRequest) -> Result<Page<T>, StoreError>) -> Vec<T> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = read(PageRequest { size, after }).await.expect("a page");
        assert!(page.items.len() <= size as usize);
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

/// Takes the due gestures that the store offers, and leaves them in a state of somebody's having them.
struct TakeDue(Due, GestureState);

impl Command for TakeDue {
    type Reply = Vec<GestureId>;

    fn needs(&self) -> Needs {
        Needs { due: vec![self.0.clone()], ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Self::Reply, Refusal> {
        let due = |state, at| state == GestureState::Scheduled && at <= self.0.at;
        let mut offered: Vec<_> =
            world.gestures.values().filter(|g| due(g.state, g.schedule.due_at)).cloned().collect();
        offered.sort_by_key(|g| (std::cmp::Reverse(g.priority), g.schedule.due_at, g.id));
        offered.truncate(self.0.limit as usize);
        let until = context.now + SignedDuration::from_secs(60);
        let mut taken = Vec::new();
        for mut gesture in offered {
            taken.push(gesture.id);
            gesture.state = self.1;
            gesture.reason = (self.1 == GestureState::Uncertain).then_some(Reason::LeaseLapsed);
            gesture.lease = Some(Lease {
                owner: "w".to_owned(),
                token: 1,
                until,
                far_side_deduplicates: false,
                for_test: false,
                begun: None,
            });
            gesture.version += 1;
            world.gestures.put(gesture.id, gesture);
        }
        Ok(taken)
    }
}

both_engines! {
    async fn pages_put_together_are_the_list(database) {
        let ledger = TestLedger::open(database).await;
        a_few_days(&ledger).await;
        let store = &ledger.store;
        for size in [1, 2, 3, 500] {
            let interactions = pages(size, async |page| store.list_interactions(&all(List::Interactions), true, &page).await).await;
            assert_eq!(interactions.len(), 6);
            assert!(interactions.is_sorted_by_key(|i| (std::cmp::Reverse(i.start_at), std::cmp::Reverse(i.id))));
            let customers = pages(size, async |page| store.list_customers(&all(List::Customers), true, &page).await).await;
            assert_eq!(customers.len(), 3);
            assert!(customers.iter().all(|c| c.identifiers.len() == 1));
            let gestures = pages(size, async |page| store.list_gestures(&all(List::Gestures), true, &page).await).await;
            assert!(gestures.is_sorted_by_key(|g| (g.schedule.due_at, g.id)));
            let obligations = pages(size, async |page| store.list_obligations(&ObligationQuery::default(), &page).await).await;
            assert_eq!(obligations.len(), 6);
            let rules = pages(size, async |page| store.list_rules(false, &page).await).await;
            assert_eq!(rules.len(), gratitude::domain::starter::rules().len());
            let templates = pages(size, async |page| store.list_templates(false, &page).await).await;
            assert_eq!(templates.len(), gratitude::domain::template::starter::templates().len());
            assert_eq!(pages(size, async |page| store.list_locations(&page).await).await.len(), 1);
            assert_eq!(pages(size, async |page| store.list_cases(&all(List::Cases), true, &page).await).await, []);
        }
    }

    async fn the_timeline_holds_everything_once_newest_first(database) {
        let ledger = TestLedger::open(database).await;
        a_few_days(&ledger).await;
        let store = &ledger.store;
        let who = store.customers_with(&key(1)).await.expect("looked up")[0];
        let whole = pages(500, async |page| store.timeline(who, &page).await).await;
        assert!(whole.len() > 4, "four interactions and what answers them");
        for size in [1, 2, 3] {
            assert_eq!(pages(size, async |page| store.timeline(who, &page).await).await, whole);
        }
    }

    async fn p9_coverage_counts_both_who_bought_and_who_did_not(database) {
        let ledger = TestLedger::open(database).await;
        a_few_days(&ledger).await;
        let everything = CoverageQuery::default();
        let counts = ledger.store.coverage(&everything).await.expect("counted");
        let of = |kind, outcome| -> u64 {
            counts.iter().filter(|c| c.kind == kind && c.outcome == Some(outcome)).map(|c| c.count).sum()
        };
        assert_eq!(of(InteractionKind::Visit, Outcome::NotPurchased), 5);
        assert_eq!(of(InteractionKind::Purchase, Outcome::Purchased), 1);
        let seen = ledger.store.customers_seen(&everything).await.expect("counted");
        assert_eq!(seen, CustomersSeen { seen: 3, returning: 1 });

        let first_day = CoverageQuery {
            before: Some("2026-03-03T00:00:00Z".parse().expect("an instant")),
            location: Some(LOCATION.parse().expect("a slug")),
            ..CoverageQuery::default()
        };
        let counts = ledger.store.coverage(&first_day).await.expect("counted");
        assert_eq!(counts.iter().map(|c| c.count).sum::<u64>(), 1);
        let seen = ledger.store.customers_seen(&first_day).await.expect("counted");
        assert_eq!(seen, CustomersSeen { seen: 1, returning: 0 });
        let elsewhere = CoverageQuery { location: Some("porto".parse().expect("a slug")), ..CoverageQuery::default() };
        assert_eq!(ledger.store.coverage(&elsewhere).await.expect("counted"), []);
    }

    async fn the_desk_knows_who_returns(database) {
        let ledger = TestLedger::open(database).await;
        a_few_days(&ledger).await;
        let found = ledger.store.recognise(&[key(1), key(9)]).await.expect("looked up");
        assert_eq!(found.len(), 1);
        let known = &found[0];
        assert_eq!(known.summary.visit_days, 4);
        assert_eq!(known.open_case, None);
        assert_eq!(Some(&known.customer), ledger.store.customer(known.customer.id).await.expect("read").as_ref());
        assert_eq!(ledger.store.customers_at_desk(&[known.customer.id]).await.expect("read"), found);
        assert_eq!(ledger.store.recognise(&[key(9)]).await.expect("looked up"), []);
        let pending = ledger.store.pending_gestures(known.customer.id).await.expect("read");
        assert!(known.gestures.iter().all(|g| pending.contains(g)));
        let last = ledger.store.last_interaction_before(known.customer.id, ledger.now()).await.expect("read");
        assert_eq!(last.map(|i| i.detail.kind), Some(InteractionKind::Purchase));
    }

    async fn an_interaction_is_read_with_all_that_came_of_it(database) {
        let ledger = TestLedger::open(database).await;
        let recorded = ledger.record(ledger.visit(&phone(1), "one")).await.expect("recorded");
        let answered = ledger.store.answered(recorded.interaction.id).await.expect("read").expect("there");
        assert_eq!(answered.interaction, recorded.interaction);
        assert_eq!(answered.obligation, recorded.obligation);
        assert_eq!(answered.gestures, recorded.gestures);
        assert!(!answered.decisions.is_empty());
        let made_by = ledger.store.decision_of(&recorded.gestures[0]).await.expect("read");
        assert!(answered.decisions.contains(&made_by.expect("a rule made it")));
        let events = ledger.store.events_of(&Subject::Gesture(recorded.gestures[0].id), 10, None).await.expect("read");
        assert_eq!(events.len(), 1);
    }

    async fn p4_no_gesture_is_offered_to_two(database) {
        let ledger = TestLedger::open(database).await;
        for number in 0..30 {
            ledger.record(ledger.visit(&phone(number), &number.to_string())).await.expect("recorded");
        }
        ledger.advance(DAY * 3);
        let due = Due { at: ledger.now(), kinds: vec![], channels: vec![], locations: vec![], in_batches: Vec::new(), untested: false, far_side_deduplicates: false, due_from: None, limit: 7 };
        let offered = ledger.store.due_gestures(&due).await.expect("read");
        assert_eq!(offered.len(), 7);
        let claims = (0..6).map(|_| ledger.store.submit(Lane::Bulk, TakeDue(due.clone(), GestureState::Claimed)));
        let taken = futures_util::future::join_all(claims).await;
        let mut taken: Vec<GestureId> = taken.into_iter().flat_map(|ids| ids.expect("claimed")).collect();
        let count = taken.len();
        taken.sort_unstable();
        taken.dedup();
        assert_eq!((taken.len(), count), (30, 30));
        let lapsed = ledger.store.lapsed_leases(ledger.now() + SignedDuration::from_secs(60), 100).await.expect("read");
        assert_eq!(lapsed.len(), 30);
        assert_eq!(ledger.store.lapsed_leases(ledger.now(), 100).await.expect("read"), []);
    }

    async fn the_queue_of_a_day_runs_by_promise_priority_and_time(database) {
        let ledger = TestLedger::open(database).await;
        a_few_days(&ledger).await;
        let mut query = QueueQuery {
            location: LOCATION.parse().expect("a slug"),
            before: ledger.now() + DAY * 10,
            states: vec![GestureState::Scheduled],
            channels: vec![],
            kinds: vec![],
            roles: vec![],
            size: 500,
            after: None,
        };
        let whole = ledger.store.queue(&query).await.expect("read");
        assert!(whole.gestures.len() > 2 && whole.next.is_none());
        let rank = |g: &gratitude::domain::gesture::Gesture| {
            (std::cmp::Reverse((g.promised, g.priority)), g.schedule.due_at, g.id)
        };
        assert!(whole.gestures.is_sorted_by_key(rank));
        query.size = 1;
        let mut one_by_one = Vec::new();
        loop {
            let page = ledger.store.queue(&query).await.expect("read");
            one_by_one.extend(page.gestures);
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        assert_eq!(one_by_one, whole.gestures);
    }

    async fn the_queue_shows_what_people_do_and_what_is_uncertain_whatever_its_channel(database) {
        let ledger = TestLedger::open(database).await;
        a_few_days(&ledger).await;
        let mut query = QueueQuery {
            location: LOCATION.parse().expect("a slug"),
            before: ledger.now() + DAY * 10,
            states: vec![GestureState::Scheduled, GestureState::Uncertain],
            channels: vec![],
            kinds: vec![],
            roles: vec![],
            size: 500,
            after: None,
        };
        let scheduled = ledger.store.queue(&query).await.expect("read").gestures;
        query.channels = vec![scheduled[0].channel];
        let of_channel: Vec<_> = scheduled.iter().filter(|g| g.channel == scheduled[0].channel).cloned().collect();
        assert_eq!(ledger.store.queue(&query).await.expect("read").gestures, of_channel);
        query.channels = Channel::ALL.iter().copied().filter(|c| scheduled.iter().all(|g| g.channel != *c)).collect();
        assert_eq!(ledger.store.queue(&query).await.expect("read").gestures, []);
        let at = scheduled[0].schedule.due_at;
        let due = Due { at, kinds: vec![], channels: vec![], locations: vec![], in_batches: Vec::new(), untested: false, far_side_deduplicates: false, due_from: None, limit: 100 };
        let lost = ledger.store.submit(Lane::Bulk, TakeDue(due, GestureState::Uncertain)).await.expect("lost on the way");
        let listed = ledger.store.queue(&query).await.expect("read").gestures;
        assert!(!lost.is_empty() && listed.len() == lost.len());
    }

    async fn what_time_has_made_due_is_found(database) {
        let ledger = TestLedger::open(database).await;
        let mut detail = Detail::new(InteractionKind::Visit, InteractionChannel::InStore, Direction::Inbound);
        detail.expected_end = Some(ledger.now() + DAY * 2);
        let mut stay = ledger.recording(&phone(1), "stay", detail.clone());
        stay.new.end_at = None;
        detail.expected_end = None;
        let stay = ledger.record(stay).await.expect("recorded").interaction;
        ledger.advance(SignedDuration::from_secs(1));
        let mut visit = ledger.recording(&phone(2), "visit", detail);
        visit.new.end_at = None;
        let visit = ledger.record(visit).await.expect("recorded").interaction;
        assert_eq!(stay.end_at, None);

        let eight = SignedDuration::from_hours(8);
        let store = &ledger.store;
        assert_eq!(store.visits_to_close(ledger.now(), eight, 10).await.expect("read"), []);
        ledger.advance(eight);
        assert_eq!(store.visits_to_close(ledger.now(), eight, 10).await.expect("read"), [visit.id]);
        ledger.advance(DAY * 2);
        assert_eq!(store.visits_to_close(ledger.now(), eight, 10).await.expect("read"), [stay.id, visit.id]);
        assert_eq!(store.visits_to_close(ledger.now(), eight, 1).await.expect("read").len(), 1);

        let thanked = ledger.record(ledger.visit(&phone(3), "thanked")).await.expect("recorded");
        let gesture = &thanked.gestures[0];
        assert_eq!(store.overdue_gestures(gesture.schedule.due_at, 10).await.expect("read"), []);
        assert_eq!(store.overdue_gestures(gesture.schedule.deadline_at, 10).await.expect("read"), [gesture.id]);
        let (rule, _) = gesture.rule.clone().expect("a rule made it");
        assert_eq!(store.waiting_gestures_of_retired_rules(10).await.expect("read"), []);
        ledger.retire(rule).await;
        assert_eq!(store.waiting_gestures_of_retired_rules(10).await.expect("read"), [gesture.id]);
    }

    async fn request_keys_are_forgotten_when_their_time_has_passed(database) {
        let ledger = TestLedger::open(database).await;
        let first = ledger.record(ledger.visit(&phone(1), "one")).await.expect("recorded");
        assert_eq!(ledger.store.forget_request_keys(ledger.now(), 100).await, Ok(0));
        ledger.advance(DAY * 8);
        let again = ledger.record(ledger.visit(&phone(1), "one")).await.expect("recorded");
        assert!(!again.replayed, "a week has passed");
        assert_ne!(first.interaction.id, again.interaction.id);
        assert_eq!(ledger.store.forget_request_keys(ledger.now(), 100).await, Ok(0), "the key was used again");
        ledger.advance(DAY * 8);
        assert_eq!(ledger.store.forget_request_keys(ledger.now(), 100).await, Ok(1));
    }

    async fn p12_readings_are_kept_with_who_read_and_for_whom(database) {
        let ledger = TestLedger::open(database).await;
        let recorded = ledger.record(ledger.visit(&phone(1), "one")).await.expect("recorded");
        let customer = recorded.interaction.customer.expect("known");
        let app = App::new(ledger.store.clone(), Clock::manual(ledger.now()), Arc::clone(&ledger.settings));
        for clerk in ["mia", "leo"] {
            let clerk = Actor { on_behalf_of: Some(clerk.to_owned()), ..Actor::system() };
            app.customer(&clerk, customer).await.expect("there");
        }
        app.close().await;
        let connection = ledger.reader().await;
        let sql = "SELECT on_behalf_of AS clerk FROM reads WHERE actor = 'system' AND method = 'GetCustomer' ORDER BY 1";
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let rows = connection.query_all_raw(statement).await.expect("read");
        let clerks = rows.iter().map(|row| row.try_get::<String>("", "clerk").expect("a name"));
        assert_eq!(clerks.collect::<Vec<_>>(), ["leo", "mia"]);
    }

    async fn p12_whoever_is_shown_leaves_a_trace_also_where_nothing_was_changed(database) {
        let ledger = TestLedger::open(database).await;
        let app = App::new(ledger.store.clone(), Clock::manual(ledger.now()), Arc::clone(&ledger.settings));
        let clerk = Actor { on_behalf_of: Some("mia".to_owned()), ..Actor::system() };
        let make = async |on_match| {
            let IdentifierKey { kind, system, normalized } = key(1);
            let new = NewCustomer {
                id: None,
                kind: CustomerKind::Person,
                profile: Profile { display_name: "Ana".to_owned(), ..Profile::default() },
                tags: Vec::new(),
                identifiers: vec![Identifier { kind, system, typed: normalized.clone(), normalized, origin: None }],
                on_match,
                allow_erased: false,
            };
            app.create_customer(clerk.clone(), new).await.expect("made").known.customer.id
        };
        let ana = make(OnMatch::Reject).await;
        assert_eq!(make(OnMatch::ReturnExisting).await, ana);
        let other = make(OnMatch::CreateAnyway).await;
        let lisbon = LOCATION.parse().expect("a location");
        let found = app.recognize(&clerk, &lisbon, &[key(1)], "", None).await.expect("found");
        assert!(found.needs_confirmation && found.card.is_none() && found.candidates.len() == 2);
        app.remove_fact(clerk.clone(), ana, ana.0).await.expect("there is no such fact");
        app.set_deceased(clerk.clone(), ana, None, false).await.expect("she is not");
        let both = Duplicates { survivor: (ana, None), duplicate: (other, None), validate_only: true };
        app.merge_customers(clerk.clone(), both).await.expect("told");
        app.close().await;

        let connection = ledger.reader().await;
        let sql = "SELECT method, count(DISTINCT customer_id) AS people FROM reads \
                   WHERE on_behalf_of = 'mia' GROUP BY method ORDER BY method";
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let rows = connection.query_all_raw(statement).await.expect("read");
        let noted = rows.iter().map(|row| {
            let method: String = row.try_get("", "method").expect("a name");
            (method, row.try_get::<i64>("", "people").expect("a number"))
        });
        let expected = [
            ("CreateCustomer", 2),
            ("MergeCustomers", 2),
            ("Recognize", 2),
            ("RemoveFact", 1),
            ("SetDeceased", 1),
        ];
        assert_eq!(noted.collect::<Vec<_>>(), expected.map(|(method, people)| (method.to_owned(), people)));
    }

    async fn obligations_are_listed_by_state(database) {
        let ledger = TestLedger::open(database).await;
        a_few_days(&ledger).await;
        let open = ObligationQuery { state: Some(ObligationState::Open), ..ObligationQuery::default() };
        let page = PageRequest { size: 50, after: None };
        let listed = ledger.store.list_obligations(&open, &page).await.expect("read");
        assert!(!listed.items.is_empty());
        assert!(listed.items.iter().all(|o| o.state == ObligationState::Open && !o.explanation.is_empty()));
    }
}
