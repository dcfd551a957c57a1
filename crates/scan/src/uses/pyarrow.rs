//! pyarrow's functions, with the arguments by which pandas keeps texts in it. pyarrow takes buffers without a look, so that an
//! array is accepted only where its offsets lie in its data.

use crate::site::Site;

/// Whether pandas writes this call for its texts.
pub(super) fn is_written(site: &Site<'_>) -> bool {
    let heap = site.heap;
    match site.name {
        ("pyarrow.lib", "type_for_alias") => heap.arrow_width(site.value).is_some(),
        ("pyarrow.lib", "py_buffer") => heap.arrow_buffer(site.value).is_some(),
        ("pyarrow.lib", "_restore_array") => matches!(heap.arrow_texts(site.value), Some(Ok(_))),
        _ => false,
    }
}
