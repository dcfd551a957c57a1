//! The 68 opcodes of pickle, protocols 0 to 5: one table, from which decoder, machine and disassembler derive.
//!
//! Source: CPython's `pickletools.opcodes`, whose names are used.

/// What follows an opcode in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgKind {
    /// Nothing.
    None,
    /// Unsigned integer of one byte.
    Uint1,
    /// Unsigned integer of two bytes, little-endian like all that follow.
    Uint2,
    /// Signed integer of four bytes.
    Int4,
    /// Unsigned integer of four bytes.
    Uint4,
    /// Unsigned integer of eight bytes.
    Uint8,
    /// Float of eight bytes, big-endian.
    Float8,
    /// Two's complement integer, its length in one byte.
    Long1,
    /// Two's complement integer, its length in four bytes, signed.
    Long4,
    /// A line: decimal integer, or `00` and `01` for the booleans.
    IntLine,
    /// A line: decimal integer, with or without an `L` at the end.
    LongLine,
    /// A line: float.
    FloatLine,
    /// A line: memo key.
    KeyLine,
    /// A line: quoted string with Python 2's escapes.
    StringLine,
    /// A line: text in raw-unicode-escape.
    UnicodeLine,
    /// A line: a persistent id.
    IdLine,
    /// Two lines: module and qualified name.
    NameLines,
    /// Bytes of a `str` of Python 2, length in one byte.
    String1,
    /// Bytes of a `str` of Python 2, length in four bytes, signed.
    String4,
    /// Bytes, length in one byte.
    Bytes1,
    /// Bytes, length in four bytes.
    Bytes4,
    /// Bytes, length in eight bytes.
    Bytes8,
    /// UTF-8, length in one byte.
    Unicode1,
    /// UTF-8, length in four bytes.
    Unicode4,
    /// UTF-8, length in eight bytes.
    Unicode8,
}

/// The argument is more than a short unsigned integer.
pub(crate) const NOT_PLAIN: u8 = u8::MAX;

impl ArgKind {
    const fn plain_width(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Uint1 => 1,
            Self::Uint2 => 2,
            Self::Uint4 => 4,
            _ => NOT_PLAIN,
        }
    }
}

#[derive(Clone, Copy)]
struct Row {
    opcode: Option<Opcode>,
    arg: ArgKind,
    protocol: u8,
    width: u8,
}

