//! Keys for some locations: what their requests name must be among these.

use super::{
    access::{Door, Places, door},
    names::ResourceId,
    status::Failure,
};
use crate::{
    app::App,
    domain::{
        ids::{CaseId, GestureId, InteractionId, LocationId},
        limits::REQUEST_MAX_BYTES,
        world::Actor,
    },
    proto::{FILE_DESCRIPTOR_SET, is_output_only, v1::ErrorReason},
};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use flate2::read::GzDecoder;
use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, MethodDescriptor, Value};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    io::Read,
    sync::{Arc, LazyLock},
};
use tonic::Code;

/// The bytes before a message: whether it is compressed, and its length.
const FRAME_HEAD: usize = 5;

/// Each method, by its path.
static METHODS: LazyLock<HashMap<String, MethodDescriptor>> = LazyLock::new(|| {
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("compiled into the program");
    let methods = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>());
    methods.map(|it| (format!("/{}/{}", it.parent_service().full_name(), it.name()), it)).collect()
});

/// The fields that the service fills: what a caller writes there is not read.
static OUTPUT_ONLY: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("compiled into the program");
    let fields = pool.all_messages().flat_map(|message| message.fields().collect::<Vec<_>>());
    fields.filter(is_output_only).map(|field| field.full_name().to_owned()).collect()
});

/// Refuses a request of a caller with locations that names another, or something that happened at another.
///
/// The request is read for that by its descriptor, once more and in one place for all methods; only callers with
/// locations pay for it. What names nothing is refused, or narrowed by its handler (see [`Places::Narrowed`]).
pub(super) async fn keep_within(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let scoped = request.extensions().get::<Actor>().filter(|actor| !actor.authority.places.everywhere()).cloned();
    let Some(actor) = scoped else { return next.run(request).await };
    let rule = match door(request.uri().path()) {
        Door::Guarded(rule) => rule.places,
        Door::Open | Door::Closed => Places::Whole,
    };
    match rule {
        Places::Anywhere => next.run(request).await,
        Places::Whole => elsewhere("the whole business").into_status().into_http(),
        Places::Named | Places::Narrowed => match checked(&app, &actor, request, rule == Places::Named).await {
            Ok(request) => next.run(request).await,
            Err(failure) => failure.into_status().into_http(),
        },
    }
}

/// The request as it came, if all that it names is within the caller's locations, and if it names something where it
/// must.
async fn checked(app: &App, actor: &Actor, request: Request, must_name: bool) -> Result<Request, Failure> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, REQUEST_MAX_BYTES + FRAME_HEAD).await.map_err(|_| Failure::too_large())?;
    let method = METHODS.get(head.uri.path()).ok_or_else(Failure::internal)?;
    let message = DynamicMessage::decode(method.input(), message_of(&body)?.as_slice()).map_err(Failure::malformed)?;
    let named = Named::by(method, &message);
    let mut places = app.places_of(&named.interactions, &named.gestures, &named.cases).await.map_err(Failure::from)?;
    places.extend(named.locations.into_iter().map(Some));
    if places.is_empty() && must_name {
        return Err(elsewhere("all locations at once; name one of its own"));
    }
    let own = |place: &Option<LocationId>| place.as_ref().is_some_and(|place| actor.authority.places.cover(place));
    match places.into_iter().find(|place| !own(place)) {
        Some(Some(foreign)) => Err(elsewhere(&foreign.name()).about(foreign.name())),
        Some(None) => Err(elsewhere("what belongs to none of them")),
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
    /// What a method's handler will read as a name. Words that look like one are words, and name nothing.
    fn by(method: &MethodDescriptor, request: &DynamicMessage) -> Self {
        let mut named = Self::default();
        named.note_message(method, request);
        named
    }

    fn note_message(&mut self, method: &MethodDescriptor, message: &DynamicMessage) {
        let read = message.fields().filter(|(field, _)| is_read(method, field));
        read.for_each(|(field, value)| self.note(method, &field, value));
    }

    fn note(&mut self, method: &MethodDescriptor, field: &FieldDescriptor, value: &Value) {
        match value {
            Value::String(text) => self.note_name(collection(method, field), text),
            Value::Message(message) => self.note_message(method, message),
            Value::List(values) => values.iter().for_each(|value| self.note(method, field, value)),
            Value::Map(values) => values.values().for_each(|value| self.note(method, field, value)),
            _ => {}
        }
    }

    /// A name of another collection than its field's is left to the handler, which refuses it.
    fn note_name(&mut self, collection: Option<&str>, text: &str) {
        match collection {
            Some(LocationId::COLLECTION) => self.locations.extend(LocationId::parse_name(text)),
            Some(InteractionId::COLLECTION) => self.interactions.extend(InteractionId::parse_name(text)),
            Some(GestureId::COLLECTION) => self.gestures.extend(GestureId::parse_name(text)),
            Some(CaseId::COLLECTION) => self.cases.extend(CaseId::parse_name(text)),
            _ => {}
        }
    }
}

