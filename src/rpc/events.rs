//! What happened, as a list and as a stream.

use super::{
    Rpc,
    convert::types::timestamp,
    names::optional_name,
    status::Failure,
    validate::{Fields, page_size},
};
use crate::{
    app::{EventFilter, EventsWatch, FeedPosition},
    domain::{
        limits::{EVENT_FILTER_MAX, SHORT_TEXT_MAX_BYTES},
        world::{Event, EventKind},
    },
    proto::v1::{self as pb, event_service_server::EventService},
};
use futures_util::stream;
use std::collections::BTreeSet;
use tonic::{Request, Response, Status, codegen::BoxStream};

/// A place in the feed is good for any kinds and subjects.
const FEED: &[&str] = &["Events"];

#[tonic::async_trait]
impl EventService for Rpc {
    async fn list_events(
        &self,
        request: Request<pb::ListEventsRequest>,
    ) -> Result<Response<pb::ListEventsResponse>, Status> {
        Ok(self.page_of_events(request).await?)
    }

    type WatchEventsStream = BoxStream<pb::WatchEventsResponse>;

    async fn watch_events(
        &self,
        request: Request<pb::WatchEventsRequest>,
    ) -> Result<Response<Self::WatchEventsStream>, Status> {
        Ok(self.follow_events(request).await?)
    }
}

impl Rpc {
    async fn page_of_events(
        &self,
        request: Request<pb::ListEventsRequest>,
    ) -> Result<Response<pb::ListEventsResponse>, Failure> {
        let (actor, said) = self.call(request)?;
        let chosen = format!("{:?} {:?}", said.kinds, said.subjects);
        let binding = ["ListEvents", &chosen, &said.resume_token];
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        let wanted = read_filter(&mut fields, said.kinds, said.subjects);
        let wanted = fields.finish(Some(wanted))?;
        let behind = match self.tokens.open(&binding, &said.page_token)? {
            Some(position) => Some(position),
            None => self.place(&said.resume_token)?,
        };
        let page = self.app.events(&actor, &wanted, behind, size).await?;
        let events = page.events.iter().map(|told| self.told(told)).collect::<Result<_, _>>()?;
        let next_page_token = if page.more { self.tokens.seal(&binding, &page.reached)? } else { String::new() };
        let resume_token = self.tokens.seal(FEED, &page.reached)?;
        Ok(Response::new(pb::ListEventsResponse { events, next_page_token, resume_token }))
    }

    /// The stream asks only when its reader takes: who reads slowly holds up nobody else, and misses nothing.
    async fn follow_events(
        &self,
        request: Request<pb::WatchEventsRequest>,
    ) -> Result<Response<BoxStream<pb::WatchEventsResponse>>, Failure> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let wanted = read_filter(&mut fields, said.kinds, said.subjects);
        let wanted = fields.finish(Some(wanted))?;
        let behind = self.place(&said.resume_token)?;
        let watch = self.app.watch_events(actor, wanted, behind, said.from_start).await?;
        let news = stream::try_unfold((self.clone(), watch), |(rpc, mut watch)| async move {
            let told = rpc.next_events(&mut watch).await?;
            Ok::<_, Status>(Some((told, (rpc, watch))))
        });
        Ok(Response::new(Box::pin(news)))
    }

    async fn next_events(&self, watch: &mut EventsWatch) -> Result<pb::WatchEventsResponse, Failure> {
        let (events, reached) = watch.next().await?;
        let events = events.iter().map(|told| self.told(told)).collect::<Result<_, _>>()?;
        Ok(pb::WatchEventsResponse { events, resume_token: self.tokens.seal(FEED, &reached)? })
    }

    fn place(&self, token: &str) -> Result<Option<FeedPosition>, Failure> {
        self.tokens.open(FEED, token).map_err(|_| Failure::feed_token())
    }

    fn told(&self, (at, event): &(FeedPosition, Event)) -> Result<pb::Event, Failure> {
        let detail = &event.detail;
        Ok(pb::Event {
            resume_token: self.tokens.seal(FEED, at)?,
            event_time: Some(timestamp(event.at)),
            kind: event.kind.as_str().to_owned(),
            subject: event.subject.to_string(),
            customer: optional_name(event.customer.as_ref()),
            state: detail.state.clone().unwrap_or_default(),
            reason: detail.reason.clone().unwrap_or_default(),
            fields: detail.fields.clone(),
            related: detail.related.clone(),
            actor: event.actor.principal.clone(),
            on_behalf_of: event.actor.on_behalf_of.clone().unwrap_or_default(),
        })
    }
}

fn read_filter(fields: &mut Fields, kinds: Vec<String>, subjects: Vec<String>) -> EventFilter {
    let kinds = fields.list("kinds", kinds, EVENT_FILTER_MAX, |fields, kind| {
        let known = of_name(&kind);
        if known.is_empty() {
            fields.refuse_here(
                "must be a kind of event such as `gesture.completed`, or all of a thing, such as `note.*`",
            );
        }
        Some(known)
    });
    let subjects = fields.list("subjects", subjects, EVENT_FILTER_MAX, |fields, subject| {
        if subject.is_empty() || subject.len() > SHORT_TEXT_MAX_BYTES || subject.contains(char::is_control) {
            let wanted =
                format!("must be a resource name of at most {SHORT_TEXT_MAX_BYTES} bytes, such as `customers/…`");
            fields.refuse_here(wanted);
        }
        Some(subject)
    });
    EventFilter { kinds: kinds.into_iter().flatten().collect(), subjects: subjects.into_iter().collect() }
}

/// The kinds that a name stands for; none for one that nobody knows.
fn of_name(name: &str) -> BTreeSet<EventKind> {
    let fits = |kind: &&EventKind| match name.strip_suffix('*') {
        Some(thing) => thing.ends_with('.') && kind.as_str().starts_with(thing),
        None => kind.as_str() == name,
    };
    EventKind::ALL.iter().filter(fits).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_one_by_one_or_by_their_thing() {
        assert_eq!(of_name("note.edited"), [EventKind::NoteEdited].into());
        assert!(of_name("note.*").contains(&EventKind::NoteEdited));
        assert!(!of_name("note.*").contains(&EventKind::NoteBatchReady), "a batch is another thing");
        for unknown in ["", "*", "note", "note*", "note.ed*", "nothing.*", "NOTE.EDITED"] {
            assert_eq!(of_name(unknown), BTreeSet::new(), "{unknown}");
        }
    }
}
