//! `TreePredictor`: the nodes of one tree and its sets of categories.
//!
//! `nodes` is a packed structured array, in the byte order of the machine that wrote it. By version: `threshold` is
//! `num_threshold` since 0.24, `missing_go_to_left` is there since 0.22, `is_categorical`, `bitset_idx` and the sets
//! since 0.24; `feature_idx` is as wide as a pointer since 1.3.
//! Source: `PREDICTOR_RECORD_DTYPE` in `sklearn/ensemble/_hist_gradient_boosting/common.pyx`.

use cannery_graph::{Tree, TreeError, TreeNode, TreePart};
use cannery_object::{Kind, NdArray, Number, Place};

use crate::ensemble::hist_gradient_boosting::categories::Set;
use crate::error::Error;
use crate::state::State;

/// The tree of a predictor over so many columns. `known` has for each column of categories those seen at fit.
pub(super) fn read(state: &State<'_>, features: usize, known: &[Option<Set>]) -> Result<Tree, Error> {
    let array = state.array_of_ndim("nodes", 1)?;
    let fields = Fields::of(state, &array)?;
    let stored_sets = match fields.category {
        Some(_) => stored_sets(state)?,
        None => vec![],
    };
    let (mut nodes, mut values, mut sets) = (Vec::new(), Vec::new(), Vec::new());
    for index in 0..array.shape[0] {
        let bytes = array.stored_bytes(index).unwrap_or_default();
        let wrong = |field| state.malformed(&format!("nodes[{index}].{field}"), "not a number of its kind");
        nodes.push(match fields.node(bytes).map_err(wrong)? {
            Node::Leaf(value) => {
                values.push(value);
                TreeNode::Leaf(values.len() as u32 - 1)
            }
            Node::Threshold { feature, threshold, missing_left, left, right } => {
                TreeNode::Threshold { feature, threshold, missing_left, left, right }
            }
            Node::Category { feature, set, missing_left, left, right } => {
                let at = |field| format!("nodes[{index}].{field}");
                let known = known.get(feature as usize).copied().flatten().ok_or_else(|| {
                    state.malformed(&at("feature_idx"), format!("column {feature} is not of categories"))
                })?;
                let stored = stored_sets.get(set as usize).ok_or_else(|| {
                    let message = format!("set {set} where there are {}", stored_sets.len());
                    state.malformed(&at("bitset_idx"), message)
                })?;
                sets.push(going_left(stored, &known, missing_left));
                TreeNode::Category { feature, set: sets.len() as u32 - 1, missing_left, left, right }
            }
        });
    }
    Tree::new(features, 1, nodes, values, sets).map_err(|error| at_node(state, error))
}

/// What is in the stored set goes left, else what was seen at fit goes right, and all else goes where missing
/// values go.
fn going_left(stored: &Set, known: &Set, missing_left: bool) -> Set {
    std::array::from_fn(|word| stored[word] | if missing_left { !known[word] } else { 0 })
}

fn at_node(state: &State<'_>, TreeError { node, part, message }: TreeError) -> Error {
    let field = match part {
        TreePart::Node => "",
        TreePart::Feature => ".feature_idx",
        TreePart::Set => ".bitset_idx",
        TreePart::Left => ".left",
        TreePart::Right => ".right",
        TreePart::Leaf => ".value",
    };
    state.malformed(&format!("nodes[{node}]{field}"), message)
}

/// `raw_left_cat_bitsets`, uint32 of shape (sets, 8).
fn stored_sets(state: &State<'_>) -> Result<Vec<Set>, Error> {
    const NAME: &str = "raw_left_cat_bitsets";
    let array = state.array_of_ndim(NAME, 2)?;
    if array.shape[1] != 8 || (&array.dtype.kind, array.dtype.itemsize) != (&Kind::UInt, 4) {
        let message = format!("sets of shape {:?} and dtype {}", array.shape, array.dtype);
        return Err(state.malformed(NAME, message));
    }
    let words = array.i64s().map_err(|error| Error::in_view(state.path_of(NAME), &error))?;
    let (sets, _) = words.as_chunks::<8>();
    Ok(sets.iter().map(|set| set.map(|word| word as u32)).collect())
}

