//! Each kind of value as parts of JSON.

use std::collections::HashSet;
use std::io::Write;

use cannery_object::views::{
    Builtin, Categorical, CategoricalDtype, Column, DataFrame, Extension, Index, IndexKind, MaskedArray,
    Partial, Random, RandomKind, Scalar, Series, Sparse, Time, Values,
};
use cannery_object::{CallKind, DType, Element, Error, Id, Kind, NdArray, Node, Object, Order, Value, View};

use super::cells::{Cells, dtype_members, element_json, float_json, int_json, shape_json};
use super::json::{Part, Writer};
use super::number::{integer, json_string};

type Parts<'h> = Vec<Part<'h>>;
type Encoded<'h> = Result<Parts<'h>, Error>;

/// Arrays up to this length are written in full.
const SHORT: u64 = 16;

impl<'h, W: Write> Writer<'h, '_, W> {
    /// The parts of a node. What is not what its type should be is written as the call that it is.
    pub(super) fn encode(&mut self, id: Id) -> Parts<'h> {
        let value = Value::Ref(id);
        match self.typed(id) {
            Some(Ok(parts)) => parts,
            Some(Err(error)) => {
                self.count_fallback();
                let mut parts = self.generic(id);
                parts.pop();
                let mut note = String::from(",\"error\":");
                json_string(&error.to_string(), &mut note);
                parts.push(Part::Text(note + "}"));
                parts
            }
            None if matches!(self.heap.node_of(value), Some(Node::Call { .. })) => {
                match self.heap.view(value) {
                    View::Object(object) => self.object(id, object),
                    _ => self.generic(id),
                }
            }
            None => self.generic(id),
        }
    }

    /// The parts of a value whose type is known.
    fn typed(&mut self, id: Id) -> Option<Encoded<'h>> {
        let value = Value::Ref(id);
        let view = self.heap.view(value);
        if !matches!(view, View::Plain | View::Object(_) | View::Call) && !self.spend(self.weight(value)) {
            return Some(Err(Error::unsupported("decoding a value that too many values share")));
        }
        let parts = match view {
            View::NdArray => self.ndarray(id),
            View::DType => self.dtype(id),
            View::Scalar(scalar) => self.scalar(id, scalar),
            View::MaskedArray(array) => self.masked(id, array),
            View::Random(random) => self.random(id, random),
            View::Sparse(sparse) => self.sparse(id, sparse),
            View::Index(index) => self.index(id, index),
            View::Categorical(categorical) => self.categorical(id, categorical),
            View::CategoricalDtype(dtype) => self.categorical_dtype(id, dtype),
            View::Extension(extension) => self.extension(id, extension),
            View::Series(series) => self.series(id, series),
            View::DataFrame(frame) => self.frame(id, frame),
            View::Builtin(builtin) => self.builtin(id, builtin),
            View::Partial(partial) => self.partial(id, partial),
            View::Time(time) => self.time(id, time),
            _ => return None,
        };
        Some(parts)
    }

    /// Lengths of what a view looks through: arguments, states and attached values, one level deep.
    fn weight(&self, value: Value) -> u64 {
        let len = |value: Value| match self.heap.node_of(value) {
            Some(Node::List(items) | Node::Tuple(items) | Node::Dict(items)) => items.len() as u64,
            _ => 1,
        };
        64 + self.heap.children(value).take(64).map(len).sum::<u64>()
    }

    fn head(&self, id: Id, kind: &str) -> String {
        format!("{{\"type\":\"{kind}\",{}", self.id_member(id))
    }

    fn ndarray(&mut self, id: Id) -> Encoded<'h> {
        let array = self.heap.ndarray(Value::Ref(id)).ok_or_else(|| Error::malformed("no array"))??;
        let mut text = self.head(id, "ndarray");
        self.array_members(&array, &mut text)?;
        if let Some((module, name)) = array.class {
            member(&mut text, "class", name);
            member(&mut text, "module", module);
        }
        let mut parts = vec![Part::Text(text)];
        self.array_values(array, &mut parts)?;
        parts.push(Part::Text("}".into()));
        Ok(parts)
    }

    /// `"dtype":…,"shape":…,"order":…`. Fails where elements of the dtype can't be decoded.
    fn array_members(&mut self, array: &NdArray<'h>, text: &mut String) -> Result<(), Error> {
        let objects = array.objects().map_or(0, |objects| 16 * objects.len());
        let cost = array.raw().map_or(objects, <[u8]>::len).saturating_add(dtype_weight(&array.dtype));
        if !self.spend(cost as u64) {
            return Err(Error::unsupported("the data of too many arrays at once"));
        }
        if !array.is_empty() {
            array.element_at(0)?;
        }
        dtype_members(&array.dtype, text);
        let order = if array.order == Order::C { "C" } else { "F" };
        text.push_str(&format!(",\"shape\":{},\"order\":\"{order}\"", shape_json(&array.shape)));
        Ok(())
    }

    /// `,"values":[…]`, or what is said of a long array instead.
    fn array_values(&mut self, array: NdArray<'h>, parts: &mut Parts<'h>) -> Result<(), Error> {
        let in_full = self.options.arrays || array.objects().is_some() || array.len() as u64 <= SHORT;
        if in_full {
            parts.push(Part::Text(",\"values\":[".into()));
            parts.push(Part::Cells(Box::new(Cells::of_array(array)), true));
            parts.push(Part::Text("]".into()));
        } else {
            parts.push(Part::Text(statistics(&array)));
        }
        Ok(())
    }

    fn dtype(&mut self, id: Id) -> Encoded<'h> {
        let dtype = DType::from_value(self.heap, Value::Ref(id))?;
        if !self.spend(dtype_weight(&dtype) as u64) {
            return Err(Error::unsupported("too many dtypes at once"));
        }
        let mut text = self.head(id, "dtype");
        dtype_members(&dtype, &mut text);
        Ok(vec![Part::Text(text + "}")])
    }

    fn scalar(&mut self, id: Id, scalar: Scalar<'h>) -> Encoded<'h> {
        let (dtype, element) = scalar.read()?;
        let mut text = self.head(id, "scalar");
        dtype_members(&dtype, &mut text);
        text.push_str(",\"value\":");
        let mut parts = vec![];
        match element {
            Element::Object(value) => parts.extend([Part::Text(text), Part::Value(value)]),
            element => {
                element_json(&dtype, &element, &mut text);
                parts.push(Part::Text(text));
            }
        }
        parts.push(Part::Text("}".into()));
        Ok(parts)
    }

    fn masked(&mut self, id: Id, array: MaskedArray<'h>) -> Encoded<'h> {
        let (data, mask) = (array.data()?, array.mask()?);
        let mut text = self.head(id, "masked_array");
        self.array_members(&data, &mut text)?;
        if let Some((module, name)) = array.class() {
            member(&mut text, "class", name);
            member(&mut text, "module", module);
        }
        let mut parts = vec![Part::Text(text)];
        let in_full = self.options.arrays || data.len() as u64 <= SHORT;
        self.array_values(data, &mut parts)?;
        parts.push(Part::Text(",\"mask\":".into()));
        self.elements(Cells::of_array(mask), in_full, &mut parts);
        parts.push(Part::Text(",\"fill_value\":".into()));
        parts.push(self.fill_value(array.fill_value()?));
        parts.push(Part::Text("}".into()));
        Ok(parts)
    }

    /// A fill value, which is mostly an array of no dimension, as its one element.
    fn fill_value(&self, value: Value) -> Part<'h> {
        match self.heap.ndarray(value) {
            Some(Ok(array)) if array.ndim() == 0 && array.len() == 1 => {
                Part::Cells(Box::new(Cells::of_array(array)), true)
            }
            _ => Part::Value(value),
        }
    }

    /// A list of elements, or what is said of a long one instead.
    fn elements(&mut self, cells: Cells<'h>, in_full: bool, parts: &mut Parts<'h>) {
        if in_full || cells.len() <= SHORT {
            parts.push(Part::Text("[".into()));
            parts.push(Part::Cells(Box::new(cells), true));
            parts.push(Part::Text("]".into()));
            return;
        }
        let mut text = format!("{{\"type\":\"elements\",\"length\":{}", cells.len());
        if let Some(dtype) = cells.dtype() {
            text.push(',');
            dtype_members(dtype, &mut text);
        }
        parts.push(Part::Text(text + "}"));
    }

    fn random(&mut self, id: Id, random: Random<'h>) -> Encoded<'h> {
        let kind = match random.kind {
            RandomKind::RandomState => "random_state",
            RandomKind::Generator => "generator",
            RandomKind::BitGenerator => "bit_generator",
        };
        let mut text = self.head(id, kind);
        text.push_str("\"bit_generator\":");
        json_string(&random.bit_generator()?, &mut text);
        text.push_str(",\"state\":{");
        let mut parts = vec![Part::Text(text)];
        for (k, (name, value)) in random.state()?.into_iter().enumerate() {
            let mut text = String::from(if k > 0 { "," } else { "" });
            json_string(&name, &mut text);
            text.push(':');
            match self.heap.node_of(value) {
                Some(Node::BigInt(blob)) => text.push_str(&format!("\"{}\"", integer(self.heap.bytes(blob)))),
                _ if name == "key" => text.push_str(&self.first_words(value)?),
                _ => {
                    parts.extend([Part::Text(text), Part::Value(value)]);
                    continue;
                }
            }
            parts.push(Part::Text(text));
        }
        parts.push(Part::Text("}}".into()));
        Ok(parts)
    }

    /// The first four words of a key, which tell two states apart.
    fn first_words(&mut self, value: Value) -> Result<String, Error> {
        let array = self
            .heap
            .ndarray(value)
            .ok_or_else(|| Error::malformed("the key of a random state is not an array"))??;
        let mut text = String::from("[");
        for (k, stored) in array.positions().take(4).enumerate() {
            text.push_str(if k > 0 { "," } else { "" });
            element_json(&array.dtype, &array.element_at(stored)?, &mut text);
        }
        Ok(text + "]")
    }

    fn sparse(&mut self, id: Id, sparse: Sparse<'h>) -> Encoded<'h> {
        let (module, name) = sparse.class();
        let mut text = self.head(id, "sparse");
        let (format, shape) = (sparse.format.name(), shape_json(&sparse.shape()?));
        text.push_str(&format!("\"format\":\"{format}\",\"array\":{}", sparse.is_array));
        member(&mut text, "class", name);
        member(&mut text, "module", module);
        text.push_str(&format!(",\"shape\":{shape},\"arrays\":{{"));
        let mut parts = Vec::new();
        for (k, (name, array)) in sparse.arrays()?.into_iter().enumerate() {
            text.push_str(&format!("{}\"{name}\":{{\"type\":\"ndarray\",", if k > 0 { "," } else { "" }));
            self.array_members(&array, &mut text)?;
            parts.push(Part::Text(std::mem::take(&mut text)));
            self.array_values(array, &mut parts)?;
            parts.push(Part::Text("}".into()));
        }
        if let Some(coords) = sparse.coords() {
            parts.extend([Part::Text(",\"coords\":".into()), Part::Value(coords)]);
        }
        let items = sparse.items();
        if !self.spend(16 * items.len() as u64) {
            return Err(Error::unsupported("the items of too many values at once"));
        }
        if items.is_empty() {
            parts.push(Part::Text(text + "}}"));
        } else {
            parts.extend([
                Part::Text(text + "},\"items\":["),
                Part::Pairs(items, 0),
                Part::Text("]}".into()),
            ]);
        }
        Ok(parts)
    }

    fn index(&mut self, id: Id, index: Index<'h>) -> Encoded<'h> {
        let (module, name) = index.class();
        if index.kind() == IndexKind::Range {
            let (start, stop, step) = index.range()?;
            let mut text = self.head(id, "range_index");
            for (key, part) in [("start", start), ("stop", stop), ("step", step)] {
                text.push_str(&format!("\"{key}\":"));
                int_json(i128::from(part), &mut text);
                text.push(',');
            }
            text.push_str("\"name\":");
            return Ok(vec![Part::Text(text), Part::Value(index.name()), Part::Text("}".into())]);
        }
        let mut text = self.head(id, "index");
        text.push_str("\"class\":");
        json_string(name, &mut text);
        member(&mut text, "module", module);
        let (key, name) = match index.kind() {
            IndexKind::Multi => (",\"name\":null,\"names\":", index.name()),
            _ => (",\"name\":", index.name()),
        };
        let mut parts = vec![Part::Text(text + key), Part::Value(name)];
        if index.kind() == IndexKind::Interval {
            let (left, right, closed) = index.intervals()?;
            for (key, value) in [("left", left), ("right", right), ("closed", closed)] {
                parts.extend([Part::Text(format!(",\"{key}\":")), Part::Value(value)]);
            }
        } else {
            parts.push(Part::Text(",\"values\":".into()));
            self.pandas_values(Value::Ref(id), &mut parts)?;
        }
        parts.push(Part::Text("}".into()));
        Ok(parts)
    }

    /// The elements of a pandas object as a list; as the object that holds them where they are no simple sequence.
    fn pandas_values(&mut self, value: Value, parts: &mut Parts<'h>) -> Result<(), Error> {
        match Cells::of_pandas(self.heap, value)? {
            Some(cells) => self.checked_cells(cells, parts),
            None => {
                let inner = match self.heap.view(value) {
                    View::Index(index) => index.data()?,
                    _ => value,
                };
                parts.push(Part::Value(inner));
                Ok(())
            }
        }
    }

    fn checked_cells(&mut self, cells: Cells<'h>, parts: &mut Parts<'h>) -> Result<(), Error> {
        let in_full = self.options.arrays;
        let cost = if in_full { cells.cost() } else { SHORT };
        if !self.spend(cost) {
            return Err(Error::unsupported("the data of too many columns at once"));
        }
        self.elements(cells, in_full, parts);
        Ok(())
    }

    fn categorical(&mut self, id: Id, categorical: Categorical<'h>) -> Encoded<'h> {
        let codes = categorical.codes()?;
        let mut parts = vec![Part::Text(self.head(id, "categorical") + "\"categories\":")];
        self.categories(categorical.categories()?, &mut parts)?;
        parts.push(Part::Text(format!(",\"ordered\":{},\"codes\":", categorical.ordered()?)));
        self.checked_cells(Cells::of_array(codes), &mut parts)?;
        parts.push(Part::Text("}".into()));
        Ok(parts)
    }

    fn categories(&mut self, categories: Value, parts: &mut Parts<'h>) -> Result<(), Error> {
        if categories == Value::None {
            parts.push(Part::Text("null".into()));
            return Ok(());
        }
        match Cells::of_pandas(self.heap, categories)? {
            Some(cells) => self.checked_cells(cells, parts),
            None => {
                parts.push(Part::Value(categories));
                Ok(())
            }
        }
    }

    fn categorical_dtype(&mut self, id: Id, dtype: CategoricalDtype<'h>) -> Encoded<'h> {
        let head = self.head(id, "categorical_dtype");
        let mut parts = vec![Part::Text(format!("{head}\"ordered\":{},\"categories\":", dtype.ordered()))];
        self.categories(dtype.categories(), &mut parts)?;
        parts.push(Part::Text("}".into()));
        Ok(parts)
    }

    fn extension(&mut self, id: Id, extension: Extension<'h>) -> Encoded<'h> {
        let (module, name) = extension.class();
        let mut text = self.head(id, "extension_array");
        match extension.texts() {
            Some(texts) => {
                text.push_str(&format!("\"dtype\":\"str\",\"shape\":[{}],\"order\":\"C\"", texts?.len()));
            }
            None => self.array_members(&extension.data()?, &mut text)?,
        }
        member(&mut text, "class", name);
        member(&mut text, "module", module);
        let mut parts = vec![Part::Text(text + ",\"values\":")];
        self.pandas_values(Value::Ref(id), &mut parts)?;
        parts.push(Part::Text("}".into()));
        Ok(parts)
    }

    fn series(&mut self, id: Id, series: Series<'h>) -> Encoded<'h> {
        let mut parts = vec![Part::Text(self.head(id, "series") + "\"name\":"), Part::Value(series.name())];
        parts.extend([Part::Text(",\"index\":".into()), Part::Value(series.index()?)]);
        parts.push(Part::Text(",\"values\":".into()));
        self.column(Column::Own(series.values()?), &mut parts)?;
        parts.push(Part::Text("}".into()));
        Ok(parts)
    }

    fn frame(&mut self, id: Id, frame: DataFrame<'h>) -> Encoded<'h> {
        let (columns, names) = (frame.data()?, self.column_names(frame.columns()?)?);
        if !self.spend(64 * columns.len() as u64) {
            return Err(Error::unsupported("the columns of too many frames at once"));
        }
        if names.len() != columns.len() {
            return Err(Error::malformed("the columns of a data frame differ in number from their names"));
        }
        let by_name = names.iter().collect::<HashSet<_>>().len() == names.len();
        let mut parts =
            vec![Part::Text(self.head(id, "dataframe") + "\"columns\":"), Part::Value(frame.columns()?)];
        parts.extend([Part::Text(",\"index\":".into()), Part::Value(frame.index()?)]);
        let (open, close) = if by_name { ('{', '}') } else { ('[', ']') };
        parts.push(Part::Text(format!(",\"data\":{open}")));
        for (k, (name, column)) in names.iter().zip(columns).enumerate() {
            let mut text = String::from(if k > 0 { "," } else { "" });
            if by_name {
                json_string(name, &mut text);
                text.push(':');
            }
            parts.push(Part::Text(text));
            self.column(column, &mut parts)?;
        }
        parts.push(Part::Text(format!("{close}}}")));
        Ok(parts)
    }

    /// The elements of a column as a list, or as the object that holds them where they are no simple sequence.
    fn column(&mut self, column: Column<'h>, parts: &mut Parts<'h>) -> Result<(), Error> {
        let whole = match &column {
            Column::Own(Values::Other(value)) => *value,
            Column::Own(Values::Categorical(categorical)) => categorical.value(),
            _ => Value::None,
        };
        match Cells::of_column(self.heap, column)? {
            Some(cells) => self.checked_cells(cells, parts),
            None => {
                parts.push(Part::Value(whole));
                Ok(())
            }
        }
    }

    /// The names of columns as text: that of a number is its digits.
    fn column_names(&mut self, columns: Value) -> Result<Vec<String>, Error> {
        let heap = self.heap;
        let mut cells =
            Cells::of_pandas(heap, columns)?.ok_or_else(|| Error::unsupported("names of columns"))?;
        if !self.spend(cells.cost()) {
            return Err(Error::unsupported("the names of too many columns at once"));
        }
        let mut out = Vec::new();
        while let Some(cell) = cells.next(heap) {
            out.push(super::describe::cell_text(heap, &cell?));
        }
        Ok(out)
    }

    fn builtin(&mut self, id: Id, builtin: Builtin<'h>) -> Encoded<'h> {
        let head = self.head(id, builtin.name);
        let parts =
            builtin.elements().map_or(0, <[Value]>::len) + builtin.pairs().map_or(0, |pairs| pairs.len());
        if !self.spend(16 * parts as u64) {
            return Err(Error::unsupported("the elements of too many values at once"));
        }
        match builtin.name {
            "bytes" | "bytearray" => {
                let bytes = builtin.bytes()?;
                if !self.spend(bytes.len() as u64) {
                    return Err(Error::unsupported("too many bytes at once"));
                }
                let mut text = format!("{{{}", self.id_member(id));
                self.bytes_members(builtin.name, &bytes, &mut text);
                Ok(vec![Part::Text(text + "}")])
            }
            "complex" => {
                let parts: Vec<_> =
                    builtin.elements()?.iter().filter_map(|&part| self.heap.as_float(part)).collect();
                let [re, im] = parts[..] else {
                    return Err(Error::malformed("a complex number of no numbers"));
                };
                let mut text = head + "\"real\":";
                float_json(re, &mut text);
                text.push_str(",\"imag\":");
                float_json(im, &mut text);
                Ok(vec![Part::Text(text + "}")])
            }
            "slice" | "range" => Ok(vec![
                Part::Text(head + "\"args\":["),
                Part::Values(builtin.elements()?, 0),
                Part::Text("]}".into()),
            ]),
            "dict" | "OrderedDict" | "defaultdict" => self.mapping(id, builtin),
            _ => Ok(vec![
                Part::Text(head + "\"items\":["),
                Part::Values(builtin.elements()?, 0),
                Part::Text("]}".into()),
            ]),
        }
    }

    fn mapping(&mut self, id: Id, builtin: Builtin<'h>) -> Encoded<'h> {
        let mut parts = Vec::new();
        if builtin.name == "dict" {
            parts.push(Part::Text(self.head(id, "dict") + "\"items\":["));
        } else {
            let name = builtin.name;
            let class =
                format!("\"class\":\"collections.{name}\",\"module\":\"collections\",\"name\":\"{name}\"");
            parts.push(Part::Text(self.head(id, "object") + &class + ",\"made\":\"reduce\""));
            if let Some(factory) = builtin.default_factory() {
                parts.extend([Part::Text(",\"default_factory\":".into()), Part::Value(factory)]);
            }
            parts.push(Part::Text(",\"items\":[".into()));
        }
        match builtin.pairs()? {
            std::borrow::Cow::Borrowed(pairs) => parts.push(Part::Pairs(pairs, 0)),
            std::borrow::Cow::Owned(pairs) => {
                for (k, pair) in pairs.chunks_exact(2).enumerate() {
                    parts.extend([Part::Text(if k > 0 { ",[" } else { "[" }.into()), Part::Value(pair[0])]);
                    parts.extend([Part::Text(",".into()), Part::Value(pair[1]), Part::Text("]".into())]);
                }
            }
        }
        parts.push(Part::Text("]}".into()));
        Ok(parts)
    }

    fn partial(&mut self, id: Id, partial: Partial<'h>) -> Encoded<'h> {
        let (func, args, kwargs) = partial.parts()?;
        let text = "\"class\":\"functools.partial\",\"module\":\"functools\",\"name\":\"partial\",\"made\":\"reduce\"";
        let mut parts = vec![Part::Text(self.head(id, "object") + text)];
        for (key, value) in [("func", func), ("args", args), ("kwargs", kwargs)] {
            parts.extend([Part::Text(format!(",\"{key}\":")), Part::Value(value)]);
        }
        parts.push(Part::Text("}".into()));
        Ok(parts)
    }

    fn time(&mut self, id: Id, time: Time<'h>) -> Encoded<'h> {
        let (name, moment) = (time.name, time.moment()?);
        let mut text = self.head(id, "object");
        text.push_str(&format!("\"class\":\"datetime.{name}\",\"module\":\"datetime\",\"name\":\"{name}\""));
        text.push_str(&format!(",\"made\":\"reduce\",\"value\":\"{moment}\""));
        let mut parts = vec![Part::Text(text)];
        if let Some(zone) = time.zone() {
            parts.extend([Part::Text(",\"tz\":".into()), Part::Value(zone)]);
        }
        parts.push(Part::Text("}".into()));
        Ok(parts)
    }

    /// An instance of a class.
    fn object(&mut self, id: Id, object: Object<'h>) -> Parts<'h> {
        let value = Value::Ref(id);
        let (module, name) = object.class();
        let mut text = self.head(id, "object");
        text.push_str("\"class\":");
        json_string(&format!("{module}.{name}"), &mut text);
        member(&mut text, "module", module);
        member(&mut text, "name", name);
        member(&mut text, "made", self.maker(value));
        let mut parts = vec![Part::Text(text)];
        let args = self.heap.call(value).map_or(Value::None, |call| call.args);
        if self.heap.as_tuple(args).is_none() || !self.can_inline(args) {
            parts.extend([Part::Text(",\"args\":".into()), Part::Value(args)]);
        } else if !object.args.is_empty() {
            parts.extend([
                Part::Text(",\"args\":[".into()),
                Part::Values(object.args, 0),
                Part::Text("]".into()),
            ]);
        }
        let state = object.state().and_then(|state| self.heap.as_dict(state));
        let is_own = object.state().is_some_and(|state| self.can_inline(state));
        let attributes = state.filter(|pairs| is_own && self.are_names(pairs));
        if let Some(pairs) = attributes {
            parts.extend([
                Part::Text(",\"attributes\":{".into()),
                Part::Members(pairs, 0),
                Part::Text("}".into()),
            ]);
        }
        self.attached(value, attributes.is_none(), &mut parts);
        parts
    }

    fn maker(&self, value: Value) -> &'static str {
        let Some(call) = self.heap.call(value) else { return "instance" };
        match (call.kind, self.heap.global_name(call.callable)) {
            (CallKind::New, _) | (_, Some(("copyreg" | "copy_reg", "__newobj__"))) => "new",
            (CallKind::Instance, _) => "instance",
            (_, Some(("copyreg" | "copy_reg", "_reconstructor"))) => "reconstructor",
            _ => "reduce",
        }
    }

    /// Whether the keys of a dict can be the names of a JSON object: text, each once.
    fn are_names(&self, pairs: &[Value]) -> bool {
        let mut names = HashSet::new();
        pairs.chunks_exact(2).all(|pair| match self.heap.node_of(pair[0]) {
            Some(Node::Str(blob)) => {
                let bytes = self.heap.bytes(blob);
                std::str::from_utf8(bytes).is_ok() && names.insert(bytes)
            }
            Some(Node::Str8(blob)) => {
                let bytes = self.heap.bytes(blob);
                bytes.is_ascii() && names.insert(bytes)
            }
            _ => false,
        })
    }

    /// A node as it stands: a container, or a call with its arguments.
    fn generic(&mut self, id: Id) -> Parts<'h> {
        let value = Value::Ref(id);
        let run = |kind: &str, part| {
            vec![Part::Text(self.head(id, kind) + "\"items\":["), part, Part::Text("]".into())]
        };
        let mut parts = match self.heap.node(id) {
            Node::List(items) => run("list", Part::Values(self.heap.items(items), 0)),
            Node::Tuple(items) => run("tuple", Part::Values(self.heap.items(items), 0)),
            Node::Set(items) => run("set", Part::Values(self.heap.items(items), 0)),
            Node::FrozenSet(items) => run("frozenset", Part::Values(self.heap.items(items), 0)),
            Node::Dict(items) => run("dict", Part::Pairs(self.heap.items(items), 0)),
            Node::Persistent(key) => {
                let node = self.id_member(id).replace("\"id\"", "\"node\"");
                vec![Part::Text(format!("{{\"type\":\"persistent\",{node}\"id\":")), Part::Value(key)]
            }
            Node::Call { .. } => self.call(id),
            Node::Array(_) => vec![Part::Text(self.head(id, "ndarray") + "\"values\":null")],
            _ => vec![Part::Text(format!("{{{}{}", self.id_member(id), self.described(id)))],
        };
        self.attached(value, true, &mut parts);
        parts
    }

    fn call(&self, id: Id) -> Parts<'h> {
        let Some(call) = self.heap.call(Value::Ref(id)) else { return Vec::new() };
        let mut parts = vec![Part::Text(self.head(id, "call") + "\"callable\":"), Part::Value(call.callable)];
        match self.heap.as_tuple(call.args).filter(|_| self.can_inline(call.args)) {
            Some(args) => {
                parts.extend([
                    Part::Text(",\"args\":[".into()),
                    Part::Values(args, 0),
                    Part::Text("]".into()),
                ]);
            }
            None => parts.extend([Part::Text(",\"args\":".into()), Part::Value(call.args)]),
        }
        parts
    }

    /// What is attached to a node, and the brace that closes it.
    fn attached(&self, value: Value, with_state: bool, parts: &mut Parts<'h>) {
        let (heap, attached) = (self.heap, self.heap.attached(value));
        for (key, one) in [("kwargs", attached.kwargs), ("payload", attached.payload)] {
            if one != Value::None {
                parts.extend([Part::Text(format!(",\"{key}\":")), Part::Value(one)]);
            }
        }
        match heap.items(attached.states) {
            [state] if with_state => parts.extend([Part::Text(",\"state\":".into()), Part::Value(*state)]),
            [] | [_] => {}
            states => parts.extend([
                Part::Text(",\"states\":[".into()),
                Part::Values(states, 0),
                Part::Text("]".into()),
            ]),
        }
        if !attached.items.is_empty() {
            let items = Part::Values(heap.items(attached.items), 0);
            parts.extend([Part::Text(",\"items\":[".into()), items, Part::Text("]".into())]);
        }
        if !attached.setters.is_empty() {
            let setters = Part::Values(heap.items(attached.setters), 0);
            parts.extend([Part::Text(",\"setters\":[".into()), setters, Part::Text("]".into())]);
        }
        if !attached.pairs.is_empty() {
            let pairs = Part::Pairs(heap.items(attached.pairs), 0);
            parts.extend([Part::Text(",\"pairs\":[".into()), pairs, Part::Text("]".into())]);
        }
        parts.push(Part::Text("}".into()));
    }
}

fn member(text: &mut String, name: &str, value: &str) {
    text.push_str(&format!(",\"{name}\":"));
    json_string(value, text);
}

/// What writing a dtype costs, in bytes.
fn dtype_weight(dtype: &DType) -> usize {
    match &dtype.kind {
        Kind::Struct(fields) => {
            fields.iter().map(|field| field.name.len() + 16 + dtype_weight(&field.dtype)).sum()
        }
        Kind::SubArray(base, _) => 16 + dtype_weight(base),
        _ => 16,
    }
}

/// `,"min":…,"max":…,"nan":…` of an array of numbers.
fn statistics(array: &NdArray<'_>) -> String {
    let mut out = String::new();
    match array.dtype.kind {
        Kind::Float => {
            let Ok(values) = array.f64s() else { return out };
            let nan = values.iter().filter(|x| x.is_nan()).count();
            let numbers = || values.iter().copied().filter(|x| !x.is_nan());
            extremes(numbers().reduce(f64::min), numbers().reduce(f64::max), float_json, &mut out);
            out.push_str(&format!(",\"nan\":{nan}"));
        }
        Kind::Int | Kind::UInt => {
            let numbers = || {
                array.positions().filter_map(|at| match array.element_at(at) {
                    Ok(Element::Int(i)) => Some(i128::from(i)),
                    Ok(Element::UInt(u)) => Some(i128::from(u)),
                    _ => None,
                })
            };
            extremes(numbers().min(), numbers().max(), int_json, &mut out);
        }
        Kind::Bool => {
            let set = array.raw().map_or(0, |bytes| bytes.iter().filter(|&&b| b != 0).count());
            out.push_str(&format!(",\"true\":{set}"));
        }
        _ => {}
    }
    out
}

fn extremes<T>(min: Option<T>, max: Option<T>, write: impl Fn(T, &mut String), out: &mut String) {
    if let (Some(min), Some(max)) = (min, max) {
        out.push_str(",\"min\":");
        write(min, out);
        out.push_str(",\"max\":");
        write(max, out);
    }
}
