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

use super::{Guest, key, locked, made, reason, with};

const ROLES: [pb::Role; 5] =
    [pb::Role::Desk, pb::Role::Service, pb::Role::Batch, pb::Role::Manager, pb::Role::Operator];

/// The paths of all methods of the contract.
fn methods() -> BTreeSet<String> {
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

both_engines! {
    async fn no_key_opens_what_its_role_may_not(database) {
        let (service, operator) = locked(database).await;
        let mut tokens = Vec::new();
        for role in ROLES {
            tokens.push((role, made(&service, &operator, key(role, &[])).await.1));
        }
        let mut refused = 0;
        for path in methods() {
            let Door::Guarded(rule) = door(&path) else { panic!("{path} has no line") };
            let (code, why) = call(with(&service, ""), &path).await;
            assert_eq!((code, why.as_str()), (Code::Unauthenticated, "UNAUTHENTICATED"), "{path} without a key");
            for (role, token) in &tokens {
                let (code, why) = call(with(&service, token), &path).await;
                let denied = code == Code::PermissionDenied && why == "ROLE_NOT_ALLOWED";
                assert_ne!(denied, rule.allows(domain(*role)), "{path} as {role:?}: {code:?} {why}");
                assert_ne!(code, Code::Unauthenticated, "{path} as {role:?}");
                refused += usize::from(denied);
            }
        }
        assert!(refused > 100, "the roles differ: {refused}");
        service.stop().await;
    }
}

fn domain(role: pb::Role) -> gratitude::domain::access::Role {
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

/// What nobody should be able to change in the table by mistake.
#[test]
fn least_privilege() {
    use gratitude::domain::access::Role;
    let may = |role, path: &str| match door(&format!("/gratitude.v1.{path}")) {
        Door::Guarded(rule) => rule.allows(role),
        _ => false,
    };
    for path in ["AdminService/CreateApiKey", "AdminService/RotateApiKey", "AdminService/ListApiKeys"] {
        for role in [Role::Desk, Role::Service, Role::Batch, Role::Manager] {
            assert!(!may(role, path), "{role} {path}");
        }
    }
    for path in methods() {
        let path = path.trim_start_matches("/gratitude.v1.");
        let personal = ["CustomerService", "FrontDeskService", "InteractionService", "CaseService"];
        if personal.iter().any(|service| path.starts_with(service)) {
            assert!(!may(Role::Operator, path), "an operator sees no customers: {path}");
        }
        if path.starts_with("AdminService") {
            assert!(!may(Role::Desk, path) && !may(Role::Service, path) && !may(Role::Batch, path), "{path}");
        }
    }
    for path in ["RuleService/CreateRule", "PolicyService/UpdateContactPolicy", "NoteService/ApproveNoteBatch"] {
        assert!(may(Role::Manager, path) && !may(Role::Desk, path) && !may(Role::Batch, path), "{path}");
    }
    for path in ["FrontDeskService/Recognize", "FrontDeskService/CheckIn", "GestureService/TakeGesture"] {
        assert!(may(Role::Desk, path), "{path}");
    }
}
