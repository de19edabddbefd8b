//! What is generated from `proto/`: messages, clients and services of the contract.
//!
//! Only [`rpc`](crate::rpc) turns these types into the domain's; the command line uses them as any client does.

/// Package `gratitude.v1`.
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic, rustdoc::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/protos.rs"));
}

pub use generated::gratitude::v1;

/// The encoded `FileDescriptorSet` of the contract and what it imports, with its comments.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptor.bin"));
