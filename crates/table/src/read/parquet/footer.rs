//! The footer of a Parquet file: its columns and where their pages are
//! (<https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>).

use parquet::basic::Type as Physical;

use super::source::Source;
use super::thrift::{Fault, Thrift, Wire};
use crate::error::Error;

/// Most bytes of a footer: some 100,000 columns in 10 row groups.
const MAX_FOOTER: u64 = 64 << 20;

/// What a file holds.
#[derive(Debug)]
pub(super) struct Footer {
    /// Number of rows.
    pub(super) rows: u64,
    /// The columns at the top of the schema.
    pub(super) columns: Vec<Column>,
    /// The row groups, one after the other.
    pub(super) groups: Vec<Group>,
}

/// A column of the table.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// Which chunk of a row group holds it.
    pub(super) leaf: usize,
    /// What it holds, or what it would be that can't be read.
    pub(super) kind: Result<Kind, String>,
    /// A value may be null.
    pub(super) is_optional: bool,
}

/// What a column that can be read holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    /// Of 32 bits, with a sign or without.
    Int32 {
        is_signed: bool,
    },
    /// Of 64 bits, with a sign or without.
    Int64 {
        is_signed: bool,
    },
    F32,
    F64,
    Text,
    /// Nothing but nulls, of this physical type.
    Null(Physical),
}

/// A row group.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) rows: u64,
    pub(super) chunks: Vec<Chunk>,
}

/// The pages of a column in a row group.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    pub(super) physical: i64,
    pub(super) codec: i64,
    pub(super) values: u64,
    pub(super) start: u64,
    pub(super) len: u64,
    /// The pages are in another file, or are encrypted.
    elsewhere: Option<&'static str>,
}

impl Footer {
    /// Reads the footer at the end of a file.
    pub(super) fn read(source: &Source) -> Result<Self, Error> {
        let len = source.len();
        let tail = source.bytes(len.saturating_sub(8), 8)?;
        let (size, magic) =
            tail.split_at_checked(4).ok_or_else(|| malformed("a Parquet file that is cut short"))?;
        match magic {
            b"PAR1" => {}
            b"PARE" => return Err(unsupported("an encrypted Parquet file")),
            _ => return Err(malformed("a Parquet file does not end with PAR1: it is cut short")),
        }
        let size = size.try_into().map(u32::from_le_bytes).map_or(u64::MAX, u64::from);
        if size > MAX_FOOTER {
            return Err(unsupported(format!("a Parquet footer of {size} bytes, above {MAX_FOOTER}")));
        }
        let start = len
            .checked_sub(size + 8)
            .ok_or_else(|| malformed("the footer of a Parquet file is cut short"))?;
        let bytes = source.bytes(start, size as usize)?;
        let footer = file(&bytes).map_err(|fault| malformed(fault.says("footer of a Parquet file")))?;
        footer.checked(start)
    }
}

/// What the fields of the file's metadata say.
#[derive(Default)]
struct File {
    elements: Vec<Element>,
    rows: i64,
    groups: Vec<Group>,
}

/// An element of the schema.
#[derive(Default)]
struct Element {
    physical: Option<i64>,
    repetition: i64,
    name: String,
    children: i64,
    converted: Option<i64>,
    /// The number of the logical type in its union, and whether it is an integer without a sign.
    logical: Option<(i64, bool)>,
}

fn file(bytes: &[u8]) -> Result<File, Fault> {
    let mut file = File::default();
    Thrift::new(bytes).structure(|thrift, id, wire| match id {
        2 => thrift.list(wire, |thrift, wire| {
            file.elements.push(element(thrift, wire)?);
            Ok(())
        }),
        3 => thrift.int(wire).map(|rows| file.rows = rows),
        4 => thrift.list(wire, |thrift, wire| {
            file.groups.push(group(thrift, wire)?);
            Ok(())
        }),
        _ => thrift.skip(wire),
    })?;
    Ok(file)
}

fn element(thrift: &mut Thrift<'_>, wire: Wire) -> Result<Element, Fault> {
    Thrift::expect_struct(wire)?;
    let mut element = Element::default();
    thrift.structure(|thrift, id, wire| match id {
        1 => thrift.int(wire).map(|physical| element.physical = Some(physical)),
        3 => thrift.int(wire).map(|repetition| element.repetition = repetition),
        4 => thrift.binary(wire).map(|name| element.name = String::from_utf8_lossy(name).into_owned()),
        5 => thrift.int(wire).map(|children| element.children = children),
        6 => thrift.int(wire).map(|converted| element.converted = Some(converted)),
        10 => logical(thrift, wire).map(|logical| element.logical = logical),
        _ => thrift.skip(wire),
    })?;
    Ok(element)
}

