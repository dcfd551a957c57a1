//! The canonical text of a graph, in full and the same on every platform, and its digest.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};

use crate::Scalar;
use crate::constant::{Matrix, Points, SparseMatrix};
use crate::graph::{Edge, Graph, Results};
use crate::types::{Field, Signature};

/// Version of the canonical text, its first line. Digests are kept in files for years: whatever changes a text of today
/// changes this number.
const VERSION: u32 = 1;

impl Graph {
    /// SHA-256 of the [canonical text](Self::write_canonical). Two graphs of one digest compute the same, to the bit as far
    /// as operators are exact.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Hash(Sha256::new());
        self.write_canonical(&mut hash).expect("a hash takes all");
        hash.0.finalize().into()
    }

    /// Writes all that decides what the graph computes, and nothing else: no path of the model, no refusal, no
    /// [`Compat`](crate::Compat).
    ///
    /// Words have one blank between them. The first line is `cannery-graph` and the version of the text, the second the
    /// signature. Then each node has a line: its number, its type, the operator, the edges that it takes, its constants in
    /// the order of their documentation. The last lines are the outputs in the order of their names.
    ///
    /// A count or an integer is decimal, a float64 the 16 hexadecimal digits of its bits (`nan`, whatever its bits), a text
    /// is in quotes with `\` before a quote and a backslash and `\n` for the end of a line, a list is in brackets, a matrix
    /// is its rows, its columns and the list of its elements (a sparse one for each row the list of columns and that of
    /// elements), an alternative is a word.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_canonical(&self, out: &mut dyn Write) -> fmt::Result {
        let mut canonical = Canonical { out, result: Ok(()) };
        canonical.raw(&format!("cannery-graph {VERSION}\nsignature"));
        canonical.signature(self.signature());
        for (index, node) in self.nodes().iter().enumerate() {
            canonical.raw(&format!("\n%{index} {} {}", node.ty, node.op.name()));
            node.inputs.iter().for_each(|edge| canonical.edge(*edge));
            node.op.constants(&mut canonical);
        }
        for output in self.outputs_by_name() {
            canonical.raw("\noutput");
            canonical.text(&output.name);
            match &output.results {
                Results::One(edge) => canonical.edge(*edge),
                Results::List(edges) => canonical.list(edges.iter(), |out, edge| out.edge(*edge)),
            }
        }
        canonical.raw("\n");
        canonical.result
    }
}

/// Takes the constants of operators, word by word.
pub(crate) struct Canonical<'o> {
    out: &'o mut dyn Write,
    result: fmt::Result,
}

impl Canonical<'_> {
    fn raw(&mut self, text: &str) {
        if self.result.is_ok() {
            self.result = self.out.write_str(text);
        }
    }

    fn edge(&mut self, edge: Edge) {
        self.raw(&format!(" {edge}"));
    }

    /// An alternative, or the name of what comes next.
    pub(crate) fn word(&mut self, word: &str) {
        self.raw(" ");
        self.raw(word);
    }

    /// A truth value.
    pub(crate) fn flag(&mut self, flag: bool) {
        self.word(if flag { "true" } else { "false" });
    }

    /// A count.
    pub(crate) fn count(&mut self, count: usize) {
        self.raw(&format!(" {count}"));
    }

    /// An integer.
    pub(crate) fn int(&mut self, int: impl Into<i64>) {
        self.raw(&format!(" {}", int.into()));
    }

    /// A float64.
    pub(crate) fn float(&mut self, float: f64) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        if float.is_nan() {
            return self.word("nan");
        }
        let bits = float.to_bits();
        let digits: [u8; 17] = std::array::from_fn(|at| match at {
            0 => b' ',
            _ => DIGITS[(bits >> (64 - 4 * at) & 15) as usize],
        });
        self.raw(std::str::from_utf8(&digits).expect("a blank and digits"));
    }

    /// A text.
    pub(crate) fn text(&mut self, text: &str) {
        let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        self.raw(" \"");
        self.raw(&text);
        self.raw("\"");
    }

    /// A list.
    pub(crate) fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut each: impl FnMut(&mut Self, T)) {
        self.raw(" [");
        items.into_iter().for_each(|item| each(self, item));
        self.raw(" ]");
    }

    /// A list of float64.
    pub(crate) fn floats(&mut self, floats: &[f64]) {
        self.list(floats, |out, float| out.float(*float));
    }

    /// A list of counts.
    pub(crate) fn counts(&mut self, counts: &[usize]) {
        self.list(counts, |out, count| out.count(*count));
    }

    /// `none`, or `some` and what there is.
    pub(crate) fn option<T>(&mut self, value: Option<T>, each: impl FnOnce(&mut Self, T)) {
        match value {
            None => self.word("none"),
            Some(value) => {
                self.word("some");
                each(self, value);
            }
        }
    }

    /// A matrix.
    pub(crate) fn matrix(&mut self, matrix: &Matrix) {
        self.count(matrix.rows());
        self.count(matrix.columns());
        self.floats(matrix.values());
    }

    /// Points, one a row.
    pub(crate) fn points(&mut self, points: &Points) {
        match points {
            Points::Dense(matrix) => {
                self.word("dense");
                self.matrix(matrix);
            }
            Points::Sparse(matrix) => {
                self.word("csr");
                self.sparse_matrix(matrix);
            }
        }
    }

    fn sparse_matrix(&mut self, matrix: &SparseMatrix) {
        self.count(matrix.rows());
        self.count(matrix.columns());
        for (places, values) in (0..matrix.rows()).map(|row| matrix.row(row)) {
            self.list(places, |out, place| out.int(*place));
            self.floats(values);
        }
    }

    /// A value of Python.
    pub(crate) fn scalar(&mut self, scalar: &Scalar) {
        match scalar {
            Scalar::None => self.word("none"),
            Scalar::Bool(value) => self.flag(*value),
            Scalar::Int(value) => self.int(*value),
            Scalar::Float(value) => {
                self.word("float");
                self.float(*value);
            }
            Scalar::Str(text) => self.text(text),
        }
    }

    fn signature(&mut self, signature: &Signature) {
        match signature {
            Signature::Dense { dtype } => {
                self.word("dense");
                self.word(dtype.name());
            }
            Signature::Csr { dtype } => {
                self.word("csr");
                self.word(dtype.name());
            }
            Signature::Text => self.word("text"),
            Signature::Frame(fields) => {
                self.word("frame");
                self.list(fields.iter(), |out, Field { name, dtype }| {
                    out.text(name);
                    out.word(dtype.name());
                });
            }
        }
    }
}

