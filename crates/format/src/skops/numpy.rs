//! numpy's types: `skops/io/_numpy.py`.

use cannery_object::views::mask_dtype;
use cannery_object::{
    Array, ArrayData, Blob, ByteOrder, DType, Field, Items, Kind, Node as HeapNode, Order, Value, shape_of,
};

use super::node::Node;
use super::tree::Tree;
use crate::error::{Error, Result, shorten};

/// Where numpy 2 has what a pickle calls.
const MULTIARRAY: &str = "numpy._core.multiarray";

impl<'a> Tree<'a> {
    /// An array from a file or of objects; a numpy scalar; or another class called with the array.
    pub(super) fn ndarray(&mut self, node: Node<'a>, children: &[Value]) -> Result<Value> {
        match (&*node.text("type")?, children) {
            ("numpy", []) => self.stored_array(node),
            ("json", [items @ .., shape]) => self.object_array(node, items, *shape),
            (other, _) => Err(node.malformed(format!("an array has the type {:?}", shorten(other)))),
        }
    }

    fn stored_array(&mut self, node: Node<'a>) -> Result<Value> {
        let value = self.array_file(node)?;
        if node.is("numpy", "ndarray") {
            return Ok(value);
        }
        let (module, class) = node.label()?;
        let array = self.heap.array(value).ok_or_else(|| node.malformed("an entry is not an array"))?;
        if module == "numpy" && array.shape.is_empty() && scalar_kind(&class).is_some() {
            let (dtype, data) = (array.dtype.clone(), array.data);
            return self.scalar(node, &class, &dtype, data);
        }
        let args = self.new_tuple(&[value])?;
        self.constructor(node, args)
    }

    /// `scalar(dtype, bytes)`.
    fn scalar(&mut self, node: Node<'a>, class: &str, dtype: &DType, data: ArrayData) -> Result<Value> {
        if !fits(class, dtype) {
            return Err(node.malformed(format!("a numpy.{class} has the dtype {dtype}")));
        }
        let ArrayData::Bytes(blob) = data else {
            return Err(node.malformed("a numpy scalar is a Python object"));
        };
        self.scalar_of(dtype, blob)
    }

    fn scalar_of(&mut self, dtype: &DType, blob: Blob) -> Result<Value> {
        let dtype = self.dtype_value(dtype)?;
        let bytes = self.heap.add(HeapNode::Bytes(blob))?;
        self.reduce(MULTIARRAY, "scalar", &[dtype, bytes])
    }

    /// A key of a dict that was a numpy scalar; its text is that of the Python value.
    pub(super) fn numpy_key(&mut self, name: Node<'a>, class: &str, text: &str) -> Result<Value> {
        let bad = || name.malformed("a key of a dict does not have its type");
        let code = match class {
            "str_" => format!("<U{}", text.chars().count()),
            _ => key_code(class)
                .ok_or_else(|| {
                    Error::unsupported(format!("a skops dict with keys of type numpy.{}", shorten(class)))
                })?
                .to_owned(),
        };
        let bytes = match class {
            "str_" => Some(text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()),
            "float64" => float_text(text).map(|f| f.to_le_bytes().to_vec()),
            "float32" => float_text(text).map(|f| (f as f32).to_le_bytes().to_vec()),
            "bool" | "bool_" => ["false", "true"].iter().position(|&t| t == text).map(|i| vec![i as u8]),
            _ => text.parse::<i128>().ok().and_then(|i| integer(i, &code)),
        };
        let blob = self.heap.own(&bytes.ok_or_else(bad)?)?;
        self.scalar_of(&DType::from_code(&code)?, blob)
    }

    /// An array of Python objects, whose elements are nested lists of the shape.
    fn object_array(&mut self, node: Node<'a>, items: &[Value], shape: Value) -> Result<Value> {
        node.expect(&[("numpy", "ndarray"), ("numpy", "matrix")])?;
        let shape = shape_of(self.heap, shape)?;
        let ragged =
            || node.malformed(format!("the lists of an object array don't have its shape {shape:?}"));
        let Some((&first, inner)) = shape.split_first() else {
            return Err(node.malformed("an object array has no dimension"));
        };
        if items.len() != first {
            return Err(ragged());
        }
        let mut flat = items.to_vec();
        for &len in inner {
            let mut next = Vec::new();
            for &list in &flat {
                next.extend_from_slice(
                    self.heap.as_list(list).filter(|list| list.len() == len).ok_or_else(ragged)?,
                );
            }
            flat = next;
        }
        let mut run = Items::default();
        self.heap.extend(&mut run, &flat)?;
        let array = Array::of_objects(DType::from_code("|O")?, shape, Order::C, run)?;
        Ok(self.heap.add_array(array)?)
    }

