//! The same told twice is told once (P2).

use super::telling::{Telling, ana, rule, somebody};
use gratitude::{
    domain::{
        commands::{Once, batch::RecordAll, record::Record},
        interaction::{ExternalRef, InteractionKind, Outcome},
        limits::REQUEST_ID_KEPT,
        refusal::Refusal,
        world::IdempotencyKey,
    },
    store::SubmitError,
};
use sea_orm::{ConnectionTrait, Database as Connection};
use std::sync::Arc;

/// A record that can be recognised when it comes again.
fn keyed(story: &Telling, mut record: Record, request_id: &str) -> Record {
    let hasher = story.ledger.store.hasher();
    let content = hasher.fingerprint(&[("interaction.", &record.new.said()), ("who.", &record.who)]);
    let mut keys = vec![IdempotencyKey::request("local", "RecordInteraction", request_id)];
    keys.extend(record.new.detail.source.as_ref().map(|source| hasher.source(&source.system, &source.id)));
    record.once = Once { keys, content };
    record
}

fn differing(error: &SubmitError) -> &[String] {
    match error {
        SubmitError::Refused(Refusal::ContentDiffers { fields, .. }) => fields,
        other => panic!("{other}"),
    }
}

both_engines! {
    async fn p2_p11_ids_of_other_systems_that_were_kept_readable_are_hashed_and_recognised(database) {
        let story = Telling::begin(database).await;
        let told = |story: &Telling| {
            keyed(story, story.record(ana(), InteractionKind::Visit, |new| {
                new.start_at = Some(story.instant("2026-03-02T09:00"));
                new.detail.source = Some(ExternalRef { system: "till".to_owned(), id: "bon-4711".to_owned() });
            }), "r1")
        };
        let first = told(&story);
        let id = story.submit(first.clone()).await.interaction.id;
        let readable = "SELECT COUNT(*) FROM idempotency_keys WHERE scope LIKE '%till%' OR \"key\" LIKE '%4711%'";
        assert_eq!(story.count(readable).await, 0);
        let hashed = first.once.keys[1].key.clone();
        let story = story.opened_again(async |url| {
            let connection = Connection::connect(url).await.expect("the database can be reached");
            let as_before = format!(
                "UPDATE idempotency_keys SET scope = 'source/till', \"key\" = 'bon-4711' WHERE \"key\" = '{hashed}'"
            );
            connection.execute_unprepared(&as_before).await.expect("rewritten");
            connection.close().await.expect("closed");
        }, Arc::new(|_, _| ())).await;
        assert_eq!(story.count(readable).await, 0);
        story.ledger.advance(REQUEST_ID_KEPT);
        let again = story.submit(Record { now: story.ledger.now(), ..told(&story) }).await;
        assert!(again.replayed);
        assert_eq!(again.interaction.id, id);
    }

    async fn p2_the_same_request_replays_and_another_content_is_refused_by_field(database) {
        let story = Telling::begin(database).await;
        let visit = |looked: &str| {
            let looked = looked.to_owned();
            keyed(&story, story.record(ana(), InteractionKind::Visit, |new| {
                new.start_at = Some(story.instant("2026-03-02T09:00"));
                new.detail.outcome = Some(Outcome::NotPurchased);
                new.detail.items_looked_at = vec![looked];
            }), "r1")
        };
        let first = story.submit(visit("a lamp")).await;
        story.at("2026-03-03T10:00");
        story.carries_out(&first.gestures[0]).await;
        let again = story.submit(visit("a lamp")).await;
        assert!(again.replayed);
        assert_eq!(again.interaction.id, first.interaction.id);
        assert_eq!(again.gestures[0].version, first.gestures[0].version + 1, "in its present state");
        let error = story.try_to(visit("a ring")).await.expect_err("other content");
        assert_eq!(differing(&error), ["interaction.items_looked_at"]);
        let summary = story.look(first.interaction.id).await.summary().clone();
        assert_eq!(summary.counts.values().sum::<u32>(), 2, "the visit, and the contact of the thanks");

        story.ledger.advance(REQUEST_ID_KEPT);
        let later = story.submit(visit("a ring")).await;
        assert!(!later.replayed, "a request id is kept for a week");
    }

    async fn p4_a_changed_rule_does_not_thank_again_for_what_it_decided_about(database) {
        let story = Telling::begin(database).await;
        let visit = story.stops_by(ana()).await;
        let id = visit.interaction.id;
        let by = visit.gestures[0].rule.clone().expect("a rule thanked").0;
        story.belongs_to(id, None).await;
        story.ledger.renew(by.clone()).await;
        // Now the rules are asked about it again.
        story.belongs_to(id, visit.interaction.customer).await;
        let seen = story.look(id).await;
        let decided: Vec<_> = seen.decisions.iter().filter(|decision| decision.rule == by).collect();
        assert_eq!(decided.len(), 1, "{decided:?}");
        assert_eq!(seen.recorded.gestures.iter().filter(|g| rule(g) == by.as_str()).count(), 1);
    }

    async fn p2_a_source_is_recognised_for_ever_whatever_the_request(database) {
        let story = Telling::begin(database).await;
        let row = |request_id: &str, looked: &str| {
            let looked = looked.to_owned();
            keyed(&story, story.record(ana(), InteractionKind::Visit, |new| {
                new.start_at = Some(story.instant("2026-03-02T09:00"));
                new.end_at = new.start_at;
                new.detail.items_looked_at = vec![looked];
                new.detail.source = Some(ExternalRef { system: "pos".to_owned(), id: "17".to_owned() });
            }), request_id)
        };
        let first = story.submit(row("r1", "a lamp")).await;
        story.ledger.advance(REQUEST_ID_KEPT.saturating_mul(5));
        assert_eq!(story.submit(row("r2", "a lamp")).await.interaction.id, first.interaction.id);
        let error = story.try_to(row("r3", "a ring")).await.expect_err("other content");
        assert_eq!(differing(&error), ["interaction.items_looked_at"]);
    }

    async fn p2_voiding_twice_voids_once(database) {
        let story = Telling::begin(database).await;
        let visit = story.stops_by(ana()).await;
        let first = story.voids(visit.interaction.id).await;
        let again = story.voids(visit.interaction.id).await;
        assert!(!first.replayed && again.replayed);
        assert_eq!(first.interaction, again.interaction);
    }

    async fn an_atomic_batch_of_late_facts_of_many_customers_is_taken_whole(database) {
        let story = Telling::begin(database).await;
        let phones: Vec<_> = (0..30).map(|n| format!("+3519100001{n:02}")).collect();
        let all = |day: &str| {
            let visit = |phone: &String| story.record(somebody(phone, |_| {}), InteractionKind::Visit, |new| {
                new.start_at = Some(story.instant(&format!("2026-{day}T09:00")));
                new.end_at = new.start_at;
            });
            RecordAll(phones.iter().map(visit).collect())
        };
        story.submit(all("03-01")).await;
        let late = story.submit(all("02-01")).await;
        assert_eq!(late.len(), 30);
        for visit in &late {
            assert_eq!(story.look(visit.interaction.id).await.summary().visit_days, 2);
        }
    }

    async fn a_batch_that_meets_somebody_for_the_first_time_may_tell_it_in_any_order(database) {
        let story = Telling::begin(database).await;
        let visit = |at: &str| story.record(ana(), InteractionKind::Visit, |new| {
            new.start_at = Some(story.instant(at));
            new.end_at = new.start_at;
        });
        let bought = story.record(ana(), InteractionKind::Purchase, |new| {
            new.start_at = Some(story.instant("2026-03-01T10:30"));
        });
        let batch = RecordAll(vec![bought, visit("2026-03-01T10:00"), visit("2026-02-01T10:00"), visit("2026-02-11T10:00")]);
        let told = story.submit(batch).await;
        assert_eq!(told[0].interaction.joined, Some(told[1].interaction.id));
        let summary = story.look(told[0].interaction.id).await.summary().clone();
        assert_eq!(summary.visit_days, 3);
        assert_eq!(summary.gaps.into_iter().collect::<Vec<_>>(), [(10, 1), (18, 1)]);
    }

    async fn a_batch_with_one_wrong_item_leaves_no_trace_and_names_it(database) {
        let story = Telling::begin(database).await;
        let good = story.record(ana(), InteractionKind::Visit, |new| new.end_at = new.start_at);
        let bad = story.record(ana(), InteractionKind::Visit, |new| new.detail.effort = Some(9));
        let error = story.try_to(RecordAll(vec![good.clone(), bad])).await.expect_err("effort is 1 to 7");
        let SubmitError::Refused(Refusal::Invalid(violations)) = &error else { panic!("{error}") };
        assert_eq!(violations[0].field, "requests[1].interaction.effort");
        let alone = story.submit(good).await;
        assert!(!alone.replayed);
        assert_eq!(story.look(alone.interaction.id).await.summary().counts.values().sum::<u32>(), 1);
    }
}
