//! A server over services made for testing the layers around them.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::post,
};
use gratitude::{
    config::Config,
    server::{self, Ended, Guard, Probe, Server, ServerError, Services},
};
use http::uri::PathAndQuery;
use tokio::{sync::Notify, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Status, client::Grpc, service::Routes, transport::Channel};
use tonic_health::pb::health_client::HealthClient;
use tonic_prost::ProstCodec;

/// A running server.
pub(super) struct Fixture {
    pub(super) address: SocketAddr,
    pub(super) stop: CancellationToken,
    /// What the probe answers.
    pub(super) database_is_up: Arc<AtomicBool>,
    /// Told when a call to `Hang` has begun.
    pub(super) hanging: Arc<Notify>,
    /// Lets one call to `Hang` end.
    pub(super) release: Arc<Notify>,
    serving: JoinHandle<Result<Ended, ServerError>>,
}

impl Fixture {
    pub(super) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Starts with changed limits.
    pub(super) async fn with(change: impl FnOnce(&mut gratitude::config::Server)) -> Self {
        let mut limits = Config::default().server;
        limits.health_interval_seconds = 1;
        change(&mut limits);
        let (hanging, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let database_is_up = Arc::new(AtomicBool::new(true));
        let stop = CancellationToken::new();

        let up = Arc::clone(&database_is_up);
        let probe = Probe::new(move || std::future::ready(up.load(Ordering::Relaxed)));
        let services = Services {
            grpc: routes(Arc::clone(&hanging), Arc::clone(&release)),
            names: vec!["grpc.reflection.v1.ServerReflection".to_owned()],
            descriptors: tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
            http: Router::new().route("/panic", post(async || -> Response { panic!("a page's bug") })),
            guard: Guard::open(),
        };
        let server = Server::new(services, probe, &limits, stop.clone()).expect("the services are described");
        let listener = server::bind("127.0.0.1:0".parse().unwrap()).await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let serving = tokio::spawn(server.serve(listener));
        Self { address, stop, database_is_up, hanging, release, serving }
    }

    pub(super) async fn channel(&self) -> Channel {
        Channel::from_shared(format!("http://{}", self.address)).unwrap().connect().await.expect("the server listens")
    }

    pub(super) async fn health(&self) -> HealthClient<Channel> {
        HealthClient::new(self.channel().await)
    }

    /// Calls a method without fields.
    pub(super) async fn call(&self, path: &'static str) -> Result<(), Status> {
        call(self.channel().await, path).await
    }

    /// Tells the server to stop and waits until it has.
    pub(super) async fn stopped(self) -> Ended {
        self.stop.cancel();
        self.serving.await.expect("no panic").expect("the transport works")
    }
}

/// Calls a method without fields on a connection.
pub(super) async fn call(channel: Channel, path: &'static str) -> Result<(), Status> {
    let mut grpc = Grpc::new(channel);
    grpc.ready().await.map_err(|error| Status::unknown(error.to_string()))?;
    let codec = ProstCodec::<(), ()>::default();
    grpc.unary(Request::new(()), PathAndQuery::from_static(path), codec).await.map(tonic::Response::into_inner)
}

fn routes(hanging: Arc<Notify>, release: Arc<Notify>) -> Routes {
    let hang = async move || {
        hanging.notify_one();
        release.notified().await;
        Status::ok("").into_http::<axum::body::Body>()
    };
    let router = Router::new()
        .route("/test.Probe/Panic", post(async || -> Response { panic!("a handler's bug") }))
        .route("/test.Probe/Hang", post(hang))
        .route(
            "/test.Probe/Refuse",
            post(async || Status::not_found("nothing").into_http::<axum::body::Body>().into_response()),
        );
    Routes::from(router)
}