    /// `_mareconstruct(MaskedArray, ndarray, (0,), 'b')` with the state `(1, shape, dtype, is_fortran, data, mask,
    /// None)`.
    pub(super) fn masked_array(&mut self, node: Node<'a>, data: Value, mask: Value) -> Result<Value> {
        node.expect(&[("numpy.ma", "MaskedArray"), ("numpy.ma.core", "MaskedArray")])?;
        let array = self
            .heap
            .array(data)
            .ok_or_else(|| node.malformed("the data of a masked array is not an array"))?;
        let (dtype, shape, order, elements) =
            (array.dtype.clone(), array.shape.clone(), array.order, array.data);
        let mask = self.mask(node, mask, mask_dtype(&dtype), &shape, order)?;
        let data = match elements {
            ArrayData::Bytes(blob) => self.heap.add(HeapNode::Bytes(blob))?,
            ArrayData::Objects(items) => self.heap.add(HeapNode::List(items))?,
        };
        let shape = self.shape_value(&shape)?;
        let dtype = self.dtype_value(&dtype)?;
        let is_fortran = Value::Bool(order == Order::Fortran);
        let state = self.new_tuple(&[Value::Int(1), shape, dtype, is_fortran, data, mask, Value::None])?;
        let (class, base) = (self.global("numpy.ma", "MaskedArray")?, self.global("numpy", "ndarray")?);
        let empty = self.new_tuple(&[Value::Int(0)])?;
        let code = self.heap.text("b")?;
        let object = self.reduce("numpy.ma.core", "_mareconstruct", &[class, base, empty, code])?;
        self.heap.set_state(object, state)?;
        Ok(object)
    }

    /// One byte for each element or each field of it, in the order of the data. A mask of one `False` stands for no mask.
    fn mask(
        &mut self,
        node: Node<'a>,
        mask: Value,
        dtype: DType,
        shape: &[usize],
        order: Order,
    ) -> Result<Value> {
        let (kind, size) = (dtype.kind, dtype.itemsize);
        let count = cannery_object::element_count(shape)?.checked_mul(size);
        let count = count.ok_or_else(|| node.malformed("a mask is too large"))?;
        let blob = match self.heap.array(mask) {
            Some(array) => {
                let same = array.dtype.kind == kind && array.shape == shape;
                if !same {
                    return Err(node.malformed("the mask of an array has not its shape and the dtype bool"));
                }
                if array.order != order && shape.len() > 1 {
                    return Err(Error::unsupported("a masked array whose mask is stored in another order"));
                }
                let ArrayData::Bytes(blob) = array.data else {
                    return Err(node.malformed("a mask holds objects"));
                };
                blob
            }
            // `nomask`, a numpy scalar
            None => {
                self.heap.budget_mut().spend_memory(count as u64)?;
                self.heap.own(&vec![0; count])?
            }
        };
        Ok(self.heap.add(HeapNode::Bytes(blob))?)
    }

    /// The dtype of an empty array.
    pub(super) fn dtype(&mut self, node: Node<'a>, array: Value) -> Result<Value> {
        node.expect(&[("numpy", "dtype")])?;
        let dtype = self.heap.array(array).map(|array| array.dtype.clone());
        self.dtype_value(&dtype.ok_or_else(|| node.malformed("the content of a dtype is not an array"))?)
    }

    pub(super) fn shape_value(&mut self, shape: &[usize]) -> Result<Value> {
        let mut dims = Vec::with_capacity(shape.len());
        for &dim in shape {
            dims.push(self.heap.int(dim as i64)?);
        }
        self.new_tuple(&dims)
    }

    /// `dtype(code, False, True)` with its state, as numpy pickles it.
    pub(super) fn dtype_value(&mut self, dtype: &DType) -> Result<Value> {
        let code = match &dtype.kind {
            Kind::Struct(_) | Kind::SubArray(..) => format!("V{}", dtype.itemsize),
            _ => dtype.code().trim_start_matches(['<', '>', '|']).to_owned(),
        };
        let code = self.heap.text(&code)?;
        let object = self.reduce("numpy", "dtype", &[code, Value::Bool(false), Value::Bool(true)])?;
        let state = self.dtype_state(dtype)?;
        self.heap.set_state(object, state)?;
        Ok(object)
    }

