//! Where lines end: all lines of a paragraph are chosen together, so that its ragged edge is as even as can be.
//!
//! The plan of Knuth and Plass ("Breaking Paragraphs into Lines", Software: Practice and Experience 11, 1981), for text
//! that is not justified: a line costs the square of the share of it that stays empty, and what disturbs a reader costs
//! extra. The cheapest way through all places at which a line may end is taken.

/// A place at which a line may end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Opportunity {
    /// The line holds the clusters before this one.
    pub(super) at: usize,
    /// What breaking here means.
    pub(super) kind: Kind,
}

/// What it means when a line ends somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Between words, or where the script breaks freely.
    Free,
    /// Inside a word, with a hyphen drawn at the end of the line.
    Hyphen,
    /// Inside something that is wider than a line and has no better place.
    Emergency,
}

/// Per line: fewer lines are better when little else differs.
const LINE: f32 = 0.02;
/// A hyphen is worth it where more than about a quarter of the line would stay empty.
const HYPHEN: f32 = 0.07;
/// A hyphen after a hyphen.
const LADDER: f32 = 0.15;
/// A hyphen before the last line.
const LAST_HYPHEN: f32 = 0.10;
/// Outweighs everything else.
const EMERGENCY: f32 = 1_000.0;
/// A last line shorter than this share of the width looks lost …
const RUNT_SHARE: f32 = 0.22;
/// … and costs this.
const RUNT: f32 = 0.12;
/// Sums of advances differ by rounding.
const TOLERANCE: f32 = 0.01;

/// The clusters of one paragraph, in the order in which they are read.
#[derive(Debug, Default)]
pub(super) struct Measures {
    /// Where each cluster begins, were all on one line; one more entry for the end.
    starts: Vec<f32>,
    /// Where what is visible up to each cluster's end stops: white space before it doesn't count.
    ink_ends: Vec<f32>,
}

impl Measures {
    /// Forgets everything, keeps the memory.
    pub(super) fn clear(&mut self) {
        self.starts.clear();
        self.starts.push(0.0);
        self.ink_ends.clear();
        self.ink_ends.push(0.0);
    }

    /// Adds a cluster.
    pub(super) fn push(&mut self, advance: f32, is_space: bool) {
        let end = self.starts.last().copied().unwrap_or_default() + advance;
        let ink_end = if is_space { self.ink_ends.last().copied().unwrap_or_default() } else { end };
        self.starts.push(end);
        self.ink_ends.push(ink_end);
    }

    /// How many clusters there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The width of the line from one cluster to before another, white space at its end left out.
    pub(super) fn width(&self, from: usize, to: usize) -> f32 {
        (self.ink_ends[to] - self.starts[from]).max(0.0)
    }
}

/// What lines are chosen for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) width: f32,
    /// How wide a hyphen is.
    pub(super) hyphen: f32,
    /// Whether the last line should be about as long as the others.
    pub(super) is_balanced: bool,
}

/// The best way that reaches a place.
#[derive(Clone, Copy)]
struct Way {
    cost: f32,
    /// The index of the place before, 0 being the start of the paragraph.
    from: usize,
}

/// Chooses where lines end, by indexes into `opportunities`, which are in order; the paragraph's end is not among them.
///
/// A line is wider than the column only where no opportunity prevents it.
pub(super) fn choose(measures: &Measures, opportunities: &[Opportunity], column: Column) -> Vec<usize> {
    let Column { width, hyphen, is_balanced } = column;
    let end = Opportunity { at: measures.len(), kind: Kind::Free };
    // Place 0 is the start, place n + 1 the end, and place i in between is opportunity i - 1.
    let last = opportunities.len() + 1;
    let place = |index: usize| match index {
        0 => Opportunity { at: 0, kind: Kind::Free },
        index => opportunities.get(index - 1).copied().unwrap_or(end),
    };
    let mut ways = vec![Way { cost: 0.0, from: 0 }];
    let mut first_that_fits = 0;
    for to in 1..=last {
        let mut best = Way { cost: f32::INFINITY, from: to - 1 };
        let line_end = place(to);
        let hyphen_width = if line_end.kind == Kind::Hyphen { hyphen } else { 0.0 };
        for from in (first_that_fits..to).rev() {
            let line_start = place(from);
            let used = measures.width(line_start.at, line_end.at) + hyphen_width;
            let overflows = used > width + TOLERANCE;
            if overflows && from + 1 < to {
                // What begins even earlier is wider still; hyphens don't stand in the way of later, plain ends.
                if hyphen_width == 0.0 {
                    first_that_fits = first_that_fits.max(from + 1);
                }
                break;
            }
            let filled = used / width;
            let line_cost = if to != last {
                line_cost(line_start.kind, line_end.kind, filled)
            } else if is_balanced {
                line_cost(line_start.kind, Kind::Free, filled)
            } else {
                last_line_cost(line_start.kind, filled)
            };
            let cost = ways[from].cost + line_cost + if overflows { EMERGENCY } else { 0.0 };
            if cost < best.cost {
                best = Way { cost, from };
            }
        }
        ways.push(best);
    }
    let mut ends = Vec::new();
    let mut at = ways[last].from;
    while at > 0 {
        ends.push(at - 1);
        at = ways[at].from;
    }
    ends.reverse();
    ends
}

