//! Values: names, fixed words, filters, and what stands where something is absent.

use super::{Compiled, Compiler, nearest};
use crate::domain::template::{
    fields::Field,
    filters::{FILTERS, Filter, FilterDoc, Forms},
    program::Expr,
    value::{Kind, one_line},
    words::DateStyle,
};
use minijinja::machinery::{Span, ast};

/// An expression of which everything is known.
pub(super) struct Typed {
    pub(super) expr: Expr,
    pub(super) kind: Kind,
    /// Where that field stands.
    pub(super) span: Span,
    pub(super) is_optional: bool,
    /// As its author may call it: the field that it is made of.
    pub(super) name: String,
    /// The fields that are certainly there when it is.
    pub(super) rests_on: Vec<&'static str>,
}

impl Typed {
    fn sure(expr: Expr, kind: Kind, span: Span, name: &str) -> Self {
        Self { expr, kind, span, is_optional: false, name: name.to_owned(), rests_on: Vec::new() }
    }

    /// Written out, so that it can stand for a text.
    fn shown(mut self) -> Self {
        if self.kind != Kind::Text {
            self.expr = Expr::Filtered(Box::new(self.expr), Filter::Shown);
            self.kind = Kind::Text;
        }
        self
    }
}

impl<'s> Compiler<'s> {
    pub(super) fn expression(&mut self, expr: &ast::Expr<'s>) -> Compiled<Typed> {
        match expr {
            ast::Expr::Var(_) | ast::Expr::GetAttr(_) => self.name(expr),
            ast::Expr::Const(constant) => match constant.value.as_str() {
                Some(text) if one_line(text).is_empty() => self.refuse(expr.span(), "there are no words in this text"),
                Some(text) => Ok(Typed::sure(Expr::Literal(text.to_owned()), Kind::Text, expr.span(), "this text")),
                None => self.refuse(expr.span(), "only a text can stand here; a number is for comparing"),
            },
            ast::Expr::BinOp(op) if matches!(op.op, ast::BinOpKind::ScOr) => {
                let first = self.expression(&op.left)?;
                let second = self.expression(&op.right)?;
                self.or(expr.span(), first, second)
            }
            ast::Expr::IfExpr(choice) => self.choice(expr.span(), choice),
            ast::Expr::Filter(filter) => self.filter(expr.span(), filter),
            ast::Expr::Call(_) => self.refuse(expr.span(), "there are no functions"),
            ast::Expr::Test(_) => {
                self.refuse(expr.span(), "there are no tests: `if customer.name` asks whether there is one")
            }
            ast::Expr::BinOp(_) | ast::Expr::Compare(_) | ast::Expr::UnaryOp(_) => {
                self.refuse(expr.span(), "this is a condition: it stands in `{% if … %}`")
            }
            _ => self.refuse(expr.span(), "only a field, a text, `or`, `if … else` and filters can stand here"),
        }
    }

    /// A field, or the member at which the loop is.
    fn name(&mut self, expr: &ast::Expr<'s>) -> Compiled<Typed> {
        let Some(path) = path(expr) else {
            return self.refuse(expr.span(), "a field is written `group.field`");
        };
        match (self.member, path.split_once('.')) {
            (Some((name, kind)), None) if name == path => Ok(Typed::sure(Expr::Member, kind, expr.span(), &path)),
            (Some((name, kind)), Some((root, rest))) if name == root => self.of_member(expr.span(), kind, &path, rest),
            _ => self.field(expr.span(), &path),
        }
    }

    fn of_member(&mut self, span: Span, kind: Kind, path: &str, rest: &str) -> Compiled<Typed> {
        match (kind, rest) {
            (Kind::Item, "name") => Ok(Typed::sure(Expr::MemberName, Kind::Text, span, path)),
            (Kind::Item, "quantity") => Ok(Typed::sure(Expr::MemberQuantity, Kind::Count, span, path)),
            (Kind::Item, _) => {
                let message = format!("a thing bought has no `{rest}`");
                self.refuse_name(span, &message, rest, ["name", "quantity"].into_iter())
            }
            (kind, _) => self.refuse(span, format!("a member here is {} and has no `{rest}`", kind.noun())),
        }
    }