/// A node as it is stored.
enum Node {
    Leaf(f64),
    Threshold { feature: u32, threshold: f64, missing_left: bool, left: u32, right: u32 },
    Category { feature: u32, set: u32, missing_left: bool, left: u32, right: u32 },
}

/// Where the parts of a node lie.
struct Fields<'a> {
    value: Part<'a>,
    is_leaf: Part<'a>,
    feature: Part<'a>,
    threshold: Part<'a>,
    left: Part<'a>,
    right: Part<'a>,
    missing_left: Option<Part<'a>>,
    /// `is_categorical` and `bitset_idx`.
    category: Option<(Part<'a>, Part<'a>)>,
}

impl<'a> Fields<'a> {
    fn of(state: &State<'_>, nodes: &'a NdArray<'_>) -> Result<Self, Error> {
        if !matches!(nodes.dtype.kind, Kind::Struct(_)) {
            return Err(state.malformed("nodes", format!("nodes of dtype {}", nodes.dtype)));
        }
        let find = |name: &str| {
            let field = nodes.dtype.field(name)?;
            Some(Part { name: &field.name, place: Place::of_field(&nodes.dtype, name) })
        };
        let need = |name: &str| {
            find(name).ok_or_else(|| state.malformed(&format!("nodes.{name}"), "this field is missing"))
        };
        let category = match find("is_categorical") {
            Some(is_categorical) => Some((is_categorical, need("bitset_idx")?)),
            None => None,
        };
        Ok(Self {
            value: need("value")?,
            is_leaf: need("is_leaf")?,
            feature: need("feature_idx")?,
            threshold: find("threshold").map_or_else(|| need("num_threshold"), Ok)?,
            left: need("left")?,
            right: need("right")?,
            missing_left: find("missing_go_to_left"),
            category,
        })
    }

    /// A node from its bytes, or which field is no number of its kind. All but the value of a leaf means nothing.
    fn node(&self, node: &[u8]) -> Result<Node, &'a str> {
        if self.is_leaf.flag(node)? {
            return Ok(Node::Leaf(self.value.float(node)?));
        }
        let (feature, left, right) =
            (self.feature.number(node)?, self.left.number(node)?, self.right.number(node)?);
        let missing_left = self.missing_left.map_or(Ok(false), |place| place.flag(node))?;
        if let Some((is_categorical, set)) = self.category
            && is_categorical.flag(node)?
        {
            let set = set.number(node)?;
            return Ok(Node::Category { feature, set, missing_left, left, right });
        }
        let threshold = self.threshold.float(node)?;
        Ok(Node::Threshold { feature, threshold, missing_left, left, right })
    }
}

/// A field of every node.
#[derive(Clone, Copy)]
struct Part<'a> {
    name: &'a str,
    place: Option<Place>,
}

impl<'a> Part<'a> {
    /// Where it lies, if it is a number of one of these kinds.
    fn place(self, kinds: &[Number]) -> Result<Place, &'a str> {
        self.place.filter(|place| kinds.contains(&place.number())).ok_or(self.name)
    }

    fn float(self, node: &[u8]) -> Result<f64, &'a str> {
        self.place(&[Number::Float])?.float(node).ok_or(self.name)
    }

    fn number(self, node: &[u8]) -> Result<u32, &'a str> {
        let number = self.place(&[Number::Int, Number::UInt])?.int(node);
        u32::try_from(number).map_err(|_| self.name)
    }

    fn flag(self, node: &[u8]) -> Result<bool, &'a str> {
        Ok(self.place(&[Number::UInt, Number::Bool])?.bits(node) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_categories_go_where_missing_values_go() {
        let (mut stored, mut known) = ([0; 8], [0; 8]);
        (stored[0], stored[7]) = (0b0010, 1 << 31); // 1 and 255, which is not known
        known[0] = 0b0110; // 1 and 2
        let cases = [(true, [true, true, false, true, true]), (false, [false, true, false, false, true])];
        for (missing_left, want) in cases {
            let set = going_left(&stored, &known, missing_left);
            let goes_left = |category: usize| set[category / 32] >> (category % 32) & 1 == 1;
            assert_eq!([0, 1, 2, 200, 255].map(goes_left), want);
        }
    }
}
