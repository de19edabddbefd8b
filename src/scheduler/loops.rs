//! The work of this service.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{Done, Work, erasures, note_batches::NoteBatches, way_out::WayOut};
use crate::{
    app::{App, Swept},
    clock::Clock,
    config,
    delivery::{BadFarSide, FarSide, Spool, print::Press},
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
pub fn all(app: &App, ways: WaysOut, press: &Arc<Press>, timing: &config::Scheduler) -> Vec<Work> {
    let WaysOut { clock, spool, far_sides } = ways;
    let batches = NoteBatches::new(app.clone(), spool.clone(), Arc::clone(press));
    let note_batches = Work::new("note_batches", seconds(timing.note_batches_seconds), move |now| {
        let batches = batches.clone();
        async move { batches.run_once(now).await }
    });
    let finishing = app.clone();
    let finish_erasures = Work::new("finish_erasures", seconds(timing.finish_erasures_seconds), move |now| {
        let (app, spool) = (finishing.clone(), spool.clone());
        async move { erasures::run_once(&app, &spool, now).await }
    });
    let sending = far_sides.into_iter().map(|far_side| {
        let way = WayOut::new(app.clone(), clock.clone(), far_side);
        let under_way = way.under_way();
        let every = seconds(timing.note_batches_seconds);
        let work = Work::new(way.name(), every, move |now| {
            let way = way.clone();
            async move { way.run_once(now).await }
        });
        work.woken_by(app.note_work()).with_under_way(under_way)
    });
    let mut all = vec![
        work!(app, timing.page, "close_visits", timing.close_visits_seconds, close_visits_left_open),
        work!(app, timing.page, "lapse_leases", timing.lapse_leases_seconds, lapse_leases),
        work!(app, timing.page, "wake_late", timing.wake_late_seconds, wake_late),
        work!(app, timing.page, "replan_outdated", timing.replan_outdated_seconds, replan_outdated),
        work!(app, timing.page, "expire_gestures", timing.expire_gestures_seconds, expire_gestures),
        note_batches.woken_by(app.note_work()),
        finish_erasures.woken_by(app.erasures()),
        work!(app, timing.page, "look_ahead", timing.look_ahead_seconds, look_ahead),
        work!(app, timing.page, "fill_search", timing.fill_search_seconds, fill_search),
        work!(app, timing.page, "tidy_search", timing.tidy_search_seconds, tidy_search),
        work!(app, timing.page, "forget_request_keys", timing.forget_request_keys_seconds, forget_request_keys),
        work!(app, timing.page, "apply_retention", timing.apply_retention_seconds, forget_by_retention),
        work!(app, timing.page, "forget_desk_actions", timing.forget_desk_actions_seconds, forget_desk_actions),
    ];
    all.extend(sending);
    all
}

/// Where the notes of batches go.
pub struct WaysOut {
    clock: Clock,
    spool: Spool,
    far_sides: Vec<FarSide>,
}

impl WaysOut {
    /// As it is configured. Nothing is opened before the first note.
    ///
    /// # Errors
    /// [`BadFarSide`] names the key that can't be right.
    pub fn new(app: &App, clock: Clock, delivery: &config::Delivery) -> Result<Self, BadFarSide> {
        let far_sides = FarSide::all(delivery, &app.settings().routes, &app.links())?;
        Ok(Self { clock, spool: Spool::new(delivery.spool.clone()), far_sides })
    }
}

fn seconds(number: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(number).unwrap_or(i64::MAX))
}
