//! The HTML that stands beside the plain text: the same words, nothing more.
//!
//! Every character of the text is escaped, and nothing in it is interpreted: no markup, and no links made of what looks
//! like one, since a name or a remark that a stranger typed may look like one too.

use super::write::Unsubscribe;

/// A whole page. `language` is a BCP 47 tag; each paragraph is laid out in the direction of its own script.
pub(super) fn page(language: &str, text: &str, unsubscribe: Option<&Unsubscribe>) -> String {
    let mut page = String::with_capacity(text.len() + text.len() / 4 + 700);
    page.push_str("<!DOCTYPE html>\n<html");
    if !language.is_empty() {
        page.push_str(" lang=\"");
        escape(language, &mut page);
        page.push('"');
    }
    page.push_str(concat!(
        "><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"></head>\n",
        "<body style=\"margin:24px auto;padding:0 16px;max-width:36em;",
        "font:16px/1.5 Georgia,'Times New Roman',serif;color:#222\">\n",
    ));
    for paragraph in text.split("\n\n").map(|paragraph| paragraph.trim_matches('\n')).filter(|p| !p.is_empty()) {
        page.push_str("<p dir=\"auto\" style=\"margin:0 0 1em\">");
        for (number, line) in paragraph.split('\n').enumerate() {
            if number > 0 {
                page.push_str("<br>\n");
            }
            escape(line, &mut page);
        }
        page.push_str("</p>\n");
    }
    if let Some(Unsubscribe { url, words }) = unsubscribe.filter(|unsubscribe| !unsubscribe.words.is_empty()) {
        page.push_str(
            "<p dir=\"auto\" style=\"margin:2em 0 0;font-size:13px;color:#666\"><a style=\"color:#666\" href=\"",
        );
        escape(url, &mut page);
        page.push_str("\">");
        escape(words, &mut page);
        page.push_str("</a></p>\n");
    }
    page.push_str("</body></html>\n");
    page
}

fn escape(text: &str, page: &mut String) {
    for c in text.chars() {
        match c {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#39;"),
            c => page.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_and_lines_are_kept() {
        let page = page("de-CH", "Liebe Ana,\n\ndanke für\ndie Geduld.\n\n\nBen", None);
        assert!(page.contains("<html lang=\"de-CH\">"));
        assert!(page.contains(">Liebe Ana,</p>") && page.contains(">danke für<br>\ndie Geduld.</p>"));
        assert_eq!(page.matches("<p ").count(), 3);
    }

    #[test]
    fn p8_nothing_in_the_text_is_markup() {
        let evil = "<script>alert(1)</script><img src=x onerror='a'> & \"q\" {{ 7*7 }} https://evil.example";
        let unsubscribe = Unsubscribe { url: "https://shop.example/u?a=1&b=2".into(), words: "<b>Stop</b>".into() };
        let page = page("\"><script>", evil, Some(&unsubscribe));
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>"));
        assert!(
            page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("&amp; &quot;q&quot; {{ 7*7 }}")
        );
        assert_eq!(page.matches("href=").count(), 1, "only ours");
        assert!(page.contains("href=\"https://shop.example/u?a=1&amp;b=2\""));
    }
}
