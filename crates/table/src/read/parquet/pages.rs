//! The pages of a column in a row group. Sizes and counts in their headers are compared with the bytes that are there
//! before the decoders of the `parquet` crate see them.

use bytes::Bytes;
use cannery_object::{Limit, Limits};
use parquet::basic::{Encoding, Type as Physical};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::ParquetError;

use super::codec::Codec;
use super::footer::{Chunk, malformed, unsupported};
use super::source::Source;
use super::thrift::{Fault, Thrift, Wire};
use super::{delta, levels};
use crate::error::Error;

/// Bytes that are read for a header at first, and at most. Statistics in it hold whole values.
const HEADER: usize = 4 << 10;
const MAX_HEADER: usize = 16 << 20;
/// Most values of a page.
const MAX_VALUES: usize = 16 << 20;

/// The pages of a chunk, one after the other.
pub(super) struct Pages {
    source: Source,
    codec: Codec,
    physical: Physical,
    /// Values may be null: pages begin with levels.
    is_optional: bool,
    has_dictionary: bool,
    limits: Limits,
    /// Rows that are read at once.
    step: usize,
    at: u64,
    end: u64,
    /// Values in the pages to come.
    left: u64,
}

impl Pages {
    pub(super) fn new(
        source: &Source,
        chunk: &Chunk,
        physical: Physical,
        is_optional: bool,
        step: usize,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let (source, codec, limits) = (source.clone(), Codec::of(chunk.codec)?, limits.clone());
        let (at, end, left) = (chunk.start, chunk.start.saturating_add(chunk.len), chunk.values);
        Ok(Self { source, codec, physical, is_optional, has_dictionary: false, limits, step, at, end, left })
    }

    /// The next page; none when all values were given.
    fn next_page(&mut self) -> Result<Option<Page>, Error> {
        while self.left > 0 && self.at < self.end {
            let header = self.header()?;
            let compressed = size(header.compressed)?;
            let stop = self.at.saturating_add(compressed as u64);
            if stop > self.end {
                return Err(malformed("a page of a Parquet file ends behind its column"));
            }
            if matches!(header.kind, PageKind::Index) {
                self.at = stop;
                continue;
            }
            let plain = size(header.plain)?;
            self.limits.check(Limit::DecompressedBytes, plain as u64).map_err(cannery_format::Error::from)?;
            let bytes = self.source.bytes(self.at, compressed)?;
            self.at = stop;
            let page = self.page(header.kind, &bytes, plain)?;
            if page.is_data_page() {
                self.left = self.left.saturating_sub(page.num_values().into());
            }
            self.check(&page)?;
            self.has_dictionary |= page.is_dictionary_page();
            return Ok(Some(page));
        }
        Ok(None)
    }

    /// The header at the position, which goes behind it.
    fn header(&mut self) -> Result<PageHeader, Error> {
        let rest = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let mut window = HEADER;
        loop {
            let bytes = self.source.bytes(self.at, window.min(rest))?;
            let mut thrift = Thrift::new(&bytes);
            match PageHeader::read(&mut thrift) {
                Ok(header) => {
                    self.at += thrift.at() as u64;
                    return Ok(header);
                }
                Err(Fault::Short) if window < rest && window < MAX_HEADER => window *= 16,
                Err(fault) => return Err(malformed(fault.says("header of a Parquet page"))),
            }
        }
    }

    fn page(&self, kind: PageKind, bytes: &Bytes, plain: usize) -> Result<Page, Error> {
        Ok(match kind {
            PageKind::Data { values, encoding, levels } => Page::DataPage {
                buf: self.codec.plain(bytes, plain)?,
                num_values: count(values)?,
                encoding: encoding_of(encoding)?,
                def_level_encoding: encoding_of(levels)?,
                rep_level_encoding: Encoding::RLE,
                statistics: None,
            },
            PageKind::Dictionary { values, encoding } => Page::DictionaryPage {
                buf: self.codec.plain(bytes, plain)?,
                num_values: count(values)?,
                encoding: encoding_of(encoding)?,
                is_sorted: false,
            },
            PageKind::DataV2 { values, nulls, rows, encoding, levels, is_compressed } => {
                let levels = size(levels)?;
                let too_long = || malformed("the levels of a Parquet page are longer than the page");
                let (head, body) = (bytes.get(..levels).ok_or_else(too_long)?, bytes.slice(levels..));
                let codec = if is_compressed { self.codec } else { Codec::None };
                let body = codec.plain(&body, plain.checked_sub(levels).ok_or_else(too_long)?)?;
                Page::DataPageV2 {
                    buf: [head, &body].concat().into(),
                    num_values: count(values)?,
                    encoding: encoding_of(encoding)?,
                    num_nulls: count(nulls)?,
                    num_rows: count(rows)?,
                    def_levels_byte_len: levels as u32,
                    rep_levels_byte_len: 0,
                    is_compressed: false,
                    statistics: None,
                }
            }
            PageKind::Index => return Err(malformed("an index among the pages of a Parquet file")),
        })
    }

