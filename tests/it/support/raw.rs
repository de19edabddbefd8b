//! A client that sends any bytes as a message, and takes what comes back as it is.

use bytes::{Buf, BufMut};
use http::uri::PathAndQuery;
use tonic::{
    Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};

/// Sends bytes to a method such as `CustomerService/GetCustomer`. Of a stream, the first message is enough.
pub(crate) async fn ask<I: Interceptor>(
    service: InterceptedService<Channel, I>,
    method: &str,
    bytes: Vec<u8>,
) -> Result<Vec<u8>, Status> {
    let mut client = Grpc::new(service).max_encoding_message_size(usize::MAX);
    client.ready().await.map_err(|_| Status::unavailable("the server does not listen"))?;
    let path = PathAndQuery::try_from(format!("/gratitude.v1.{method}")).expect("a path");
    let mut stream = client.server_streaming(Request::new(bytes), path, RawCodec).await?.into_inner();
    Ok(stream.message().await?.unwrap_or_default())
}

#[derive(Clone, Copy)]
struct RawCodec;

impl Codec for RawCodec {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for RawCodec {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, bytes: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&bytes);
        Ok(())
    }
}

impl Decoder for RawCodec {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining()).into()))
    }
}
