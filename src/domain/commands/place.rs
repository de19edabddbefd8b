//! Where in a customer's journey an interaction takes place, and how the standards there are met.

use crate::domain::{
    ids::TouchpointId,
    interaction::{Direction, Interaction, InteractionState},
    journey::{Contact, Place, Standards, Touchpoint, Verdict, judge},
    ledger::Ledger,
    location::Location,
    refusal::{Precondition, Refusal},
    world::{Needs, Subject, World},
};
use jiff::Timestamp;

/// The place of an interaction that is being recorded; none without a touchpoint. Its standards are judged once it is
/// over.
///
/// # Errors
/// [`Refusal::NotFound`] for a touchpoint that does not exist, a precondition for one that was retired before the
/// interaction began, [`Refusal::Miss`] when something must be loaded first.
pub fn of_recorded(
    ledger: &Ledger<'_, '_>,
    location: &Location,
    interaction: &Interaction,
) -> Result<Option<Place>, Refusal> {
    let Some(id) = &interaction.detail.touchpoint else { return Ok(None) };
    let touchpoint = taking(ledger.world, id, interaction.start_at)?;
    let verdicts = match interaction.state {
        InteractionState::Open => Vec::new(),
        InteractionState::Closed | InteractionState::Voided => {
            verdicts(ledger, &touchpoint.settings.standards, location, interaction)?
        }
    };
    Ok(Some(Place { journey: touchpoint.settings.journey.clone(), stage: touchpoint.settings.stage.clone(), verdicts }))
}

/// The place of an interaction that is over now, judged by the standards that hold now: where it began, also if the
/// touchpoint was moved or retired since.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn of_closed(
    ledger: &Ledger<'_, '_>,
    location: &Location,
    interaction: &Interaction,
) -> Result<Option<Place>, Refusal> {
    let (Some(place), Some(id)) = (&interaction.journey, &interaction.detail.touchpoint) else {
        return Ok(interaction.journey.clone());
    };
    let Some(touchpoint) = ledger.world.touchpoints.get(id) else { return Ok(Some(place.clone())) };
    let verdicts = verdicts(ledger, &touchpoint.settings.standards, location, interaction)?;
    Ok(Some(Place { verdicts, ..place.clone() }))
}

/// The place of what answers an interaction: the same, where nothing is judged of what we do ourselves.
pub fn of_answer(answered: &Interaction) -> Option<Place> {
    let place = answered.journey.clone()?;
    Some(Place { verdicts: Vec::new(), ..place })
}

fn taking<'w>(world: &'w World, id: &TouchpointId, start_at: Timestamp) -> Result<&'w Touchpoint, Refusal> {
    let touchpoint = world.touchpoints.get(id).ok_or_else(|| Refusal::not_found("touchpoint", id))?;
    if touchpoint.takes(start_at) {
        return Ok(touchpoint);
    }
    let resource = Subject::Touchpoint(id.clone()).to_string();
    Err(Refusal::Precondition {
        kind: Precondition::TouchpointRetired,
        message: format!("{resource} was retired before this began; name the touchpoint that took its place, or none"),
        resource,
    })
}

fn verdicts(
    ledger: &Ledger<'_, '_>,
    standards: &Standards,
    location: &Location,
    interaction: &Interaction,
) -> Result<Vec<Verdict>, Refusal> {
    let zone = &location.settings.time_zone;
    let zone = ledger
        .world
        .zones
        .get(zone)
        .map_err(|unknown| Refusal::invalid("interaction.location", unknown.to_string()))?;
    let contact = Contact {
        detail: &interaction.detail,
        start_at: interaction.start_at,
        zone: &zone,
        location: &location.settings,
        earlier: if standards.first_contact { earlier(ledger, interaction)? } else { 0 },
    };
    Ok(judge(standards, &contact))
}

/// How often customers were in touch about the same subject at the same touchpoint before.
fn earlier(ledger: &Ledger<'_, '_>, interaction: &Interaction) -> Result<u32, Refusal> {
    let detail = &interaction.detail;
    let Some(subject) = &detail.subject else { return Ok(0) };
    ledger.require(Needs { subjects: [subject.clone()].into(), ..Needs::default() })?;
    let before = ledger.world.interactions.values().filter(|other| {
        other.detail.subject.as_ref() == Some(subject)
            && other.detail.touchpoint == detail.touchpoint
            && other.detail.direction == Direction::Inbound
            && other.state != InteractionState::Voided
            && other.start_at < interaction.start_at
            && other.id != interaction.id
            && Some(other.id) != detail.replaces
    });
    Ok(u32::try_from(before.count()).unwrap_or(u32::MAX))
}
