//! What is made of a listing: compression, archives, and the ways to break them. A recipe is a list of steps with spaces
//! between them, carried out from left to right; `-` is none.
//!
//! | step | what it does |
//! |---|---|
//! | `gzip` `zlib` `bz2` `xz` `lzma` `lz4` `zfile` | compresses |
//! | `append:LISTING` `prepend:LISTING` | another listing, assembled, after or before |
//! | `append-hex:…` `prepend-hex:…` `append-zeros:N` | bytes |
//! | `cut:N` | without the last N bytes |
//! | `flip:N` | the lowest bit of the byte N before the end is changed |
//! | `in-bytes` | a pickle of the bytes so far |
//! | `npy` | a `.npy` file of one object, whose pickle it is |
//! | `zip:KEY=VALUE,…` | an archive, see `zip.rs` |
//! | `skops:NAME=LISTING,…` | an archive with the text of the listing as `schema.json`, and further entries: listings, or `zeros.npy` for three zeros |
//! | `tar` `7z` | an archive with one entry, stored |

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::zip::{self, Entry};

/// The bytes that a listing and a recipe stand for.
pub(crate) fn build(folder: &Path, listing: &str, recipe: &str) -> Result<Vec<u8>, String> {
    let mut bytes = if recipe.starts_with("skops") {
        text(folder, listing)?.into_bytes()
    } else {
        pickle(folder, listing)?
    };
    for step in recipe.split_whitespace().filter(|&step| step != "-") {
        bytes = carry_out(folder, step, bytes).map_err(|error| format!("{step}: {error}"))?;
    }
    Ok(bytes)
}

fn text(folder: &Path, listing: &str) -> Result<String, String> {
    fs::read_to_string(folder.join(listing)).map_err(|error| format!("{listing}: {error}"))
}

fn pickle(folder: &Path, listing: &str) -> Result<Vec<u8>, String> {
    cannery::assemble(&text(folder, listing)?).map_err(|error| format!("{listing}: {error}"))
}

fn carry_out(folder: &Path, step: &str, mut bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    let (name, arg) = step.split_once(':').unwrap_or((step, ""));
    let io = |error: std::io::Error| error.to_string();
    Ok(match name {
        "gzip" => with(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best()), &bytes, |w| {
            w.finish()
        })
        .map_err(io)?,
        "zlib" => zlib(&bytes),
        "zfile" => [format!("ZF{:<19}", format!("{:#x}", bytes.len())).as_bytes(), &zlib(&bytes)].concat(),
        "bz2" => with(
            bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best()),
            &bytes,
            bzip2::write::BzEncoder::finish,
        )
        .map_err(io)?,
        "xz" => {
            let writer =
                lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).map_err(io)?;
            with(writer, &bytes, lzma_rust2::XzWriter::finish).map_err(io)?
        }
        "lzma" => {
            let options = lzma_rust2::LzmaOptions::with_preset(0);
            let writer = lzma_rust2::LzmaWriter::new_use_header(Vec::new(), &options, None).map_err(io)?;
            with(writer, &bytes, lzma_rust2::LzmaWriter::finish).map_err(io)?
        }
        "lz4" => {
            let mut writer = lz4_flex::frame::FrameEncoder::new(Vec::new());
            writer.write_all(&bytes).map_err(io)?;
            writer.finish().map_err(|error| error.to_string())?
        }
        "append" => [bytes, pickle(folder, arg)?].concat(),
        "prepend" => [pickle(folder, arg)?, bytes].concat(),
        "append-hex" => [bytes, hex(arg)?].concat(),
        "prepend-hex" => [hex(arg)?, bytes].concat(),
        "append-zeros" => [bytes, vec![0; number(arg)?]].concat(),
        "cut" => {
            bytes.truncate(bytes.len().saturating_sub(number(arg)?));
            bytes
        }
        "flip" => {
            let at = bytes.len().checked_sub(number(arg)?).ok_or("the file is shorter")?;
            *bytes.get_mut(at).ok_or("the file is shorter")? ^= 1;
            bytes
        }
        "in-bytes" => [b"\x80\x04B", &(bytes.len() as u32).to_le_bytes()[..], &bytes, b"."].concat(),
        "npy" => npy("|O", "(1,)", &bytes),
        "zip" => zip::build(&bytes, arg)?,
        "skops" => skops(folder, &bytes, arg)?,
        "tar" => tar(&bytes),
        "7z" => seven_zip(&bytes),
        _ => return Err("there is no such step".into()),
    })
}

