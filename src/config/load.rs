//! Loading in layers: defaults < file < environment < flags.

use std::{
    collections::BTreeMap,
    env, fmt, fs,
    path::{Path, PathBuf},
};

use figment::{
    Figment, Metadata, Profile, Provider,
    providers::{Format, Toml},
    util::nest,
    value::{Dict, Map, Value},
};

use super::{Config, DEFAULTS, validate};

const PREFIX: &str = "GRATITUDE_";

/// Environment variables that belong to the command line, not to the configuration.
const COMMAND_LINE_VARIABLES: [&str; 6] =
    ["GRATITUDE_CA", "GRATITUDE_CONFIG", "GRATITUDE_KEY", "GRATITUDE_KEY_FILE", "GRATITUDE_SERVER", "GRATITUDE_STAFF"];

/// What was given on the command line; it wins over all else.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// A file to lay over the defaults (`--config`, `GRATITUDE_CONFIG`).
    pub file: Option<PathBuf>,
    /// `--listen`.
    pub listen: Option<String>,
    /// `--database-url`.
    pub database_url: Option<String>,
}

/// All that is wrong with a configuration, one line each.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigError(pub(super) Vec<String>);

impl ConfigError {
    /// One line for each problem, beginning with the key.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration can't be used:")?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Loads and validates the configuration of this process.
    ///
    /// # Errors
    /// [`ConfigError`] names every unknown key with the nearest right one, every value of a wrong type and every value
    /// out of range.
    pub fn load(overrides: &Overrides) -> Result<Self, ConfigError> {
        let text = overrides.file.as_deref().map(read).transpose()?;
        let environment = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with(PREFIX));
        load_layers(text.as_deref(), environment, overrides)
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(path).map_err(|error| ConfigError(vec![format!("{}: {error}", path.display())]))
}

fn load_layers(
    file: Option<&str>,
    environment: impl Iterator<Item = (String, String)>,
    overrides: &Overrides,
) -> Result<Config, ConfigError> {
    let known = leaves(&defaults());
    let mut problems = Vec::new();
    let environment = Layer::from_environment(environment, &known, &mut problems);

    let figment = Figment::from(Toml::string(DEFAULTS))
        .merge(Toml::string(file.unwrap_or_default()))
        .merge(environment)
        .merge(Layer::from_overrides(overrides));
    let given: Dict = figment.extract().map_err(|error| ConfigError(vec![error.to_string()]))?;
    check_shape(&leaves(&given), &known, &mut problems);
    if !problems.is_empty() {
        return Err(ConfigError(problems));
    }

    let config: Config =
        figment.extract().map_err(|errors| ConfigError(errors.into_iter().map(|e| describe(&e)).collect()))?;
    let problems = validate::problems(&config);
    if problems.is_empty() { Ok(config) } else { Err(ConfigError(problems)) }
}

fn describe(error: &figment::Error) -> String {
    format!("{}: {}", error.path.join("."), error.kind)
}

fn defaults() -> Dict {
    Figment::from(Toml::string(DEFAULTS)).extract().expect("a test keeps the defaults file parsing")
}

/// Every value by its dotted path.
fn leaves(dict: &Dict) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let mut open: Vec<(String, &Dict)> = vec![(String::new(), dict)];
    while let Some((prefix, dict)) = open.pop() {
        for (key, value) in dict {
            let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            match value {
                Value::Dict(_, inner) => open.push((path, inner)),
                leaf => {
                    found.insert(path, leaf.clone());
                }
            }
        }
    }
    found
}

/// Names unknown keys and values of another type than the default's.
fn check_shape(given: &BTreeMap<String, Value>, known: &BTreeMap<String, Value>, problems: &mut Vec<String>) {
    for (key, value) in given {
        let is_table = || known.keys().any(|k| k.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with('.')));
        match known.get(key) {
            Some(default) if kind(value) == kind(default) => {}
            Some(default) => problems.push(format!("{key}: must be {}, not {}", kind(default), kind(value))),
            None if is_table() => problems.push(format!("{key}: must be a table, not {}", kind(value))),
            None => problems.push(unknown(key, known.keys().map(String::as_str))),
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(..) | Value::Char(..) => "text",
        Value::Bool(..) => "true or false",
        Value::Num(..) => "a number",
        Value::Array(..) => "a list",
        Value::Dict(..) => "a table",
        Value::Empty(..) => "nothing",
    }
}

