//! From an author's text to a [`Program`]: everything that could go wrong is found here, with its place.
//!
//! MiniJinja's parser reads the text, and what it reads is lowered by a list of what is allowed: a construct that the
//! list does not have, is refused, whatever it does. MiniJinja's own machine is not used: its fuel bounds work but not
//! memory (`'x'|indent(1000000000)`), and its values must own what they hold. A [`Program`] has no way to go on for
//! ever, to double a text or to name what is not there, and knows for each word it writes which fact that came from.

mod condition;
mod expression;
mod place;
mod scan;
mod statement;
#[cfg(test)]
mod tests;

pub(super) use place::Fault;

use super::{
    fields::{FIELDS, Field},
    occasion::Occasion,
    program::Program,
    value::Kind,
};
use minijinja::machinery::{Span, ast};
use place::Place;

/// Compiles one part of a text.
///
/// # Errors
/// Everything that is wrong with it; of what can't be parsed, only the first.
pub(super) fn compile(source: &str, occasion: Occasion) -> Result<Program, Vec<Fault>> {
    // First, so that the parser never sees what would exhaust its stack.
    let faults = scan::scan(source);
    if !faults.is_empty() {
        return Err(faults);
    }
    let parsed = minijinja::machinery::parse(source, "", minijinja::syntax::SyntaxConfig::default());
    let template = match parsed {
        Ok(ast::Stmt::Template(template)) => template,
        Ok(_) => return Err(vec![Fault::at(Place::START, "is no template")]),
        Err(error) => return Err(vec![Fault::of_parser(source, &error)]),
    };
    let mut compiler = Compiler { occasion, present: Vec::new(), member: None, depth: 0, faults: Vec::new() };
    let program = compiler.program(&template.children);
    if compiler.faults.is_empty() { Ok(program) } else { Err(compiler.faults) }
}

/// What is known where the compiler is.
struct Compiler<'s> {
    occasion: Occasion,
    /// The fields that are certainly there, because an enclosing condition says so.
    present: Vec<&'static str>,
    /// The name and type of the member at which the loop is.
    member: Option<(&'s str, Kind)>,
    /// How many blocks enclose it.
    depth: usize,
    faults: Vec<Fault>,
}

/// Why something could not be compiled: it stands in the faults.
struct Refused;

type Compiled<T> = Result<T, Refused>;

impl Compiler<'_> {
    fn refuse<T>(&mut self, span: Span, message: impl Into<String>) -> Compiled<T> {
        self.faults.push(Fault::at(Place::of(span), message));
        Err(Refused)
    }

    /// Refuses a name, with the right one that is written most like it.
    fn refuse_name<'n, T>(
        &mut self,
        span: Span,
        message: &str,
        name: &str,
        known: impl Iterator<Item = &'n str>,
    ) -> Compiled<T> {
        self.faults.push(Fault::at(Place::of(span), message).with_nearest(nearest(name, known)));
        Err(Refused)
    }

    /// The fields that the occasion gives.
    fn given(&self) -> impl Iterator<Item = &'static Field> + use<> {
        let occasion = self.occasion;
        FIELDS.iter().filter(move |field| field.is_given_by(occasion))
    }
}

/// How alike a name must be to be offered, from 0 (nothing in common) to 1 (the same).
const ALIKE: f64 = 0.8;

/// The name that is written most like another; `None` where none is alike.
fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
    let scored = known.map(|candidate| (strsim::jaro_winkler(name, candidate), candidate));
    // One slip in a short word leaves little that is alike.
    let is_alike = |(score, candidate): &(f64, &str)| *score >= ALIKE || strsim::osa_distance(name, candidate) <= 1;
    let best = scored.filter(is_alike).max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.map(|(_, candidate)| candidate.to_owned())
}
