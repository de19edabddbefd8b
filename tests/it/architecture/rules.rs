//! The rules, as the design states them.

use super::source::Source;

/// A rule of the house.
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) reason: &'static str,
    /// The lines that break it, with what stands there.
    pub(super) breaches: fn(&Source) -> Vec<(usize, String)>,
}

/// Whom each layer may import, besides itself. What is not listed may import nothing of ours.
///
/// `clock`, `config` and `telemetry` are leaves that everybody but the domain may use.
const IMPORTS: [(&str, &[&str]); 13] = [
    ("main", &["cli"]),
    ("cli", &["server", "desk", "scheduler", "rpc", "app", "delivery", "store", "domain", "proto"]),
    ("server", &["rpc", "app", "proto"]),
    ("desk", &["app", "domain"]),
    ("rpc", &["app", "domain", "proto"]),
    ("scheduler", &["app", "delivery", "domain"]),
    ("app", &["domain", "store"]),
    ("store", &["domain"]),
    ("delivery", &["domain"]),
    ("telemetry", &[]),
    ("config", &[]),
    ("domain", &[]),
    ("clock", &[]),
];
const LEAVES: [&str; 3] = ["clock", "config", "telemetry"];

pub(super) const ALL: [Rule; 8] = [
    Rule {
        name: "imports go one way",
        reason: "rpc -> app, domain; scheduler -> app, delivery, domain; app -> domain, store, clock; \
                 store -> domain; delivery -> domain; domain -> nothing of ours",
        breaches: imports,
    },
    Rule {
        name: "the domain is pure",
        reason: "no async, no runtime, no files, no logging: every decision is a function of its arguments",
        breaches: |source| {
            if source.layer() != "domain" {
                return Vec::new();
            }
            let impure = ["tokio", "futures_util", "tracing", "metrics", "std::fs", "std::net", "std::thread"];
            let mut found = source.paths_below(&impure);
            found.extend(source.lines_with(&["async ", ".await"]));
            found
        },
    },
    Rule {
        name: "only the store knows SQL",
        reason: "what is asked of the database is found in one folder, and its errors end there",
        breaches: |source| match source.layer() {
            "store" => Vec::new(),
            // Ids and enums are stored as they are: their derives name the crate.
            "domain" => source
                .paths_below(&["sea_orm"])
                .into_iter()
                .filter(|(_, path)| !path.starts_with("sea_orm::Derive") && path != "sea_orm::EnumIter")
                .collect(),
            _ => source.paths_below(&["sea_orm", "sqlx", "gratitude_migrations"]),
        },
    },
    Rule {
        name: "generated types and gRPC stop at rpc",
        reason: "the contract can change without the use cases, and they without it",
        breaches: |source| match source.layer() {
            "rpc" | "server" | "cli" | "proto" => Vec::new(),
            _ => source.paths_below(&["tonic", "tonic_types", "prost", "prost_types", "crate::proto"]),
        },
    },
    Rule {
        name: "only the clock reads the time",
        reason: "every time-bound promise can be shown with a manual clock",
        breaches: |source| {
            if source.file == "clock.rs" {
                return Vec::new();
            }
            let mut found =
                source.paths_below(&["std::time::Instant", "std::time::SystemTime", "tokio::time::Instant"]);
            found.extend(source.lines_with(&["Timestamp::now", "Zoned::now", "Instant::now", "SystemTime::now"]));
            found
        },
    },
    Rule {
        name: "only the configuration reads the environment",
        reason: "every setting is documented, validated and shown by --print-config",
        breaches: |source| match source.layer() {
            "config" => Vec::new(),
            _ => source.paths_below(&["std::env"]),
        },
    },
    Rule {
        name: "only delivery talks outward",
        reason: "what leaves the house goes through one door",
        breaches: |source| match source.layer() {
            "delivery" => Vec::new(),
            // It takes the connections that others made.
            _ if source.file == "server/tls.rs" => Vec::new(),
            _ => source.paths_below(&[
                "std::net::TcpStream",
                "std::net::UdpSocket",
                "tokio::net::TcpStream",
                "hyper_util::client",
                "hyper_rustls",
                "lettre",
            ]),
        },
    },
    Rule {
        name: "no glob imports",
        reason: "a reader sees where every name comes from",
        breaches: |source| source.paths.iter().filter(|(_, path)| path.ends_with("::*")).cloned().collect(),
    },
];

fn imports(source: &Source) -> Vec<(usize, String)> {
    let layer = source.layer();
    if layer == "lib" {
        return Vec::new();
    }
    let allowed = IMPORTS.iter().find(|(name, _)| *name == layer).map_or(&[][..], |(_, allowed)| allowed);
    let may_use_leaves = layer != "domain" && !LEAVES.contains(&layer) || layer == "telemetry";
    let is_allowed =
        |target: &str| target == layer || allowed.contains(&target) || (may_use_leaves && LEAVES.contains(&target));
    let ours = source.paths.iter().filter_map(|(line, path)| {
        let target = path.strip_prefix("crate::").or_else(|| path.strip_prefix("gratitude::"))?.split("::").next()?;
        // A lower-case name is a module; the crate root itself holds nothing else.
        (target.starts_with(|c: char| c.is_ascii_lowercase()) && !is_allowed(target)).then(|| (*line, path.clone()))
    });
    ours.collect()
}
