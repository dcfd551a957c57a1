//! What some bytes are, by their content and never by a file's name.

use crate::error::Error;

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Compressed: [`unwrap`](crate::compress::unwrap) it and look again.
    Wrapped(Wrapping),
    /// Something that this crate reads.
    Container(Container),
    /// Something that is known and that this crate does not read.
    Foreign(Foreign),
    /// Nothing that is known.
    Unknown,
}

/// A layer of compression around a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wrapping {
    /// zlib (RFC 1950).
    Zlib,
    /// gzip (RFC 1952).
    Gzip,
    /// bzip2.
    Bzip2,
    /// LZMA alone: the format before xz.
    Lzma,
    /// xz.
    Xz,
    /// LZ4 frame.
    Lz4,
    /// `ZF`, a length in hexadecimal and zlib: joblib before 0.10.
    Zfile,
    /// Text in base64 (RFC 4648) that holds a pickle of protocol 2 or above.
    Base64,
}

impl Wrapping {
    /// Its name, as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zlib => "zlib",
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Lzma => "lzma",
            Self::Xz => "xz",
            Self::Lz4 => "lz4",
            Self::Zfile => "zfile",
            Self::Base64 => "base64",
        }
    }
}

/// What holds the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Container {
    /// A pickle, of joblib or not: the two can't be told apart before they are read.
    Pickle,
    /// `.npy`.
    Npy,
    /// A zip archive: skops or npz, as its entries say.
    Zip,
}

