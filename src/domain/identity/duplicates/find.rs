//! Who of those that share a block with somebody may be the same person.

use super::{Comparison, Evidence, Face, Frequencies, Rule, compare};

/// Those of the others who may be the person, by their place in the list, with what speaks for it; most bits first.
///
/// For people, who look again, a third record counts as well: where one meets the rule with both, the weaker of these
/// two links speaks for the two being one in addition. Of three records of a person two often have nothing in common
/// but the third.
#[must_use]
pub fn likely(
    face: &Face,
    others: &[Face],
    rule: Rule,
    customers: u64,
    frequencies: &Frequencies,
) -> Vec<(usize, Comparison)> {
    let needed = rule.threshold(customers, frequencies);
    // What speaks for a link is what is left when one is told from all others.
    let spent = needed - rule.margin();
    let compared = others.iter().map(|other| compare(face, other, frequencies)).enumerate();
    let (mut met, short): (Vec<_>, Vec<_>) = compared.partition(|(_, comparison)| comparison.bits >= needed);
    if rule == Rule::Broad {
        let strongest = met.iter().map(|(_, link)| link.bits - spent).fold(0.0, f64::max);
        let within_reach = short.into_iter().filter(|(_, comparison)| comparison.bits + strongest >= needed);
        let through = within_reach.filter_map(|(place, mut comparison)| {
            let link = |(third, first): &(usize, Comparison)| {
                let second = compare(&others[*third], &others[place], frequencies);
                (second.bits >= needed).then(|| first.bits.min(second.bits) - spent)
            };
            let bits = met.iter().filter_map(link).fold(0.0, f64::max);
            comparison.bits += bits;
            comparison.evidence.push(Evidence { reason: "a third record is like both", bits });
            (comparison.bits >= needed).then_some((place, comparison))
        });
        let through: Vec<_> = through.collect();
        met.extend(through);
    }
    for (_, comparison) in &mut met {
        comparison.evidence.sort_by(|a, b| b.bits.abs().total_cmp(&a.bits.abs()));
    }
    met.sort_by(|a, b| b.1.bits.total_cmp(&a.1.bits).then(a.0.cmp(&b.0)));
    met
}
