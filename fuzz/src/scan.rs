//! The scanner, against what reading the same bytes gives.

use cannery::scan::{Verdict, scan_bytes};
use cannery_sklearn::ErrorKind;

use super::{MEMORY, read};

/// The most memory that judging an input may take, which is a few kB long.
const MOST_MEMORY: usize = 256 << 20;

/// # Panics
/// When the verdict is `safe` for a file that can't be read or for an estimator whose parts do not fit together, when a second
/// scan finds something else, or when memory is beyond all bounds.
pub fn check(data: &[u8]) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let report = scan_bytes(data);
    let peak = MEMORY.peak_usage().saturating_sub(before);
    assert!(peak <= MOST_MEMORY, "{peak} bytes of memory at once");
    assert_eq!(
        format!("{report:?}"),
        format!("{:?}", scan_bytes(data)),
        "a second scan finds something else"
    );
    let worst = report.findings.iter().map(|finding| finding.verdict).max();
    assert!(worst.unwrap_or_default() <= report.verdict, "{report:?}");
    // an archive of models is judged, and is no model
    if report.verdict == Verdict::Safe && report.format != Some("archive") {
        sound(data);
    }
    read::read(data);
}

fn sound(data: &[u8]) {
    let model = cannery::loads(data).expect("what is safe can be read");
    if let Err(error) = cannery_sklearn::read(model.heap(), model.root()) {
        assert_ne!(error.kind(), ErrorKind::Malformed, "safe, and {error}");
    }
}
