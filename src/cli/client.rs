//! The service as the verbs call it: where it is, on whose behalf, and when to try again.

use std::{future::Future, time::Duration};

use clap::Args;
use tonic::{
    Request, Response, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};
use tonic_types::StatusExt;

use super::{
    CliError,
    connection::{Connection, KeyArgs, with_scheme},
    refusal,
};
use crate::proto::v1::{
    admin_service_client::AdminServiceClient, case_service_client::CaseServiceClient,
    customer_service_client::CustomerServiceClient, event_service_client::EventServiceClient,
    front_desk_service_client::FrontDeskServiceClient, gesture_service_client::GestureServiceClient,
    insight_service_client::InsightServiceClient, interaction_service_client::InteractionServiceClient,
    journey_service_client::JourneyServiceClient, location_service_client::LocationServiceClient,
    note_service_client::NoteServiceClient, policy_service_client::PolicyServiceClient,
    rule_service_client::RuleServiceClient,
};

/// Metadata that says for which member of staff a call is made.
const STAFF: &str = "x-gratitude-staff";
/// Largest reply taken, in bytes: a batch answers with every interaction, obligation and gesture that it made.
const REPLY_MAX_BYTES: usize = 64 * 1024 * 1024;
/// A call that takes longer has lost its service.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The first pause before another try, unless the service names one; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Where a verb finds the service, and who asks.
#[derive(Debug, Clone, Args)]
pub(super) struct ClientArgs {
    #[command(flatten)]
    connection: Connection,
    /// Member of staff on whose behalf this is done; kept with everything that it changes.
    #[arg(long, env = "GRATITUDE_STAFF", value_name = "WHO")]
    staff: Option<String>,
    #[command(flatten)]
    key: KeyArgs,
}

impl ClientArgs {
    /// The service at `server`, asked on behalf of `staff`.
    pub(super) fn new(server: String, staff: &str) -> Self {
        Self { connection: Connection::to(&server), staff: Some(staff.to_owned()), key: KeyArgs::default() }
    }
}

/// A connection to the service.
#[derive(Debug, Clone)]
pub(super) struct Client {
    transport: Transport,
    server: String,
    patience: Duration,
}

/// What the generated clients speak through.
pub(super) type Transport = InterceptedService<Channel, Caller>;

/// Says with each call who makes it, and for whom.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    credentials: Option<MetadataValue<Ascii>>,
    staff: Option<MetadataValue<Ascii>>,
}

impl Interceptor for Caller {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let said = [("authorization", &self.credentials), (STAFF, &self.staff)];
        for (name, value) in said.into_iter().filter_map(|(name, value)| value.as_ref().map(|value| (name, value))) {
            request.metadata_mut().insert(name, value.clone());
        }
        Ok(request)
    }
}

impl Client {
    /// Connects. Nobody there is an error at once: a person waits for the answer.
    pub(super) async fn connect(args: &ClientArgs) -> Result<Self, CliError> {
        let server = with_scheme(&args.connection.server);
        let endpoint = args.connection.endpoint()?;
        let endpoint = endpoint.connect_timeout(CONNECT_TIMEOUT).timeout(CALL_TIMEOUT).tcp_nodelay(true);
        let credentials = args.key.credentials()?;
        let staff = args.staff.as_deref().map(str::parse).transpose().map_err(|_| {
            CliError::Usage("--staff: only visible ASCII characters can be sent; use a login or number".to_owned())
        })?;
        let channel = endpoint
            .connect()
            .await
            .map_err(|error| CliError::Unreachable { server: server.clone(), cause: refusal::root_cause(&error) })?;
        let transport = InterceptedService::new(channel, Caller { credentials, staff });
        Ok(Self { transport, server, patience: Duration::from_secs(10) })
    }

    /// The same connection, for somebody who waits this long for a service that is busy or away.
    pub(super) fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How long it waits for a service that is busy or away.
    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    pub(super) fn admin(&self) -> AdminServiceClient<Transport> {
        AdminServiceClient::new(self.transport.clone())
    }

    pub(super) fn cases(&self) -> CaseServiceClient<Transport> {
        CaseServiceClient::new(self.transport.clone())
    }

    pub(super) fn customers(&self) -> CustomerServiceClient<Transport> {
        CustomerServiceClient::new(self.transport.clone()).max_decoding_message_size(REPLY_MAX_BYTES)
    }

    pub(super) fn front_desk(&self) -> FrontDeskServiceClient<Transport> {
        FrontDeskServiceClient::new(self.transport.clone())
    }

    pub(super) fn gestures(&self) -> GestureServiceClient<Transport> {
        GestureServiceClient::new(self.transport.clone()).max_decoding_message_size(REPLY_MAX_BYTES)
    }

