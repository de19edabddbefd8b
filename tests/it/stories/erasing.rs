//! A person asks to be forgotten, and is.

use super::telling::{Telling, purchase, somebody};
use crate::support::night::Night;
use gratitude::domain::{
    commands::{
        cases::OpenCase,
        customers::{AddFact, CreateCustomer, EraseCustomer, MergeCustomers, OnMatch, SetConsent},
        record::Record,
        who::{OnMissing, Who},
    },
    customer::{
        Channel, ConsentState, CustomerKind, CustomerStatus, FactKind, FactOrigin, Identifier, IdentifierKind, Profile,
        Purpose,
    },
    gesture::{GestureState, Reason},
    ids::CustomerId,
    interaction::{ExternalRef, InteractionKind, NoPurchaseReason, Outcome},
    obligation::ObligationState,
    refusal::Refusal,
    world::IdempotencyKey,
};
use gratitude::store::SubmitError;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

const PHONE: &str = "+351910000777";
const OTHER_PHONE: &str = "+351910000778";

/// Strings of the person that must be nowhere.
const STRINGS: [&str; 16] = [
    "Zephyrine",
    "Quillfeather",
    "zeffy",
    "910000777",
    "910000778",
    "chartreuse teapot",
    "wept softly",
    "velvet gloves",
    "marzipan",
    "kiosk tablet seven",
    "patron-of-owls",
    "order-99417",
    "a cracked samovar",
    "looked like an owl",
    "porcelain",
    "typed in error by Zephyrine",
];

fn zephyrine(phone: &str) -> Who {
    somebody(phone, |profile| {
        profile.display_name = "Zephyrine Quillfeather".to_owned();
        profile.how_to_say = "zeffy".to_owned();
    })
}

impl Telling {
    async fn erases(&self, id: CustomerId) -> gratitude::domain::commands::customers::Erased {
        let erase = EraseCustomer { actor: self.actor(), once: self.unrepeated(), id, version: None };
        self.submit(erase).await
    }

    /// Everywhere a string stands: `table.column`.
    async fn found(&self, needle: &str) -> Vec<String> {
        let connection = self.ledger.reader().await;
        let backend = connection.get_database_backend();
        let columns = match backend {
            DbBackend::Sqlite => {
                "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
            }
            _ => {
                "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'public'"
            }
        };
        let rows = connection.query_all_raw(Statement::from_string(backend, columns)).await.expect("the catalogue");
        let mut found = Vec::new();
        for row in rows {
            let (table, column): (String, String) =
                (row.try_get_by_index(0).expect("a table"), row.try_get_by_index(1).expect("a column"));
            let sql = format!(
                "SELECT COUNT(*) FROM \"{table}\" WHERE LOWER(CAST(\"{column}\" AS TEXT)) LIKE '%{}%'",
                needle.to_lowercase()
            );
            let row = connection.query_one_raw(Statement::from_string(backend, sql)).await.expect("counted");
            if row.expect("a row").try_get_by_index::<i64>(0).expect("a number") > 0 {
                found.push(format!("{table}.{column}"));
            }
        }
        found
    }

