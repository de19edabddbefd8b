//! What is wrong with a template, below the line that has it.

use tonic::Status;
use tonic_types::StatusExt;

use crate::proto::v1;

/// Every fault that a refusal names; `None` if it names none.
///
/// A fault of the words comes with its place, as in `line 2, column 14: there is no …`, under a path such as
/// `template.texts[0].body`: its line is shown, with a caret below the place.
pub(super) fn told(template: &v1::Template, status: &Status) -> Option<String> {
    let details = status.get_error_details();
    let violations = &details.bad_request()?.field_violations;
    let told: Vec<_> =
        violations.iter().map(|violation| fault(template, &violation.field, &violation.description)).collect();
    (!told.is_empty()).then(|| told.join("\n\n"))
}

fn fault(template: &v1::Template, field: &str, description: &str) -> String {
    let field = field.strip_prefix("template.").or_else(|| field.strip_prefix("draft.")).unwrap_or(field);
    let shown = place(description).and_then(|(line, column, message)| {
        let (language, words) = part(template, field)?;
        let source = words.lines().nth(line.checked_sub(1)?)?;
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        // Tabs stay tabs, so that the caret stands below its place whatever they are worth.
        let blank = |c: char| if c == '\t' { '\t' } else { ' ' };
        let indent: String = source.chars().take(column.saturating_sub(1)).map(blank).collect();
        Some(format!(
            "{field} ({language}), line {line}, column {column}\n  {number} | {source}\n  {margin} | {indent}^ {message}"
        ))
    });
    shown.unwrap_or_else(|| format!("{field}: {description}"))
}

/// Line and column, both from 1, and what follows them.
fn place(description: &str) -> Option<(usize, usize, &str)> {
    let (line, rest) = description.strip_prefix("line ")?.split_once(", column ")?;
    let (column, message) = rest.split_once(": ")?;
    Some((line.parse().ok()?, column.parse().ok()?, message))
}

/// The language and the words of a part such as `texts[1].body`.
fn part<'a>(template: &'a v1::Template, field: &str) -> Option<(&'a str, &'a str)> {
    let (index, name) = field.strip_prefix("texts[")?.split_once("].")?;
    let text = template.texts.get(index.parse::<usize>().ok()?)?;
    let words = match name {
        "subject" => &text.subject,
        "opening" => &text.opening,
        "body" => &text.body,
        "closing" => &text.closing,
        _ => return None,
    };
    Some((&text.language_code, words))
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};
    use tonic_types::{ErrorDetails, StatusExt};

    use super::told;
    use crate::proto::v1::{Template, TemplateText};

    fn refused(violations: &[(&str, &str)]) -> Status {
        let mut details = ErrorDetails::with_error_info("INVALID_FIELDS", "gratitude", []);
        for (field, description) in violations {
            details.add_bad_request_violation(*field, *description);
        }
        Status::with_error_details(Code::InvalidArgument, "wrong", details)
    }

    #[test]
    fn a_fault_stands_below_its_place() {
        let text = TemplateText {
            language_code: "en".to_owned(),
            body: "Thank you!\nEnjoy {{ purchase.itemz }}.".to_owned(),
            ..TemplateText::default()
        };
        let template = Template { texts: vec![text], ..Template::default() };
        let status = refused(&[
            ("template.texts[0].body", "line 2, column 10: there is no purchase.itemz; did you mean purchase.items?"),
            ("template.display_name", "must not be empty"),
        ]);
        let faults = told(&template, &status).expect("two faults");
        let lines: Vec<_> = faults.lines().collect();
        assert_eq!(
            lines,
            [
                "texts[0].body (en), line 2, column 10",
                "  2 | Enjoy {{ purchase.itemz }}.",
                "    |          ^ there is no purchase.itemz; did you mean purchase.items?",
                "",
                "display_name: must not be empty",
            ]
        );
        assert_eq!(told(&template, &Status::new(Code::NotFound, "no such template")), None);
    }
}
