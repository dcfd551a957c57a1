//! JSON as `pandas.DataFrame.to_json` writes it, in one document, as lines of NDJSON.
//!
//! Layouts (`orient`): `columns` (the default) `{"a": {"0": 1, …}, …}`, `index` `{"0": {"a": 1, …}, …}`, `records`
//! `[{"a": 1, …}, …]`, `values` `[[1, …], …]`, `split` `{"columns": […], "index": […], "data": [[…], …]}`, and `table`
//! `{"schema": …, "data": [{…}, …]}`. Numbers and texts are taken over as they are written.

use std::io::Read;

use cannery_object::Limit;
use serde_json::value::RawValue;

use self::pairs::Pairs;
use super::options::TableOptions;
use crate::error::Error;

mod pairs;

/// Whether a text that begins with a bracket is one document of these layouts, and not lines of NDJSON: its first value
/// is nested, or its first line is not whole.
pub(super) fn is_layout(text: &[u8]) -> bool {
    let after =
        |text: &[u8], open: u8| text.strip_prefix(&[open]).map(|rest| rest.trim_ascii_start().to_vec());
    if let Some(rest) = after(text, b'[') {
        return matches!(rest.first(), Some(b'[' | b'{'));
    }
    let Some(rest) = after(text, b'{') else { return false };
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii();
    if line == b"{" {
        return true;
    }
    // behind the first key
    let Some(close) = end_of_text(&rest) else { return false };
    let (key, rest) = rest.split_at(close);
    let value = rest.trim_ascii_start().strip_prefix(b":").unwrap_or_default().trim_ascii_start();
    match value.first() {
        Some(b'{') => true,
        Some(b'[') => [&b"\"columns\""[..], b"\"index\"", b"\"data\""].contains(&key),
        _ => false,
    }
}

/// Where the text in quotes at the beginning ends.
fn end_of_text(json: &[u8]) -> Option<usize> {
    let mut is_escaped = false;
    for (place, &byte) in json.iter().enumerate() {
        match byte {
            _ if place == 0 && byte != b'"' => return None,
            _ if place == 0 => {}
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return Some(place + 1),
            _ => {}
        }
    }
    None
}

