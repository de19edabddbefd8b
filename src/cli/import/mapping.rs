//! The mapping file: what each row of a data set says in the words of the contract.

use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

use super::{
    columns::{Columns, did_you_mean},
    expression::Expression,
    record::Record,
    shape::{Reader, Shape},
    template::Template,
};
use crate::{
    cli::{CliError, contract},
    proto::v1,
};

const SECTIONS: [&str; 6] = ["file", "source", "columns", "location", "identity", "interaction"];

/// A mapping as it was written; what it says of columns is checked once the file is open.
#[derive(Debug)]
pub(super) struct Mapping {
    table: Table,
    pub(super) file: FileOptions,
}

/// How the file is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FileOptions {
    /// By default the file's name says it.
    pub(super) format: Option<Format>,
    /// What separates the columns of a CSV file; a comma by default.
    pub(super) delimiter: Option<char>,
    /// Texts that mean: nothing here.
    pub(super) empty: Vec<String>,
    /// Columns that a file of JSON lines may lack in its first rows.
    pub(super) columns: Vec<String>,
}

/// What a file consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// Rows of columns below a heading.
    Csv,
    /// One JSON object on each line.
    Ndjson,
}

/// How each row becomes a request.
#[derive(Debug)]
pub(super) struct Plan {
    system: String,
    external_id: Template,
    derived: Vec<(String, Expression)>,
    location_id: Template,
    /// What a location that is not there yet is made of; `None` if it must be there.
    location: Option<Shape>,
    identity: Option<Shape>,
    interaction: Shape,
    history: Option<bool>,
}

/// What a row became.
#[derive(Debug)]
pub(super) struct Mapped {
    pub(super) location_id: String,
    pub(super) request: v1::RecordInteractionRequest,
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// [`CliError::Usage`] names everything that is wrong apart from columns.
    pub(super) fn read(path: &Path) -> Result<Self, CliError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| CliError::Usage(format!("--mapping {}: {error}", path.display())))?;
        Self::parse(&text).map_err(|problem| CliError::Usage(format!("{}: {problem}", path.display())))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let table: Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
        if let Some(unknown) = table.keys().find(|key| !SECTIONS.contains(&key.as_str())) {
            return Err(format!("[{unknown}]: unknown section{}", did_you_mean(unknown, SECTIONS.into_iter())));
        }
        let file = match table.get("file") {
            Some(options) => options.clone().try_into().map_err(|error| format!("[file]: {error}"))?,
            None => FileOptions::default(),
        };
        Ok(Self { table, file })
    }

    /// Fits the mapping to the columns of a file.
    ///
    /// # Errors
    /// [`CliError::Usage`] names everything that is wrong.
    pub(super) fn plan(&self, columns: &mut Columns, history: Option<bool>) -> Result<Plan, CliError> {
        let mut reader = Reader { columns, default_zone: None, problems: Vec::new() };
        let plan = self.plan_parts(&mut reader, history);
        match plan {
            Some(plan) if reader.problems.is_empty() => Ok(plan),
            _ => Err(CliError::Usage(format!("the mapping does not fit:\n  {}", reader.problems.join("\n  ")))),
        }
    }

    /// Reads each section, also after a fault, so that all faults are named at once.
    fn plan_parts(&self, reader: &mut Reader<'_>, history: Option<bool>) -> Option<Plan> {
        let derived = self.derived(reader);
        let source = self.texts(reader, "source", &["system", "external_id"]);
        let system = source.first().cloned().flatten();
        let external_id = source.into_iter().nth(1).flatten();
        let (location_id, location) = self.location(reader);
        let identity = self.section(reader, "identity", "Identity");
        let interaction = self.interaction(reader);
        let system = system?.constant().map(str::to_owned).or_else(|| {
            reader.problems.push("source.system: names the data set, so it can't depend on columns".to_owned());
            None
        })?;
        Some(Plan {
            system,
            external_id: external_id?,
            derived,
            location_id: location_id?,
            location,
            identity,
            interaction: interaction?,
            history,
        })
    }

    /// Templates of the required keys of a section that has no others.
    fn texts(&self, reader: &mut Reader<'_>, section: &str, keys: &[&str]) -> Vec<Option<Template>> {
        let empty = Table::new();
        let table = self.table.get(section).and_then(Value::as_table).unwrap_or(&empty);
        for key in table.keys().filter(|key| !keys.contains(&key.as_str())) {
            let hint = did_you_mean(key, keys.iter().copied());
            reader.problems.push(format!("{section}.{key}: unknown key{hint}"));
        }
        keys.iter().map(|key| required(reader, table, section, key)).collect()
    }

    /// The derived columns, each behind those that it stands on.
    fn derived(&self, reader: &mut Reader<'_>) -> Vec<(String, Expression)> {
        let Some(table) = self.table.get("columns").and_then(Value::as_table) else { return Vec::new() };
        let mut expressions = Vec::new();
        let mut waiting: Vec<_> = table.iter().collect();
        loop {
            let (mut problems, mut taken) = (Vec::new(), Vec::new());
            let tried = waiting.len();
            waiting.retain(|(name, value)| match Expression::parse(value, reader.columns) {
                Ok((expression, _)) => {
                    expressions.push(((*name).clone(), expression));
                    taken.extend(reader.columns.derive(name).err());
                    false
                }
                Err(problem) => {
                    problems.push(format!("columns.{name}: {problem}"));
                    true
                }
            });
            reader.problems.append(&mut taken);
            // What waits for nothing but itself, or for a column that nobody has, is wrong.
            if waiting.is_empty() || waiting.len() == tried {
                reader.problems.extend(problems);
                return expressions;
            }
        }
    }

    /// The location's id, and what to make it of when it is missing. Its zone holds for times that name none.
    fn location(&self, reader: &mut Reader<'_>) -> (Option<Template>, Option<Shape>) {
        let mut table = self.table.get("location").and_then(Value::as_table).cloned().unwrap_or_default();
        let id = required(reader, &table, "location", "id");
        table.remove("id");
        if table.is_empty() {
            return (id, None);
        }
        for key in ["display_name", "time_zone"] {
            required(reader, &table, "location", key);
        }
        if let Some(Ok((zone, _))) = table.get("time_zone").map(|zone| Expression::parse(zone, reader.columns)) {
            reader.default_zone = zone.plain().cloned();
        }
        let shape = reader.shape(&contract::message("Location"), &table, "location");
        (id, Some(shape))
    }

    fn section(&self, reader: &mut Reader<'_>, section: &str, message: &str) -> Option<Shape> {
        let table = self.table.get(section)?.as_table()?;
        Some(reader.shape(&contract::message(message), table, section))
    }

    fn interaction(&self, reader: &mut Reader<'_>) -> Option<Shape> {
        let table = self.table.get("interaction").and_then(Value::as_table).cloned().unwrap_or_default();
        for key in ["kind", "channel", "start_time"] {
            if !table.contains_key(key) {
                reader.problems.push(format!("interaction.{key}: is required"));
            }
        }
        for (key, section) in [("source", "source"), ("location", "location")] {
            if table.contains_key(key) {
                reader.problems.push(format!("interaction.{key}: is given in section [{section}]"));
            }
        }
        Some(reader.shape(&contract::message("Interaction"), &table, "interaction"))
    }
}

