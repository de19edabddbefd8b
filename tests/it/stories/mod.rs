//! What customers live through, told from their side: each test is one story, on both engines.

mod corrections;
mod gates;
mod once;
mod strangers;
mod telling;
mod visits;
