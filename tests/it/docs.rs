//! What the documents tell people to type, open or run exists.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Parser, error::ErrorKind};
use gratitude::cli::Cli;

/// The documents at the root of the repository and those beside the examples.
fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [root.to_owned(), root.join("docs"), root.join("examples"), root.join("examples/import")];
    let files = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    files.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

/// The `gratitude` commands within fenced blocks, as the words that a shell would pass.
fn commands(document: &str) -> Vec<Vec<String>> {
    let mut is_fenced = false;
    let mut found = Vec::new();
    for line in document.replace("\\\n", " ").lines() {
        if line.trim_start().starts_with("```") {
            is_fenced = !is_fenced;
        } else if is_fenced {
            found.extend(command(line));
        }
    }
    found
}

/// The command that a line starts, if it is one of ours.
fn command(line: &str) -> Option<Vec<String>> {
    let mut words = words(line.trim().trim_start_matches("$ "));
    let assignments = words.iter().take_while(|word| word.contains('=')).count();
    words.drain(..assignments);
    let is_cargo_run = words.len() > 1 && words[0] == "cargo" && words[1] == "run";
    if is_cargo_run {
        let arguments = words.iter().position(|word| word == "--")?;
        if words[..arguments].iter().any(|word| word == "--example") {
            return None;
        }
        words.splice(..=arguments, ["gratitude".to_owned()]);
    }
    let program = Path::new(words.first()?).file_name()?;
    (program == "gratitude" && words.len() > 1).then_some(words)
}

/// Splits like a shell, as far as our documents need: quotes, and the end of a command.
fn words(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for character in line.chars().chain([' ']) {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, ' ') if matches!(word.as_str(), "|" | "&" | "&&" | ">" | "2>" | ";") || word.starts_with('#') => {
                break;
            }
            (None, ' ') if word.is_empty() => {}
            (None, ' ') => found.push(std::mem::take(&mut word)),
            (_, other) => word.push(other),
        }
    }
    found
}

#[test]
fn every_command_in_the_documents_can_be_typed() {
    for path in documents() {
        let text = fs::read_to_string(&path).expect("a readable document");
        for words in commands(&text) {
            if let Err(error) = Cli::try_parse_from(&words) {
                let is_answer = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
                assert!(is_answer, "{}: {}\n{error}", path.display(), words.join(" "));
            }
        }
    }
}

/// What running text names may leave out what a command needs, but has nothing that there isn't.
#[test]
fn every_verb_and_flag_that_the_documents_name_exists() {
    let mut named = 0;
    for path in documents() {
        let text = fs::read_to_string(&path).expect("a readable document");
        for words in code_words(&text).into_iter().filter_map(|code| command(&code.replace('\n', " "))) {
            named += 1;
            let Err(error) = Cli::try_parse_from(&words) else { continue };
            let lacks_value =
                error.kind() == ErrorKind::InvalidValue && words.last().is_some_and(|it| it.starts_with("--"));
            let is_well = lacks_value
                || matches!(
                    error.kind(),
                    ErrorKind::DisplayHelp
                        | ErrorKind::DisplayVersion
                        | ErrorKind::MissingRequiredArgument
                        | ErrorKind::MissingSubcommand
                        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
                );
            assert!(is_well, "{}: {}\n{error}", path.display(), words.join(" "));
        }
    }
    assert!(named > 20, "only {named} were found");
}

#[test]
fn commands_are_found_as_people_write_them() {
    let document = "text `gratitude nonsense`\n```sh\n$ gratitude clock advance '1d 12h' # a day and a half\n\
                    GRATITUDE_LISTEN=x gratitude serve \\\n  --migrate &\ncargo run --release -- serve | head\n\
                    echo gratitude serve\n```\n";
    let expected: [&[&str]; 3] =
        [&["gratitude", "clock", "advance", "1d 12h"], &["gratitude", "serve", "--migrate"], &["gratitude", "serve"]];
    assert_eq!(commands(document), expected);
    assert!(Cli::try_parse_from(["gratitude", "nonsense"]).is_err());
}

/// Every file of the repository that a document may name, by its path from the root with a slash before it.
fn files(folder: &Path, path: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_ours = !["target", ".git"].contains(&name.as_str());
        let path = format!("{path}/{name}");
        if is_ours && entry.path().is_dir() {
            files(&entry.path(), &path, found);
        } else if is_ours {
            found.push(path);
        }
    }
}

/// The words in code style, outside fenced blocks.
fn code_words(document: &str) -> Vec<&str> {
    let prose = document.split("```").step_by(2);
    prose.flat_map(|text| text.split('`').skip(1).step_by(2)).collect()
}

/// Whether a word looks like the path of a file or folder of ours.
fn is_path(word: &str) -> bool {
    let extensions = [".rs", ".toml", ".proto", ".md", ".py", ".csv", ".json"];
    !word.contains(|c: char| !(c.is_ascii_alphanumeric() || "_-./".contains(c)))
        && word.starts_with(|c: char| c.is_ascii_lowercase())
        && (extensions.iter().any(|extension| word.ends_with(extension)) || word.ends_with('/'))
}

/// Whether a word looks like the name of a test that proves a promise.
fn is_proof(word: &str) -> bool {
    let digits = word.strip_prefix('p').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    digits.is_some_and(|rest| rest.len() + 1 < word.len() && rest.starts_with('_') && rest.len() > 1)
        && !word.contains(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
}

#[test]
fn files_and_tests_named_in_the_map_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = Vec::new();
    files(root, "", &mut known);
    let is_code = |file: &&String| file.ends_with(".rs");
    let code: String =
        known.iter().filter(is_code).filter_map(|file| fs::read_to_string(root.join(&file[1..])).ok()).collect();
    let exists = |word: &str| match word.strip_suffix('/') {
        Some(folder) => known.iter().any(|file| file.contains(&format!("/{folder}/"))),
        None => known.iter().any(|file| file.ends_with(&format!("/{word}"))),
    };
    let mut missing = Vec::new();
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"] {
        let text = fs::read_to_string(root.join(document)).expect("a readable document");
        let wrong = code_words(&text)
            .into_iter()
            .filter(|word| is_path(word) && !exists(word) || is_proof(word) && !code.contains(&format!("fn {word}(")));
        missing.extend(wrong.map(|word| format!("{document}: {word}")));
    }
    assert!(missing.is_empty(), "the documents name what does not exist:\n{}", missing.join("\n"));
}
