//! Cases: what went wrong, and what is done about it.

use super::words;
use crate::{cli::output, proto::v1};

/// Cases as a table.
pub(in crate::cli) fn cases(cases: &[v1::Case]) -> String {
    let mut table = output::table(&["case", "since", "grave", "state", "assignee", "what"]);
    for case in cases {
        let since = case.open_time.map(words::utc).unwrap_or_default();
        let name = words::short_ids(&case.name);
        let what = words::one_line(&case.summary);
        let state = words::plain(case.state().as_str_name(), "STATE_");
        table.add_row([name, since, case.severity.to_string(), state, case.assignee.clone(), what]);
    }
    table.to_string()
}

/// One case as lines of text.
pub(in crate::cli) fn case(case: &v1::Case) -> String {
    let origin = words::plain(case.origin().as_str_name(), "ORIGIN_");
    let state = words::plain(case.state().as_str_name(), "STATE_");
    let cause = if case.no_cause_found { "looked for, none found".to_owned() } else { case.root_cause.clone() };
    let mut lines = vec![
        ("case", case.name.clone()),
        ("customer", case.customer.clone()),
        ("what", case.summary.clone()),
        ("state", format!("{state}, {} of 5, opened by: {origin}", case.severity)),
        ("since", case.open_time.map(words::utc).unwrap_or_default()),
        ("location", case.location.clone()),
        ("assignee", case.assignee.clone()),
        ("cause", cause),
        ("done", case.remedy.clone()),
    ];
    lines.extend(case.remedies.iter().map(|granted| ("granted", remedy(granted))));
    lines.push(("resolved", case.resolve_time.map(words::utc).unwrap_or_default()));
    lines.push(("reopened", case.reopen_reason.clone()));
    lines.push(("recovery", case.recovery.clone()));
    let said = lines.into_iter().filter(|(_, text)| !text.is_empty());
    said.map(|(heading, text)| format!("{heading:<10} {text}")).collect::<Vec<_>>().join("\n")
}

fn remedy(remedy: &v1::Remedy) -> String {
    let kind = words::plain(remedy.kind().as_str_name(), "KIND_");
    let amount = remedy.amount.as_ref().map(|it| format!(" {} {}", amount(it.micros), it.currency_code));
    let words = if remedy.words.is_empty() { String::new() } else { format!(": {}", remedy.words) };
    format!("{kind}{} by {}{words}", amount.unwrap_or_default(), remedy.granted_by)
}

/// An amount with its hundredths, and with whatever is smaller where there is any.
fn amount(micros: i64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    let hundredths = text.len() - 4;
    let smaller = text[hundredths..].trim_end_matches('0');
    format!("{}{smaller}", &text[..hundredths])
}

#[cfg(test)]
mod tests {
    use super::amount;

    #[test]
    fn an_amount_is_shown_whole() {
        let shown = [12_500_000, 20_000_000, 125_000, 1].map(amount);
        assert_eq!(shown, ["12.50", "20.00", "0.125", "0.000001"]);
    }
}
