//! Canonical JSON, RFC 8785: names sorted by UTF-16, no white space, numbers as ECMAScript writes them.

use serde::Serialize;
use serde_json::{Map, Number, Value};

use crate::error::Error;

/// The canonical JSON of a value.
///
/// ```
/// let json: serde_json::Value = serde_json::from_str(r#"{"b": 1.0, "a": [1e21, "é\u0007"]}"#)?;
/// assert_eq!(cannery_manifest::to_canonical(&json).as_deref(), Ok(r#"{"a":[1e+21,"é\u0007"],"b":1}"#));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// An integer beyond ±2^53, which many readers of JSON would round, and what is not JSON.
pub fn to_canonical(value: &impl Serialize) -> Result<String, Error> {
    let value = serde_json::to_value(value).map_err(|error| Error::new(error.to_string()))?;
    let mut out = String::new();
    write(&value, &mut out)?;
    Ok(out)
}

/// As deep as the types of the manifest, which are not recursive.
fn write(value: &Value, out: &mut String) -> Result<(), Error> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(value) => write_number(value, out)?,
        Value::String(value) => write_string(value, out),
        Value::Array(values) => {
            out.push('[');
            for (at, value) in values.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                write(value, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => write_members(members, out)?,
    }
    Ok(())
}

fn write_members(members: &Map<String, Value>, out: &mut String) -> Result<(), Error> {
    let mut members: Vec<(&String, &Value)> = members.iter().collect();
    members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    out.push('{');
    for (at, (name, value)) in members.into_iter().enumerate() {
        out.push_str(if at == 0 { "" } else { "," });
        write_string(name, out);
        out.push(':');
        write(value, out)?;
    }
    out.push('}');
    Ok(())
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// The largest integer such that it and all below are doubles.
const MOST: u64 = 1 << 53;

fn write_number(number: &Number, out: &mut String) -> Result<(), Error> {
    if number.is_f64() {
        out.push_str(&ecmascript(number.as_f64().unwrap_or_default()));
        return Ok(());
    }
    let is_exact =
        number.as_u64().map(|value| value <= MOST).or(number.as_i64().map(|v| v.unsigned_abs() <= MOST));
    if is_exact != Some(true) {
        return Err(Error::new(format!("{number} is beyond 2^53: write it as text")));
    }
    out.push_str(&number.to_string());
    Ok(())
}

/// `Number.prototype.toString` of ECMAScript: the shortest digits that give the double back. serde_json finds the same
/// digits, with the even one of two that are as near, which Rust's own formatting does not.
fn ecmascript(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let (digits, n) = shortest(value.abs());
    let k = digits.len() as i32;
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    let split = |at: i32| digits.split_at(usize::try_from(at).unwrap_or_default());
    let sign = if value < 0.0 { "-" } else { "" };
    match n {
        n if k <= n && n <= 21 => format!("{sign}{digits}{}", zeros(n - k)),
        n if 0 < n && n <= 21 => format!("{sign}{}.{}", split(n).0, split(n).1),
        n if -6 < n && n <= 0 => format!("{sign}0.{}{digits}", zeros(-n)),
        n => {
            let (first, rest) = split(1);
            let point = if rest.is_empty() { "" } else { "." };
            format!("{sign}{first}{point}{rest}e{}{}", if n > 0 { "+" } else { "-" }, (n - 1).abs())
        }
    }
}

/// The digits of a positive number, and the place of its point among them.
fn shortest(value: f64) -> (String, i32) {
    let text = Number::from_f64(value).map(|number| number.to_string()).unwrap_or_default();
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let leading = digits.len() - digits.trim_start_matches('0').len();
    let n = whole.len() as i32 + exponent.parse::<i32>().unwrap_or_default() - leading as i32;
    (digits.trim_matches('0').to_owned(), n)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The samples of RFC 8785, appendix B.
    #[test]
    fn numbers_are_those_of_the_rfc() {
        for (bits, text) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            assert_eq!(ecmascript(f64::from_bits(bits)), text);
        }
    }

    #[test]
    fn names_are_sorted_by_utf_16_and_large_integers_rejected() {
        let json: Value =
            serde_json::from_str(r#"{"\ufb33":1,"\ud83d\ude00":2,"\u20ac":3,"1":4}"#).expect("JSON");
        assert_eq!(
            to_canonical(&json).expect("canonical"),
            "{\"1\":4,\"\u{20ac}\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}"
        );
        assert!(to_canonical(&(MOST + 1)).is_err() && to_canonical(&i64::MIN).is_err());
        assert_eq!(to_canonical(&MOST).as_deref(), Ok("9007199254740992"));
    }
}
