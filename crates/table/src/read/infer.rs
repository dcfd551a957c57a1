//! The type of a column of CSV, as pandas infers it: int64, float64, bool, or text. Missing cells make integers float64,
//! and bools and texts objects.

use super::names::Hint;
use cannery_rows::{Cell, Texts, Values};

/// What a cell, or all cells of a column, can be read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Nothing but missing cells.
    Missing,
    Bool,
    Int,
    Float,
    Text,
}

/// The cells of a column in a batch.
pub(super) struct Cells<F> {
    rows: usize,
    cell: F,
}

/// What the columns of a table are; the first batch decides.
#[derive(Default)]
pub(super) struct Kinds {
    hints: Vec<Hint>,
    /// By column; `Missing` as long as nothing else was seen.
    seen: Vec<Kind>,
}

/// What is wrong in a column, and in which row of the batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) row: usize,
    pub(super) what: String,
}

impl<'c, F: Fn(usize) -> &'c [u8]> Cells<F> {
    /// `cell` gives the cell of each of so many rows.
    pub(super) fn new(rows: usize, cell: F) -> Self {
        Self { rows, cell }
    }

    fn iter(&self) -> impl Iterator<Item = &'c [u8]> {
        (0..self.rows).map(&self.cell)
    }

    fn kind(&self) -> Kind {
        let mut kind = Kind::Missing;
        for cell in self.iter() {
            kind = kind.join(Kind::of(cell));
            if kind == Kind::Text {
                break;
            }
        }
        kind
    }
}

impl Kinds {
    /// What is known of the columns, in order.
    pub(super) fn hint(&mut self, hints: &[Hint]) {
        self.hints = hints.to_vec();
    }

    /// The values of the next cells of a column. Integers become floats where floats come later; anything else that does
    /// not fit what was seen is a fault.
    pub(super) fn values<'c, F: Fn(usize) -> &'c [u8]>(
        &mut self,
        column: usize,
        cells: &Cells<F>,
    ) -> Result<Values, Fault> {
        if self.seen.len() <= column {
            self.seen.resize(column + 1, Kind::Missing);
        }
        let seen = self.seen[column];
        let kind = match self.hints.get(column).copied().unwrap_or(Hint::Open) {
            Hint::Text => Kind::Text,
            hint @ (Hint::Open | Hint::Number) => {
                let found = cells.kind();
                let kind = seen.join(found);
                let is_contradicted = kind == Kind::Text && !matches!(seen, Kind::Missing | Kind::Text);
                if is_contradicted || (hint == Hint::Number && kind == Kind::Text) {
                    return Err(contradiction(seen, cells));
                }
                kind
            }
        };
        self.seen[column] = kind;
        kind.read(cells)
    }
}

/// The first cell that is not of the kind that was seen before, or no number where that is due.
fn contradiction<'c, F: Fn(usize) -> &'c [u8]>(seen: Kind, cells: &Cells<F>) -> Fault {
    let due = if seen == Kind::Missing { Kind::Float } else { seen };
    let contradicts = |cell: &&[u8]| due.join(Kind::of(cell)) == Kind::Text;
    let (row, cell) = cells.iter().enumerate().find(|(_, cell)| contradicts(cell)).unwrap_or((0, b""));
    let what = match due {
        Kind::Bool => format!("{} is neither True nor False, and the rows before are", shown(cell)),
        Kind::Missing | Kind::Int | Kind::Float | Kind::Text => no_number(cell),
    };
    Fault { row, what }
}

impl Kind {
    fn of(cell: &[u8]) -> Self {
        let text = cell.trim_ascii();
        if is_missing(text) {
            Self::Missing
        } else if truth(text).is_some() {
            Self::Bool
        } else if integer(text).is_some() {
            Self::Int
        } else if number(text).is_some() {
            Self::Float
        } else {
            Self::Text
        }
    }