fn with<W: Write>(
    mut writer: W,
    bytes: &[u8],
    finish: impl FnOnce(W) -> std::io::Result<Vec<u8>>,
) -> std::io::Result<Vec<u8>> {
    writer.write_all(bytes)?;
    finish(writer)
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    with(writer, bytes, flate2::write::ZlibEncoder::finish).expect("to memory")
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number"))
}

/// Bytes of hexadecimal digits.
pub(crate) fn hex(digits: &str) -> Result<Vec<u8>, String> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap_or_default());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).map_err(|_| format!("{digits:?} is not hexadecimal")))
        .collect()
}

fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    let length = (header.len() + 11).next_multiple_of(64) - 10;
    header.push_str(&" ".repeat(length - header.len() - 1));
    header.push('\n');
    [&b"\x93NUMPY\x01\x00"[..], &(length as u16).to_le_bytes(), header.as_bytes(), data].concat()
}

fn skops(folder: &Path, schema: &[u8], arg: &str) -> Result<Vec<u8>, String> {
    let mut entries = vec![Entry::stored("schema.json", schema)];
    for pair in arg.split(',').filter(|pair| !pair.is_empty()) {
        let (name, listing) = pair.split_once('=').ok_or("expected NAME=LISTING")?;
        let content = match listing {
            "zeros.npy" => npy("<f8", "(3,)", &[0; 24]),
            _ if listing.ends_with(".json") => {
                zip::write(&[Entry::stored("schema.json", text(folder, listing)?.as_bytes())])
            }
            _ => pickle(folder, listing)?,
        };
        entries.push(Entry::stored(name, &content));
    }
    Ok(zip::write(&entries))
}

/// One file in the form of POSIX tar.
fn tar(bytes: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..8].copy_from_slice(b"data.pkl");
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{:011o}\0", bytes.len()).as_bytes());
    header[136..148].copy_from_slice(b"00000000000\0");
    header[156] = b'0';
    header[257..265].copy_from_slice(b"ustar\x0000");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let padding = bytes.len().next_multiple_of(512) - bytes.len() + 1024;
    [header, bytes.to_vec(), vec![0; padding]].concat()
}

/// One file in the form of 7z, not compressed.
fn seven_zip(bytes: &[u8]) -> Vec<u8> {
    let size = u32::try_from(bytes.len()).expect("a small file").to_le_bytes();
    let size = [&[0xf0], &size[..]].concat();
    let name: Vec<u8> = "data.pkl\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let streams =
        [&[0x04, 0x06, 0, 1, 0x09][..], &size, &[0, 0x07, 0x0b, 1, 0, 1, 1, 0, 0x0c], &size, &[0, 0]]
            .concat();
    let files = [&[0x05, 1, 0x11, name.len() as u8 + 1, 0][..], &name, &[0, 0]].concat();
    let header = [&[0x01][..], &streams, &files].concat();
    let place = [
        &(bytes.len() as u64).to_le_bytes()[..],
        &(header.len() as u64).to_le_bytes(),
        &zip::crc(&header).to_le_bytes(),
    ]
    .concat();
    [b"7z\xbc\xaf\x27\x1c\0\x04", &zip::crc(&place).to_le_bytes()[..], &place, bytes, &header].concat()
}
