//! A listing to the bytes of a pickle, as the disassembler writes it and people do.
//!
//! A line holds one opcode by its name in `pickletools`, then its argument. What a disassembler puts before the name
//! (offset, code, indentation, the bar of a nested pickle) and behind the argument (`(MARK at 12)`, `(as 3)`) is passed
//! over, and so is what follows a `#`:
//!
//! ```text
//! PROTO 4
//! FRAME auto                        # up to STOP, .endframe or the next FRAME
//! SHORT_BINUNICODE 'os'
//!    15: \x94 MEMOIZE    (as 0)
//! GLOBAL 'collections OrderedDict'  # or two texts, where the module holds a space
//! LONG1 0xff00 (little-endian)      # or decimal digits
//! BINBYTES {                        # the argument is what the lines up to } assemble to
//!     NONE
//!     STOP
//! }
//! BINBYTES count=1000 b'short'      # a count that is not that of the argument
//! FLOAT .raw b'1e1\n'               # the bytes of the argument as they stand
//! .bytes 00ff b'\x01' 'text'        # bytes that are no opcode
//! .pad 16                           # joblib's padding up to a multiple of 16
//! ```
//!
//! Text takes the escapes of Python and of Rust; bytes are those of Latin-1.

mod argument;
mod literal;
mod print;

use std::fmt;

pub use self::print::Lister;
use crate::opcode::{ArgKind, OPCODES, Opcode};

/// The bytes of a listing.
///
/// ```
/// let pickle = cannery_pickle::assemble("PROTO 2\nBININT1 7\nSTOP").unwrap();
/// assert_eq!(pickle, b"\x80\x02K\x07.");
/// ```
///
/// An error where a line is none of the above, an argument does not fit its opcode, or a disassembler cut it short.
pub fn assemble(listing: &str) -> Result<Vec<u8>, ListingError> {
    let mut assembly = Assembly::default();
    for (index, line) in listing.lines().enumerate() {
        assembly.line(line, index + 1).map_err(|message| ListingError { line: index + 1, message })?;
    }
    assembly.finish()
}

/// What is wrong with a listing, and in which line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingError {
    line: usize,
    message: String,
}

impl ListingError {
    /// The line, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }
}

impl fmt::Display for ListingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for ListingError {}

#[derive(Default)]
struct Assembly {
    out: Vec<u8>,
    /// Where the length of the frame that `FRAME auto` began stands.
    frame: Option<usize>,
    blocks: Vec<Block>,
}

/// An argument that is written as lines of its own.
struct Block {
    line: usize,
    /// Where its count stands, and in how many bytes.
    count: usize,
    width: usize,
    /// The frame around it, which goes on behind it.
    frame: Option<usize>,
}

impl Assembly {
    fn line(&mut self, line: &str, number: usize) -> Result<(), String> {
        let text = operation(line);
        let (word, rest) = split_word(text);
        match word {
            "" => Ok(()),
            _ if word.starts_with('#') || text.starts_with("highest protocol among opcodes") => Ok(()),
            "}" => self.close_block().and_then(|()| nothing(rest)),
            ".bytes" => literal::bytes(rest, &mut self.out),
            ".pad" => self.pad(rest),
            ".endframe" => self.close_frame().and_then(|()| nothing(rest)),
            "ARRAY" => Err("the bytes of the array are not in the listing: disassemble with --full".into()),
            _ => match OPCODES.iter().find(|opcode| opcode.name() == word) {
                Some(&opcode) => self.opcode(opcode, rest, number),
                None => Err(format!("{word:?} is neither an opcode nor .bytes, .pad or .endframe")),
            },
        }
    }

    fn opcode(&mut self, opcode: Opcode, rest: &str, number: usize) -> Result<(), String> {
        if opcode == Opcode::Frame && self.frame.is_some() {
            self.close_frame()?;
        }
        self.out.push(opcode as u8);
        let (word, after) = split_word(rest);
        match word {
            ".raw" => literal::bytes(after, &mut self.out)?,
            "{" => self.open_block(opcode, number).and_then(|()| nothing(after))?,
            "auto" if opcode == Opcode::Frame => {
                self.frame = Some(self.out.len());
                self.out.extend([0; 8]);
                nothing(after)?;
            }
            _ => argument::write(opcode.arg(), rest, &mut self.out).and_then(nothing)?,
        }
        if opcode == Opcode::Stop && self.frame.is_some() {
            self.close_frame()?;
        }
        Ok(())
    }

