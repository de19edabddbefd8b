//! Several interactions at once, all or none.

use super::record::{Record, Recorded};
use crate::domain::{
    refusal::{Refusal, Violation},
    world::{Command, Context, Miss, Needs, World},
};

/// Records all of these, or none.
#[derive(Debug, Clone)]
pub struct RecordAll(pub Vec<Record>);

impl Command for RecordAll {
    type Reply = Vec<Recorded>;

    fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        self.0.iter().for_each(|record| needs.extend(record.needs()));
        needs
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Vec<Recorded>, Refusal> {
        let mut recorded = Vec::with_capacity(self.0.len());
        let mut misses = Vec::new();
        for (n, record) in self.0.iter().enumerate() {
            match record.decide(world, context) {
                Ok(one) => recorded.push(one),
                // All that is missing is asked for together: what was decided after a miss is tried again anyway.
                Err(Refusal::Miss(miss)) => misses.push(miss),
                Err(_) if !misses.is_empty() => {}
                Err(refusal) => return Err(at_item(n, refusal)),
            }
        }
        if !misses.is_empty() {
            return Err(Refusal::Miss(Miss::All(misses)));
        }
        // A later item may have changed what an earlier one reported.
        recorded.iter().map(|r| Recorded::read(world, r.interaction.id, r.replayed)).collect()
    }
}

/// Says at which item of a batch a refusal came about.
fn at_item(n: usize, refusal: Refusal) -> Refusal {
    let place = |path: String| format!("requests[{n}].{path}");
    match refusal {
        Refusal::Invalid(violations) => {
            let moved = violations.into_iter().map(|v| Violation { field: place(v.field), ..v });
            Refusal::Invalid(moved.collect())
        }
        Refusal::ContentDiffers { resource, fields } => {
            Refusal::ContentDiffers { resource, fields: fields.into_iter().map(place).collect() }
        }
        other => other,
    }
}
