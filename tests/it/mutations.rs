//! The list of mutations fits the source, so that it can be run at any time.

use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn every_guard_of_the_list_of_mutations_stands_in_the_source_once() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = fs::read_to_string(root.join("tests/mutations/list.toml")).expect("the list is there");
    let list: toml::Table = toml::from_str(&list).expect("the list is TOML");
    let mutations = list["mutation"].as_array().expect("there are mutations");
    let mut seen = BTreeSet::new();
    for mutation in mutations {
        let text = |key: &str| mutation[key].as_str().unwrap_or_else(|| panic!("{key} is a text"));
        let source = fs::read_to_string(root.join(text("file"))).expect("its file is there");
        assert_eq!(source.matches(text("old")).count(), 1, "{}: what it takes away", text("what"));
        assert_ne!(text("old"), text("new"), "{}: what it changes", text("what"));
        assert!(seen.insert(text("what")), "{} is listed twice", text("what"));
    }
    assert!(mutations.len() >= 12, "the list has shrunk to {}", mutations.len());
}
