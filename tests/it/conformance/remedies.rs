//! What the desk may grant, whoever grants at once.

use crate::support::ledger::TestLedger;
use futures_util::future::join_all;
use gratitude::{
    domain::{
        case::RemedyKind,
        commands::{
            Once,
            cases::{GrantRemedy, OpenCase},
        },
        money::Money,
        refusal::{Precondition, Refusal},
        world::{Actor, Fingerprint, IdempotencyKey},
    },
    store::{Lane, SubmitError},
};

fn once(call: &str) -> Once {
    Once { keys: vec![IdempotencyKey::request("local", "Test", call)], content: Fingerprint::default() }
}

both_engines! {
    /// 20 euros on each of ten cases, where a day has 80.
    async fn the_limit_of_a_day_holds_for_many_who_grant_at_once(database) {
        let ledger = TestLedger::open(database).await;
        let actor = || Actor { principal: "local".to_owned(), ..Actor::default() };
        let mut cases = Vec::new();
        for n in 0..10 {
            let visit = ledger.record(ledger.visit(&format!("+35191000000{n}"), &n.to_string())).await.expect("recorded");
            let open = OpenCase {
                actor: actor(),
                once: once(&format!("open {n}")),
                customer: visit.interaction.customer.expect("somebody is known"),
                interaction: Some(visit.interaction.id),
                location: None,
                summary: "a chipped cup".to_owned(),
                severity: 3,
                assignee: String::new(),
            };
            cases.push(ledger.store.submit(Lane::Interactive, open).await.expect("opened").case);
        }
        assert!(cases.iter().all(|case| case.location.is_some()), "where it showed");
        let grant = |n: usize| GrantRemedy {
            actor: actor(),
            once: once(&format!("grant {n}")),
            id: cases[n].id,
            version: None,
            kind: RemedyKind::Voucher,
            amount: Some(Money { currency: "EUR".to_owned(), micros: 20_000_000 }),
            words: String::new(),
            granted_by: "Rui".to_owned(),
        };
        let patient = |n| {
            let (store, grant) = (&ledger.store, grant(n));
            async move {
                // Whoever lost a race to another writer tries again, as the contract says.
                loop {
                    match store.submit(Lane::Interactive, grant.clone()).await {
                        Err(SubmitError::Store(_)) => {}
                        other => return other,
                    }
                }
            }
        };
        let granted = join_all((0..10).map(patient)).await;
        let limited = |result: &Result<_, SubmitError>| {
            matches!(result, Err(SubmitError::Refused(Refusal::Precondition { kind: Precondition::RemedyLimit, .. })))
        };
        assert_eq!(granted.iter().filter(|result| result.is_ok()).count(), 4);
        assert_eq!(granted.iter().filter(|result| limited(result)).count(), 6);
    }
}
