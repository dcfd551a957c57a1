/// What results owe to the software and the processor that a part of the model was fitted with, beyond what operators
/// state: of results that an operator leaves open, those that scikit-learn gave there.
///
/// It is a hint for who carries a graph out and wants the very bits. Two graphs that differ in it compute the same; it is
/// no part of the text of a graph or of its digest, and exporters need not look at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Compat {
    /// How numpy's `einsum` adds up the squares of a row.
    pub squares: SquareOrder,
    /// Which of equal elements numpy's `argpartition` selects.
    pub selection: Selection,
}

/// The order in which the squares of a row are added up; each is rounded by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SquareOrder {
    /// Features of even and of odd number in two sums, which are then added. Of each eight features the last two come
    /// first; what remains after all eights comes from the first on. Source: `einsum` since numpy 1.21 with vectors of 128
    /// bits (`numpy/_core/src/multiarray/einsum_sumprod.c.src`).
    #[default]
    Pairs,
    /// As many features as make eights go forward into two such sums, which are added; then come the remaining ones, from
    /// the last on. Source: `einsum` of numpy before 1.21.
    Backward,
}

/// How `numpy.argpartition` selects the k smallest of a row, which decides among equal ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// x86-simd-sort, as numpy 2.0 and later call it on x86-64 with AVX2. Where there is NaN it is `std::nth_element` of
    /// libstdc++; where all of up to 256 distances are equal the first k; where else a distance that is not among the k
    /// equals the largest that is, the choice depends on the width of the processor's vectors, and the row is an error.
    #[default]
    Simd,
    /// Numpy's introselect. Source: `introselect_` in numpy 1.26's `npysort/selection.cpp`.
    Introselect,
}

impl Compat {
    /// The hint of these.
    pub const fn new(squares: SquareOrder, selection: Selection) -> Self {
        Self { squares, selection }
    }
}
