//! Pickle streams, protocols 0 to 5: opcodes, decoder, disassembler, assembler, and the machine that fills a Heap.
//!
//! The machine carries out what a stream says about *data* and nothing else: no name is resolved, no call made.
//! Streams on which Python's own unpicklers differ are refused.
//!
//! This crate does not know files, compression, joblib or numpy.

#![forbid(unsafe_code)]

mod assemble;
mod decode;
mod disassemble;
mod encode;
mod error;
mod machine;
mod opcode;
mod text;
mod write;

pub use assemble::{Lister, ListingError, assemble};
pub use decode::{Arg, Decoder, Op};
pub use disassemble::{Disassembly, Item};
pub use error::{Breach, Error, ErrorKind, cut_short, grouped};
pub use machine::{
    Inline, Machine, NoInline, Outcome, Source, Step, Taken, read, read_leniently, read_prefix,
};
pub use opcode::{ArgKind, OPCODES, Opcode};
pub use text::{hexadecimal, raw_unicode, small_long, unquote};
pub use write::{Data, Dialect, NoOutline, Outline, Piece, WriteError, WriteOptions, write};
