//! Resources as people name them on the command line: by name, by id, or by how the id ends.

use super::{CliError, show};

/// An ending of an id that is shorter fits too many.
const ENDING_MIN: usize = 3;

/// What somebody named of a collection such as `cases/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    /// The whole name.
    Name(String),
    /// How the id ends.
    Ending(String),
}

/// Reads what somebody typed.
///
/// # Errors
/// If an ending is too short to tell resources apart.
pub(super) fn read(collection: &str, typed: &str) -> Result<Given, CliError> {
    if let Some(name) = whole(collection, typed) {
        return Ok(Given::Name(name));
    }
    let id = typed.strip_prefix(collection).unwrap_or(typed);
    let ending = id.trim_start_matches('…').to_lowercase();
    if ending.len() < ENDING_MIN {
        return Err(CliError::Usage(format!("{typed}: say at least the last {ENDING_MIN} characters of the id")));
    }
    Ok(Given::Ending(ending))
}

/// The name, where all of its id was typed.
pub(super) fn whole(collection: &str, typed: &str) -> Option<String> {
    let id = typed.strip_prefix(collection).unwrap_or(typed);
    uuid::Uuid::try_parse(id).is_ok().then(|| format!("{collection}{id}"))
}

/// The one name that ends so.
///
/// # Errors
/// If none does, or several do.
pub(super) fn ending_so<'a>(ending: &str, names: impl Iterator<Item = &'a str>) -> Result<String, CliError> {
    let names: Vec<_> = names.collect();
    let mut fitting = names.iter().filter(|name| name.ends_with(ending));
    match (fitting.next(), fitting.next()) {
        (Some(name), None) => Ok((*name).to_owned()),
        (Some(_), Some(_)) => Err(CliError::Usage(format!("{ending}: fits several; say more of the id"))),
        (None, _) => {
            let known: Vec<_> = names.iter().take(5).map(|name| show::short_ids(name)).collect();
            let known = if known.is_empty() { "there are none".to_owned() } else { known.join(", ") };
            Err(CliError::Usage(format!("{ending}: none ends so; there are: {known}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Given, ending_so, read};

    const ID: &str = "0191d2c4-9f4e-7c3a-8b8e-2f1f5f0b7a10";

    #[test]
    fn a_name_an_id_and_an_ending_are_told_apart() {
        let name = Given::Name(format!("cases/{ID}"));
        assert_eq!(read("cases/", ID).expect("an id"), name);
        assert_eq!(read("cases/", &format!("cases/{ID}")).expect("a name"), name);
        assert_eq!(read("cases/", "…7A10").expect("an ending"), Given::Ending("7a10".to_owned()));
        assert!(read("cases/", "10").is_err());
    }

    #[test]
    fn an_ending_must_fit_one() {
        let names = ["cases/aa1b", "cases/bb1b", "cases/cc2c"];
        assert_eq!(ending_so("2c", names.into_iter()).expect("one"), "cases/cc2c");
        assert!(ending_so("1b", names.into_iter()).is_err());
        assert!(ending_so("9z", names.into_iter()).is_err());
    }
}