    fn open_block(&mut self, opcode: Opcode, line: usize) -> Result<(), String> {
        let width = count_width(opcode.arg()).ok_or_else(|| {
            format!("the argument of {} has no count, so it can't be a block", opcode.name())
        })?;
        self.blocks.push(Block { line, count: self.out.len(), width, frame: self.frame.take() });
        self.out.resize(self.out.len() + width, 0);
        Ok(())
    }

    fn close_block(&mut self) -> Result<(), String> {
        let block = self.blocks.pop().ok_or("there is no { before this }")?;
        if self.frame.is_some() {
            self.close_frame()?;
        }
        self.frame = block.frame;
        self.fill(block.count, block.width)
    }

    fn close_frame(&mut self) -> Result<(), String> {
        let length = self.frame.take().ok_or("there is no FRAME auto before this")?;
        self.fill(length, 8)
    }

    /// Writes, in the bytes from `at` on, how many come behind them.
    fn fill(&mut self, at: usize, width: usize) -> Result<(), String> {
        let count = (self.out.len() - at - width) as u64;
        let bytes = count.to_le_bytes();
        if bytes[width..].iter().any(|&byte| byte != 0) {
            return Err(format!("{count} bytes are more than {width} bytes can count"));
        }
        self.out[at..at + width].copy_from_slice(&bytes[..width]);
        Ok(())
    }

    /// A byte with the length of the padding, then as many of 0xff, so that what follows is aligned.
    fn pad(&mut self, rest: &str) -> Result<(), String> {
        let (word, rest) = split_word(rest);
        let alignment = word.parse::<u8>().ok().filter(|&n| n > 0).ok_or("an alignment is 1 to 255")?;
        let alignment = usize::from(alignment);
        let length = alignment - (self.out.len() + 1) % alignment;
        self.out.push(length as u8); // at most `alignment`
        self.out.resize(self.out.len() + length, 0xff);
        nothing(rest)
    }

    fn finish(mut self) -> Result<Vec<u8>, ListingError> {
        if let Some(block) = self.blocks.last() {
            return Err(ListingError { line: block.line, message: "nothing closes this {".into() });
        }
        if self.frame.is_some() {
            self.close_frame().map_err(|message| ListingError { line: 0, message })?;
        }
        Ok(self.out)
    }
}

/// Bytes of the count before the argument.
fn count_width(kind: ArgKind) -> Option<usize> {
    use ArgKind as K;
    match kind {
        K::Bytes1 | K::String1 | K::Unicode1 | K::Long1 => Some(1),
        K::Bytes4 | K::String4 | K::Unicode4 | K::Long4 => Some(4),
        K::Bytes8 | K::Unicode8 => Some(8),
        K::None | K::Uint1 | K::Uint2 | K::Int4 | K::Uint4 | K::Uint8 | K::Float8 => None,
        K::IntLine | K::LongLine | K::FloatLine | K::KeyLine => None,
        K::StringLine | K::UnicodeLine | K::IdLine | K::NameLines => None,
    }
}

/// A line without the columns before the name: offset, code, and the bar of a nested pickle.
fn operation(line: &str) -> &str {
    let mut rest = line.trim();
    if let Some((offset, after)) = rest.split_once(':')
        && !offset.is_empty()
        && offset.bytes().all(|byte| byte.is_ascii_digit())
    {
        rest = after.trim_start();
    }
    let (word, after) = split_word(rest);
    if is_code(word) && !after.is_empty() && !after.starts_with('#') {
        rest = after;
    }
    rest.strip_prefix("| ").unwrap_or(rest).trim_start()
}

/// Whether a word is a byte as a disassembler shows it.
fn is_code(word: &str) -> bool {
    match word.as_bytes() {
        [byte] => *byte != b'#',
        [b'\\', b'x', _, _] => true,
        _ => false,
    }
}

/// The first word, and what follows it.
fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let (word, rest) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
    (word, rest.trim_start())
}

/// An error unless a line ends here, but for a comment and a disassembler's notes.
fn nothing(rest: &str) -> Result<(), String> {
    let rest = rest.trim();
    let is_note = rest.starts_with("(MARK at ") || rest.starts_with("(as ") || rest.starts_with('#');
    if rest.is_empty() || is_note {
        return Ok(());
    }
    let cut = if rest.starts_with('…') { ": disassemble with --full, which cuts nothing" } else { "" };
    Err(format!("{rest:?} is too much{cut}"))
}