    fn field(&mut self, span: Span, path: &str) -> Compiled<Typed> {
        let found = Field::find(path);
        if let Some(field) = found.filter(|field| field.is_given_by(self.occasion)) {
            return Ok(Typed {
                expr: Expr::Field(field),
                kind: field.kind,
                span,
                is_optional: field.is_optional && !self.present.contains(&field.path),
                name: path.to_owned(),
                rests_on: vec![field.path],
            });
        }
        let message = match found {
            Some(field) => format!(
                "`{path}` is given by the occasion `{}`; this template is for the occasion `{}`",
                field.given_by, self.occasion
            ),
            None if self.given().any(|field| field.path.split('.').next() == Some(path)) => {
                let members: Vec<_> = self
                    .given()
                    .map(|field| field.path)
                    .filter(|known| known.split('.').next() == Some(path))
                    .collect();
                return self.refuse(span, format!("`{path}` is a group of fields: {}", members.join(", ")));
            }
            None => format!("there is no `{path}`"),
        };
        // A name of another occasion is written right; what is alike here is the same field of another group.
        let known: Vec<_> = self.given().map(|field| field.path).collect();
        self.refuse_name(span, &message, path, known.into_iter())
    }

    fn or(&mut self, span: Span, first: Typed, second: Typed) -> Compiled<Typed> {
        let (first, second) = self.same_kind(span, first, second)?;
        Ok(Typed {
            kind: first.kind,
            is_optional: first.is_optional && second.is_optional,
            span: first.span,
            name: first.name,
            rests_on: Vec::new(),
            expr: Expr::Or(Box::new(first.expr), Box::new(second.expr)),
        })
    }

    fn choice(&mut self, span: Span, choice: &ast::IfExpr<'s>) -> Compiled<Typed> {
        let Some(otherwise) = &choice.false_expr else {
            return self.refuse(span, "`… if …` needs an `else …`");
        };
        let tested = self.condition(&choice.test_expr)?;
        let first = self.knowing(&tested.if_true, |compiler| compiler.expression(&choice.true_expr));
        let second = self.knowing(&tested.if_false, |compiler| compiler.expression(otherwise));
        let (first, second) = self.same_kind(span, first?, second?)?;
        Ok(Typed {
            kind: first.kind,
            is_optional: first.is_optional || second.is_optional,
            span: if first.is_optional { first.span } else { second.span },
            name: if first.is_optional { first.name } else { second.name },
            rests_on: Vec::new(),
            expr: Expr::Choose(Box::new(tested.condition), Box::new(first.expr), Box::new(second.expr)),
        })
    }

    /// Two expressions of which either may stand for the other: where their types differ, both are written out.
    fn same_kind(&mut self, span: Span, first: Typed, second: Typed) -> Compiled<(Typed, Typed)> {
        if let (Kind::Choice(_), _) | (_, Kind::Choice(_)) = (first.kind, second.kind) {
            return self.refuse(span, "a code is compared in an `if`, not written");
        }
        if first.kind == second.kind { Ok((first, second)) } else { Ok((first.shown(), second.shown())) }
    }

    fn filter(&mut self, span: Span, filter: &ast::Spanned<ast::Filter<'s>>) -> Compiled<Typed> {
        let Some(inner) = &filter.expr else {
            return self.refuse(span, "there are no filter blocks");
        };
        if !FILTERS.iter().any(|known| known.name() == filter.name) {
            let message = format!("there is no filter `{}`", filter.name);
            return self.refuse_name(span, &message, filter.name, FILTERS.iter().map(FilterDoc::name));
        }
        let input = self.expression(inner)?;
        if filter.name == "default" {
            let [ast::CallArg::Pos(fallback)] = &filter.args[..] else {
                return self.refuse(span, "`default` takes the words that stand where something is absent");
            };
            let fallback = self.expression(fallback)?;
            return self.or(span, input, fallback);
        }
        let made = self.made(span, filter, input.kind)?;
        Ok(Typed { kind: made.result(input.kind), expr: Expr::Filtered(Box::new(input.expr), made), ..input })
    }

