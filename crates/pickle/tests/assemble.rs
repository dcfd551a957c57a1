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
        (": NONE", b"N"),
        ("12: NONE", b"N"),
        (".pad 4\n.pad 4", b"\x03\xff\xff\xff\x03\xff\xff\xff"),
        ("NONE\nNONE\nNONE\n.pad 4 # a byte, and a whole alignment", b"NNN\x04\xff\xff\xff\xff"),
        (".pad 255", &[&[254], &[0xff; 254][..]].concat()),
        ("FRAME 3", b"\x95\x03\0\0\0\0\0\0\0"),
        ("FRAME auto\nNONE", b"\x95\x01\0\0\0\0\0\0\0N"),
        ("LONG4 { # bytes\n.bytes ff\n} # end", b"\x8b\x01\0\0\0\xff"),
        ("BINBYTES8 {\n}", b"\x8e\0\0\0\0\0\0\0\0"),
        ("LONG1 0x", b"\x8a\0"),
        ("LONG1 -129", b"\x8a\x02\x7f\xff"),
        ("LONG1 32768", b"\x8a\x03\x00\x80\x00"),
        ("LONG1 -32768", b"\x8a\x02\x00\x80"),
        ("LONG -5", b"L-5L\n"),
        ("INT False # a comment", b"I00\n"),
        ("BININT -2147483648", b"J\0\0\0\x80"),
        ("EXT2 65535", b"\x83\xff\xff"),
        ("SHORT_BINBYTES count=255 b''", b"C\xff"),
        ("BINBYTES count=4294967295 b'a'", b"B\xff\xff\xff\xffa"),
        (r"STRING '\t\n\r\\ ~\x7f\x1f'", b"S'\\t\\n\\r\\\\ ~\\x7f\\x1f'\n"),
        (r#"STRING "it's""#, b"S\"it's\"\n"),
        (
            r"UNICODE '\0\r\x1a\u{1}ÿ\u{100}\u{ffff}\u{10000}'",
            b"V\\u0000\\u000d\\u001a\x01\xff\\u0100\\uffff\\U00010000\n",
        ),
        (r"SHORT_BINBYTES b'\a\b\t\n\v\f\r\0\'\x41'", b"C\x0a\x07\x08\t\n\x0b\x0c\r\0'A"),
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
        (r"BINUNICODE '\q'", "\\q is not an escape"),
        (r"BINUNICODE '\u12'", "takes 4 digits"),
        (r"BINUNICODE '\u{110000}'", "not a code point"),
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
        ("BINBYTES count=4294967296 b''", "4294967296 is more than 4 bytes can count"),
        ("SHORT_BINBYTES count=x b''", "\"x\" is not a count"),
        ("NONE … 3 more", "\"… 3 more\" is too much: disassemble with --full"),
        ("NONE auto", "\"auto\" is too much"),
        ("BININT1 auto", "expected a number"),
        ("FRAME auto 3", "\"3\" is too much"),
        (".endframe 1\n", "no FRAME auto"),
        ("FRAME auto\n.endframe 1", "line 2: \"1\" is too much"),
        ("BINBYTES { 1", "line 1: \"1\" is too much"),
        (".pad 4 1", "\"1\" is too much"),
        (".pad 256", "an alignment is 1 to 255"),
        ("N # a comment", "\"N\" is neither"),
        ("a1: NONE", "\"a1:\" is neither"),
        ("BINFLOAT x", "expected a float"),
        ("PUT 1.5", "expected an integer"),
        ("BININT -2147483649", "expected a number from -2147483648 to 2147483647"),
        ("EXT2 65536", "expected a number from 0 to 65535"),
        ("PUT True", "expected an integer"),
        (r"BINUNICODE '\u{}'", "not a code point"),
        (r"BINUNICODE '\u{+1}'", "not a code point"),
        (r"BINUNICODE '\u{1'", "\\u{ without }"),
        (r"BINUNICODE '\u+123'", "not a code point"),
        ("BINUNICODE 'a\\", "a backslash ends the line"),
        ("BINUNICODE a", "expected text in quotes"),
        (r"PERSID 'a\nb'", "holds a newline"),
        (".bytes 0g", "even number"),
        (".bytes b", "even number"),
        (r".bytes b'\u{100}'", "U+0100 does not fit"),
        ("LONG1 0xabc", "even number"),
    ];
    for (listing, want) in cases {
        let error = assemble(listing).expect_err(listing).to_string();
        assert!(error.contains(want), "{listing}: {error}");
    }
    let long = format!("SHORT_BINBYTES {{\n.bytes {}\n}}", "00".repeat(256));
    assert_eq!(assemble(&long).unwrap_err().line(), 3);
    assert!(assemble(&format!("LONG1 {}", "9".repeat(10_001))).is_err());
}
