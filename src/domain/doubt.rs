//! What may have left at an earlier attempt, with nobody knowing, while its far side recognises it when it comes again.
//!
//! Such a gesture leaves again only so: under its key, over the same channel, to a far side that recognises it.
//! Whatever else would become of it would either let it leave twice or count it as never sent, so it is uncertain
//! instead, and waits for a person (P4). The mark is [`Gesture::perhaps_left`]; it goes when the gesture is known to
//! have arrived, or not to have left.
//!
//! What is taken back while it is on its way can't be stopped any more; but it is not tried again, should it not
//! arrive. It bears the reason meanwhile ([`over`]).

use super::gesture::{Gesture, GestureState, Reason};

/// Told of what goes on.
const RECOGNISED: &str =
    "It may have left at an earlier attempt, and leaves again only where the far side recognises that.";
/// Told of what does not.
const UNKNOWN: &str = "It may have left at an earlier attempt: whether it reached the customer is not known.";

/// Told of what was taken back while it was on its way.
const LAST_TRY: &str = "It is on its way already, and is not tried again should it not arrive.";

/// Marks a gesture of whose last attempt nobody knows. An earlier one of which that is so stays the first.
pub fn mark(gesture: &mut Gesture) {
    let token = gesture.lease.as_ref().map_or(0, |lease| lease.token);
    gesture.perhaps_left.get_or_insert(token);
}

/// Where a gesture goes that is to be moved: what may have left does not end as if it had not, nor does it wait for
/// something that may end it; and what was taken back on its way waits for no other try.
pub(super) fn heed(
    gesture: &Gesture,
    state: GestureState,
    reason: Option<Reason>,
    explanation: String,
) -> (GestureState, Option<Reason>, String) {
    use GestureState as S;
    match state {
        S::Held | S::Suppressed | S::Cancelled | S::Expired | S::Failed if gesture.perhaps_left.is_some() => {
            (S::Uncertain, reason.or(Some(Reason::LeaseLapsed)), unknown(&explanation))
        }
        S::Scheduled | S::Held | S::Uncertain => match over(gesture) {
            Some((taken_back, _)) if state == S::Uncertain || gesture.perhaps_left.is_some() => {
                (S::Uncertain, Some(taken_back), unknown(why_over(gesture)))
            }
            Some((taken_back, over)) => {
                (S::Failed, Some(taken_back), format!("{explanation} {over}").trim_start().to_owned())
            }
            None => (state, reason, explanation),
        },
        _ => (state, reason, explanation),
    }
}

/// Why something is uncertain that would have gone on, or ended, otherwise.
#[must_use]
pub fn unknown(why: &str) -> String {
    format!("{why} {UNKNOWN}").trim_start().to_owned()
}

/// Says of what goes on that it may have left.
pub(super) fn tell(gesture: &mut Gesture) {
    use GestureState as S;
    let goes_on = matches!(gesture.state, S::Scheduled | S::Claimed | S::Delivering);
    if gesture.perhaps_left.is_some() && goes_on && !gesture.explanation.ends_with(RECOGNISED) {
        gesture.explanation = format!("{} {RECOGNISED}", gesture.explanation).trim_start().to_owned();
    }
}

/// Whether this ends a gesture whatever a new plan would say: somebody or something took it back, or another one is
/// made in its place.
#[must_use]
pub const fn is_for_good(reason: Reason) -> bool {
    use Reason as R;
    matches!(
        reason,
        R::Group
            | R::Merged
            | R::Erased
            | R::Parted
            | R::Voided
            | R::Returned
            | R::Replaced
            | R::Corrected
            | R::Reattributed
            | R::RuleRetired
            | R::ByPerson
            | R::ThankedInPerson
            | R::NeverAgain
            | R::CameBack
            | R::DateChanged
            | R::Deceased
            | R::Undone
    )
}

/// Keeps with a gesture that is on its way, or uncertain, why it is not tried again should it not arrive.
pub(super) fn end_after_this(gesture: &mut Gesture, reason: Reason, why: &str) {
    gesture.reason = Some(reason);
    gesture.explanation = if gesture.state == GestureState::Uncertain {
        unknown(why)
    } else {
        format!("{why} {LAST_TRY}").trim_start().to_owned()
    };
}

/// Why a gesture on its way that does not arrive is not tried again, although a person asks for that or the failure may
/// pass: it was to end meanwhile. `None` where it may be.
#[must_use]
pub fn over(gesture: &Gesture) -> Option<(Reason, String)> {
    let is_under_way = matches!(gesture.state, GestureState::Delivering | GestureState::Uncertain);
    let reason = gesture.reason.filter(|reason| is_under_way && is_for_good(*reason))?;
    let why = why_over(gesture);
    Some((reason, format!("It is not tried again: {}", if why.is_empty() { "it was taken back." } else { why })))
}

/// Why it was taken back, without what was added to that.
fn why_over(gesture: &Gesture) -> &str {
    let told = gesture.explanation.as_str();
    told.strip_suffix(UNKNOWN).or_else(|| told.strip_suffix(LAST_TRY)).unwrap_or(told).trim_end()
}
