//! Notes on paper: what stands on a sheet, in which formats there are sheets, and where each lies in a print run.
//!
//! How letters become ink is the press's business (`delivery::print`); what is written where is decided here.

mod format;
mod problem;
mod sheet;
mod writing;

pub use format::{Begun, Cut, Format, Formats, Place, Slot};
pub use problem::{NotPrinted, Printed, Problem};
pub use sheet::{Part, Sheet};
pub use writing::{recipient, write};
