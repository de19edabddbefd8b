//! Monday: people look and buy, at the desk and on the web; in the evening something goes wrong.

use console::style;

use super::{
    cast::{self, Cast},
    stage::{LOCATION, Stage},
};
use crate::{
    cli::{CliError, output, show},
    proto::v1,
};

/// Twelve real sessions come in at once; most bought nothing, and all are answered for.
pub(super) async fn sessions(stage: &Stage, cast: &Cast) -> Result<(), CliError> {
    stage.scene(
        "Monday, 12:00 · the web shop reports the morning",
        "Twelve sessions in one call. Eight bought nothing; they are owed an answer like the others.",
    )?;
    let mut requests = Vec::new();
    for (number, session) in (0..).zip(&cast.sessions) {
        let who = session.name.as_deref().map_or(Ok(None), |name| cast.who(name))?;
        requests.push(cast::visit(session, who, stage.minutes_ago(180 - 10 * number).await?));
    }
    let request = v1::BatchRecordInteractionsRequest { requests, atomic: false };
    let reply = stage.client.interactions().batch_record_interactions(request).await;
    let results = reply.map_err(|status| stage.failed(&status))?.into_inner().results;

    let mut table = output::table(&["who", "looked at", "outcome", "what they are owed", "gesture"]);
    for (session, result) in cast.sessions.iter().zip(results) {
        let recorded = match result.result {
            Some(v1::record_interaction_result::Result::Response(recorded)) => recorded,
            Some(v1::record_interaction_result::Result::Error(error)) => return Err(CliError::Refused(error.message)),
            None => return Err(CliError::Unexpected("a session was not answered".to_owned())),
        };
        let gesture = recorded
            .gestures
            .first()
            .map(|gesture| format!("{}, {}", show::gesture_kind(gesture.kind()), show::channel(gesture.channel())));
        table.add_row([
            session.name.clone().unwrap_or_else(|| "somebody".to_owned()),
            format!("{} pages, {:.0} min", session.pages, session.seconds / 60.0),
            show::outcome(recorded.interaction.unwrap_or_default().outcome()),
            recorded.obligation.unwrap_or_default().explanation,
            gesture.unwrap_or_default(),
        ]);
    }
    stage.line(&table.to_string())
}

/// The desk thinks that Amelia left without buying; the till knows better. One visit, one thanks.
pub(super) async fn desk_and_till(stage: &Stage, cast: &Cast) -> Result<(), CliError> {
    stage.clock_to("2026-11-23T14:00").await?;
    stage.scene(
        "Monday, 14:00 · Amelia walks in",
        "She gives her number. This is what the desk sees, in the second that it has:",
    )?;
    let check_in = v1::CheckInRequest {
        location: LOCATION.to_owned(),
        who: Some(v1::Who {
            who: Some(v1::who::Who::Identity(v1::Identity {
                identifiers: vec![v1::Identifier {
                    kind: v1::identifier::Kind::Phone.into(),
                    value: "020 7946 0012".to_owned(),
                    ..Default::default()
                }],
                ..Default::default()
            })),
        }),
        staff: "Mina".to_owned(),
        ..Default::default()
    };
    let arrived = stage.client.front_desk().check_in(check_in).await.map_err(|status| stage.failed(&status))?;
    let arrived = arrived.into_inner();
    if let Some(card) = &arrived.card {
        stage.line(&show::card(card))?;
    }

    stage.clock_to("2026-11-23T14:20").await?;
    stage.line("\n14:20, the desk: she looked at the red teapot and left to think about it.")?;
    let check_out = v1::CheckOutRequest {
        interaction: arrived.interaction.unwrap_or_default().name,
        outcome: v1::Outcome::NotPurchased.into(),
        no_purchase_reason: v1::NoPurchaseReason::Undecided.into(),
        items_looked_at: vec!["the red teapot".to_owned()],
        ..Default::default()
    };
    let left = stage.client.front_desk().check_out(check_out).await.map_err(|status| stage.failed(&status))?;
    let left = left.into_inner();
    stage.owed(left.obligation.as_ref(), &left.gestures)?;

    stage.clock_to("2026-11-23T14:35").await?;
    stage.line("\n14:35, the till: Amelia, one red teapot. She had come back for it.")?;
    let purchase = v1::Purchase {
        total: Some(v1::Money { currency_code: "GBP".to_owned(), micros: 48_000_000 }),
        items: vec![v1::PurchaseItem { display_name: "the red teapot".to_owned(), ..Default::default() }],
        ..Default::default()
    };
    let bought = stage.record(
        cast.who("Amelia")?,
        v1::Interaction {
            kind: v1::InteractionKind::Purchase.into(),
            channel: v1::InteractionChannel::InStore.into(),
            purchase: Some(purchase),
            ..Default::default()
        },
    );
    let bought = bought.await?;
    if !bought.interaction.clone().unwrap_or_default().joined_interaction.is_empty() {
        stage.line("  The purchase joins the visit at the desk: one story, one thanks.")?;
    }
    stage.owed(bought.obligation.as_ref(), &bought.gestures)
}