    /// Fails when a decoder would allocate more than the page's bytes stand for.
    fn check(&self, page: &Page) -> Result<(), Error> {
        let (bytes, values) = (page.buffer().len(), page.num_values() as usize);
        if values > MAX_VALUES {
            return Err(unsupported(format!("a Parquet page of {values} values, above {MAX_VALUES}")));
        }
        if page.is_dictionary_page() {
            let width = match self.physical {
                Physical::BOOLEAN => return Err(malformed("a dictionary of truth values")),
                Physical::INT32 | Physical::FLOAT | Physical::BYTE_ARRAY => 4,
                Physical::INT64 | Physical::DOUBLE => 8,
                Physical::INT96 | Physical::FIXED_LEN_BYTE_ARRAY => 1,
            };
            if values.saturating_mul(width) > bytes {
                return Err(malformed("a dictionary of a Parquet file has fewer bytes than values"));
            }
        }
        self.check_values(page).map_err(malformed)?;
        if page.encoding() == Encoding::DELTA_BYTE_ARRAY {
            let (_, body) = self.levels_and_values(page).map_err(malformed)?;
            let longest = delta::check_texts(body, values).map_err(malformed)?;
            let most = longest.saturating_mul(values.min(self.step));
            self.limits.check(Limit::DecompressedBytes, most as u64).map_err(cannery_format::Error::from)?;
        }
        Ok(())
    }

    /// Fails where a decoder would panic.
    fn check_values(&self, page: &Page) -> Result<(), &'static str> {
        let is_text = self.physical == Physical::BYTE_ARRAY;
        if page.is_dictionary_page() {
            return if is_text { check_texts(page.buffer(), page.num_values() as usize) } else { Ok(()) };
        }
        let (levels, body) = self.levels_and_values(page)?;
        let values = self.values(page, levels).ok_or("a page whose levels are damaged")?;
        let most = page.num_values() as usize;
        match page.encoding() {
            Encoding::PLAIN if is_text => check_texts(body, values),
            Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY => {
                // the first byte is the width of the indices
                let width = *body.first().ok_or("a page of indices without their width")?;
                if !self.has_dictionary {
                    return Err("a page of indices without a dictionary");
                }
                if width > 32 { Err("a page of indices of more than 32 bits") } else { Ok(()) }
            }
            Encoding::DELTA_BINARY_PACKED if delta::check_integers(body, most)? < values => {
                Err("a page of fewer integers than rows that have one")
            }
            Encoding::DELTA_BINARY_PACKED => Ok(()),
            Encoding::BYTE_STREAM_SPLIT => match self.physical {
                Physical::INT32 | Physical::FLOAT if body.len() / 4 >= values => Ok(()),
                Physical::INT64 | Physical::DOUBLE if body.len() / 8 >= values => Ok(()),
                _ => Err("a page of split numbers that are fewer than rows that have one"),
            },
            Encoding::DELTA_LENGTH_BYTE_ARRAY => delta::check_lengths(body, most),
            Encoding::RLE if body.len() < 4 => Err("a page of runs without their length"),
            _ if levels.len() > MAX_VALUES => Err("levels of more than 16 MiB"),
            _ => Ok(()),
        }
    }

    /// Rows of a data page that have a value; `None` if the levels are damaged.
    fn values(&self, page: &Page, levels: &[u8]) -> Option<usize> {
        let rows = page.num_values() as usize;
        match page {
            _ if !self.is_optional => Some(rows),
            Page::DataPage { def_level_encoding, .. } if *def_level_encoding != Encoding::RLE => {
                levels::values_in_bits(levels, rows)
            }
            _ => levels::values_in_runs(levels, rows),
        }
    }

    /// The definition levels of a data page and its values.
    fn levels_and_values<'p>(&self, page: &'p Page) -> Result<(&'p [u8], &'p [u8]), &'static str> {
        const SHORT: &str = "a page that is shorter than its levels";
        let bytes = &page.buffer()[..];
        let (skipped, len) = match page {
            Page::DictionaryPage { .. } => (0, 0),
            Page::DataPageV2 { def_levels_byte_len, .. } => (0, *def_levels_byte_len as usize),
            Page::DataPage { .. } if !self.is_optional => (0, 0),
            Page::DataPage { def_level_encoding: Encoding::RLE, .. } => {
                let len = bytes.first_chunk().map(|len| u32::from_le_bytes(*len)).ok_or(SHORT)?;
                (4, len as usize)
            }
            Page::DataPage { num_values, .. } => (0, num_values.div_ceil(8) as usize),
        };
        bytes.get(skipped..).and_then(|bytes| bytes.split_at_checked(len)).ok_or(SHORT)
    }
}

