//! What an interaction was for the customer: gratification, neutral or misery, with the evidence.

use super::{
    interaction::{
        Detail, Emotion, FaultKind, FeelingAbout, FeelingJudge, InteractionKind, Moment, MomentKind, Surprise,
    },
    journey::{Standard, Verdict},
};

/// At or above this intensity, full satisfaction is a peak worth a congratulation.
const PEAK_INTENSITY: u8 = 4;

/// Judges an interaction by what was recorded of it, and by how the standards of its touchpoint were met. Bad evidence
/// outweighs good: who complains with a smile still has something to complain about.
///
/// Evidence that is by its nature about us (a fault, a complaint, a poor rating of our work, a broken standard) makes
/// the moment about us, whatever was said of the feeling itself; a feeling alone is about what its judge said.
///
/// A broken standard is what *we* hold to be bad: alone it says nothing against a customer who says to be content. To
/// keep a standard is what is expected, and makes no moment.
#[must_use]
pub fn judge(detail: &Detail, verdicts: &[Verdict]) -> Moment {
    let mut bad = bad_evidence(detail, verdicts);
    let good = good_evidence(detail);
    if !bad.is_empty() || !says_to_be_content(detail) {
        bad.extend(verdicts.iter().filter(|verdict| !verdict.kept).map(|verdict| verdict.evidence.clone()));
    }
    let felt = detail.emotion.as_ref().map_or(FeelingAbout::Unknown, |e| e.about);
    if !bad.is_empty() || detail.emotion.as_ref().is_some_and(|e| e.satisfaction < 0) {
        let about = if bad.is_empty() { felt } else { FeelingAbout::Us };
        let mut reasons = bad;
        reasons.extend(detail.emotion.as_ref().and_then(feeling));
        Moment { kind: MomentKind::Misery, about, peak: false, reasons }
    } else if !good.is_empty() || detail.emotion.as_ref().is_some_and(|e| e.satisfaction > 0) {
        let peak = detail.unexpected == Some(Surprise::Good)
            || detail.emotion.as_ref().is_some_and(|e| e.satisfaction == 2 && e.intensity >= PEAK_INTENSITY);
        let mut reasons = good;
        reasons.extend(detail.emotion.as_ref().and_then(feeling));
        Moment { kind: MomentKind::Gratification, about: felt, peak, reasons }
    } else {
        Moment { kind: MomentKind::Neutral, about: felt, peak: false, reasons: Vec::new() }
    }
}

/// Ratings follow their usual scales: satisfaction 1–2 of 5 is poor (CSAT), 0–6 of 10 a detractor (NPS), effort 6–7
/// of 7 hard (CES).
fn bad_evidence(detail: &Detail, verdicts: &[Verdict]) -> Vec<String> {
    let mut reasons = Vec::new();
    if detail.kind == InteractionKind::Complaint {
        reasons.push("a complaint".to_owned());
    }
    if let Some(fault) = detail.fault {
        reasons.push(fault_words(fault).to_owned());
    }
    if detail.unexpected == Some(Surprise::Bad) {
        reasons.push("an unpleasant surprise".to_owned());
    }
    if let Some(rating @ ..=2) = detail.satisfaction {
        reasons.push(format!("rated {rating} of 5"));
    }
    if let Some(rating @ ..=6) = detail.recommendation {
        reasons.push(format!("would recommend {rating} of 10"));
    }
    if let Some(effort @ 6..) = detail.effort {
        reasons.push(format!("effort {effort} of 7"));
    }
    // Where a standard says which part of a promise counts, it alone does.
    if let (Some(promised), Some(fulfilled)) = (detail.promised_at, detail.fulfilled_at)
        && fulfilled > promised
        && verdicts.iter().all(|verdict| verdict.standard != Standard::Promise)
    {
        reasons.push("fulfilled later than promised".to_owned());
    }
    reasons
}

fn good_evidence(detail: &Detail) -> Vec<String> {
    let mut reasons = Vec::new();
    if detail.kind == InteractionKind::Compliment {
        reasons.push("a compliment".to_owned());
    }
    if detail.unexpected == Some(Surprise::Good) {
        reasons.push("a pleasant surprise".to_owned());
    }
    if let Some(rating @ 4..) = detail.satisfaction {
        reasons.push(format!("rated {rating} of 5"));
    }
    if let Some(rating @ 9..) = detail.recommendation {
        reasons.push(format!("would recommend {rating} of 10"));
    }
    reasons
}

/// Whether the customer, and not somebody else for them, said something good of it.
fn says_to_be_content(detail: &Detail) -> bool {
    let said = |e: &Emotion| e.judged_by == FeelingJudge::Customer && e.satisfaction > 0;
    detail.kind == InteractionKind::Compliment
        || detail.satisfaction >= Some(4)
        || detail.recommendation >= Some(9)
        || detail.emotion.as_ref().is_some_and(said)
}

fn feeling(emotion: &Emotion) -> Option<String> {
    let words = match emotion.satisfaction {
        ..=-2 => "felt miserable",
        -1 => "felt unhappy",
        0 => return None,
        1 => "felt happy",
        2.. => "felt delighted",
    };
    let about = match emotion.about {
        FeelingAbout::Us => " about us",
        FeelingAbout::OwnLife => " about their own life",
        FeelingAbout::Unknown => "",
    };
    Some(format!("{words}{about}"))
}

