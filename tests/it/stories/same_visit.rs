//! One person is checked in twice at once, under two records or as a stranger too, and turns out to be one.

use super::{
    desk::{reassigns, takes_back},
    merging::other,
    telling::{Telling, ana, bought_nothing, somebody},
};
use crate::support::ledger::LOCATION;
use gratitude::domain::{
    commands::{left_open::CloseLeftOpen, who::Who},
    ids::InteractionId,
    interaction::{Interaction, InteractionState, Outcome},
    obligation::ObligationState,
    world::{EventKind, Subject},
};
use gratitude::store::PageRequest;
use jiff::SignedDuration;

impl Telling {
    /// Whom the desk lists as here.
    async fn here(&self) -> Vec<InteractionId> {
        let page = PageRequest { size: 10, after: None };
        let here = self.ledger.store.visits_here(&LOCATION.parse().unwrap(), &page).await.expect("listed").items;
        here.into_iter().map(|arrival| arrival.visit.id).collect()
    }

    /// A visit of each of the two records, 20 minutes apart.
    async fn both_come(&self) -> (Interaction, Interaction) {
        let first = self.comes_in(ana()).await.interaction;
        self.ledger.advance(SignedDuration::from_mins(20));
        let second = self.comes_in(other()).await.interaction;
        self.ledger.advance(SignedDuration::from_mins(5));
        (first, second)
    }

    /// Ana's visit and that of a stranger, 20 minutes apart.
    async fn ana_and_a_stranger_come(&self, stranger_first: bool) -> (Interaction, Interaction) {
        let (first, second) = if stranger_first { (Who::Nobody, ana()) } else { (ana(), Who::Nobody) };
        let first = self.comes_in(first).await.interaction;
        self.ledger.advance(SignedDuration::from_mins(20));
        let second = self.comes_in(second).await.interaction;
        self.ledger.advance(SignedDuration::from_mins(5));
        if stranger_first { (second, first) } else { (first, second) }
    }

    async fn interaction(&self, id: InteractionId) -> Interaction {
        Interaction { version: 0, ..self.look(id).await.recorded.interaction }
    }
}

