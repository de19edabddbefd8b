//! The steps of a text.

use super::{Compiled, Compiler};
use crate::domain::{
    limits::TEMPLATE_MAX_DEPTH,
    template::{
        program::{Gap, Program, Step, Words},
        value::Kind,
    },
};
use minijinja::machinery::ast;

impl<'s> Compiler<'s> {
    pub(super) fn program(&mut self, statements: &[ast::Stmt<'s>]) -> Program {
        // What is refused stands in the faults; its neighbours are looked at all the same.
        statements.iter().filter_map(|statement| self.step(statement).ok()).collect()
    }

    fn step(&mut self, statement: &ast::Stmt<'s>) -> Compiled<Step> {
        match statement {
            ast::Stmt::EmitRaw(raw) => Ok(Step::Say(words(raw.raw))),
            ast::Stmt::EmitExpr(emit) => self.tell(&emit.expr),
            ast::Stmt::IfCond(block) => self.if_block(block),
            ast::Stmt::ForLoop(block) => self.for_block(block),
            // The scan lets no other block through; were there one, it would be refused here.
            _ => {
                self.faults.push(super::Fault::at(super::Place::START, "has a block that templates don't have"));
                Err(super::Refused)
            }
        }
    }

    fn tell(&mut self, expr: &ast::Expr<'s>) -> Compiled<Step> {
        let typed = self.expression(expr)?;
        if let Kind::Choice(_) = typed.kind {
            let message = format!("`{}` is a code: compare it in an `if`, and say it in words", typed.name);
            return self.refuse(expr.span(), message);
        }
        if typed.is_optional {
            let name = typed.name;
            let message = format!(
                "`{name}` may be absent: write `{{{{ {name} or '…' }}}}`, or put it within `{{% if {name} %}}`"
            );
            return self.refuse(typed.span, message);
        }
        Ok(Step::Tell(typed.expr))
    }

    fn if_block(&mut self, block: &ast::Spanned<ast::IfCond<'s>>) -> Compiled<Step> {
        let tested = self.condition(&block.expr);
        let (proved, disproved) = match &tested {
            Ok(tested) => (tested.if_true.clone(), tested.if_false.clone()),
            Err(_) => Default::default(),
        };
        let then = self.enclosed(block, &proved, &block.true_body);
        let otherwise = match block.false_body[..] {
            // An `elif` is parsed as an `if` within the `else`, but stands no deeper.
            [ast::Stmt::IfCond(_)] => Ok(self.knowing(&disproved, |compiler| compiler.program(&block.false_body))),
            _ => self.enclosed(block, &disproved, &block.false_body),
        };
        Ok(Step::If { condition: tested?.condition, then: then?, otherwise: otherwise? })
    }

    fn for_block(&mut self, block: &ast::Spanned<ast::ForLoop<'s>>) -> Compiled<Step> {
        let span = block.span();
        if self.member.is_some() {
            return self.refuse(span, "there is no loop within a loop");
        }
        if block.recursive || block.filter_expr.is_some() {
            return self.refuse(span, "a loop is written `for … in …`, and nothing more");
        }
        let ast::Expr::Var(target) = &block.target else {
            return self.refuse(block.target.span(), "a loop has one name for the member it is at");
        };
        let list = self.expression(&block.iter)?;
        let Some(member) = list.kind.member() else {
            let message = format!("`{}` is {}; a loop goes over a list", list.name, list.kind.noun());
            return self.refuse(block.iter.span(), message);
        };
        if list.is_optional && block.else_body.is_empty() {
            let message = format!("`{0}` may be absent: put the loop within `{{% if {0} %}}`", list.name);
            return self.refuse(block.iter.span(), message);
        }
        if target.id == "loop" || self.given().any(|field| field.path.split('.').next() == Some(target.id)) {
            let message = format!("`{}` has a meaning of its own: choose another name", target.id);
            return self.refuse(block.target.span(), message);
        }
        self.member = Some((target.id, member));
        let body = self.enclosed(block, &[], &block.body);
        self.member = None;
        let otherwise = self.enclosed(block, &[], &block.else_body);
        Ok(Step::For { list: list.expr, body: body?, otherwise: otherwise? })
    }

    /// The steps within a block, where some fields are certainly present.
    fn enclosed<T>(
        &mut self,
        block: &ast::Spanned<T>,
        present: &[&'static str],
        statements: &[ast::Stmt<'s>],
    ) -> Compiled<Program> {
        if self.depth == TEMPLATE_MAX_DEPTH {
            return self.refuse(block.span(), format!("blocks are nested deeper than {TEMPLATE_MAX_DEPTH}"));
        }
        self.depth += 1;
        let program = self.knowing(present, |compiler| compiler.program(statements));
        self.depth -= 1;
        Ok(program)
    }

    /// Does something where some more fields are certainly present.
    pub(super) fn knowing<T>(&mut self, present: &[&'static str], then: impl FnOnce(&mut Self) -> T) -> T {
        let known = self.present.len();
        self.present.extend_from_slice(present);
        let done = then(self);
        self.present.truncate(known);
        done
    }
}

/// Words with the white space between them as it will be written, and that at their ends apart.
fn words(raw: &str) -> Words {
    let is_blank = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    let text = raw.trim_matches(is_blank);
    let start = raw.find(|c| !is_blank(c)).unwrap_or(raw.len());
    let before = Gap::of(&raw[..start]);
    let after = Gap::of(&raw[start + text.len()..]);
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(end) = rest.find(is_blank) {
        let next = end + rest[end..].find(|c| !is_blank(c)).unwrap_or(rest.len() - end);
        folded.push_str(&rest[..end]);
        folded.push_str(Gap::of(&rest[end..next]).as_str());
        rest = &rest[next..];
    }
    folded.push_str(rest);
    Words { before, text: folded, after }
}
