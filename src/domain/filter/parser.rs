//! Reads tokens as an expression, after the grammar of AIP-160:
//!
//! ```text
//! filter     = [ expression ]
//! expression = sequence { "AND" sequence }
//! sequence   = factor { factor }
//! factor     = term { "OR" term }
//! term       = [ "NOT" | "-" ] simple
//! simple     = "(" expression ")" | comparison
//! comparison = field operator value | field ":" ( value | "*" )
//! ```

use super::ast::{Expr, Literal, Question, Test};
use super::check;
use super::error::{FilterError, Problem};
use super::fields::Field;
use super::lexer::{Token, TokenKind, tokens};
use super::schema::Schema;
use crate::domain::limits::{FILTER_MAX_BYTES, FILTER_MAX_DEPTH, FILTER_MAX_TERMS};

/// The clauses of `source`, all of which must hold.
pub(super) fn parse(source: &str, schema: &Schema) -> Result<Vec<Expr>, FilterError> {
    if source.len() > FILTER_MAX_BYTES {
        let last = source.floor_char_boundary(FILTER_MAX_BYTES);
        return Err(FilterError::at(source, last, Problem::TooLong));
    }
    let tokens = tokens(source)?;
    parse_tokens(&mut Parser { source, schema, tokens: &tokens, depth: 0, comparisons: 0, faults: None })
}

/// Everything that is wrong with `source`: each name, operator and value that means nothing, and then what can't be
/// read at all.
pub(super) fn faults(source: &str, schema: &Schema) -> Vec<FilterError> {
    if source.len() > FILTER_MAX_BYTES {
        return parse(source, schema).err().into_iter().collect();
    }
    let tokens = match tokens(source) {
        Ok(tokens) => tokens,
        Err(error) => return vec![error],
    };
    let faults = Some(Vec::new());
    let mut parser = Parser { source, schema, tokens: &tokens, depth: 0, comparisons: 0, faults };
    let last = parse_tokens(&mut parser).err();
    parser.faults.into_iter().flatten().chain(last).collect()
}

fn parse_tokens(parser: &mut Parser<'_>) -> Result<Vec<Expr>, FilterError> {
    if parser.peek().kind == TokenKind::End {
        return Ok(Vec::new());
    }
    let expr = parser.expression()?;
    parser.expect(&TokenKind::End, "AND, OR, another comparison or the end")?;
    parser.check_height(&expr, 0)?;
    Ok(match expr {
        Expr::All(clauses) => clauses,
        clause => vec![clause],
    })
}

struct Parser<'p> {
    source: &'p str,
    schema: &'p Schema,
    /// What is left; never empty, since the last token is [`TokenKind::End`] and stays.
    tokens: &'p [Token],
    depth: usize,
    comparisons: usize,
    /// What means nothing, where reading goes on behind it; else it ends there.
    faults: Option<Vec<FilterError>>,
}

impl<'p> Parser<'p> {
    /// A conjunction, flattened; what stands side by side without `AND` is one too.
    fn expression(&mut self) -> Result<Expr, FilterError> {
        let mut members = Vec::new();
        loop {
            match self.factor()? {
                Expr::All(inner) => members.extend(inner),
                other => members.push(other),
            }
            match self.peek().kind {
                TokenKind::And => {
                    self.advance();
                }
                TokenKind::Open | TokenKind::Not | TokenKind::Minus | TokenKind::Word => {}
                _ => return Ok(single_or(members, Expr::All)),
            }
        }
    }

    /// A disjunction, flattened.
    fn factor(&mut self) -> Result<Expr, FilterError> {
        let mut members = Vec::new();
        loop {
            match self.term()? {
                Expr::Any(inner) => members.extend(inner),
                other => members.push(other),
            }
            if self.peek().kind != TokenKind::Or {
                return Ok(single_or(members, Expr::Any));
            }
            self.advance();
        }
    }

    fn term(&mut self) -> Result<Expr, FilterError> {
        if matches!(self.peek().kind, TokenKind::Not | TokenKind::Minus) {
            self.advance();
            return Ok(Expr::Not(Box::new(self.simple()?)));
        }
        self.simple()
    }

    fn simple(&mut self) -> Result<Expr, FilterError> {
        let token = self.peek();
        match token.kind {
            TokenKind::Open => self.composite(),
            TokenKind::Word => self.comparison().map(Expr::Test),
            _ => Err(self.unexpected(token, "a field or `(`")),
        }
    }