/// The rows as lines of NDJSON.
///
/// # Errors
/// `Usage` when it is no JSON of these layouts; `Format` when it is longer than `decompressed-bytes`.
pub(super) fn lines(source: impl Read, options: &TableOptions) -> Result<Vec<u8>, Error> {
    let most = options.limits.of(Limit::DecompressedBytes);
    let mut text = Vec::new();
    source.take(most.saturating_add(1)).read_to_end(&mut text)?;
    options.limits.check(Limit::DecompressedBytes, text.len() as u64).map_err(cannery_format::Error::from)?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    if text.trim_ascii_start().starts_with(b"[") {
        return Ok(joined(parsed::<Vec<&RawValue>>(text)?.into_iter().map(RawValue::get)));
    }
    let top = parsed::<Pairs<'_>>(text)?.0;
    let of = |name: &str| top.iter().find(|(key, _)| key == name).map(|(_, value)| value.get());
    if let (Some(columns), Some(data), true) = (of("columns"), of("data"), top.len() <= 3) {
        let is_list = columns.starts_with('[') && data.starts_with('[');
        if is_list {
            return split(columns, data);
        }
    }
    if let (Some(data), Some(_)) = (of("data"), of("schema")) {
        return Ok(joined(parsed::<Vec<&RawValue>>(data.as_bytes())?.into_iter().map(RawValue::get)));
    }
    let inner =
        top.iter().map(|(key, value)| Ok((key.as_str(), parsed::<Pairs<'_>>(value.get().as_bytes())?.0)));
    by_column_or_row(&inner.collect::<Result<Vec<_>, Error>>()?, options.names.as_deref())
}

type Inner<'t> = (&'t str, Vec<(String, &'t RawValue)>);

/// `columns` or `index`: an object of objects. It is `index` where the inner keys are the model's names.
fn by_column_or_row(outer: &[Inner<'_>], names: Option<&[String]>) -> Result<Vec<u8>, Error> {
    let Some((first, keys)) = outer.first() else { return Ok(vec![]) };
    let is_index =
        names.is_some_and(|names| names.iter().all(|name| keys.iter().any(|(key, _)| key == name)));
    if is_index {
        let rows =
            outer.iter().map(|(_, pairs)| object(pairs.iter().map(|(key, value)| (key.as_str(), *value))));
        return Ok(joined(rows));
    }
    if let Some((other, _)) =
        outer.iter().find(|(_, pairs)| !pairs.iter().map(|p| &p.0).eq(keys.iter().map(|k| &k.0)))
    {
        return Err(Error::usage(format!("columns {first:?} and {other:?} do not have the same rows")));
    }
    let row = |row: usize| object(outer.iter().map(|(name, pairs)| (*name, pairs[row].1)));
    Ok(joined((0..keys.len()).map(row)))
}

fn split(columns: &str, data: &str) -> Result<Vec<u8>, Error> {
    let names: Vec<serde_json::Value> = parsed(columns.as_bytes())?;
    let names: Vec<String> =
        names.iter().map(|name| name.as_str().map_or_else(|| name.to_string(), str::to_owned)).collect();
    let mut rows = Vec::new();
    for (at, row) in parsed::<Vec<Vec<&RawValue>>>(data.as_bytes())?.iter().enumerate() {
        if row.len() != names.len() {
            let (got, want) = (row.len(), names.len());
            return Err(Error::usage(format!("row {} has {got} values, the header has {want}", at + 1)));
        }
        rows.push(object(names.iter().map(String::as_str).zip(row.iter().copied())));
    }
    Ok(joined(rows))
}

/// A line of NDJSON.
fn object<'t>(pairs: impl Iterator<Item = (&'t str, &'t RawValue)>) -> String {
    let mut line = String::from("{");
    for (name, value) in pairs {
        if line.len() > 1 {
            line.push(',');
        }
        line.push_str(&serde_json::Value::from(name).to_string());
        line.push(':');
        line.push_str(value.get());
    }
    line.push('}');
    line
}

/// Lines; a new line between the tokens of a value is a blank.
fn joined(rows: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<u8> {
    let mut lines = Vec::new();
    for row in rows {
        lines.extend(
            row.as_ref().bytes().map(|byte| if byte == b'\n' || byte == b'\r' { b' ' } else { byte }),
        );
        lines.push(b'\n');
    }
    lines
}

fn parsed<'t, T: serde::Deserialize<'t>>(json: &'t [u8]) -> Result<T, Error> {
    serde_json::from_slice(json).map_err(|error| {
        Error::usage(format!("the input is no table as DataFrame.to_json writes it: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::Wanted;
    use super::*;

    fn lines_of(json: &str, names: Option<&[&str]>) -> Result<String, String> {
        let names = names.map(|names| names.iter().map(|&name| name.to_owned()).collect());
        let options = TableOptions::new(Wanted::Frame).names(names);
        assert!(is_layout(json.as_bytes()), "{json}");
        let lines = lines(json.as_bytes(), &options).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(lines).expect("it was text"))
    }

    #[test]
    fn layouts_become_lines() {
        let rows = "{\"a\":1,\"b\":\"x\\/y\"}\n{\"a\":2.50,\"b\":null}\n";
        for (json, names) in [
            (r#"{"a":{"0":1,"1":2.50},"b":{"0":"x\/y","1":null}}"#, None),
            (r#"{"7":{"a":1,"b":"x\/y"},"8":{"a":2.50,"b":null}}"#, Some(&["b", "a"][..])),
            (r#"[{"a":1,"b":"x\/y"},{"a":2.50,"b":null}]"#, None),
            (r#"{"columns":["a","b"],"index":[7,8],"data":[[1,"x\/y"],[2.50,null]]}"#, None),
            (r#"{"schema":{"fields":[]},"data":[{"a":1,"b":"x\/y"},{"a":2.50,"b":null}]}"#, None),
        ] {
            assert_eq!(lines_of(json, names).as_deref(), Ok(rows), "{json}");
        }
        assert_eq!(lines_of("[[1,2],\n [3,4]]", None).as_deref(), Ok("[1,2]\n[3,4]\n"));
    }

    #[test]
    fn documents_and_lines_are_told_apart() {
        for (text, want) in [
            ("[1,2]\n[3,4]", false),
            ("{\"a\":1}\n", false),
            ("[[1,2]]", true),
            ("{\n  \"a\": 1\n}", true),
            ("{ \"a\\\"\" : {\"0\": 1}}", true),
            ("[]", false),
        ] {
            assert_eq!(is_layout(text.as_bytes()), want, "{text}");
        }
    }

    #[test]
    fn what_is_no_table_is_said() {
        for (json, part) in [
            (r#"{"a":{"0":1},"b":{"1":2}}"#, "do not have the same rows"),
            (r#"{"columns":["a"],"data":[[1,2]]}"#, "row 1 has 2 values, the header has 1"),
            (r#"[{"a":1}"#, "is no table as DataFrame.to_json writes it"),
        ] {
            let error = lines_of(json, None).expect_err(json);
            assert!(error.contains(part), "{error}");
        }
    }
}
