//! A source file, reduced to what the rules look at.

/// A file of `src/`.
pub(super) struct Source {
    /// Its path below `src/`, with forward slashes.
    pub(super) file: String,
    /// Its text line by line without comments, literals and the test module, for rules about words.
    pub(super) lines: Vec<String>,
    /// Every path that is imported or written out, absolute from `crate` or from another crate, with its line.
    pub(super) paths: Vec<(usize, String)>,
}

impl Source {
    pub(super) fn new(file: &str, text: &str) -> Self {
        let file = file.replace('\\', "/");
        let mut code = without_comments_and_literals(text);
        if let Some(tests) = code.find("#[cfg(test)]\nmod ") {
            code.truncate(tests);
        }
        let here = module(&file);
        let paths = paths(&code).into_iter().map(|(line, path)| (line, absolute(&here, &path))).collect();
        Self { lines: code.lines().map(str::to_owned).collect(), file, paths }
    }

    /// The layer that the file belongs to: its first folder, or its name.
    pub(super) fn layer(&self) -> &str {
        let first = self.file.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// The paths that begin with one of these, segment by segment.
    pub(super) fn paths_below(&self, roots: &[&str]) -> Vec<(usize, String)> {
        let is_below = |path: &str| {
            roots
                .iter()
                .any(|root| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with("::")))
        };
        self.paths.iter().filter(|(_, path)| is_below(path)).cloned().collect()
    }

    /// The lines that hold one of these texts.
    pub(super) fn lines_with(&self, texts: &[&str]) -> Vec<(usize, String)> {
        let numbered = self.lines.iter().enumerate();
        numbered
            .filter_map(|(index, line)| {
                let text = texts.iter().find(|text| line.contains(**text))?;
                Some((index + 1, (*text).to_owned()))
            })
            .collect()
    }
}

/// The module of a file: `rpc/convert/mod.rs` and `rpc/convert.rs` are both `rpc::convert`.
fn module(file: &str) -> Vec<String> {
    let mut parts: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        parts.pop();
    }
    parts
}

/// Resolves `self` and `super`.
fn absolute(here: &[String], path: &str) -> String {
    let mut module = here.to_vec();
    let mut is_relative = false;
    let mut rest = Vec::new();
    for segment in path.split("::") {
        match segment {
            "self" if rest.is_empty() => is_relative = true,
            "super" if rest.is_empty() => {
                is_relative = true;
                module.pop();
            }
            other => rest.push(other.to_owned()),
        }
    }
    if !is_relative {
        return path.to_owned();
    }
    let mut segments = vec!["crate".to_owned()];
    segments.extend(module);
    segments.extend(rest);
    segments.join("::")
}

/// Every path: those of `use` declarations opened up, and those written out in code.
fn paths(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = next_path(code, at) {
        let line = code[..start].matches('\n').count() + 1;
        let is_import = code[..start].trim_end().ends_with("use")
            && !code[..start].trim_end().trim_end_matches("use").ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let end = if is_import {
            start + code[start..].find(';').unwrap_or(code.len() - start)
        } else {
            start + path_length(&code[start..])
        };
        let mut opened = Vec::new();
        if is_import {
            open("", &code[start..end], &mut opened);
        } else {
            opened.push(code[start..end].to_owned());
        }
        found.extend(opened.into_iter().filter(|path| is_import || path.contains("::")).map(|path| (line, path)));
        at = end.max(start + 1);
    }
    found
}

/// Where the next identifier begins that is not the inside of another.
fn next_path(code: &str, from: usize) -> Option<usize> {
    let bytes = code.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (from..bytes.len()).find(|&i| is_word(bytes[i]) && (i == 0 || !is_word(bytes[i - 1])))
}

/// The length of a path written in code, such as `crate::store::open`.
fn path_length(code: &str) -> usize {
    let bytes = code.as_bytes();
    let mut end = 0;
    loop {
        while end < bytes.len() && (bytes[end].is_ascii_alphanumeric() || bytes[end] == b'_') {
            end += 1;
        }
        let goes_on = bytes[end..].starts_with(b"::")
            && bytes.get(end + 2).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        if !goes_on {
            return end;
        }
        end += 2;
    }
}

/// Opens `a::{b, c::{d, self}}` into one path each.
fn open(prefix: &str, tree: &str, found: &mut Vec<String>) {
    let tree = tree.trim();
    let joined = |rest: &str| {
        if prefix.is_empty() { rest.to_owned() } else { format!("{prefix}::{rest}") }
    };
    let Some(brace) = tree.find('{') else {
        let name = tree.split(" as ").next().unwrap_or(tree).trim();
        if !name.is_empty() {
            found.push(if name == "self" && !prefix.is_empty() { prefix.to_owned() } else { joined(name) });
        }
        return;
    };
    let stem = tree[..brace].trim().trim_end_matches("::");
    let prefix = if stem.is_empty() { prefix.to_owned() } else { joined(stem) };
    let inside = tree[brace + 1..].trim_end().trim_end_matches('}');
    let mut depth = 0_i32;
    let mut start = 0;
    for (index, character) in inside.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                open(&prefix, &inside[start..index], found);
                start = index + 1;
            }
            _ => {}
        }
    }
    open(&prefix, &inside[start..], found);
}

/// Blanks comments and the insides of literals, keeping the lines.
fn without_comments_and_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = literal_length(rest) {
            length
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        code.extend(rest[..length].chars().filter(|c| *c == '\n'));
        rest = &rest[length..];
    }
    code
}

/// The length of the text, raw text or character that begins here.
fn literal_length(text: &str) -> Option<usize> {
    if text.starts_with("r\"") || text.starts_with("r#") {
        let hashes = text[1..].bytes().take_while(|b| *b == b'#').count();
        let opened = text[1 + hashes..].starts_with('"');
        let close = format!("\"{}", "#".repeat(hashes));
        return opened.then(|| {
            let start = 2 + hashes;
            text[start..].find(&close).map_or(text.len(), |end| start + end + close.len())
        });
    }
    if text.starts_with('"') {
        let mut escaped = false;
        let end = text.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        return Some(end.map_or(text.len(), |(index, _)| index + 1));
    }
    // A character, not a lifetime: it closes after one character or one escape.
    let inside = text.strip_prefix('\'')?;
    if let Some(escape) = inside.strip_prefix('\\') {
        return escape[1..].find('\'').map(|end| end + 4);
    }
    let character = inside.chars().next()?;
    inside[character.len_utf8()..].starts_with('\'').then(|| character.len_utf8() + 2)
}