    fn composite(&mut self) -> Result<Expr, FilterError> {
        let open = self.advance();
        self.depth += 1;
        if self.depth > FILTER_MAX_DEPTH {
            return Err(self.error(open.start, Problem::TooDeep));
        }
        let inner = self.expression()?;
        self.expect(&TokenKind::Close, "AND, OR, another comparison or `)`")?;
        self.depth -= 1;
        self.check_height(&inner, open.start)?;
        Ok(inner)
    }

    /// The tree may be higher than the parentheses are deep, and its canonical spelling has one pair per level:
    /// bounding the height makes that spelling readable again.
    fn check_height(&self, expr: &Expr, position: usize) -> Result<(), FilterError> {
        if expr.height() > FILTER_MAX_DEPTH {
            return Err(self.error(position, Problem::TooDeep));
        }
        Ok(())
    }

    fn comparison(&mut self) -> Result<Test, FilterError> {
        let name = self.advance();
        self.comparisons += 1;
        if self.comparisons > FILTER_MAX_TERMS {
            return Err(self.error(name.start, Problem::TooManyComparisons));
        }
        let field = check::field(self.schema, self.text(name.start, name.end));
        let field = self.heed(name.start, field)?;
        let sign = self.advance();
        let question = match sign.kind {
            TokenKind::Has if self.takes_star() => Question::Present,
            TokenKind::Has => {
                let checked = field.map_or(Ok(()), check::has);
                // A value is judged only where a value may stand.
                let field = self.heed(sign.start, checked)?.and(field);
                Question::Holds(self.value(field)?)
            }
            TokenKind::Operator(operator) => {
                let checked = field.map_or(Ok(()), |field| check::operator(field, operator));
                let field = self.heed(sign.start, checked)?.and(field);
                Question::Compares(operator, self.value(field)?)
            }
            _ => return Err(self.unexpected(sign, "`=`, `!=`, `<`, `<=`, `>`, `>=` or `:`")),
        };
        // Where there is none, the test stands in a tree that nobody gets.
        Ok(Test { field: field.unwrap_or(Field::InteractionName), question })
    }

    /// What was checked; `None` where it is wrong and faults are gathered.
    fn heed<T>(&mut self, position: usize, checked: Result<T, Problem>) -> Result<Option<T>, FilterError> {
        let problem = match checked {
            Ok(value) => return Ok(Some(value)),
            Err(problem) => self.error(position, problem),
        };
        match &mut self.faults {
            Some(faults) => faults.push(problem),
            None => return Err(problem),
        }
        Ok(None)
    }

    /// A value of the field's type, of any where that is not known. A `-` belongs to a number only if it touches it.
    fn value(&mut self, field: Option<Field>) -> Result<Literal, FilterError> {
        let read = |text: &str, quoted| field.map(|field| check::value(field, text, quoted)).transpose();
        let first = self.advance();
        let literal = match &first.kind {
            TokenKind::Text(text) => read(text, true),
            TokenKind::Word => read(self.text(first.start, first.end), false),
            TokenKind::Minus if self.peek().kind == TokenKind::Word && self.peek().start == first.end => {
                let number = self.advance();
                read(self.text(first.start, number.end), false)
            }
            _ => return Err(self.unexpected(first, "a value")),
        };
        Ok(self.heed(first.start, literal)?.flatten().unwrap_or(Literal::Bool(false)))
    }

    /// Takes the `*` of `field:*`, if it comes next.
    fn takes_star(&mut self) -> bool {
        let next = self.peek();
        let star = next.kind == TokenKind::Word && self.text(next.start, next.end) == "*";
        if star {
            self.advance();
        }
        star
    }

    fn peek(&self) -> &'p Token {
        &self.tokens[0]
    }

    /// Takes the next token; the end stays where it is.
    fn advance(&mut self) -> &'p Token {
        let token = self.peek();
        if token.kind != TokenKind::End {
            self.tokens = &self.tokens[1..];
        }
        token
    }

    fn expect(&mut self, kind: &TokenKind, expected: &'static str) -> Result<(), FilterError> {
        let token = self.advance();
        if token.kind == *kind { Ok(()) } else { Err(self.unexpected(token, expected)) }
    }

    fn text(&self, start: usize, end: usize) -> &'p str {
        &self.source[start..end]
    }

    fn unexpected(&self, token: &Token, expected: &'static str) -> FilterError {
        let found = token.kind.name();
        self.error(token.start, Problem::Expected { expected, found })
    }

    fn error(&self, position: usize, problem: Problem) -> FilterError {
        FilterError::at(self.source, position, problem)
    }
}

fn single_or(mut members: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Expr {
    if members.len() == 1 { members.remove(0) } else { join(members) }
}
