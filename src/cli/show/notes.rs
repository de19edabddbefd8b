//! Notes, batches and templates.

use comfy_table::ColumnConstraint;
use console::style;

use super::words;
use crate::{
    cli::output,
    proto::v1::{self, note_batch::Selection},
};

/// Column in which what is said about a heading begins.
const HEADING_WIDTH: usize = 11;
/// How far the words of a note stand in.
const INDENT: &str = "  ";

/// Batches as a table, by the ends of their ids.
pub(in crate::cli) fn note_batches(batches: &[v1::NoteBatch]) -> String {
    let headings = ["batch", "state", "customers", "written", "with a person", "held back", "left", "made", "name"];
    let mut table = output::table(&headings);
    for batch in batches {
        let counts = [
            batch.customer_count,
            batch.composed_count,
            batch.with_person_count,
            batch.skipped_count + batch.failed_count + batch.cancelled_count,
            batch.delivered_count + batch.delivering_count + batch.uncertain_count,
        ];
        let mut cells =
            vec![words::short_ids(&batch.name).replace("noteBatches/", ""), words::batch_state(batch.state())];
        cells.extend(counts.map(|count| count.to_string()));
        cells.push(batch.create_time.map(words::utc).unwrap_or_default());
        cells.push(batch.display_name.clone());
        table.add_row(cells);
    }
    table.to_string()
}

/// Where a batch stands, in words.
pub(in crate::cli) fn note_batch_state(state: v1::note_batch::State) -> String {
    words::batch_state(state)
}

/// How fast a batch is, and how long it still takes; empty where that can't be told.
pub(in crate::cli) fn pace(batch: &v1::NoteBatch) -> String {
    if batch.rate_per_second <= 0.0 {
        return String::new();
    }
    let left = batch.remaining_duration.map(|left| format!(", {} to go", words::length(left))).unwrap_or_default();
    format!("{:.0} a second{left}", batch.rate_per_second)
}

/// A batch: where it stands, whom it covers, what became of their notes, and why some were held back.
pub(in crate::cli) fn note_batch(batch: &v1::NoteBatch) -> String {
    let mut lines = vec![title(batch)];
    let mut push = |heading: &str, text: String| {
        if !text.is_empty() {
            lines.push(format!("{INDENT}{} {text}", style(format!("{heading:<HEADING_WIDTH$}")).dim()));
        }
    };
    push("covers", covers(batch));
    push("why", batch.explanation.clone());
    push("test", if batch.test_mode { "only the test address is written to".to_owned() } else { String::new() });
    push("notes", counts(batch));
    if batch.to_print_count > 0 {
        push("to print", format!("{} of the written", batch.to_print_count));
    }
    for run in &batch.open_print_runs {
        push("", open_print_run(run));
    }
    for reason in &batch.reasons {
        let state = words::note_state(reason.state());
        push("", format!("{} {state}: {}", reason.count, words::reason(reason.reason())));
    }
    push("next try", batch.retry_time.map(words::utc).unwrap_or_default());
    push("pace", pace(batch));
    push("approved", batch.approve_time.map(words::utc).unwrap_or_default());
    push("over", batch.end_time.map(words::utc).unwrap_or_default());
    lines.join("\n")
}

/// A print run that nobody has confirmed, by the name that confirming asks for.
pub(in crate::cli) fn open_print_run(run: &v1::OpenPrintRun) -> String {
    format!("{} on paper, not confirmed: run {}", run.sheet_count, run.print_run)
}

fn title(batch: &v1::NoteBatch) -> String {
    let name = if batch.display_name.is_empty() { words::short_ids(&batch.name) } else { batch.display_name.clone() };
    let state = words::batch_state(batch.state());
    let state = match batch.state() {
        v1::note_batch::State::Ready => style(format!("{state}, waits for approval")).yellow(),
        v1::note_batch::State::Stopped => style(state).red(),
        v1::note_batch::State::Completed => style(state).green(),
        _ => style(state).cyan(),
    };
    format!("{} · {state}", style(name).bold())
}

fn covers(batch: &v1::NoteBatch) -> String {
    let only = |filter: &str| if filter.is_empty() { String::new() } else { format!(", {filter}") };
    match &batch.selection {
        Some(Selection::Due(due)) => {
            let by = due.as_of_time.map(words::utc).unwrap_or_default();
            format!("what is due by {by}{}: {}", only(&due.filter), customers(batch.customer_count))
        }
        Some(Selection::Segment(segment)) => {
            let template = segment.template.trim_start_matches("templates/");
            format!("customers{}: {}, each by {template}", only(&segment.filter), batch.customer_count)
        }
        None => String::new(),
    }
}

/// "1 customer", "2 customers".
pub(in crate::cli) fn customers(count: i64) -> String {
    if count == 1 { "1 customer".to_owned() } else { format!("{count} customers") }
}