/// Hashes what is written, in pieces of some size.
struct Hash(Sha256);

impl Write for Hash {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}
#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::{
        Builder, DType, Function, Linear, Matrix, Op, Origin, Scale, Signature, Tree, TreeEnsemble, TreeNode,
    };

    fn digest(signature: Signature, ops: &[Op], output: &str) -> String {
        let mut b = Builder::new(signature);
        let mut x = b.input(2).expect("a matrix");
        for op in ops {
            x = b.add(op.clone(), &[x]).expect("types fit");
        }
        b.output(output, x).expect("the only output");
        b.finish().digest().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn linear(weight: f64, intercepts: Option<Vec<f64>>) -> Op {
        let weights = Matrix::new(1, 2, [weight, 2.0]).expect("two weights");
        Op::Linear(Linear { weights, intercepts })
    }

    fn tree(threshold: f64, leaf: f64) -> Op {
        let nodes = [
            TreeNode::Threshold { feature: 1, threshold, missing_left: true, left: 1, right: 2 },
            TreeNode::Leaf(0),
            TreeNode::Leaf(1),
        ];
        let tree = Tree::new(2, 1, nodes, [1.0, leaf], []).expect("a tree");
        Op::TreeEnsemble(TreeEnsemble::of_one(tree))
    }

    #[test]
    fn every_constant_counts() {
        let f64s = Signature::dense(DType::F64);
        let steps = |c| Op::Scale(Scale { steps: vec![(crate::Arithmetic::Add, vec![c, 0.0])] });
        let digests = [
            digest(f64s.clone(), &[linear(1.0, None)], "predict"),
            digest(f64s.clone(), &[linear(1.0 + f64::EPSILON, None)], "predict"),
            digest(f64s.clone(), &[linear(1.0, Some(vec![0.0]))], "predict"),
            digest(f64s.clone(), &[linear(1.0, Some(vec![-0.0]))], "predict"),
            digest(f64s.clone(), &[linear(1.0, None)], "transform"),
            digest(Signature::dense(DType::F32), &[linear(1.0, None)], "predict"),
            digest(Signature::csr(DType::F64), &[linear(1.0, None)], "predict"),
            digest(f64s.clone(), &[steps(1.0)], "predict"),
            digest(f64s.clone(), &[steps(2.0)], "predict"),
            digest(f64s.clone(), &[tree(0.5, 2.0)], "predict"),
            digest(f64s.clone(), &[tree(0.25, 2.0)], "predict"),
            digest(f64s, &[tree(0.5, 3.0)], "predict"),
        ];
        let distinct: HashSet<&String> = digests.iter().collect();
        assert_eq!(distinct.len(), digests.len());
    }

    /// It is kept in files for years: a change of it is a change of their format.
    #[test]
    fn the_digest_stays() {
        let ops = [Op::Elementwise(Function::Negate), linear(1.0, Some(vec![0.5]))];
        let want = "482a6c44435cd30d41e5d315fb66e9bf4c528e51c11961b0b469898f5ccfbf4d";
        assert_eq!(digest(Signature::default(), &ops, "predict"), want);
    }

    #[test]
    fn the_text_is_in_full() {
        let mut b = Builder::new(Signature::frame([("a \"b\"\n", DType::F64), ("c", DType::F64)]));
        let columns = [1, 0].map(|column| b.field(column).expect("a column"));
        let x = b.add(Op::Concat, &columns).expect("two vectors");
        let scaled = Scale { steps: vec![(crate::Arithmetic::Divide, vec![0.5, -f64::NAN])] };
        let x = b.add(Op::Scale(scaled), &[x]).expect("a matrix");
        b.output_list("transform", [x, x]).expect("the only output");
        let mut text = String::new();
        b.finish().write_canonical(&mut text).expect("a string takes all");
        let want = r#"cannery-graph 1
signature frame [ "a \"b\"\n" f64 "c" f64 ]
%0 f64[n] field 1
%1 f64[n] field 0
%2 f64[n,2] concat %0 %1
%3 f64[n,2] scale %2 [ divide [ 3fe0000000000000 nan ] ]
output "transform" [ %3 %3 ]
"#;
        assert_eq!(text, want);
    }

    #[test]
    fn places_in_the_model_do_not_count() {
        let built = |path| {
            let mut b = Builder::new(Signature::default());
            b.set_origin(Origin::new(path, "Minus"));
            let x = b.input(2).expect("a matrix");
            b.output("predict", x).expect("the only output");
            b.refuse("transform", path);
            b.finish().digest()
        };
        assert_eq!(built("steps[0]"), built(""));
    }
}
