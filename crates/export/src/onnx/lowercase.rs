//! `str.lower` of Python.
//!
//! `StringNormalizer` makes characters small one by one. So the two that depend on others or become two are replaced
//! before: a capital sigma, which is ς at the end of a word, and U+0130. ONNX has no operator that replaces: texts are
//! split there and joined again.

use std::sync::OnceLock;

use crate::charset::class;
use cannery_graph::unicode::{self, Case};
use cannery_graph::{CharSet, DType};

use super::kernel::untyped;
use super::net::{Net, int, of_graph, text};
use super::svm::scalar;

/// Texts str\[n\] in small letters.
pub(super) fn lowercase(net: &mut Net, x: &str) -> String {
    let sigmas = Pieces::of(net, x, "Σ");
    let gaps = sigma_gaps(net, &sigmas);
    let y = sigmas.join(net, &gaps);
    let dots = Pieces::of(net, &y, "\u{130}");
    let small = net.texts(["i\u{307}"]);
    let gaps = dots.gaps(net, &small);
    let y = dots.join(net, &gaps);
    let attributes =
        vec![text("case_change_action", "LOWER"), int("is_case_sensitive", 1), text("locale", "C.UTF-8")];
    net.op_with("StringNormalizer", &[&y], attributes)
}

/// Texts split at a character. Between k columns of pieces there are k − 1 columns of gaps.
struct Pieces {
    /// str\[n,k\]
    pieces: String,
    /// Whether a gap has a piece behind it, bool\[n,k−1\].
    is_gap: String,
    /// k − 1, a list of one.
    gaps: String,
    empty: String,
}

impl Pieces {
    fn of(net: &mut Net, x: &str, delimiter: &str) -> Self {
        let mut split = net.push("", "StringSplit", &[x], vec![text("delimiter", delimiter)], 2);
        let (counts, pieces) = (split.swap_remove(1), split.swap_remove(0));
        // of no text, and of empty ones, there is no piece
        let empty = net.texts([""]);
        let more = net.reshape(&empty, &[1, 1]);
        let more = net.for_each_row(&more, &[1], x);
        let pieces = net.concat(&[pieces, more], 1);
        let length = net.op_with("Shape", &[&pieces], vec![int("start", 1), int("end", 2)]);
        let one = net.ints(&[1], &[1]);
        let gaps = net.op("Sub", &[&length, &one]);
        let [zero, step] = [0, 1].map(|value| net.ints(&[], &[value]));
        let end = net.squeeze(&gaps, 0);
        let places = net.op("Range", &[&zero, &end, &step]);
        let next = net.op("Add", &[&places, &step]);
        let counts = net.unsqueeze(&counts, 1);
        let is_gap = net.op("Less", &[&next, &counts]);
        Self { pieces, is_gap, gaps, empty }
    }

    /// The pieces before or behind each gap.
    fn beside(&self, net: &mut Net, behind: bool) -> String {
        let start = net.ints(&[1], &[i64::from(behind)]);
        let axis = net.ints(&[1], &[1]);
        let end = if behind { net.op("Add", &[&self.gaps, &axis]) } else { self.gaps.clone() };
        net.op("Slice", &[&self.pieces, &start, &end, &axis])
    }

    /// This text in each gap that is one.
    fn gaps(&self, net: &mut Net, filler: &str) -> String {
        net.op("Where", &[&self.is_gap, filler, &self.empty])
    }

