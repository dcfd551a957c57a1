//! Predictions compared.

use serde_json::Value;

/// How far two numbers may be apart, relative to the larger one, or absolutely below 1. Sums may be ordered differently on
/// another processor; float32 results carry about 1e-7.
const TOLERANCE: f64 = 1e-6;

/// What differs between kept and computed predictions, both NDJSON: the first difference, or nothing.
pub(crate) fn difference(kept: &[u8], computed: &[u8]) -> Option<String> {
    if kept == computed {
        return None;
    }
    let lines = |bytes| -> Option<Vec<Value>> {
        let text: &str = std::str::from_utf8(bytes).ok()?;
        text.lines().map(|line| serde_json::from_str(line).ok()).collect()
    };
    let (Some(kept), Some(computed)) = (lines(kept), lines(computed)) else {
        return Some("the kept predictions are not lines of JSON".into());
    };
    if kept.len() != computed.len() {
        return Some(format!("{} rows were kept and {} computed", kept.len(), computed.len()));
    }
    let mut rows = kept.iter().zip(&computed).enumerate();
    let (at, (kept, computed)) = rows.find(|(_, (kept, computed))| !is_near(kept, computed))?;
    Some(format!("row {}: {computed} instead of {kept}", at + 1))
}

/// Nesting is limited by serde_json, to 128.
fn is_near(kept: &Value, computed: &Value) -> bool {
    match (kept, computed) {
        (Value::Number(a), Value::Number(b)) if a.is_f64() || b.is_f64() => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()).max(1.0)
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_near(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| is_near(a, b)))
        }
        (kept, computed) => kept == computed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_be_near_and_all_else_is_equal() {
        for (kept, computed, is_same) in [
            ("{\"predict\":1}\n", "{\"predict\":1}\n", true),
            ("{\"predict\":1}\n", "{\"predict\":2}\n", false),
            ("{\"predict\":1}\n", "{\"predict\":1}\n{\"predict\":1}\n", false),
            ("{\"p\":[0.5,0.25]}\n", "{\"p\":[0.5000001,0.25]}\n", true),
            ("{\"p\":[0.5,0.25]}\n", "{\"p\":[0.501,0.25]}\n", false),
            ("{\"p\":1000000.5}\n", "{\"p\":1000000.6}\n", true),
            ("{\"p\":\"a\"}\n", "{\"p\":\"b\"}\n", false),
            ("{\"p\":null}\n", "{\"p\":null }\n", true),
            ("nonsense\n", "{\"p\":1}\n", false),
        ] {
            let difference = difference(kept.as_bytes(), computed.as_bytes());
            assert_eq!(difference.is_none(), is_same, "{kept} {computed} {difference:?}");
        }
    }
}
