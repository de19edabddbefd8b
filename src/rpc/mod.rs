//! The gRPC services: parse and validate, one call of a use case, answer.
//!
//! Nothing outside knows gRPC codes, and nothing of the generated types goes further in. A request is read whole before
//! anything is refused, so that a caller learns everything that is wrong at once.

mod caller;
mod codec;
mod convert;
mod etag;
mod mask;
mod names;
mod page_token;
mod status;
mod validate;

pub use codec::Codec;
