//! When what another system did not take is tried again.

use jiff::SignedDuration;
use uuid::Uuid;

/// The pauses between the attempts at a webhook, as Standard Webhooks 1.0.0 recommends them: ten attempts over three
/// days and a quarter. What is not taken at the last one is given up, and waits to be replayed by a person.
pub const WEBHOOK_PAUSES: [SignedDuration; 9] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(10),
    SignedDuration::from_hours(14),
    SignedDuration::from_hours(20),
    SignedDuration::from_hours(24),
];

/// How long a relay is left alone that could not be reached, or took nothing: short at first, since one connection that
/// is cut says little. After the last of these attempts a person must see to it.
pub const RELAY_PAUSES: [SignedDuration; 5] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_secs(30),
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(10),
    SignedDuration::from_mins(30),
];

/// How long to leave a relay alone after so many attempts in a row (at least 1) in vain; `None` when that was the last.
#[must_use]
pub fn relay_pause(attempts: u32) -> Option<SignedDuration> {
    RELAY_PAUSES.get(usize::try_from(attempts).ok()?.checked_sub(1)?).copied()
}

/// How long to wait after so many attempts (at least 1) that were not taken; `None` when that was the last.
///
/// `asked` is how long the far side asked to be left alone, which only ever makes the pause longer. `jitter`, drawn at
/// random for each pause, stretches it by up to a tenth, so that what failed together doesn't come again together.
#[must_use]
pub fn webhook_pause(attempts: u32, asked: Option<SignedDuration>, jitter: u8) -> Option<SignedDuration> {
    let place = usize::try_from(attempts).ok()?.checked_sub(1)?;
    let pause = *WEBHOOK_PAUSES.get(place)?;
    let pause = asked.map_or(pause, |asked| pause.max(asked));
    Some(pause + pause / 10 * i32::from(jitter) / 255)
}

/// What stretches the pause after an attempt at something with this id: the same each time it is asked, so that whoever
/// decides anew decides the same, and another one for whatever failed beside it.
#[must_use]
pub fn jitter(id: Uuid, attempts: u32) -> u8 {
    blake3::hash(&[id.as_bytes().as_slice(), &attempts.to_le_bytes()].concat()).as_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_is_the_one_that_is_published() {
        let pauses: Vec<_> =
            (1..=10).map(|attempts| webhook_pause(attempts, None, 0).map(|pause| pause.as_secs())).collect();
        let published = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map(Some);
        assert_eq!(pauses[..9], published);
        assert_eq!(pauses[9], None, "given up");
        assert_eq!(webhook_pause(u32::MAX, None, 0), None);
        assert_eq!(webhook_pause(0, None, 0), None);
    }

    #[test]
    fn who_asks_for_more_time_gets_it_and_a_little_chance_is_added() {
        let seconds =
            |asked: i64, jitter| webhook_pause(2, Some(SignedDuration::from_secs(asked)), jitter).map(|p| p.as_secs());
        assert_eq!(seconds(10, 0), Some(300), "never less than planned");
        assert_eq!(seconds(600, 0), Some(600));
        assert_eq!(seconds(600, 255), Some(660));
    }
}
