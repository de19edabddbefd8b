//! A first look at a text, before it is parsed: keeps small what the parser and all behind it walk through, and says
//! in plain words what a template can't do.

use super::{
    nearest,
    place::{Fault, Place},
};
use crate::domain::limits::{
    SHORT_TEXT_MAX_BYTES, TEMPLATE_MAX_DEPTH, TEMPLATE_TAG_MAX_TOKENS, TEMPLATE_TAGS_MAX, TEXT_MAX_BYTES,
};
use minijinja::{
    machinery::{Token, tokenize},
    syntax::SyntaxConfig,
};

/// The blocks that there are; `raw` and comments are the tokenizer's.
const BLOCKS: [&str; 6] = ["if", "elif", "else", "endif", "for", "endfor"];

/// What is wrong with a text as far as its words and signs show.
pub(super) fn scan(source: &str) -> Vec<Fault> {
    if source.len() > TEXT_MAX_BYTES {
        return vec![Fault::at(Place::START, format!("is longer than {TEXT_MAX_BYTES} bytes"))];
    }
    let mut scan = Scan::default();
    for token in tokenize(source, false, SyntaxConfig::default()) {
        match token {
            Ok((token, span)) => scan.see(&token, Place::of(span)),
            Err(error) => scan.faults.push(Fault::of_parser(source, &error)),
        }
        // What follows would be a consequence of the first, and of a text made to be long there is much of it.
        if !scan.faults.is_empty() {
            break;
        }
    }
    scan.faults
}

/// What was seen so far.
#[derive(Default)]
struct Scan {
    tags: usize,
    /// Words and signs of the present tag.
    tokens: usize,
    /// Parentheses that are open in the present tag.
    parentheses: usize,
    /// Whether the next word names a block.
    names_block: bool,
    faults: Vec<Fault>,
}

impl Scan {
    fn see(&mut self, token: &Token<'_>, place: Place) {
        let fault = match token {
            Token::TemplateData(_) | Token::VariableEnd | Token::BlockEnd => None,
            Token::VariableStart | Token::BlockStart => self.begin(matches!(token, Token::BlockStart)),
            token => self.within(token),
        };
        if let Some(message) = fault {
            self.faults.push(Fault::at(place, message));
        } else if let Token::Ident(name) = token
            && std::mem::take(&mut self.names_block)
            && !BLOCKS.contains(name)
        {
            let message = format!("`{name}` is no block of templates; there are `if`, `elif`, `else` and `for`");
            self.faults.push(Fault::at(place, message).with_nearest(nearest(name, BLOCKS.into_iter())));
        }
    }

    fn begin(&mut self, is_block: bool) -> Option<String> {
        (self.tokens, self.parentheses, self.names_block) = (0, 0, is_block);
        self.tags += 1;
        (self.tags > TEMPLATE_TAGS_MAX).then(|| format!("is one of more than {TEMPLATE_TAGS_MAX} tags"))
    }

    fn within(&mut self, token: &Token<'_>) -> Option<String> {
        self.tokens += 1;
        if self.tokens > TEMPLATE_TAG_MAX_TOKENS {
            return Some(format!("this tag has more than {TEMPLATE_TAG_MAX_TOKENS} words and signs"));
        }
        match token {
            Token::Str(text) => too_long(text),
            Token::String(text) => too_long(text),
            Token::ParenOpen => {
                self.parentheses += 1;
                (self.parentheses > TEMPLATE_MAX_DEPTH)
                    .then(|| format!("parentheses are nested deeper than {TEMPLATE_MAX_DEPTH}"))
            }
            Token::ParenClose => {
                self.parentheses = self.parentheses.saturating_sub(1);
                None
            }
            token => forbidden(token),
        }
    }
}

fn too_long(literal: &str) -> Option<String> {
    (literal.len() > SHORT_TEXT_MAX_BYTES).then(|| format!("this text is longer than {SHORT_TEXT_MAX_BYTES} bytes"))
}

fn forbidden(token: &Token<'_>) -> Option<String> {
    let sign = match token {
        Token::Tilde | Token::Plus => {
            let sign = if matches!(token, Token::Tilde) { "~" } else { "+" };
            return Some(format!("texts are not put together with `{sign}`: write one tag behind the other"));
        }
        Token::Minus => "-",
        Token::Mul => "*",
        Token::Pow => "**",
        Token::Div => "/",
        Token::FloorDiv => "//",
        Token::Mod => "%",
        Token::BracketOpen | Token::BracketClose => {
            return Some("there are no brackets: take a member with `| first`, or all with `for`".to_owned());
        }
        Token::BraceOpen | Token::BraceClose | Token::Colon => return Some("there are no maps".to_owned()),
        Token::Float(_) | Token::Int128(_) => return Some("numbers are whole and small".to_owned()),
        _ => return None,
    };
    Some(format!("there is no arithmetic with `{sign}`"))
}
