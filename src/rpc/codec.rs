//! Bytes to messages and back.

use super::status::Failure;
use prost::Message;
use std::marker::PhantomData;
use tonic::{
    Status,
    codec::{BufferSettings, DecodeBuf, Decoder},
};
use tonic_prost::{ProstCodec, ProstEncoder};

/// The protobuf codec of every method. Bytes that are no message (cut off, wrong wire type, bad UTF-8) are
/// `INVALID_ARGUMENT`, where tonic's own codec blames itself with `INTERNAL`.
#[derive(Debug)]
pub struct Codec<Out, In>(PhantomData<(Out, In)>);

impl<Out, In> Default for Codec<Out, In> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<Out, In> tonic::codec::Codec for Codec<Out, In>
where
    Out: Message + Send + 'static,
    In: Message + Default + Send + 'static,
{
    type Encode = Out;
    type Decode = In;
    type Encoder = ProstEncoder<Out>;
    type Decoder = StrictDecoder<In>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<Out, In>::raw_encoder(BufferSettings::default())
    }

    fn decoder(&mut self) -> Self::Decoder {
        StrictDecoder(PhantomData)
    }
}

/// Decodes messages, and blames malformed ones on who sent them.
#[derive(Debug)]
pub struct StrictDecoder<In>(PhantomData<In>);

impl<In: Message + Default> Decoder for StrictDecoder<In> {
    type Item = In;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<In>, Status> {
        In::decode(bytes).map(Some).map_err(|error| Failure::malformed(error).into_status())
    }
}
