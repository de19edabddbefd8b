//! Two bounded lanes of waiting writes.

use super::{Room, pending::Pending};
use crate::store::{catalog_write::Job, error::StoreError};
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// How urgent a write is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Somebody stands at the desk.
    Interactive,
    /// An import or a worker's batch.
    Bulk,
}

/// Most commands of one group.
const GROUP_MAX: usize = 256;
/// Most bulk commands of one group: a call at the desk waits for at most one such group.
const BULK_MAX: usize = 128;
/// Places of a group that single calls leave to bulk, so that it never starves.
const BULK_MIN: usize = 16;

/// Something that waits to be written.
pub(super) enum Taken {
    Command(Box<dyn Pending>),
    Job(Box<dyn Job>),
}

pub(super) struct Lanes {
    waiting: Mutex<Waiting>,
    arrived: Notify,
    room: Room,
}

struct Waiting {
    interactive: VecDeque<Taken>,
    bulk: VecDeque<Taken>,
    closed: bool,
}

impl Lanes {
    pub(super) fn new(room: Room) -> Self {
        let waiting = Waiting { interactive: VecDeque::new(), bulk: VecDeque::new(), closed: false };
        Self { waiting: Mutex::new(waiting), arrived: Notify::new(), room }
    }

    /// Lets things wait, the first ones as far as there is room; returns how many.
    ///
    /// # Errors
    /// [`StoreError::QueueFull`] when there is room for none, [`StoreError::Closed`] after the end.
    pub(super) fn push(&self, lane: Lane, items: Vec<Taken>) -> Result<usize, StoreError> {
        let mut waiting = self.lock();
        if waiting.closed {
            return Err(StoreError::Closed);
        }
        let (queue, room) = match lane {
            Lane::Interactive => (&mut waiting.interactive, self.room.interactive),
            Lane::Bulk => (&mut waiting.bulk, self.room.bulk),
        };
        let room = room.saturating_sub(queue.len()).min(items.len());
        if room == 0 && !items.is_empty() {
            return Err(StoreError::QueueFull);
        }
        queue.extend(items.into_iter().take(room));
        drop(waiting);
        // All, not one: a writer that leaves bulk alone would swallow the news of it.
        self.arrived.notify_waiters();
        Ok(room)
    }

    /// What waits, single calls first; `None` after the end.
    pub(super) async fn take(&self, bulk: bool) -> Option<Vec<Taken>> {
        loop {
            let arrived = self.arrived.notified();
            let mut arrived = std::pin::pin!(arrived);
            // Listen before looking, so that nothing that comes in between is missed.
            arrived.as_mut().enable();
            {
                let mut waiting = self.lock();
                let taken = waiting.take(bulk);
                if !taken.is_empty() {
                    return Some(taken);
                }
                if waiting.closed {
                    return None;
                }
            }
            arrived.await;
        }
    }

    pub(super) fn waiting(&self) -> (usize, usize) {
        let waiting = self.lock();
        (waiting.interactive.len(), waiting.bulk.len())
    }

    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn take(&mut self, bulk: bool) -> Vec<Taken> {
        let wanted_by_bulk = if bulk { self.bulk.len() } else { 0 };
        let singles = self.interactive.len().min(GROUP_MAX - wanted_by_bulk.min(BULK_MIN));
        let from_bulk = wanted_by_bulk.min(BULK_MAX).min(GROUP_MAX - singles);
        self.interactive.drain(..singles).chain(self.bulk.drain(..from_bulk)).collect()
    }
}
