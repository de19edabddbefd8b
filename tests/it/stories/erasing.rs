//! A person asks to be forgotten, and is.

use super::telling::{Telling, ana, purchase, somebody};
use crate::support::{ledger::LOCATION, night::Night};
use gratitude::domain::{
    action::ActionKind,
    commands::{
        cases::{OpenCase, ResolveCase},
        correct::Void,
        customers::{
            AddFact, CreateCustomer, EraseCustomer, MergeCustomers, OnMatch, ProfileChange, SetConsent, UpdateCustomer,
        },
        notes::Handed,
        record::Record,
        undo::Undoable,
        visits::{CheckIn, Close, Ending},
        who::{OnMissing, Who},
    },
    customer::{
        Channel, ConsentState, ContactAddress, ContactPoint, CustomerKind, CustomerStatus, FactKind, FactOrigin,
        Identifier, IdentifierKind, PostalAddress, Profile, Purpose,
    },
    gesture::{GestureState, Reason},
    ids::{CaseId, CustomerId},
    interaction::{ExternalRef, InteractionKind, NoPurchaseReason, Outcome},
    obligation::ObligationState,
    refusal::Refusal,
    world::Command,
};
use gratitude::{
    app::NoteStep,
    store::{SubmitError, Unfinished},
};
use gratitude_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database as Connection, DbBackend, Statement};
use std::sync::Arc;

const PHONE: &str = "+351910000777";
const OTHER_PHONE: &str = "+351910000778";

/// Strings of the person that must be nowhere.
const STRINGS: [&str; 25] = [
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
    "till of the quill",
    "bon-4711-quill",
    "web of the quill",
    "account-of-quill",
    "card77quill",
    "zeph.quill",
    "orchard of medlars",
    "spilled bergamot",
    "honeyed sorry",
];

fn zephyrine(phone: &str) -> Who {
    somebody(phone, |profile| {
        profile.display_name = "Zephyrine Quillfeather".to_owned();
        profile.how_to_say = "zeffy".to_owned();
    })
}

fn phone(number: &str) -> Identifier {
    identifier(IdentifierKind::Phone, "", number)
}

fn identifier(kind: IdentifierKind, system: &str, value: &str) -> Identifier {
    Identifier { kind, system: system.to_owned(), typed: value.to_owned(), normalized: value.to_owned(), origin: None }
}

fn external(system: &str, id: &str) -> ExternalRef {
    ExternalRef { system: system.to_owned(), id: id.to_owned() }
}

impl Telling {
    async fn erases(&self, id: CustomerId) -> gratitude::domain::commands::customers::Erased {
        let erase = EraseCustomer { actor: self.actor(), once: self.unrepeated(), id, version: None };
        self.submit(erase).await
    }

