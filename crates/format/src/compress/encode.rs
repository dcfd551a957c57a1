//! Compression as joblib does it: the same headers, and bytes that any inflater gives back.

use std::io::{self, Write};

use flate2::{Compression, GzBuilder, write::GzEncoder, write::ZlibEncoder};
use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
use lzma_rust2::{LzmaOptions, LzmaWriter, XzOptions, XzWriter};

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Codec {
    /// zlib, levels 0 to 9.
    Zlib(u8),
    /// gzip, levels 0 to 9.
    Gzip(u8),
    /// bzip2, levels 1 to 9.
    Bzip2(u8),
    /// xz, levels 0 to 9.
    Xz(u8),
    /// LZMA alone, levels 0 to 9.
    Lzma(u8),
    /// lz4, which has no levels here.
    Lz4,
}

impl Codec {
    /// The codec of a name as joblib has it, at a level or at joblib's own.
    pub fn named(name: &str, level: Option<u8>) -> Option<Self> {
        let of = |least| level.is_none_or(|level| (least..=9).contains(&level)).then(|| level.unwrap_or(3));
        match name {
            "zlib" => of(0).map(Self::Zlib),
            "gzip" => of(0).map(Self::Gzip),
            "bz2" | "bzip2" => of(1).map(Self::Bzip2),
            "xz" => of(0).map(Self::Xz),
            "lzma" => of(0).map(Self::Lzma),
            "lz4" if level.is_none() => Some(Self::Lz4),
            _ => None,
        }
    }
}

/// A stream that is compressed on its way.
pub struct Encoder<W: Write>(Inner<W>);

enum Inner<W: Write> {
    Zlib(ZlibEncoder<W>),
    Gzip(GzEncoder<W>),
    Bzip2(bzip2::write::BzEncoder<W>),
    Xz(Box<XzWriter<W>>),
    Lzma(Box<LzmaWriter<W>>),
    Lz4(Box<FrameEncoder<W>>),
}

/// What gzip's header says of the system: Unix, as Python's zlib says on Linux.
const UNIX: u8 = 3;

impl<W: Write> Encoder<W> {
    /// Begins a stream.
    pub fn new(codec: Codec, out: W) -> io::Result<Self> {
        let deflate = |level: u8| Compression::new(level.into());
        Ok(Self(match codec {
            Codec::Zlib(level) => Inner::Zlib(ZlibEncoder::new(out, deflate(level))),
            Codec::Gzip(level) => {
                Inner::Gzip(GzBuilder::new().operating_system(UNIX).write(out, deflate(level)))
            }
            Codec::Bzip2(level) => {
                Inner::Bzip2(bzip2::write::BzEncoder::new(out, bzip2::Compression::new(level.into())))
            }
            Codec::Xz(level) => {
                Inner::Xz(Box::new(XzWriter::new(out, XzOptions::with_preset(level.into()))?))
            }
            Codec::Lzma(level) => {
                let options = LzmaOptions::with_preset(level.into());
                Inner::Lzma(Box::new(LzmaWriter::new_use_header(out, &options, None)?))
            }
            Codec::Lz4 => {
                let info = FrameInfo::new().block_mode(BlockMode::Linked).block_size(BlockSize::Max64KB);
                Inner::Lz4(Box::new(FrameEncoder::with_frame_info(info, out)))
            }
        }))
    }

    /// Ends the stream.
    pub fn finish(self) -> io::Result<W> {
        match self.0 {
            Inner::Zlib(encoder) => encoder.finish(),
            Inner::Gzip(encoder) => encoder.finish(),
            Inner::Bzip2(encoder) => encoder.finish(),
            Inner::Xz(encoder) => encoder.finish(),
            Inner::Lzma(encoder) => encoder.finish(),
            Inner::Lz4(encoder) => encoder.finish().map_err(io::Error::other),
        }
    }

    fn inner(&mut self) -> &mut dyn Write {
        match &mut self.0 {
            Inner::Zlib(encoder) => encoder,
            Inner::Gzip(encoder) => encoder,
            Inner::Bzip2(encoder) => encoder,
            Inner::Xz(encoder) => encoder.as_mut(),
            Inner::Lzma(encoder) => encoder.as_mut(),
            Inner::Lz4(encoder) => encoder.as_mut(),
        }
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner().write(bytes)
    }

    /// Does nothing: flushing would end blocks early.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use cannery_object::{Budget, Limits};

    use super::*;
    use crate::compress::unwrap;

    fn encoded(codec: Codec, plain: &[u8]) -> Vec<u8> {
        let mut encoder = Encoder::new(codec, Vec::new()).expect("known");
        encoder.write_all(plain).expect("to memory");
        encoder.finish().expect("to memory")
    }

    #[test]
    fn headers_are_those_of_joblib_and_all_is_inflated() {
        let plain: Vec<u8> = (0..200_000_u32).flat_map(|i| (i.wrapping_mul(i) / 7).to_le_bytes()).collect();
        let cases: [(Codec, &[u8]); 9] = [
            (Codec::Zlib(1), b"\x78\x01"),
            (Codec::Zlib(3), b"\x78\x5e"),
            (Codec::Zlib(6), b"\x78\x9c"),
            (Codec::Zlib(9), b"\x78\xda"),
            (Codec::Gzip(3), b"\x1f\x8b\x08\0\0\0\0\0\0\x03"),
            (Codec::Bzip2(3), b"BZh3"),
            (Codec::Xz(3), b"\xfd7zXZ\0\0\x04"),
            (Codec::Lzma(3), b"\x5d\0\0\x40\0\xff\xff\xff\xff\xff\xff\xff\xff"),
            (Codec::Lz4, b"\x04\x22\x4d\x18\x40\x40"),
        ];
        for (codec, head) in cases {
            let bytes = encoded(codec, &plain);
            assert_eq!(bytes[..head.len()], *head, "{codec:?}");
            let mut budget = Budget::new(Limits::default());
            let inflated = unwrap(&Bytes::from(bytes), &mut budget, &mut |_, _| ()).expect("sound");
            assert!(inflated.bytes == plain, "{codec:?}");
        }
    }
}
