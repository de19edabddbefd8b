//! A template as its authors write it: a TOML file.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{
    cli::CliError,
    proto::v1::{self, Channel, Occasion},
};

/// A template's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TemplateFile {
    display_name: String,
    occasion: OccasionName,
    texts: Vec<TextEntry>,
}

/// The words of one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TextEntry {
    language: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    channels: Vec<ChannelName>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    subject: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    opening: String,
    body: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    closing: String,
}

macro_rules! names {
    ($(#[$meta:meta])* $name:ident of $wire:ident { $($value:ident),+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum $name { $($value),+ }

        impl $name {
            fn of_contract(self) -> $wire {
                match self { $(Self::$value => $wire::$value),+ }
            }

            fn named(wire: $wire) -> Option<Self> {
                match wire {
                    $wire::Unspecified => None,
                    $($wire::$value => Some(Self::$value)),+
                }
            }
        }
    };
}

names! {
    /// What a template speaks of.
    OccasionName of Occasion { Customer, Interaction, Purchase, Visit, Enquiry, Misery, Milestone, Day }
}

names! {
    /// For which channel a text is meant.
    ChannelName of Channel { InPerson, Phone, Email, Message, Post, HandOver }
}

impl TemplateFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`CliError::Usage`] with the place of what is wrong in the file.
    pub(super) fn read(path: &Path) -> Result<Self, CliError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| CliError::Usage(format!("--file {}: {error}", path.display())))?;
        toml::from_str(&text).map_err(|error| CliError::Usage(format!("{}: {error}", path.display())))
    }

    /// The file of a template.
    pub(super) fn of(template: &v1::Template) -> Self {
        let text = |text: &v1::TemplateText| TextEntry {
            language: text.language_code.clone(),
            channels: text.channels().filter_map(ChannelName::named).collect(),
            subject: text.subject.clone(),
            opening: text.opening.clone(),
            body: text.body.clone(),
            closing: text.closing.clone(),
        };
        Self {
            display_name: template.display_name.clone(),
            occasion: OccasionName::named(template.occasion()).unwrap_or(OccasionName::Customer),
            texts: template.texts.iter().map(text).collect(),
        }
    }

    /// The file's text.
    pub(super) fn written(&self) -> Result<String, CliError> {
        toml::to_string_pretty(self).map_err(|error| CliError::Unexpected(error.to_string()))
    }

    /// The template of the file.
    pub(super) fn template(self) -> v1::Template {
        // The line break before closing quotes is not meant.
        let words = |text: String| text.trim_end().to_owned();
        let text = |text: TextEntry| v1::TemplateText {
            language_code: text.language,
            channels: text.channels.iter().map(|channel| channel.of_contract().into()).collect(),
            subject: words(text.subject),
            opening: words(text.opening),
            body: words(text.body),
            closing: words(text.closing),
        };
        v1::Template {
            display_name: self.display_name,
            occasion: self.occasion.of_contract().into(),
            texts: self.texts.into_iter().map(text).collect(),
            ..v1::Template::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TemplateFile;

    const FILE: &str = "\
display_name = \"Thanks\"
occasion = \"purchase\"

[[texts]]
language = \"de\"
channels = [\"email\", \"hand_over\"]
subject = \"Danke\"
body = '''
{% if purchase.items %}
Viel Freude mit {{ purchase.items }}!
{% endif %}
'''
";

    fn read(text: &str) -> Result<TemplateFile, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn a_file_becomes_a_template_and_a_file_again() {
        let template = read(FILE).expect("a right file").template();
        assert_eq!(template.texts[0].body.lines().count(), 3);
        assert_eq!(template.texts[0].channels.len(), 2);
        let written = TemplateFile::of(&template).written().expect("it can be written");
        assert!(written.contains("occasion = \"purchase\""), "{written}");
        assert_eq!(read(&written).expect("what was written").template(), template);
    }

    #[test]
    fn a_wrong_key_is_refused_with_its_line() {
        let error = read(&FILE.replace("subject", "subjekt")).expect_err("a wrong key").to_string();
        assert!(error.contains("subjekt") && error.contains("line 7"), "{error}");
    }
}