/// Whether a method reads a field. A resource's own name is read in an update only.
fn is_read(method: &MethodDescriptor, field: &FieldDescriptor) -> bool {
    !OUTPUT_ONLY.contains(field.full_name()) || (field.name() == "name" && method.name().starts_with("Update"))
}

/// The collection of what a field names, by what the contract calls such fields; `None` for words, and for what is at
/// no location.
fn collection(method: &MethodDescriptor, field: &FieldDescriptor) -> Option<&'static str> {
    match (field.name(), method.parent_service().name()) {
        ("location" | "locations", _) | ("name", "LocationService") => Some(LocationId::COLLECTION),
        ("interaction" | "replaces", _) | ("name", "InteractionService") => Some(InteractionId::COLLECTION),
        ("gesture", _) | ("name", "GestureService") => Some(GestureId::COLLECTION),
        ("case", _) | ("name", "CaseService") => Some(CaseId::COLLECTION),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::proto::{comment, v1 as pb};
    use flate2::{Compression, write::GzEncoder};
    use prost::Message;
    use prost_reflect::{Kind, MessageDescriptor};
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
        let method = &METHODS["/gratitude.v1.InteractionService/BatchRecordInteractions"];
        let message = DynamicMessage::decode(method.input(), request.encode_to_vec().as_slice()).unwrap();
        let named = Named::by(method, &message);
        assert_eq!(named.locations, ["mill-lane".parse().unwrap()].into());
        assert_eq!(named.interactions, [InteractionId(uuid::Uuid::from_u128(7))]);
    }

    /// The way to each string of a message, each message of a kind once on a way.
    fn ways(message: &MessageDescriptor, above: &[FieldDescriptor]) -> Vec<Vec<FieldDescriptor>> {
        let below = |field: FieldDescriptor| {
            let way = [above, std::slice::from_ref(&field)].concat();
            match field.kind() {
                Kind::String => vec![way],
                Kind::Message(_) if above.iter().any(|it| it.kind() == field.kind()) => Vec::new(),
                Kind::Message(inner) => ways(&inner, &way),
                _ => Vec::new(),
            }
        };
        message.fields().flat_map(below).collect()
    }

    /// A message in which only the string at the end of the way is set.
    fn saying(message: &MessageDescriptor, way: &[FieldDescriptor], text: &str) -> DynamicMessage {
        let (field, rest) = way.split_first().unwrap();
        let value = match field.kind() {
            Kind::Message(inner) => Value::Message(saying(&inner, rest, text)),
            _ => Value::String(text.to_owned()),
        };
        let value = if field.is_list() { Value::List(vec![value]) } else { value };
        let mut message = DynamicMessage::new(message.clone());
        message.set_field(field, value);
        message
    }

    /// Whether the contract's comments say that the string at the end of the way is the name of such a thing, and is
    /// read.
    fn is_said_to_name(method: &MethodDescriptor, way: &[FieldDescriptor], collection: &str) -> bool {
        let comments: Vec<_> = way.iter().map(comment).collect();
        let (last, above) = comments.split_last().unwrap();
        let updates = method.name().starts_with("Update") && last.contains("In an update: Required.");
        let is_read = !last.starts_with("Output only.") || updates;
        is_read && above.iter().all(|it| !it.starts_with("Output only.")) && last.contains(&format!("`{collection}/{{"))
    }

    #[test]
    fn p12_words_that_look_like_names_name_nothing() {
        let id = "00000000-0000-0000-0000-000000000007";
        let (mut names, mut words) = (0, 0);
        for (path, method) in METHODS.iter() {
            let Door::Guarded(rule) = door(path) else { continue };
            if !matches!(rule.places, Places::Named | Places::Narrowed) {
                continue;
            }
            for way in ways(&method.input(), &[]) {
                for (collection, id) in
                    [("locations", "mill-lane"), ("interactions", id), ("gestures", id), ("cases", id)]
                {
                    let request = saying(&method.input(), &way, &format!("{collection}/{id}"));
                    let is_named = Named::by(method, &request) != Named::default();
                    assert_eq!(is_named, is_said_to_name(method, &way, collection), "{path} {way:?}");
                    *(if is_named { &mut names } else { &mut words }) += 1;
                }
            }
        }
        assert!(names > 40 && words > 1000, "the contract was read: {names} names, {words} words");
    }
}
