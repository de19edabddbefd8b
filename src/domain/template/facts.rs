//! What a text may speak of.

use crate::domain::{customer::Customer, interaction::Interaction, location::Location, summary::Summary};

/// What is known when one gesture's words are composed.
#[derive(Debug, Clone, Copy)]
pub struct NoteFacts<'a> {
    /// To whom.
    pub customer: &'a Customer,
    /// Their history.
    pub summary: &'a Summary,
    /// In whose name.
    pub location: &'a Location,
    /// What it answers; `None` for a gesture that answers nothing.
    pub interaction: Option<&'a Interaction>,
    /// The visit day that was reached, for a milestone.
    pub milestone: Option<u32>,
}