fn required(reader: &mut Reader<'_>, table: &Table, section: &str, key: &str) -> Option<Template> {
    let template = match table.get(key) {
        Some(Value::String(text)) if !text.is_empty() => Template::parse(text, reader.columns),
        Some(Value::Table(_)) if section == "location" => return None,
        Some(_) => Err("must be a text that is not empty".to_owned()),
        None => Err("is required".to_owned()),
    };
    template.map_err(|problem| reader.problems.push(format!("{section}.{key}: {problem}"))).ok()
}

impl Plan {
    /// The request that a row becomes.
    ///
    /// # Errors
    /// Everything that is wrong with the row.
    pub(super) fn map(&self, record: &mut Record) -> Result<Mapped, Vec<String>> {
        let mut problems = Vec::new();
        record.derived.clear();
        for (name, expression) in &self.derived {
            let derived = expression.evaluate(record).unwrap_or_else(|problem| {
                problems.push(format!("columns.{name}: {problem}"));
                String::new()
            });
            record.derived.push(derived);
        }
        let location_id = self.location_id.fill(record);
        let external_id = self.external_id.fill(record);
        if external_id.is_empty() {
            problems.push("source.external_id: is empty".to_owned());
        }
        let mut interaction: v1::Interaction = typed(&self.interaction, record, &mut problems);
        interaction.location = format!("locations/{location_id}");
        interaction.source = Some(v1::ExternalRef { system: self.system.clone(), external_id });
        if let Some(history) = self.history {
            interaction.history = history;
        }
        let identity = self.identity.as_ref().filter(|identity| identity.says_something(record));
        let identity: Option<v1::Identity> = identity.map(|identity| typed(identity, record, &mut problems));
        let who = identity
            .filter(|identity| !identity.identifiers.is_empty())
            .map(|identity| v1::Who { who: Some(v1::who::Who::Identity(identity)) });
        if !problems.is_empty() {
            return Err(problems);
        }
        let request = v1::RecordInteractionRequest { who, interaction: Some(interaction), request_id: String::new() };
        Ok(Mapped { location_id, request })
    }

    /// What a row says of a location that is not there yet; `None` if locations must be there.
    ///
    /// # Errors
    /// Everything that is wrong with the row.
    pub(super) fn location(&self, record: &Record) -> Option<Result<v1::Location, Vec<String>>> {
        let shape = self.location.as_ref()?;
        let mut problems = Vec::new();
        let location = typed(shape, record, &mut problems);
        Some(if problems.is_empty() { Ok(location) } else { Err(problems) })
    }
}

fn typed<M: prost::Message + Default>(shape: &Shape, record: &Record, problems: &mut Vec<String>) -> M {
    shape.fill(record, problems).transcode_to().unwrap_or_else(|error| {
        problems.push(error.to_string());
        M::default()
    })
}
