//! Writing `.npy` (version 1.0, `numpy.lib.format`).

use std::borrow::Cow;
use std::io::{self, Write};

use cannery_rows::{Cell, Column, Layout, Plain, Texts, Values};

/// An array to write, in C order.
pub(crate) struct Array<'a> {
    shape: Vec<usize>,
    elements: Elements<'a>,
    /// Where the elements belong in the array, if they are not all of it.
    places: Option<Places<'a>>,
}

/// Places of the elements of a sparse matrix.
struct Places<'a> {
    columns: usize,
    indptr: &'a [usize],
    indices: &'a [u32],
}

enum Elements<'a> {
    F64(Cow<'a, [f64]>),
    F32(&'a [f32]),
    I64(Cow<'a, [i64]>),
    I32(Vec<i32>),
    Bool(&'a [bool]),
    Str(Cow<'a, Texts>),
}

impl<'a> Array<'a> {
    /// The results of a method as one array: 1-d, or 2-d where a row has several values.
    pub(crate) fn of(column: &'a Column) -> Self {
        let elements = Elements::of(&column.values);
        let shape = [Some(column.rows), column.width()].into_iter().flatten().collect();
        let places = match &column.layout {
            Layout::Vector | Layout::Matrix(_) => None,
            Layout::Csr { columns, indptr, indices } => Some(Places { columns: *columns, indptr, indices }),
        };
        Self { shape, elements, places }
    }

    /// The arrays of an archive, with their names: one, or of a sparse matrix its `data`, `indices`, `indptr` and
    /// `shape`, with the method's name and `__` in front. Positions are int32 where they fit, as scipy has them.
    pub(crate) fn named(column: &'a Column) -> Vec<(String, Self)> {
        let Layout::Csr { columns, indptr, indices } = &column.layout else {
            return vec![(column.name.clone(), Self::of(column))];
        };
        let vector = |elements: Elements<'a>| Self { shape: vec![elements.len()], elements, places: None };
        let is_small = i32::try_from(indices.len().max(*columns)).is_ok();
        let shape = [column.rows as i64, *columns as i64];
        let arrays = [
            ("data", Elements::of(&column.values)),
            ("indices", positions(is_small, indices.iter().map(|&index| index.into()))),
            ("indptr", positions(is_small, indptr.iter().map(|&start| start as i64))),
            ("shape", Elements::I64(shape.to_vec().into())),
        ];
        arrays.map(|(part, elements)| (format!("{}__{part}", column.name), vector(elements))).into()
    }

    /// Bytes of the file, without its header.
    pub(crate) fn bytes(&self) -> u64 {
        let len = self.shape.iter().fold(1_u64, |len, &axis| len.saturating_mul(axis as u64));
        len.saturating_mul(self.elements.itemsize() as u64)
    }

    /// Writes the file.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let descr = self.elements.descr();
        let shape = match &self.shape[..] {
            [len] => format!("({len},)"),
            lengths => format!("({})", lengths.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
        };
        let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
        let unpadded = 10 + header.len() + 1;
        header.push_str(&" ".repeat(unpadded.next_multiple_of(64) - unpadded));
        header.push('\n');
        out.write_all(b"\x93NUMPY\x01\x00")?;
        out.write_all(&(header.len() as u16).to_le_bytes())?;
        out.write_all(header.as_bytes())?;
        match &self.places {
            None => self.elements.write(out),
            Some(places) => places.write(&self.elements, out),
        }
    }
}

impl Places<'_> {
    /// Writes the rows of the dense form one after the other.
    fn write(&self, elements: &Elements<'_>, out: &mut impl Write) -> io::Result<()> {
        let itemsize = elements.itemsize();
        let mut stored = Vec::new();
        elements.write(&mut stored)?;
        let mut row = vec![0; self.columns * itemsize];
        for bounds in self.indptr.windows(2) {
            row.fill(0);
            for place in bounds[0]..bounds[1] {
                let (from, to) = (place * itemsize, self.indices[place] as usize * itemsize);
                row[to..to + itemsize].copy_from_slice(&stored[from..from + itemsize]);
            }
            out.write_all(&row)?;
        }
        Ok(())
    }
}

fn positions<'a>(is_small: bool, positions: impl Iterator<Item = i64>) -> Elements<'a> {
    if is_small {
        Elements::I32(positions.map(|position| position as i32).collect())
    } else {
        Elements::I64(positions.collect())
    }
}

impl<'a> Elements<'a> {
    fn of(values: &'a Values) -> Self {
        match values {
            Values::F64(v) => Self::F64(v.into()),
            Values::F32(v) => Self::F32(v),
            Values::I64(v) => Self::I64(v.into()),
            Values::Bool(v) => Self::Bool(v),
            Values::Str(v) => Self::Str(Cow::Borrowed(v)),
            Values::Any(v) => match Cell::plain(v) {
                Plain::Numbers(v) => Self::F64(v.into()),
                Plain::Texts(v) => Self::Str(Cow::Owned(v)),
            },
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::F64(v) => v.len(),
            Self::F32(v) => v.len(),
            Self::I64(v) => v.len(),
            Self::I32(v) => v.len(),
            Self::Bool(v) => v.len(),
            Self::Str(v) => v.len(),
        }
    }

    fn itemsize(&self) -> usize {
        match self {
            Self::F64(_) | Self::I64(_) => 8,
            Self::F32(_) | Self::I32(_) => 4,
            Self::Bool(_) => 1,
            Self::Str(texts) => 4 * longest(texts),
        }
    }

    fn descr(&self) -> String {
        match self {
            Self::F64(_) => "<f8".into(),
            Self::F32(_) => "<f4".into(),
            Self::I64(_) => "<i8".into(),
            Self::I32(_) => "<i4".into(),
            Self::Bool(_) => "|b1".into(),
            Self::Str(texts) => format!("<U{}", longest(texts)),
        }
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::F64(v) => v.iter().try_for_each(|x| out.write_all(&x.to_le_bytes())),
            Self::F32(v) => v.iter().try_for_each(|x| out.write_all(&x.to_le_bytes())),
            Self::I64(v) => v.iter().try_for_each(|x| out.write_all(&x.to_le_bytes())),
            Self::I32(v) => v.iter().try_for_each(|x| out.write_all(&x.to_le_bytes())),
            Self::Bool(v) => v.iter().try_for_each(|&x| out.write_all(&[u8::from(x)])),
            Self::Str(v) => {
                let width = longest(v);
                v.iter().try_for_each(|text| {
                    let padded = text.chars().map(u32::from).chain(std::iter::repeat(0)).take(width);
                    padded.into_iter().try_for_each(|point| out.write_all(&point.to_le_bytes()))
                })
            }
        }
    }
}

fn longest(texts: &Texts) -> usize {
    texts.iter().map(|text| text.chars().count()).max().unwrap_or(0).max(1)
}
