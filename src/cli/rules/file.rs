//! A rule as a file: the contract's own fields, as TOML or JSON.

use std::{fs, path::Path};

use prost::Message;
use prost_reflect::DynamicMessage;

use crate::{
    cli::{CliError, contract},
    proto::v1,
};

/// Reads a rule. A name that the contract does not have is an error.
pub(super) fn read(path: &Path) -> Result<v1::Rule, CliError> {
    let wrong = |error: &dyn std::fmt::Display| CliError::Usage(format!("{}: {error}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| wrong(&error))?;
    let rule = contract::message("Rule");
    let said = if path.extension().is_some_and(|extension| extension == "json") {
        let mut json = serde_json::Deserializer::from_str(&text);
        DynamicMessage::deserialize(rule, &mut json).map_err(|error| wrong(&error))?
    } else {
        let toml = toml::Deserializer::parse(&text).map_err(|error| wrong(&error))?;
        DynamicMessage::deserialize(rule, toml).map_err(|error| wrong(&error))?
    };
    // What the contract's descriptor takes, its own message can read.
    v1::Rule::decode(said.encode_to_vec().as_slice()).map_err(|error| wrong(&error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn toml_and_json_say_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            read(&path)
        };
        let toml = write(
            "rule.toml",
            "displayName = \"A rule\"\n[silence]\n[action]\ngestureKind = \"GESTURE_KIND_CALL\"\npriority = 7\n",
        );
        let json = write(
            "rule.json",
            "{\"displayName\": \"A rule\", \"silence\": {}, \"action\": {\"gestureKind\": \"GESTURE_KIND_CALL\", \
             \"priority\": 7}}",
        );
        assert_eq!(toml.unwrap(), json.unwrap());
        let unknown = write("other.toml", "displayname = 1\n").unwrap_err().to_string();
        assert!(unknown.contains("other.toml"), "{unknown}");
    }
}
