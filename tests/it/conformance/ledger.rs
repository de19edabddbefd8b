//! What is recorded is kept whole, once, whoever writes beside.

use crate::support::ledger::TestLedger;
use gratitude::{
    domain::{
        customer::Customer,
        ids::{CustomerId, InteractionId},
        interaction::Interaction,
        obligation::{Decision, Obligation},
        refusal::Refusal,
        summary::Summary,
        world::{Command, Context, Needs, World},
    },
    store::{Lane, SubmitError},
};

/// Everything that is kept of a customer and an interaction, as a command would load it.
struct Look {
    interaction: InteractionId,
}

#[derive(Debug, PartialEq, Eq)]
struct Seen {
    customer: Customer,
    summary: Summary,
    interaction: Interaction,
    obligation: Obligation,
    decisions: Vec<Decision>,
}

impl Command for Look {
    type Reply = Option<Seen>;

    fn needs(&self) -> Needs {
        Needs { interactions: [self.interaction].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, _: &mut Context<'_>) -> Result<Self::Reply, Refusal> {
        let Some(interaction) = world.interactions.get(&self.interaction) else {
            return Ok(None);
        };
        let customer = interaction.customer.expect("recorded of somebody");
        Ok(Some(Seen {
            customer: world.customer(customer)?.clone(),
            summary: world.summary(customer),
            interaction: interaction.clone(),
            obligation: world.obligations.get(&self.interaction).expect("each has one").clone(),
            decisions: world.decisions_for(self.interaction).cloned().collect(),
        }))
    }
}

async fn look(ledger: &TestLedger, interaction: InteractionId) -> Option<Seen> {
    ledger.store.submit(Lane::Interactive, Look { interaction }).await.expect("looking changes nothing")
}

both_engines! {
    async fn what_is_recorded_is_read_back_as_it_was(database) {
        let ledger = TestLedger::open(database).await;
        let recorded = ledger.record(ledger.visit("+351910000001", "first")).await.expect("recorded");
        let seen = look(&ledger, recorded.interaction.id).await.expect("kept");
        assert_eq!(seen.interaction, recorded.interaction);
        assert_eq!(seen.obligation, recorded.obligation);
        assert_eq!(Some(seen.customer.id), recorded.interaction.customer);
        assert_eq!(seen.customer.profile.display_name, "Ana");
        assert_eq!(seen.summary.visit_days, 1);
        assert!(!seen.decisions.is_empty());
        assert_eq!(recorded.gestures.len(), 1, "thanked for stopping by");
    }

    async fn p2_same_request_id_replays(database) {
        let ledger = TestLedger::open(database).await;
        let first = ledger.record(ledger.visit("+351910000001", "once")).await.expect("recorded");
        let again = ledger.record(ledger.visit("+351910000001", "once")).await.expect("replayed");
        assert!(!first.replayed && again.replayed);
        assert_eq!(first.interaction, again.interaction);
        let other = ledger.record(ledger.purchase("+351910000001", "once")).await;
        assert!(matches!(other, Err(SubmitError::Refused(Refusal::ContentDiffers { .. }))), "{other:?}");
        let seen = look(&ledger, first.interaction.id).await.expect("kept");
        assert_eq!(seen.summary.visit_days, 1);
    }

    async fn p2_many_at_once_with_one_key_write_once(database) {
        let ledger = TestLedger::open(database).await;
        let calls = (0..40).map(|n| ledger.record(ledger.visit("+351910000001", if n % 2 == 0 { "even" } else { "odd" })));
        let replies = futures_util::future::join_all(calls).await;
        let mut ids: Vec<_> = replies.iter().map(|reply| reply.as_ref().expect("recorded").interaction.id).collect();
        assert_eq!(replies.iter().flatten().filter(|reply| !reply.replayed).count(), 2);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 2);
    }

    async fn one_phone_many_calls_one_customer(database) {
        let ledger = TestLedger::open(database).await;
        let calls = (0..60).map(|n| {
            let record = ledger.visit(&format!("+35191000000{}", n % 3), &n.to_string());
            ledger.store.submit(if n % 2 == 0 { Lane::Interactive } else { Lane::Bulk }, record)
        });
        let replies = futures_util::future::join_all(calls).await;
        let mut customers: Vec<CustomerId> =
            replies.iter().map(|reply| reply.as_ref().expect("recorded").interaction.customer.expect("known")).collect();
        customers.sort_unstable();
        customers.dedup();
        assert_eq!(customers.len(), 3);
        let last = replies.last().and_then(|reply| reply.as_ref().ok()).expect("recorded");
        let seen = look(&ledger, last.interaction.id).await.expect("kept");
        assert_eq!(seen.summary.counts.values().sum::<u32>(), 20);
    }

    async fn a_refused_command_leaves_no_trace_and_harms_no_other(database) {
        let ledger = TestLedger::open(database).await;
        let mut nowhere = ledger.visit("+351910000009", "nowhere");
        nowhere.new.location = "nowhere".parse().expect("a slug");
        let (refused, recorded) = tokio::join!(ledger.record(nowhere), ledger.record(ledger.visit("+351910000001", "here")));
        assert!(matches!(refused, Err(SubmitError::Refused(Refusal::NotFound { .. }))), "{refused:?}");
        recorded.expect("recorded");
    }
}
