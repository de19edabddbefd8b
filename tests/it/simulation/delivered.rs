//! What really reached customers: the world outside, of which the service only hears.

use gratitude::domain::{gesture::Gesture, ids::GestureId};
use std::collections::BTreeMap;

/// One way in which a gesture left.
#[derive(Debug, Clone, Copy)]
struct Delivery {
    /// The token of whoever delivered it; of a person there is none.
    token: Option<i64>,
    /// The far side recognises a repetition by the gesture's key.
    deduplicated: bool,
    /// It reached the customer, whoever knows of it.
    reached: bool,
}

/// All that left, by gesture.
#[derive(Debug, Default)]
pub(super) struct Delivered(BTreeMap<GestureId, Vec<Delivery>>);

impl Delivered {
    /// A worker was told to begin: it hands the gesture over at once, which succeeds or not. Told again, it did so
    /// before.
    pub(super) fn begun(&mut self, gesture: &Gesture, token: i64, deduplicated: bool, reached: bool) {
        let of_gesture = self.0.entry(gesture.id).or_default();
        if of_gesture.iter().all(|it| it.token != Some(token)) {
            of_gesture.push(Delivery { token: Some(token), deduplicated, reached });
        }
    }

    /// A person said or gave it.
    pub(super) fn by_person(&mut self, id: GestureId) {
        self.0.entry(id).or_default().push(Delivery { token: None, deduplicated: false, reached: true });
    }

    /// Whether a worker's own attempt reached the customer; `None` when it never began.
    pub(super) fn by(&self, id: GestureId, token: i64) -> Option<bool> {
        self.0.get(&id)?.iter().find(|it| it.token == Some(token)).map(|it| it.reached)
    }

    /// Whether the customer has it, by whatever attempt.
    pub(super) fn has_reached(&self, id: GestureId) -> bool {
        self.0.get(&id).is_some_and(|all| all.iter().any(|it| it.reached))
    }

    /// The gestures that customers have twice, in words.
    pub(super) fn twice(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(|(id, all)| {
            let reached = || all.iter().filter(|it| it.reached);
            let copies = reached().filter(|it| !it.deduplicated).count();
            let by_key = usize::from(reached().any(|it| it.deduplicated));
            (copies + by_key > 1).then(|| format!("P4: gestures/{id} reached its customer more than once: {all:?}"))
        })
    }
}