macro_rules! opcodes {
    ($($variant:ident $code:literal $name:literal $arg:ident $proto:literal)*) => {
        /// An opcode.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Opcode {
            $(#[doc = $name] $variant = $code,)*
        }

        /// Every opcode, in the order in which the protocols brought them.
        pub const OPCODES: &[Opcode] = &[$(Opcode::$variant,)*];

        /// By byte: the opcode, if it is one, what follows it and which protocol brought it.
        const TABLE: [Row; 256] = {
            let mut table = [Row { opcode: None, arg: ArgKind::None, protocol: 0, width: NOT_PLAIN }; 256];
            $(table[$code as usize] = Row {
                opcode: Some(Opcode::$variant),
                arg: ArgKind::$arg,
                protocol: $proto,
                width: ArgKind::$arg.plain_width(),
            };)*
            table
        };

        impl Opcode {
            /// Its name in `pickletools`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

opcodes! {
    Int             b'I'    "INT"              IntLine     0
    BinInt          b'J'    "BININT"           Int4        1
    BinInt1         b'K'    "BININT1"          Uint1       1
    BinInt2         b'M'    "BININT2"          Uint2       1
    Long            b'L'    "LONG"             LongLine    0
    Long1           b'\x8a' "LONG1"            Long1       2
    Long4           b'\x8b' "LONG4"            Long4       2
    String          b'S'    "STRING"           StringLine  0
    BinString       b'T'    "BINSTRING"        String4     1
    ShortBinString  b'U'    "SHORT_BINSTRING"  String1     1
    BinBytes        b'B'    "BINBYTES"         Bytes4      3
    ShortBinBytes   b'C'    "SHORT_BINBYTES"   Bytes1      3
    BinBytes8       b'\x8e' "BINBYTES8"        Bytes8      4
    ByteArray8      b'\x96' "BYTEARRAY8"       Bytes8      5
    NextBuffer      b'\x97' "NEXT_BUFFER"      None        5
    ReadonlyBuffer  b'\x98' "READONLY_BUFFER"  None        5
    None            b'N'    "NONE"             None        0
    NewTrue         b'\x88' "NEWTRUE"          None        2
    NewFalse        b'\x89' "NEWFALSE"         None        2
    Unicode         b'V'    "UNICODE"          UnicodeLine 0
    ShortBinUnicode b'\x8c' "SHORT_BINUNICODE" Unicode1    4
    BinUnicode      b'X'    "BINUNICODE"       Unicode4    1
    BinUnicode8     b'\x8d' "BINUNICODE8"      Unicode8    4
    Float           b'F'    "FLOAT"            FloatLine   0
    BinFloat        b'G'    "BINFLOAT"         Float8      1
    EmptyList       b']'    "EMPTY_LIST"       None        1
    Append          b'a'    "APPEND"           None        0
    Appends         b'e'    "APPENDS"          None        1
    List            b'l'    "LIST"             None        0
    EmptyTuple      b')'    "EMPTY_TUPLE"      None        1
    Tuple           b't'    "TUPLE"            None        0
    Tuple1          b'\x85' "TUPLE1"           None        2
    Tuple2          b'\x86' "TUPLE2"           None        2
    Tuple3          b'\x87' "TUPLE3"           None        2
    EmptyDict       b'}'    "EMPTY_DICT"       None        1
    Dict            b'd'    "DICT"             None        0
    SetItem         b's'    "SETITEM"          None        0
    SetItems        b'u'    "SETITEMS"         None        1
    EmptySet        b'\x8f' "EMPTY_SET"        None        4
    AddItems        b'\x90' "ADDITEMS"         None        4
    FrozenSet       b'\x91' "FROZENSET"        None        4
    Pop             b'0'    "POP"              None        0
    Dup             b'2'    "DUP"              None        0
    Mark            b'('    "MARK"             None        0
    PopMark         b'1'    "POP_MARK"         None        1
    Get             b'g'    "GET"              KeyLine     0
    BinGet          b'h'    "BINGET"           Uint1       1
    LongBinGet      b'j'    "LONG_BINGET"      Uint4       1
    Put             b'p'    "PUT"              KeyLine     0
    BinPut          b'q'    "BINPUT"           Uint1       1
    LongBinPut      b'r'    "LONG_BINPUT"      Uint4       1
    Memoize         b'\x94' "MEMOIZE"          None        4
    Ext1            b'\x82' "EXT1"             Uint1       2
    Ext2            b'\x83' "EXT2"             Uint2       2
    Ext4            b'\x84' "EXT4"             Int4        2
    Global          b'c'    "GLOBAL"           NameLines   0
    StackGlobal     b'\x93' "STACK_GLOBAL"     None        4
    Reduce          b'R'    "REDUCE"           None        0
    Build           b'b'    "BUILD"            None        0
    Inst            b'i'    "INST"             NameLines   0
    Obj             b'o'    "OBJ"              None        1
    NewObj          b'\x81' "NEWOBJ"           None        2
    NewObjEx        b'\x92' "NEWOBJ_EX"        None        4
    Proto           b'\x80' "PROTO"            Uint1       2
    Stop            b'.'    "STOP"             None        0
    Frame           b'\x95' "FRAME"            Uint8       4
    PersId          b'P'    "PERSID"           IdLine      0
    BinPersId       b'Q'    "BINPERSID"        None        1
}

impl Opcode {
    /// The opcode of a byte.
    #[inline]
    pub fn from_byte(byte: u8) -> Option<Self> {
        TABLE[usize::from(byte)].opcode
    }

    /// What follows it.
    #[inline]
    pub fn arg(self) -> ArgKind {
        TABLE[self as usize].arg
    }

    /// Bytes of an argument that is none or an unsigned integer of at most four; [`NOT_PLAIN`] for others.
    #[inline]
    pub(crate) fn plain_width(self) -> u8 {
        TABLE[self as usize].width
    }

    /// The first protocol that has it.
    #[inline]
    pub fn protocol(self) -> u8 {
        TABLE[self as usize].protocol
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_68_and_each_has_its_own_byte() {
        assert_eq!(OPCODES.len(), 68);
        for &opcode in OPCODES {
            assert_eq!(Opcode::from_byte(opcode as u8), Some(opcode));
        }
    }
}
