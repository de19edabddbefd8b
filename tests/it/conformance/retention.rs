//! What is kept for a time only goes when that is over, and what is counted stays.

use crate::support::ledger::{LOCATION, TestLedger};
use gratitude::{
    app::{App, Retained},
    clock::Clock,
    domain::{
        commands::{Once, visits::CheckIn, who::Who},
        ids::InteractionId,
        retention::{Kept, Retention},
        settings::Settings,
        world::{Actor, Fingerprint, Subject},
    },
    store::{Lane, Reading},
};
use jiff::SignedDuration;
use sea_orm::{ConnectionTrait, Statement};
use std::sync::Arc;

const DAY: SignedDuration = SignedDuration::from_hours(24);
const PAGE: u32 = 2;

fn a_year() -> Retention {
    let year = Some(DAY * 365);
    Retention { remarks: year, events: year, reads: year }
}

/// The service as it is configured, at the ledger's present instant.
fn app(ledger: &TestLedger, retention: Retention) -> App {
    let settings = Settings { retention, ..Settings::clone(&ledger.settings) };
    App::new(ledger.store.clone(), Clock::manual(ledger.now()), Arc::new(settings))
}

/// A visit about which somebody wrote.
async fn remarked(ledger: &TestLedger, phone: &str, call: &str) -> InteractionId {
    let mut visit = ledger.visit(phone, call);
    visit.new.detail.remarks = "Wants to be asked about the \"remarks\": first.".to_owned();
    visit.new.detail.topics = vec!["remarks".to_owned()];
    ledger.record(visit).await.expect("recorded").interaction.id
}

/// Somebody who is described, and comes in now.
async fn stranger(ledger: &TestLedger) -> InteractionId {
    let command = CheckIn {
        actor: Actor::system(),
        once: Once { keys: Vec::new(), content: Fingerprint::default() },
        who: Who::Nobody,
        location: LOCATION.parse().expect("a slug"),
        at: None,
        staff: String::new(),
        expected_end: None,
        stranger: "blue coat".to_owned(),
        settings: Arc::clone(&ledger.settings),
        now: ledger.now(),
    };
    ledger.store.submit(Lane::Interactive, command).await.expect("checked in").interaction.id
}

async fn reads(ledger: &TestLedger, id: InteractionId) {
    let customer = ledger.store.interaction(id).await.expect("read").and_then(|it| it.customer).expect("known");
    let reading = Reading { principal: "system".to_owned(), on_behalf_of: None, method: "GetCustomer", customer };
    ledger.store.note_readings(&[(ledger.now(), reading)]).await.expect("noted");
}

/// How many rows there are of what is counted for ever.
async fn counted(ledger: &TestLedger) -> Vec<i64> {
    let reader = ledger.reader().await;
    let mut counts = Vec::new();
    for table in ["customers", "interactions", "obligations", "decisions", "gestures", "contacts", "customer_summaries"]
    {
        let count = Statement::from_string(reader.get_database_backend(), format!("SELECT COUNT(*) FROM {table}"));
        let row = reader.query_one_raw(count).await.expect("counted").expect("a number");
        counts.push(row.try_get_by_index(0).expect("a number"));
    }
    counts
}

fn due(retained: &[Retained]) -> Vec<(Kept, u64)> {
    retained.iter().map(|it| (it.kept, it.too_old.count)).collect()
}

async fn forget_all(app: &App) -> u64 {
    let mut forgotten = 0;
    loop {
        let swept = app.forget_by_retention(app.now(), PAGE).await.expect("forgotten");
        forgotten += swept.changed;
        if !swept.has_more {
            return forgotten;
        }
    }
}

