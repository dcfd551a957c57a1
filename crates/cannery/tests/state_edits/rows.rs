//! Rows for any estimator: numbers, texts and what stands in its own state.

use std::fs;
use std::path::Path;

use cannery_object::{Element, Heap, Kind, Value};
use cannery_rows::{CellView, RowsView, ValuesView};
use cannery_sklearn::Takes;

use crate::Random;

const ROWS: usize = 20;

/// Some rows, in each form in which the estimator could take them.
pub(crate) struct Rows {
    takes: Takes,
    forms: Vec<Form>,
}

/// Rows that own their values.
pub(crate) enum Form {
    F64 { values: Vec<f64>, columns: usize },
    F32 { values: Vec<f32>, columns: usize },
    Csr { indptr: Vec<usize>, indices: Vec<u32>, values: Vec<f64>, columns: usize },
    Any { values: Vec<Own>, columns: usize },
    Texts(Vec<String>),
    Frame { names: Vec<String>, columns: Vec<Vec<Own>> },
}

#[derive(Clone)]
pub(crate) enum Own {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
}

impl Own {
    fn of_json(cell: &serde_json::Value) -> Self {
        match cell {
            serde_json::Value::Bool(b) => Self::Bool(*b),
            serde_json::Value::String(text) => Self::Str(text.clone()),
            number if number.is_i64() => Self::Int(number.as_i64().unwrap_or_default()),
            serde_json::Value::Number(number) => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            _ => Self::Float(f64::NAN),
        }
    }
}

impl Rows {
    pub(crate) fn new(heap: &Heap, takes: Takes, names: Option<&[String]>, random: &mut Random) -> Self {
        let known = Known::of(heap);
        let forms = match takes {
            Takes::Texts => vec![Form::Texts((0..ROWS).map(|row| known.text(row, random)).collect())],
            Takes::Numbers { columns } => {
                let mut forms = numbers(&known, columns, random);
                forms.push(frame(&known, columns, names, random, false));
                forms
            }
            Takes::Columns { columns } => {
                let values = (0..ROWS * columns).map(|_| known.cell(random)).collect();
                let mut forms = numbers(&known, columns, random);
                forms.push(Form::Any { values, columns });
                forms.push(frame(&known, columns, names, random, true));
                forms
            }
            _ => vec![],
        };
        Self { takes, forms }
    }

    /// Adds rows in a file of NDJSON, arrays or objects, if there is one.
    pub(crate) fn and_of_file(mut self, path: &Path) -> Self {
        let Ok(text) = fs::read_to_string(path) else { return self };
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(&line.replace("NaN", "null")).expect("JSON"))
            .collect();
        let rows = || lines.iter().cycle().take(ROWS);
        self.forms.push(match lines.first().and_then(|line| line.as_object()) {
            Some(first) => {
                let names: Vec<String> = first.keys().cloned().collect();
                let column = |name: &String| rows().map(|line| Own::of_json(&line[name])).collect();
                Form::Frame { columns: names.iter().map(column).collect(), names }
            }
            None => {
                let cells = |line: &serde_json::Value| line.as_array().cloned().unwrap_or_default();
                let values: Vec<Own> = rows().flat_map(cells).map(|cell| Own::of_json(&cell)).collect();
                Form::Any { columns: values.len() / ROWS, values }
            }
        });
        self
    }

    pub(crate) fn takes(&self) -> Takes {
        self.takes
    }

    pub(crate) fn forms(&self) -> &[Form] {
        &self.forms
    }
}

fn numbers(known: &Known, columns: usize, random: &mut Random) -> Vec<Form> {
    let values: Vec<f64> = (0..ROWS * columns).map(|_| known.number(random)).collect();
    // CSR: every third element, without those that are no numbers
    let (mut indptr, mut indices, mut stored) = (vec![0], vec![], vec![]);
    for row in values.chunks(columns.max(1)).take(ROWS) {
        for (column, &value) in row.iter().enumerate().filter(|(_, value)| value.is_finite()).step_by(3) {
            indices.push(column as u32);
            stored.push(value);
        }
        indptr.push(indices.len());
    }
    indptr.resize(ROWS + 1, indices.len());
    let finite: Vec<f64> =
        values.iter().map(|x| if x.is_finite() { x.clamp(-1e6, 1e6) } else { 0.5 }).collect();
    vec![
        Form::F32 { values: values.iter().map(|&x| x as f32).collect(), columns },
        Form::F64 { values, columns },
        Form::F64 { values: finite, columns },
        Form::Csr { indptr, indices, values: stored, columns },
    ]
}

fn frame(known: &Known, columns: usize, names: Option<&[String]>, random: &mut Random, any: bool) -> Form {
    let name = |at: usize| names.and_then(|names| names.get(at)).cloned().unwrap_or_else(|| format!("x{at}"));
    let cell = |random: &mut Random| {
        if any { known.cell(random) } else { Own::Float(known.number(random)) }
    };
    let columns: Vec<Vec<Own>> = (0..columns).map(|_| (0..ROWS).map(|_| cell(random)).collect()).collect();
    Form::Frame { names: (0..columns.len()).map(name).collect(), columns }
}