/// What a line costs that fills this share of the width.
fn line_cost(start: Kind, end: Kind, filled: f32) -> f32 {
    let empty = (1.0 - filled).max(0.0);
    let ending = match end {
        Kind::Free => 0.0,
        Kind::Hyphen if start == Kind::Hyphen => HYPHEN + LADDER,
        Kind::Hyphen => HYPHEN,
        Kind::Emergency => EMERGENCY / 100.0,
    };
    empty.mul_add(empty, LINE + ending)
}

/// What the last line of a paragraph costs: it may be as short as it likes, up to a point.
fn last_line_cost(start: Kind, filled: f32) -> f32 {
    let runt = if filled < RUNT_SHARE { RUNT } else { 0.0 };
    let hyphen = if start == Kind::Hyphen { LAST_HYPHEN } else { 0.0 };
    LINE + runt + hyphen
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Each character is one wide; lines end at spaces, and with a hyphen at `~`, which is nothing by itself.
    fn lines(text: &str, width: f32) -> Vec<String> {
        lines_in(text, Column { width, hyphen: 1.0, is_balanced: false })
    }

    fn lines_in(text: &str, column: Column) -> Vec<String> {
        let mut measures = Measures::default();
        measures.clear();
        let mut opportunities = Vec::new();
        let mut characters = Vec::new();
        for character in text.chars() {
            if character == '~' {
                opportunities.push(Opportunity { at: characters.len(), kind: Kind::Hyphen });
            } else {
                characters.push(character);
                measures.push(1.0, character == ' ');
                if character == ' ' {
                    opportunities.push(Opportunity { at: characters.len(), kind: Kind::Free });
                }
            }
        }
        let chosen = choose(&measures, &opportunities, column);
        let mut from = 0;
        let mut lines = Vec::new();
        for end in chosen {
            let hyphen = if opportunities[end].kind == Kind::Hyphen { "-" } else { "" };
            let line: String = characters[from..opportunities[end].at].iter().collect();
            lines.push(line.trim_end().to_owned() + hyphen);
            from = opportunities[end].at;
        }
        lines.push(characters[from..].iter().collect());
        lines
    }

    #[test]
    fn a_short_text_is_one_line() {
        assert_eq!(lines("thank you", 20.0), ["thank you"]);
        assert_eq!(lines("", 20.0), [""]);
    }

    #[test]
    fn lines_are_evened_out_over_the_whole_paragraph() {
        // First come first served would leave a line of three behind one of nine.
        assert_eq!(lines("aaa bb cc ddddd eeeee fff", 9.0), ["aaa bb", "cc ddddd", "eeeee fff"]);
    }

    #[test]
    fn a_hyphen_comes_only_where_a_large_hole_would() {
        assert_eq!(lines("ab Donau~dampf~schiff~fahrt", 14.0), ["ab Donaudampf-", "schifffahrt"]);
        assert_eq!(lines("very nearly full~y there", 12.0), ["very nearly", "fully there"]);
    }

    #[test]
    fn no_word_stands_alone_in_the_last_line_if_that_can_be_helped() {
        assert_eq!(lines("so good to see you both again", 27.0), ["so good to see you", "both again"]);
    }

    #[test]
    fn lines_of_a_headline_are_about_as_long() {
        let column = Column { width: 22.0, hyphen: 1.0, is_balanced: true };
        assert_eq!(lines_in("Thank you for your kind visit", column), ["Thank you for", "your kind visit"]);
    }

    #[test]
    fn what_has_no_place_to_break_is_left_too_wide() {
        assert_eq!(lines("a incomprehensibilities b", 8.0), ["a", "incomprehensibilities", "b"]);
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_it_may_be_and_nothing_is_lost(
            words in prop::collection::vec("[a-z]{1,9}(~[a-z]{1,5}){0,3}", 0..60), width in 10_u8..40,
        ) {
            let text = words.join(" ");
            let lines = lines(&text, f32::from(width));
            for line in &lines {
                prop_assert!(line.len() <= usize::from(width), "{lines:?}");
            }
            let again: String = lines.concat().replace([' ', '-'], "");
            prop_assert_eq!(again, text.replace([' ', '~'], ""));
        }
    }
}
