//! `.npy` and `.npz`.

use super::read;
use super::skops::zip;

/// A `.npy` file is read by itself and as the only member of an archive.
///
/// # Panics
/// When only one of them is read, or what [`read`](mod@super::read) asks does not hold.
pub fn check(data: &[u8]) {
    let alone = read::read(data).is_some();
    if data.starts_with(b"\x93NUMPY") {
        let packed = read::read(&zip(&[("x.npy", data)])).is_some();
        assert_eq!(alone, packed, "alone, and in an archive");
    }
}
