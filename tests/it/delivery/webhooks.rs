//! Webhooks against a receiver that fails as its path says.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::any,
};
use gratitude::delivery::{
    Trust,
    webhook::{
        Endpoint, Hook, Outcome, Reach, Secrets, SigningSecret, Trouble, WebhookLimits, WebhookSettings, Webhooks,
    },
};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinSet,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring::default_provider, pki_types::PrivateKeyDer},
};

type Received = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// A receiver; it keeps what it got.
struct Receiver {
    port: u16,
    received: Received,
}

impl Receiver {
    async fn start() -> Self {
        let received = Received::default();
        let routes = Router::new().route("/{fate}", any(answer)).with_state(Arc::clone(&received));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { port, received }
    }

    fn url(&self, fate: &str) -> String {
        format!("http://localhost:{}/{fate}", self.port)
    }

    fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }
}

async fn answer(
    State(received): State<Received>,
    Path(fate): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    received.lock().unwrap().push((headers, body));
    match fate.as_str() {
        "slow" => std::future::pending().await,
        "busy" => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "120")]).into_response(),
        "elsewhere" => (StatusCode::TEMPORARY_REDIRECT, [("location", "/204")]).into_response(),
        "endless" => {
            let endless = std::iter::repeat_with(|| Ok::<_, io::Error>(Bytes::from_static(&[b'a'; 4096])));
            Body::from_stream(tokio_stream::iter(endless)).into_response()
        }
        status => StatusCode::from_bytes(status.as_bytes()).unwrap().into_response(),
    }
}

fn webhooks(reach: Reach, trust: Trust) -> Webhooks {
    let limits = WebhookLimits { connect: Duration::from_secs(5), answer: Duration::from_secs(2) };
    Webhooks::new(&WebhookSettings { reach, trust, at_once: 8, limits })
}

fn secrets() -> Secrets {
    let previous = Some(SigningSecret::from_random([1; 32]));
    Secrets { current: SigningSecret::from_random([2; 32]), previous }
}

fn endpoint(url: &str) -> Endpoint {
    Endpoint::new(url, secrets(), Reach::Anywhere).unwrap()
}

fn hook(n: usize) -> Hook {
    Hook::new(&format!("note_{n}"), Timestamp::now(), format!("{{\"text\":\"Danke, Zoë {n}\"}}")).unwrap()
}

#[tokio::test]
async fn p4_each_answer_is_told_by_what_is_known_of_the_webhook() {
    let receiver = Receiver::start().await;
    let webhooks = webhooks(Reach::Anywhere, Trust::default());
    let later = |status, asked: Option<u64>| Outcome::Later {
        asked: asked.map(Duration::from_secs),
        trouble: Trouble::Status(status),
    };
    let perhaps = |trouble| Outcome::Uncertain { asked: None, trouble };
    let told = [
        ("200", Outcome::Delivered { status: 200 }),
        ("204", Outcome::Delivered { status: 204 }),
        ("endless", Outcome::Delivered { status: 200 }),
        ("400", later(400, None)),
        ("401", later(401, None)),
        ("404", later(404, None)),
        ("410", Outcome::Gone),
        ("busy", later(429, Some(120))),
        ("elsewhere", later(307, None)),
        ("500", perhaps(Trouble::Status(500))),
        ("503", perhaps(Trouble::Status(503))),
        ("slow", perhaps(Trouble::TimedOut)),
    ];
    for (n, (fate, expected)) in told.into_iter().enumerate() {
        assert_eq!(webhooks.send(&endpoint(&receiver.url(fate)), &hook(n)).await, expected, "{fate}");
        assert_eq!(receiver.count(), n + 1, "{fate}: sent once, and no redirect followed");
    }
}

#[tokio::test]
async fn a_receiver_knows_by_either_secret_that_it_was_us() {
    let receiver = Receiver::start().await;
    let webhooks = webhooks(Reach::Anywhere, Trust::default());
    for n in 0..2 {
        webhooks.send(&endpoint(&receiver.url("200")), &hook(n)).await;
    }
    let received = receiver.received.lock().unwrap();
    for (n, (headers, body)) in received.iter().enumerate() {
        assert_eq!(headers["webhook-id"], format!("note_{n}"));
        assert_eq!(headers["content-type"], "application/json");
        for known in [[1; 32], [2; 32]] {
            let verifier = standardwebhooks::Webhook::from_bytes(known.to_vec()).unwrap();
            verifier.verify(body, headers).expect("signed by us");
            assert!(verifier.verify(b"{\"text\":\"changed\"}", headers).is_err());
            let other = &received[1 - n].0["webhook-id"];
            let mut moved = headers.clone();
            moved.insert("webhook-id", other.clone());
            assert!(verifier.verify(body, &moved).is_err(), "under another id");
        }
        let stranger = standardwebhooks::Webhook::from_bytes(vec![3; 32]).unwrap();
        assert!(stranger.verify(body, headers).is_err());
    }
}

