//! dtypes as numpy pickles them, for arrays that come without one.

use cannery_object::{ByteOrder, DType, Kind, Value};
use cannery_pickle::{Data, Piece};

/// `numpy.dtype(code, False, True)` with its state; one object for equal dtypes.
pub(super) fn dtype(dtype: &DType) -> Piece {
    let (code, last) = match &dtype.kind {
        Kind::Struct(_) | Kind::SubArray(..) | Kind::Void => (format!("V{}", dtype.itemsize), None),
        Kind::Bytes => (format!("S{}", dtype.itemsize), None),
        Kind::Unicode => (format!("U{}", dtype.itemsize / 4), None),
        Kind::DateTime(unit) => ("M8".into(), Some(unit)),
        Kind::TimeDelta(unit) => ("m8".into(), Some(unit)),
        Kind::Bool => ("b1".into(), None),
        Kind::Int => (format!("i{}", dtype.itemsize), None),
        Kind::UInt => (format!("u{}", dtype.itemsize), None),
        Kind::Float => (format!("f{}", dtype.itemsize), None),
        Kind::Complex => (format!("c{}", dtype.itemsize), None),
        Kind::Object => ("O8".into(), None),
    };
    let args = vec![Piece::Text(code), flag(false), flag(true)];
    let call = Piece::call(Piece::name("numpy", "dtype"), args);
    let state = Piece::Tuple(state(dtype, last.map(String::as_str)));
    Piece::Once(format!("dtype {dtype:?}"), vec![call, Piece::State(state.into())])
}

/// `(3, order, subdtype, names, fields, itemsize, alignment, flags)`; of dates 4, and a unit at the end.
fn state(dtype: &DType, unit: Option<&str>) -> Vec<Piece> {
    let none = || Piece::Value(Value::None);
    let (mut subdtype, mut names, mut fields) = (none(), none(), none());
    let (mut size, mut alignment, mut flags) = (-1, -1, 0);
    match &dtype.kind {
        Kind::Bytes | Kind::Void => (size, alignment) = (dtype.itemsize as i64, 1),
        Kind::Unicode => (size, alignment, flags) = (dtype.itemsize as i64, 4, 8),
        Kind::Object => flags = 63,
        Kind::Struct(parts) => {
            (size, alignment, flags) = (dtype.itemsize as i64, 1, if dtype.has_objects() { 63 } else { 0 });
            let name = |name: &str| Piece::Word(name.to_owned().into());
            names = Piece::Tuple(parts.iter().map(|part| name(&part.name)).collect());
            let field = |part: &cannery_object::Field| {
                let place = vec![self::dtype(&part.dtype), Piece::Int(part.offset as i64)];
                (name(&part.name), Piece::Tuple(place))
            };
            fields = Piece::Dict(parts.iter().map(field).collect());
        }
        Kind::SubArray(base, shape) => {
            (size, alignment) = (dtype.itemsize as i64, 1);
            let shape = shape.iter().map(|&len| Piece::Int(len as i64)).collect();
            subdtype = Piece::Tuple(vec![self::dtype(base), Piece::Tuple(shape)]);
        }
        Kind::Bool | Kind::Int | Kind::UInt | Kind::Float | Kind::Complex => {}
        Kind::DateTime(_) | Kind::TimeDelta(_) => {}
    }
    let version = if unit.is_some() { 4 } else { 3 };
    let order = Piece::Word(order(dtype).into());
    let numbers = [size, alignment, flags].map(Piece::Int);
    let mut state = vec![Piece::Int(version), order, subdtype, names, fields];
    state.extend(numbers);
    if let Some(unit) = unit {
        let (count, unit) = unit.split_at(unit.find(|c: char| !c.is_ascii_digit()).unwrap_or(0));
        let unit = if unit.is_empty() { "generic" } else { unit };
        let parts = vec![
            Piece::Bytes(Data::Owned(unit.as_bytes().to_vec())),
            Piece::Int(count.parse().unwrap_or(1)),
            Piece::Int(1),
            Piece::Int(1),
        ];
        state.push(Piece::Tuple(vec![none(), Piece::Tuple(parts)]));
    }
    state
}

fn order(dtype: &DType) -> &'static str {
    match (&dtype.kind, dtype.order) {
        (Kind::Bytes | Kind::Void | Kind::Object | Kind::Bool | Kind::Struct(_) | Kind::SubArray(..), _) => {
            "|"
        }
        (Kind::Int | Kind::UInt, _) if dtype.itemsize == 1 => "|",
        (_, ByteOrder::Little) => "<",
        (_, ByteOrder::Big) => ">",
    }
}

pub(super) fn flag(flag: bool) -> Piece {
    Piece::Value(Value::Bool(flag))
}
