//! Keys for some locations: what their requests name must be among these.

use super::{
    access::{Door, Places, door},
    names::{ResourceId, parse_uuid},
    status::Failure,
};
use crate::{
    app::App,
    domain::{
        ids::{CaseId, GestureId, InteractionId, LocationId},
        limits::REQUEST_MAX_BYTES,
        world::Actor,
    },
    proto::{FILE_DESCRIPTOR_SET, v1::ErrorReason},
};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use flate2::read::GzDecoder;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, Value};
use std::{
    collections::{BTreeSet, HashMap},
    io::Read,
    sync::{Arc, LazyLock},
};
use tonic::Code;

/// The bytes before a message: whether it is compressed, and its length.
const FRAME_HEAD: usize = 5;

/// The request message of each method, by its path.
static REQUESTS: LazyLock<HashMap<String, MessageDescriptor>> = LazyLock::new(|| {
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("compiled into the program");
    let methods = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>());
    methods.map(|it| (format!("/{}/{}", it.parent_service().full_name(), it.name()), it.input())).collect()
});

/// Refuses a request of a caller with locations that names another, or something that happened at another.
///
/// The request is read for that by its descriptor, once more and in one place for all methods; only callers with locations
/// pay for it. Lists are narrowed by their handlers (see [`Places::Narrowed`]).
pub(super) async fn keep_within(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let scoped = request.extensions().get::<Actor>().filter(|actor| !actor.authority.places.everywhere()).cloned();
    let Some(actor) = scoped else { return next.run(request).await };
    let rule = match door(request.uri().path()) {
        Door::Guarded(rule) => rule.places,
        Door::Open | Door::Closed => Places::Whole,
    };
    match rule {
        Places::Anywhere | Places::Narrowed => next.run(request).await,
        Places::Whole => elsewhere("the whole business").into_status().into_http(),
        Places::Named => match checked(&app, &actor, request).await {
            Ok(request) => next.run(request).await,
            Err(failure) => failure.into_status().into_http(),
        },
    }
}

/// The request as it came, if all that it names is within the caller's locations.
async fn checked(app: &App, actor: &Actor, request: Request) -> Result<Request, Failure> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, REQUEST_MAX_BYTES + FRAME_HEAD).await.map_err(|_| Failure::too_large())?;
    let descriptor = REQUESTS.get(head.uri.path()).cloned().ok_or_else(Failure::internal)?;
    let message = DynamicMessage::decode(descriptor, message_of(&body)?.as_slice()).map_err(Failure::malformed)?;
    let mut named = Named::default();
    named.note_message(&message);
    let mut places = named.locations;
    places.extend(app.places_of(&named.interactions, &named.gestures, &named.cases).await.map_err(Failure::from)?);
    if places.is_empty() {
        return Err(elsewhere("all locations at once; name one of its own"));
    }
    match places.iter().find(|place| !actor.authority.places.cover(place)) {
        Some(foreign) => Err(elsewhere(&foreign.name()).about(foreign.name())),
        None => Ok(Request::from_parts(head, Body::from(body))),
    }
}

fn elsewhere(what: &str) -> Failure {
    let message = format!("this caller is there for some locations only, and not for {what}");
    Failure::new(Code::PermissionDenied, ErrorReason::LocationNotAllowed, message)
}

/// The one message of a request's body, as it was before it was framed and compressed.
fn message_of(body: &[u8]) -> Result<Vec<u8>, Failure> {
    let cut_off = || Failure::malformed("its frame is cut off");
    let (head, framed) = body.split_first_chunk::<FRAME_HEAD>().ok_or_else(cut_off)?;
    let [compressed, length @ ..] = *head;
    let length = usize::try_from(u32::from_be_bytes(length)).map_err(|_| Failure::too_large())?;
    let framed = framed.get(..length).ok_or_else(cut_off)?;
    if compressed == 0 {
        return Ok(framed.to_vec());
    }
    let mut message = Vec::new();
    let bound = u64::try_from(REQUEST_MAX_BYTES).map_or(u64::MAX, |bound| bound + 1);
    let unpacked = GzDecoder::new(framed).take(bound).read_to_end(&mut message);
    unpacked.map_err(|_| Failure::malformed("it is compressed in no known way"))?;
    if message.len() > REQUEST_MAX_BYTES { Err(Failure::too_large()) } else { Ok(message) }
}

/// What a request names that is at a location.
#[derive(Debug, Default, PartialEq, Eq)]
struct Named {
    locations: BTreeSet<LocationId>,
    interactions: Vec<InteractionId>,
    gestures: Vec<GestureId>,
    cases: Vec<CaseId>,
}

impl Named {
    fn note_message(&mut self, message: &DynamicMessage) {
        message.fields().for_each(|(_, value)| self.note(value));
    }

    fn note(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.note_name(text),
            Value::Message(message) => self.note_message(message),
            Value::List(values) => values.iter().for_each(|value| self.note(value)),
            Value::Map(values) => values.values().for_each(|value| self.note(value)),
            _ => {}
        }
    }

    fn note_name(&mut self, text: &str) {
        if let Some(location) = LocationId::parse_name(text) {
            self.locations.insert(location);
        } else if let Some((collection, id)) = text.split_once('/') {
            let Some(id) = parse_uuid(id) else { return };
            match collection {
                InteractionId::COLLECTION => self.interactions.push(InteractionId(id)),
                GestureId::COLLECTION => self.gestures.push(GestureId(id)),
                CaseId::COLLECTION => self.cases.push(CaseId(id)),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::proto::v1 as pb;
    use flate2::{Compression, write::GzEncoder};
    use prost::Message;
    use std::io::Write;

    fn framed(message: &[u8], compressed: bool) -> Vec<u8> {
        let mut body = vec![u8::from(compressed)];
        body.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
        body.extend_from_slice(message);
        body
    }

    #[test]
    fn a_message_is_read_compressed_or_not_and_not_beyond_its_limit() {
        assert_eq!(message_of(&framed(b"abc", false)).unwrap(), b"abc");
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(b"abc").unwrap();
        assert_eq!(message_of(&framed(&packed.finish().unwrap(), true)).unwrap(), b"abc");
        let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
        bomb.write_all(&vec![0; REQUEST_MAX_BYTES + 2]).unwrap();
        assert!(message_of(&framed(&bomb.finish().unwrap(), true)).is_err());
        assert!(message_of(b"\0\0\0").is_err() && message_of(b"\0\0\0\0\x09abc").is_err());
    }

    #[test]
    fn names_are_found_wherever_they_stand() {
        let request = pb::BatchRecordInteractionsRequest {
            requests: vec![pb::RecordInteractionRequest {
                interaction: Some(pb::Interaction {
                    location: "locations/mill-lane".to_owned(),
                    replaces: "interactions/00000000-0000-0000-0000-000000000007".to_owned(),
                    ..pb::Interaction::default()
                }),
                ..pb::RecordInteractionRequest::default()
            }],
            ..pb::BatchRecordInteractionsRequest::default()
        };
        let descriptor = REQUESTS["/gratitude.v1.InteractionService/BatchRecordInteractions"].clone();
        let message = DynamicMessage::decode(descriptor, request.encode_to_vec().as_slice()).unwrap();
        let mut named = Named::default();
        named.note_message(&message);
        assert_eq!(named.locations, ["mill-lane".parse().unwrap()].into());
        assert_eq!(named.interactions, [InteractionId(uuid::Uuid::from_u128(7))]);
    }
}
