use crate::array::{Element, NdArray, Order, element};
use crate::error::Error;

/// Stored positions of an array's elements, in C order. Owns what it needs, so it can be kept beside the array.
#[derive(Clone, Debug)]
pub struct Positions {
    shape: Vec<usize>,
    strides: Vec<usize>,
    index: Vec<usize>,
    stored: usize,
    left: usize,
}

impl NdArray<'_> {
    /// Stored positions of all elements, in C order.
    pub fn positions(&self) -> Positions {
        self.positions_from(0, self.len(), self.shape.to_vec())
    }

    /// Stored positions of row `k` of a 2-d array; of all elements of a 1-d array.
    pub fn row_positions(&self, k: usize) -> Positions {
        let [rows, columns] = self.shape[..] else { return self.positions() };
        let (start, stride) = match self.order {
            Order::C => (k.saturating_mul(columns), 1),
            Order::Fortran => (k, rows),
        };
        let left = if k < rows { columns } else { 0 };
        Positions { shape: vec![columns], strides: vec![stride], index: vec![0], stored: start, left }
    }

    fn positions_from(&self, stored: usize, left: usize, shape: Vec<usize>) -> Positions {
        let mut strides = vec![1_usize; shape.len()];
        for k in 1..shape.len() {
            let (at, before) = match self.order {
                Order::Fortran => (k, k - 1),
                Order::C => (shape.len() - 1 - k, shape.len() - k),
            };
            strides[at] = strides[before].saturating_mul(shape[before]);
        }
        Positions { index: vec![0; shape.len()], strides, shape, stored, left }
    }

    /// The element at a stored position.
    pub fn element_at(&self, stored: usize) -> Result<Element<'_>, Error> {
        let outside = || Error::malformed("an element outside its array");
        match self.objects() {
            Some(objects) => objects.get(stored).map(|&value| Element::Object(value)).ok_or_else(outside),
            None => element(&self.dtype, self.stored_bytes(stored).ok_or_else(outside)?),
        }
    }
}

impl Iterator for Positions {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        let now = self.stored;
        for k in (0..self.index.len()).rev() {
            self.index[k] += 1;
            self.stored += self.strides[k];
            if self.index[k] < self.shape[k] {
                break;
            }
            self.stored -= self.strides[k] * self.shape[k];
            self.index[k] = 0;
        }
        Some(now)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Positions {}

#[cfg(test)]
mod tests {
    use crate::array::{Array, Order};
    use crate::dtype::DType;
    use crate::heap::Heap;
    use crate::limits::Limits;

    fn positions(order: Order, row: Option<usize>) -> Vec<usize> {
        let mut heap = Heap::new(Limits::default());
        let data = heap.own(&[0; 6]).expect("small");
        let dtype = DType::from_code("|u1").expect("a code");
        let array = Array::new(dtype, vec![2, 3], order, data).expect("6 bytes");
        let value = heap.add_array(array).expect("small");
        let array = heap.ndarray(value).expect("an array").expect("well formed");
        match row {
            Some(k) => array.row_positions(k).collect(),
            None => array.positions().collect(),
        }
    }

    #[test]
    fn positions_follow_the_stored_order() {
        assert_eq!(positions(Order::C, None), [0, 1, 2, 3, 4, 5]);
        assert_eq!(positions(Order::Fortran, None), [0, 2, 4, 1, 3, 5]);
    }

    #[test]
    fn rows_are_found_in_either_order() {
        assert_eq!(positions(Order::C, Some(1)), [3, 4, 5]);
        assert_eq!(positions(Order::Fortran, Some(1)), [1, 3, 5]);
        assert_eq!(positions(Order::C, Some(2)), []);
    }
}