    async fn unfinished(&self) -> Option<Unfinished> {
        self.ledger.store.unfinished_erasure(self.ledger.now()).await.expect("read")
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
            new.detail.source = Some(external("till of the quill", "bon-4711-quill"));
        });
        first.once.keys.push(self.ledger.store.hasher().source("till of the quill", "bon-4711-quill"));
        let id = self.submit(first.clone()).await.interaction.customer.expect("known");
        self.tell(zephyrine(PHONE), InteractionKind::Purchase, |new| {
            new.detail.purchase = Some(purchase("velvet gloves"));
            new.detail.subject = Some(external("shop", "order-99417"));
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
        let mistake = self.stops_by(zephyrine(PHONE)).await.interaction.id;
        let reason = "typed in error by Zephyrine".to_owned();
        self.submit(Void { actor: self.actor(), id: mistake, reason }).await;
        self.is_found_by_all_that_there_is(id).await;
        (id, first)
    }

    async fn is_found_by_all_that_there_is(&self, id: CustomerId) {
        let (loyalty, account) = (IdentifierKind::Loyalty, IdentifierKind::ExternalId);
        let more = [
            identifier(loyalty, "", "card77quill"),
            identifier(account, "web of the quill", "account-of-quill"),
            identifier(IdentifierKind::Social, "instagram", "zeph.quill"),
        ];
        let identifiers = self.known(id).await.identifiers.into_iter().chain(more).collect();
        let post = PostalAddress { locality: "orchard of medlars".to_owned(), ..PostalAddress::default() };
        let post = ContactPoint { address: ContactAddress::Post(post), label: String::new(), bad: false };
        self.submit(UpdateCustomer {
            actor: self.actor(),
            id,
            version: None,
            profile: ProfileChange::new(move |profile| profile.contact_points.push(post.clone())),
            kind: None,
            tags: Some(vec!["patron-of-owls".to_owned()]),
            identifiers: Some(identifiers),
            allow_erased: false,
        })
        .await;
    }

    async fn complains(&self, customer: CustomerId, summary: &str) -> CaseId {
        let (actor, once) = (self.actor(), self.unrepeated());
        let (summary, location, assignee) = (summary.to_owned(), None, String::new());
        let open = OpenCase { actor, once, customer, interaction: None, location, summary, severity: 3, assignee };
        self.submit(open).await.case.id
    }

    async fn at_the_desk<C: Command>(&self, kind: ActionKind, command: C) -> C::Reply {
        self.submit(Undoable { command, kind, key: None }).await.reply
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
        let settled = ResolveCase {
            actor: story.actor(),
            once: story.unrepeated(),
            id: story.complains(id, "spilled, says Zephyrine").await,
            version: None,
            root_cause: Some("spilled bergamot".to_owned()),
            remedy: "honeyed sorry".to_owned(),
            recovered: true,
        };
        story.submit(settled).await;
        story.complains(id, "a cracked samovar, says Zephyrine").await;
        for needle in STRINGS {
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
        let unfinished = story.unfinished().await.expect("files are to be cleaned");
        assert_eq!(unfinished.customer, id);
        assert!(story.ledger.store.finish_erasure(id, story.ledger.now()).await.expect("nobody is in the way"));
        assert_eq!(story.unfinished().await, None);
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

    async fn p11_what_a_desk_did_before_it_was_known_whose_visit_it_was_is_forgotten_too(database) {
        let story = Telling::begin(database).await;
        let id = story.stops_by(zephyrine(PHONE)).await.interaction.customer.expect("known");
        let come = |who: Who, stranger: &str| CheckIn {
            actor: story.actor(),
            once: story.unrepeated(),
            who,
            location: LOCATION.parse().expect("a slug"),
            at: None,
            staff: "Rui".to_owned(),
            expected_end: None,
            stranger: stranger.to_owned(),
            settings: Arc::clone(&story.ledger.settings),
            now: story.ledger.now(),
        };
        let stranger = come(Who::Nobody, "hat of marigolds");
        let stranger = story.at_the_desk(ActionKind::CheckIn, stranger).await.interaction.id;
        let taken_for_ana = story.at_the_desk(ActionKind::CheckIn, come(ana(), "")).await.interaction.id;
        let ending = Ending {
            outcome: Some(Outcome::NotPurchased),
            items_looked_at: vec!["a vase for marigolds".to_owned()],
            remarks: "sang of marigolds".to_owned(),
            ..Ending::default()
        };
        let now = story.ledger.now();
        let close = Close { actor: story.actor(), once: None, id: taken_for_ana, ending, now };
        story.at_the_desk(ActionKind::CheckOut, close).await;
        story.belongs_to(stranger, Some(id)).await;
        story.belongs_to(taken_for_ana, Some(id)).await;
        // Somebody else's stays, and can be taken back.
        story.at_the_desk(ActionKind::CheckIn, come(ana(), "")).await;
        assert!(story.found("marigolds").await.contains(&"desk_actions.changes".to_owned()));

        story.erases(id).await;
        assert_eq!(story.found("marigolds").await, Vec::<String>::new());
        assert_eq!(story.count("SELECT COUNT(*) FROM desk_actions").await, 1);
    }

    async fn p11_an_older_version_left_what_other_systems_called_it_and_that_goes_too(database) {
        let story = Telling::begin(database).await;
        let (id, _) = story.full_of_words().await;
        story.tell(ana(), InteractionKind::Visit, |new| {
            new.detail.outcome = Some(Outcome::NotPurchased);
            new.detail.source = Some(external("till", "bon-of-ana"));
        })
        .await;
        story.erases(id).await;
        let older = async |url: &str| {
            let db = Connection::connect(url).await.expect("the database can be reached");
            let all = Migrator::migrations();
            let since = all.iter().position(|it| it.name() == "m20261122_000042_erased_sources").expect("it is there");
            let steps = u32::try_from(all.len() - since).expect("a small number");
            Migrator::down(&db, Some(steps)).await.expect("the older schema");
            let left = "UPDATE interactions SET source_system = 'till of the zither', source_id = 'bon-4711-zither' \
                        WHERE customer_id IN (SELECT id FROM customers WHERE status = 'erased')";
            let rows = db.execute_unprepared(left).await.expect("as it was left").rows_affected();
            assert!(rows > 0, "there was something to forget");
            Migrator::up(&db, None).await.expect("the present schema");
            db.close().await.expect("closed");
        };
        let story = story.opened_again(older, Arc::new(|_, _| {})).await;
        assert_eq!(story.found("zither").await, Vec::<String>::new());
        assert!(!story.found("bon-of-ana").await.is_empty(), "who was not erased keeps it");
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
            identifiers: vec![phone(PHONE)],
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

    async fn p11_whoever_was_erased_does_not_come_back_by_a_change_of_another_record_either(database) {
        let story = Telling::begin(database).await;
        let erased = story.stops_by(zephyrine(PHONE)).await.interaction.customer.expect("known");
        let other = story.stops_by(ana()).await.interaction.customer.expect("known");
        story.erases(erased).await;
        let own = story.known(other).await.identifiers;
        let mut update = UpdateCustomer {
            actor: story.actor(),
            id: other,
            version: None,
            profile: ProfileChange::new(|profile| profile.language = "pt".to_owned()),
            kind: None,
            tags: None,
            identifiers: Some(own.iter().cloned().chain([phone(PHONE)]).collect()),
            allow_erased: false,
        };
        let refused = story.try_to(update.clone()).await;
        assert!(matches!(refused, Err(SubmitError::Refused(Refusal::Erased { .. }))), "{refused:?}");
        assert_eq!(story.known(other).await.profile.language, "", "nothing was changed");
        let returned = "SELECT COUNT(*) FROM events WHERE kind = 'customer.erased_returned'";
        assert_eq!(story.count(returned).await, 0);
        update.allow_erased = true;
        assert_eq!(story.submit(update.clone()).await.customer.identifiers.len(), own.len() + 1);
        assert_eq!(story.count(returned).await, 1, "that a person decided so is kept");
        update.allow_erased = false;
        update.profile = ProfileChange::new(|profile| profile.language = "en".to_owned());
        story.submit(update).await;
        assert_eq!(story.count(returned).await, 1, "what they have by now brings nobody back");
    }

    async fn p11_a_note_that_is_being_written_while_somebody_is_erased_is_taken_out_when_it_is_there(database) {
        let story = Telling::begin(database).await;
        let (id, _) = story.full_of_words().await;
        story.ledger.advance(jiff::SignedDuration::from_hours(48));
        let night = Night::over(&story.ledger);
        let batch = night.over_due().await;
        night.work(batch.id).await;
        night.approve(batch.id).await;
        let parcel = loop {
            match night.next("here").await {
                NoteStep::Deliver(parcel) => break parcel,
                NoteStep::Idle => panic!("a note is to leave"),
                NoteStep::Worked | NoteStep::Proof(..) => {}
            }
        };
        story.erases(id).await;
        night.clean_up().await;
        assert!(story.unfinished().await.is_some_and(|it| it.being_written), "its file is still to come");

        night.hand_over(&parcel).await;
        assert!(night.spooled().values().any(|line| line.to_string().contains("Zephyrine")), "it was read before");
        night.clean_up().await;
        assert!(story.unfinished().await.is_some(), "nobody said yet that it is there");
        night.app().finish_parcel(&parcel, Handed::Taken).await.expect("noted");
        night.clean_up().await;
        assert_eq!(story.unfinished().await, None);
        assert!(!night.spooled().values().any(|line| line.to_string().contains("Zephyrine")));
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
