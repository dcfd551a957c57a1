//! Writing `.npy` (version 1.0, `numpy.lib.format`).

use std::io::{self, Write};

use crate::column::{Column, Values};

/// Writes one column of results as a `.npy` file: 1-d, or 2-d where a row has several values.
pub(crate) fn write(column: &Column, out: &mut impl Write) -> io::Result<()> {
    let descr = descr(&column.values);
    let shape = match column.width {
        None => format!("({},)", column.values.len()),
        Some(width) => format!("({}, {width})", column.values.len().checked_div(width).unwrap_or(0)),
    };
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    let unpadded = 10 + header.len() + 1;
    header.push_str(&" ".repeat(unpadded.next_multiple_of(64) - unpadded));
    header.push('\n');
    out.write_all(b"\x93NUMPY\x01\x00")?;
    out.write_all(&(header.len() as u16).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    write_values(&column.values, out)
}

fn descr(values: &Values) -> String {
    match values {
        Values::F64(_) => "<f8".into(),
        Values::F32(_) => "<f4".into(),
        Values::I64(_) => "<i8".into(),
        Values::Bool(_) => "|b1".into(),
        Values::Str(v) => format!("<U{}", longest(v)),
    }
}

fn longest(texts: &[String]) -> usize {
    texts.iter().map(|text| text.chars().count()).max().unwrap_or(0).max(1)
}

fn write_values(values: &Values, out: &mut impl Write) -> io::Result<()> {
    match values {
        Values::F64(v) => v.iter().try_for_each(|x| out.write_all(&x.to_le_bytes())),
        Values::F32(v) => v.iter().try_for_each(|x| out.write_all(&x.to_le_bytes())),
        Values::I64(v) => v.iter().try_for_each(|x| out.write_all(&x.to_le_bytes())),
        Values::Bool(v) => v.iter().try_for_each(|&x| out.write_all(&[u8::from(x)])),
        Values::Str(v) => {
            let width = longest(v);
            v.iter().try_for_each(|text| {
                let padded = text.chars().map(u32::from).chain(std::iter::repeat(0)).take(width);
                padded.into_iter().try_for_each(|point| out.write_all(&point.to_le_bytes()))
            })
        }
    }
}