    /// The texts with these in their gaps. The loop has no round where no text has the character.
    fn join(&self, net: &mut Net, fillers: &str) -> String {
        let first = net.ints(&[], &[0]);
        let start = net.gather(&self.pieces, &first, 1);
        let mut body = net.body();
        let [round, go_on, text] = ["round", "go_on", "text"].map(|name| body.given(name));
        let filler = body.gather(fillers, &round, 1);
        let one = body.ints(&[], &[1]);
        let next = body.op("Add", &[&round, &one]);
        let piece = body.gather(&self.pieces, &next, 1);
        let joined = body.op("StringConcat", &[&text, &filler]);
        let joined = body.op("StringConcat", &[&joined, &piece]);
        let same = body.op("Identity", &[&go_on]);
        let mut graph = body.finish("join");
        graph.input =
            vec![scalar(&round, DType::I64), scalar(&go_on, DType::Bool), untyped(&text, DType::Str)];
        graph.output = vec![scalar(&same, DType::Bool), untyped(&joined, DType::Str)];
        let rounds = net.squeeze(&self.gaps, 0);
        let always = net.bools(&[], &[true]);
        net.op_with("Loop", &[&rounds, &always, &start], vec![of_graph("body", graph)])
    }
}

/// ς where a cased letter stands before a sigma and none behind it, case-ignorable characters not counted; else σ. Other
/// sigmas are cased letters.
fn sigma_gaps(net: &mut Net, sigmas: &Pieces) -> String {
    let [cased, ignorable] = classes();
    let (before, behind) = (sigmas.beside(net, false), sigmas.beside(net, true));
    let matches = |net: &mut Net, x: &str, pattern: &str| {
        net.op_with("RegexFullMatch", &[x], vec![text("pattern", pattern)])
    };
    let nothing = format!("{ignorable}*");
    let letter_before = matches(net, &before, &format!("(?s).*{cased}{ignorable}*"));
    let none_before = matches(net, &before, &nothing);
    let is_second = not_at_edge(net, sigmas, false);
    let sigma_before = net.op("And", &[&none_before, &is_second]);
    let is_before = net.op("Or", &[&letter_before, &sigma_before]);
    let letter_behind = matches(net, &behind, &format!("(?s){ignorable}*{cased}.*"));
    let none_behind = matches(net, &behind, &nothing);
    let has_next = not_at_edge(net, sigmas, true);
    let sigma_behind = net.op("And", &[&none_behind, &has_next]);
    let is_behind = net.op("Or", &[&letter_behind, &sigma_behind]);
    let not_behind = net.op("Not", &[&is_behind]);
    let is_final = net.op("And", &[&is_before, &not_behind]);
    let (end, middle) = (net.texts(["ς"]), net.texts(["σ"]));
    let small = net.op("Where", &[&is_final, &end, &middle]);
    sigmas.gaps(net, &small)
}

/// Whether there is another sigma before each, or behind it.
fn not_at_edge(net: &mut Net, sigmas: &Pieces, behind: bool) -> String {
    let is_gap = net.cast(&sigmas.is_gap, DType::I64);
    let one = net.ints(&[1], &[1]);
    let far = net.ints(&[1], &[i64::MAX]);
    // moved by one column, with 0 for what lies outside
    let outside = net.ints(&[1, 1], &[0]);
    let outside = net.for_each_row(&outside, &[1], &is_gap);
    let moved = if behind {
        let rest = net.op("Slice", &[&is_gap, &one, &far, &one]);
        net.concat(&[rest, outside], 1)
    } else {
        let zero = net.ints(&[1], &[0]);
        let last = net.ints(&[1], &[-1]);
        let rest = net.op("Slice", &[&is_gap, &zero, &last, &one]);
        net.concat(&[outside, rest], 1)
    };
    net.cast(&moved, DType::Bool)
}

/// Cased letters, and case-ignorable characters, for RE2.
fn classes() -> &'static [String; 2] {
    static CLASSES: OnceLock<[String; 2]> = OnceLock::new();
    CLASSES.get_or_init(|| {
        let is = |wanted: fn(&Case) -> bool| {
            let points = ('\0'..=char::MAX).filter(|&c| wanted(&unicode::case(c)));
            class(&CharSet::new(points.map(|c| (u32::from(c), u32::from(c)))))
        };
        [is(|case| matches!(case, Case::Cased)), is(|case| matches!(case, Case::Ignorable))]
    })
}