    /// `(3, order, subdtype, names, fields, itemsize, alignment, flags)`, and for times version 4 with their unit.
    fn dtype_state(&mut self, dtype: &DType) -> Result<Value> {
        let order = self.heap.text(order_of(dtype))?;
        let (mut subtype, mut names, mut fields, mut sizes) =
            (Value::None, Value::None, Value::None, [-1, -1, 0]);
        let itemsize =
            i32::try_from(dtype.itemsize).map_err(|_| Error::unsupported("a dtype above 2 GiB"))?;
        match &dtype.kind {
            Kind::Struct(list) => {
                (names, fields) = self.fields(list)?;
                sizes = [itemsize, 1, 16];
            }
            Kind::SubArray(base, shape) => {
                let (base, shape) = (self.dtype_value(base)?, self.shape_value(shape)?);
                subtype = self.new_tuple(&[base, shape])?;
                sizes = [itemsize, 1, 0];
            }
            Kind::Unicode => sizes = [itemsize, 4, 8],
            Kind::Bytes | Kind::Void => sizes = [itemsize, 1, 0],
            Kind::Object => sizes = [-1, -1, 63],
            _ => {}
        }
        let mut state = vec![Value::Int(3), order, subtype, names, fields];
        state.extend(sizes.map(Value::Int));
        if let Kind::DateTime(unit) | Kind::TimeDelta(unit) = &dtype.kind {
            state[0] = Value::Int(4);
            state.push(self.time_unit(unit)?);
        }
        self.new_tuple(&state)
    }

    /// `({}, (b'ns', 1, 1, 1))`.
    fn time_unit(&mut self, unit: &str) -> Result<Value> {
        let digits = unit.bytes().take_while(u8::is_ascii_digit).count();
        let (count, name) = unit.split_at(digits);
        let name = if name.is_empty() { "generic" } else { name };
        let blob = self.heap.own(name.as_bytes())?;
        let name = self.heap.add(HeapNode::Bytes(blob))?;
        let count = count.parse().unwrap_or(1);
        let unit = self.new_tuple(&[name, Value::Int(count), Value::Int(1), Value::Int(1)])?;
        let dict = self.heap.container(HeapNode::Dict, &[])?;
        self.new_tuple(&[dict, unit])
    }

    /// Names, and a dict of name to `(dtype, offset)`. Depth is that of the dtype, which its reader has bounded.
    fn fields(&mut self, list: &[Field]) -> Result<(Value, Value)> {
        let (mut names, mut pairs) = (Vec::new(), Vec::new());
        for field in list {
            let name = self.heap.text(&field.name)?;
            let dtype = self.dtype_value(&field.dtype)?;
            let offset = self.heap.int(field.offset as i64)?;
            let place = self.new_tuple(&[dtype, offset])?;
            names.push(name);
            pairs.extend([name, place]);
        }
        Ok((self.new_tuple(&names)?, self.heap.container(HeapNode::Dict, &pairs)?))
    }

    /// `__randomstate_ctor(__bit_generator_ctor(MT19937))` with its state.
    pub(super) fn random_state(&mut self, node: Node<'a>, state: Value) -> Result<Value> {
        node.expect(&[("numpy.random.mtrand", "RandomState"), ("numpy.random", "RandomState")])?;
        let generator = self.bit_generator(node, "MT19937")?;
        let of_generator = self.generator_state(node, state)?;
        let of_generator = self.new_tuple(&[of_generator, Value::None])?;
        self.heap.set_state(generator, of_generator)?;
        let object = self.reduce("numpy.random._pickle", "__randomstate_ctor", &[generator])?;
        self.heap.set_state(object, state)?;
        Ok(object)
    }

    /// The part of a RandomState's state that its bit generator has too.
    fn generator_state(&mut self, node: Node<'a>, state: Value) -> Result<Value> {
        let pairs = self
            .heap
            .as_dict(state)
            .ok_or_else(|| node.malformed("the state of a RandomState is not a dict"))?;
        let is_of_generator = |key| self.heap.is_str(key, "bit_generator") || self.heap.is_str(key, "state");
        let pairs: Vec<Value> =
            pairs.chunks_exact(2).filter(|pair| is_of_generator(pair[0])).flatten().copied().collect();
        Ok(self.heap.container(HeapNode::Dict, &pairs)?)
    }

    /// `__generator_ctor(bit_generator)`, where the bit generator has the state `(state, seed sequence)`. Protocol 0 has
    /// the state as plain JSON, protocol 1 no seed sequence.
    pub(super) fn random_generator(&mut self, node: Node<'a>, states: &[Value]) -> Result<Value> {
        node.expect(&[("numpy.random._generator", "Generator"), ("numpy.random", "Generator")])?;
        let state = match states.first() {
            Some(&state) => state,
            None => {
                let state = node.field("content")?.field("bit_generator")?;
                state.json.value(state.at, self.heap)?
            }
        };
        let name = self.heap.as_dict(state).and_then(|pairs| self.heap.lookup(pairs, "bit_generator"));
        let name = name.and_then(|name| self.heap.as_str(name)).map(std::borrow::Cow::into_owned);
        let name =
            name.ok_or_else(|| node.malformed("the state of a Generator does not name its bit generator"))?;
        let generator = self.bit_generator(node, &name)?;
        let seeds = match states.get(1) {
            Some(&kwargs) => self.seed_sequence(kwargs)?,
            None => Value::None,
        };
        let state = self.new_tuple(&[state, seeds])?;
        self.heap.set_state(generator, state)?;
        self.reduce("numpy.random._pickle", "__generator_ctor", &[generator])
    }

