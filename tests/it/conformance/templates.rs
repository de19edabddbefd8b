//! Templates are kept in versions that nobody changes, and compiled again only when they have changed.

use crate::support::ledger::TestLedger;
use gratitude::{
    domain::{
        ids::TemplateId,
        template::{Template, starter},
    },
    store::CatalogWrite,
};
use std::sync::Arc;

fn id(slug: &str) -> TemplateId {
    slug.parse().expect("a slug")
}

/// A template as it is, to be changed.
async fn read(ledger: &CatalogWrite, slug: &str) -> Template {
    ledger.template(&id(slug)).await.expect("it can be read").expect("it is there")
}

both_engines! {
    async fn a_version_that_is_there_is_never_changed(database) {
        let ledger = TestLedger::open(database).await;
        let changed = ledger.store.write("change", |ledger| Box::pin(async move {
            let first = read(ledger, "milestone").await;
            let mut same_number = first.clone();
            same_number.definition.display_name = "Not so".to_owned();
            ledger.put_template(&same_number).await?;
            let mut next = Template { version: 2, revision: 2, ..first.clone() };
            next.definition.display_name = "A round number".to_owned();
            ledger.put_template(&next).await?;
            Ok((first, next))
        }));
        let (first, next) = changed.await.expect("changed");
        let store = &ledger.store;
        let version = async |number| store.template_in_version(&id("milestone"), number).await.expect("it can be read");
        assert_eq!(version(1).await.expect("it is there").definition, first.definition);
        assert_eq!(version(2).await.as_ref(), Some(&next));
        assert_eq!(version(3).await, None);
        assert_eq!(version(u32::MAX).await, None);
        assert_eq!(store.template(&id("milestone")).await.expect("it can be read"), Some(next));
        assert_eq!(store.template(&id("nothing")).await.expect("it can be read"), None);
    }

    async fn a_change_elsewhere_compiles_no_template_again(database) {
        let ledger = TestLedger::open(database).await;
        let before = ledger.store.catalog().await.expect("the catalogue");
        let changed = ledger.store.write("change", |ledger| Box::pin(async move {
            let template = read(ledger, "milestone").await;
            Ok(ledger.put_template(&Template { version: 2, revision: 2, ..template }).await?)
        }));
        changed.await.expect("changed");
        let after = ledger.store.catalog().await.expect("the catalogue");
        for (slug, _) in starter::templates() {
            let is_same = Arc::ptr_eq(
                before.templates.get(&id(slug)).expect("it is there"),
                after.templates.get(&id(slug)).expect("it is there"),
            );
            assert_eq!(is_same, *slug != "milestone", "{slug}");
        }
        let version = after.templates.get(&id("milestone")).expect("it is there").template.version;
        assert_eq!(version, 2);
    }

    async fn a_template_that_can_not_be_used_any_more_stops_nobody(database) {
        let ledger = TestLedger::open(database).await;
        let broken = ledger.store.write("break", |ledger| Box::pin(async move {
            let mut template = read(ledger, "thanks-for-stopping-by").await;
            template.definition.texts[0].body = "{{ no.such_field }}".to_owned();
            Ok(ledger.put_template(&Template { version: 2, revision: 2, ..template }).await?)
        }));
        broken.await.expect("written past the check");
        let recorded = ledger.record(ledger.visit("+351210000001", "once")).await.expect("recorded all the same");
        let note = &recorded.gestures[0];
        let unasked = starter::unasked(note.kind);
        assert!(!note.content.text.is_empty());
        assert_eq!(note.content.template.as_ref().map(|(id, _)| id.as_str()), Some(unasked), "the kind's own words");
    }

    async fn a_rule_that_uses_a_template_is_found_until_it_is_retired(database) {
        let ledger = TestLedger::open(database).await;
        let rule = async || {
            let found = ledger.store.write("look", |ledger| {
                Box::pin(async move { Ok(ledger.rule_with_template(&id("milestone")).await?) })
            });
            found.await.expect("looked up").map(|rule| rule.to_string())
        };
        assert_eq!(rule().await.as_deref(), Some("milestone"));
        ledger.retire("milestone".parse().expect("a slug")).await;
        assert_eq!(rule().await, None);
    }
}
