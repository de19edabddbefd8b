//! What a mail program reads of what we write, whatever stands in it.

use super::{
    python::{Script, interpreter},
    relay::mail,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use gratitude::delivery::mail::{Mail, Mailbox, Unsubscribe};
use proptest::{
    prelude::{Just, ProptestConfig, Strategy, any, prop_oneof},
    test_runner::TestRunner,
};
use serde_json::{Value, json};

/// Texts as they come from people, machines and attackers.
fn anything() -> impl Strategy<Value = String> {
    let evil = [
        "Eve\r\nBcc: all@example.com",
        "x\r\n\r\n<script>alert(1)</script>",
        "=?utf-8?q?Boss?=",
        "=?utf-8?b?Qm9zcw==?= and more",
        "\"quoted\" \\ back",
        "a, b; c: d <e@f.example> (g)",
        "Ελένη Παπαδοπούλου",
        "محمد بن سلمان",
        "田中　さくら",
        "Zoë\u{301} \u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467} Ŝi",
        "\u{0}\u{1}\u{7f}\u{85}\u{2028}",
        "\u{202e}gnihsif\u{202c}",
        ".\r\n.\r\nMAIL FROM:<x@y>",
        "From here",
        ".",
        "J.R.",
        "--=_0_note1gratitude--",
        "{{ 7 * 7 }} {% raw %}",
    ];
    let long = (0usize..3000).prop_map(|n| "Donaudampfschifffahrt".repeat(n / 20));
    prop_oneof![
        4 => any::<String>(),
        2 => "[ -~]{0,300}",
        2 => "(\\PC|[\\r\\n\\t ]){0,200}",
        2 => proptest::sample::select(evil.to_vec()).prop_map(str::to_owned),
        1 => (proptest::sample::select(evil.to_vec()), any::<String>()).prop_map(|(a, b)| format!("{b} {a}{b}")),
        1 => long,
        1 => Just(String::new()),
    ]
}

/// What is put into a mail.
#[derive(Debug)]
struct Given {
    to: String,
    from: String,
    subject: String,
    text: String,
    words: String,
}

impl Given {
    fn mail(&self) -> Mail {
        Mail {
            to: Mailbox::new(&self.to, "ana@example.com".parse().unwrap()),
            from: Mailbox::new(&self.from, "bea@shop.example".parse().unwrap()),
            reply_to: Some(Mailbox::new(&self.from, "bea.reply@shop.example".parse().unwrap())),
            subject: self.subject.clone(),
            text: self.text.clone(),
            unsubscribe: Some(Unsubscribe { url: "https://shop.example/u/abc".into(), words: self.words.clone() }),
            ..mail(1, "ok")
        }
    }
}

/// What of a text is seen.
pub(super) fn shown(text: &str) -> String {
    let is_seen = |c: &char| c.is_whitespace() || !c.is_control() && !"\u{2028}\u{2029}\u{feff}".contains(*c);
    text.chars().filter(is_seen).collect()
}

/// A name or a subject as it is to be read: on one line, as written, of 250 characters at most.
pub(super) fn one_line(text: &str) -> String {
    let mut line = lines_and_spaces(&shown(text)).join(" ");
    while line.contains("=?") {
        line = line.replace("=?", "= ?");
    }
    if line.chars().count() > 250 {
        let cut: String = line.chars().take(250).collect();
        line = format!("{}…", cut.trim_end());
    }
    line
}

pub(super) fn lines_and_spaces(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn p8_whatever_stands_in_a_mail_a_mail_program_reads_the_same_and_no_header_more() {
    let test = "p8_whatever_stands_in_a_mail_a_mail_program_reads_the_same_and_no_header_more";
    let Some(python) = interpreter(test) else { return };
    let reader = std::cell::RefCell::new(Script::start(&python, "reader.py", [] as [&str; 0]));
    let read = |content: &[u8]| -> Value {
        let mut reader = reader.borrow_mut();
        reader.write(&BASE64_STANDARD.encode(content));
        serde_json::from_str(&reader.read()).unwrap()
    };
    let mails = (anything(), anything(), anything(), anything(), anything());
    let mut runner = TestRunner::new(ProptestConfig { cases: 150, failure_persistence: None, ..Default::default() });
    runner
        .run(&mails, |(to, from, subject, text, words)| {
            let given = Given { text: format!("Dear {to},\n\n{text}\n\nBea"), to, from, subject, words };
            let written = given.mail().write().unwrap();
            is_well_formed(written.content());
            is_read_as_given(&read(written.content()), &given);
            Ok(())
        })
        .unwrap();
}

/// ASCII, lines of at most 998 bytes, each ended by CR LF and by nothing else.
pub(super) fn is_well_formed(content: &[u8]) {
    assert!(content.is_ascii() && content.ends_with(b"\r\n"));
    for line in content.split_inclusive(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r\n").expect("CR LF");
        assert!(line.len() <= 998 && !line.contains(&b'\r') && !line.contains(&0), "{}", line.escape_ascii());
    }
}

/// Those that we write, each once, and no other.
pub(super) fn has_our_headers(read: &Value) {
    let mut expected = [
        "message-id",
        "date",
        "from",
        "to",
        "subject",
        "reply-to",
        "content-language",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "auto-submitted",
        "x-auto-response-suppress",
        "mime-version",
        "content-type",
    ];
    let mut seen: Vec<_> = read["headers"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    seen.sort_unstable();
    expected.sort_unstable();
    assert_eq!(seen, expected);
}

fn is_read_as_given(read: &Value, given: &Given) {
    assert_eq!(read["defects"], json!([]), "{read}");
    has_our_headers(read);
    for (header, name, address) in [
        ("to", &given.to, "ana@example.com"),
        ("from", &given.from, "bea@shop.example"),
        ("reply_to", &given.from, "bea.reply@shop.example"),
    ] {
        assert_eq!(read[header], json!([[one_line(name), address]]), "{header}");
    }
    assert_eq!(read["message_id"], "<note-1@gratitude>");
    assert_eq!(read["list_unsubscribe"], "<https://shop.example/u/abc>");
    assert_eq!(read["parts"], 2);
    assert_eq!(read["subject"], one_line(&given.subject));
    // The plain text is what was given, but for spaces; the HTML says it too, and holds no element that isn't ours.
    let plain = read["plain"].as_str().unwrap();
    let text = shown(&given.text);
    assert!(lines_and_spaces(plain).starts_with(&lines_and_spaces(&text)), "{plain:?} of {text:?}");
    let html = read["html"].as_str().unwrap();
    let elements = [
        "<!DOCTYPE",
        "<html",
        "<head",
        "<meta",
        "</head",
        "<body",
        "<p ",
        "</p",
        "<br",
        "<a ",
        "</a",
        "</body",
        "</html",
    ];
    for (at, _) in html.match_indices('<') {
        assert!(elements.iter().any(|element| html[at..].starts_with(element)), "{html}");
    }
    assert_eq!(html.matches("<a ").count(), usize::from(html.contains("https://shop.example/u/abc\">")));
}
