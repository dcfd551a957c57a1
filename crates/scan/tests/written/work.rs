//! Many objects that share one large value: what is looked at for each of them is counted, whatever the value is.

use std::time::{Duration, Instant};

use cannery_scan::Rule;

use crate::write::*;

const OBJECTS: usize = 1000;
const SHARED: &[u8] = b"h\0";

fn kept(value: &[u8]) -> Value {
    [value, b"q\0"].concat()
}

/// A list of the shared value and of many objects that hold it.
#[track_caller]
fn is_counted(shared: &[u8], holder: &[u8]) {
    let mut items = vec![kept(shared)];
    items.extend(std::iter::repeat_n(holder.to_vec(), OBJECTS));
    let start = Instant::now();
    is_found(&list(&items), Rule::OverLimit, "too many objects share one value");
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    is_safe(&list(&[kept(shared), holder.to_vec()]));
}

#[test]
fn objects_of_an_array() {
    let statistics = objects(&vec![text("a"); 50_000]);
    let imputer = object(
        "sklearn.impute._base.SimpleImputer",
        &[
            ("strategy", text("most_frequent")),
            ("missing_values", float(f64::NAN)),
            ("fill_value", none()),
            ("add_indicator", FALSE.to_vec()),
            ("indicator_", none()),
            ("_fit_dtype", dtype("|O8")),
            ("statistics_", SHARED.to_vec()),
        ],
    );
    is_counted(&statistics, &imputer);
}

#[test]
fn bytes_that_are_written_as_text() {
    let bytes = call("_codecs.encode", &[text(&"a".repeat(100_000)), text("latin1")]);
    is_counted(&bytes, &array_of(dtype("|u1"), &[100_000], SHARED.to_vec()));
}

#[test]
fn fields_of_a_dtype() {
    let names: Vec<String> = (0..2000).map(|k| format!("f{k}")).collect();
    let fields: Vec<(&str, &str, i32)> = names.iter().map(|name| (&**name, "i4", 4)).collect();
    is_counted(&structure(&fields), &array_of(SHARED.to_vec(), &[0], bytes(b"")));
}
