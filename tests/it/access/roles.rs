//! Every method of the contract, called with a key of every role and with none.

use std::collections::BTreeSet;

use gratitude::{
    proto::{FILE_DESCRIPTOR_SET, v1 as pb},
    rpc::access::{Door, door},
};
use http::uri::PathAndQuery;
use prost_reflect::DescriptorPool;
use tonic::{Code, Request, client::Grpc};
use tonic_prost::ProstCodec;

use super::{Guest, key, locked, made, may::may_call, reason, with};

pub(super) const ROLES: [pb::Role; 5] =
    [pb::Role::Desk, pb::Role::Service, pb::Role::Batch, pb::Role::Manager, pb::Role::Operator];

/// The paths of all methods of the contract.
pub(super) fn methods() -> BTreeSet<String> {
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("the build wrote a valid descriptor set");
    let services = pool.services().filter(|it| it.package_name() == "gratitude.v1");
    let paths = services.flat_map(|service| {
        let paths = service.methods().map(|it| format!("/{}/{}", service.full_name(), it.name()));
        paths.collect::<Vec<_>>()
    });
    paths.collect()
}

/// Calls a method with an empty request, and waits for how it ends or begins to answer: a stream's first message is
/// enough.
async fn call(guest: Guest, path: &str) -> (Code, String) {
    let mut client = Grpc::new(guest);
    client.ready().await.expect("the server listens");
    let path = PathAndQuery::try_from(path).expect("a path");
    let codec = ProstCodec::<(), ()>::default();
    let ended = match client.server_streaming(Request::new(()), path, codec).await {
        Ok(stream) => stream.into_inner().message().await.err(),
        Err(status) => Some(status),
    };
    ended.map_or((Code::Ok, String::new()), |status| (status.code(), reason(&status)))
}

#[test]
fn each_method_has_its_line_in_the_table_of_roles() {
    let missing: Vec<_> = methods().into_iter().filter(|path| !matches!(door(path), Door::Guarded(_))).collect();
    assert!(
        missing.is_empty(),
        "nobody may call these while src/rpc/access.rs has no line for them, with the roles and what a key's locations \
         mean: {missing:?}"
    );
}

#[test]
fn each_line_of_the_table_is_of_a_method() {
    let known = methods();
    let gone: Vec<_> = gratitude::rpc::access::paths().filter(|path| !known.contains(path)).collect();
    assert!(gone.is_empty(), "the contract does not have these methods: {gone:?}");
}

/// The table that the service goes by says the same of each method as what each role is there for.
#[test]
fn least_privilege() {
    let all = methods();
    for role in ROLES {
        let may = may_call(role, &all);
        for path in &all {
            let Door::Guarded(rule) = door(path) else { panic!("{path} has no line") };
            assert_eq!(rule.allows(domain(role)), may.contains(path), "{path} as {role:?}");
        }
    }
}

both_engines! {
    async fn no_key_opens_what_its_role_may_not(database) {
        let (service, operator) = locked(database).await;
        let all = methods();
        for path in &all {
            let (code, why) = call(with(&service, ""), path).await;
            assert_eq!((code, why.as_str()), (Code::Unauthenticated, "UNAUTHENTICATED"), "{path} without a key");
        }
        let (mut loose, mut tight) = (Vec::new(), Vec::new());
        for role in ROLES {
            let (_, token) = made(&service, &operator, key(role, &[])).await;
            let may = may_call(role, &all);
            for path in &all {
                let (code, why) = call(with(&service, &token), path).await;
                assert_ne!(code, Code::Unauthenticated, "{path} as {role:?}");
                let is_refused = code == Code::PermissionDenied && why == "ROLE_NOT_ALLOWED";
                match (is_refused, may.contains(path)) {
                    (false, false) => loose.push((role, path)),
                    (true, true) => tight.push((role, path)),
                    _ => {}
                }
            }
        }
        assert!(loose.is_empty() && tight.is_empty(), "may, and should not: {loose:?}; may not, and should: {tight:?}");
        service.stop().await;
    }
}

pub(super) fn domain(role: pb::Role) -> gratitude::domain::access::Role {
    use gratitude::domain::access::Role;
    match role {
        pb::Role::Desk => Role::Desk,
        pb::Role::Service => Role::Service,
        pb::Role::Batch => Role::Batch,
        pb::Role::Manager => Role::Manager,
        pb::Role::Operator => Role::Operator,
        pb::Role::Unspecified => panic!("no role"),
    }
}
