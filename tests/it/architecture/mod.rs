//! The house rules that a compiler doesn't know: who may import whom, and what is done in one place only.
//!
//! Reads the source text, so it sees `use` declarations and paths written out in code; comments, literals and the test
//! modules (at the end of a file, in a `tests.rs` or below a `tests/`) don't count.

mod rules;
mod source;

use std::{
    fs,
    path::{Path, PathBuf},
};

use source::Source;

/// What breaks a rule, as a person should read it.
fn breaches(source: &Source) -> Vec<String> {
    let broken = rules::ALL.iter().flat_map(|rule| {
        (rule.breaches)(source).into_iter().map(move |(line, what)| {
            format!("{}:{line}: {what} breaks \"{}\": {}", source.file, rule.name, rule.reason)
        })
    });
    broken.collect()
}

#[test]
fn the_source_keeps_the_house_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let is_test = |file: &Path| file.ends_with("tests.rs") || file.iter().any(|folder| folder == "tests");
    let mut files = rust_files(&root);
    files.retain(|file| !is_test(file.strip_prefix(&root).expect("below the root")));
    assert!(files.len() > 10, "the source was not found");
    let broken: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let name = file.strip_prefix(&root).expect("below the root").to_string_lossy();
            breaches(&Source::new(&name, &fs::read_to_string(file).expect("readable")))
        })
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// `rustfmt` wraps code and leaves comments as they are.
#[test]
fn comments_are_no_wider_than_code() {
    const COLUMNS_MAX: usize = 120;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wide = Vec::new();
    for file in ["src", "tests"].into_iter().flat_map(|folder| rust_files(&root.join(folder))) {
        let text = fs::read_to_string(&file).expect("readable");
        let is_wide = |line: &str| line.trim_start().starts_with("//") && line.chars().count() > COLUMNS_MAX;
        let found = text.lines().enumerate().filter(|(_, line)| is_wide(line));
        wide.extend(found.map(|(number, line)| format!("{}:{}: {line}", file.display(), number + 1)));
    }
    assert!(wide.is_empty(), "comments of more than {COLUMNS_MAX} columns:\n{}", wide.join("\n"));
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("readable").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Asserts that a text at a path breaks exactly these rules, each however often.
fn assert_breaks(file: &str, text: &str, expected: &[&str]) {
    let source = Source::new(file, text);
    let broken = rules::ALL.iter().filter(|rule| !(rule.breaches)(&source).is_empty());
    let names: Vec<&str> = broken.map(|rule| rule.name).collect();
    assert_eq!(names, expected, "{file}: {text}");
}

#[test]
fn a_forbidden_import_is_caught_however_it_is_written() {
    let rule = "imports go one way";
    for text in [
        "use crate::store::Store;",
        "use crate::{\n    domain::case::Case,\n    store::{self, entity},\n};",
        "pub(crate) use crate::store as kept;",
        "fn f() { crate::store::open(); }",
        "use super::super::store::Store;",
    ] {
        assert_breaks("rpc/convert.rs", text, &[rule]);
    }
    assert_breaks("domain/case.rs", "use crate::clock::Clock;", &[rule]);
    assert_breaks("clock.rs", "use crate::config::Config;", &[rule]);
    assert_breaks("app/rules.rs", "use super::super::rpc::status;", &[rule]);
}

#[test]
fn what_the_rules_allow_is_not_reported() {
    assert_breaks("rpc/customers.rs", "use crate::{app::App, domain::customer};\nuse super::status;", &[]);
    assert_breaks("app/customers.rs", "use crate::store::customers;\nuse crate::clock::Clock;", &[]);
    assert_breaks(
        "domain/case.rs",
        "// use crate::store;\n/// See `crate::store`.\nconst S: &str = \"crate::store::x\";",
        &[],
    );
    assert_breaks("domain/case.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n    use crate::store::Store;\n}", &[]);
}

#[test]
fn what_is_done_in_one_place_is_caught_elsewhere() {
    assert_breaks("app/rules.rs", "fn f() { jiff::Timestamp::now(); }", &["only the clock reads the time"]);
    assert_breaks("rpc/mod.rs", "use std::time::{Duration, Instant};", &["only the clock reads the time"]);
    assert_breaks("clock.rs", "use std::time::Instant;", &[]);
    assert_breaks(
        "cli/serve.rs",
        "fn f() { std::env::var(\"HOME\"); }",
        &["only the configuration reads the environment"],
    );
    assert_breaks("cli/serve.rs", "const V: &str = env!(\"CARGO_PKG_VERSION\");", &[]);
    assert_breaks("app/rules.rs", "use sea_orm::EntityTrait;", &["only the store knows SQL"]);
    assert_breaks("app/rules.rs", "use tonic::Status;", &["generated types and gRPC stop at rpc"]);
    assert_breaks("domain/case.rs", "async fn f() {}", &["the domain is pure"]);
    assert_breaks("domain/case.rs", "use tokio::sync::Mutex;", &["the domain is pure"]);
    assert_breaks("store/rules.rs", "use super::*;", &["no glob imports"]);
    assert_breaks("app/rules.rs", "use std::net::TcpStream;", &["only delivery talks outward"]);
}