    /// The kind that both fit.
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::Missing, kind) | (kind, Self::Missing) => kind,
            (Self::Int, Self::Float) | (Self::Float, Self::Int) => Self::Float,
            (a, b) if a == b => a,
            (Self::Bool | Self::Int | Self::Float | Self::Text, _) => Self::Text,
        }
    }

    /// Reads cells that are of this kind.
    fn read<'c, F: Fn(usize) -> &'c [u8]>(self, cells: &Cells<F>) -> Result<Values, Fault> {
        match self {
            Self::Missing => Ok(Values::F64(vec![f64::NAN; cells.rows])),
            Self::Bool => Ok(bools(cells)),
            Self::Int => {
                let integers: Option<Vec<i64>> =
                    cells.iter().map(|cell| integer(cell.trim_ascii())).collect();
                Ok(integers.map_or_else(|| floats(cells), Values::I64))
            }
            Self::Float => Ok(floats(cells)),
            Self::Text => texts(cells),
        }
    }
}

fn bools<'c, F: Fn(usize) -> &'c [u8]>(cells: &Cells<F>) -> Values {
    let all: Option<Vec<bool>> = cells.iter().map(|cell| truth(cell.trim_ascii())).collect();
    let object = |cell: &[u8]| truth(cell.trim_ascii()).map_or(Cell::Float(f64::NAN), Cell::Bool);
    all.map_or_else(|| Values::Any(cells.iter().map(object).collect()), Values::Bool)
}

fn floats<'c, F: Fn(usize) -> &'c [u8]>(cells: &Cells<F>) -> Values {
    Values::F64(cells.iter().map(|cell| number(cell).unwrap_or(f64::NAN)).collect())
}

/// Texts, or objects where one is missing.
fn texts<'c, F: Fn(usize) -> &'c [u8]>(cells: &Cells<F>) -> Result<Values, Fault> {
    let text = |(row, cell)| str::from_utf8(cell).map_err(|_| Fault { row, what: "no UTF-8".to_owned() });
    let mut texts = Texts::new();
    if !cells.iter().any(is_missing) {
        cells.iter().enumerate().try_for_each(|cell| text(cell).map(|text| texts.push(text)))?;
        return Ok(Values::Str(texts));
    }
    let object = |(row, cell)| {
        let missing = is_missing(cell).then_some(Cell::Float(f64::NAN));
        missing.map_or_else(|| text((row, cell)).map(|text| Cell::Str(text.into())), Ok)
    };
    Ok(Values::Any(cells.iter().enumerate().map(object).collect::<Result<_, _>>()?))
}

/// Whether a cell stands for a value that is not there, as `pandas.read_csv` has it.
fn is_missing(text: &[u8]) -> bool {
    matches!(
        text,
        b"" | b"#N/A"
            | b"#N/A N/A"
            | b"#NA"
            | b"-1.#IND"
            | b"-1.#QNAN"
            | b"-NaN"
            | b"-nan"
            | b"1.#IND"
            | b"1.#QNAN"
            | b"<NA>"
            | b"N/A"
            | b"NA"
            | b"NULL"
            | b"NaN"
            | b"None"
            | b"n/a"
            | b"nan"
            | b"null"
    )
}

fn truth(text: &[u8]) -> Option<bool> {
    match text {
        b"True" | b"TRUE" | b"true" => Some(true),
        b"False" | b"FALSE" | b"false" => Some(false),
        _ => None,
    }
}

fn integer(text: &[u8]) -> Option<i64> {
    if !text.last()?.is_ascii_digit() {
        return None;
    }
    str::from_utf8(text).ok()?.parse().ok()
}

/// A cell as a number: True is 1, False 0, and a missing one NaN.
pub(super) fn number(cell: &[u8]) -> Option<f64> {
    let text = cell.trim_ascii();
    let parsed = str::from_utf8(text).ok()?.parse().ok();
    parsed
        .or_else(|| is_missing(text).then_some(f64::NAN))
        .or_else(|| truth(text).map(|is| f64::from(u8::from(is))))
}

