//! Reading a file as every command does: within limits, twice the same, and all of it shown.

use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Write};

use cannery::{Limit, Limits, Listing, Model, Options};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// What a reader may spend here: little, so that small inputs reach the limits.
pub fn limits() -> Limits {
    Limits::default()
        .with(Limit::InputBytes, MIB)
        .with(Limit::DecompressedBytes, MIB)
        .with(Limit::Ratio, 100)
        .with(Limit::RatioFrom, 256 * KIB)
        .with(Limit::MemorySlack, 256 * KIB)
        .with(Limit::DictionaryBytes, 8 * MIB)
}

/// Reads a file and looks at all that it holds. `None` when it is refused.
///
/// # Panics
/// When memory is not within the limits, a second reading differs, or an error is called internal.
pub fn read(data: &[u8]) -> Option<Model> {
    let before = super::MEMORY.current_usage();
    super::MEMORY.reset_peak_usage();
    let first = Options::default().limits(limits()).loads(data);
    let peak = super::MEMORY.peak_usage().saturating_sub(before) as u64;
    assert!(peak <= most_memory(), "{peak} bytes of memory at once");
    let second = Options::default().limits(limits()).loads(data);
    match (first, second) {
        (Ok(first), Ok(second)) => {
            accounted(&first);
            assert_eq!(shown(&first), shown(&second), "a second reading shows something else");
            Some(first)
        }
        (Err(first), Err(second)) => {
            assert_ne!(first.kind(), "internal", "{first}");
            assert_eq!(first.to_string(), second.to_string());
            None
        }
        (first, second) => panic!("{:?}, then {:?}", first.map(drop), second.map(drop)),
    }
}

/// What the accounted memory may come to for the most bytes that are read, tables that double counted twice, the window
/// of a decoder and its output beside it.
pub fn most_memory() -> u64 {
    let limits = limits();
    let accounted =
        limits.of(Limit::MemoryFactor) * limits.of(Limit::DecompressedBytes) + limits.of(Limit::MemorySlack);
    2 * accounted + 2 * limits.of(Limit::DictionaryBytes) + 8 * MIB
}

fn accounted(model: &Model) {
    let (budget, limits) = (model.heap().budget(), limits());
    let allowed = limits.of(Limit::MemoryFactor) * budget.decompressed() + limits.of(Limit::MemorySlack);
    let used = budget.memory_used();
    assert!(used <= allowed, "{used} bytes of memory accounted for, {allowed} are allowed");
    assert!(budget.decompressed() <= limits.of(Limit::DecompressedBytes), "{} bytes", budget.decompressed());
}

/// All that a model file holds, as a digest and a length.
pub fn shown(model: &Model) -> (u64, u64) {
    let mut out = Digest::default();
    if let Err(error) = model.write_json(true, &mut out) {
        assert_ne!(error.kind(), "internal", "{error}");
        out.bytes(error.to_string().as_bytes());
    }
    let _ = write!(out, "{}{:?}", model.summary(), model.facts()); // a digest does not fail
    (out.hasher.finish(), out.len)
}

/// The opcodes of a file in full, if it has any. A file that is read has a listing.
///
/// # Panics
/// When there is none of a pickle that was read, or what the assembler makes of it is not the file again.
pub fn listed(data: &[u8], read: bool) {
    let mut listing = Vec::new();
    let opcodes = Options::default().limits(limits()).disassemble_bytes(data);
    let written = opcodes.and_then(|opcodes| opcodes.write(Listing::Full, &mut listing));
    assert!(!read || written.is_ok(), "read, but not listed: {:?}", written.map(drop));
    let plain = data.first().is_some_and(|first| *first == 0x80);
    if written.is_ok() && plain {
        assembles(&listing, data);
    }
}

fn assembles(listing: &[u8], data: &[u8]) {
    let listing = std::str::from_utf8(listing).expect("a listing is UTF-8");
    let again = cannery::assemble(listing).expect("what the disassembler wrote");
    assert!(again == data, "the listing makes another file: {listing}");
}

/// Bytes written, as a digest and a length.
#[derive(Default)]
pub struct Digest {
    hasher: DefaultHasher,
    len: u64,
}

impl Digest {
    fn bytes(&mut self, bytes: &[u8]) {
        self.hasher.write(bytes);
        self.len += bytes.len() as u64;
    }

    /// The digest and the length.
    pub fn finish(&self) -> (u64, u64) {
        (self.hasher.finish(), self.len)
    }
}

impl Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
