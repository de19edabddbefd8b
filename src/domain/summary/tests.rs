use super::*;
use crate::domain::{
    interaction::{Purchase, PurchaseItem},
    money::Money,
    testkit,
};
use jiff::SignedDuration;
use proptest::prelude::*;

/// A visit, purchase, enquiry, delivery, return or observation, so many hours after the year began.
fn happened(n: u8, hours: i64, kind: usize) -> Interaction {
    use InteractionKind::{Delivery, Enquiry, Observation, Return};
    let start = testkit::at("2026-01-01T00:00") + SignedDuration::from_hours(hours);
    let mut interaction = testkit::visit(n, &testkit::customer(1), start);
    let kinds = [InteractionKind::Visit, InteractionKind::Purchase, Enquiry, Delivery, Return, Observation];
    interaction.detail.kind = kinds[kind];
    if matches!(kinds[kind], InteractionKind::Purchase | Return | Observation) {
        let item = PurchaseItem { sku: String::new(), name: "a lamp".to_owned(), quantity: 1, price: None };
        let total = Some(Money { currency: "EUR".to_owned(), micros: 1_000_000 });
        interaction.detail.purchase = Some(Purchase { total, items: vec![item], surprise: false, confidential: false });
        interaction.detail.outcome = Some(Outcome::Purchased).filter(|_| kinds[kind] != Return);
    }
    interaction
}

/// Counts in the order in which things became known, as the ledger does.
fn counted(known: &[Interaction]) -> Summary {
    let mut summary = Summary::new(testkit::customer(1).id);
    let mut days = BTreeMap::new();
    for interaction in known {
        if interaction.counts_as_visit_day() {
            summary.add_visit_day(interaction.local_date, Some(&days)).expect("the days are known");
            *days.entry(interaction.local_date).or_default() += 1;
        }
        summary.count(interaction);
        summary.add_spend(interaction, 1);
    }
    summary
}

proptest! {
    #[test]
    fn facts_in_any_order_make_the_summary_that_is_made_anew(
        facts in prop::collection::vec((0..24 * 120_i64, 0..6_usize), 0..40)
    ) {
        let known: Vec<_> =
            facts.iter().zip(0..).map(|((hours, kind), n)| happened(n, *hours, *kind)).collect();
        let summary = counted(&known);
        prop_assert_eq!(&summary.rebuilt(known.iter()), &summary);

        let mut days: Vec<_> = known.iter().filter(|i| i.counts_as_visit_day()).map(|i| i.local_date).collect();
        days.sort_unstable();
        days.dedup();
        prop_assert_eq!(summary.visit_days as usize, days.len());
        prop_assert_eq!(summary.first_visit, days.first().copied());
        prop_assert_eq!(summary.last_visit, days.last().copied());
        let mut gaps: Vec<_> = days.windows(2).map(|pair| days_between(pair[0], pair[1])).collect();
        gaps.sort_unstable();
        let middle = gaps.len().checked_sub(1).map(|last| gaps[last / 2]);
        prop_assert_eq!(summary.median_gap(), middle);
        let paid = known.iter().filter(|i| i.detail.kind == InteractionKind::Purchase).count();
        let spend = i64::try_from(paid).expect("a few") * 1_000_000;
        prop_assert_eq!(summary.spend.get("EUR").copied().unwrap_or_default(), spend);
    }

    #[test]
    fn the_desk_speaks_of_the_last_time_and_of_the_time_before_that_day(
        facts in prop::collection::vec((0..24 * 20_i64, 0..5_usize), 1..30)
    ) {
        let known: Vec<_> =
            facts.iter().zip(0..).map(|((hours, kind), n)| happened(n, *hours, *kind)).collect();
        let latest = |before: Option<Date>| {
            let earlier = known.iter().filter(|i| before.is_none_or(|day| i.local_date < day));
            earlier.max_by_key(|i| (i.start_at, i.id)).map(|i| i.id)
        };
        let last = counted(&known).last.expect("something happened");
        prop_assert_eq!(Some(last.interaction), latest(None));
        prop_assert_eq!(last.previous.map(|p| p.interaction), latest(Some(last.local_date)));
    }
}

#[test]
fn a_late_day_needs_the_others() {
    let mut summary = counted(&[happened(1, 24 * 10, 0)]);
    assert_eq!(summary.add_visit_day(happened(2, 24, 0).local_date, None), Err(DaysNeeded));
    assert_eq!(summary.visit_days, 1);
}