impl Iterator for Pages {
    type Item = Result<Page, ParquetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>, ParquetError> {
        self.next_page().map_err(|error| ParquetError::External(Box::new(error)))
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>, ParquetError> {
        Err(ParquetError::NYI("pages are read one after the other".to_owned()))
    }

    fn skip_next_page(&mut self) -> Result<(), ParquetError> {
        Err(ParquetError::NYI("pages are read one after the other".to_owned()))
    }
}

/// Checks so many texts, each behind the number of its bytes.
fn check_texts(bytes: &[u8], count: usize) -> Result<(), &'static str> {
    let mut rest = bytes;
    for _ in 0..count {
        let text = rest
            .split_first_chunk()
            .and_then(|(len, rest)| rest.split_at_checked(usize::try_from(u32::from_le_bytes(*len)).ok()?));
        (_, rest) = text.ok_or("a page of fewer texts than rows that have one")?;
    }
    Ok(())
}

/// What stands before a page.
#[derive(Debug)]
struct PageHeader {
    kind: PageKind,
    plain: i64,
    compressed: i64,
}

#[derive(Clone, Copy, Debug)]
enum PageKind {
    Data { values: i64, encoding: i64, levels: i64 },
    DataV2 { values: i64, nulls: i64, rows: i64, encoding: i64, levels: i64, is_compressed: bool },
    Dictionary { values: i64, encoding: i64 },
    Index,
}

impl PageHeader {
    fn read(thrift: &mut Thrift<'_>) -> Result<Self, Fault> {
        let (mut code, mut plain, mut compressed, mut parts) = (None, None, None, [None, None, None]);
        thrift.structure(|thrift, id, wire| match id {
            1 => thrift.int(wire).map(|value| code = Some(value)),
            2 => thrift.int(wire).map(|value| plain = Some(value)),
            3 => thrift.int(wire).map(|value| compressed = Some(value)),
            5 => numbers(thrift, wire).map(|fields| parts[0] = Some(fields)),
            7 => numbers(thrift, wire).map(|fields| parts[1] = Some(fields)),
            8 => numbers(thrift, wire).map(|fields| parts[2] = Some(fields)),
            _ => thrift.skip(wire),
        })?;
        let due = |field: Option<i64>| field.ok_or(Fault::Bad("number"));
        let part = |part: usize| parts[part].ok_or(Fault::Bad("header of the page's kind"));
        let kind = match due(code)? {
            0 => {
                let [values, encoding, levels, ..] = part(0)?;
                PageKind::Data { values: due(values)?, encoding: due(encoding)?, levels: due(levels)? }
            }
            1 => PageKind::Index,
            2 => {
                let [values, encoding, ..] = part(1)?;
                PageKind::Dictionary { values: due(values)?, encoding: due(encoding)? }
            }
            3 => {
                let [values, nulls, rows, encoding, levels, repetitions, is_compressed] = part(2)?;
                if repetitions.is_some_and(|len| len != 0) {
                    return Err(Fault::Bad("flat column"));
                }
                PageKind::DataV2 {
                    values: due(values)?,
                    nulls: due(nulls)?,
                    rows: due(rows)?,
                    encoding: due(encoding)?,
                    levels: due(levels)?,
                    is_compressed: is_compressed != Some(0),
                }
            }
            _ => return Err(Fault::Bad("kind of page that is known")),
        };
        Ok(Self { kind, plain: due(plain)?, compressed: due(compressed)? })
    }
}

/// The fields 1 to 7 of a structure that are numbers or truth values.
fn numbers(thrift: &mut Thrift<'_>, wire: Wire) -> Result<[Option<i64>; 7], Fault> {
    Thrift::expect_struct(wire)?;
    let mut fields = [None; 7];
    thrift.structure(|thrift, id, wire| {
        let field = usize::try_from(id.saturating_sub(1)).ok().and_then(|index| fields.get_mut(index));
        match (field, wire) {
            (Some(field), Wire::True | Wire::False) => {
                *field = Some(i64::from(wire == Wire::True));
                Ok(())
            }
            (Some(field), Wire::Byte | Wire::Integer) => thrift.int(wire).map(|value| *field = Some(value)),
            _ => thrift.skip(wire),
        }
    })?;
    Ok(fields)
}

fn size(value: i64) -> Result<usize, Error> {
    let size = i32::try_from(value).ok().and_then(|value| usize::try_from(value).ok());
    size.ok_or_else(|| malformed("a page of a Parquet file has no length"))
}

fn count(value: i64) -> Result<u32, Error> {
    let count = i32::try_from(value).ok().and_then(|value| u32::try_from(value).ok());
    count.ok_or_else(|| malformed("a page of a Parquet file has no number of values"))
}

#[expect(deprecated, reason = "files of old writers have BIT_PACKED levels")]
fn encoding_of(code: i64) -> Result<Encoding, Error> {
    Ok(match code {
        0 => Encoding::PLAIN,
        2 => Encoding::PLAIN_DICTIONARY,
        3 => Encoding::RLE,
        4 => Encoding::BIT_PACKED,
        5 => Encoding::DELTA_BINARY_PACKED,
        6 => Encoding::DELTA_LENGTH_BYTE_ARRAY,
        7 => Encoding::DELTA_BYTE_ARRAY,
        8 => Encoding::RLE_DICTIONARY,
        9 => Encoding::BYTE_STREAM_SPLIT,
        _ => return Err(unsupported(format!("encoding {code} of a Parquet page"))),
    })
}
