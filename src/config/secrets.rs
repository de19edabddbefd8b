//! Files with secrets, for those who keep them elsewhere than in the configuration or the database.

use std::{collections::BTreeMap, fs, path::Path};

use super::{ConfigError, Hidden};

/// Secrets by name, each of 32 bytes.
pub type NamedSecrets = BTreeMap<String, [u8; 32]>;

/// Reads a file of lines such as `page_token = "<64 hexadecimal digits>"`.
///
/// # Errors
/// [`ConfigError`] names each secret that is none. Their values stand in no error.
pub fn read_secrets(file: &Path) -> Result<NamedSecrets, ConfigError> {
    let failed = |why: String| ConfigError(vec![format!("{}: {why}", file.display())]);
    let text = fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
    parse(&text).map_err(|problems| ConfigError(problems.iter().map(|p| format!("{}: {p}", file.display())).collect()))
}

/// What a file holds; `None` where none is named.
///
/// # Errors
/// [`ConfigError`] when it can't be read.
pub fn read_file(file: &Path) -> Result<Option<String>, ConfigError> {
    if file.as_os_str().is_empty() {
        return Ok(None);
    }
    let failed = |error: std::io::Error| ConfigError(vec![format!("{}: {error}", file.display())]);
    fs::read_to_string(file).map(Some).map_err(failed)
}

/// A secret that was given in the configuration or in a file, without the line break at its end; empty where neither
/// was.
///
/// # Errors
/// [`ConfigError`] when the file can't be read.
pub fn secret(given: &Hidden, file: &Path) -> Result<String, ConfigError> {
    let read = read_file(file)?;
    Ok(read.map_or_else(|| given.expose().to_owned(), |text| text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn parse(text: &str) -> Result<NamedSecrets, Vec<String>> {
    // The parser's own message would quote the line.
    let table: toml::Table = text.parse().map_err(|_| vec!["must be TOML".to_owned()])?;
    let mut found = NamedSecrets::new();
    let mut wrong = Vec::new();
    for (name, value) in table {
        match value.as_str().and_then(bytes) {
            Some(secret) => drop(found.insert(name, secret)),
            None => wrong.push(format!("{name}: must be a text of 64 hexadecimal digits")),
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

fn bytes(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut secret = [0; 32];
    for (place, byte) in secret.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_read_by_name() {
        let text = format!("page_token = \"{}\"", "0aFF".repeat(16));
        let read = parse(&text).expect("well formed");
        assert_eq!(read["page_token"][..4], [0x0a, 0xff, 0x0a, 0xff]);
    }

    #[test]
    fn what_is_no_secret_is_named_and_not_shown() {
        let short = "c0ffee";
        let wrong = parse(&format!("erasure = \"{short}\"\nhold_out = 7")).expect_err("neither is one");
        assert_eq!(wrong.len(), 2);
        assert!(wrong[0].starts_with("erasure: ") && !wrong.concat().contains(short));
        assert!(parse("page_token = ").is_err());
    }
}
