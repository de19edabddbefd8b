//! Templates over the columns of a row: `{customer_id}-{row}`.

use super::{
    columns::{Columns, Slot},
    record::Record,
};

/// Text with holes for columns. `{{` and `}}` stand for the braces themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Slot(Slot),
}

impl Template {
    /// Reads a template and finds its columns.
    ///
    /// # Errors
    /// What is wrong, in words: a brace without its partner, or a column that the file does not have.
    pub(super) fn parse(text: &str, columns: &mut Columns) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(at);
            literal.push_str(before);
            if let Some(after) = brace.strip_prefix("{{").or_else(|| brace.strip_prefix("}}")) {
                literal.push_str(&brace[..1]);
                rest = after;
                continue;
            }
            let (name, after) = brace
                .strip_prefix('{')
                .and_then(|inside| inside.split_once('}'))
                .ok_or_else(|| format!("`{text}`: a brace has no partner; write {{{{ or }}}} for the brace itself"))?;
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            parts.push(Part::Slot(columns.find(name)?));
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        Ok(Self { parts })
    }

    /// The text, if no column is in it.
    pub(super) fn constant(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The text for one row. It is empty if all its columns are: `"{street}, {town}"` without both says nothing.
    pub(super) fn fill(&self, record: &Record) -> String {
        let mut filled = String::new();
        let mut said = self.constant().is_some();
        for part in &self.parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Slot(slot) => {
                    let cell = record.get(*slot);
                    said |= !cell.is_empty();
                    filled.push_str(&cell);
                }
            }
        }
        if said { filled } else { String::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::{Columns, Record, Template};

    fn fill(text: &str, cells: &[&str]) -> String {
        let mut columns = Columns::closed(vec!["a".to_owned(), "b".to_owned()]);
        let template = Template::parse(text, &mut columns).expect("a right template");
        let cells = columns.wanted().iter().map(|at| cells[*at].to_owned()).collect();
        template.fill(&Record { line: 8, number: 7, cells, derived: Vec::new() })
    }

    #[test]
    fn columns_and_the_row_number_are_filled_in() {
        assert_eq!(fill("x{b}-{a}-{row}", &["A", "B"]), "xB-A-7");
        assert_eq!(fill("{{{a}}}", &["A", "B"]), "{A}");
        assert_eq!(fill("plain", &["A", "B"]), "plain");
    }

    #[test]
    fn a_template_whose_columns_are_all_empty_says_nothing() {
        assert_eq!(fill("{a}, {b}", &["", ""]), "");
        assert_eq!(fill("{a}, {b}", &["", "B"]), ", B");
    }

    #[test]
    fn faults_are_named() {
        let mut columns = Columns::closed(vec!["customer_id".to_owned()]);
        for (text, said) in [("{customer", "partner"), ("a}b", "partner"), ("{custmer_id}", "did you mean customer_id")]
        {
            let fault = Template::parse(text, &mut columns).expect_err("a wrong template");
            assert!(fault.contains(said), "{fault}");
        }
    }
}