    pub(super) fn insights(&self) -> InsightServiceClient<Transport> {
        InsightServiceClient::new(self.transport.clone()).max_decoding_message_size(REPLY_MAX_BYTES)
    }

    pub(super) fn interactions(&self) -> InteractionServiceClient<Transport> {
        InteractionServiceClient::new(self.transport.clone()).max_decoding_message_size(REPLY_MAX_BYTES)
    }

    pub(super) fn journeys(&self) -> JourneyServiceClient<Transport> {
        JourneyServiceClient::new(self.transport.clone()).max_decoding_message_size(REPLY_MAX_BYTES)
    }

    pub(super) fn locations(&self) -> LocationServiceClient<Transport> {
        LocationServiceClient::new(self.transport.clone())
    }

    pub(super) fn rules(&self) -> RuleServiceClient<Transport> {
        RuleServiceClient::new(self.transport.clone()).max_decoding_message_size(REPLY_MAX_BYTES)
    }

    pub(super) fn notes(&self) -> NoteServiceClient<Transport> {
        NoteServiceClient::new(self.transport.clone()).max_decoding_message_size(REPLY_MAX_BYTES)
    }

    pub(super) fn events(&self) -> EventServiceClient<Transport> {
        EventServiceClient::new(self.transport.clone()).max_decoding_message_size(REPLY_MAX_BYTES)
    }

    pub(super) fn policies(&self) -> PolicyServiceClient<Transport> {
        PolicyServiceClient::new(self.transport.clone())
    }

    /// Calls, and calls again while the service is busy or away, as long as patience lasts.
    ///
    /// `attempt` must ask for the same thing each time: a read, or a write with the same `request_id` or source.
    pub(super) async fn call<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, CliError>
    where
        F: Future<Output = Result<Response<T>, Status>>,
    {
        let mut pauses = Pauses::new(self.patience);
        loop {
            let status = match attempt().await {
                Ok(response) => return Ok(response.into_inner()),
                Err(status) => status,
            };
            let again = refusal::is_passing(status.code()) || refusal::is_lost(&status);
            match pauses.next(status.get_details_retry_info().and_then(|info| info.retry_delay)) {
                Some(pause) if again => tokio::time::sleep(pause).await,
                _ => return Err(self.failure(&status)),
            }
        }
    }

    /// The items of every page of a list. `ask` gets the token of a page; `open` takes a page apart into its items and
    /// the token of the next.
    pub(super) async fn every_page<P, T, F>(
        &self,
        ask: impl Fn(String) -> F,
        open: fn(P) -> (Vec<T>, String),
    ) -> Result<Vec<T>, CliError>
    where
        F: Future<Output = Result<Response<P>, Status>>,
    {
        let (mut items, mut token) = (Vec::new(), String::new());
        loop {
            let (more, next) = open(self.call(|| ask(token.clone())).await?);
            items.extend(more);
            if next.is_empty() {
                return Ok(items);
            }
            token = next;
        }
    }

    /// The error of a call that is not tried again.
    pub(super) fn failure(&self, status: &Status) -> CliError {
        if refusal::is_lost(status) {
            return CliError::Unreachable { server: self.server.clone(), cause: refusal::root_cause(status) };
        }
        CliError::Refused(refusal::text(status))
    }
}

/// Growing pauses between tries, which end when patience does.
#[derive(Debug)]
pub(super) struct Pauses {
    next: Duration,
    left: Duration,
}

impl Pauses {
    pub(super) fn new(patience: Duration) -> Self {
        Self { next: FIRST_PAUSE, left: patience }
    }

    /// How long to wait now: what the service asked for, but not less than our own growing pause. `None` when
    /// patience is at its end.
    pub(super) fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        let pause = asked.unwrap_or_default().max(self.next).min(LONGEST_PAUSE);
        self.next = (self.next * 2).min(LONGEST_PAUSE);
        self.left = self.left.checked_sub(pause)?;
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{LONGEST_PAUSE, Pauses};

    #[test]
    fn pauses_grow_until_patience_ends() {
        let mut pauses = Pauses::new(Duration::from_secs(1));
        let taken: Vec<_> = std::iter::from_fn(|| pauses.next(None)).map(|pause| pause.as_millis()).collect();
        assert_eq!(taken, [100, 200, 400]);
    }

    #[test]
    fn a_pause_that_the_service_asks_for_is_kept_within_bounds() {
        let mut pauses = Pauses::new(Duration::from_secs(60));
        assert_eq!(pauses.next(Some(Duration::from_secs(2))), Some(Duration::from_secs(2)));
        assert_eq!(pauses.next(Some(Duration::from_secs(3600))), Some(LONGEST_PAUSE));
    }
}