const fn fault_words(fault: FaultKind) -> &'static str {
    match fault {
        FaultKind::Late => "something came late",
        FaultKind::Wrong => "something was wrong",
        FaultKind::MissingPart => "a part was missing",
        FaultKind::Damaged => "something was damaged",
        FaultKind::Wait => "a long wait",
        FaultKind::PassedOn => "passed on from one to the next",
        FaultKind::Rude => "rudeness",
        FaultKind::ChargedWrongly => "charged wrongly",
        FaultKind::Other => "something went wrong",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::interaction::{Direction, FeelingJudge, InteractionChannel};

    fn detail(kind: InteractionKind) -> Detail {
        Detail::new(kind, InteractionChannel::InStore, Direction::Inbound)
    }

    fn feeling(satisfaction: i8, intensity: u8, about: FeelingAbout) -> Option<Emotion> {
        Some(Emotion { satisfaction, intensity, judged_by: FeelingJudge::Staff, about })
    }

    #[test]
    fn a_plain_visit_is_neutral() {
        assert_eq!(judge(&detail(InteractionKind::Visit), &[]).kind, MomentKind::Neutral);
    }

    #[test]
    fn a_fault_outweighs_a_smile_and_is_about_us() {
        let mut visit = detail(InteractionKind::Visit);
        visit.emotion = feeling(2, 5, FeelingAbout::Unknown);
        visit.fault = Some(FaultKind::Late);
        let moment = judge(&visit, &[]);
        assert_eq!((moment.kind, moment.about, moment.peak), (MomentKind::Misery, FeelingAbout::Us, false));
        assert_eq!(moment.reasons, ["something came late", "felt delighted"]);
    }

    #[test]
    fn grief_is_not_about_us() {
        let mut visit = detail(InteractionKind::Visit);
        visit.emotion = feeling(-2, 5, FeelingAbout::OwnLife);
        let moment = judge(&visit, &[]);
        assert_eq!((moment.kind, moment.about), (MomentKind::Misery, FeelingAbout::OwnLife));
    }

    #[test]
    fn strong_delight_is_a_peak_and_mild_delight_is_not() {
        let mut visit = detail(InteractionKind::Visit);
        visit.emotion = feeling(2, 4, FeelingAbout::Us);
        assert!(judge(&visit, &[]).peak);
        visit.emotion = feeling(2, 3, FeelingAbout::Us);
        let moment = judge(&visit, &[]);
        assert_eq!((moment.kind, moment.peak), (MomentKind::Gratification, false));
    }

    #[test]
    fn a_promise_kept_late_is_misery() {
        let at = |s| Some(jiff::Timestamp::from_second(s).expect("in range"));
        let mut delivery = detail(InteractionKind::Delivery);
        (delivery.promised_at, delivery.fulfilled_at) = (at(1_000), at(1_000));
        assert_eq!(judge(&delivery, &[]).kind, MomentKind::Neutral);
        delivery.fulfilled_at = at(1_001);
        assert_eq!(judge(&delivery, &[]).kind, MomentKind::Misery);
    }

    fn verdict(standard: Standard, kept: bool) -> Verdict {
        let evidence = "answered after 42 s (standard: 10 s)".to_owned();
        Verdict { standard, kept, evidence, over: None }
    }

    #[test]
    fn a_broken_standard_is_misery_about_us_and_a_kept_one_nothing_special() {
        let call = detail(InteractionKind::Support);
        let moment = judge(&call, &[verdict(Standard::Respond, false)]);
        assert_eq!((moment.kind, moment.about), (MomentKind::Misery, FeelingAbout::Us));
        assert_eq!(moment.reasons, ["answered after 42 s (standard: 10 s)"]);
        let moment = judge(&call, &[verdict(Standard::Respond, true)]);
        assert_eq!((moment.kind, moment.reasons.len()), (MomentKind::Neutral, 0));
    }

    #[test]
    fn who_says_to_be_content_outweighs_a_broken_standard_and_who_is_said_to_be_does_not() {
        let broken = [verdict(Standard::Respond, false)];
        let mut call = detail(InteractionKind::Support);
        call.emotion = feeling(2, 3, FeelingAbout::Us);
        assert_eq!(judge(&call, &broken).kind, MomentKind::Misery, "staff thought so");
        call.emotion.as_mut().expect("set").judged_by = FeelingJudge::Customer;
        assert_eq!(judge(&call, &broken).kind, MomentKind::Gratification);
        call.emotion = None;
        call.satisfaction = Some(4);
        assert_eq!(judge(&call, &broken).kind, MomentKind::Gratification);
        call.fault = Some(FaultKind::Rude);
        let moment = judge(&call, &broken);
        assert_eq!((moment.kind, moment.reasons.len()), (MomentKind::Misery, 2), "a fault is more than a standard");
    }

    #[test]
    fn a_standard_for_promises_stands_in_place_of_the_general_rule() {
        let at = |s| Some(jiff::Timestamp::from_second(s).expect("in range"));
        let mut delivery = detail(InteractionKind::Delivery);
        (delivery.promised_at, delivery.fulfilled_at) = (at(1_000), at(1_001));
        assert_eq!(judge(&delivery, &[verdict(Standard::Promise, true)]).kind, MomentKind::Neutral);
        assert_eq!(judge(&delivery, &[verdict(Standard::Fulfil, true)]).kind, MomentKind::Misery);
    }
}
