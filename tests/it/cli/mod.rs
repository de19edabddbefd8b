//! The command line: the real binary, as a person would use it.

mod clock;
mod demo;
mod import;
mod journeys;
mod keys;
mod notes;
mod paper;
mod people;
mod serve;
mod visits;
mod watching;