/// The union of logical types, of which an integer says whether it has a sign.
fn logical(thrift: &mut Thrift<'_>, wire: Wire) -> Result<Option<(i64, bool)>, Fault> {
    Thrift::expect_struct(wire)?;
    let mut logical = None;
    thrift.structure(|thrift, kind, wire| {
        Thrift::expect_struct(wire)?;
        let mut is_unsigned = false;
        thrift.structure(|thrift, id, wire| match (kind, id) {
            (10, 2) => Thrift::bool(wire).map(|is_signed| is_unsigned = !is_signed),
            _ => thrift.skip(wire),
        })?;
        logical = Some((kind, is_unsigned));
        Ok(())
    })?;
    Ok(logical)
}

fn group(thrift: &mut Thrift<'_>, wire: Wire) -> Result<Group, Fault> {
    Thrift::expect_struct(wire)?;
    let mut group = Group::default();
    thrift.structure(|thrift, id, wire| match id {
        1 => thrift.list(wire, |thrift, wire| {
            group.chunks.push(chunk(thrift, wire)?);
            Ok(())
        }),
        3 => thrift.int(wire).map(|rows| group.rows = u64::try_from(rows).unwrap_or(u64::MAX)),
        _ => thrift.skip(wire),
    })?;
    Ok(group)
}

fn chunk(thrift: &mut Thrift<'_>, wire: Wire) -> Result<Chunk, Fault> {
    Thrift::expect_struct(wire)?;
    let mut chunk = Chunk { elsewhere: Some("without metadata"), ..Chunk::default() };
    let mut elsewhere = None;
    thrift.structure(|thrift, id, wire| match id {
        1 => thrift.binary(wire).map(|_| elsewhere = Some("in another file")),
        3 => chunk_metadata(thrift, wire).map(|read| chunk = read),
        8 | 9 => {
            elsewhere = Some("encrypted");
            thrift.skip(wire)
        }
        _ => thrift.skip(wire),
    })?;
    chunk.elsewhere = elsewhere.or(chunk.elsewhere);
    Ok(chunk)
}

fn chunk_metadata(thrift: &mut Thrift<'_>, wire: Wire) -> Result<Chunk, Fault> {
    Thrift::expect_struct(wire)?;
    let mut chunk = Chunk::default();
    let mut dictionary = 0;
    let position = |value: i64| u64::try_from(value).map_err(|_| Fault::Bad("position"));
    thrift.structure(|thrift, id, wire| match id {
        1 => thrift.int(wire).map(|physical| chunk.physical = physical),
        4 => thrift.int(wire).map(|codec| chunk.codec = codec),
        5 => thrift.int(wire).and_then(position).map(|values| chunk.values = values),
        7 => thrift.int(wire).and_then(position).map(|len| chunk.len = len),
        9 => thrift.int(wire).and_then(position).map(|start| chunk.start = start),
        11 => thrift.int(wire).and_then(position).map(|start| dictionary = start),
        _ => thrift.skip(wire),
    })?;
    // some writers say 0 where there is no dictionary
    if dictionary > 0 && dictionary < chunk.start {
        chunk.start = dictionary;
    }
    Ok(chunk)
}

impl File {
    /// The columns and groups, when they fit each other and lie before `end`.
    fn checked(self, end: u64) -> Result<Footer, Error> {
        let (columns, leaves) = columns(self.elements)?;
        let mut rows = 0_u64;
        for (index, group) in self.groups.iter().enumerate() {
            if group.chunks.len() != leaves {
                let len = group.chunks.len();
                return Err(malformed(format!(
                    "row group {index} has {len} columns, and the schema {leaves}"
                )));
            }
            let ends = group.chunks.iter().map(|chunk| chunk.start.checked_add(chunk.len));
            if ends.into_iter().any(|stop| stop.is_none_or(|stop| stop > end)) {
                return Err(malformed(format!("row group {index} lies outside of the file")));
            }
            rows = rows.saturating_add(group.rows);
        }
        if u64::try_from(self.rows).ok() != Some(rows) || i64::try_from(rows).is_err() {
            return Err(malformed(format!("{} rows, and the row groups have {rows}", self.rows)));
        }
        Ok(Footer { rows, columns, groups: self.groups })
    }
}

/// The columns at the top of a schema, whose elements stand one after the other, and the number of its leaves.
fn columns(elements: Vec<Element>) -> Result<(Vec<Column>, usize), Error> {
    let no_tree = || malformed("the schema of a Parquet file is no tree");
    let mut elements = elements.into_iter();
    let root = elements.next().ok_or_else(no_tree)?;
    // children that each open group still has
    let mut open = vec![root.children];
    let (mut columns, mut leaves) = (Vec::new(), 0);
    for element in elements {
        while open.last() == Some(&0) {
            open.pop();
        }
        *open.last_mut().filter(|left| **left > 0).ok_or_else(no_tree)? -= 1;
        let is_top = open.len() == 1;
        let children = element.children;
        let is_group = children > 0;
        if is_top {
            columns.push(element.column(leaves, is_group));
        }
        if is_group {
            open.push(children);
        } else {
            leaves += 1;
        }
    }
    if open.iter().any(|&left| left != 0) {
        return Err(no_tree());
    }
    Ok((columns, leaves))
}