#[tokio::test]
async fn no_webhook_goes_into_the_house_unless_it_is_allowed() {
    let receiver = Receiver::start().await;
    let webhooks = webhooks(Reach::Public, Trust::default());
    let port = receiver.port;
    let hosts = [
        "localhost",
        "127.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "169.254.169.254",
        "10.0.0.1",
        "192.168.0.1",
        "[fe80::1]",
        "[64:ff9b::7f00:1]",
    ];
    // Spellings that the system's resolver takes for 127.0.0.1.
    let spellings = ["127.1", "2130706433", "0x7f.1", "0177.0.0.1"];
    let encrypted = hosts.iter().map(|host| format!("https://{host}:{port}/200"));
    let others = hosts.iter().chain(&spellings).map(|host| format!("http://{host}:{port}/200"));
    for url in encrypted.chain(others) {
        assert_eq!(webhooks.send(&endpoint(&url), &hook(1)).await, Outcome::Forbidden, "{url}");
    }
    assert_eq!(receiver.count(), 0);
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_certainly_not_reached() {
    let webhooks = webhooks(Reach::Anywhere, Trust::default());
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let outcome = webhooks.send(&endpoint(&format!("http://127.0.0.1:{gone}/200")), &hook(1)).await;
    let refused = Trouble::Network(io::ErrorKind::ConnectionRefused);
    assert_eq!(outcome, Outcome::Later { asked: None, trouble: refused });
    let outcome = webhooks.send(&endpoint("http://nowhere.invalid/200"), &hook(1)).await;
    assert_eq!(outcome, Outcome::Later { asked: None, trouble: Trouble::Unknown });
}

/// Reads as much as a webhook of ours has.
async fn read_request(connection: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"}") && connection.read_buf(&mut request).await? > 0 {}
    Ok(())
}

/// A far side that reads the request and says this.
async fn far_side(said: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await?;
            read_request(&mut connection).await?;
            connection.write_all(said).await?;
            connection.shutdown().await?;
        }
        #[expect(unreachable_code, reason = "gives the block its type")]
        io::Result::Ok(())
    });
    format!("http://127.0.0.1:{port}/")
}

#[tokio::test]
async fn p4_an_answer_that_is_lost_or_none_leaves_it_uncertain() {
    let webhooks = webhooks(Reach::Anywhere, Trust::default());
    for said in [&b""[..], b"HTTP/1.1 2", b"220 relay.example ESMTP\r\n", b"HTTP/1.1 200 OK\r\nx: "] {
        let outcome = webhooks.send(&endpoint(&far_side(said).await), &hook(1)).await;
        assert_eq!(outcome, Outcome::Uncertain { asked: None, trouble: Trouble::Broken }, "{}", said.escape_ascii());
    }
    let endless_header =
        Box::leak([b"HTTP/1.1 200 OK\r\nx: ".to_vec(), vec![b'a'; 100_000]].concat().into_boxed_slice());
    let outcome = webhooks.send(&endpoint(&far_side(endless_header).await), &hook(1)).await;
    assert_eq!(outcome, Outcome::Uncertain { asked: None, trouble: Trouble::Broken }, "more than is read");
}

#[tokio::test]
async fn many_webhooks_share_connections_and_arrive_once_each() {
    let receiver = Receiver::start().await;
    let webhooks = webhooks(Reach::Anywhere, Trust::default());
    let mut sending = JoinSet::new();
    for n in 0..200 {
        let (webhooks, endpoint) = (webhooks.clone(), endpoint(&receiver.url("204")));
        sending.spawn(async move { webhooks.send(&endpoint, &hook(n)).await });
    }
    let outcomes = sending.join_all().await;
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Delivered { status: 204 }));
    let received = receiver.received.lock().unwrap();
    let ids: std::collections::BTreeSet<_> =
        received.iter().map(|(headers, _)| headers["webhook-id"].as_bytes()).collect();
    assert_eq!((received.len(), ids.len()), (200, 200));
}

/// A receiver with a certificate for `localhost` of its own making; and that certificate.
async fn encrypted_receiver() -> (u16, String) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (connection, _) = listener.accept().await?;
            // Who doesn't trust us hangs up.
            let Ok(mut connection) = acceptor.accept(connection).await else { continue };
            read_request(&mut connection).await?;
            connection.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await?;
            connection.shutdown().await?;
        }
        #[expect(unreachable_code, reason = "gives the block its type")]
        io::Result::Ok(())
    });
    (port, made.cert.pem())
}

#[tokio::test]
async fn an_endpoint_for_which_nobody_vouches_gets_nothing() {
    let (port, certificate) = encrypted_receiver().await;
    let endpoint = endpoint(&format!("https://localhost:{port}/"));
    let trusted = Trust::new(Some(certificate.as_bytes())).unwrap();
    let outcome = webhooks(Reach::Anywhere, trusted.clone()).send(&endpoint, &hook(1)).await;
    assert_eq!(outcome, Outcome::Delivered { status: 204 });
    let outcome = webhooks(Reach::Anywhere, Trust::default()).send(&endpoint, &hook(1)).await;
    assert_eq!(outcome, Outcome::Later { asked: None, trouble: Trouble::NotTrusted });
    let other_name = Endpoint::new(&format!("https://127.0.0.1:{port}/"), secrets(), Reach::Anywhere).unwrap();
    let outcome = webhooks(Reach::Anywhere, trusted).send(&other_name, &hook(1)).await;
    assert_eq!(outcome, Outcome::Later { asked: None, trouble: Trouble::NotTrusted });
}