    /// The filter of a name, if it takes a type.
    fn made(&mut self, span: Span, filter: &ast::Filter<'s>, input: Kind) -> Compiled<Filter> {
        let is_list = input.member().is_some();
        let made = match (filter.name, input) {
            ("date", Kind::Date) => Filter::Date(DateStyle::Long),
            ("short_date", Kind::Date) => Filter::Date(DateStyle::Short),
            ("day", Kind::Date) => Filter::Date(DateStyle::Day),
            ("weekday", Kind::Date) => Filter::Date(DateStyle::Weekday),
            ("month", Kind::Date) => Filter::Date(DateStyle::Month),
            ("year", Kind::Date) => Filter::Date(DateStyle::Year),
            ("number", Kind::Count) | ("money", Kind::Money) => Filter::Shown,
            ("ordinal", Kind::Count) if filter.args.is_empty() => Filter::Ordinal(None),
            ("ordinal", Kind::Count) => return self.forms(span, filter).map(|forms| Filter::Ordinal(Some(forms))),
            ("plural", Kind::Count) => return self.forms(span, filter).map(Filter::Plural),
            ("list", _) if is_list && !filter.args.is_empty() => return self.list(span, filter),
            ("list", _) if is_list => Filter::List(None),
            ("first", _) if is_list => Filter::First,
            ("count", _) if is_list => Filter::Count,
            ("quoted", Kind::Text | Kind::Texts | Kind::Items | Kind::Item) => Filter::Quoted,
            ("upper_first", Kind::Text | Kind::Item) => Filter::UpperFirst,
            (name, kind) => {
                let takes = FILTERS.iter().find(|known| known.name() == name).map_or("another type", |f| f.takes);
                return self.refuse(span, format!("`{name}` takes {takes}, and this is {}", kind.noun()));
            }
        };
        if filter.args.is_empty() {
            return Ok(made);
        }
        self.refuse(span, format!("`{}` takes nothing in parentheses", filter.name))
    }

    fn list(&mut self, span: Span, filter: &ast::Filter<'s>) -> Compiled<Filter> {
        let most = match &filter.args[..] {
            [ast::CallArg::Pos(ast::Expr::Const(most))] => most.value.as_usize().filter(|most| *most > 0),
            _ => None,
        };
        match most {
            Some(most) => Ok(Filter::List(Some(most))),
            None => self.refuse(span, "`list` takes how many members are named at most: `list(2)`"),
        }
    }

    /// The forms of a number: `one='…', other='…'`.
    fn forms(&mut self, span: Span, filter: &ast::Filter<'s>) -> Compiled<Forms> {
        let mut named = Vec::new();
        for argument in &filter.args {
            match argument {
                ast::CallArg::Kwarg(name, ast::Expr::Const(words)) if words.value.as_str().is_some() => {
                    named.push((*name, words.value.as_str().unwrap_or_default().to_owned()));
                }
                _ => return self.refuse(span, format!("`{}` takes forms like `one='…', other='…'`", filter.name)),
            }
        }
        Forms::new(named).or_else(|message| self.refuse(span, message))
    }
}

/// The path of a name: `a.b.c`.
pub(super) fn path(expr: &ast::Expr<'_>) -> Option<String> {
    match expr {
        ast::Expr::Var(name) => Some(name.id.to_owned()),
        ast::Expr::GetAttr(of) => Some(format!("{}.{}", path(&of.expr)?, of.name)),
        _ => None,
    }
}

/// The code that is written most like a text.
pub(super) fn nearest_code(text: &str, codes: &'static [&'static str]) -> Option<String> {
    nearest(text, codes.iter().copied())
}
