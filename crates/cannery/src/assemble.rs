//! A listing of opcodes back to a pickle.

use std::path::Path;

use crate::error::{Error, Result};
use crate::model::Options;

/// The pickle of a listing: what [`Listing::Full`](crate::Listing::Full) writes, or a person in the same form, which
/// `docs/listings.md` describes. Bytes are made, not judged: the pickle may be a bad one.
///
/// ```
/// let pickle = cannery::assemble("PROTO 2\nNONE\nSTOP")?;
/// assert_eq!(pickle, b"\x80\x02N.");
/// # Ok::<(), cannery::Error>(())
/// ```
pub fn assemble(listing: &str) -> Result<Vec<u8>> {
    cannery_pickle::assemble(listing).map_err(|error| Error::malformed(error.to_string()))
}

impl Options<'_> {
    /// The pickle of the listing in a file.
    pub fn assemble(mut self, path: impl AsRef<Path>) -> Result<Vec<u8>> {
        let path = path.as_ref();
        let bytes = self.bytes_of(path)?;
        let listing = std::str::from_utf8(&bytes).map_err(|_| Error::malformed("a listing is text in UTF-8"));
        listing.and_then(assemble).map_err(|error| error.in_file(path.display()))
    }
}
