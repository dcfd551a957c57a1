use super::*;

#[test]
fn string_escapes() {
    let cases: &[(&[u8], Option<&[u8]>)] = &[
        (b"abc", Some(b"abc")),
        (br"\x41\102\n\\\q", Some(b"AB\n\\\\q")),
        (br"\4001", Some(b"\x001")),
        (br#"\a\b\t\n\v\f\r\\\'\""#, Some(b"\x07\x08\t\n\x0b\x0c\r\\'\"")),
        (br"\7\07\008\1011\777", Some(b"\x07\x07\x008A1\xff")),
        (b"a\\\nb", Some(b"ab")),
        (br"\xFf\x0", None),
        (br"\xFfx", Some(b"\xffx")),
        (br"\x+1", None),
        (br"\x4g", None),
        (br"\8\8", Some(br"\8\8")),
        (br"\x4", None),
        (br"a\", None),
    ];
    for (input, want) in cases {
        assert_eq!(unescape(input).as_deref(), *want, "{input:?}");
    }
}

#[test]
fn raw_unicode_escapes() {
    let cases: &[(&[u8], Option<&[u8]>)] = &[
        (br"a\u00e9\U0001f600", Some("aé😀".as_bytes())),
        (b"\xe9", Some("é".as_bytes())),
        (br"\\u0041\n", Some(br"\\u0041\n")),
        (br"\ud800", Some(b"\xed\xa0\x80")),
        (br"\u12", None),
        (br"\u+123", None),
        (br"\U0000e9", None),
        (br"\u00e9\u00e9", Some("éé".as_bytes())),
        (br"\\\u0041", Some(br"\\A")),
        (br"\n\", Some(br"\n\")),
        (b"\\\xe9", Some("\\é".as_bytes())),
        (br"\udfff\ue000\ud7ff", Some(b"\xed\xbf\xbf\xee\x80\x80\xed\x9f\xbf")),
        (br"\U0010ffff", Some("\u{10ffff}".as_bytes())),
        (br"\U00110000", None),
    ];
    for (input, want) in cases {
        assert_eq!(raw_unicode(input).as_deref(), *want, "{input:?}");
    }
}

#[test]
fn surrogates_pass_and_other_broken_text_does_not() {
    assert!(is_text(b"a\xed\xa0\x80b"));
    assert!(!is_text(b"\xff"));
    assert!(!is_text(b"\xc0\x80"));
    assert!(is_text(b"\xed\xbf\xbf\xed\xa0\x80\xc3\xa9"));
    assert!(!is_text(b"\xed\xa0\x80\xff"), "behind a surrogate");
    assert!(!is_text(b"\xed\xa0"), "cut short");
}

#[test]
fn large_decimals_become_twos_complement() {
    let Some(Decimal::Big(bytes)) = decimal(b"-9223372036854775809") else { panic!("not big") };
    assert_eq!(i128::from(i64::MIN) - 1, sign_extended(&bytes));
    let Some(Decimal::Big(bytes)) = decimal(b"18446744073709551616") else { panic!("not big") };
    assert_eq!(1_i128 << 64, sign_extended(&bytes));
    assert!(matches!(decimal(b" +12 "), Some(Decimal::Small(12))));
    assert!(decimal(b"1_0").is_none() && decimal(b"").is_none() && decimal(b"-").is_none());
}

/// Around every power of ten and of two up to 127 bits, against the standard library.
#[test]
fn decimals_of_every_length() {
    let powers = (0..=38).map(|n| 10_i128.pow(n)).chain((0..=126).map(|n| 1_i128 << n));
    for value in powers.flat_map(|power| [power - 1, power, power + 1, 3 * (power / 2)]) {
        for value in [value, -value] {
            let text = value.to_string();
            match decimal(text.as_bytes()) {
                Some(Decimal::Small(small)) => assert_eq!(i128::from(small), value),
                Some(Decimal::Big(bytes)) => {
                    assert!(i64::try_from(value).is_err(), "{value} fits 64 bits");
                    assert_eq!(sign_extended(&bytes), value);
                }
                None => panic!("{text} is not a number"),
            }
        }
    }
    let Some(Decimal::Big(bytes)) = decimal(format!("1{}", "0".repeat(60)).as_bytes()) else {
        panic!("not big")
    };
    // hex(10 ** 60)
    let want = "9f4f2726179a224501d762422c946590d91000000000000000";
    let hex: String = bytes.iter().rev().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex.trim_start_matches('0'), want);
}

#[test]
fn floats_are_read_as_python_reads_them() {
    assert_eq!(float(b" -1.5e3\t"), Some(-1500.0));
    assert_eq!(float(b"inf"), Some(f64::INFINITY));
    assert!(float(b"nan").is_some_and(f64::is_nan));
    for other in [&b""[..], b"1_0", b"0x1", b"1e", b"\xff"] {
        assert_eq!(float(other), None, "{other:?}");
    }
}

#[test]
fn each_opcode_of_a_number_has_its_spelling() {
    assert!(is_plain_number(Opcode::Long, b"12L") && is_plain_number(Opcode::Long, b"12"));
    assert!(is_plain_number(Opcode::Int, b"12") && !is_plain_number(Opcode::Int, b"12L"));
    assert!(is_plain_number(Opcode::Float, b"1.5") && !is_plain_number(Opcode::Int, b"1.5"));
    assert!(!is_plain_number(Opcode::Long, b"12LL") && !is_plain_number(Opcode::Long, b"L"));
}

fn sign_extended(bytes: &[u8]) -> i128 {
    let fill = if bytes.last().is_some_and(|b| b & 0x80 != 0) { 0xFF } else { 0 };
    let mut wide = [fill; 16];
    wide[..bytes.len().min(16)].copy_from_slice(&bytes[..bytes.len().min(16)]);
    assert!(bytes.iter().skip(16).all(|&byte| byte == fill));
    i128::from_le_bytes(wide)
}

#[test]
fn spellings_that_readers_differ_on_are_told_apart() {
    for plain in [&b"0"[..], b"-1", b"10", b"12345678901234567890"] {
        assert!(is_plain_integer(plain), "{plain:?}");
    }
    for other in [&b""[..], b"-", b"010", b"00", b"-0", b"+1", b" 1", b"1 ", b"1\r", b"0x1", b"1_0"] {
        assert!(!is_plain_integer(other), "{other:?}");
    }
    for plain in [&b"0.0"[..], b"-0", b"1e5", b"1e-400", b"inf", b"-inf", b"nan"] {
        assert!(is_plain_float(plain), "{plain:?}");
    }
    for other in [&b""[..], b" 1.5", b"1.5 ", b"1.5\r", b"1e400", b"-1e400", b"1_0", b"0x1"] {
        assert!(!is_plain_float(other), "{other:?}");
    }
}
