//! The work of this service.

use jiff::SignedDuration;

use super::{Done, Work, erasures, note_batches::NoteBatches};
use crate::{
    app::{App, Swept},
    config,
    delivery::Spool,
};

impl From<Swept> for Done {
    fn from(swept: Swept) -> Self {
        Self { items: swept.changed, has_more: swept.has_more }
    }
}

/// One piece of work, done by a use case that takes an instant and the size of a page.
macro_rules! work {
    ($app:expr, $page:expr, $name:literal, $seconds:expr, $use_case:ident) => {{
        let (app, page) = ($app.clone(), $page);
        Work::new($name, seconds($seconds), move |now| {
            let app = app.clone();
            async move { app.$use_case(now, page).await.map(Done::from) }
        })
    }};
}

/// Everything that has to happen although nobody calls, in the order in which one brings about the next: a visit that
/// closes may owe a gesture, a gesture that expires gives its place back, and what is due then may leave in a note.
#[must_use]
pub fn all(app: &App, delivery: &config::Delivery, timing: &config::Scheduler) -> Vec<Work> {
    let batches = NoteBatches::new(app.clone(), Spool::new(delivery.spool.clone()));
    let note_batches = Work::new("note_batches", seconds(timing.note_batches_seconds), move |now| {
        let batches = batches.clone();
        async move { batches.run_once(now).await }
    });
    let spool = Spool::new(delivery.spool.clone());
    let finishing = app.clone();
    let finish_erasures = Work::new("finish_erasures", seconds(timing.finish_erasures_seconds), move |now| {
        let (app, spool) = (finishing.clone(), spool.clone());
        async move { erasures::run_once(&app, &spool, now).await }
    });
    vec![
        work!(app, timing.page, "close_visits", timing.close_visits_seconds, close_visits_left_open),
        work!(app, timing.page, "lapse_leases", timing.lapse_leases_seconds, lapse_leases),
        work!(app, timing.page, "replan_outdated", timing.replan_outdated_seconds, replan_outdated),
        work!(app, timing.page, "expire_gestures", timing.expire_gestures_seconds, expire_gestures),
        note_batches.woken_by(app.note_work()),
        finish_erasures.woken_by(app.erasures()),
        work!(app, timing.page, "look_ahead", timing.look_ahead_seconds, look_ahead),
        work!(app, timing.page, "fill_search", timing.fill_search_seconds, fill_search),
        work!(app, timing.page, "forget_request_keys", timing.forget_request_keys_seconds, forget_request_keys),
        work!(app, timing.page, "forget_desk_actions", timing.forget_desk_actions_seconds, forget_desk_actions),
    ]
}

fn seconds(number: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(number).unwrap_or(i64::MAX))
}
