//! Which columns there are, and which of them a mapping wants.

/// The number of the row in the file, from 1, unless the file has a column of this name.
const ROW: &str = "row";

/// Where a template finds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// One of the wanted columns of the file.
    Cell(usize),
    /// A column that the mapping derives.
    Derived(usize),
    /// The number of the row.
    Row,
}

/// The columns of a file, and those derived from them.
#[derive(Debug)]
pub(super) struct Columns {
    of_file: Vec<String>,
    derived: Vec<String>,
    /// Indices into `of_file` of what templates asked for, in the order of their cells in a record.
    wanted: Vec<usize>,
}

impl Columns {
    /// The columns of a file.
    pub(super) fn closed(of_file: Vec<String>) -> Self {
        Self { of_file, derived: Vec::new(), wanted: Vec::new() }
    }

    /// Adds a derived column; templates parsed from now on find it.
    ///
    /// # Errors
    /// If the name is taken.
    pub(super) fn derive(&mut self, name: &str) -> Result<(), String> {
        if name == ROW || self.of_file.iter().chain(&self.derived).any(|known| known == name) {
            return Err(format!("columns.{name}: the file has this column already; give it another name"));
        }
        self.derived.push(name.to_owned());
        Ok(())
    }

    /// Where a column is found.
    ///
    /// # Errors
    /// If there is none of this name; the nearest is named.
    pub(super) fn find(&mut self, name: &str) -> Result<Slot, String> {
        if let Some(index) = self.of_file.iter().position(|known| known == name) {
            let cell = self.wanted.iter().position(|wanted| *wanted == index).unwrap_or_else(|| {
                self.wanted.push(index);
                self.wanted.len() - 1
            });
            return Ok(Slot::Cell(cell));
        }
        if let Some(index) = self.derived.iter().position(|known| known == name) {
            return Ok(Slot::Derived(index));
        }
        if name == ROW {
            return Ok(Slot::Row);
        }
        let known = self.of_file.iter().chain(&self.derived).map(String::as_str).chain([ROW]);
        Err(format!("there is no column {name}{}", did_you_mean(name, known)))
    }

    /// Indices of the wanted columns, in the order of a record's cells.
    pub(super) fn wanted(&self) -> &[usize] {
        &self.wanted
    }

    /// Names of the wanted columns, in the order of a record's cells.
    pub(super) fn wanted_names(&self) -> Vec<String> {
        self.wanted.iter().map(|index| self.of_file[*index].clone()).collect()
    }
}

/// "; did you mean …?", or what there is, if nothing is near.
pub(super) fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = known.collect();
    let folded = name.to_lowercase();
    let nearest = known.iter().map(|other| (strsim::osa_distance(&folded, &other.to_lowercase()), *other)).min();
    match nearest {
        Some((distance, nearest)) if distance * 2 <= name.len().max(2) => format!("; did you mean {nearest}?"),
        _ => {
            known.sort_unstable();
            format!("; there are: {}", known.join(", "))
        }
    }
}
