//! What is generated from `proto/`: messages, clients and services of the contract.
//!
//! Only [`rpc`](crate::rpc) turns these types into the domain's; the command line uses them as any client does.

use prost_reflect::FieldDescriptor;

/// Package `gratitude.v1`.
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic, rustdoc::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/protos.rs"));
}

pub use generated::gratitude::v1;

/// The encoded `FileDescriptorSet` of the contract and what it imports, with its comments.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptor.bin"));

/// Whether a field is the service's to fill: its comment in the contract says so.
pub(crate) fn is_output_only(field: &FieldDescriptor) -> bool {
    comment(field).starts_with("Output only.")
}

/// The comment that stands above a field in the contract; empty if there is none.
pub(crate) fn comment(field: &FieldDescriptor) -> String {
    let file = field.parent_file();
    let places = file.file_descriptor_proto().source_code_info.iter().flat_map(|source| &source.location);
    let place = places.filter(|place| place.path == field.path()).map(|place| place.leading_comments()).next();
    place.unwrap_or_default().trim().to_owned()
}