fn unknown<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    let nearest = candidates.map(|c| (strsim::osa_distance(name, c), c)).min();
    match nearest {
        // More than one wrong letter in three: an offer would only mislead.
        Some((distance, nearest)) if distance * 3 <= name.len() => {
            format!("{name}: unknown key; did you mean {nearest}?")
        }
        _ => format!("{name}: unknown key"),
    }
}

/// Values by key path that came as text: from the environment or the command line.
struct Layer {
    name: &'static str,
    values: Vec<(String, Value)>,
}

impl Layer {
    fn from_overrides(overrides: &Overrides) -> Self {
        let values = [("listen", &overrides.listen), ("database.url", &overrides.database_url)];
        Self {
            name: "command line",
            values: values
                .into_iter()
                .filter_map(|(key, value)| Some((key.to_owned(), Value::from(value.clone()?))))
                .collect(),
        }
    }

    fn from_environment(
        variables: impl Iterator<Item = (String, String)>,
        known: &BTreeMap<String, Value>,
        problems: &mut Vec<String>,
    ) -> Self {
        let keys: BTreeMap<String, &String> = known.keys().map(|key| (variable(key), key)).collect();
        let mut values = Vec::new();
        for (name, text) in variables.filter(|(name, _)| !COMMAND_LINE_VARIABLES.contains(&name.as_str())) {
            match keys.get(&name.replace("__", "_")) {
                Some(key) => values.push(((*key).clone(), typed(&text, &known[*key]))),
                None => problems.push(unknown(&name, keys.keys().map(String::as_str))),
            }
        }
        Self { name: "environment", values }
    }
}

/// The environment variable of a key, in its short form.
fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_ascii_uppercase())
}

