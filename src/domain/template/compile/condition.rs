//! What an `if` asks, and what is known where it holds.

use super::{
    Compiled, Compiler,
    expression::{Typed, nearest_code, path},
    place::{Fault, Place},
};
use crate::domain::template::{
    program::{Comparison, Condition, Operand},
    value::Kind,
};
use minijinja::machinery::{Span, ast};

/// A condition, and the fields that are certainly there where it holds, and where it does not.
pub(super) struct Tested {
    pub(super) condition: Condition,
    pub(super) if_true: Vec<&'static str>,
    pub(super) if_false: Vec<&'static str>,
}

impl<'s> Compiler<'s> {
    pub(super) fn condition(&mut self, expr: &ast::Expr<'s>) -> Compiled<Tested> {
        match expr {
            ast::Expr::UnaryOp(not) if matches!(not.op, ast::UnaryOpKind::Not) => {
                let tested = self.condition(&not.expr)?;
                Ok(Tested {
                    condition: Condition::Not(Box::new(tested.condition)),
                    if_true: tested.if_false,
                    if_false: tested.if_true,
                })
            }
            ast::Expr::BinOp(op) => self.combined(expr.span(), op),
            ast::Expr::Compare(compare) => match &compare.ops[..] {
                [one] => self.compared(expr.span(), &compare.expr, comparison(one.op), &one.expr),
                _ => self.refuse(expr.span(), "one thing is compared at a time: join them with `and`"),
            },
            ast::Expr::GetAttr(_) if path(expr).is_some_and(|path| path.starts_with("loop.")) => {
                self.of_loop(expr.span(), &path(expr).unwrap_or_default())
            }
            _ => self.presence(expr),
        }
    }

    fn of_loop(&mut self, span: Span, path: &str) -> Compiled<Tested> {
        let condition = match path {
            _ if self.member.is_none() => return self.refuse(span, "there is no loop here"),
            "loop.first" => Condition::LoopFirst,
            "loop.last" => Condition::LoopLast,
            _ => {
                let known = ["loop.first", "loop.last"].into_iter();
                return self.refuse_name(span, &format!("there is no `{path}`"), path, known);
            }
        };
        Ok(Tested { condition, if_true: Vec::new(), if_false: Vec::new() })
    }

    fn presence(&mut self, expr: &ast::Expr<'s>) -> Compiled<Tested> {
        if let ast::Expr::Const(_) = expr {
            return self.refuse(expr.span(), "this would always be so, or never");
        }
        let typed = self.expression(expr)?;
        Ok(Tested { condition: Condition::Present(typed.expr), if_true: typed.rests_on, if_false: Vec::new() })
    }

    fn combined(&mut self, span: Span, op: &ast::BinOp<'s>) -> Compiled<Tested> {
        let is_and = match op.op {
            ast::BinOpKind::ScAnd => true,
            ast::BinOpKind::ScOr => false,
            _ => return self.compared(span, &op.left, binary(op.op), &op.right),
        };
        let first = self.condition(&op.left);
        // Behind `and` the first holds, behind `or` it does not.
        let known = match &first {
            Ok(first) => {
                if is_and {
                    first.if_true.clone()
                } else {
                    first.if_false.clone()
                }
            }
            Err(_) => Vec::new(),
        };
        let second = self.knowing(&known, |compiler| compiler.condition(&op.right));
        let (first, second) = (first?, second?);
        let both = |one: Vec<&'static str>, other: Vec<&'static str>| [one, other].concat();
        let common = |one: Vec<&'static str>, other: &[&'static str]| {
            one.into_iter().filter(|path| other.contains(path)).collect::<Vec<_>>()
        };
        let (one, other) = (Box::new(first.condition), Box::new(second.condition));
        Ok(if is_and {
            Tested {
                condition: Condition::And(one, other),
                if_true: both(first.if_true, second.if_true),
                if_false: common(first.if_false, &second.if_false),
            }
        } else {
            Tested {
                condition: Condition::Or(one, other),
                if_true: common(first.if_true, &second.if_true),
                if_false: both(first.if_false, second.if_false),
            }
        })
    }

    fn compared(
        &mut self,
        span: Span,
        left: &ast::Expr<'s>,
        how: Option<Comparison>,
        right: &ast::Expr<'s>,
    ) -> Compiled<Tested> {
        let Some(how) = how else {
            return self.refuse(span, "things are compared with `==`, `!=`, `<`, `<=`, `>` and `>=`");
        };
        let left = self.expression(left)?;
        let ast::Expr::Const(constant) = right else {
            return self.refuse(right.span(), "a field is compared with a number or a text");
        };
        let operand = match constant.value.as_str() {
            Some(text) => Operand::Text(text.to_owned()),
            None => match u64::try_from(constant.value.clone()) {
                Ok(number) => Operand::Number(number),
                Err(_) => return self.refuse(right.span(), "a field is compared with a whole number or a text"),
            },
        };
        self.check_operand(right.span(), &left, how, &operand)?;
        Ok(Tested {
            condition: Condition::Compares(left.expr, how, operand),
            if_true: left.rests_on,
            if_false: Vec::new(),
        })
    }

    fn check_operand(&mut self, span: Span, left: &Typed, how: Comparison, operand: &Operand) -> Compiled<()> {
        let is_equality = matches!(how, Comparison::Equal | Comparison::Different);
        let name = &left.name;
        match (left.kind, operand) {
            (Kind::Count, Operand::Number(_)) => Ok(()),
            (Kind::Text, Operand::Text(_)) if is_equality => Ok(()),
            (Kind::Choice(codes), Operand::Text(text)) if is_equality => {
                if codes.contains(&text.as_str()) {
                    return Ok(());
                }
                let message = format!("`{name}` is one of {}", codes.join(", "));
                self.faults.push(Fault::at(Place::of(span), message).with_nearest(nearest_code(text, codes)));
                Err(super::Refused)
            }
            (Kind::Text | Kind::Choice(_), Operand::Text(_)) => {
                self.refuse(span, format!("`{name}` is {}: it is equal (`==`) or not (`!=`)", left.kind.noun()))
            }
            (Kind::Count, _) => self.refuse(span, format!("`{name}` is a number, compared with a number")),
            (Kind::Text | Kind::Choice(_), _) => {
                self.refuse(span, format!("`{name}` is {}, compared with a text in quotes", left.kind.noun()))
            }
            (kind, _) => self.refuse(span, format!("`{name}` is {}, which is not compared", kind.noun())),
        }
    }
}

fn comparison(op: ast::CompareOpKind) -> Option<Comparison> {
    Some(match op {
        ast::CompareOpKind::Eq => Comparison::Equal,
        ast::CompareOpKind::Ne => Comparison::Different,
        ast::CompareOpKind::Lt => Comparison::Less,
        ast::CompareOpKind::Lte => Comparison::AtMost,
        ast::CompareOpKind::Gt => Comparison::More,
        ast::CompareOpKind::Gte => Comparison::AtLeast,
        ast::CompareOpKind::In | ast::CompareOpKind::NotIn => return None,
    })
}

fn binary(op: ast::BinOpKind) -> Option<Comparison> {
    Some(match op {
        ast::BinOpKind::Eq => Comparison::Equal,
        ast::BinOpKind::Ne => Comparison::Different,
        ast::BinOpKind::Lt => Comparison::Less,
        ast::BinOpKind::Lte => Comparison::AtMost,
        ast::BinOpKind::Gt => Comparison::More,
        ast::BinOpKind::Gte => Comparison::AtLeast,
        _ => return None,
    })
}
