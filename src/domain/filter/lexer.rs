//! Cuts a filter's text into tokens.

use super::ast::Operator;
use super::error::{FilterError, Problem};

/// One token and the bytes of the source that it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind {
    Open,
    Close,
    Minus,
    And,
    Or,
    Not,
    /// `:`, which asks whether a list has a value or, as `:*`, whether there is any value.
    Has,
    Operator(Operator),
    /// A run of word characters: a field, a number, a duration, an enum word, a bare text.
    Word,
    /// A quoted text, its escapes already resolved.
    Text(String),
    End,
}

impl TokenKind {
    /// The token's name in an error.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Open => "`(`",
            Self::Close => "`)`",
            Self::Minus => "`-`",
            Self::And => "`AND`",
            Self::Or => "`OR`",
            Self::Not => "`NOT`",
            Self::Has => "`:`",
            Self::Operator(operator) => operator.quoted(),
            Self::Word => "a word",
            Self::Text(_) => "a quoted text",
            Self::End => "the end",
        }
    }
}

/// All tokens of `source`, closed by one [`TokenKind::End`].
pub(super) fn tokens(source: &str) -> Result<Vec<Token>, FilterError> {
    let mut lexer = Lexer { source, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next()?;
        let done = token.kind == TokenKind::End;
        tokens.push(token);
        if done {
            return Ok(tokens);
        }
    }
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Result<Token, FilterError> {
        while self.peek().is_some_and(char::is_whitespace) {
            self.bump();
        }
        let start = self.at;
        let kind = match self.bump() {
            None => TokenKind::End,
            Some('(') => TokenKind::Open,
            Some(')') => TokenKind::Close,
            Some('-') => TokenKind::Minus,
            Some(':') => TokenKind::Has,
            Some('=') => TokenKind::Operator(Operator::Equal),
            Some('!') if self.bump_if('=') => TokenKind::Operator(Operator::NotEqual),
            Some('<') if self.bump_if('=') => TokenKind::Operator(Operator::AtMost),
            Some('<') => TokenKind::Operator(Operator::Less),
            Some('>') if self.bump_if('=') => TokenKind::Operator(Operator::AtLeast),
            Some('>') => TokenKind::Operator(Operator::Greater),
            Some(quote @ ('"' | '\'')) => TokenKind::Text(self.text(start, quote)?),
            Some(c) if is_word(c) => self.word(start),
            Some(_) => return Err(self.error(start, Problem::ForbiddenCharacter)),
        };
        Ok(Token { kind, start, end: self.at })
    }

    fn word(&mut self, start: usize) -> TokenKind {
        while self.peek().is_some_and(|c| is_word(c) || c == '-') {
            self.bump();
        }
        match &self.source[start..self.at] {
            "AND" => TokenKind::And,
            "OR" => TokenKind::Or,
            "NOT" => TokenKind::Not,
            _ => TokenKind::Word,
        }
    }

    fn text(&mut self, start: usize, quote: char) -> Result<String, FilterError> {
        let mut text = String::new();
        loop {
            let here = self.at;
            match self.bump() {
                None => return Err(self.error(start, Problem::UnterminatedText)),
                // PostgreSQL's texts can't hold it, so that no stored value equals it.
                Some('\0') => return Err(self.error(here, Problem::ForbiddenCharacter)),
                Some('\\') => match self.bump() {
                    Some(c @ ('"' | '\'' | '\\')) => text.push(c),
                    _ => return Err(self.error(here, Problem::BadEscape)),
                },
                Some(c) if c == quote => return Ok(text),
                Some(c) => text.push(c),
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.source[self.at..].chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn bump_if(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn error(&self, position: usize, problem: Problem) -> FilterError {
        FilterError::at(self.source, position, problem)
    }
}

/// Characters that a word may begin with; inside it there may be `-` as well.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '/' | '@' | '+' | '*')
}
