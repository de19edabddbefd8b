//! What customers live through, told from their side: each test is one story, on both engines.

mod calls;
mod corrections;
mod crowds;
mod desk;
mod erasing;
mod gates;
mod journeys;
mod merging;
mod notes;
mod once;
mod parting;
mod recovery;
mod same_visit;
mod silences;
mod strangers;
pub(crate) mod telling;
mod visits;
