//! What a reader finds in a PDF.

use std::{fs, process::Command};

/// Runs one of poppler's tools (Debian: `poppler-utils`) on a PDF; nothing where it isn't installed.
pub(crate) fn poppler(tool: &str, options: &[&str], pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("notes.pdf");
    fs::write(&path, pdf).expect("there is room");
    let mut command = Command::new(tool);
    command.args(options).arg(&path);
    if tool == "pdftotext" {
        command.arg("-");
    }
    match command.output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            // Poppler 22 takes the flag for what PDF 1.7 has it to be, a boolean, and complains all the same.
            let complaints = String::from_utf8_lossy(&output.stderr)
                .replace("Syntax Error: Suspects object is wrong type (boolean)", "");
            assert!(complaints.trim().is_empty(), "{complaints}");
            Some(String::from_utf8(output.stdout).expect("text"))
        }
        Err(_) if std::env::var_os("CI").is_none() => {
            eprintln!("left out: {tool} is not installed");
            None
        }
        Err(error) => panic!("{tool}: {error}"),
    }
}

/// How many pages it has.
pub(crate) fn pages(pdf: &[u8]) -> usize {
    // Each page is an object of its own, which is not compressed.
    let is_page = |window: &&[u8]| window.starts_with(b"/Type/Page") && !window[10..].starts_with(b"s");
    let plain: Vec<u8> = pdf.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    plain.windows(11).filter(is_page).count()
}

/// Asserts that all of this stands in it.
pub(crate) fn assert_says(pdf: &[u8], words: &[&str]) {
    let Some(text) = poppler("pdftotext", &["-raw"], pdf) else { return };
    let text = text.replace("\u{AD}\n", "").replace(['\u{A0}', '\n'], " ");
    for wanted in words {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
}