    /// A person with words in every table that takes some.
    async fn full_of_words(&self) -> (CustomerId, Record) {
        let mut first = self.record(zephyrine(PHONE), InteractionKind::Visit, |new| {
            new.detail.outcome = Some(Outcome::NotPurchased);
            new.detail.no_purchase_reason = Some(NoPurchaseReason::Price);
            new.detail.items_looked_at = vec!["a chartreuse teapot".to_owned()];
            new.detail.topics = vec!["porcelain".to_owned()];
            new.detail.remarks = "wept softly".to_owned();
            new.detail.stranger = "looked like an owl".to_owned();
        });
        first.once.keys.push(IdempotencyKey::source("till", "4711"));
        let id = self.submit(first.clone()).await.interaction.customer.expect("known");
        self.tell(zephyrine(PHONE), InteractionKind::Purchase, |new| {
            new.detail.purchase = Some(purchase("velvet gloves"));
            new.detail.subject = Some(ExternalRef { system: "shop".to_owned(), id: "order-99417".to_owned() });
        })
        .await;
        let other = self.stops_by(zephyrine(OTHER_PHONE)).await.interaction.customer.expect("known");
        let (actor, once) = (self.actor(), self.unrepeated());
        let text = "likes marzipan, says Zephyrine".to_owned();
        let (kind, origin) = (FactKind::Like, FactOrigin::ToldUs);
        self.submit(AddFact { actor, once, id, kind, text, origin, learned_at: None, date: None }).await;
        for id in [id, other] {
            let consent = SetConsent {
                actor: self.actor(),
                once: self.unrepeated(),
                id,
                channel: Channel::Post,
                purpose: Purpose::Gratitude,
                state: ConsentState::Granted,
                source: "kiosk tablet seven".to_owned(),
                text_version: "1".to_owned(),
                at: None,
            };
            self.submit(consent).await;
        }
        (id, first)
    }

    async fn merges_the_other(&self, survivor: CustomerId) {
        let found = self.stops_by(zephyrine(OTHER_PHONE)).await.interaction.customer.expect("known");
        let merge = MergeCustomers {
            actor: self.actor(),
            once: self.unrepeated(),
            survivor,
            survivor_version: None,
            duplicate: found,
            duplicate_version: None,
            validate_only: false,
        };
        self.submit(merge).await;
    }
}

