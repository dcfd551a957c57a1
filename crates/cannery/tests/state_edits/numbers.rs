//! Every integer and float of a Heap, and other values for them.

use cannery_object::{ByteOrder, DType, Heap, Id, Kind, NdArray, Node, Value, View};

use crate::Random;
use crate::copy::{Edit, New, Run};

/// Where the numbers of a Heap are, in groups that belong together: those of one list, of one array.
pub(crate) struct Numbers {
    groups: Vec<Group>,
    count: usize,
}

enum Group {
    /// Immediate integers and truth values among the values of a node.
    Items { owner: Id, run: Run, indices: Vec<usize> },
    /// A number that is a node of its own.
    Node(Id),
    /// The elements of an array; `leaves` are the numbers of one element.
    Elements { array: Id, leaves: Vec<Leaf>, itemsize: usize, len: usize },
    /// The lengths of an array.
    Shape { array: Id, ndim: usize },
    /// A numpy scalar, by its bytes.
    Scalar { bytes: Id, leaves: Vec<Leaf> },
}

/// A number in the bytes of an element.
#[derive(Clone)]
struct Leaf {
    offset: usize,
    dtype: DType,
}

impl Group {
    fn len(&self) -> usize {
        match self {
            Self::Items { indices, .. } => indices.len(),
            Self::Node(_) => 1,
            Self::Elements { leaves, len, .. } => leaves.len() * len,
            Self::Shape { ndim, .. } => *ndim,
            Self::Scalar { leaves, .. } => leaves.len(),
        }
    }
}

impl Numbers {
    /// Looks at every node.
    pub(crate) fn of(heap: &Heap) -> Self {
        let mut groups = Vec::new();
        for value in heap.nodes() {
            let Value::Ref(id) = value else { continue };
            for (run, values) in Run::all(heap, value) {
                let is_number = |value: &Value| matches!(value, Value::Int(_) | Value::Bool(_));
                let indices =
                    values.iter().enumerate().filter(|(_, value)| is_number(value)).map(|(at, _)| at);
                groups.push(Group::Items { owner: id, run, indices: indices.collect() });
            }
            match heap.node(id) {
                Node::Int(_) | Node::BigInt(_) | Node::Float(_) => groups.push(Group::Node(id)),
                Node::Array(_) | Node::Call { .. } => groups.extend(of_numpy(heap, value, id)),
                _ => {}
            }
        }
        groups.retain(|group| group.len() > 0);
        let count = groups.iter().map(Group::len).sum();
        Self { groups, count }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Another value for one of them. Half of the time all are as likely, else all groups.
    pub(crate) fn draw(&self, heap: &Heap, random: &mut Random) -> Option<Edit> {
        if self.count == 0 {
            return None;
        }
        let (group, at) = if random.below(2) == 0 {
            let mut at = random.below(self.count);
            let is_here = |group: &&Group| {
                let here = at < group.len();
                if !here {
                    at -= group.len();
                }
                here
            };
            (self.groups.iter().find(is_here)?, at)
        } else {
            let group = &self.groups[random.below(self.groups.len())];
            (group, random.below(group.len()))
        };
        Some(edit(heap, group, at, random))
    }
}

/// The numbers of an array or numpy scalar, whichever way it is written. A joblib wrapper has none: its array is a
/// node of its own.
fn of_numpy(heap: &Heap, value: Value, id: Id) -> Vec<Group> {
    if heap.attached(value).payload != Value::None {
        return vec![];
    }
    if let Some(Ok(array)) = heap.ndarray(value) {
        let shape = Group::Shape { array: id, ndim: array.ndim() };
        let leaves = leaves(&array.dtype);
        let elements =
            Group::Elements { array: id, leaves, itemsize: array.dtype.itemsize, len: array.len() };
        return if array.raw().is_some() { vec![shape, elements] } else { vec![shape] };
    }
    match (heap.view(value), heap.call(value).and_then(|call| heap.as_tuple(call.args))) {
        (View::Scalar(scalar), Some(&[_, Value::Ref(bytes)])) => match scalar.read() {
            Ok((dtype, _)) => vec![Group::Scalar { bytes, leaves: leaves(&dtype) }],
            Err(_) => vec![],
        },
        _ => vec![],
    }
}

/// The numbers of an element; as deep as the dtype, which is bounded.
fn leaves(dtype: &DType) -> Vec<Leaf> {
    match &dtype.kind {
        Kind::Bool | Kind::Int | Kind::UInt | Kind::Float | Kind::DateTime(_) | Kind::TimeDelta(_) => {
            vec![Leaf { offset: 0, dtype: dtype.clone() }]
        }
        Kind::Struct(fields) => {
            let of_field = |field: &cannery_object::Field| {
                let offset = field.offset;
                leaves(&field.dtype)
                    .into_iter()
                    .map(move |leaf| Leaf { offset: offset + leaf.offset, ..leaf })
            };
            fields.iter().flat_map(of_field).collect()
        }
        Kind::SubArray(base, _) if base.itemsize > 0 => (0..dtype.itemsize / base.itemsize)
            .flat_map(|at| {
                leaves(base)
                    .into_iter()
                    .map(move |leaf| Leaf { offset: at * base.itemsize + leaf.offset, ..leaf })
            })
            .collect(),
        Kind::SubArray(..) | Kind::Complex | Kind::Bytes | Kind::Unicode | Kind::Void | Kind::Object => {
            vec![]
        }
    }
}

fn edit(heap: &Heap, group: &Group, at: usize, random: &mut Random) -> Edit {
    match group {
        Group::Items { owner, run, indices } => {
            let index = indices[at];
            let values =
                Run::all(heap, Value::Ref(*owner)).find(|(other, _)| other == run).map(|(_, values)| values);
            let old = values.and_then(|values| heap.as_int(values[index])).unwrap_or_default();
            Edit::Item { owner: *owner, run: *run, index, new: other_number(old as f64, Some(old), random) }
        }
        Group::Node(id) => {
            let value = Value::Ref(*id);
            let old = heap.as_float(value).unwrap_or(1e30);
            Edit::Node { id: *id, new: other_number(old, heap.as_int(value), random) }
        }
        Group::Elements { array, leaves, itemsize, .. } => {
            let leaf = &leaves[at % leaves.len()];
            let offset = at / leaves.len() * itemsize + leaf.offset;
            let old = heap.ndarray(Value::Ref(*array)).and_then(Result::ok);
            let old =
                old.as_ref().and_then(NdArray::raw).map(|raw| raw[offset..][..leaf.dtype.itemsize].to_vec());
            Edit::Element {
                array: *array,
                offset,
                bytes: other_bytes(&leaf.dtype, &old.unwrap_or_default(), random),
            }
        }
        Group::Shape { array, .. } => {
            let shape =
                heap.ndarray(Value::Ref(*array)).and_then(Result::ok).map(|array| array.shape.to_vec());
            Edit::Shape { array: *array, shape: other_shape(shape.unwrap_or_default(), at, random) }
        }
        Group::Scalar { bytes, leaves } => {
            let (leaf, old) = (&leaves[at], heap.bytes_of(Value::Ref(*bytes)).unwrap_or_default());
            let part = &old[leaf.offset..][..leaf.dtype.itemsize];
            Edit::Bytes { id: *bytes, offset: leaf.offset, bytes: other_bytes(&leaf.dtype, part, random) }
        }
    }
}

/// A number of Python instead of another one; now and then one of the other type.
fn other_number(old: f64, int: Option<i64>, random: &mut Random) -> New {
    match (int, random.below(12)) {
        (_, 0) => New::Huge,
        (Some(_), 1) | (None, 2..) => New::Float(other_float(old, random)),
        (Some(old), _) => New::Int(other_int(old, random)),
        (None, _) => New::Int(other_int(old as i64, random)),
    }
}

fn other_int(old: i64, random: &mut Random) -> i64 {
    let shift = random.below(64);
    let others = [
        0,
        1,
        -1,
        -2,
        2,
        3,
        old.wrapping_add(1),
        old.wrapping_sub(1),
        old.wrapping_neg(),
        old.wrapping_mul(2),
        i64::MIN,
        i64::MAX,
        i32::MAX.into(),
        i32::MIN.into(),
        u32::MAX.into(),
        1 << 32,
        1 << 40,
        255,
        256,
        65_536,
        random.below(10) as i64,
        random.below(1000) as i64,
        (random.bits() >> shift) as i64,
        old.wrapping_add(random.below(9) as i64 - 4),
    ];
    random.of(&others)
}

fn other_float(old: f64, random: &mut Random) -> f64 {
    let others = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        -old,
        old * 2.0,
        old + 1.0,
        old - 1.0,
        old.next_up(),
        old.next_down(),
        1e300,
        -1e300,
        1e-300,
        2.5,
        1e18,
        -1e18,
        f64::from_bits(random.bits()),
        random.share(),
        -random.share() * 100.0,
    ];
    random.of(&others)
}

