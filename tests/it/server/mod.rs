//! The port: what every caller meets before and around the services.

mod fixture;
mod health;
mod layers;
mod tls;
mod web;
