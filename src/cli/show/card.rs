//! The card, as a person at a desk would like it: what first, what to say, what to hand over, then the rest.

use console::style;

use super::words;
use crate::proto::v1;

/// Column in which what is said about a heading begins.
const HEADING_WIDTH: usize = 11;

/// A card as lines of text.
pub(in crate::cli) fn card(card: &v1::Card) -> String {
    let mut lines = Lines(vec![title(card)]);
    if !card.notice.is_empty() {
        lines.push("FIRST", &style(&card.notice).red().bold().to_string());
    }
    if let Some(first) = &card.first {
        lines.push("FIRST", &style(&first.text).red().bold().to_string());
    }
    if !card.milestone.is_empty() {
        lines.push("milestone", &style(&card.milestone).yellow().to_string());
    }
    if let Some(say) = &card.say {
        lines.push("say", &style(format!("“{}”", say.text)).green().to_string());
    }
    lines.push("ask", &card.ask);
    for gesture in &card.hand_over {
        lines.push("hand over", &gesture_line(gesture));
    }
    for promise in &card.open_promises {
        lines.push("promised", &gesture_line(promise));
    }
    if let Some(last) = &card.last_visit {
        lines.push("last time", &last_visit(last));
    }
    lines.push("likes", &card.likes.join(", "));
    lines.push("dislikes", &card.dislikes.join(", "));
    for date in &card.dates {
        let on = date.date.map(words::date).unwrap_or_default();
        let ahead =
            if date.days_ahead == 0 { "today".to_owned() } else { format!("in {}", words::days(date.days_ahead)) };
        lines.push("coming up", &format!("{} on {on}, {ahead}", date.display_name));
    }
    let since = [(card.days_since_purchase, "the last purchase"), (card.days_since_contact, "our last contact")];
    let since =
        since.iter().filter_map(|(count, what)| count.map(|count| format!("{} since {what}", words::days(count))));
    lines.push("since", &since.collect::<Vec<_>>().join(", "));
    lines.push("tags", &card.tags.join(", "));
    lines.push("seen", &card.automatic_tags.join(", "));
    lines.0.join("\n")
}

/// Those whom it may be, when several fit.
pub(in crate::cli) fn candidates(reply: &v1::RecognizeResponse) -> String {
    let line = |candidate: &v1::Candidate| {
        let name = if candidate.display_name.is_empty() { "(no name)" } else { &candidate.display_name };
        format!("  {:<28} {:>3}  {:<32} {}", name, candidate.score, candidate.reasons.join(", "), candidate.customer)
    };
    reply.candidates.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Those whom a search found, with what tells apart those of one name.
pub(in crate::cli) fn found(reply: &v1::SearchCustomersResponse) -> String {
    let line = |candidate: &v1::Candidate| {
        let name = if candidate.display_name.is_empty() { "(no name)" } else { &candidate.display_name };
        let known = std::iter::once(&candidate.town).chain(&candidate.masked_identifiers);
        let known: Vec<_> = known.filter(|text| !text.is_empty()).map(String::as_str).collect();
        let died = if candidate.deceased { " (has died)" } else { "" };
        let reasons = candidate.reasons.join(", ");
        let who = format!("{name}{died}");
        format!("  {who:<28} {:>3}  {:<36} {reasons:<32} {}", candidate.score, known.join(", "), candidate.customer)
    };
    let mut lines: Vec<_> = reply.candidates.iter().map(line).collect();
    if reply.candidates.is_empty() {
        lines.push("Nobody known.".to_owned());
    }
    if reply.has_more {
        lines.push("  … and more: type more, or ask for more with --max.".to_owned());
    }
    if !reply.no_number_because.is_empty() {
        lines.push(format!("As a whole number it {}.", reply.no_number_because));
    }
    lines.join("\n")
}

fn title(card: &v1::Card) -> String {
    let mut title = match (card.greeting(), card.display_name.as_str()) {
        (v1::customer::Greeting::None, _) => "(greet like a stranger)".to_owned(),
        (_, "") => "(greet warmly, without a name)".to_owned(),
        (_, name) => name.to_owned(),
    };
    if !card.how_to_say.is_empty() {
        title.push_str(&format!(" (“{}”)", card.how_to_say));
    }
    let mut title = style(title).bold().to_string();
    let status = words::return_status(card.return_status());
    let status = if card.welcome_back { format!("{status}, welcome back") } else { status };
    let since = card.since_date.map(|date| format!("since {}", words::date(date)));
    let visits = (card.visit_days > 0).then(|| format!("visit day {}", card.visit_days));
    for part in [Some(status), visits, since].into_iter().flatten().filter(|part| !part.is_empty()) {
        title.push_str(" · ");
        title.push_str(&part);
    }
    title
}

fn gesture_line(gesture: &v1::Gesture) -> String {
    let text = gesture.content.as_ref().map(|content| words::one_line(&content.text)).unwrap_or_default();
    format!("{}: {text}", words::gesture_kind(gesture.kind()))
}

fn last_visit(last: &v1::LastVisit) -> String {
    let seen = last.seen.clone().unwrap_or_default();
    let on = last.date.map(words::date).unwrap_or_default();
    let mut line = format!("{} on {on} at {}", words::kind(seen.kind()), last.location_display_name);
    if !seen.about.is_empty() {
        line.push_str(&format!(", about {}", seen.about.join(", ")));
    }
    for (before, part) in [("; ", &last.ending), ("; served by ", &seen.staff)] {
        if !part.is_empty() {
            line.push_str(before);
            line.push_str(part);
        }
    }
    line
}

/// Headings and what is said about each; nothing is said about nothing.
struct Lines(Vec<String>);

impl Lines {
    fn push(&mut self, heading: &str, text: &str) {
        if !text.is_empty() {
            self.0.push(format!("  {} {text}", style(format!("{heading:<HEADING_WIDTH$}")).dim()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::card;
    use crate::proto::v1;

    #[test]
    fn what_comes_first_stands_first_and_nothing_is_said_about_nothing() {
        let shown = card(&v1::Card {
            display_name: "Ms Okafor".to_owned(),
            how_to_say: "oh-KAH-for".to_owned(),
            first: Some(v1::First { text: "Apologise for the chipped teapot.".to_owned(), ..Default::default() }),
            return_status: v1::customer_summary::ReturnStatus::Returning.into(),
            visit_days: 2,
            likes: vec!["roses".to_owned()],
            ..Default::default()
        });
        let shown = console::strip_ansi_codes(&shown).into_owned();
        let lines: Vec<_> = shown.lines().map(str::trim_end).collect();
        assert_eq!(
            lines,
            [
                "Ms Okafor (“oh-KAH-for”) · returning · visit day 2",
                "  FIRST       Apologise for the chipped teapot.",
                "  likes       roses",
            ]
        );
    }
}