/// The counts that are not nothing.
fn counts(batch: &v1::NoteBatch) -> String {
    let counts = [
        (batch.composed_count, "written"),
        (batch.delivering_count, "on their way"),
        (batch.delivered_count, "delivered"),
        (batch.with_person_count, "with a person"),
        (batch.skipped_count, "skipped"),
        (batch.failed_count, "failed"),
        (batch.uncertain_count, "uncertain"),
        (batch.cancelled_count, "cancelled"),
    ];
    let told = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    told.collect::<Vec<_>>().join(" · ")
}

/// A note as its reader will get it, with what it rests on below.
pub(in crate::cli) fn note(note: &v1::Note) -> String {
    let to = words::short_ids(&note.customer);
    let facets = [
        words::channel(note.channel()),
        note.language_code.clone(),
        note.template.trim_start_matches("templates/").to_owned(),
        words::note_state(note.state()),
        if note.name.is_empty() { String::new() } else { format!("note …{}", ending(&note.name)) },
        if note.editor.is_empty() { String::new() } else { format!("edited by {}", words::short_ids(&note.editor)) },
    ];
    let facets: Vec<_> = facets.into_iter().filter(|facet| !facet.is_empty()).collect();
    let mut lines = vec![format!("{} · {}", style(to).bold(), facets.join(" · "))];
    if !note.explanation.is_empty() {
        lines.push(format!("{INDENT}{}", words::short_ids(&note.explanation)));
    }
    lines.extend(letter(&note.subject, &note.text, &note.facts, &note.problems));
    lines.join("\n")
}

/// The end of a note's id, by which the next command can name it.
fn ending(name: &str) -> &str {
    name.get(name.len().saturating_sub(4)..).unwrap_or(name)
}

/// What a template would say.
pub(in crate::cli) fn preview(preview: &v1::PreviewNoteResponse) -> String {
    letter(&preview.subject, &preview.text, &preview.facts, &preview.problems).join("\n")
}

/// What was found in words that a person wrote.
pub(in crate::cli) fn linted(found: &v1::LintNoteResponse) -> String {
    let mut lines = if found.problems.is_empty() {
        vec![format!("{INDENT}{}", style("good to be sent").green())]
    } else {
        found.problems.iter().flat_map(problem).collect()
    };
    lines.extend(rests(&found.facts));
    lines.join("\n")
}

/// What speaks against a template: how often each problem was found, then whose notes a person would have to look at.
pub(in crate::cli) fn tried(found: &v1::LintTemplateResponse) -> String {
    let (drafts, good) = (found.drafts.len(), found.good_count);
    let mut lines = vec![match drafts {
        0 => "There is nobody on whom it could be tried.".to_owned(),
        _ => format!("{good} of {drafts} would be good to be sent."),
    }];
    if found.left_out_count > 0 {
        lines.push(format!("{} left out: nothing would be written to them.", found.left_out_count));
    }
    lines.extend(found.problem_counts.iter().map(|problem| {
        let reason = words::plain(problem.reason().as_str_name(), "REASON_");
        format!("{INDENT}{:>5}  {reason}", problem.count)
    }));
    for draft in found.drafts.iter().filter(|draft| !draft.problems.is_empty()) {
        let facets = [draft.interaction.as_str(), draft.language_code.as_str(), &format!("text {}", draft.variant)];
        let facets: Vec<_> = facets.into_iter().filter(|facet| !facet.is_empty()).collect();
        lines.push(format!("{} · {}", style(&draft.customer).bold(), facets.join(" · ")));
        lines.extend(draft.problems.iter().map(|it| {
            let [said, _] = problem(it);
            said
        }));
    }
    lines.join("\n")
}

/// Subject and words, then the facts in them, then why a person must look.
fn letter(subject: &str, text: &str, facts: &[v1::NoteFact], problems: &[v1::NoteProblem]) -> Vec<String> {
    let mut lines = Vec::new();
    if !subject.is_empty() {
        lines.push(format!("{INDENT}{}", style(subject).green().bold()));
        lines.push(String::new());
    }
    for paragraph in text.lines() {
        lines.extend(
            words::wrapped(paragraph, width()).into_iter().map(|line| format!("{INDENT}{}", style(line).green())),
        );
    }
    lines.extend(rests(facts));
    lines.extend(problems.iter().flat_map(problem));
    lines
}

fn rests(facts: &[v1::NoteFact]) -> Vec<String> {
    if facts.is_empty() {
        return Vec::new();
    }
    let told: Vec<_> = facts.iter().map(fact).collect();
    let lines = words::wrapped(&format!("rests on {}", told.join(", ")), width());
    lines.into_iter().map(|line| format!("{INDENT}{}", style(line).dim())).collect()
}

