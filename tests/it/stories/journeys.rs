//! What is owed to customers on their way, and what becomes of it when it is not kept.

use super::telling::{Telling, ana, bought_nothing, purchase, rule};
use gratitude::{
    domain::{
        commands::visits::Ending,
        filter::{Filter, INTERACTIONS},
        gesture::GestureKind,
        ids::TouchpointId,
        interaction::{
            Emotion, ExternalRef, FeelingAbout, FeelingJudge, InteractionChannel, InteractionKind, MomentKind, Outcome,
        },
        journey::{
            Excess, Journey, JourneySettings, MapState, PromiseKept, Stage, Standards, TimeLimit, Touchpoint,
            TouchpointSettings,
        },
        refusal::{Precondition, Refusal},
        rule::{Pattern, Rule, RuleState, Trigger},
        starter,
    },
    store::{PageRequest, SubmitError},
};
use jiff::SignedDuration;
use sea_orm::ConnectionTrait;

const JOURNEY: &str = "order";

fn within(seconds: i64) -> Option<TimeLimit> {
    Some(TimeLimit { within: SignedDuration::from_secs(seconds), business_hours: false })
}

/// A story with a journey of one stage, and a touchpoint `here` in it that has these standards.
async fn begin_with(database: crate::support::database::Database, standards: Standards) -> Telling {
    let story = Telling::begin(database).await;
    let now = story.ledger.now();
    let stages = vec![Stage { id: "asking".parse().unwrap(), display_name: "Asking".to_owned() }];
    let settings = JourneySettings { display_name: "An order".to_owned(), description: String::new(), stages };
    let id = JOURNEY.parse().unwrap();
    let journey = Journey { id, state: MapState::Active, settings, version: 1, created_at: now, updated_at: now };
    let touchpoint = touchpoint(&story, standards);
    let drawn = story.ledger.store.write("draw", move |ledger| {
        let (journey, touchpoint) = (journey.clone(), touchpoint.clone());
        Box::pin(async move {
            ledger.add_journey(&journey).await?;
            Ok(ledger.add_touchpoint(&touchpoint).await?)
        })
    });
    drawn.await.expect("drawn");
    story
}

fn here() -> TouchpointId {
    "here".parse().unwrap()
}