macro_rules! foreign {
    ($($variant:ident, $text:literal;)*) => {
        /// A format that is known and not read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Foreign {
            $(#[doc = $text] $variant,)*
        }

        impl Foreign {
            fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

foreign! {
    Empty, "an empty file";
    GitLfs, "a Git LFS pointer, not the model: fetch it with git lfs pull";
    Dvc, "a DVC pointer, not the model: fetch it with dvc pull";
    SevenZip, "a 7z archive: unpack it first";
    Rar, "a RAR archive: unpack it first";
    Tar, "a tar archive: unpack it first";
    Zstd, "zstd data: decompress it first";
    Hdf5, "an HDF5 file (PyTables, MATLAB or another)";
    KerasHdf5, "a Keras model in HDF5";
    Parquet, "a Parquet table, not a model";
    Arrow, "an Arrow table, not a model";
    PyTorch, "a PyTorch checkpoint";
    OldPyTorch, "a PyTorch checkpoint of the format before 1.6";
    Keras, "a Keras model";
    Office, "an Office document";
    Safetensors, "a safetensors file";
    Gguf, "a GGUF model";
    Onnx, "an ONNX model";
    CatBoost, "a CatBoost model of its own format";
    LightGbm, "a LightGBM model in its text format";
    XgboostUbj, "an XGBoost model in UBJSON";
    XgboostJson, "an XGBoost model in JSON";
    XgboostBinary, "an XGBoost model in its old binary format";
    Json, "JSON text";
    Xml, "XML or HTML text";
    RData, "an R data file";
    Pdf, "a PDF document";
    Save, "a save file of IDL or SPSS";
    Image, "an image";
}

/// What is to be thought of a format that is known and not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// It holds no model: a table, a document, nothing.
    Data,
    /// A model in a format that holds numbers and no code.
    Model,
    /// A model of PyTorch, Keras, XGBoost, LightGBM or CatBoost in a format of its own, which other loaders read.
    Framework,
    /// A format that can hold code, or whose content is packed.
    Opaque,
}

impl Foreign {
    /// What the format can hold.
    pub fn nature(self) -> Nature {
        match self {
            Self::Empty
            | Self::GitLfs
            | Self::Dvc
            | Self::Parquet
            | Self::Arrow
            | Self::Json
            | Self::Xml
            | Self::Pdf
            | Self::Save
            | Self::Image
            | Self::Office => Nature::Data,
            Self::Safetensors | Self::Gguf | Self::Onnx => Nature::Model,
            Self::PyTorch
            | Self::OldPyTorch
            | Self::Keras
            | Self::KerasHdf5
            | Self::CatBoost
            | Self::LightGbm
            | Self::XgboostUbj
            | Self::XgboostJson
            | Self::XgboostBinary => Nature::Framework,
            Self::SevenZip | Self::Rar | Self::Tar | Self::Zstd | Self::Hdf5 | Self::RData => Nature::Opaque,
        }
    }

    /// The error to give to a user who wanted a model: what holds none is malformed, whatever its name.
    pub fn error(self) -> Error {
        let message = format!("this is {}", self.text());
        match self.nature() {
            Nature::Data => Error::malformed(message),
            Nature::Model | Nature::Framework | Nature::Opaque => Error::unsupported(message),
        }
    }

    /// Whether it is what people find in the place of a model: a pointer to it, a page that says why it is not there,
    /// nothing.
    pub fn stands_for_a_model(self) -> bool {
        matches!(self, Self::Empty | Self::GitLfs | Self::Dvc | Self::Json | Self::Xml)
    }

    /// Whether it is a zip archive.
    pub fn is_zip(self) -> bool {
        matches!(self, Self::PyTorch | Self::Keras | Self::Office)
    }

    /// Whether the first bytes are some that an unpickler can't get past, although they begin with an opcode.
    pub fn is_never_a_pickle(self) -> bool {
        // PNG: NEWFALSE, PERSID of a line, and 0x1a, which is no opcode; IDL: a string of a line without quotes
        matches!(self, Self::Image | Self::Save)
    }
}

/// What `bytes` are. Looks at no more than the first 512 bytes; in an HDF5 file at 64 KiB, for the words that Keras writes.
///
/// A pickle of protocol 2 and above starts with 0x80. Older ones start with any of some 25 opcodes, most of them
/// letters, so they come last: `]` is a list for pickle and a property byte for LZMA, `P` a persistent id or a zip
/// archive, `B` bytes or bzip2. In each case the other format has more bytes that no pickle has there.
pub fn sniff(bytes: &[u8]) -> Format {
    if let Some(wrapping) = wrapping(bytes) {
        return Format::Wrapped(wrapping);
    }
    if bytes.starts_with(b"\x93NUMPY") {
        return Format::Container(Container::Npy);
    }
    if let Some(foreign) = foreign(bytes) {
        return Format::Foreign(foreign);
    }
    if is_zip(bytes) {
        return Format::Container(Container::Zip);
    }
    if starts_a_pickle(bytes) { Format::Container(Container::Pickle) } else { Format::Unknown }
}

fn wrapping(bytes: &[u8]) -> Option<Wrapping> {
    match bytes {
        [0x1f, 0x8b, 8, ..] => Some(Wrapping::Gzip),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Wrapping::Xz),
        [4, 0x22, 0x4d, 0x18, ..] => Some(Wrapping::Lz4),
        [b'Z', b'F', b'0', b'x', ..] => Some(Wrapping::Zfile),
        [b'B', b'Z', b'h', b'1'..=b'9', magic @ ..] if is_bzip2_block(magic) => Some(Wrapping::Bzip2),
        [0x78, flags, ..] if is_zlib(*flags) => Some(Wrapping::Zlib),
        _ if is_lzma(bytes) => Some(Wrapping::Lzma),
        _ if is_base64(bytes) => Some(Wrapping::Base64),
        _ => None,
    }
}

/// The letters of a pickle's first two bytes, PROTO and a protocol from 2 to 5, and only letters of base64 after them. As
/// a pickle this would read a memo that holds nothing.
fn is_base64(bytes: &[u8]) -> bool {
    const LOOKED_AT: usize = 512;
    let start = &bytes[..bytes.len().min(LOOKED_AT)];
    let is_letter =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\n' | b'\r');
    matches!(start, [b'g', b'A', b'I'..=b'X', ..]) && start.len() >= 8 && start.iter().all(is_letter)
}

/// A block of data, or the end of a stream without one.
fn is_bzip2_block(magic: &[u8]) -> bool {
    magic.starts_with(b"1AY&SY") || magic.starts_with(b"\x17\x72\x45\x38\x50\x90")
}

/// The second byte of a zlib stream whose first is 0x78: a checksum over both, and no preset dictionary.
fn is_zlib(flags: u8) -> bool {
    (0x7800 + u16::from(flags)).is_multiple_of(31) && flags & 0x20 == 0
}

/// The header of LZMA alone: properties 0x5d, a dictionary of 2^n or 2^n + 2^(n-1) bytes and at least 4 KiB, a length
/// that is unknown or below 256 GiB (as xz decides), and the zero with which its range coder starts. The second
/// byte is then 0, which is no opcode.
fn is_lzma(bytes: &[u8]) -> bool {
    let [0x5d, header @ ..] = bytes else { return false };
    let (Some(dictionary), Some(length)) =
        (header.first_chunk(), header.get(4..12).and_then(<[u8]>::first_chunk))
    else {
        return false;
    };
    let (dictionary, length) = (u32::from_le_bytes(*dictionary), u64::from_le_bytes(*length));
    let plausible_dictionary = dictionary >= 4096
        && (dictionary == u32::MAX || dictionary.count_ones() == 1 || has_two_top_bits(dictionary));
    let plausible_length = length == u64::MAX || length < 256 << 30;
    plausible_dictionary && plausible_length && header.get(12) == Some(&0)
}

fn has_two_top_bits(n: u32) -> bool {
    n >> n.trailing_zeros() == 3
}

fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

fn foreign(bytes: &[u8]) -> Option<Foreign> {
    let magics: [(&[u8], Foreign); 25] = [
        (b"version https://git-lfs.github.com/spec/", Foreign::GitLfs),
        (b"7z\xbc\xaf\x27\x1c", Foreign::SevenZip),
        (b"Rar!\x1a\x07", Foreign::Rar),
        (b"\x28\xb5\x2f\xfd", Foreign::Zstd),
        (b"\x89HDF\r\n\x1a\n", Foreign::Hdf5),
        (b"PAR1", Foreign::Parquet),
        (b"ARROW1", Foreign::Arrow),
        (b"FEA1", Foreign::Arrow),
        (b"GGUF", Foreign::Gguf),
        (b"CBM1", Foreign::CatBoost),
        (b"tree\nversion=", Foreign::LightGbm),
        (b"{L\x00\x00\x00\x00\x00\x00\x00", Foreign::XgboostUbj),
        (b"binf", Foreign::XgboostBinary),
        (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", Foreign::OldPyTorch),
        (b"RDX2\n", Foreign::RData),
        (b"RDX3\n", Foreign::RData),
        (b"%PDF-", Foreign::Pdf),
        (b"SR\x00\x04", Foreign::Save),
        (b"SR\x00\x06", Foreign::Save),
        (b"$FL2", Foreign::Save),
        (b"$FL3", Foreign::Save),
        (b"\x89PNG\r\n\x1a\n", Foreign::Image),
        (b"\xff\xd8\xff", Foreign::Image),
        (b"<?xml", Foreign::Xml),
        (b"<!DOCTYPE", Foreign::Xml),
    ];
    if bytes.is_empty() {
        return Some(Foreign::Empty);
    }
    match magics.into_iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, foreign)| foreign) {
        Some(Foreign::Hdf5) if is_of_keras(bytes) => Some(Foreign::KerasHdf5),
        Some(foreign) => Some(foreign),
        None => foreign_by_structure(bytes),
    }
}

