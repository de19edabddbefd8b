//! The real binary, killed with `kill -9` in the middle of its work (P1, P2, P4).

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use gratitude::proto::v1::{
    ExplainInteractionRequest, GetCoverageRequest, Identifier, Identity, Interaction, InteractionChannel,
    InteractionKind, Outcome, RecordInteractionRequest, Who, identifier, identity,
    insight_service_client::InsightServiceClient, interaction_service_client::InteractionServiceClient, who,
};
use tokio::task::JoinSet;
use tonic::{Code, transport::Channel};
use uuid::Uuid;

use crate::support::{
    binary::Serving,
    shop::{SHOP, open_shop},
};

const ROUNDS: usize = 5;
const CLERKS: u128 = 8;
/// How long the clerks work before the service is killed; long enough that many calls are under way.
const SHIFT: Duration = Duration::from_millis(300);

/// What one clerk got done before the service was gone, and the call that stayed without an answer.
struct Shift {
    acknowledged: BTreeMap<u128, String>,
    unanswered: Option<u128>,
}

both_engines! {
    async fn p1_p2_p4_nothing_acknowledged_is_lost_and_nothing_doubled_when_the_service_is_killed(database) {
        let mut acknowledged: BTreeMap<u128, String> = BTreeMap::new();
        let mut unanswered: BTreeSet<u128> = BTreeSet::new();
        for round in 0..ROUNDS {
            let serving = Serving::start(&database.url, &[]);
            let channel = connect(&serving).await;
            open_shop(channel.clone()).await;
            for number in std::mem::take(&mut unanswered) {
                let name = record(channel.clone(), number).await.expect("the service answers");
                acknowledged.insert(number, name);
            }
            let mut clerks = JoinSet::new();
            for clerk in 0..CLERKS {
                clerks.spawn(work(channel.clone(), (round as u128 * CLERKS + clerk) << 32));
            }
            tokio::time::sleep(SHIFT).await;
            serving.kill();
            for shift in clerks.join_all().await {
                acknowledged.extend(shift.acknowledged);
                unanswered.extend(shift.unanswered);
            }
        }

        let serving = Serving::start(&database.url, &[]);
        let channel = connect(&serving).await;
        for number in unanswered {
            let name = record(channel.clone(), number).await.expect("the service answers");
            acknowledged.insert(number, name);
        }
        assert!(acknowledged.len() > ROUNDS * 8, "the clerks got too little done to prove anything");
        for (number, name) in &acknowledged {
            let again = record(channel.clone(), *number).await.expect("the service answers");
            assert_eq!(&again, name, "what was acknowledged is there, under its name");
        }
        let counted = InsightServiceClient::new(channel.clone()).get_coverage(GetCoverageRequest::default()).await;
        let rows = counted.expect("counts").into_inner().rows;
        let interactions: i64 = rows.iter().filter_map(|row| row.counts.as_ref()).map(|c| c.interactions).sum();
        assert_eq!(usize::try_from(interactions), Ok(acknowledged.len()), "nothing was doubled");
        each_is_answered_for_once(channel, acknowledged.values()).await;
    }
}

async fn each_is_answered_for_once(channel: Channel, names: impl Iterator<Item = &String>) {
    let mut client = InteractionServiceClient::new(channel);
    for name in names {
        let request = ExplainInteractionRequest { name: name.clone() };
        let told = client.explain_interaction(request).await.expect("it is there").into_inner();
        let obligation = told.obligation.expect("each interaction has one");
        assert!(!obligation.explanation.is_empty(), "{name}");
        let occurrences: BTreeSet<_> = told.gestures.iter().map(|g| (&g.rule, &g.occurrence)).collect();
        assert_eq!(occurrences.len(), told.gestures.len(), "{name}: a rule acted twice");
    }
}

/// Records one interaction after the other until the service is gone.
async fn work(channel: Channel, first: u128) -> Shift {
    let mut shift = Shift { acknowledged: BTreeMap::new(), unanswered: None };
    for number in first.. {
        match record(channel.clone(), number).await {
            Ok(name) => {
                shift.acknowledged.insert(number, name);
            }
            Err(_) => {
                shift.unanswered = Some(number);
                break;
            }
        }
    }
    shift
}

async fn record(channel: Channel, number: u128) -> Result<String, Code> {
    let loyalty = Identifier {
        kind: identifier::Kind::Loyalty.into(),
        value: format!("L{}", number % 40),
        ..Identifier::default()
    };
    let identity =
        Identity { identifiers: vec![loyalty], profile: None, on_missing: identity::OnMissing::Create.into() };
    let bought = number.is_multiple_of(2);
    let interaction = Interaction {
        location: SHOP.to_owned(),
        kind: if bought { InteractionKind::Purchase } else { InteractionKind::Visit }.into(),
        outcome: if bought { Outcome::Purchased } else { Outcome::NotPurchased }.into(),
        channel: InteractionChannel::InStore.into(),
        ..Interaction::default()
    };
    let request = RecordInteractionRequest {
        who: Some(Who { who: Some(who::Who::Identity(identity)) }),
        interaction: Some(interaction),
        request_id: Uuid::from_u128(number | 1 << 120).to_string(),
    };
    let reply = InteractionServiceClient::new(channel).record_interaction(request).await;
    reply.map(|reply| reply.into_inner().interaction.expect("recorded").name).map_err(|status| status.code())
}

async fn connect(serving: &Serving) -> Channel {
    let endpoint = Channel::from_shared(serving.url()).expect("a URL");
    endpoint.connect().await.expect("it listens")
}
