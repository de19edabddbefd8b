//! The floor under every call: a server that decodes nothing and answers each call with the same bytes.
//!
//! It has the transport settings of the real one and none of its layers, and runs in a process of its own as the real
//! one does, so that a client costs the same on both sides.

use super::outcome::Outcome;
use bytes::{Buf, BufMut, Bytes};
use std::{convert::Infallible, future::Ready, io::Read, path::Path, task::Context, task::Poll};
use tokio::net::TcpListener;
use tonic::{
    Request, Response, Status,
    body::Body,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    server::{Grpc, UnaryService},
    service::Routes,
    transport::{Server, server::TcpIncoming},
};
use tower::Service;

/// Serves the file's content until standard input ends: whoever started this process is gone then.
pub(crate) async fn serve(reply: &Path) -> Outcome<()> {
    let reply = Bytes::from(std::fs::read(reply)?);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("empty listens on {}", listener.local_addr()?);
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let parent_is_gone = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let serving = Server::builder().max_concurrent_streams(256).add_routes(every_method(Empty(reply)));
    tokio::select! {
        served = serving.serve_with_incoming(incoming) => Ok(served?),
        _ = parent_is_gone => Ok(()),
    }
}

fn every_method(answer: Empty) -> Routes {
    Routes::from(axum::Router::new().fallback_service(answer))
}

#[derive(Clone)]
struct Empty(Bytes);

impl Service<http::Request<axum::body::Body>> for Empty {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<axum::body::Body>) -> Self::Future {
        let ready = ReadyMade(self.0.clone());
        Box::pin(async move { Ok(Grpc::new(Raw).unary(ready, request).await) })
    }
}

struct ReadyMade(Bytes);

impl UnaryService<Bytes> for ReadyMade {
    type Response = Bytes;
    type Future = Ready<Result<Response<Bytes>, Status>>;

    fn call(&mut self, _: Request<Bytes>) -> Self::Future {
        std::future::ready(Ok(Response::new(self.0.clone())))
    }
}

/// Messages as they lie on the wire.
#[derive(Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