/// Whether a cell is digits with one comma among them: `30000,5`, `-1,25`.
pub(super) fn is_comma_number(cell: &[u8]) -> bool {
    let text = cell.trim_ascii();
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let mut parts = digits.split(|&byte| byte == b',');
    let is_digits = |part: Option<&[u8]>| {
        part.is_some_and(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
    };
    is_digits(parts.next()) && is_digits(parts.next()) && parts.next().is_none()
}

/// Whether a cell is a number, True, False or missing, and so no name of a column.
pub(super) fn is_data(cell: &[u8]) -> bool {
    number(cell).is_some()
}

pub(super) fn no_number(cell: &[u8]) -> String {
    format!("{} is not a number", shown(cell))
}

fn shown(cell: &[u8]) -> String {
    let cell: String = String::from_utf8_lossy(cell).chars().take(60).collect();
    format!("{cell:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(kinds: &mut Kinds, cells: &[&str]) -> Result<Values, Fault> {
        kinds.values(0, &Cells::new(cells.len(), |row| cells[row].as_bytes()))
    }

    fn text(text: &str) -> Cell {
        Cell::Str(text.into())
    }

    #[test]
    fn the_first_batch_decides_as_in_pandas() {
        let nan = Cell::Float(f64::NAN);
        for (cells, want) in [
            (&["1", " -2 ", "+3"][..], Values::I64(vec![1, -2, 3])),
            (&["1", "", "2.5"], Values::F64(vec![1.0, f64::NAN, 2.5])),
            (&["1", "NA"], Values::F64(vec![1.0, f64::NAN])),
            (&["inf", "-Infinity", "1e3"], Values::F64(vec![f64::INFINITY, f64::NEG_INFINITY, 1e3])),
            (&["9223372036854775808"], Values::F64(vec![2_f64.powi(63)])),
            (&["True", "false"], Values::Bool(vec![true, false])),
            (&["True", ""], Values::Any(vec![Cell::Bool(true), nan.clone()])),
            (&["True", "1"], Values::Str(["True", "1"].into_iter().collect())),
            (&["007", "x"], Values::Str(["007", "x"].into_iter().collect())),
            (&[" x", "null", " "], Values::Any(vec![text(" x"), nan, text(" ")])),
            (&["", "nan"], Values::F64(vec![f64::NAN; 2])),
        ] {
            let found = values(&mut Kinds::default(), cells).expect("no hint");
            assert_eq!(format!("{found:?}"), format!("{want:?}"), "{cells:?}");
        }
    }

    #[test]
    fn later_batches_widen_what_loses_nothing() {
        for (first, second, want) in [
            (&["1"][..], &["2.5"][..], Values::F64(vec![2.5])),
            (&["1.5"], &["2"], Values::F64(vec![2.0])),
            (&[""], &["x"], Values::Str(["x"].into_iter().collect())),
            (&["x"], &["1"], Values::Str(["1"].into_iter().collect())),
            (&["True"], &[""], Values::Any(vec![Cell::Float(f64::NAN)])),
        ] {
            let mut kinds = Kinds::default();
            values(&mut kinds, first).expect("no hint");
            let found = values(&mut kinds, second).expect("wider");
            assert_eq!(format!("{found:?}"), format!("{want:?}"), "{first:?} {second:?}");
        }
    }

    #[test]
    fn later_batches_do_not_contradict() {
        for (first, second, fault) in [
            ("1", &["2", "", "x"][..], Fault { row: 2, what: "\"x\" is not a number".to_owned() }),
            ("1.5", &["True"], Fault { row: 0, what: "\"True\" is not a number".to_owned() }),
            (
                "True",
                &["0"],
                Fault { row: 0, what: "\"0\" is neither True nor False, and the rows before are".to_owned() },
            ),
        ] {
            let mut kinds = Kinds::default();
            values(&mut kinds, &[first]).expect("no hint");
            assert_eq!(values(&mut kinds, second), Err(fault), "{first} {second:?}");
        }
    }

    #[test]
    fn hints_decide_before_cells() {
        let mut kinds = Kinds::default();
        kinds.hint(&[Hint::Text]);
        assert_eq!(values(&mut kinds, &["007"]), Ok(Values::Str(["007"].into_iter().collect())));
        kinds.hint(&[Hint::Number]);
        let mut kinds = Kinds { hints: vec![Hint::Number], ..Kinds::default() };
        let fault = Fault { row: 1, what: "\"x\" is not a number".to_owned() };
        assert_eq!(values(&mut kinds, &["1", "x"]), Err(fault));
        assert_eq!(values(&mut kinds, &["True"]), Ok(Values::Bool(vec![true])));
    }
}
