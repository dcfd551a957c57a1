use super::*;
use crate::opcode::OPCODES;

fn first_op(stream: &[u8]) -> Result<Op<'_>, Error> {
    Decoder::new(stream, 0, &Limits::default()).next_op()
}

#[test]
fn the_argument_of_each_kind() {
    let cases: &[(&[u8], Opcode, Arg<'_>)] = &[
        (b"N", Opcode::None, Arg::None),
        (b"K\xff", Opcode::BinInt1, Arg::Int(255)),
        (b"M\x01\xff", Opcode::BinInt2, Arg::Int(0xff01)),
        (b"J\x01\x00\x00\x80", Opcode::BinInt, Arg::Int(-0x7fff_ffff)),
        (b"r\x01\x00\x00\x80", Opcode::LongBinPut, Arg::Int(0x8000_0001)),
        (b"\x95\x02\x01\0\0\0\0\0\0", Opcode::Frame, Arg::Int(0x102)),
        (b"G\xc0\x04\0\0\0\0\0\0", Opcode::BinFloat, Arg::Float(-2.5)),
        (b"\x8a\x02\x01\xff", Opcode::Long1, Arg::Long(b"\x01\xff")),
        (b"\x8b\x02\0\0\0\x01\xff", Opcode::Long4, Arg::Long(b"\x01\xff")),
        (b"I00\n", Opcode::Int, Arg::False),
        (b"I01\n", Opcode::Int, Arg::True),
        (b"I0\n", Opcode::Int, Arg::Int(0)),
        (b"I-12\n", Opcode::Int, Arg::Int(-12)),
        (b"I9223372036854775808\n", Opcode::Int, Arg::Decimal(b"9223372036854775808")),
        (b"L12L\n", Opcode::Long, Arg::Int(12)),
        (b"L00\n", Opcode::Long, Arg::Int(0)),
        (b"L9223372036854775808L\n", Opcode::Long, Arg::Decimal(b"9223372036854775808")),
        (b"F-2.5\n", Opcode::Float, Arg::Float(-2.5)),
        (b"p12\n", Opcode::Put, Arg::Int(12)),
        (b"g-3\n", Opcode::Get, Arg::Int(-3)),
        (b"S'a\\n'\n", Opcode::String, Arg::Quoted(b"'a\\n'")),
        (b"S\"\n", Opcode::String, Arg::Quoted(b"\"")),
        (b"S'\n", Opcode::String, Arg::Quoted(b"'")),
        (b"Va\\u0041\n", Opcode::Unicode, Arg::RawUnicode(b"a\\u0041")),
        (b"Pan id\n", Opcode::PersId, Arg::Text(b"an id")),
        (b"cos\nsystem\n", Opcode::Global, Arg::Names("os", "system")),
        (b"U\x01\xff", Opcode::ShortBinString, Arg::Bytes(b"\xff")),
        (b"T\x01\0\0\0\xff", Opcode::BinString, Arg::Bytes(b"\xff")),
        (b"C\x01\xff", Opcode::ShortBinBytes, Arg::Bytes(b"\xff")),
        (b"B\x01\0\0\0\xff", Opcode::BinBytes, Arg::Bytes(b"\xff")),
        (b"\x8e\x01\0\0\0\0\0\0\0\xff", Opcode::BinBytes8, Arg::Bytes(b"\xff")),
        (b"\x8c\x02\xc3\xa9", Opcode::ShortBinUnicode, Arg::Text(b"\xc3\xa9")),
        (b"X\x03\0\0\0\xed\xa0\x80", Opcode::BinUnicode, Arg::Text(b"\xed\xa0\x80")),
        (b"\x8d\x01\0\0\0\0\0\0\0a", Opcode::BinUnicode8, Arg::Text(b"a")),
    ];
    for &(stream, opcode, arg) in cases {
        let op = first_op(stream).unwrap_or_else(|error| panic!("{stream:?}: {error}"));
        assert_eq!((op.offset, op.end, op.opcode, op.arg), (0, stream.len(), opcode, arg), "{stream:?}");
    }
}

/// Every argument needs all of its bytes; where the last one is missing the stream is cut short.
#[test]
fn arguments_that_are_cut_short() {
    let streams: &[&[u8]] = &[
        b"K\xff",
        b"M\x01\xff",
        b"J\x01\0\0\0",
        b"r\x01\0\0\0",
        b"\x95\x02\x01\0\0\0\0\0\0",
        b"G\xc0\x04\0\0\0\0\0\0",
        b"\x8a\x02\x01\xff",
        b"\x8b\x02\0\0\0\x01\xff",
        b"I12\n",
        b"L12L\n",
        b"F-2.5\n",
        b"p12\n",
        b"S'a'\n",
        b"Va\n",
        b"Pan id\n",
        b"cos\nsystem\n",
        b"U\x01\xff",
        b"T\x01\0\0\0\xff",
        b"B\x01\0\0\0\xff",
        b"\x8e\x01\0\0\0\0\0\0\0\xff",
        b"\x8c\x02\xc3\xa9",
        b"X\x01\0\0\0a",
        b"\x8d\x01\0\0\0\0\0\0\0a",
    ];
    for stream in streams {
        for len in 1..stream.len() {
            let error = first_op(&stream[..len]).expect_err("cut short");
            let opcode = Opcode::from_byte(stream[0]);
            assert_eq!((error.breach(), error.offset(), error.opcode()), (Breach::CutShort, 0, opcode));
        }
    }
    let error = first_op(b"").expect_err("nothing");
    assert_eq!((error.breach(), error.offset(), error.opcode()), (Breach::CutShort, 0, None));
}

#[test]
fn what_is_wrong_with_an_argument_and_how_wrong() {
    let (rule, impossible, cut_short) = (Breach::Rule, Breach::Impossible, Breach::CutShort);
    let cases: &[(&[u8], Breach, &str)] = &[
        (b"\xff", impossible, "0xff is not an opcode (byte 1)"),
        (b"\x95\xff\xff\xff\xff\xff\xff\xff\xff", impossible, "more than Python can count (byte 1, FRAME)"),
        (
            b"\x8e\xff\xff\xff\xff\xff\xff\xff\xff",
            cut_short,
            "beyond the end of the file (byte 1, BINBYTES8)",
        ),
        (b"\x8b\xff\xff\xff\xff", rule, "the length is negative (byte 1, LONG4)"),
        (b"T\xff\xff\xff\xff", rule, "the length is negative (byte 1, BINSTRING)"),
        (b"\x8c\x01\xff", rule, "text is not UTF-8 (byte 1, SHORT_BINUNICODE)"),
        (b"X\x02\0\0\0\xc0\x80", rule, "text is not UTF-8 (byte 1, BINUNICODE)"),
        (b"\x8d\x01\0\0\0\0\0\0\0\xff", rule, "text is not UTF-8 (byte 1, BINUNICODE8)"),
        (b"Pid\xc3\xa9\n", rule, "a persistent id is not ASCII (byte 1, PERSID)"),
        (b"c\xff\nx\n", rule, "text is not UTF-8 (byte 1, GLOBAL)"),
        (b"cx\r\ny\n", rule, "the line ends with CR LF"),
        (b"ix\ny\r\n", rule, "the line ends with CR LF"),
        (b"I1_\r\n", rule, "the line ends with CR LF"),
        (b"S'a'\r\n", rule, "the line ends with CR LF"),
        (b"I0x1f\n", rule, "the line holds no number (byte 1, INT)"),
        (b"I1_0\n", rule, "the line holds no number (byte 1, INT)"),
        (b"I\n", rule, "the line holds no number (byte 1, INT)"),
        (b"Ihello\n", impossible, "the line holds no number (byte 1, INT)"),
        (b"L\xff\n", impossible, "the line holds no number (byte 1, LONG)"),
        (b"F1.5.5\n", rule, "the line holds no number (byte 1, FLOAT)"),
        (b"p\n", rule, "the line holds no number (byte 1, PUT)"),
        (b"p-\n", rule, "the line holds no number (byte 1, PUT)"),
        (b"p+1\n", rule, "the line holds no number (byte 1, PUT)"),
        (b"g99999999999999999999\n", rule, "the line holds no number (byte 1, GET)"),
        (b"g!\n", impossible, "the line holds no number (byte 1, GET)"),
        (b"Sa\n", rule, "no matching quotes around it (byte 1, STRING)"),
        (b"S'a\"\n", rule, "no matching quotes around it (byte 1, STRING)"),
        (b"S\n", rule, "no matching quotes around it (byte 1, STRING)"),
        (b"S'\\x4'\n", rule, "the string holds a broken escape (byte 1, STRING)"),
        (b"V\\u004\n", rule, "the string holds a broken escape (byte 1, UNICODE)"),
    ];
    for &(tail, breach, want) in cases {
        let stream = [b"N", tail].concat();
        let mut decoder = Decoder::new(&stream, 1, &Limits::default());
        let error = decoder.next_op().expect_err("wrong");
        assert_eq!((error.kind(), error.breach(), error.offset()), (crate::ErrorKind::Malformed, breach, 1));
        assert!(error.to_string().contains(want), "{tail:?}: {error}");
    }
}

#[test]
fn lines_and_long_integers_have_limits_of_their_own() {
    let cases: &[(&[u8], Limit, u64)] = &[
        (b"\x8b\x03\0\0\0abc", Limit::IntBytes, 3),
        (b"I123\n", Limit::IntDigits, 3),
        (b"L123\n", Limit::IntDigits, 3),
        (b"F1.5\n", Limit::LineBytes, 3),
        (b"p123\n", Limit::LineBytes, 3),
        (b"Pabc\n", Limit::LineBytes, 3),
        (b"cabc\nx\n", Limit::NameBytes, 3),
        (b"cx\nabc\n", Limit::NameBytes, 3),
    ];
    for &(stream, limit, len) in cases {
        let read = |allowed| Decoder::new(stream, 0, &Limits::default().with(limit, allowed)).next_op();
        assert!(read(len).is_ok(), "{stream:?}");
        let error = read(len - 1).expect_err("one too many");
        assert!(
            matches!(error.kind(), crate::ErrorKind::Limit(hit) if (hit.limit, hit.asked) == (limit, len)),
            "{error}"
        );
    }
}

/// The quick way is either the long way or none, and then it has read nothing.
#[test]
fn the_quick_way_reads_what_the_long_way_reads() {
    let tails: &[&[u8]] = &[
        b"",
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        b"\x01\x02\x03\x04\x05\x06\x07\x08\x09",
        b"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7",
        b"\x03abcdefgh",
        b"\x03\0\0\0abcdefgh",
        b"\x03\xc3\xa9abcdefgh",
        b"\x03\0\0\0\xc3\xa9abcdefgh",
        b"\x01\0\0\0\xffabcdefgh",
        b"12\n34\n5678",
    ];
    let mut quick = 0;
    for byte in 0..=255 {
        for len in 0..=9 {
            for tail in tails {
                let stream = [&[byte], &tail[..len.min(tail.len())]].concat();
                let mut decoder = Decoder::new(&stream, 0, &Limits::default());
                let Some(op) = decoder.quick_op() else {
                    assert_eq!(decoder.position(), 0, "{stream:?}");
                    continue;
                };
                quick += 1;
                let slow = first_op(&stream).expect("the long way reads all that the quick way does");
                assert_eq!(decoder.position(), op.end);
                assert_eq!(format!("{op:?}"), format!("{slow:?}"), "{stream:?}");
            }
        }
    }
    assert!(quick > 2000, "{quick}");
}

#[test]
fn what_streams_are_made_of_goes_the_quick_way() {
    let streams: &[&[u8]] = &[
        b"K\x01...",
        b"M\x01\x02..",
        b"J\x01\0\0\0",
        b"h\x01...",
        b"j\x01\0\0\0",
        b"G\0\0\0\0\0\0\0\0",
        b"U\x01a",
        b"C\x01a",
        b"\x8c\x01a",
        b"X\x01\0\0\0a",
    ];
    for stream in streams {
        assert!(Decoder::new(stream, 0, &Limits::default()).quick_op().is_some(), "{stream:?}");
    }
    for &opcode in OPCODES.iter().filter(|opcode| opcode.arg() == ArgKind::None) {
        let stream = [opcode as u8, b'.', b'.', b'.', b'.'];
        assert_eq!(Decoder::new(&stream, 0, &Limits::default()).quick_op().map(|op| op.opcode), Some(opcode));
    }
}
