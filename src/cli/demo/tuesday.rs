//! Tuesday: apology first, then thanks; something comes back; and the account of it all.

use super::{
    cast::Cast,
    monday::gestures_of,
    stage::{LOCATION, Stage},
};
use crate::{
    cli::{CliError, show},
    proto::v1,
};

/// The queue of the day; Evie walks in before anybody called, and her case is settled.
pub(super) async fn morning(stage: &Stage, cast: &Cast) -> Result<(), CliError> {
    stage.clock_to("2026-11-24T08:05").await?;
    stage.scene("Tuesday, 8:05 · the day's queue", "What people have to do today: whom, why, and what to say.")?;
    let request = v1::ListQueueRequest { location: LOCATION.to_owned(), ..Default::default() };
    let queue = stage.client.gestures().list_queue(request).await.map_err(|status| stage.failed(&status))?.into_inner();
    stage.line(&show::queue(&queue.entries))?;

    stage.line("\nMina calls Evie, is sorry, and is heard.")?;
    for entry in queue.entries {
        let gesture = entry.gesture.unwrap_or_default();
        if gesture.customer == cast.customer("Evie")? && gesture.kind() == v1::GestureKind::Apology {
            let request = v1::LogCallRequest {
                name: gesture.name,
                etag: gesture.etag,
                outcome: v1::log_call_request::CallOutcome::Reached.into(),
                happy: Some(4),
                words: "Glad that somebody called at once.".to_owned(),
                staff: "Mina".to_owned(),
                ..Default::default()
            };
            let logged = stage.client.gestures().log_call(request).await.map_err(|status| stage.failed(&status))?;
            stage.gesture(&logged.into_inner().gesture.unwrap_or_default())?;
        }
    }

    stage.clock_to("2026-11-24T09:30").await?;
    stage.scene("Tuesday, 9:30 · Evie walks in", "Her case is still open. The card says so before anything else:")?;
    let request = v1::CheckInRequest {
        location: LOCATION.to_owned(),
        who: cast.who("Evie")?,
        staff: "Mina".to_owned(),
        ..Default::default()
    };
    let arrived = stage.client.front_desk().check_in(request).await.map_err(|status| stage.failed(&status))?;
    let arrived = arrived.into_inner();
    let card = arrived.card.unwrap_or_default();
    stage.line(&show::card(&card))?;

    stage.line("\nShe gets a new cup, and the case is settled with its cause.")?;
    let request = v1::ResolveCaseRequest {
        name: card.first.unwrap_or_default().case,
        cause: Some(v1::resolve_case_request::Cause::RootCause("Cups were packed without a sleeve.".to_owned())),
        remedy: "A new cup, and sleeves for all cups from now on.".to_owned(),
        recovery_made: true,
        ..Default::default()
    };
    stage.client.cases().resolve_case(request).await.map_err(|status| stage.failed(&status))?;
    let request = v1::CheckOutRequest {
        interaction: arrived.interaction.unwrap_or_default().name,
        outcome: v1::Outcome::NotPurchased.into(),
        no_purchase_reason: v1::NoPurchaseReason::Other.into(),
        mood: Some(1),
        ..Default::default()
    };
    stage.client.front_desk().check_out(request).await.map_err(|status| stage.failed(&status))?;
    stage.line("Her thanks come back, but not within the hour:")?;
    for gesture in gestures_of(stage, &cast.customer("Evie")?, "gesture.state = SCHEDULED").await? {
        stage.gesture(&gesture)?;
    }
    Ok(())
}

/// Darcy brings back what she bought: what was planned to thank her for it is taken back.
pub(super) async fn something_comes_back(stage: &Stage, cast: &Cast) -> Result<(), CliError> {
    stage.clock_to("2026-11-24T12:00").await?;
    stage.scene(
        "Tuesday, 12:00 · Darcy brings something back",
        "Too large for her shelf. No reproach, and no thanks for buying it, although her note is written already.",
    )?;
    let returned = stage.record(
        cast.who("Darcy")?,
        v1::Interaction {
            kind: v1::InteractionKind::Return.into(),
            channel: v1::InteractionChannel::InStore.into(),
            staff: "Mina".to_owned(),
            subject: cast.order_of("Darcy"),
            remarks: "Too large for the shelf.".to_owned(),
            ..Default::default()
        },
    );
    let returned = returned.await?;
    stage.owed(returned.obligation.as_ref(), &returned.gestures)?;
    for gesture in gestures_of(stage, &cast.customer("Darcy")?, "NOT gesture.state = SCHEDULED").await? {
        stage.gesture(&gesture)?;
    }
    Ok(())
}

/// Did those who only looked get the same care as those who bought?
pub(super) async fn coverage(stage: &Stage) -> Result<(), CliError> {
    stage.scene("Tuesday · the account", "Did those who only looked get the same care as those who bought?")?;
    let reply = stage.client.insights().get_coverage(v1::GetCoverageRequest::default()).await;
    let reply = reply.map_err(|status| stage.failed(&status))?.into_inner();
    stage.line(&show::coverage(&reply))
}
