//! Which households are held out of a rule, so that what it does can be seen beside what happens without it.
//!
//! A household is in or out of a rule for ever: by a hash of both under a secret of the instance, so that nobody can
//! choose who is, and a restart, another replica or an import again draws the same.

use super::{
    gesture::{GestureKind, Tone},
    ids::{HouseholdId, RuleId},
    rule::{Action, Rule},
    world::World,
};

/// What a decision says of a household that is held out.
pub const EXPLANATION: &str = "The household is held out of this rule, so that its effect can be seen.";

/// The largest share that may be held out: at least half get what the rule gives.
pub const PERCENT_MAX: u8 = 50;

/// The secret by which households are drawn.
#[derive(Clone, Default)]
pub struct HoldOutSecret([u8; 32]);

impl HoldOutSecret {
    /// Draws by this secret.
    #[must_use]
    pub const fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// A household's number for a rule, 0 to 99.99 in hundredths: below the share of the rule, it is held out.
    fn draw(&self, rule: &RuleId, household: HouseholdId) -> u64 {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        // A slug has no zero byte: no two pairs give the same text.
        hasher.update(rule.as_str().as_bytes()).update(&[0]).update(household.0.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        u64::from_le_bytes(first) % 10_000
    }
}

impl std::fmt::Debug for HoldOutSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HoldOutSecret(hidden)")
    }
}

/// Whether anybody may be held out of what a rule does: never of care, an apology or what was promised.
#[must_use]
pub fn is_allowed(action: &Action) -> bool {
    action.tone == Tone::Cheerful && action.gesture != GestureKind::Apology && !action.promised
}

/// Whether a household is held out of a rule.
#[must_use]
pub fn holds(world: &World, rule: &Rule, household: HouseholdId) -> bool {
    let action = &rule.definition.action;
    action.hold_out_percent > 0
        && is_allowed(action)
        && world.hold_out.draw(&rule.id, household) < u64::from(action.hold_out_percent) * 100
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn share(secret: &HoldOutSecret, rule: &str, percent: u64) -> Vec<u128> {
        let rule: RuleId = rule.parse().expect("a slug");
        let is_out = |n: &u128| secret.draw(&rule, HouseholdId(Uuid::from_u128(*n))) < percent * 100;
        (0..10_000).filter(is_out).collect()
    }

    #[test]
    fn the_share_is_kept_and_stays_the_same() {
        let secret = HoldOutSecret::new([7; 32]);
        let out = share(&secret, "thanks", 20);
        assert!((1_850..2_150).contains(&out.len()), "{}", out.len());
        assert_eq!(out, share(&secret, "thanks", 20));
        let wider = share(&secret, "thanks", 30);
        assert!(out.iter().all(|household| wider.contains(household)), "a larger share only adds to it");
    }

    #[test]
    fn rules_and_instances_draw_apart() {
        let out = share(&HoldOutSecret::new([7; 32]), "thanks", 50);
        for other in
            [share(&HoldOutSecret::new([7; 32]), "birthday", 50), share(&HoldOutSecret::new([8; 32]), "thanks", 50)]
        {
            let both = out.iter().filter(|household| other.contains(household)).count();
            assert!((2_250..2_750).contains(&both), "{both}");
        }
    }
}