both_engines! {
    async fn p11_nothing_of_a_persons_words_is_left_in_any_row_or_file(database) {
        let url = database.url.clone();
        let story = Telling::begin(database).await;
        let (id, first) = story.full_of_words().await;
        story.ledger.advance(jiff::SignedDuration::from_hours(48));
        // A note is written to them, and waits for its approval.
        let night = Night::over(&story.ledger);
        let batch = night.over_due().await;
        night.work(batch.id).await;
        story.merges_the_other(id).await;
        let (actor, once) = (story.actor(), story.unrepeated());
        let summary = "a cracked samovar, says Zephyrine".to_owned();
        let (location, assignee) = (None, String::new());
        let open = OpenCase { actor, once, customer: id, interaction: None, location, summary, severity: 3, assignee };
        story.submit(open).await;
        for needle in ["Zephyrine", "chartreuse teapot", "velvet gloves", "marzipan", "kiosk tablet seven", "910000778"] {
            assert!(!story.found(needle).await.is_empty(), "{needle} was kept somewhere");
        }
        let visits = story.ledger.store.summaries(&[id]).await.expect("read")[&id].counts.clone();

        let erased = story.erases(id).await;
        assert_eq!(erased.customer.status, CustomerStatus::Erased);
        assert_eq!(erased.customer.profile, Profile::default());
        for needle in STRINGS {
            assert_eq!(story.found(needle).await, Vec::<String>::new(), "{needle}");
        }
        assert_eq!(story.ledger.store.summaries(&[id]).await.expect("read")[&id].counts, visits, "counts stay true");
        let pending = "SELECT COUNT(*) FROM gestures WHERE state IN ('scheduled', 'held', 'claimed')";
        assert_eq!(story.count(pending).await, 0);
        assert_eq!(story.count("SELECT COUNT(*) FROM cases WHERE state = 'open'").await, 0);
        let unfinished = story.ledger.store.unfinished_erasure().await.expect("read").expect("files are to be cleaned");
        assert_eq!(unfinished.customer, id);
        assert!(story.ledger.store.finish_erasure(id, story.ledger.now()).await.expect("nobody is in the way"));
        assert_eq!(story.ledger.store.unfinished_erasure().await.expect("read"), None);
        if let Some(file) = url.strip_prefix("sqlite:").map(|rest| rest.split('?').next().unwrap_or(rest)) {
            for name in [file.to_owned(), format!("{file}-wal")] {
                let bytes = std::fs::read(&name).unwrap_or_default();
                for needle in STRINGS {
                    let stands = bytes.windows(needle.len()).any(|part| part.eq_ignore_ascii_case(needle.as_bytes()));
                    assert!(!stands, "{needle} stands in a file of the database");
                }
            }
        }
        // Whoever tells the same again is told that it was erased, by either key.
        for keys in [vec![first.once.keys[0].clone()], vec![first.once.keys[1].clone()]] {
            let mut again = first.clone();
            again.once.keys = keys;
            let refused = story.try_to(again).await;
            assert!(matches!(refused, Err(SubmitError::Refused(Refusal::Erased { .. }))), "P2: {refused:?}");
        }
        assert!(story.erases(id).await.replayed);
    }

    async fn p11_whoever_was_erased_is_not_made_again_unless_a_person_decides_so(database) {
        let story = Telling::begin(database).await;
        let visit = story.stops_by(zephyrine(PHONE)).await;
        let id = visit.interaction.customer.expect("known");
        story.erases(id).await;
        let seen = story.look(visit.interaction.id).await.recorded;
        assert_eq!((seen.gestures[0].state, seen.gestures[0].reason), (GestureState::Cancelled, Some(Reason::Erased)));
        assert_eq!(seen.obligation.state, ObligationState::Cancelled);

        let refused = story.try_to(story.record(zephyrine(PHONE), InteractionKind::Visit, |_| ())).await;
        assert!(matches!(refused, Err(SubmitError::Refused(Refusal::Erased { .. }))), "{refused:?}");
        let Who::Identity(mut identity) = zephyrine(PHONE) else { panic!("an identity") };
        identity.on_missing = OnMissing::KeepAnonymous;
        let stranger = story.stops_by(Who::Identity(identity)).await;
        assert_eq!(stranger.interaction.customer, None);
        let refused = story.try_to(story.record(Who::Customer(id), InteractionKind::Visit, |_| ())).await;
        assert!(matches!(refused, Err(SubmitError::Refused(Refusal::Erased { .. }))), "{refused:?}");

        let mut create = CreateCustomer {
            actor: story.actor(),
            once: story.unrepeated(),
            id: None,
            kind: CustomerKind::Person,
            profile: Profile::default(),
            tags: Vec::new(),
            identifiers: vec![Identifier {
                kind: IdentifierKind::Phone,
                system: String::new(),
                typed: PHONE.to_owned(),
                normalized: PHONE.to_owned(),
                origin: None,
            }],
            on_match: OnMatch::Reject,
            allow_erased: false,
        };
        let refused = story.try_to(create.clone()).await;
        assert!(matches!(refused, Err(SubmitError::Refused(Refusal::Erased { .. }))), "{refused:?}");
        create.allow_erased = true;
        let back = story.submit(create).await.customer;
        assert_ne!(back.id, id);
        assert_eq!(story.count("SELECT COUNT(*) FROM events WHERE kind = 'customer.erased_returned'").await, 1);
        let again = story.stops_by(zephyrine(PHONE)).await;
        assert_eq!(again.interaction.customer, Some(back.id), "they are known again");
    }

    async fn p11_an_open_visit_and_what_is_on_its_way_end_without_words(database) {
        let story = Telling::begin(database).await;
        let visit = story.comes_in(zephyrine(PHONE)).await;
        let id = visit.interaction.customer.expect("known");
        story.erases(id).await;
        let seen = story.look(visit.interaction.id).await.recorded;
        assert_eq!(seen.interaction.detail.outcome, Some(Outcome::NotPurchased));
        assert!(seen.interaction.end_at.is_some());
        for needle in STRINGS {
            assert_eq!(story.found(needle).await, Vec::<String>::new(), "{needle}");
        }
    }
}
