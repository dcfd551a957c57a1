//! The assembler: one line for each kind of argument, blocks, frames, and what it refuses.

use cannery_pickle::assemble;

#[test]
fn arguments_of_every_kind() {
    let cases: &[(&str, &[u8])] = &[
        ("INT 7", b"I7\n"),
        ("INT True", b"I01\n"),
        ("BININT -2", b"J\xfe\xff\xff\xff"),
        ("BININT1 255", b"K\xff"),
        ("BININT2 256", b"M\x00\x01"),
        ("LONG -12345678901234567890", b"L-12345678901234567890L\n"),
        ("LONG1 0", b"\x8a\x00"),
        ("LONG1 -1", b"\x8a\x01\xff"),
        ("LONG1 128", b"\x8a\x02\x80\x00"),
        ("LONG1 -128", b"\x8a\x01\x80"),
        ("LONG1 18446744073709551616", b"\x8a\x09\0\0\0\0\0\0\0\0\x01"),
        ("LONG4 0xff00 (little-endian)", b"\x8b\x02\0\0\0\xff\x00"),
        (r"STRING 'it\'s \x41\n'", b"S\"it's A\\n\"\n"),
        (r#"STRING 'both \' and "'"#, b"S'both \\' and \"'\n"),
        ("BINSTRING 'é'", b"T\x01\0\0\0\xe9"),
        ("SHORT_BINSTRING b'a'", b"U\x01a"),
        (r"BINBYTES b'\xff'", b"B\x01\0\0\0\xff"),
        ("SHORT_BINBYTES b\"a\"", b"C\x01a"),
        ("BINBYTES8 b''", b"\x8e\0\0\0\0\0\0\0\0"),
        ("BYTEARRAY8 b'a'", b"\x96\x01\0\0\0\0\0\0\0a"),
        (r"UNICODE 'a\\b\n€\U0001f600é'", b"Va\\u005cb\\u000a\\u20ac\\U0001f600\xe9\n"),
        (r"SHORT_BINUNICODE '\u{20ac}\ud800'", b"\x8c\x06\xe2\x82\xac\xed\xa0\x80"),
        ("BINUNICODE 'a'", b"X\x01\0\0\0a"),
        ("BINUNICODE8 'a'", b"\x8d\x01\0\0\0\0\0\0\0a"),
        ("FLOAT 1e400", b"F1e400\n"),
        ("BINFLOAT -inf", b"G\xff\xf0\0\0\0\0\0\0"),
        ("PUT 3", b"p3\n"),
        ("LONG_BINGET 4294967295", b"j\xff\xff\xff\xff"),
        ("EXT4 -1", b"\x84\xff\xff\xff\xff"),
        ("GLOBAL 'os system'", b"cos\nsystem\n"),
        ("GLOBAL 'a b' 'c d'", b"ca b\nc d\n"),
        ("INST 'os' 'system' (MARK at 0)", b"ios\nsystem\n"),
        ("FRAME 18446744073709551615", b"\x95\xff\xff\xff\xff\xff\xff\xff\xff"),
        ("PERSID 'an id'", b"Pan id\n"),
        ("FLOAT .raw b'1e1\\n'", b"F1e1\n"),
        ("SHORT_BINUNICODE count=9 'a'", b"\x8c\x09a"),
        (".bytes 00ff b'\\xff' '€' # four kinds", b"\x00\xff\xff\xe2\x82\xac"),
        (".pad 16", b"\x0f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
        ("   11: \\x94     MEMOIZE    (as 0)", b"\x94"),
        ("   11: }        EMPTY_DICT", b"}"),
        ("   11: \\x8c     | SHORT_BINUNICODE 'a: b'", b"\x8c\x04a: b"),
        ("( MARK # a comment", b"("),
        ("# only a comment\n\nhighest protocol among opcodes = 4", b""),
    ];
    for (listing, want) in cases {
        assert_eq!(assemble(listing).as_deref(), Ok(*want), "{listing}");
    }
}

#[test]
fn a_block_is_counted_and_frames_end_where_they_must() {
    let nested =
        assemble("PROTO 4\nFRAME auto\nBINBYTES {\n  PROTO 4\n  FRAME auto\n  NONE\n  STOP\n}\nSTOP");
    let inside = b"\x80\x04\x95\x02\0\0\0\0\0\0\0N.";
    let body = [&b"B\x0d\0\0\0"[..], inside, b"."].concat();
    assert_eq!(nested.unwrap(), [&b"\x80\x04\x95\x13\0\0\0\0\0\0\0"[..], &body].concat());
    let two = assemble("FRAME auto\nNONE\nFRAME auto\n.endframe\nPOP\nNONE\nSTOP").unwrap();
    assert_eq!(two, b"\x95\x01\0\0\0\0\0\0\0N\x95\0\0\0\0\0\0\0\x000N.");
}

#[test]
fn what_is_no_listing_is_refused_with_its_line() {
    let cases = [
        ("NONE\nNOPE", "line 2: \"NOPE\" is neither"),
        ("BININT1 256", "line 1: expected a number from 0 to 255"),
        ("BININT1", "expected a number"),
        ("NONE 1", "\"1\" is too much"),
        ("SHORT_BINUNICODE 'a", "the quote at the end is missing"),
        ("SHORT_BINUNICODE 'aaaa… (500 bytes)", "disassemble with --full"),
        ("    9:      ARRAY      80 bytes of an array", "disassemble with --full"),
        ("SHORT_BINBYTES b'€'", "U+20AC does not fit"),
        (r"BINUNICODE '\q'", "\\q is no escape"),
        (r"BINUNICODE '\u12'", "takes 4 digits"),
        (r"BINUNICODE '\u{110000}'", "no code point"),
        ("GLOBAL 'os'", "a module, a space and a name"),
        (r"GLOBAL 'a\n' 'b'", "holds a newline"),
        ("INT x", "expected an integer"),
        ("FLOAT x", "expected a float"),
        (".bytes 0", "even number"),
        (".pad 0", "an alignment is 1 to 255"),
        ("}", "no { before"),
        (".endframe", "no FRAME auto before"),
        ("NONE\nBINBYTES {", "line 2: nothing closes"),
        ("NONE {", "has no count"),
        ("SHORT_BINBYTES count=256 b''", "256 is more than 1 bytes can count"),
    ];
    for (listing, want) in cases {
        let error = assemble(listing).expect_err(listing).to_string();
        assert!(error.contains(want), "{listing}: {error}");
    }
    let long = format!("SHORT_BINBYTES {{\n.bytes {}\n}}", "00".repeat(256));
    assert_eq!(assemble(&long).unwrap_err().line(), 3);
    assert!(assemble(&format!("LONG1 {}", "9".repeat(10_001))).is_err());
}
