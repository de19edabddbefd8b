//! Two records turn out to be one person's, or not to be.

use super::telling::{Telling, ana, bought_nothing, rule, somebody};
use crate::support::ledger::LOCATION;
use gratitude::domain::{
    commands::{
        customers::{MergeCustomers, Merged, SetHousehold, UnmergeCustomer},
        look_ahead::LookAhead,
        who::Who,
    },
    customer::{BirthDate, Customer, CustomerStatus},
    gesture::{GestureState, Reason},
    ids::{CustomerId, HouseholdId},
    interaction::InteractionKind,
    refusal::{Precondition, Refusal},
    summary::Summary,
    world::{Event, EventDetail, EventKind, Subject},
};
use gratitude::store::{Lane, PageRequest, SubmitError, TimelineEntry};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

const OTHER_PHONE: &str = "+351910000002";

pub(super) fn other() -> Who {
    somebody(OTHER_PHONE, |profile| {
        profile.display_name = "A. Berg".to_owned();
        profile.how_to_say = "AH-na".to_owned();
    })
}

/// All that is kept of somebody.
#[derive(Debug, PartialEq)]
pub(super) struct Whole {
    customer: Customer,
    summary: Summary,
    happened: Vec<String>,
    contacts: i64,
}

impl Telling {
    pub(super) async fn merges(&self, survivor: CustomerId, duplicate: CustomerId) -> Merged {
        self.submit(self.merging(survivor, duplicate)).await
    }

    fn merging(&self, survivor: CustomerId, duplicate: CustomerId) -> MergeCustomers {
        MergeCustomers {
            actor: self.actor(),
            once: self.unrepeated(),
            survivor,
            survivor_version: None,
            duplicate,
            duplicate_version: None,
            validate_only: false,
        }
    }

    pub(super) async fn parts(&self, id: CustomerId) -> Merged {
        self.submit(UnmergeCustomer { actor: self.actor(), once: self.unrepeated(), id }).await
    }

    pub(super) async fn known(&self, id: CustomerId) -> Customer {
        self.ledger.store.customer(id).await.expect("it can be read").expect("they are known")
    }

    pub(super) async fn whole(&self, id: CustomerId) -> Whole {
        let mut customer = self.known(id).await;
        // Every change is a version.
        (customer.version, customer.updated_at) = (0, customer.created_at);
        let mut summary = self.ledger.store.summaries(&[id]).await.expect("read").remove(&id).expect("a summary");
        // When they are looked at next, and on which day something was learned of them, follow from the day.
        (summary.look_at, summary.known_on) = (gratitude::domain::upcoming::NEVER, None);
        let page = PageRequest { size: 500, after: None };
        let happened = self.ledger.store.timeline(id, &page).await.expect("read").items;
        let happened = happened.iter().map(|entry| match entry {
            TimelineEntry::Interaction(it) => {
                assert_eq!(it.customer, Some(id));
                format!("interaction {} of {:?}", it.id, it.origin)
            }
            TimelineEntry::Gesture(it) => {
                assert_eq!((it.customer, it.household), (id, customer.household));
                format!("gesture {} {}", it.id, it.state)
            }
            TimelineEntry::Case(it) => format!("case {}", it.id),
            TimelineEntry::Decision(it) => format!("decision of {} on {}", it.rule, it.occurrence),
        });
        let happened = happened.collect();
        let (owner, household) = (self.literal(id.0).await, self.literal(customer.household.0).await);
        let sql = format!("SELECT COUNT(*) FROM contacts WHERE customer_id = {owner} AND household_id = {household}");
        Whole { contacts: self.count(&sql).await, customer, summary, happened }
    }

    /// An id as the engine writes it.
    async fn literal(&self, id: uuid::Uuid) -> String {
        match self.ledger.reader().await.get_database_backend() {
            DbBackend::Sqlite => format!("x'{}'", id.simple()),
            _ => format!("'{id}'"),
        }
    }

    pub(super) async fn count(&self, sql: &str) -> i64 {
        let connection = self.ledger.reader().await;
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let row = connection.query_one_raw(statement).await.expect("it can be counted").expect("a row");
        row.try_get_by_index(0).expect("a number")
    }
}

