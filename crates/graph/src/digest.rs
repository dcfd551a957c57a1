//! The digest of a graph: what it computes, in 32 bytes.

use sha2::{Digest, Sha256};

use crate::constant::{Labels, Matrix, Points, SparseMatrix};
use crate::graph::Graph;
use crate::op::{
    Bounds, CharSet, Code, Codes, Confidence, Fill, Kernel, Merge, Metric, Missing, NeighborReduce,
    NeighborResult, NeighborTree, Neighbors, Op, Pattern, Search, Selection, Spaces, Tokens, Tree, TreeNode,
    Units, Unknown,
};
use crate::scalar::Scalar;

impl Graph {
    /// SHA-256 of what the graph computes. Two graphs of one digest compute the same, to the bit as far as operators are
    /// exact; paths of the model and reasons of refusals do not count.
    ///
    /// What is hashed is the text form (its `Display`) without those, each node's line followed by the constants
    /// of its operator in the order of its documentation. Numbers are little-endian: a count or an integer as 64 bits, a
    /// float64 as its bits. A list is its count and its elements, a text its length in bytes and its UTF-8, a matrix its
    /// rows, its columns and its elements (a sparse one for each row the list of columns and that of elements), a choice the number of the alternative, from 0.
    pub fn digest(&self) -> [u8; 32] {
        let mut sink = Sink(Sha256::new());
        sink.text(&self.signature().to_string());
        for node in self.nodes() {
            sink.text(&format!("{} = {}", node.ty, node.op));
            sink.list(&node.inputs, |sink, input| sink.number(input.index() as u64));
            constants(&node.op, &mut sink);
        }
        for output in self.outputs() {
            sink.text(&output.name);
            sink.number(output.edge.index() as u64);
        }
        sink.0.finalize().into()
    }
}

/// What is hashed, piece by piece.
struct Sink(Sha256);

impl Sink {
    fn number(&mut self, number: u64) {
        self.0.update(number.to_le_bytes());
    }

    fn float(&mut self, number: f64) {
        self.number(number.to_bits());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.update(text.as_bytes());
    }

    fn list<T>(&mut self, elements: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.number(elements.len() as u64);
        elements.iter().for_each(|element| each(self, element));
    }

    fn floats(&mut self, numbers: &[f64]) {
        self.list(numbers, |sink, number| sink.float(*number));
    }

    fn counts(&mut self, counts: &[usize]) {
        self.list(counts, |sink, count| sink.number(*count as u64));
    }

    fn matrix(&mut self, matrix: &Matrix) {
        self.number(matrix.rows() as u64);
        self.number(matrix.columns() as u64);
        self.floats(matrix.values());
    }

    fn sparse_matrix(&mut self, matrix: &SparseMatrix) {
        self.number(matrix.rows() as u64);
        self.number(matrix.columns() as u64);
        for (places, values) in (0..matrix.rows()).map(|row| matrix.row(row)) {
            self.list(places, |sink, place| sink.number((*place).into()));
            self.floats(values);
        }
    }

    fn option<T>(&mut self, value: Option<&T>, each: impl FnOnce(&mut Self, &T)) {
        self.number(u64::from(value.is_some()));
        if let Some(value) = value {
            each(self, value);
        }
    }
}

