//! A night's notes, as somebody at a command line has them written and sent.

use crate::{load, outcome::Outcome, process::Listening};
use gratitude::proto::v1::{self as pb, note_batch::State, note_service_client::NoteServiceClient};
use std::time::{Duration, Instant};
use tonic::transport::Channel;

/// A service's notes.
pub(super) struct Night {
    notes: NoteServiceClient<Channel>,
    /// How often a batch is asked how far it is.
    poll: Duration,
}

/// A batch that came where it was to come, and how long that took.
pub(super) struct Reached {
    pub(super) batch: pb::NoteBatch,
    pub(super) seconds: f64,
}

impl Night {
    pub(super) async fn of(service: &Listening, poll: Duration) -> Outcome<Self> {
        Ok(Self { notes: NoteServiceClient::new(load::connect(&service.url(), 1).await?.remove(0)), poll })
    }

    /// Has a note written to everybody to whom one is due.
    pub(super) async fn write(&mut self) -> Outcome<Reached> {
        let begun = Instant::now();
        let batch = pb::NoteBatch {
            display_name: "A night of the benchmark".to_owned(),
            selection: Some(pb::note_batch::Selection::Due(pb::DueSelection::default())),
            ..pb::NoteBatch::default()
        };
        let request = pb::CreateNoteBatchRequest { note_batch: Some(batch), request_id: String::new() };
        let made = self.notes.create_note_batch(request).await?.into_inner().note_batch.ok_or("a batch was made")?;
        self.reached(begun, &made.name, State::Ready).await
    }

    /// Approves what was written, and waits until all of it has left.
    pub(super) async fn send(&mut self, written: &pb::NoteBatch) -> Outcome<Reached> {
        let begun = Instant::now();
        let name = written.name.clone();
        self.notes.approve_note_batch(pb::ApproveNoteBatchRequest { name, ..Default::default() }).await?;
        self.reached(begun, &written.name, State::Completed).await
    }

    /// Waits until a batch is in a state.
    async fn reached(&mut self, begun: Instant, name: &str, wanted: State) -> Outcome<Reached> {
        loop {
            let request = pb::GetNoteBatchRequest { name: name.to_owned() };
            let batch = self.notes.get_note_batch(request).await?.into_inner();
            match batch.state() {
                state if state == wanted => return Ok(Reached { batch, seconds: begun.elapsed().as_secs_f64() }),
                State::Stopped | State::Cancelled => {
                    return Err(format!("the batch stopped: {}", batch.explanation).into());
                }
                _ => tokio::time::sleep(self.poll).await,
            }
        }
    }
}
