//! Limits on the time and memory that reading a file may take.
//!
//! [`Limits`] holds what the caller allows; a [`Budget`] counts down from it while a file is read. Both are made from the
//! table [`LIMITS`], from which the command line also derives its options and the list that `--limits` prints.

use std::fmt;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// One limit: its name, its default and what it bounds.
#[derive(Debug)]
pub struct LimitInfo {
    /// Which limit this row describes.
    pub limit: Limit,
    /// Name on the command line and in errors, kebab-case.
    pub name: &'static str,
    /// Value when the caller says nothing.
    pub default: u64,
    /// Unit of the value.
    pub unit: &'static str,
    /// What it means, as `--limits` and docs/limits.md show it.
    pub help: &'static str,
}

impl LimitInfo {
    /// What the limit bounds, in words that go on in a sentence: `file size` for `Maximum file size`.
    fn bounded(&self) -> &'static str {
        let text = self.help.strip_prefix("Maximum ").unwrap_or(self.help);
        text.split_once(" (").map_or(text, |(bounded, _)| bounded)
    }
}

macro_rules! limits {
    ($($variant:ident, $name:literal, $default:expr, $unit:literal, $help:literal;)*) => {
        /// The name of a limit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Limit {
            $(#[doc = $help] $variant,)*
        }

        /// Every limit, in the order of [`Limit`].
        pub const LIMITS: &[LimitInfo] = &[
            $(LimitInfo { limit: Limit::$variant, name: $name, default: $default, unit: $unit, help: $help },)*
        ];
    };
}

limits! {
    InputBytes, "input-bytes", u32::MAX as u64, "bytes", "Maximum file size";
    DecompressedBytes, "decompressed-bytes", u32::MAX as u64, "bytes", "Maximum decompressed size (all parts of a file together)";
    Ratio, "ratio", 1000, "times", "Maximum ratio of decompressed to compressed size (applies above --ratio-from)";
    RatioFrom, "ratio-from", 256 * MIB, "bytes", "Decompressed size up to which --ratio does not apply";
    MemoryFactor, "memory-factor", 8, "times", "Maximum memory per decompressed byte (memory-mapped arrays do not count)";
    MemorySlack, "memory-slack", 64 * MIB, "bytes", "Memory allowed in addition to --memory-factor";
    DictionaryBytes, "dictionary-bytes", 128 * MIB, "bytes", "Maximum dictionary size of an xz or lzma stream";
    LineBytes, "line-bytes", MIB, "bytes", "Maximum length of a text line that holds a name, a number or a memo key";
    NameBytes, "name-bytes", 256, "bytes", "Maximum length of a module name or a qualified name";
    IntDigits, "int-digits", 4300, "digits", "Maximum length of a decimal integer";
    IntBytes, "int-bytes", 64 * KIB, "bytes", "Maximum size of a binary integer";
    ZipEntries, "zip-entries", 10_000, "entries", "Maximum number of entries in a zip archive";
    PathBytes, "path-bytes", 1024, "bytes", "Maximum length of a file name in a zip archive";
    JsonDepth, "json-depth", 512, "levels", "Maximum nesting depth of a JSON document (read or written)";
    DtypeDepth, "dtype-depth", 32, "levels", "Maximum nesting depth of a structured numpy dtype";
    WrapDepth, "wrap-depth", 3, "layers", "Maximum number of compression layers around a file";
}

impl Limit {
    /// Its name on the command line and in errors: `zip-entries`.
    pub fn name(self) -> &'static str {
        LIMITS[self as usize].name
    }
}

/// What a caller allows. Every value has a default; setters chain.
///
/// ```
/// use cannery_object::{Limit, Limits};
/// let limits = Limits::default().with(Limit::ZipEntries, 10);
/// assert_eq!(limits.of(Limit::ZipEntries), 10);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits([u64; LIMITS.len()]);

impl Default for Limits {
    fn default() -> Self {
        Self(std::array::from_fn(|i| LIMITS[i].default))
    }
}

impl Limits {
    /// The value of one limit, in its own unit.
    pub fn of(&self, limit: Limit) -> u64 {
        self.0[limit as usize]
    }