both_engines! {
    async fn p10_old_names_and_identifiers_lead_to_the_survivor_with_one_history(database) {
        let story = Telling::begin(database).await;
        let first = story.stops_by(ana()).await.interaction;
        let (survivor, _) = (first.customer.expect("known"), story.at("2026-03-03T10:00"));
        let second = story.stops_by(other()).await.interaction;
        let duplicate = second.customer.expect("known");
        assert_ne!(survivor, duplicate);

        let merged = story.merges(survivor, duplicate).await;
        assert_eq!((merged.duplicate.status, merged.duplicate.merged_into), (CustomerStatus::Merged, Some(survivor)));
        let one = story.known(duplicate).await;
        assert_eq!(one.id, survivor, "the old name leads to the survivor");
        assert_eq!((one.profile.display_name.as_str(), one.profile.how_to_say.as_str()), ("Ana", "AH-na"));
        assert_eq!(one.identifiers.len(), 2);
        let seen = story.look(second.id).await;
        assert_eq!(seen.recorded.interaction.customer, Some(survivor));
        assert_eq!((seen.summary().visit_days, seen.recorded.obligation.customer), (2, Some(survivor)));
        let thanks = &seen.recorded.gestures[0].content.text;
        assert!(thanks.contains("Ana") && !thanks.contains("Berg"), "they are addressed by one name: {thanks}");

        story.at("2026-03-04T10:00");
        let third = story.stops_by(other()).await.interaction;
        assert_eq!((third.customer, third.recorded_customer), (Some(survivor), Some(duplicate)));
        let by_name = story.stops_by(Who::Customer(duplicate)).await.interaction;
        assert_eq!((by_name.customer, by_name.recorded_customer), (Some(survivor), Some(duplicate)));
        let page = PageRequest { size: 10, after: None };
        let none = gratitude::domain::filter::Filter::default();
        let listed = story.ledger.store.list_customers(&none, true, &page).await.expect("listed");
        assert_eq!(listed.items.iter().map(|it| it.id).collect::<Vec<_>>(), [survivor]);
    }

    async fn p10_parted_again_at_once_both_are_exactly_what_they_were(database) {
        let story = Telling::begin(database).await;
        let a = story.stops_by(ana()).await.interaction.customer.expect("known");
        story.at("2026-03-03T10:00");
        let b = story.stops_by(other()).await.interaction.customer.expect("known");
        let complaint = story.tell(other(), InteractionKind::Complaint, |_| ()).await;
        assert_eq!(complaint.interaction.customer, Some(b));
        let before = (story.whole(a).await, story.whole(b).await);
        story.merges(a, b).await;
        let one = story.whole(a).await;
        assert_eq!(one.happened.len(), before.0.happened.len() + before.1.happened.len());
        assert_eq!(one.contacts, before.0.contacts + before.1.contacts);
        assert!(one.summary.open_case.is_some());
        story.parts(b).await;
        assert_eq!((story.whole(a).await, story.whole(b).await), before);
    }

    async fn p10_after_a_hundred_interactions_each_takes_along_what_came_by_their_name(database) {
        let story = Telling::begin(database).await;
        let a = story.stops_by(ana()).await.interaction.customer.expect("known");
        story.at("2026-03-03T10:00");
        let b = story.stops_by(other()).await.interaction.customer.expect("known");
        story.merges(a, b).await;
        let (mut of_a, mut of_b) = (0, 0);
        for n in 0..100 {
            story.ledger.advance(jiff::SignedDuration::from_hours(7));
            let who = match n % 4 {
                0 => ana(),
                1 => other(),
                2 => Who::Customer(a),
                _ => Who::Customer(b),
            };
            let kind = if n % 5 == 0 { InteractionKind::Purchase } else { InteractionKind::Visit };
            let told = story.tell(who, kind, |_| ()).await.interaction;
            assert_eq!(told.customer, Some(a));
            if n % 2 == 0 { of_a += 1 } else { of_b += 1 }
        }
        assert_eq!(story.whole(a).await.summary.counts.values().sum::<u32>(), 102);
        story.parts(b).await;
        for (id, count) in [(a, of_a), (b, of_b)] {
            let whole = story.whole(id).await;
            assert_eq!(whole.summary.counts.values().sum::<u32>(), count + 1);
            let told = whole.happened.iter().filter(|it| it.starts_with("interaction")).count();
            assert_eq!(told, usize::try_from(count + 1).expect("few"));
        }
        let stray = "SELECT COUNT(*) FROM obligations o JOIN interactions i ON i.id = o.interaction_id \
                     WHERE o.customer_id <> i.customer_id";
        assert_eq!(story.count(stray).await, 0);
        let stray = "SELECT COUNT(*) FROM gestures g JOIN interactions i ON i.id = g.interaction_id \
                     WHERE g.customer_id <> i.customer_id AND g.state IN ('scheduled', 'held', 'claimed')";
        assert_eq!(story.count(stray).await, 0);
        let stray = "SELECT COUNT(*) FROM contacts c JOIN gestures g ON g.id = c.gesture_id \
                     WHERE c.household_id <> g.household_id OR c.customer_id <> g.customer_id";
        assert_eq!(story.count(stray).await, 0);
    }

    async fn p4_p10_who_would_be_thanked_twice_for_a_day_is_thanked_once(database) {
        let story = Telling::begin(database).await;
        let first = story.comes_in(ana()).await;
        story.leaves(&first, bought_nothing()).await;
        let second = story.comes_in(other()).await;
        story.leaves(&second, bought_nothing()).await;
        let (a, b) = (first.interaction.customer.expect("known"), second.interaction.customer.expect("known"));
        story.merges(a, b).await;
        let (one, two) = (story.look(first.interaction.id).await, story.look(second.interaction.id).await);
        let mut thanks = [one, two].map(|seen| seen.recorded.gestures[0].clone());
        thanks.sort_by_key(|gesture| gesture.state);
        assert_eq!(thanks.each_ref().map(rule), ["thanks-for-stopping-by"; 2]);
        assert_eq!(thanks.each_ref().map(|it| it.state), [GestureState::Scheduled, GestureState::Suppressed]);
        assert_eq!(thanks[1].reason, Some(Reason::Merged));
    }

    async fn p4_p10_what_was_answered_before_a_merge_is_not_answered_again_after_it(database) {
        let story = Telling::begin(database).await;
        let a = story.stops_by(ana()).await.interaction.customer.expect("known");
        story.at("2026-03-05T10:00");
        let second = story.stops_by(other()).await.interaction;
        let b = second.customer.expect("known");
        story.merges(a, b).await;
        // The rules are asked about it again.
        story.belongs_to(second.id, None).await;
        story.belongs_to(second.id, Some(b)).await;
        let again = story.look(second.id).await;
        assert_eq!(again.recorded.interaction.customer, Some(a));
        assert_eq!(again.recorded.gestures.len(), 1, "what was taken back is not made again");
        story.parts(b).await;
        story.belongs_to(second.id, None).await;
        story.belongs_to(second.id, Some(b)).await;
        assert_eq!(story.look(second.id).await.recorded.gestures.len(), 1);
    }

    async fn p4_p10_a_birthday_is_greeted_once_by_whatever_record(database) {
        let story = Telling::begin(database).await;
        let born = |profile: &mut gratitude::domain::customer::Profile| {
            profile.birth_date = Some(BirthDate { year: None, month: 3, day: 9 });
        };
        let one = || somebody("+351910000001", born);
        let two = || somebody(OTHER_PHONE, born);
        let a = story.stops_by(one()).await.interaction.customer.expect("known");
        let b = story.stops_by(two()).await.interaction.customer.expect("known");
        story.at("2026-03-05T13:00");
        let look = |id| LookAhead { id, location: LOCATION.parse().expect("a slug"), now: story.ledger.now() };
        story.submit(look(b)).await;
        // Not the gestures: a second one could be stopped by the contact budget, which is no reason to rely on.
        let decided = "SELECT COUNT(*) FROM decisions WHERE rule_id = 'birthday'";
        assert_eq!(story.count(decided).await, 1);
        story.merges(a, b).await;
        assert!(story.submit(look(a)).await, "it is looked at");
        assert_eq!(story.count(decided).await, 1, "the other record was greeted");
    }

    async fn p10_what_a_merge_stopped_comes_back_when_they_are_parted(database) {
        let story = Telling::begin(database).await;
        let first = story.stops_by(ana()).await.interaction;
        let second = story.stops_by(other()).await.interaction;
        let (a, b) = (first.customer.expect("known"), second.customer.expect("known"));
        let before = (story.whole(a).await, story.whole(b).await);
        story.merges(a, b).await;
        let stopped = "SELECT COUNT(*) FROM gestures WHERE reason = 'merged'";
        assert_eq!(story.count(stopped).await, 1);
        story.parts(b).await;
        assert_eq!((story.whole(a).await, story.whole(b).await), before);
    }

    async fn p10_merged_of_merged_can_be_taken_out_from_the_middle(database) {
        let story = Telling::begin(database).await;
        let a = story.stops_by(ana()).await.interaction.customer.expect("known");
        story.at("2026-03-03T10:00");
        let b = story.stops_by(other()).await.interaction.customer.expect("known");
        story.at("2026-03-04T10:00");
        let third = || somebody("+351910000003", |profile| profile.family_name = "Berg".to_owned());
        let c = story.stops_by(third()).await.interaction.customer.expect("known");
        let before = (story.whole(a).await, story.whole(b).await, story.whole(c).await);
        story.merges(b, c).await;
        story.merges(a, b).await;
        assert_eq!(story.known(c).await.id, a);
        assert_eq!(story.known(a).await.profile.family_name, "Berg");
        story.parts(c).await;
        assert_eq!(story.whole(c).await, before.2);
        assert_eq!(story.known(b).await.id, a);
        assert_eq!(story.known(a).await.profile.family_name, "");
        story.parts(b).await;
        let after = (story.whole(a).await, story.whole(b).await);
        assert_eq!((&after.0.happened, &after.1.happened), (&before.0.happened, &before.1.happened));
        assert_eq!(after, (before.0, before.1));
    }

    async fn what_is_part_of_another_is_merged_by_its_own_name_only(database) {
        let story = Telling::begin(database).await;
        let a = story.stops_by(ana()).await.interaction.customer.expect("known");
        let b = story.stops_by(other()).await.interaction.customer.expect("known");
        let refused = story.try_to(UnmergeCustomer { actor: story.actor(), once: story.unrepeated(), id: b }).await;
        assert_eq!(precondition(refused), Precondition::CustomerNotMerged);
        let mut tried = story.merging(a, b);
        tried.validate_only = true;
        let told = story.ledger.store.consider(&tried, None).await.expect("nothing speaks against it");
        assert_eq!((told.survivor.identifiers.len(), told.duplicate.merged_into), (2, Some(a)));
        assert_eq!(story.known(b).await.id, b, "nothing was changed");
        story.merges(a, b).await;
        assert_eq!(precondition(story.try_to(story.merging(a, b)).await), Precondition::CustomerMerged);
    }

    async fn p10_who_is_known_to_be_two_people_becomes_one_only_after_that_is_taken_back(database) {
        let story = Telling::begin(database).await;
        let [a, b, c] = [ana(), other(), somebody("+351910000003", |_| {})];
        let a = story.stops_by(a).await.interaction.customer.expect("known");
        let b = story.stops_by(b).await.interaction.customer.expect("known");
        let c = story.stops_by(c).await.interaction.customer.expect("known");
        story.merges(a, b).await;
        story.parts(b).await;
        assert_eq!(precondition(story.try_to(story.merging(a, b)).await), Precondition::MarkedNotSame);
        story.merges(c, b).await;
        let through_another = story.try_to(story.merging(a, c)).await;
        assert_eq!(precondition(through_another), Precondition::MarkedNotSame, "b is part of c");
        let marked = Event {
            at: story.ledger.now(),
            kind: EventKind::NotSameMarked,
            subject: Subject::Customer(a),
            customer: Some(a),
            actor: story.actor(),
            detail: EventDetail::default(),
        };
        assert!(story.ledger.store.mark_not_same((b, a), true, marked).await.expect("written"), "taken back");
        story.merges(a, c).await;
        assert_eq!(story.known(b).await.id, a);
    }

    async fn p2_a_merge_said_twice_is_one(database) {
        let story = Telling::begin(database).await;
        let a = story.stops_by(ana()).await.interaction.customer.expect("known");
        let b = story.stops_by(other()).await.interaction.customer.expect("known");
        let merge = story.merging(a, b);
        let part = UnmergeCustomer { actor: story.actor(), once: story.unrepeated(), id: b };
        assert!(!story.submit(merge.clone()).await.replayed);
        assert!(story.submit(merge.clone()).await.replayed);
        assert!(!story.submit(part.clone()).await.replayed);
        assert!(story.submit(part).await.replayed);
        assert!(story.submit(merge).await.replayed);
        assert_eq!(story.known(b).await.id, b);
    }

    async fn p6_who_joins_a_household_shares_its_budget_and_who_leaves_has_their_own(database) {
        let story = Telling::begin(database).await;
        let a = story.stops_by(ana()).await.interaction.customer.expect("known");
        story.at("2026-03-03T10:00");
        let b = story.stops_by(other()).await.interaction.customer.expect("known");
        let (of_a, of_b) = (story.whole(a).await, story.whole(b).await);
        let home = of_a.customer.household;
        let moves = |id, household| {
            SetHousehold { actor: story.actor(), once: story.unrepeated(), id, version: None, household }
        };
        let moved = moves(b, Some(home));
        assert_eq!(story.submit(moved.clone()).await.customer.household, home);
        assert!(story.submit(moved).await.replayed);
        let household = story.literal(home.0).await;
        let contacts = format!("SELECT COUNT(*) FROM contacts WHERE household_id = {household}");
        assert_eq!(story.count(&contacts).await, of_a.contacts + of_b.contacts);
        assert_eq!(story.whole(b).await.contacts, of_b.contacts, "also their gestures are there");
        // Two contacts in thirty days are the household's: a third waits.
        story.at("2026-03-04T10:00");
        let third = story.stops_by(other()).await;
        assert!(third.gestures.iter().all(|it| it.state != GestureState::Scheduled || it.schedule.due_at
            > story.instant("2026-03-30T10:00")), "{:?}", third.gestures);
        let left = story.submit(moves(b, None)).await.customer.household;
        assert_ne!((left, left), (home, of_b.customer.household));
        assert_eq!(story.count(&contacts).await, of_a.contacts);
        let nowhere = HouseholdId(uuid::Uuid::from_u128(7));
        let refused = story.try_to(moves(b, Some(nowhere))).await;
        assert!(matches!(refused, Err(SubmitError::Refused(Refusal::NotFound { .. }))), "{refused:?}");
    }

    async fn p10_what_is_told_while_two_become_one_ends_with_the_survivor(database) {
        let story = Telling::begin(database).await;
        let a = story.stops_by(ana()).await.interaction.customer.expect("known");
        story.at("2026-03-03T10:00");
        let b = story.stops_by(other()).await.interaction.customer.expect("known");
        let mut told = tokio::task::JoinSet::new();
        for n in 0..24 {
            let store = story.ledger.store.clone();
            let record = story.record(other(), InteractionKind::Visit, |_| ());
            told.spawn(async move { store.submit(Lane::Interactive, record).await.expect("recorded").interaction.id });
            if n == 8 {
                let (store, merge) = (story.ledger.store.clone(), story.merging(a, b));
                told.spawn(async move {
                    store.submit(Lane::Interactive, merge).await.expect("merged");
                    gratitude::domain::ids::InteractionId(uuid::Uuid::nil())
                });
            }
        }
        assert_eq!(told.join_all().await.len(), 25);
        let theirs = story.literal(a.0).await;
        let all = format!("SELECT COUNT(*) FROM interactions WHERE customer_id = {theirs}");
        assert_eq!(story.count(&all).await, 26, "one each before, and what was told meanwhile");
        let summary = story.ledger.store.summaries(&[a]).await.expect("read").remove(&a).expect("a summary");
        assert_eq!(summary.counts.values().sum::<u32>(), 26);
    }
}

fn precondition<T: std::fmt::Debug>(refused: Result<T, SubmitError>) -> Precondition {
    match refused {
        Err(SubmitError::Refused(Refusal::Precondition { kind, .. })) => kind,
        other => panic!("{other:?}"),
    }
}
