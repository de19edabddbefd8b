//! What came out: rows of two sides and their ratios, as a table and as JSON.

use serde::Serialize;

/// Anything that keeps a row from being measured. It is told, and the row has no ratio.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type Outcome<T> = Result<T, Failure>;

/// A median with what lies around it.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) greatest: f64,
}

impl Spread {
    /// Of one figure per round; `None` without any.
    pub(crate) fn of(figures: &[f64]) -> Option<Self> {
        let mut sorted = figures.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (least, greatest) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median =
            if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) };
        Some(Self { median, least, greatest })
    }
}

/// One side of a row: a figure for each round.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Side {
    pub(crate) what: String,
    pub(crate) unit: &'static str,
    pub(crate) rounds: Vec<f64>,
}

impl Side {
    pub(crate) fn new(what: impl Into<String>, unit: &'static str) -> Self {
        Self { what: what.into(), unit, rounds: Vec::new() }
    }
}

/// What a figure must come to.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtLeast(bound) => format!(">= {}", number(bound)),
            Self::AtMost(bound) => format!("<= {}", number(bound)),
        }
    }
}

/// A figure with its budget: a ratio of two sides, or one that stands for itself.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Verdict {
    pub(crate) what: String,
    pub(crate) unit: &'static str,
    pub(crate) value: Spread,
    pub(crate) budget: Option<Bound>,
    pub(crate) met: Option<bool>,
}

impl Verdict {
    /// Round by round, one side over the other.
    pub(crate) fn ratio(
        what: impl Into<String>,
        over: &Side,
        under: &Side,
        budget: impl Into<Option<Bound>>,
    ) -> Outcome<Self> {
        let ratios: Vec<f64> = over.rounds.iter().zip(&under.rounds).map(|(a, b)| a / b).collect();
        Self::of(what, "", &ratios, budget.into())
    }

    /// One side's figure itself.
    pub(crate) fn of(
        what: impl Into<String>,
        unit: &'static str,
        figures: &[f64],
        budget: Option<Bound>,
    ) -> Outcome<Self> {
        if figures.is_empty() || !figures.iter().all(|figure| figure.is_finite()) {
            return Err("a side has no figure".into());
        }
        let value = Spread::of(figures).ok_or("a side has no figure")?;
        Ok(Self { what: what.into(), unit, value, met: budget.map(|budget| budget.holds(value.median)), budget })
    }
}

/// What a row came to.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Measured {
    pub(crate) sides: Vec<Side>,
    pub(crate) verdicts: Vec<Verdict>,
    /// What a reader must know to read the figures.
    pub(crate) notes: Vec<String>,
}

/// A row with the circumstances under which it was measured.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// The machine's load average over a minute, before and after.
    pub(crate) load: [f64; 2],
    pub(crate) seconds: f64,
    #[serde(flatten)]
    pub(crate) result: Result_,
}

/// Either all of a row, or why there is nothing.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Result_ {
    Measured(Measured),
    Failed(String),
}

impl Row {
    pub(crate) fn failed(&self) -> bool {
        matches!(self.result, Result_::Failed(_))
    }

    pub(crate) fn print(&self) {
        let [before, after] = self.load;
        println!("\n{}  (load {before:.1} -> {after:.1}, {:.0} s)\n  {}", self.name, self.seconds, self.about);
        match &self.result {
            Result_::Failed(why) => println!("  failed: {why}"),
            Result_::Measured(measured) => measured.print(),
        }
    }
}

impl Measured {
    fn print(&self) {
        for side in &self.sides {
            if let Some(spread) = Spread::of(&side.rounds) {
                println!("    {:<58} {:>12} {:<4} {}", side.what, number(spread.median), side.unit, around(&spread));
            }
        }
        for verdict in &self.verdicts {
            let met = match verdict.met {
                Some(true) => "met",
                Some(false) => "MISSED",
                None => "",
            };
            let budget = verdict.budget.map(|budget| format!("budget {}: {met}", budget.text())).unwrap_or_default();
            let value = number(verdict.value.median);
            println!("  = {:<58} {value:>12} {:<4} {}  {budget}", verdict.what, verdict.unit, around(&verdict.value));
        }
        for note in &self.notes {
            println!("    note: {note}");
        }
    }
}

fn around(spread: &Spread) -> String {
    format!("[{} .. {}]", number(spread.least), number(spread.greatest))
}

/// Three digits that matter, as people write them.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}