    /// The same limits with one of them changed.
    ///
    /// Positions in a [`Heap`](crate::Heap) are 32 bits wide, so values of `input-bytes` and
    /// `decompressed-bytes` above 4 GiB − 1 act as 4 GiB − 1.
    #[must_use]
    pub fn with(mut self, limit: Limit, value: u64) -> Self {
        let addressable = matches!(limit, Limit::InputBytes | Limit::DecompressedBytes);
        self.0[limit as usize] = if addressable { value.min(u64::from(u32::MAX)) } else { value };
        self
    }

    /// Fails when `asked` is more than `limit` allows.
    #[inline]
    pub fn check(&self, limit: Limit, asked: u64) -> Result<(), LimitError> {
        let allowed = self.of(limit);
        if asked <= allowed { Ok(()) } else { Err(LimitError { limit, allowed, asked }) }
    }

    /// Fails when `inflated` bytes that came from `compressed` bytes are a decompression bomb.
    pub fn check_ratio(&self, compressed: u64, inflated: u64) -> Result<(), LimitError> {
        if inflated <= self.of(Limit::RatioFrom) {
            return Ok(());
        }
        self.check(Limit::Ratio, inflated / compressed.max(1))
    }
}

/// A limit that was hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitError {
    /// Which limit.
    pub limit: Limit,
    /// What it allows, in its unit.
    pub allowed: u64,
    /// What the input asked for, in the same unit; a lower bound where reading stopped at the limit.
    pub asked: u64,
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { allowed, asked, .. } = self;
        if self.limit == Limit::MemoryFactor {
            return write!(
                f,
                "reading needs {asked} bytes of memory; --memory-factor and --memory-slack allow {allowed}"
            );
        }
        let info = &LIMITS[self.limit as usize];
        write!(f, "{} is at least {asked} {}; --{} allows {allowed}", info.bounded(), info.unit, info.name)
    }
}

impl std::error::Error for LimitError {}

/// What is left of the [`Limits`] while a file is read.
#[derive(Clone, Debug)]
pub struct Budget {
    limits: Limits,
    decompressed: u64,
    memory_allowed: u64,
    memory_used: u64,
}

impl Budget {
    /// Nothing spent yet.
    pub fn new(limits: Limits) -> Self {
        let memory_allowed = limits.of(Limit::MemorySlack);
        Self { limits, decompressed: 0, memory_allowed, memory_used: 0 }
    }

    /// The limits that this budget was made from.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Bytes read so far, after decompression.
    pub fn decompressed(&self) -> u64 {
        self.decompressed
    }

    /// Memory accounted so far, in bytes.
    pub fn memory_used(&self) -> u64 {
        self.memory_used
    }

    /// Spends `bytes` of plain input, read or inflated, and raises the memory allowance accordingly.
    pub fn spend_input(&mut self, bytes: u64) -> Result<(), LimitError> {
        self.decompressed = self.decompressed.saturating_add(bytes);
        self.limits.check(Limit::DecompressedBytes, self.decompressed)?;
        let more = bytes.saturating_mul(self.limits.of(Limit::MemoryFactor));
        self.memory_allowed = self.memory_allowed.saturating_add(more);
        Ok(())
    }

    /// Accounts for `bytes` of memory.
    #[inline]
    pub fn spend_memory(&mut self, bytes: u64) -> Result<(), LimitError> {
        self.memory_used = self.memory_used.saturating_add(bytes);
        if self.memory_used <= self.memory_allowed { Ok(()) } else { Err(self.out_of_memory()) }
    }

    #[cold]
    fn out_of_memory(&self) -> LimitError {
        LimitError { limit: Limit::MemoryFactor, allowed: self.memory_allowed, asked: self.memory_used }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_in_the_order_of_the_enum() {
        for (i, info) in LIMITS.iter().enumerate() {
            assert_eq!(info.limit as usize, i);
        }
    }

    #[test]
    fn memory_grows_with_the_input() {
        let limits = Limits::default().with(Limit::MemorySlack, 10).with(Limit::MemoryFactor, 2);
        let mut budget = Budget::new(limits);
        assert!(budget.spend_memory(10).is_ok());
        assert!(budget.spend_memory(1).is_err());
        budget.spend_input(1).expect("one byte is within any limit");
        assert!(budget.spend_memory(1).is_ok());
        assert!(budget.spend_memory(1).is_err());
    }

    #[test]
    fn error_names_the_limit() {
        let error = Limits::default().check(Limit::ZipEntries, 20_000).unwrap_err();
        let text = "number of entries in a zip archive is at least 20000 entries; --zip-entries allows 10000";
        assert_eq!(error.to_string(), text);
    }
}
