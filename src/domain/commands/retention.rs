//! What was written about people is forgotten when its time is over.

use crate::domain::{
    answer::note_interaction,
    ids::InteractionId,
    interaction::InteractionState,
    ledger::Ledger,
    refusal::Refusal,
    world::{Actor, Command, Context, EventKind, Needs, World},
};
use jiff::Timestamp;

/// Forgets what staff wrote about an interaction and how they described a stranger. All that is counted, judged or owed
/// stays as it is. Looks again at what it was started for, so that it is harmless when done twice.
#[derive(Debug, Clone)]
pub struct ForgetRemarks {
    /// The interaction.
    pub id: InteractionId,
    /// It must have begun before this instant.
    pub before: Timestamp,
}

impl Command for ForgetRemarks {
    /// Whether there was anything to forget.
    type Reply = bool;

    fn needs(&self) -> Needs {
        Needs { interactions: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<bool, Refusal> {
        let old = |start_at: Timestamp, state| start_at < self.before && state != InteractionState::Open;
        let found = world.interactions.get(&self.id).filter(|it| old(it.start_at, it.state));
        let Some(mut interaction) = found.cloned() else { return Ok(false) };
        let detail = &mut interaction.detail;
        let mut fields = Vec::new();
        for (name, words) in [("remarks", &mut detail.remarks), ("stranger", &mut detail.stranger)] {
            if !words.is_empty() {
                words.clear();
                fields.push(name.to_owned());
            }
        }
        if fields.is_empty() {
            return Ok(false);
        }
        interaction.version += 1;
        let mut ledger = Ledger { world, context, actor: &Actor::system() };
        note_interaction(&mut ledger, EventKind::RemarksForgotten, &interaction, fields);
        ledger.world.interactions.put(interaction.id, interaction);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::testkit::{Kit, at, customer, visit};
    use jiff::SignedDuration;

    #[test]
    fn it_is_looked_at_again_before_anything_is_forgotten() {
        let ana = customer(1);
        let began = at("2026-01-23T10:00");
        let mut seen = visit(1, &ana, began);
        seen.detail.remarks = "Likes oolong.".to_owned();
        let mut kit = Kit::new(at("2026-11-23T10:00")).with_customer(&ana).with_interaction(&seen);
        let remarks = |kit: &Kit| kit.world.interactions.get(&seen.id).unwrap().detail.remarks.clone();
        assert!(!kit.run(&ForgetRemarks { id: seen.id, before: began }).unwrap(), "not yet");
        assert_eq!(remarks(&kit), "Likes oolong.");
        let over = ForgetRemarks { id: seen.id, before: began + SignedDuration::from_micros(1) };
        assert!(kit.run(&over).unwrap());
        assert_eq!(remarks(&kit), "");
        assert!(!kit.run(&over).unwrap(), "once");
    }
}