/// A question is answered for too, and so is somebody whom nobody knows.
pub(super) async fn question_and_stranger(stage: &Stage, cast: &Cast) -> Result<(), CliError> {
    stage.clock_to("2026-11-23T16:00").await?;
    stage.scene(
        "Monday, 16:00 · a question and a stranger",
        "Isla asks over the chat: does the kettle work on induction?",
    )?;
    let asked = stage.record(
        cast.who("Isla")?,
        v1::Interaction {
            kind: v1::InteractionKind::Enquiry.into(),
            channel: v1::InteractionChannel::Chat.into(),
            topics: vec!["the kettle and induction".to_owned()],
            ..Default::default()
        },
    );
    let asked = asked.await?;
    stage.owed(asked.obligation.as_ref(), &asked.gestures)?;

    stage.line("\nSomebody in a blue coat comes in, looks around, and is thanked at the door.")?;
    let check_in = v1::CheckInRequest {
        location: LOCATION.to_owned(),
        stranger: "blue coat".to_owned(),
        staff: "Mina".to_owned(),
        ..Default::default()
    };
    let arrived = stage.client.front_desk().check_in(check_in).await.map_err(|status| stage.failed(&status))?;
    let check_out = v1::CheckOutRequest {
        interaction: arrived.into_inner().interaction.unwrap_or_default().name,
        outcome: v1::Outcome::NotPurchased.into(),
        thanked_in_person: true,
        ..Default::default()
    };
    let left = stage.client.front_desk().check_out(check_out).await.map_err(|status| stage.failed(&status))?;
    let left = left.into_inner();
    stage.owed(left.obligation.as_ref(), &left.gestures)
}

/// At 21:40 something is wrong: an apology is planned for the morning, and cheer waits.
pub(super) async fn complaint(stage: &Stage, cast: &Cast) -> Result<(), CliError> {
    stage.clock_to("2026-11-23T21:40").await?;
    stage.scene(
        "Monday, 21:40 · Evie is not happy",
        "She bought this morning and would be thanked tomorrow. Now she writes: the cup came chipped.",
    )?;
    let complained = stage.record(
        cast.who("Evie")?,
        v1::Interaction {
            kind: v1::InteractionKind::Complaint.into(),
            channel: v1::InteractionChannel::Email.into(),
            outcome: v1::Outcome::Unresolved.into(),
            topics: vec!["a chipped cup".to_owned()],
            fault: v1::FaultKind::Damaged.into(),
            emotion: Some(v1::Emotion {
                satisfaction: -2,
                intensity: 4,
                judged_by: v1::emotion::Judge::Customer.into(),
                about: v1::FeelingAbout::Us.into(),
            }),
            ..Default::default()
        },
    );
    let complained = complained.await?;
    stage.owed(complained.obligation.as_ref(), &complained.gestures)?;
    for gesture in &complained.gestures {
        stage.plan(gesture)?;
    }
    stage.line(&format!("\nAnd the {} that were planned for her:", style("cheerful thanks").bold()))?;
    for gesture in gestures_of(stage, &cast.customer("Evie")?, "gesture.state = HELD").await? {
        stage.gesture(&gesture)?;
    }
    Ok(())
}

/// Gestures to one customer.
pub(super) async fn gestures_of(stage: &Stage, customer: &str, which: &str) -> Result<Vec<v1::Gesture>, CliError> {
    let filter = format!("gesture.customer = \"{customer}\" AND {which}");
    let request = v1::ListGesturesRequest { filter, ..Default::default() };
    let reply = stage.client.gestures().list_gestures(request).await;
    Ok(reply.map_err(|status| stage.failed(&status))?.into_inner().gestures)
}
