//! Why a template can't be saved.

/// One thing that is wrong with a template, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: line {line}, column {column}: {message}")]
pub struct TemplateFault {
    /// The field of the definition, for example `texts[0].body`.
    pub field: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// What is wrong and how to write it right, without a full stop at its end.
    pub message: String,
    /// The right name that is written most like the wrong one, where a name is what is wrong; `message` has it too.
    pub nearest: Option<String>,
}

impl TemplateFault {
    /// Where in the field, and what is wrong.
    #[must_use]
    pub fn description(&self) -> String {
        format!("line {}, column {}: {}", self.line, self.column, self.message)
    }
}