both_engines! {
    async fn p10_who_was_checked_in_under_both_names_is_here_once_and_twice_again_when_parted(database) {
        let story = Telling::begin(database).await;
        let (first, second) = story.both_come().await;
        let (a, b) = (first.customer.expect("known"), second.customer.expect("known"));
        let whole = (story.whole(a).await, story.whole(b).await);
        let visits = (story.interaction(first.id).await, story.interaction(second.id).await);
        assert_eq!(story.here().await, [first.id, second.id]);

        // Whichever record goes on, the visit that was opened first does.
        story.merges(b, a).await;
        assert_eq!(story.here().await, [first.id]);
        let events = story.ledger.store.events_of(&Subject::Interaction(second.id), 10, None).await.expect("read");
        assert!(events.iter().any(|(_, event)| event.kind == EventKind::InteractionCorrected), "whoever watches is told");
        let same = story.look(second.id).await.recorded;
        assert_eq!((same.interaction.joined, same.obligation.follows), (Some(first.id), Some(first.id)));
        assert_eq!(story.comes_in(other()).await.interaction.id, first.id, "they are here already");

        story.parts(a).await;
        assert_eq!(story.here().await, [first.id, second.id]);
        assert_eq!((story.whole(a).await, story.whole(b).await), whole);
        assert_eq!((story.interaction(first.id).await, story.interaction(second.id).await), visits);
    }

    async fn p4_p10_one_visit_under_two_names_is_thanked_once_and_closed_by_either(database) {
        let story = Telling::begin(database).await;
        let (first, second) = story.both_come().await;
        story.merges(first.customer.expect("known"), second.customer.expect("known")).await;
        let named = story.look(second.id).await.recorded;
        let closed = story.leaves(&named, bought_nothing()).await;
        assert_eq!((closed.interaction.id, closed.interaction.state), (first.id, InteractionState::Closed));
        assert_eq!((story.here().await.len(), closed.gestures.len()), (0, 1));

        story.ledger.advance(SignedDuration::from_hours(9));
        assert!(story.submit(CloseLeftOpen { id: second.id }).await, "its own time is over");
        let after = story.look(second.id).await;
        assert_eq!(after.recorded.gestures, closed.gestures, "the same thanks answers both");
        assert_eq!(after.recorded.obligation.state, ObligationState::Open);
        let thanks = "SELECT COUNT(*) FROM gestures WHERE kind = 'note'";
        assert_eq!(story.count(thanks).await, 1);
        assert_eq!(after.summary().visit_days, 1);
    }

    async fn p10_what_was_bought_during_the_later_visit_belongs_to_the_one_and_goes_back_with_it(database) {
        let story = Telling::begin(database).await;
        let (first, second) = story.both_come().await;
        let (a, b) = (first.customer.expect("known"), second.customer.expect("known"));
        let bought = story.buys(other(), "a cup").await.interaction;
        assert_eq!(bought.joined, Some(second.id));
        let before = (story.whole(a).await, story.whole(b).await);
        story.merges(a, b).await;
        assert_eq!(story.interaction(bought.id).await.joined, Some(first.id));
        story.parts(b).await;
        assert_eq!(story.interaction(bought.id).await.joined, Some(second.id));
        assert_eq!((story.whole(a).await, story.whole(b).await), before);
        assert_eq!(story.here().await, [first.id, second.id]);
        let nothing = story.look(first.id).await.recorded.interaction;
        assert_eq!((nothing.detail.purchase.is_none(), nothing.detail.outcome), (true, None::<Outcome>));
    }

    async fn p10_of_three_that_were_the_same_two_still_are_when_the_first_is_parted(database) {
        let story = Telling::begin(database).await;
        let (first, second) = story.both_come().await;
        let third = story.comes_in(somebody("+351910000003", |profile| profile.suffix = "Jr".to_owned())).await.interaction;
        let [a, b, c] = [&first, &second, &third].map(|visit| visit.customer.expect("known"));
        story.merges(b, c).await;
        assert_eq!(story.here().await, [first.id, second.id]);
        story.merges(b, a).await;
        assert_eq!(story.here().await, [first.id]);
        story.parts(a).await;
        assert_eq!(story.here().await, [first.id, second.id]);
        assert_eq!(story.interaction(third.id).await.joined, Some(second.id));
    }

    async fn p10_a_strangers_visit_of_somebody_who_is_here_is_the_same_until_it_is_somebody_elses(database) {
        let story = Telling::begin(database).await;
        for stranger_first in [true, false] {
            let (hers, strangers) = story.ana_and_a_stranger_come(stranger_first).await;
            let (first, again) = if stranger_first { (&strangers, &hers) } else { (&hers, &strangers) };
            let customer = hers.customer.expect("known");
            let bought = story.buys(ana(), "a cup").await.interaction.id;
            let state = async || (
                story.whole(customer).await,
                story.interaction(hers.id).await,
                story.interaction(strangers.id).await,
                story.interaction(bought).await,
                story.look(hers.id).await.recorded.obligation,
                story.here().await,
            );
            let before = state().await;
            assert_eq!(before.5, [first.id, again.id]);

            let moved = reassigns(&story, strangers.id, hers.customer).await;
            assert_eq!(story.here().await, [first.id]);
            assert_eq!(story.interaction(again.id).await.joined, Some(first.id));
            assert_eq!(story.interaction(bought).await.joined, Some(first.id), "what she bought belongs to the one");
            assert_eq!(story.comes_in(ana()).await.interaction.id, first.id, "she is here already");
            takes_back(&story, moved.undo).await.expect("within the minute");
            assert_eq!(state().await, before);

            story.belongs_to(strangers.id, hers.customer).await;
            assert_eq!(story.here().await, [first.id]);
            story.belongs_to(strangers.id, None).await;
            let after = state().await;
            assert_eq!((after.0, after.3.joined, after.5), (before.0, before.3.joined, before.5));
            let unjoined = [hers.id, strangers.id].map(async |id| story.interaction(id).await.joined);
            assert_eq!(futures_util::future::join_all(unjoined).await, [None, None]);

            story.belongs_to(strangers.id, hers.customer).await;
            let closed = story.leaves(&story.look(again.id).await.recorded, bought_nothing()).await;
            assert_eq!((closed.interaction.id, story.here().await.len()), (first.id, 0), "either closes the one");
            story.ledger.advance(SignedDuration::from_hours(24));
        }
    }

    async fn p10_a_strangers_visit_stays_with_whom_it_was_given_when_records_are_parted(database) {
        let story = Telling::begin(database).await;
        let earlier = story.comes_in(other()).await.interaction;
        story.ledger.advance(SignedDuration::from_mins(20));
        let (hers, strangers) = story.ana_and_a_stranger_come(false).await;
        story.belongs_to(strangers.id, hers.customer).await;
        let [a, b] = [&hers, &earlier].map(|visit| visit.customer.expect("known"));
        let before = (story.whole(a).await, story.whole(b).await, story.here().await);
        assert_eq!(before.2, [earlier.id, hers.id]);
        story.merges(a, b).await;
        assert_eq!(story.here().await, [earlier.id]);
        story.parts(b).await;
        assert_eq!(story.interaction(strangers.id).await.joined, Some(hers.id), "as before");
        assert_eq!((story.whole(a).await, story.whole(b).await, story.here().await), before);
    }
}