    /// `SeedSequence(**kwargs)`.
    fn seed_sequence(&mut self, kwargs: Value) -> Result<Value> {
        let object = self.reduce("numpy.random.bit_generator", "SeedSequence", &[])?;
        self.heap.set_kwargs(object, kwargs)?;
        Ok(object)
    }

    /// `__bit_generator_ctor(class)`. Only numpy's own: skops gets any attribute of `numpy.random` by this name.
    fn bit_generator(&mut self, node: Node<'a>, name: &str) -> Result<Value> {
        let module = match name {
            "MT19937" => "numpy.random._mt19937",
            "PCG64" | "PCG64DXSM" => "numpy.random._pcg64",
            "Philox" => "numpy.random._philox",
            "SFC64" => "numpy.random._sfc64",
            other => {
                return Err(node.malformed(format!("{:?} is not a bit generator of numpy", shorten(other))));
            }
        };
        let class = self.global(module, name)?;
        self.reduce("numpy.random._pickle", "__bit_generator_ctor", &[class])
    }
}

fn order_of(dtype: &DType) -> &'static str {
    match (&dtype.kind, dtype.order) {
        (Kind::Bool | Kind::Bytes | Kind::Void | Kind::Object | Kind::Struct(_) | Kind::SubArray(..), _) => {
            "|"
        }
        (Kind::Unicode | Kind::DateTime(_) | Kind::TimeDelta(_), ByteOrder::Little) => "<",
        (_, ByteOrder::Little) if dtype.itemsize == 1 => "|",
        (_, ByteOrder::Little) => "<",
        (_, ByteOrder::Big) => ">",
    }
}

/// The letter of numpy's kind for a scalar class, and its bits where the name says them.
fn scalar_kind(class: &str) -> Option<(char, Option<usize>)> {
    let name = class.trim_end_matches(|c: char| c.is_ascii_digit());
    let bits = class[name.len()..].parse().ok();
    let letter = match name {
        "int" | "intc" | "intp" | "byte" | "short" | "long" | "longlong" | "int_" => 'i',
        "uint" | "uintc" | "uintp" | "ubyte" | "ushort" | "ulong" | "ulonglong" => 'u',
        "float" | "half" | "single" | "double" | "longdouble" => 'f',
        "complex" | "csingle" | "cdouble" | "clongdouble" => 'c',
        "bool" | "bool_" => 'b',
        "str_" | "unicode_" => 'U',
        "bytes_" | "string_" => 'S',
        "datetime" => 'M',
        "timedelta" => 'm',
        "void" => 'V',
        _ => return None,
    };
    Some((letter, bits))
}

fn fits(class: &str, dtype: &DType) -> bool {
    let letter = match &dtype.kind {
        Kind::Struct(_) | Kind::SubArray(..) => 'V',
        _ => dtype.code().chars().nth(1).unwrap_or('?'),
    };
    let bits = 8 * dtype.itemsize;
    scalar_kind(class).is_some_and(|(kind, said)| kind == letter && said.is_none_or(|said| said == bits))
}

/// The dtype of a scalar that can be a key.
fn key_code(class: &str) -> Option<&'static str> {
    Some(match class {
        "int64" | "intp" | "int_" | "longlong" => "<i8",
        "int32" | "intc" => "<i4",
        "int16" => "<i2",
        "int8" => "|i1",
        "uint64" | "uintp" | "ulonglong" => "<u8",
        "uint32" | "uintc" => "<u4",
        "uint16" => "<u2",
        "uint8" => "|u1",
        "float64" => "<f8",
        "float32" => "<f4",
        "bool" | "bool_" => "|b1",
        _ => return None,
    })
}

fn float_text(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => text.parse().ok(),
    }
}

/// The bytes of an integer in a dtype of this code, if it fits.
fn integer(value: i128, code: &str) -> Option<Vec<u8>> {
    let size = usize::from(code.as_bytes().last()? - b'0');
    let (low, high) = match code.as_bytes()[1] {
        b'i' => (-(1_i128 << (8 * size - 1)), (1_i128 << (8 * size - 1)) - 1),
        _ => (0, (1_i128 << (8 * size)) - 1),
    };
    (low..=high).contains(&value).then(|| value.to_le_bytes()[..size].to_vec())
}
