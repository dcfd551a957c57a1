//! Texts to counts.
//!
//! `replace` brings a text into a form in which the tokens stand between spaces, and `TextIndex` counts terms in that. Of
//! what stands between spaces JPMML-Evaluator takes punctuation off, so that becomes characters of private use.

use std::rc::Rc;

use cannery_graph::{
    Accents, CharSet, Lowercase, Spaces, TfIdf, Tokens, Units as GraphUnits, VocabCounts, unicode,
};

use super::emit::{Arg, Column, Made, Value};
use super::expr::{Expr, FieldId, apply, apply_nan, choose};
use super::net::Net;
use super::regex::{literal, of_tokens};
use super::xml::Xml;
use crate::charset::class;

/// What n-grams are made of: a text in which units stand between spaces, and what it was made by.
#[derive(Clone)]
pub(super) struct Units {
    text: Expr,
    kind: Kind,
    min_n: usize,
    max_n: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Words,
    Chars,
    CharsInWords,
}

/// Stands for a space that is a unit.
const SPACE: char = '\u{e001}';
/// Stands between words of which n-grams of characters are made.
const GAP: char = '\u{e002}';
/// Stands for what no term has.
const OTHER: char = '\u{e0ff}';
/// From here on characters of the terms are numbered that are not of words.
const FIRST: u32 = 0xe100;
const LAST: u32 = 0xf8ff;

/// Why tokens can't be expressed; `None` if they can.
pub(super) fn refuses(tokens: &Tokens) -> Option<String> {
    if tokens.accents != Accents::Keep {
        return Some("PMML can't take accents off".into());
    }
    if tokens.lowercase == Some(Lowercase::Simple) {
        return Some("PMML can't make letters small as Python 2 does".into());
    }
    match &tokens.units {
        GraphUnits::Words { pattern, .. } => of_tokens(pattern).err(),
        GraphUnits::Chars { .. } | GraphUnits::CharsInWords => None,
    }
}

/// A text with its units between spaces, as far as that is possible without the terms.
pub(super) fn tokens(net: &mut Net, x: Arg<'_>, tokens: &Tokens) -> Made {
    let [column] = x.columns()? else { return Err("it takes a text".into()) };
    if !column.is_text {
        return Err("it takes a text, and a column is of numbers".into());
    }
    if let Some(input) = column.root {
        net.inputs[input].checks.missing = true;
    }
    let mut text = column.expr.clone();
    if tokens.lowercase.is_some() {
        text = apply("lowercase", [text]);
    }
    text = replace(text, "[\\x{E000}-\\x{F8FF}]", &OTHER.to_string());
    let space = class(&CharSet::new(unicode::space().iter().copied()));
    let (text, kind) = match &tokens.units {
        GraphUnits::Words { pattern, stop_words } => {
            let words = replace(text, &format!("(?s){}|.", of_tokens(pattern)?), " $1 ");
            (without(words, stop_words), Kind::Words)
        }
        GraphUnits::Chars { spaces } => {
            let space = if *spaces == Spaces::Ascii { "[\\t-\\r ]".to_owned() } else { space };
            (replace(text, &format!("{space}{{2,}}"), " "), Kind::Chars)
        }
        GraphUnits::CharsInWords => {
            let text = replace(text, &format!("{space}+"), " ");
            let text = replace(text, "^ | $", "");
            let text = replace(text, " ", &format!(" {GAP} "));
            let text = replace(text, "^(?=.)", " ");
            (replace(text, "(?<=.)$", " "), Kind::CharsInWords)
        }
    };
    let text = Expr::Field(net.bind_as("text", &text, "string"));
    Ok(Value::Tokens(Rc::new(Units { text, kind, min_n: tokens.min_n, max_n: tokens.max_n })))
}

fn replace(text: Expr, pattern: &str, by: &str) -> Expr {
    apply("replace", [text, Expr::Text(pattern.into()), Expr::Text(by.into())])
}

/// Without these words.
fn without(text: Expr, words: &[Box<str>]) -> Expr {
    if words.is_empty() {
        return text;
    }
    let mut words: Vec<String> = words.iter().map(|word| literal(word)).collect();
    words.sort_unstable();
    words.dedup();
    replace(text, &format!("(?<![^ ])(?:{})(?![^ ])", words.join("|")), "")
}

/// How often each term of the vocabulary is among the n-grams.
pub(super) fn vocab_counts(net: &mut Net, x: Arg<'_>, counts: &VocabCounts) -> Made {
    let Value::Tokens(units) = x.value else { return Err("it takes tokens".into()) };
    let special = special(counts)?;
    let text = finished(net, units, &special);
    let function = if counts.binary { "occurs" } else { "count" };
    net.define(function, |xml| define_count(xml, function, counts.binary));
    let mut made = Vec::with_capacity(counts.vocabulary.len());
    for term in counts.vocabulary.iter() {
        let Some(term) = units.term(term, &special) else {
            made.push(Column::number(Expr::Number(0.0)));
            continue;
        };
        let count = apply(function, [Expr::Field(text), Expr::Text(term.into())]);
        made.push(Column::number(Expr::Field(net.bind("count", &count))));
    }
    Ok(Value::Columns(made))
}