fn foreign_by_structure(bytes: &[u8]) -> Option<Foreign> {
    if bytes.get(257..262) == Some(b"ustar") {
        return Some(Foreign::Tar);
    }
    if is_zip(bytes) {
        return foreign_zip(first_name(bytes)?);
    }
    match bytes {
        [8, 1..=31, 0x12 | 0x1a | 0x22 | 0x28 | 0x32 | 0x3a | 0x42, ..] => Some(Foreign::Onnx),
        [_, _, _, _, 0, 0, 0, 0, b'{', b'"', ..] => Some(Foreign::Safetensors),
        _ => foreign_text(bytes),
    }
}

/// Whether an HDF5 file has one of the attributes that Keras gives to a model near its start.
fn is_of_keras(bytes: &[u8]) -> bool {
    const ATTRIBUTES: [&[u8]; 2] = [b"keras_version", b"model_config"];
    let start = &bytes[..bytes.len().min(64 << 10)];
    ATTRIBUTES.into_iter().any(|name| start.windows(name.len()).any(|bytes| bytes == name))
}

/// The text that `dvc add` leaves in the place of a file: what it tracks, with a digest, a size and a path.
fn is_dvc(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(512)];
    let has = |word: &[u8]| start.windows(word.len()).any(|bytes| bytes == word);
    start.starts_with(b"outs:\n- ") && has(b"path: ") && (has(b"md5: ") || has(b"hash: ") || has(b"etag: "))
}

/// Text whose first character, white space aside, starts no pickle.
fn foreign_text(bytes: &[u8]) -> Option<Foreign> {
    if is_dvc(bytes) {
        return Some(Foreign::Dvc);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match bytes.trim_ascii_start() {
        text if text.starts_with(b"{\"learner\":") => Some(Foreign::XgboostJson),
        [b'{' | b'[', ..] => Some(Foreign::Json),
        [b'<', ..] => Some(Foreign::Xml),
        _ => None,
    }
}

/// The name of the first entry of a zip archive.
fn first_name(bytes: &[u8]) -> Option<&[u8]> {
    let len = u16::from_le_bytes(*bytes.get(26..28)?.first_chunk()?);
    bytes.get(30..30 + usize::from(len))
}

fn foreign_zip(name: &[u8]) -> Option<Foreign> {
    match name {
        b"metadata.json" | b"model.weights.h5" => Some(Foreign::Keras),
        b"[Content_Types].xml" => Some(Foreign::Office),
        _ if name.ends_with(b"/data.pkl") => Some(Foreign::PyTorch),
        _ => None,
    }
}

/// Whether the first byte is an opcode that can start a pickle: PROTO, FRAME, MARK, or one that pushes a value out of
/// nothing.
pub fn starts_a_pickle(bytes: &[u8]) -> bool {
    const TEXT: &[u8] = b"()]}cBCFGIJKLMNPSTUVX";
    matches!(bytes, [0x80 | 0x82..=0x84 | 0x88..=0x8f | 0x95..=0x97, ..])
        || bytes.first().is_some_and(|first| TEXT.contains(first))
}

#[cfg(test)]
mod tests;