/// The constants of an operator that its text form does not give in full.
fn constants(op: &Op, sink: &mut Sink) {
    match op {
        Op::Input { .. }
        | Op::Field { .. }
        | Op::Cast(_)
        | Op::Guard(_)
        | Op::Dense
        | Op::OvoVotes { .. }
        | Op::OvrScores { confidence: Confidence::Bounded | Confidence::BatchScaled, .. }
        | Op::Elementwise(_)
        | Op::Softmax
        | Op::LogSoftmax
        | Op::Complement
        | Op::Threshold { .. }
        | Op::NormalizeSum
        | Op::MissingMask(Missing::Nan | Missing::Number(_) | Missing::Scalar(_))
        | Op::OneHot(_)
        | Op::Concat
        | Op::Flatten
        | Op::ArgMax
        | Op::GroupArgMax { .. }
        | Op::Columns(_)
        | Op::Sparse
        | Op::HashCounts(_)
        | Op::RowNorm(_) => {}
        Op::PairKernel { kernel, vectors } => {
            match kernel {
                Kernel::Linear | Kernel::Poly { .. } | Kernel::Rbf { .. } | Kernel::Sigmoid { .. } => {}
            }
            match vectors {
                Points::Dense(vectors) => sink.matrix(vectors),
                Points::Sparse(vectors) => sink.sparse_matrix(vectors),
            }
        }
        Op::SvmPairs(pairs) => {
            sink.counts(&pairs.counts);
            sink.matrix(&pairs.coefs);
            sink.floats(&pairs.intercepts);
        }
        Op::Linear(linear) => {
            sink.matrix(&linear.weights);
            sink.option(linear.intercepts.as_ref(), |sink, intercepts| sink.floats(intercepts));
        }
        Op::Scale(scale) => sink.list(&scale.steps, |sink, (_, constants)| sink.floats(constants)),
        Op::PairCoupling(coupling) => {
            sink.floats(&coupling.a);
            sink.floats(&coupling.b);
        }
        Op::Impute(impute) => match &impute.fill {
            Fill::Floats(fill) => sink.floats(fill),
            Fill::Integers(fill) => sink.list(fill, |sink, integer| sink.number(integer.cast_unsigned())),
            Fill::Scalars(fill) => sink.list(fill, scalar),
        },
        Op::Lookup(lookup) => sink.list(lookup.columns(), |sink, column| {
            sink.number(column.number as u64);
            sink.list(&column.categories, scalar);
            sink.floats(&column.values);
            match column.unknown {
                Unknown::Error => sink.number(0),
                Unknown::Value(value) => {
                    sink.number(1);
                    sink.float(value);
                }
            }
        }),
        Op::Labels(all) => labels(all, sink),
        Op::TreeEnsemble(ensemble) => {
            match ensemble.merge() {
                Merge::Only | Merge::Mean => {}
                Merge::Sum(base) => sink.floats(base),
            }
            sink.list(ensemble.trees(), |sink, grown| tree(grown, sink));
        }
        Op::Codes(all) => codes(all, sink),
        Op::Neighbors(all) => neighbors(all, sink),
        Op::NeighborReduce(all) => neighbor_reduce(all, sink),
        Op::Tokens(all) => tokens(all, sink),
        Op::VocabCounts(counts) => {
            sink.number(counts.vocabulary.len() as u64);
            counts.vocabulary.iter().for_each(|term| sink.text(term));
        }
        Op::TfIdf(weights) => sink.option(weights.idf.as_ref(), |sink, idf| sink.floats(idf)),
    }
}

/// Stop words count as the set that they are.
fn tokens(tokens: &Tokens, sink: &mut Sink) {
    match &tokens.units {
        Units::Words { pattern: all, stop_words } => {
            let mut stop_words = stop_words.to_vec();
            stop_words.sort_unstable();
            stop_words.dedup();
            sink.list(&stop_words, |sink, word| sink.text(word));
            chars(all.words(), sink);
            pattern(all.root(), sink);
        }
        Units::Chars { spaces: Spaces::Unicode } => sink.number(0),
        Units::Chars { spaces: Spaces::Ascii } => sink.number(1),
        Units::CharsInWords => {}
    }
}

/// As deep as a pattern may be.
fn pattern(part: &Pattern, sink: &mut Sink) {
    match part {
        Pattern::Set(set) => {
            sink.number(0);
            chars(set, sink);
        }
        Pattern::Sequence(parts) => {
            sink.number(1);
            sink.list(parts, |sink, part| pattern(part, sink));
        }
        Pattern::Choice(parts) => {
            sink.number(2);
            sink.list(parts, |sink, part| pattern(part, sink));
        }
        Pattern::Repeat { of, min, max, greedy } => {
            sink.number(3);
            pattern(of, sink);
            sink.number(u64::from(*min));
            sink.option(max.as_ref(), |sink, max| sink.number(u64::from(*max)));
            sink.number(u64::from(*greedy));
        }
        Pattern::Token(part) => {
            sink.number(4);
            pattern(part, sink);
        }
        Pattern::WordBoundary { negated } => sink.number(5 + u64::from(*negated)),
        Pattern::Start => sink.number(7),
        Pattern::End => sink.number(8),
    }
}

fn chars(set: &CharSet, sink: &mut Sink) {
    sink.list(set.ranges(), |sink, &(first, last)| {
        sink.number(first.into());
        sink.number(last.into());
    });
}

