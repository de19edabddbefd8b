//! What keeps a thank-you from being said, for a while or for good, and how the ledger says so.

use super::telling::{Telling, ana, rule, somebody};
use crate::support::ledger::LOCATION;
use gratitude::domain::{
    commands::{
        customers::{ProfileChange, SetConsent, UpdateCustomer},
        gestures::{CallOutcome, LapseLease, Schedule},
    },
    customer::{BirthDate, Channel, ConsentState, ContactAddress, ContactPoint, Guardian, Profile, Purpose},
    gesture::{GestureKind, GestureState, Reason, Tone},
    interaction::{Direction, Emotion, FeelingAbout, FeelingJudge, InteractionChannel, InteractionKind, Outcome},
    obligation::{ObligationState, OpenReason},
};

both_engines! {
    async fn p7_a_complaint_the_night_before_holds_the_thank_you_until_it_is_put_right(database) {
        let story = Telling::begin(database).await;
        story.at("2026-03-02T18:00");
        let visit = story.stops_by(ana()).await;
        story.at("2026-03-02T21:40");
        let complaint = story.tell(ana(), InteractionKind::Complaint, |new| {
            new.detail.channel = InteractionChannel::Phone;
        }).await;

        let seen = story.look(visit.interaction.id).await;
        let case = seen.case.clone().expect("a complaint opens a case");
        let note = &seen.recorded.gestures[0];
        assert_eq!((note.state, note.reason), (GestureState::Held, Some(Reason::OpenCase)));
        let owed = &seen.recorded.obligation;
        assert_eq!((owed.open_reason, owed.gesture), (Some(OpenReason::GesturePending), Some(note.id)));
        assert!(owed.explanation.contains(&format!("cases/{}", case.id)), "{}", owed.explanation);

        let [apology] = complaint.gestures.as_slice() else { panic!("{:?}", complaint.gestures) };
        assert_eq!((apology.kind, apology.channel), (GestureKind::Apology, Channel::Phone));
        assert_eq!(apology.schedule.planned_local, "2026-03-03T08:00", "P5: 21:40 is no time to call");
        assert!(apology.schedule.due_at < note.schedule.due_at);
        assert!(story.claims().await.is_empty(), "nothing leaves at night");
        story.at("2026-03-03T08:00");
        let claimed = story.claims().await;
        assert_eq!(claimed.iter().map(|c| c.gesture.id).collect::<Vec<_>>(), [apology.id]);

        story.at("2026-03-03T10:30");
        assert!(story.claims().await.iter().all(|c| c.gesture.id != note.id), "P7: no cheer while it is open");
        story.submit(LapseLease { id: apology.id }).await.expect("whoever had it did not call");
        let resolved = story.resolves(case.id).await;
        let seen = story.look(visit.interaction.id).await;
        assert_eq!(seen.recorded.gestures[0].reason, Some(Reason::Recovery), "first she hears that it is settled");
        let recovery = story.gesture(resolved.recovery.expect("she can be called")).await;
        story.calls(&recovery, CallOutcome::Reached { happy: Some(4) }).await;
        let seen = story.look(visit.interaction.id).await;
        let note = &seen.recorded.gestures[0];
        assert_eq!(note.state, GestureState::Scheduled);
        assert!(note.schedule.due_at >= story.instant("2026-03-03T11:30"), "not within the hour: {}", note.schedule.due_at);
    }

    async fn p7_grief_of_their_own_opens_no_case_but_cheer_waits(database) {
        let story = Telling::begin(database).await;
        let visit = story.stops_by(ana()).await;
        let sad = story.tell(ana(), InteractionKind::Enquiry, |new| {
            new.detail.emotion = Some(Emotion {
                satisfaction: -2,
                intensity: 5,
                judged_by: FeelingJudge::Customer,
                about: FeelingAbout::OwnLife,
            });
        }).await;
        let seen = story.look(visit.interaction.id).await;
        assert!(seen.case.is_none());
        assert_eq!(seen.recorded.gestures[0].reason, Some(Reason::OwnLife));
        assert!(sad.gestures.iter().all(|g| rule(g) != "apology"), "there is nothing to be sorry for");
    }

    async fn p3_twenty_coffees_on_twenty_days_give_two_notes(database) {
        let story = Telling::begin(database).await;
        let mut coffees = Vec::new();
        let mut pending = Vec::new();
        for day in 2..=21 {
            story.at(&format!("2026-03-{day:02}T10:05"));
            for note in std::mem::take(&mut pending) {
                story.carries_out(&note).await;
            }
            let coffee = story.buys(ana(), "a coffee").await;
            pending.extend(coffee.gestures.iter().filter(|g| g.kind == GestureKind::Note).cloned());
            coffees.push(coffee);
        }
        let notes: Vec<_> =
            coffees.iter().flat_map(|c| &c.gestures).filter(|g| rule(g) == "thanks-after-purchase").collect();
        assert_eq!(notes.len(), 2);
        for (n, coffee) in coffees.iter().enumerate() {
            let seen = story.look(coffee.interaction.id).await;
            let decision = seen.decisions.iter().find(|d| d.rule.as_str() == "thanks-after-purchase").expect("matched");
            if n < 2 {
                assert_eq!(seen.recorded.obligation.state, ObligationState::Fulfilled);
                continue;
            }
            assert_eq!(decision.reason, Some(Reason::OverBudget));
            for note in &notes {
                assert!(decision.explanation.contains(&note.id.to_string()), "{}", decision.explanation);
            }
            if ![5, 10, 20].contains(&(n + 1)) {
                let owed = &seen.recorded.obligation;
                assert_eq!((owed.state, owed.reason), (ObligationState::Suppressed, Some(Reason::OverBudget)));
            }
        }
        let seen = story.look(coffees[0].interaction.id).await;
        assert_eq!(seen.summary().visit_days, 20);
    }

    async fn p3_twenty_coffees_on_one_day_give_one_note(database) {
        let story = Telling::begin(database).await;
        let mut coffees = Vec::new();
        for minute in 10..30 {
            story.at(&format!("2026-03-02T10:{minute}"));
            coffees.push(story.buys(ana(), "a coffee").await);
        }
        assert_eq!(coffees.iter().map(|c| c.gestures.len()).sum::<usize>(), 1);
        let note = coffees[0].gestures[0].id.to_string();
        for coffee in &coffees[1..] {
            assert_eq!(coffee.obligation.reason, Some(Reason::Group));
            assert!(coffee.obligation.explanation.contains(&note), "{}", coffee.obligation.explanation);
        }
    }

    async fn a_stronger_rule_of_the_group_takes_over_and_an_equal_one_does_not(database) {
        let story = Telling::begin(database).await;
        let visit = story.stops_by(ana()).await;
        let delight = story.tell(ana(), InteractionKind::Compliment, |new| {
            new.detail.unexpected = Some(gratitude::domain::interaction::Surprise::Good);
        }).await;
        assert_eq!(rule(&delight.gestures[0]), "congratulation-at-a-peak");
        let seen = story.look(visit.interaction.id).await;
        let note = &seen.recorded.gestures[0];
        assert_eq!((note.state, note.reason), (GestureState::Suppressed, Some(Reason::Group)));
        assert!(note.explanation.contains(&delight.gestures[0].id.to_string()), "{}", note.explanation);
        let again = story.stops_by(ana()).await;
        assert_eq!(again.obligation.reason, Some(Reason::Group));
    }

    async fn p5_a_call_of_the_evening_waits_for_the_morning(database) {
        let story = Telling::begin(database).await;
        story.at("2026-03-07T21:40");
        let support = story.tell(ana(), InteractionKind::Support, |new| {
            new.detail.outcome = Some(Outcome::Resolved);
        }).await;
        let [call] = support.gestures.as_slice() else { panic!("{:?}", support.gestures) };
        assert_eq!((rule(call), call.channel), ("sign-off", Channel::Phone));
        assert_eq!(call.schedule.planned_local, "2026-03-09T09:00", "after the Sunday");
        assert!(call.schedule.steps.iter().any(|step| step.text.contains("Sun")), "{:?}", call.schedule.steps);
    }

    async fn p6_a_refusal_takes_back_all_that_is_planned_however_much_it_is(database) {
        let story = Telling::begin(database).await;
        let mut promised = Vec::new();
        for _ in 0..12 {
            let visit = story.tell(ana(), InteractionKind::Feedback, |_| {}).await;
            let promise = Schedule {
                actor: story.actor(),
                once: story.unrepeated(),
                customer: visit.interaction.customer.expect("made known"),
                location: LOCATION.parse().unwrap(),
                interaction: Some(visit.interaction.id),
                kind: GestureKind::Call,
                channels: vec![Channel::Phone],
                purpose: Purpose::Gratitude,
                tone: Tone::Caring,
                priority: 50,
                role: String::new(),
                promised: true,
                due_at: None,
                deadline_at: None,
                occasion: None,
                window: None,
                content: None,
                recipient: String::new(),
                gift_value: None,
            };
            promised.push(story.submit(promise).await.gesture);
        }
        for channel in [Channel::InPerson, Channel::Phone] {
            let refusal = SetConsent {
                actor: story.actor(),
                once: story.unrepeated(),
                id: promised[0].customer,
                channel,
                purpose: Purpose::Gratitude,
                state: ConsentState::Refused,
                source: "till form".to_owned(),
                text_version: "1".to_owned(),
                at: None,
            };
            story.submit(refusal).await;
        }
        for promise in promised {
            assert_eq!(story.gesture(promise.id).await.reason, Some(Reason::NoConsent));
        }
    }

    async fn p6_a_refusal_moves_what_is_planned_to_a_person(database) {
        let story = Telling::begin(database).await;
        let with_email = |profile: &mut Profile| {
            let address = ContactAddress::Email("ana@example.org".to_owned());
            profile.contact_points.push(ContactPoint { address, label: String::new(), bad: false });
        };
        let first = story.tell(somebody("+351910000001", with_email), InteractionKind::Feedback, |_| {}).await;
        let customer = first.interaction.customer.expect("made known");
        let consent = |state| SetConsent {
            actor: story.actor(),
            once: story.unrepeated(),
            id: customer,
            channel: Channel::Email,
            purpose: Purpose::Gratitude,
            state,
            source: "till form".to_owned(),
            text_version: "1".to_owned(),
            at: None,
        };
        story.submit(consent(ConsentState::Granted)).await;
        let visit = story.stops_by(ana()).await;
        assert_eq!(visit.gestures[0].channel, Channel::Email);
        story.at("2026-03-02T12:00");
        story.submit(consent(ConsentState::Refused)).await;
        let seen = story.look(visit.interaction.id).await;
        assert_eq!(seen.recorded.gestures[0].channel, Channel::HandOver);
        assert_eq!(seen.recorded.obligation.open_reason, Some(OpenReason::GesturePending));
    }

    async fn p3_minors_are_reached_only_through_a_guardian(database) {
        let story = Telling::begin(database).await;
        let marked = story.stops_by(somebody("+351910000001", |p| p.minor = true)).await;
        let born = BirthDate { year: Some(2008), month: 3, day: 3 };
        let young = story.stops_by(somebody("+351910000002", |p| p.birth_date = Some(born))).await;
        for visit in [&marked, &young] {
            assert!(visit.gestures.is_empty());
            assert_eq!((visit.obligation.state, visit.obligation.reason), (ObligationState::Suppressed, Some(Reason::Minor)));
        }
        story.at("2026-03-03T10:00");
        let grown = story.stops_by(somebody("+351910000002", |_| {})).await;
        assert_eq!(grown.gestures.len(), 1, "eighteen today");
    }

    async fn p6_with_a_guardian_a_minor_is_thanked_through_them(database) {
        let story = Telling::begin(database).await;
        let mother = story.stops_by(somebody("+351910000009", |profile| {
            profile.display_name = "Dona Rosa".to_owned();
            profile.time_zone = "Europe/Madrid".to_owned();
        })).await.interaction.customer.expect("she is known");
        let mia = story.stops_by(somebody("+351910000001", |profile| profile.minor = true)).await;
        assert_eq!(mia.obligation.reason, Some(Reason::Minor));
        let id = mia.interaction.customer.expect("she is known");
        let name = |consented| UpdateCustomer {
            actor: story.actor(),
            id,
            version: None,
            profile: ProfileChange::new(move |profile: &mut Profile| {
                let source = "till form".to_owned();
                profile.guardian = Some(Guardian { customer: mother, consented, source, since: None });
            }),
            kind: None,
            tags: None,
            identifiers: None,
            allow_erased: false,
        };
        story.submit(name(true)).await;
        story.at("2026-03-03T10:00");
        let thanked = story.stops_by(somebody("+351910000001", |_| {})).await;
        let [note] = thanked.gestures.as_slice() else { panic!("{:?}", thanked.gestures) };
        assert_eq!((note.customer, note.schedule.zone.as_str()), (id, "Europe/Madrid"), "by the mother's clock");
        assert!(note.content.text.contains("Dona Rosa"), "{}", note.content.text);
        assert!(note.content.text.starts_with("Ana\n"), "it says about whom: {}", note.content.text);

        story.submit(name(false)).await;
        let seen = story.look(thanked.interaction.id).await;
        let note = &seen.recorded.gestures[0];
        assert_eq!((note.state, note.reason), (GestureState::Suppressed, Some(Reason::Minor)));
        assert!(note.explanation.contains("has not consented"));
    }

    async fn p3_what_owes_nothing_says_why(database) {
        let story = Telling::begin(database).await;
        let observed = story.tell(ana(), InteractionKind::Observation, |new| {
            new.detail.outcome = Some(Outcome::Purchased);
            new.detail.purchase = Some(super::telling::purchase("a coffee"));
            new.detail.satisfaction = Some(1);
        }).await;
        assert_eq!((observed.obligation.state, observed.obligation.reason), (ObligationState::NotOwed, Some(Reason::Observation)));
        let seen = story.look(observed.interaction.id).await;
        assert!(seen.case.is_none() && seen.alive().is_empty());
        assert!(seen.summary().counts.is_empty() && seen.summary().spend.is_empty() && seen.summary().last.is_none());

        let outbound = story.tell(ana(), InteractionKind::OutboundContact, |new| {
            new.detail.direction = Direction::Outbound;
        }).await;
        assert_eq!((outbound.obligation.state, outbound.obligation.reason), (ObligationState::NotOwed, Some(Reason::Outbound)));

        let past = story.tell(ana(), InteractionKind::Visit, |new| {
            new.start_at = Some(story.instant("2025-06-01T10:00"));
            new.end_at = new.start_at;
            new.history = true;
        }).await;
        assert_eq!((past.obligation.state, past.obligation.reason), (ObligationState::Suppressed, Some(Reason::History)));
        assert_eq!(story.look(past.interaction.id).await.summary().visit_days, 1);

        let plain = story.tell(ana(), InteractionKind::OrderUpdate, |_| {}).await;
        assert_eq!((plain.obligation.state, plain.obligation.reason), (ObligationState::Suppressed, Some(Reason::NoRuleMatched)));
        assert_eq!(plain.obligation.looked_at.len(), 8, "each rule says which clause failed");
    }
}