impl Form {
    pub(crate) fn batch(&self) -> Batched<'_> {
        match self {
            Self::Any { values, .. } => Batched { form: self, cells: vec![cells(values)], texts: vec![] },
            Self::Frame { columns, .. } => Batched {
                form: self,
                cells: columns.iter().map(|column| cells(column)).collect(),
                texts: vec![],
            },
            Self::Texts(texts) => {
                Batched { form: self, cells: vec![], texts: texts.iter().map(String::as_str).collect() }
            }
            Self::F64 { .. } | Self::F32 { .. } | Self::Csr { .. } => {
                Batched { form: self, cells: vec![], texts: vec![] }
            }
        }
    }
}

fn cells(values: &[Own]) -> Vec<CellView<'_>> {
    let cell = |value| match value {
        &Own::None => CellView::None,
        &Own::Bool(b) => CellView::Bool(b),
        &Own::Int(i) => CellView::Int(i),
        &Own::Float(x) => CellView::Float(x),
        Own::Str(text) => CellView::Str(text),
    };
    values.iter().map(cell).collect()
}

/// A form with what its batch borrows.
pub(crate) struct Batched<'f> {
    form: &'f Form,
    cells: Vec<Vec<CellView<'f>>>,
    texts: Vec<&'f str>,
}

impl Batched<'_> {
    pub(crate) fn get(&self) -> RowsView<'_> {
        let batch = match self.form {
            Form::F64 { values, columns } => RowsView::f64(values, ROWS, *columns),
            Form::F32 { values, columns } => RowsView::f32(values, ROWS, *columns),
            Form::Csr { indptr, indices, values, columns } => {
                RowsView::csr(indptr, indices, ValuesView::F64(values), *columns)
            }
            Form::Any { columns, .. } => RowsView::dense(ValuesView::Any(&self.cells[0]), ROWS, *columns),
            Form::Texts(_) => Ok(RowsView::texts(&self.texts)),
            Form::Frame { names, .. } => {
                let columns =
                    names.iter().zip(&self.cells).map(|(name, cells)| (&**name, ValuesView::Any(cells)));
                RowsView::frame(columns.collect(), ROWS)
            }
        };
        batch.expect("as many values as rows and columns")
    }
}

/// What a model's state holds, to be met again in rows.
struct Known {
    numbers: Vec<f64>,
    texts: Vec<String>,
}

const MOST: usize = 4096;

impl Known {
    fn of(heap: &Heap) -> Self {
        let (mut numbers, mut texts) = (vec![], vec![]);
        for value in heap.nodes() {
            if let Some(text) = heap.as_str(value).filter(|text| text.len() < 64 && texts.len() < MOST) {
                texts.push(text.into_owned());
            }
            let Some(Ok(array)) = heap.ndarray(value) else { continue };
            for element in array.elements().take(200) {
                match element {
                    Ok(Element::Float(x)) if numbers.len() < MOST => numbers.push(x),
                    Ok(Element::Int(i)) if numbers.len() < MOST => numbers.push(i as f64),
                    Ok(Element::Str(text)) if texts.len() < MOST => texts.push(text),
                    Ok(Element::Struct(fields)) if numbers.len() < MOST => {
                        let float = |field| if let Element::Float(x) = field { Some(x) } else { None };
                        numbers.extend(fields.into_iter().filter_map(float));
                    }
                    _ => {}
                }
            }
            let is_text = matches!(array.dtype.kind, Kind::Object);
            texts.extend(array.objects().filter(|_| is_text).into_iter().flatten().filter_map(
                |&v: &Value| heap.as_str(v).map(std::borrow::Cow::into_owned).filter(|text| text.len() < 64),
            ));
        }
        Self { numbers, texts }
    }

    fn number(&self, random: &mut Random) -> f64 {
        match random.below(12) {
            0 => random.of(&[f64::NAN, f64::INFINITY, -0.0, 5e-324, 1e30, f64::MAX, -1e300]),
            1..=4 if !self.numbers.is_empty() => random.of(&self.numbers),
            5 | 6 => random.below(4) as f64,
            _ => random.share() * 8.0 - 3.0,
        }
    }

    fn word(&self, random: &mut Random) -> &str {
        match self.texts.len() {
            0 => "nothing",
            len => &self.texts[random.below(len)],
        }
    }

    fn text(&self, row: usize, random: &mut Random) -> String {
        match row {
            0 => String::new(),
            1 => "İSTANBUL ﬁne naïve Ἀθῆναι 東京 \u{301}\u{0}\t😀".into(),
            _ => (0..random.below(9)).map(|_| self.word(random)).collect::<Vec<_>>().join(" "),
        }
    }

    fn cell(&self, random: &mut Random) -> Own {
        match random.below(10) {
            0 => Own::None,
            1 => Own::Bool(true),
            2 | 3 => Own::Int(random.below(4) as i64),
            4..=6 => Own::Float(self.number(random)),
            _ => Own::Str(self.word(random).to_owned()),
        }
    }
}