impl Element {
    fn column(self, leaf: usize, is_group: bool) -> Column {
        let kind =
            if is_group || self.repetition == 2 { Err("a nested column".to_owned()) } else { self.kind() };
        Column { name: self.name, leaf, kind, is_optional: self.repetition == 1 }
    }

    /// The older annotation is only looked at where the newer one is absent.
    fn kind(&self) -> Result<Kind, String> {
        let is = |logical: i64, converted: &[i64]| match self.logical {
            Some((kind, _)) => kind == logical,
            None => self.converted.is_some_and(|code| converted.contains(&code)),
        };
        let is_plain = self.logical.is_none() && self.converted.is_none();
        let is_int = is_plain || is(10, &[11, 12, 13, 14, 15, 16, 17, 18]);
        let is_signed = match self.logical {
            Some((_, is_unsigned)) => !is_unsigned,
            None => !self.converted.is_some_and(|code| (11..=14).contains(&code)),
        };
        match self.physical {
            Some(code) if matches!(self.logical, Some((11, _))) => {
                physical(code).map(Kind::Null).ok_or_else(|| "a column of nulls".to_owned())
            }
            Some(0) => Ok(Kind::Bool),
            Some(1) if is_int => Ok(Kind::Int32 { is_signed }),
            Some(2) if is_int => Ok(Kind::Int64 { is_signed }),
            Some(4) => Ok(Kind::F32),
            Some(5) => Ok(Kind::F64),
            Some(6) if is(1, &[0]) || is(4, &[4]) || is(12, &[19]) => Ok(Kind::Text),
            _ => Err(self.description()),
        }
    }

    /// What a column that can't be read holds.
    fn description(&self) -> String {
        let by_logical = match self.logical.map(|(kind, _)| kind) {
            Some(5) => Some("decimals"),
            Some(6) => Some("dates"),
            Some(7) => Some("times"),
            Some(8) => Some("timestamps"),
            Some(13) => Some("BSON"),
            Some(14) => Some("UUIDs"),
            Some(15) => Some("float16"),
            _ => None,
        };
        let by_converted = match self.converted {
            Some(5) => Some("decimals"),
            Some(6) => Some("dates"),
            Some(7 | 8) => Some("times"),
            Some(9 | 10) => Some("timestamps"),
            Some(20) => Some("BSON"),
            Some(21) => Some("intervals"),
            _ => None,
        };
        let by_physical = match self.physical {
            Some(3) => "timestamps of 96 bits",
            Some(6) => "bytes that are not said to be text",
            Some(7) => "bytes of a fixed length",
            _ => "values of an unknown type",
        };
        by_logical.or(by_converted).unwrap_or(by_physical).to_owned()
    }
}

impl Chunk {
    /// Fails when the pages can't be read from the file.
    pub(super) fn check(&self, column: &Column) -> Result<Physical, Error> {
        let name = &column.name;
        if let Some(elsewhere) = self.elsewhere {
            return Err(unsupported(format!("column {name:?} of a Parquet file is {elsewhere}")));
        }
        let kind = match &column.kind {
            Ok(kind) => *kind,
            Err(what) => return Err(unsupported(format!("column {name:?} holds {what}"))),
        };
        let physical = kind.physical();
        if self.physical != physical as i64 {
            return Err(malformed(format!("column {name:?} has pages of another type than the schema says")));
        }
        Ok(physical)
    }
}

impl Kind {
    fn physical(self) -> Physical {
        match self {
            Self::Bool => Physical::BOOLEAN,
            Self::Int32 { .. } => Physical::INT32,
            Self::Int64 { .. } => Physical::INT64,
            Self::F32 => Physical::FLOAT,
            Self::F64 => Physical::DOUBLE,
            Self::Text => Physical::BYTE_ARRAY,
            Self::Null(physical) => physical,
        }
    }
}

/// The physical type of a column of nulls.
fn physical(code: i64) -> Option<Physical> {
    match code {
        0 => Some(Physical::BOOLEAN),
        1 => Some(Physical::INT32),
        2 => Some(Physical::INT64),
        4 => Some(Physical::FLOAT),
        5 => Some(Physical::DOUBLE),
        6 => Some(Physical::BYTE_ARRAY),
        _ => None,
    }
}

pub(super) fn malformed(message: impl Into<String>) -> Error {
    cannery_format::Error::malformed(message).into()
}

pub(super) fn unsupported(message: impl Into<String>) -> Error {
    cannery_format::Error::unsupported(message).into()
}
