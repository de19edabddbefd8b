//! What two records that were one give back to each other: who has died, and who would not be contacted.

use super::{
    merging::other,
    telling::{Telling, ana, somebody},
};
use gratitude::domain::{
    commands::customers::SetDeceased,
    customer::{Channel, ConsentState, CustomerStatus, Purpose},
    gesture::{GestureState, Reason},
    ids::CustomerId,
};

impl Telling {
    async fn hears_that(&self, id: CustomerId, deceased: bool) {
        let (actor, once) = (self.actor(), self.unrepeated());
        self.submit(SetDeceased { actor, once, id, version: None, deceased }).await;
    }

    async fn word(&self, id: CustomerId, channel: Channel) -> ConsentState {
        self.known(id).await.consent(channel, Purpose::Gratitude)
    }

    /// Two records of those who stopped by on two days.
    async fn two(&self) -> (CustomerId, CustomerId) {
        let first = self.stops_by(ana()).await.interaction.customer.expect("known");
        self.at("2026-03-03T10:00");
        (first, self.stops_by(other()).await.interaction.customer.expect("known"))
    }

    async fn states(&self, ids: [CustomerId; 2]) -> [CustomerStatus; 2] {
        [self.known(ids[0]).await.status, self.known(ids[1]).await.status]
    }
}

both_engines! {
    async fn p10_who_had_died_and_was_taken_for_somebody_alive_is_dead_again_and_the_other_alive(database) {
        let story = Telling::begin(database).await;
        let (a, b) = story.two().await;
        story.hears_that(b, true).await;
        let before = (story.whole(a).await, story.whole(b).await);
        let waits = "SELECT COUNT(*) FROM gestures WHERE state IN ('scheduled', 'held', 'claimed')";
        assert!(story.count(waits).await > 0, "the other is to be thanked");
        story.merges(a, b).await;
        assert_eq!(story.known(a).await.status, CustomerStatus::Deceased);
        assert_eq!(story.count(waits).await, 0);
        story.parts(b).await;
        assert_eq!((story.whole(a).await, story.whole(b).await), before);
        assert!(story.stops_by(other()).await.gestures.is_empty(), "nothing is said to who has died");
    }

    async fn p10_who_lives_and_was_taken_for_somebody_dead_is_alive_again(database) {
        let story = Telling::begin(database).await;
        let (a, b) = story.two().await;
        story.hears_that(a, true).await;
        let before = (story.whole(a).await, story.whole(b).await);
        story.merges(a, b).await;
        let waits = "SELECT COUNT(*) FROM gestures WHERE state IN ('scheduled', 'held', 'claimed')";
        assert_eq!(story.count(waits).await, 0, "nothing waits for who has died");
        story.parts(b).await;
        assert_eq!((story.whole(a).await, story.whole(b).await), before);
    }

    async fn p10_a_death_that_is_heard_of_meanwhile_stays_with_the_survivor(database) {
        let story = Telling::begin(database).await;
        let mut thanks = [story.stops_by(ana()).await, story.stops_by(other()).await].map(|it| it.gestures[0].clone());
        // The weaker of the two is the survivor's.
        thanks.sort_by_key(|gesture| (gesture.schedule.due_at, gesture.id));
        let [a, b] = thanks.each_ref().map(|gesture| gesture.customer);
        story.merges(b, a).await;
        let twin = thanks[1].id;
        assert_eq!(story.gesture(twin).await.reason, Some(Reason::Merged), "they are thanked once");
        story.hears_that(b, true).await;
        story.parts(a).await;
        assert_eq!(story.states([a, b]).await, [CustomerStatus::Active, CustomerStatus::Deceased]);
        assert_eq!(story.gesture(twin).await.state, GestureState::Suppressed, "it does not come back to who has died");
    }

    async fn p10_that_they_live_is_the_survivors_when_it_is_heard_meanwhile(database) {
        let story = Telling::begin(database).await;
        let (a, b) = story.two().await;
        story.hears_that(b, true).await;
        story.merges(a, b).await;
        story.hears_that(a, false).await;
        story.parts(b).await;
        assert_eq!(story.states([a, b]).await, [CustomerStatus::Active, CustomerStatus::Deceased]);
    }

    async fn p10_a_dead_record_is_taken_out_from_the_middle_and_the_others_live(database) {
        let story = Telling::begin(database).await;
        let (a, b) = story.two().await;
        let third = somebody("+351910000003", |profile| profile.family_name = "Berg".to_owned());
        let c = story.stops_by(third).await.interaction.customer.expect("known");
        story.hears_that(c, true).await;
        story.merges(b, c).await;
        story.merges(a, b).await;
        assert_eq!(story.known(a).await.status, CustomerStatus::Deceased);
        story.parts(c).await;
        assert_eq!(story.states([a, c]).await, [CustomerStatus::Active, CustomerStatus::Deceased]);
        story.parts(b).await;
        assert_eq!(story.states([a, b]).await, [CustomerStatus::Active; 2]);
    }

    async fn p6_p10_a_refusal_that_was_said_meanwhile_holds_for_both(database) {
        let story = Telling::begin(database).await;
        let (a, b) = story.two().await;
        story.hears(b, Channel::Phone, ConsentState::Granted).await;
        story.hears(b, Channel::Email, ConsentState::Granted).await;
        story.hears(a, Channel::Post, ConsentState::Refused).await;
        story.merges(a, b).await;
        story.at("2026-03-03T11:00");
        story.hears(b, Channel::Phone, ConsentState::Refused).await;
        story.hears(a, Channel::Email, ConsentState::Unknown).await;
        story.hears(a, Channel::Message, ConsentState::Granted).await;
        story.parts(b).await;
        let mut words = Vec::new();
        for channel in [Channel::Phone, Channel::Email, Channel::Post, Channel::Message] {
            words.push((story.word(a, channel).await, story.word(b, channel).await));
        }
        use ConsentState::{Granted, Refused, Unknown};
        let expected = [(Refused, Refused), (Unknown, Unknown), (Refused, Unknown), (Granted, Unknown)];
        assert_eq!(words, expected, "by phone, e-mail, post and message");
        let others = story.stops_by(other()).await;
        assert!(others.gestures.iter().all(|it| it.channel != Channel::Phone), "{:?}", others.gestures);
    }
}
