use crate::error::Error;

/// Bytes that checks may still look at, so that their work is linear although many objects can share one value.
#[derive(Debug)]
pub struct Allowance {
    left: u64,
}

impl Allowance {
    /// So many bytes.
    pub fn of(bytes: u64) -> Self {
        Self { left: bytes }
    }

    /// Spends some bytes.
    ///
    /// # Errors
    /// `Limit` when there are not so many left; then nothing is.
    pub fn spend(&mut self, bytes: u64) -> Result<(), Error> {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(Error::limit("", "too many objects share one value for each of them to be judged"))
            }
        }
    }
}