fn touchpoint(story: &Telling, standards: Standards) -> Touchpoint {
    let now = story.ledger.now();
    Touchpoint {
        id: here(),
        settings: TouchpointSettings {
            display_name: "We are asked".to_owned(),
            journey: JOURNEY.parse().unwrap(),
            stage: "asking".parse().unwrap(),
            channels: vec![InteractionChannel::Phone],
            standards,
        },
        retired_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

async fn put(story: &Telling, touchpoint: Touchpoint) {
    let put = story.ledger.store.write("put", move |ledger| {
        let touchpoint = touchpoint.clone();
        Box::pin(async move { Ok(ledger.put_touchpoint(&touchpoint).await?) })
    });
    put.await.expect("changed");
}

async fn select(story: &Telling, filter: &str) -> usize {
    let filter = Filter::parse(filter, &INTERACTIONS).expect("a right filter");
    let page = PageRequest { size: 100, after: None };
    story.ledger.store.list_interactions(&filter, true, &page).await.expect("listed").items.len()
}

both_engines! {
    async fn p3_a_call_answered_after_42_s_is_misery_and_owes_an_apology(database) {
        let story = begin_with(database, Standards { respond: within(10), ..Standards::default() }).await;
        let call = |seconds| story.tell(ana(), InteractionKind::Enquiry, move |new| {
            new.detail.channel = InteractionChannel::Phone;
            new.detail.touchpoint = Some(here());
            new.detail.response = Some(SignedDuration::from_secs(seconds));
        });
        let quick = call(8).await;
        assert_eq!(quick.interaction.moment.kind, MomentKind::Neutral, "as it should be is nothing special");
        assert!(quick.gestures.iter().all(|g| g.kind != GestureKind::Apology));

        let slow = call(42).await;
        assert_eq!(slow.interaction.moment.kind, MomentKind::Misery);
        assert_eq!(slow.interaction.moment.about, FeelingAbout::Us);
        assert_eq!(slow.interaction.moment.reasons, ["answered after 42 s (standard: 10 s)"]);
        let [verdict] = slow.interaction.verdicts() else { panic!("{:?}", slow.interaction.journey) };
        assert_eq!(verdict.over, Some(Excess::Time(SignedDuration::from_secs(32))));
        let apology = slow.gestures.iter().find(|g| rule(g) == "apology").expect("it is owed an apology");
        assert_eq!(slow.obligation.gesture, Some(apology.id));

        let seen = story.look(slow.interaction.id).await;
        let case = seen.case.clone().expect("P7: a broken standard opens a case");
        assert_eq!(case.summary, "answered after 42 s (standard: 10 s)");
        assert_eq!(seen.recorded.interaction, slow.interaction, "it is kept as it was judged");

        story.carries_out(apology).await;
        let ours = "interaction.kind = OUTBOUND_CONTACT AND interaction.journey = \"journeys/order\"";
        assert_eq!(select(&story, ours).await, 1, "what answers it belongs to the same place");
        assert_eq!(select(&story, &format!("{ours} AND interaction.standards_kept:*")).await, 0);
    }

    async fn a_change_of_standards_judges_nothing_anew(database) {
        let story = begin_with(database, Standards { respond: within(10), ..Standards::default() }).await;
        let visit = story.tell(ana(), InteractionKind::Visit, |new| {
            new.detail.touchpoint = Some(here());
            new.detail.response = Some(SignedDuration::from_secs(42));
            new.detail.outcome = Some(Outcome::NotPurchased);
        }).await;
        assert_eq!(visit.interaction.moment.kind, MomentKind::Misery);
        put(&story, touchpoint(&story, Standards { respond: within(60), ..Standards::default() })).await;

        story.at("2026-03-02T10:20");
        let bought = story.buys(ana(), "a lamp").await;
        assert_eq!(bought.interaction.joined, Some(visit.interaction.id));
        let seen = story.look(visit.interaction.id).await.recorded.interaction;
        assert_eq!((seen.moment.kind, seen.detail.outcome), (MomentKind::Misery, Some(Outcome::Purchased)));
        story.voids(bought.interaction.id).await;
        let seen = story.look(visit.interaction.id).await.recorded.interaction;
        assert_eq!(seen.journey, visit.interaction.journey);
        assert_eq!(seen.moment, visit.interaction.moment);

        let later = story.tell(ana(), InteractionKind::Enquiry, |new| {
            new.detail.touchpoint = Some(here());
            new.detail.response = Some(SignedDuration::from_secs(42));
        }).await;
        assert_eq!(later.interaction.moment.kind, MomentKind::Neutral, "by the standard of now");
    }

    async fn a_visit_is_judged_when_it_ends(database) {
        let story = begin_with(database, Standards { respond: within(60), ..Standards::default() }).await;
        let visit = story.tell(ana(), InteractionKind::Visit, |new| {
            new.detail.touchpoint = Some(here());
            new.detail.response = Some(SignedDuration::from_secs(300));
        }).await;
        assert_eq!(visit.interaction.journey.as_ref().map(|place| place.verdicts.len()), Some(0), "it still lasts");
        put(&story, Touchpoint { retired_at: Some(story.instant("2026-03-02T10:05")), ..touchpoint(&story, Standards { respond: within(60), ..Standards::default() }) }).await;
        story.at("2026-03-02T10:30");
        let content = Emotion { satisfaction: 1, intensity: 3, judged_by: FeelingJudge::Staff, about: FeelingAbout::Us };
        let ended = story.leaves(&visit, Ending { emotion: Some(content), ..bought_nothing() }).await;
        assert_eq!(ended.interaction.moment.kind, MomentKind::Misery, "staff may not say it was all right");
        assert_eq!(ended.interaction.journey.as_ref().and_then(|place| place.standards_kept()), Some(false));
    }

    async fn a_parcel_is_in_time_until_midnight_where_it_was_promised(database) {
        let story = begin_with(database, Standards { promise: Some(PromiseKept::OnTheDay), ..Standards::default() }).await;
        story.at("2026-07-01T10:00");
        let arrives = |local: &'static str| {
            let (promised, fulfilled) = (story.instant("2026-06-22T12:00"), story.instant(local));
            story.tell(ana(), InteractionKind::Delivery, move |new| {
                (new.start_at, new.end_at) = (Some(fulfilled), None);
                new.detail.channel = InteractionChannel::Post;
                new.detail.touchpoint = Some(here());
                (new.detail.promised_at, new.detail.fulfilled_at) = (Some(promised), Some(fulfilled));
            })
        };
        // Lisbon is an hour ahead of UTC in June.
        let in_time = arrives("2026-06-22T23:59:59").await.interaction;
        assert_eq!((in_time.moment.kind, in_time.verdicts()[0].kept), (MomentKind::Neutral, true), "twelve hours late, and on the day");
        let late = arrives("2026-06-23T00:00").await.interaction;
        assert_eq!(late.start_at.to_string(), "2026-06-22T23:00:00Z", "by the clock of UTC it is the same day");
        assert_eq!(late.moment.kind, MomentKind::Misery);
        assert_eq!(late.moment.reasons, ["fulfilled 1 day after the promised day"]);
    }

    async fn one_transfer_too_many_is_misery(database) {
        let story = begin_with(database, Standards { max_transfers: Some(1), ..Standards::default() }).await;
        let call = |transfers| story.tell(ana(), InteractionKind::Support, move |new| {
            new.detail.touchpoint = Some(here());
            new.detail.transfers = Some(transfers);
        });
        assert_eq!(call(1).await.interaction.moment.kind, MomentKind::Neutral);
        let moment = call(2).await.interaction.moment;
        assert_eq!((moment.kind, moment.reasons), (MomentKind::Misery, vec!["passed on 2 times (standard: at most once)".to_owned()]));
    }

    async fn a_second_call_about_the_same_matter_was_not_settled_by_the_first(database) {
        let story = begin_with(database, Standards { first_contact: true, ..Standards::default() }).await;
        let call = |subject: &'static str| story.tell(ana(), InteractionKind::Support, move |new| {
            new.detail.touchpoint = Some(here());
            new.detail.outcome = Some(Outcome::Resolved);
            new.detail.subject = Some(ExternalRef { system: "shop".to_owned(), id: subject.to_owned() });
        });
        let first = call("order 7").await.interaction;
        assert_eq!(first.moment.kind, MomentKind::Neutral);
        story.at("2026-03-03T10:00");
        assert_eq!(call("order 8").await.interaction.moment.kind, MomentKind::Neutral, "another matter");
        let again = call("order 7").await.interaction;
        assert_eq!(again.moment.reasons, ["settled only after 2 contacts"]);
        assert_eq!(story.look(first.id).await.recorded.interaction.moment.kind, MomentKind::Neutral, "judged when it was");
        story.voids(first.id).await;
        story.voids(again.id).await;
        story.at("2026-03-04T10:00");
        assert_eq!(call("order 7").await.interaction.moment.kind, MomentKind::Neutral, "what was voided did not happen");
    }

    async fn what_is_told_late_is_taken_where_a_touchpoint_was_retired_since(database) {
        let story = begin_with(database, Standards { respond: within(10), ..Standards::default() }).await;
        let ended = story.instant("2026-03-02T12:00");
        put(&story, Touchpoint { retired_at: Some(ended), ..touchpoint(&story, Standards { respond: within(10), ..Standards::default() }) }).await;
        story.at("2026-03-02T18:00");
        let call = |at: &str, touchpoint: &str| {
            let (at, touchpoint) = (story.instant(at), touchpoint.parse().unwrap());
            story.record(ana(), InteractionKind::Enquiry, move |new| {
                new.start_at = Some(at);
                new.detail.touchpoint = Some(touchpoint);
                new.detail.response = Some(SignedDuration::from_secs(42));
            })
        };
        let late = story.submit(call("2026-03-02T11:59", "here")).await;
        assert_eq!(late.interaction.moment.kind, MomentKind::Misery, "by its last standards");
        match story.try_to(call("2026-03-02T12:00", "here")).await {
            Err(SubmitError::Refused(Refusal::Precondition { kind, resource, .. })) => {
                assert_eq!((kind, resource.as_str()), (Precondition::TouchpointRetired, "touchpoints/here"));
            }
            other => panic!("{other:?}"),
        }
        match story.try_to(call("2026-03-02T12:00", "elsewhere")).await {
            Err(SubmitError::Refused(Refusal::NotFound { name, .. })) => assert_eq!(name, "touchpoints/elsewhere"),
            other => panic!("{other:?}"),
        }
    }

    async fn a_touchpoint_shows_in_filters_and_rules(database) {
        let story = begin_with(database, Standards { respond: within(10), ..Standards::default() }).await;
        let (_, mut definition) = starter::rules().into_iter().next().expect("there are starter rules");
        definition.trigger = Trigger::Interaction(Pattern::default());
        definition.condition = "interaction.journey = \"journeys/order\" AND interaction.stage_id = \"asking\" \
            AND interaction.standards_kept = true".to_owned();
        definition.action.template = None;
        let (created_at, updated_at) = (story.ledger.now(), story.ledger.now());
        let id = "answered-well".parse().unwrap();
        let made = Rule { id, state: RuleState::Enabled, version: 1, definition, revision: 1, created_at, updated_at };
        let added = story.ledger.store.write("add", move |ledger| {
            let made = made.clone();
            Box::pin(async move { Ok(ledger.add_rule(&made).await?) })
        });
        added.await.expect("added");

        let call = |touchpoint: Option<TouchpointId>, seconds| story.tell(ana(), InteractionKind::Enquiry, move |new| {
            new.detail.touchpoint = touchpoint;
            new.detail.response = Some(SignedDuration::from_secs(seconds));
        });
        let kept = call(Some(here()), 8).await;
        let broken = call(Some(here()), 42).await;
        let nowhere = call(None, 8).await;
        let looked_at = async |id| {
            let seen = story.look(id).await;
            seen.recorded.obligation.looked_at.into_iter().find(|it| it.rule.as_str() == "answered-well").map(|it| it.failed)
        };
        assert_eq!(looked_at(kept.interaction.id).await, None, "it matched");
        assert!(looked_at(broken.interaction.id).await.expect("looked at").contains("standards_kept"));
        assert!(looked_at(nowhere.interaction.id).await.expect("looked at").contains("interaction.journey"));

        assert_eq!(select(&story, "interaction.touchpoint = \"touchpoints/here\"").await, 2);
        assert_eq!(select(&story, "interaction.journey = \"journeys/order\" AND interaction.stage_id = \"asking\"").await, 2);
        assert_eq!(select(&story, "interaction.standards_kept = false").await, 1);
        assert_eq!(select(&story, "NOT interaction.standards_kept:*").await, 1);
    }

    async fn what_named_a_touchpoint_before_there_were_any_stays_as_it_was(database) {
        let story = begin_with(database, Standards { respond: within(10), ..Standards::default() }).await;
        let visit = story.tell(ana(), InteractionKind::Visit, |new| new.detail.purchase = None).await;
        let older = "UPDATE interactions SET touchpoint = 'counter', \
            detail = replace(detail, '\"kind\"', '\"touchpoint\":\"counter\",\"kind\"')";
        story.ledger.reader().await.execute_unprepared(older).await.expect("as it may have been kept");
        let ended = story.leaves(&visit, Ending { purchase: Some(purchase("a lamp")), ..Ending::default() }).await;
        assert_eq!((ended.interaction.detail.touchpoint.as_ref().map(TouchpointId::as_str), &ended.interaction.journey), (Some("counter"), &None));
        assert_eq!(select(&story, "interaction.touchpoint = \"touchpoints/counter\"").await, 1);
        story.voids(visit.interaction.id).await;
    }
}