/// Reads text as the type that the key's default has; what can't be read stays text and is reported as such.
fn typed(text: &str, default: &Value) -> Value {
    match default {
        Value::String(..) => Value::from(text),
        Value::Array(..) if !text.trim_start().starts_with('[') => {
            text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect::<Vec<_>>().into()
        }
        _ => text.parse().unwrap_or_else(|never| match never {}),
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let layered = self.values.iter().fold(Figment::new(), |figment, (key, value)| {
            figment.merge(figment::providers::Serialized::defaults(nest(key, value.clone())))
        });
        layered.extract::<Dict>().map(|dict| Profile::Default.collect(dict))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Overrides, defaults, leaves, load_layers, variable};
    use crate::config::{Config, ConfigError, Day, LogFormat, WallTime};

    fn load(file: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        load_layers(Some(file), environment, &Overrides::default())
    }

    #[test]
    fn without_layers_the_defaults_hold() {
        assert_eq!(load("", &[]), Ok(Config::default()));
    }

    #[test]
    fn later_layers_win() {
        let file = "listen = \"127.0.0.1:1\"\n[visits]\njoin_hours = 1\nauto_close_hours = 2";
        let environment = [("GRATITUDE_LISTEN", "127.0.0.1:2"), ("GRATITUDE_VISITS__JOIN_HOURS", "3")];
        let flags = Overrides { listen: Some("127.0.0.1:3".to_owned()), ..Overrides::default() };
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let config = load_layers(Some(file), environment, &flags).expect("valid");
        assert_eq!(config.listen.port(), 3);
        assert_eq!((config.visits.auto_close_hours, config.visits.join_hours), (2, 3));
    }

    #[test]
    fn every_kind_of_value_can_come_from_the_environment() {
        let config = load(
            "",
            &[
                ("GRATITUDE_DATABASE_URL", "postgres://desk:1@db/shop"),
                ("GRATITUDE_DATABASE__POOLER", "true"),
                ("GRATITUDE_HOURS_CALLS_DAYS", "mon, sun"),
                ("GRATITUDE_LOG_FORMAT", "json"),
                ("GRATITUDE_HOURS_CALLS_OPEN", "07:30"),
                ("GRATITUDE_SERVER_CORS_ALLOWED_ORIGINS", "[\"https://a.example\", \"https://b.example\"]"),
            ],
        )
        .expect("valid");
        assert_eq!(config.database.url.expose(), "postgres://desk:1@db/shop");
        assert!(config.database.pooler);
        assert_eq!(config.hours.calls.days, [Day::Mon, Day::Sun]);
        assert_eq!(config.hours.calls.open.to_string(), "07:30");
        assert_eq!(config.log.format, LogFormat::Json);
        assert_eq!(config.server.cors_allowed_origins.len(), 2);
    }

    #[test]
    fn variables_of_keys_are_distinct() {
        let keys = leaves(&defaults());
        let variables: BTreeSet<String> = keys.keys().map(|key| variable(key)).collect();
        assert_eq!(variables.len(), keys.len());
    }

    #[test]
    fn unknown_keys_are_named_with_the_nearest_right_one_all_at_once() {
        let error = load("lisen = \"x\"\n[visits]\njoin_hour = 1", &[("GRATITUDE_DATABASE_URI", "x")]);
        assert_eq!(
            error.expect_err("three unknown keys").problems(),
            [
                "GRATITUDE_DATABASE_URI: unknown key; did you mean GRATITUDE_DATABASE_URL?",
                "lisen: unknown key; did you mean listen?",
                "visits.join_hour: unknown key; did you mean visits.join_hours?",
            ]
        );
    }

    #[test]
    fn wrong_types_are_named_all_at_once() {
        let error = load("budget = 3\n[visits]\njoin_hours = \"six\"", &[("GRATITUDE_DATABASE_POOLER", "perhaps")]);
        assert_eq!(
            error.expect_err("wrong types").problems(),
            [
                "budget: must be a table, not a number",
                "database.pooler: must be true or false, not text",
                "visits.join_hours: must be a number, not text",
            ]
        );
    }

    #[test]
    fn values_out_of_range_are_named_all_at_once() {
        let file = "[defaults]\nzone = \"Mars/Olympus\"\nregion = \"de\"\n[visits]\njoin_hours = 73\n\
                    [hours.calls]\ndays = []\nopen = \"20:00\"\n[server]\ncors_allowed_origins = [\"*\"]";
        assert_eq!(
            load(file, &[]).expect_err("out of range").problems(),
            [
                "defaults.zone: \"Mars/Olympus\" is no known IANA time zone",
                "defaults.region: must be two capital letters (ISO 3166)",
                "hours.calls.days: must name at least one day",
                "hours.calls.close: must differ from open; a whole day is 00:00 to 24:00",
                "visits.join_hours: 73 is not within 0 to 72",
                "server.cors_allowed_origins: \"*\" is no origin such as \"https://desk.example.com\"",
            ]
        );
    }

    #[test]
    fn a_day_may_be_whole_but_not_begin_at_its_end() {
        let hours = load("[hours.messages]\nopen = \"00:00\"\nclose = \"24:00\"", &[]).expect("a whole day").hours;
        assert_eq!((hours.messages.open.hour(), hours.messages.close), (0, WallTime::END_OF_DAY));
        let error = load("[hours.calls]\nopen = \"24:00\"\nclose = \"02:00\"", &[]).expect_err("no beginning");
        assert_eq!(error.problems(), ["hours.calls.open: can't be 24:00: write 00:00"]);
    }

    #[test]
    fn what_a_type_refuses_names_the_key() {
        let error = load("[hours.calls]\nopen = \"9 o'clock\"", &[]).expect_err("no time");
        assert_eq!(
            error.problems(),
            ["hours.calls.open: `9 o'clock` is not a time such as 09:00, from 00:00 to 24:00"]
        );
        let error = load("[visits]\njoin_hours = -1", &[]).expect_err("negative");
        assert!(error.problems()[0].starts_with("visits.join_hours: "), "{error}");
    }
}
