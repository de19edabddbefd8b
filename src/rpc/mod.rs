//! The gRPC services: parse and validate, one call of a use case, answer.
//!
//! Nothing outside knows gRPC codes, and nothing of the generated types goes further in. A request is read whole before
//! anything is refused, so that a caller learns everything that is wrong at once.

pub mod access;
mod admin;
mod arrivals;
mod caller;
mod cases;
mod codec;
mod convert;
mod customers;
mod desk_actions;
mod duplicates;
mod etag;
mod events;
mod framing;
mod front_desk;
mod gestures;
mod hints;
mod insights;
mod interactions;
mod journeys;
mod leases;
mod locations;
mod mask;
mod merging;
mod names;
mod notes;
mod page_token;
mod pauses;
mod policy;
mod privacy;
mod promises;
mod rights;
mod rules;
mod scope;
mod search;
mod status;
mod validate;

pub use codec::Codec;

use crate::{
    app::{App, Cursor},
    domain::{
        limits::REQUEST_MAX_BYTES,
        paper::{Format, NotPrinted, Printed, Sheet},
        world::Actor,
    },
    proto::v1::{
        admin_service_server::AdminServiceServer, case_service_server::CaseServiceServer,
        customer_service_server::CustomerServiceServer, event_service_server::EventServiceServer,
        front_desk_service_server::FrontDeskServiceServer, gesture_service_server::GestureServiceServer,
        insight_service_server::InsightServiceServer, interaction_service_server::InteractionServiceServer,
        journey_service_server::JourneyServiceServer, location_service_server::LocationServiceServer,
        note_service_server::NoteServiceServer, policy_service_server::PolicyServiceServer,
        rule_service_server::RuleServiceServer,
    },
};
use axum::middleware::{from_fn_with_state, map_response};
use page_token::PageTokens;
use status::Failure;
use std::sync::Arc;
use tonic::{Request, codec::CompressionEncoding::Gzip, server::NamedService, service::Routes};

/// Sets sheets as a PDF: a format, the file's title, the sheets. Works on the calling thread.
pub type Press = Arc<dyn Fn(Format, &str, &[Sheet]) -> Result<Printed, NotPrinted> + Send + Sync>;

/// Every service of the contract, over the same use cases. Clones share them.
#[derive(Clone)]
struct Rpc {
    app: Arc<App>,
    tokens: PageTokens,
    press: Press,
}

macro_rules! services {
    ($($server:ident),+ $(,)?) => {
        /// The full names of the services, such as `gratitude.v1.CustomerService`.
        pub const SERVICE_NAMES: &[&str] = &[$(<$server<()> as NamedService>::NAME),+];

        /// The services of the contract, ready to be served.
        #[must_use]
        pub fn routes(app: Arc<App>, press: Press) -> Routes {
            let scoped = Arc::clone(&app);
            let rpc = Rpc { tokens: PageTokens::new(&app.page_token_secret()), app, press };
            let routes = Routes::default()$(.add_service(
                $server::new(rpc.clone())
                    .max_decoding_message_size(REQUEST_MAX_BYTES)
                    .accept_compressed(Gzip)
                    .send_compressed(Gzip),
            ))+;
            let routes = routes.into_axum_router().layer(from_fn_with_state(scoped, scope::keep_within));
            Routes::from(routes.layer(map_response(framing::blame)))
        }
    };
}

services![
    LocationServiceServer,
    CustomerServiceServer,
    InteractionServiceServer,
    FrontDeskServiceServer,
    RuleServiceServer,
    NoteServiceServer,
    GestureServiceServer,
    CaseServiceServer,
    InsightServiceServer,
    JourneyServiceServer,
    PolicyServiceServer,
    AdminServiceServer,
    EventServiceServer,
];

impl Rpc {
    /// Who calls, and what they say.
    fn call<T>(&self, request: Request<T>) -> Result<(Actor, T), Failure> {
        Ok((caller::caller(request.extensions(), request.metadata())?, request.into_inner()))
    }

    /// The token of the next page; empty after the last.
    fn next_page(&self, binding: &[&str], next: Option<&Cursor>) -> Result<String, Failure> {
        next.map_or(Ok(String::new()), |next| self.tokens.seal(binding, next))
    }
}