/// The bytes of another number of this dtype.
fn other_bytes(dtype: &DType, old: &[u8], random: &mut Random) -> Vec<u8> {
    let width = old.len();
    let mut little = old.to_vec();
    if dtype.order == ByteOrder::Big {
        little.reverse();
    }
    let mut new = match (&dtype.kind, width) {
        (Kind::Float, 8) => {
            let old = f64::from_le_bytes(little[..8].try_into().expect("eight bytes"));
            other_float(old, random).to_le_bytes().to_vec()
        }
        (Kind::Float, 4) => {
            let old = f32::from_le_bytes(little[..4].try_into().expect("four bytes"));
            (other_float(f64::from(old), random) as f32).to_le_bytes().to_vec()
        }
        (Kind::Float, _) => (0..width).map(|_| random.bits() as u8).collect(),
        _ => {
            let mut bytes = [0; 8];
            bytes[..width.min(8)].copy_from_slice(&little[..width.min(8)]);
            let top = 8 * (8 - width.clamp(1, 8));
            let old = i64::from_le_bytes(bytes) << top >> top;
            let limit = |int: i64| int << top >> top;
            let others = [other_int(old, random), limit(i64::MAX), i64::MIN >> top, i64::MAX >> top, -1];
            let kept = random.of(&others[..]);
            let new = if random.below(3) == 0 { kept } else { others[0] };
            new.to_le_bytes()[..width.min(8)].to_vec()
        }
    };
    if dtype.order == ByteOrder::Big {
        new.reverse();
    }
    new
}

/// Another shape, mostly of as many elements.
fn other_shape(old: Vec<usize>, at: usize, random: &mut Random) -> Vec<usize> {
    let len: usize = old.iter().product();
    let mut shape = old;
    match random.below(8) {
        0 => vec![len],
        1 => vec![1, len],
        2 => vec![len, 1],
        3 => {
            shape.reverse();
            shape
        }
        4 => {
            shape.insert(random.below(shape.len() + 1), 1);
            shape
        }
        5 if !shape.is_empty() => {
            // no element, whatever the other lengths are
            shape[at] = 1 << random.below(62);
            let other = (at + 1) % shape.len();
            shape[other] = 0;
            shape
        }
        _ => {
            if let Some(length) = shape.get_mut(at) {
                let others =
                    [0, 1, *length + 1, length.saturating_sub(1), *length * 2, *length / 2, random.below(40)];
                *length = random.of(&others);
            }
            shape
        }
    }
}