/// The characters of the terms that are not of words, in order.
fn special(counts: &VocabCounts) -> Result<Vec<char>, String> {
    let words = CharSet::new(unicode::word().iter().copied());
    let is_special = |c: &char| *c == '_' || !words.contains(u32::from(*c));
    let mut special: Vec<char> = counts.vocabulary.iter().flat_map(str::chars).filter(is_special).collect();
    special.sort_unstable();
    special.dedup();
    special.retain(|&c| c != ' ');
    let is_private = |c: &char| (0xe000..=LAST).contains(&u32::from(*c));
    if special.len() > (LAST - FIRST) as usize || special.iter().any(is_private) {
        return Err("terms with characters of private use".into());
    }
    Ok(special)
}

fn stand_in(place: usize) -> char {
    char::from_u32(FIRST + place as u32).unwrap_or(OTHER)
}

/// The text in which terms are counted.
fn finished(net: &mut Net, units: &Units, special: &[char]) -> FieldId {
    let mut text = units.text.clone();
    for (place, c) in special.iter().enumerate() {
        text = replace(text, &literal(&c.to_string()), &stand_in(place).to_string());
        text = Expr::Field(net.bind_as("text", &text, "string"));
    }
    let others = "[\\p{P}\\p{Z}\\s\\x1c-\\x1f\\x{85}&&[^ ]]";
    text = replace(text, others, &OTHER.to_string());
    if units.kind != Kind::Words {
        text = replace(text, " ", &SPACE.to_string());
        text = replace(text, "(?s)(.)", "$1 ");
    }
    net.bind_as("text", &text, "string")
}

/// How often a term is in a text.
fn define_count(xml: &mut Xml, name: &str, is_binary: bool) {
    let text = [("optype", "categorical"), ("dataType", "string")];
    xml.open("DefineFunction", &[("name", name), ("optype", "continuous"), ("dataType", "double")]);
    for parameter in ["text", "term"] {
        xml.empty("ParameterField", &[("name", parameter), text[0], text[1]]);
    }
    let attributes = [
        ("textField", "text"),
        ("localTermWeights", if is_binary { "binary" } else { "termFrequency" }),
        ("isCaseSensitive", "true"),
        ("wordSeparatorCharacterRE", "\\s+"),
    ];
    xml.open("TextIndex", &attributes);
    xml.empty("FieldRef", &[("field", "term")]);
    xml.close("TextIndex");
    xml.close("DefineFunction");
}

impl Units {
    /// A term as it stands in the text that is counted; `None` if no n-gram is it.
    fn term(&self, term: &str, special: &[char]) -> Option<String> {
        let mapped = |c: char| match special.binary_search(&c) {
            Ok(place) => stand_in(place),
            Err(_) if c == ' ' => SPACE,
            Err(_) => c,
        };
        let grams: Vec<String> = match self.kind {
            Kind::Words => term.split(' ').map(|word| word.chars().map(mapped).collect()).collect(),
            Kind::Chars | Kind::CharsInWords => term.chars().map(|c| mapped(c).to_string()).collect(),
        };
        // a word that is shorter than all n-grams is one itself
        let is_short_word = self.kind == Kind::CharsInWords
            && (3..self.min_n).contains(&grams.len())
            && term.starts_with(' ')
            && term.ends_with(' ');
        let fits = (self.min_n..=self.max_n).contains(&grams.len()) || is_short_word;
        (fits && grams.iter().all(|gram| !gram.is_empty())).then(|| grams.join(" "))
    }
}

/// Counts weighted; what is 0 stays 0.
pub(super) fn tf_idf(net: &mut Net, x: Arg<'_>, weights: &TfIdf) -> Made {
    let columns = x.numbers(net)?;
    let mut made = Vec::with_capacity(columns.len());
    for (index, column) in columns.iter().enumerate() {
        let mut expr = column.expr.clone();
        if weights.sublinear {
            let count = column.bound(net);
            let is_zero = apply("equal", [count.clone(), Expr::Number(0.0)]);
            let log = apply("+", [apply_nan("ln", [count]), Expr::Number(1.0)]);
            expr = choose(is_zero, Expr::Number(0.0), log);
            if x.ty.dtype == cannery_graph::DType::F32 {
                expr = net.narrow("log", &expr);
            }
        }
        if let Some(weight) = weights.idf.as_ref().and_then(|idf| idf.get(index)) {
            expr = apply("*", [expr, Expr::Number(*weight)]);
        }
        made.push(column.with(expr));
    }
    Ok(Value::Columns(made))
}
