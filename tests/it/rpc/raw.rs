//! A client that sends any bytes as a message.

use std::marker::PhantomData;

use bytes::{Buf, BufMut};
use http::uri::PathAndQuery;
use prost::Message;
use tonic::{
    Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    transport::Channel,
};

/// Sends bytes to a method such as `CustomerService/GetCustomer`, and reads what it should answer.
pub(super) async fn send<M: Message + Default + 'static>(
    channel: Channel,
    method: &'static str,
    bytes: Vec<u8>,
) -> Result<M, Status> {
    let mut client = Grpc::new(channel).max_encoding_message_size(usize::MAX);
    client.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
    let path = PathAndQuery::try_from(format!("/gratitude.v1.{method}")).expect("a path");
    let reply = client.unary(Request::new(bytes), path, RawCodec(PhantomData)).await?;
    Ok(reply.into_inner())
}

struct RawCodec<M>(PhantomData<M>);

impl<M: Message + Default + 'static> Codec for RawCodec<M> {
    type Encode = Vec<u8>;
    type Decode = M;
    type Encoder = RawEncoder;
    type Decoder = RawCodec<M>;

    fn encoder(&mut self) -> RawEncoder {
        RawEncoder
    }

    fn decoder(&mut self) -> Self {
        Self(PhantomData)
    }
}

struct RawEncoder;

impl Encoder for RawEncoder {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, bytes: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&bytes);
        Ok(())
    }
}

impl<M: Message + Default + 'static> Decoder for RawCodec<M> {
    type Item = M;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<M>, Status> {
        let bytes = buffer.copy_to_bytes(buffer.remaining());
        M::decode(bytes).map(Some).map_err(|error| Status::data_loss(error.to_string()))
    }
}