both_engines! {
    async fn what_is_too_old_is_forgotten_and_what_is_counted_stays(database) {
        let ledger = TestLedger::open(database).await;
        let mut old = Vec::new();
        for n in 0..5 {
            let phone = format!("+35191000000{n}");
            old.push(remarked(&ledger, &phone, &n.to_string()).await);
            ledger.record(ledger.purchase(&phone, &format!("purchase {n}"))).await.expect("recorded");
            reads(&ledger, old[n]).await;
        }
        let open = stranger(&ledger).await;
        let began = ledger.now();
        ledger.advance(DAY * 366);
        let new = remarked(&ledger, "+351910000009", "new").await;
        reads(&ledger, new).await;
        let (before, app) = (counted(&ledger).await, app(&ledger, a_year()));

        let dry = app.preview_retention(None).await.expect("counted");
        let events = dry.iter().find(|it| it.kept == Kept::Events).expect("a line").too_old.count;
        assert!(events > 10, "{events}");
        let keys = 10;
        let expected =
            [(Kept::Remarks, 5), (Kept::Events, events), (Kept::Reads, 5), (Kept::RequestKeys, keys)];
        assert_eq!(due(&dry), expected);
        assert!(dry.iter().all(|it| it.forgotten == 0 && !it.has_more));
        assert!(dry[..3].iter().all(|it| it.too_old.oldest == Some(began) && it.period == Some(DAY * 365)), "{dry:?}");
        assert_eq!(due(&app.preview_retention(None).await.expect("counted")), expected, "nothing was changed");
        let shorter = Retention { remarks: Some(SignedDuration::from_secs(1)), ..Retention::default() };
        ledger.advance(DAY);
        let tried = app_now(&ledger).preview_retention(Some(shorter)).await.expect("counted");
        assert_eq!(due(&tried)[..3], [(Kept::Remarks, 6), (Kept::Events, 0), (Kept::Reads, 0)]);

        assert_eq!(forget_all(&app).await, 5 + events + 5);
        assert_eq!(counted(&ledger).await, before);
        let left = app.preview_retention(None).await.expect("counted");
        assert_eq!(due(&left)[..3], [(Kept::Remarks, 0), (Kept::Events, 0), (Kept::Reads, 0)]);
        assert_eq!(forget_all(&app).await, 0, "it is done");

        for id in old {
            let visit = ledger.store.interaction(id).await.expect("read").expect("it stays");
            // Two: its purchase joined it.
            assert_eq!((visit.detail.remarks.as_str(), visit.version), ("", 2 + 1), "its etag is another");
            assert_eq!(visit.detail.topics, ["remarks"], "what it was about stays");
            let told = ledger.store.events_of(&Subject::Interaction(id), 10, None).await.expect("read");
            let told: Vec<_> = told.iter().map(|(_, event)| (event.kind.as_str(), event.detail.fields.join(","))).collect();
            assert_eq!(told, [("interaction.remarks_forgotten", "remarks".to_owned())], "who did it is known");
        }
        let visit = ledger.store.interaction(new).await.expect("read").expect("it stays");
        assert!(!visit.detail.remarks.is_empty(), "it is not old");
        let visit = ledger.store.interaction(open).await.expect("read").expect("it stays");
        assert_eq!(visit.detail.stranger, "blue coat", "who is still here is still told by it");
        let noted = ledger.store.events_of(&Subject::Retention, 50, None).await.expect("read");
        assert!(noted.iter().any(|(_, event)| event.detail.fields == ["reads"]) && noted.len() > 3, "page by page");
    }

    async fn without_periods_everything_is_kept(database) {
        let ledger = TestLedger::open(database).await;
        let visit = remarked(&ledger, "+351910000001", "one").await;
        reads(&ledger, visit).await;
        ledger.advance(DAY * 36_000);
        let app = app(&ledger, Retention::default());
        let kept = app.preview_retention(None).await.expect("counted");
        assert_eq!(due(&kept)[..3], [(Kept::Remarks, 0), (Kept::Events, 0), (Kept::Reads, 0)]);
        assert!(kept[..3].iter().all(|it| it.period.is_none()));
        assert_eq!(forget_all(&app).await, 0);
        let visit = ledger.store.interaction(visit).await.expect("read").expect("it stays");
        assert!(!visit.detail.remarks.is_empty());
    }

    async fn p2_a_repetition_is_recognised_after_its_words_are_forgotten(database) {
        let ledger = TestLedger::open(database).await;
        let visit = remarked(&ledger, "+351910000001", "one").await;
        ledger.advance(DAY * 2);
        let app = app(&ledger, Retention { remarks: Some(DAY), ..Retention::default() });
        assert_eq!(forget_all(&app).await, 1);
        let again = remarked(&ledger, "+351910000001", "one").await;
        assert_eq!(again, visit);
        let kept = ledger.store.interaction(visit).await.expect("read").expect("it stays");
        assert_eq!(kept.detail.remarks, "", "a repetition brings nothing back");
    }
}

fn app_now(ledger: &TestLedger) -> App {
    app(ledger, Retention::default())
}