fn problem(problem: &v1::NoteProblem) -> [String; 2] {
    [
        format!("{INDENT}{} {}", style("a person must look:").red(), problem.text),
        format!("{INDENT}{INDENT}{}", style(&problem.suggestion).dim()),
    ]
}

/// The width of a letter.
fn width() -> usize {
    usize::from(output::width()).saturating_sub(INDENT.len()).min(96)
}

fn fact(fact: &v1::NoteFact) -> String {
    let how = words::origin(fact.origin());
    let own = if fact.particular { ", theirs alone" } else { "" };
    format!("{} “{}” ({how}{own})", fact.path, fact.text)
}

/// Templates as a table.
pub(in crate::cli) fn templates(templates: &[v1::Template]) -> String {
    let mut table = output::table(&["template", "name", "speaks of", "languages", "texts", "version", "state"]);
    for template in templates {
        let mut languages: Vec<_> = template.texts.iter().map(|text| text.language_code.as_str()).collect();
        languages.dedup();
        languages.sort_unstable();
        languages.dedup();
        table.add_row([
            template.name.trim_start_matches("templates/").to_owned(),
            template.display_name.clone(),
            words::occasion(template.occasion()),
            languages.join(", "),
            template.texts.len().to_string(),
            template.version.to_string(),
            words::template_state(template.state()),
        ]);
    }
    // Whole, so that it can be copied into the next command.
    if let Some(id) = table.column_mut(0) {
        id.set_constraint(ColumnConstraint::ContentWidth);
    }
    table.to_string()
}

/// A template with all its words.
pub(in crate::cli) fn template(template: &v1::Template) -> String {
    let id = template.name.trim_start_matches("templates/");
    let title = format!(
        "{} · {} · speaks of: {} · version {} · {}",
        style(id).bold(),
        template.display_name,
        words::occasion(template.occasion()),
        template.version,
        words::template_state(template.state()),
    );
    let mut lines = vec![title];
    for text in &template.texts {
        let channels: Vec<_> = text.channels().map(words::channel).collect();
        let channels = if channels.is_empty() { "all channels".to_owned() } else { channels.join(", ") };
        lines.push(format!("\n{}", style(format!("── {} · {channels}", text.language_code)).cyan()));
        let parts =
            [("subject", &text.subject), ("opening", &text.opening), ("body", &text.body), ("closing", &text.closing)];
        for (part, words) in parts.into_iter().filter(|(_, words)| !words.is_empty()) {
            for (number, line) in words.lines().enumerate() {
                let heading = if number == 0 { part } else { "" };
                lines.push(format!("{INDENT}{} {line}", style(format!("{heading:<HEADING_WIDTH$}")).dim()));
            }
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{note, note_batch};
    use crate::proto::v1;

    fn plain(text: &str) -> String {
        console::strip_ansi_codes(text).into_owned()
    }

    #[test]
    fn a_note_is_shown_as_it_will_be_read() {
        let fact = v1::NoteFact {
            path: "purchase.items".to_owned(),
            text: "3 CDs".to_owned(),
            origin: v1::fact::Origin::SeenHere.into(),
            particular: true,
        };
        let shown = note(&v1::Note {
            customer: "customers/01a20846-fe00-7686-82b3-02b2d9d2666c".to_owned(),
            channel: v1::Channel::Email.into(),
            language_code: "en".to_owned(),
            template: "templates/purchase-thanks".to_owned(),
            state: v1::note::State::Composed.into(),
            subject: "Thank you".to_owned(),
            text: "Dear Ada,\n\nthank you for 3 CDs.".to_owned(),
            facts: vec![fact],
            ..v1::Note::default()
        });
        let shown = plain(&shown);
        let lines: Vec<_> = shown.lines().map(str::trim_end).collect();
        assert_eq!(
            lines,
            [
                "customers/…666c · e-mail · en · purchase-thanks · composed",
                "  Thank you",
                "",
                "  Dear Ada,",
                "",
                "  thank you for 3 CDs.",
                "  rests on purchase.items “3 CDs” (seen here, theirs alone)",
            ]
        );
    }

    #[test]
    fn what_was_held_back_is_told_with_its_reasons() {
        let shown = note_batch(&v1::NoteBatch {
            display_name: "Tuesday".to_owned(),
            state: v1::note_batch::State::Completed.into(),
            customer_count: 12,
            delivered_count: 10,
            skipped_count: 2,
            reasons: vec![v1::NoteReasonCount {
                state: v1::note::State::Skipped.into(),
                reason: v1::Reason::Returned.into(),
                count: 2,
            }],
            ..v1::NoteBatch::default()
        });
        let shown = plain(&shown);
        assert!(shown.starts_with("Tuesday · completed"), "{shown}");
        assert!(shown.contains("10 delivered · 2 skipped") && shown.contains("2 skipped: returned"), "{shown}");
    }
}
