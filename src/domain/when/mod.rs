//! When a gesture may be carried out: windows, hours, zones, midnight, clock changes, deadlines and promises.
//!
//! Everything is reckoned on one line of instants. A window of local time becomes a half-open span of instants by the
//! one rule of [`resolve_local`], so intersections are exact across midnight and on the days on which clocks change.

mod business_time;
mod calendar;
mod defaults;
mod hours;
mod openings;
mod plan;
mod wording;
mod zones;

pub use business_time::business_time;
pub use calendar::LocationCalendar;
pub use defaults::{default_call_hours, default_message_hours};
pub use hours::{ClockTime, HoursError, WINDOWS_MAX, WeeklyHours, Window};
pub use openings::{AllowedTimes, Closing, Openings, SEARCH_DAYS};
pub use plan::{NotPlannable, Occasion, PlanInput, Wait, plan};
pub use zones::{UnknownZone, ZoneCandidate, ZoneSource, Zones, local_date, resolve_local};