fn scalar(sink: &mut Sink, scalar: &Scalar) {
    match scalar {
        Scalar::None => sink.number(0),
        Scalar::Bool(value) => sink.list(&[1, u64::from(*value)], |sink, number| sink.number(*number)),
        Scalar::Int(value) => sink.list(&[2, value.cast_unsigned()], |sink, number| sink.number(*number)),
        Scalar::Float(value) => sink.list(&[3, value.to_bits()], |sink, number| sink.number(*number)),
        Scalar::Str(text) => {
            sink.number(4);
            sink.text(text);
        }
    }
}

fn labels(labels: &Labels, sink: &mut Sink) {
    match labels {
        Labels::I64(labels) => sink.list(labels, |sink, label| sink.number(label.cast_unsigned())),
        Labels::F64(labels) => sink.floats(labels),
        Labels::Bool(labels) => sink.list(labels, |sink, label| sink.number(u64::from(*label))),
        Labels::Str(labels) => sink.list(labels, |sink, label| sink.text(label)),
    }
}

fn tree(tree: &Tree, sink: &mut Sink) {
    sink.list(tree.nodes(), |sink, node| {
        let numbers = |sink: &mut Sink, numbers: [u32; 4]| {
            numbers.iter().for_each(|number| sink.number((*number).into()));
        };
        match *node {
            TreeNode::Leaf(leaf) => {
                sink.number(0);
                sink.number(leaf.into());
            }
            TreeNode::Threshold { feature, threshold, missing_left, left, right } => {
                sink.number(1);
                sink.float(threshold);
                numbers(sink, [feature, missing_left.into(), left, right]);
            }
            TreeNode::Category { feature, set, missing_left, left, right } => {
                sink.number(2);
                sink.number(set.into());
                numbers(sink, [feature, missing_left.into(), left, right]);
            }
        }
    });
    sink.floats(tree.values());
    sink.list(tree.sets(), |sink, set| set.iter().for_each(|word| sink.number((*word).into())));
}

fn codes(codes: &Codes, sink: &mut Sink) {
    sink.list(codes.columns(), |sink, column| match &column.code {
        Code::Keep | Code::Byte { .. } => {}
        Code::Position(numbers) => sink.floats(numbers),
    });
}

fn neighbors(neighbors: &Neighbors, sink: &mut Sink) {
    sink.matrix(neighbors.points());
    match neighbors.metric() {
        Metric::Minkowski { weights: Some(weights), .. }
        | Metric::MinkowskiInside { weights, .. }
        | Metric::SEuclidean(weights) => sink.floats(weights),
        Metric::Mahalanobis(inverse) => sink.matrix(inverse),
        Metric::Cosine { floor } => sink.float(*floor),
        Metric::Euclidean
        | Metric::EuclideanExpanded(_)
        | Metric::EuclideanExpandedF32(_)
        | Metric::Manhattan
        | Metric::Chebyshev
        | Metric::Minkowski { weights: None, .. }
        | Metric::Hamming
        | Metric::Canberra
        | Metric::BrayCurtis
        | Metric::BrayCurtisSigned
        | Metric::Haversine
        | Metric::Correlation => {}
    }
    match neighbors.search() {
        Search::Heap | Search::Partition(Selection::Introselect | Selection::Simd) => {}
        Search::Tree(tree) => neighbor_tree(tree, sink),
    }
}

fn neighbor_tree(tree: &NeighborTree, sink: &mut Sink) {
    sink.list(tree.nodes(), |sink, node| {
        sink.number(node.start.into());
        sink.number(node.end.into());
        sink.number(node.is_leaf.into());
        sink.float(node.radius);
    });
    sink.list(tree.order(), |sink, position| sink.number((*position).into()));
    match tree.bounds() {
        Bounds::Boxes { low, high } => {
            sink.matrix(low);
            sink.matrix(high);
        }
        Bounds::Centres(centres) => sink.matrix(centres),
    }
}

fn neighbor_reduce(reduce: &NeighborReduce, sink: &mut Sink) {
    let codes = |sink: &mut Sink, codes: &crate::op::ClassCodes| {
        sink.number(codes.classes() as u64);
        sink.list(codes.codes(), |sink, code| sink.number((*code).into()));
    };
    match &reduce.result {
        NeighborResult::Votes(outputs) => sink.list(outputs, codes),
        NeighborResult::Shares(classes) => codes(sink, classes),
        NeighborResult::Mean(values) => sink.matrix(values),
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
        let want = "1340978afc1679be320953f6ce26cd20bc5f303d7ca0f79556fbf7807194cc65";
        assert_eq!(digest(Signature::default(), &ops, "predict"), want);
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
