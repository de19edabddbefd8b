//! What leaves, against real far sides: a relay and a receiver of webhooks that fail as they are told.

mod attacks;
mod batches;
mod crash;
mod encryption;
mod faults;
mod links;
mod people;
mod python;
mod reading;
mod relay;
mod webhooks;
