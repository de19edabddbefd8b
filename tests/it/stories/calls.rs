//! What somebody hears on the phone, and what it does to all whom it concerns.

use super::telling::{Telling, ana, somebody};
use crate::support::ledger::LOCATION;
use gratitude::domain::{
    commands::{
        cases::OpenCase,
        customers::{CreateCustomer, OnMatch},
        gestures::{CallOutcome, Expire, Schedule},
        who::Who,
    },
    customer::{Channel, ConsentState, ContactAddress, ContactPoint, CustomerKind, Profile, Purpose},
    gesture::{Gesture, GestureKind, GestureState, Tone},
    ids::CustomerId,
    interaction::InteractionKind,
};

async fn planned(story: &Telling, customer: CustomerId) -> Gesture {
    let call = Schedule {
        actor: story.actor(),
        once: story.unrepeated(),
        customer,
        location: LOCATION.parse().expect("a slug"),
        interaction: None,
        kind: GestureKind::Call,
        channels: vec![Channel::Phone],
        purpose: Purpose::Gratitude,
        tone: Tone::Cheerful,
        priority: 50,
        role: String::new(),
        promised: false,
        due_at: None,
        deadline_at: None,
        occasion: None,
        window: None,
        content: None,
        recipient: String::new(),
        gift_value: None,
    };
    story.submit(call).await.gesture
}

async fn known(story: &Telling, who: Who) -> CustomerId {
    story.tell(who, InteractionKind::Feedback, |_| ()).await.interaction.customer.expect("somebody with a number")
}

both_engines! {
    async fn p6_a_wrong_number_is_rung_for_nobody_who_shares_it(database) {
        let story = Telling::begin(database).await;
        let customer = known(&story, ana()).await;
        let Who::Identity(identity) = ana() else { panic!("she has a number") };
        let rita = CreateCustomer {
            actor: story.actor(),
            once: story.unrepeated(),
            id: None,
            kind: CustomerKind::Person,
            profile: Profile { display_name: "Rita".to_owned(), ..Profile::default() },
            tags: Vec::new(),
            identifiers: identity.identifiers,
            on_match: OnMatch::CreateAnyway,
            allow_erased: false,
        };
        let rita = story.submit(rita).await.customer.id;
        // Dora can be reached at it, but nobody finds her by it.
        let reached_at = ContactPoint {
            address: ContactAddress::Phone("+351910000001".to_owned()),
            label: String::new(),
            bad: false,
        };
        let dora = CreateCustomer {
            actor: story.actor(),
            once: story.unrepeated(),
            id: None,
            kind: CustomerKind::Person,
            profile: Profile {
                display_name: "Dora".to_owned(),
                contact_points: vec![reached_at],
                ..Profile::default()
            },
            tags: Vec::new(),
            identifiers: Vec::new(),
            on_match: OnMatch::CreateAnyway,
            allow_erased: false,
        };
        let dora = story.submit(dora).await.customer.id;
        let doras = planned(&story, dora).await;
        assert_eq!(doras.channel, Channel::Phone);
        let other = known(&story, somebody("+351910000099", |it| it.display_name = "Eva".to_owned())).await;
        let (call, hers, others) =
            (planned(&story, customer).await, planned(&story, rita).await, planned(&story, other).await);
        story.calls(&call, CallOutcome::WrongNumber).await;
        for id in [call.id, hers.id, doras.id] {
            assert_eq!(story.gesture(id).await.channel, Channel::HandOver);
        }
        assert_eq!(story.gesture(others.id).await, others);
        for id in [rita, dora] {
            let marked = story.ledger.store.customer(id).await.expect("read").expect("there");
            assert!(marked.profile.contact_points.iter().all(|point| point.bad));
        }
    }

    async fn p6_what_was_said_on_a_call_that_was_held_or_came_too_late_is_heard(database) {
        let story = Telling::begin(database).await;
        for (phone, is_held) in [("+351910000001", true), ("+351910000002", false)] {
            let customer = known(&story, somebody(phone, |_| ())).await;
            let call = planned(&story, customer).await;
            if is_held {
                let open = OpenCase {
                    actor: story.actor(),
                    once: story.unrepeated(),
                    customer,
                    interaction: None,
                    location: None,
                    summary: "The umbrella broke.".to_owned(),
                    severity: 3,
                    assignee: String::new(),
                };
                story.submit(open).await;
            } else {
                story.ledger.advance(call.schedule.deadline_at.duration_since(story.ledger.now()));
                story.submit(Expire { id: call.id }).await;
            }
            let waits = story.gesture(call.id).await;
            let state = if is_held { GestureState::Held } else { GestureState::Expired };
            assert_eq!(waits.state, state);
            let logged = story.calls(&waits, CallOutcome::NeverAgain).await;
            assert!(logged.contact.is_some());
            let said = story.ledger.store.customer(customer).await.expect("read").expect("there");
            assert_eq!(said.consent(Channel::Phone, Purpose::Service), ConsentState::Refused);
        }
    }
}
