//! Files beside the pickle: `NAME_01.npy` and, compressed, `NAME_01.npy.z` of joblib before 0.10.

use std::path::{Component, Path, PathBuf};

use bytes::Bytes;
use cannery_object::{Array, DType, Heap, Limits, Order, Value, byte_len, shape_of};

use crate::compress::unwrap;
use crate::document::npy_file;
use crate::error::{Error, Result, shorten};
use crate::source::{Access, open};

/// A file that a dump names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companion {
    /// Its name, without folder.
    pub name: String,
    /// Its size in bytes; `None` when it is not there, and the array is unknown.
    pub bytes: Option<u64>,
}

/// Where the files beside a pickle come from.
pub trait Companions {
    /// The bytes of a file by its bare name; `None` when there is none.
    fn fetch(&mut self, name: &str, limits: &Limits) -> Result<Option<Bytes>>;
}

/// There is nothing beside the pickle: it came from memory or a stream.
#[derive(Clone, Copy, Debug)]
pub struct NoCompanions;

impl Companions for NoCompanions {
    fn fetch(&mut self, _: &str, _: &Limits) -> Result<Option<Bytes>> {
        Ok(None)
    }
}

/// The files of a folder; no other can be reached.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder in which a file lies.
    pub fn of(file: &Path) -> Self {
        Self(file.parent().map(Path::to_owned).unwrap_or_default())
    }
}

impl Companions for Folder {
    fn fetch(&mut self, name: &str, limits: &Limits) -> Result<Option<Bytes>> {
        let path = self.0.join(name);
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => return Err(Error::malformed("it is not a regular file").within(name)),
            Err(_) => return Ok(None),
        }
        open(&path, Access::Read, limits, &mut |_, _| ()).map(Some).map_err(|error| error.within(name))
    }
}

/// Reads the file that a wrapper names and attaches its array as the wrapper's payload.
pub(super) fn read(
    heap: &mut Heap,
    wrapper: Value,
    zipped: bool,
    companions: &mut dyn Companions,
) -> Result<Companion> {
    let name = bare_name(heap, wrapper)?;
    let limits = heap.budget().limits().clone();
    let Some(bytes) = companions.fetch(&name, &limits)? else {
        return Ok(Companion { name, bytes: None });
    };
    let size = bytes.len() as u64;
    let plain = unwrap(&bytes, heap.budget_mut(), &mut |_, _| ()).map_err(|error| error.within(&name))?;
    let array = if zipped { raw(heap, wrapper, plain.bytes) } else { npy_file(heap, &plain.bytes) };
    let array = array.map_err(|error| error.within(&name))?;
    heap.set_payload(wrapper, array)?;
    Ok(Companion { name, bytes: Some(size) })
}

/// The object that is the dtype of a `ZNDArrayWrapper`'s array.
pub(super) fn dtype_of(heap: &Heap, wrapper: Value) -> Option<Value> {
    match heap.as_tuple(heap.object(wrapper)?.attr("state")?)? {
        &[_, _, dtype, _] => Some(dtype),
        _ => None,
    }
}

/// The file's name, which must not lead out of the folder.
fn bare_name(heap: &Heap, wrapper: Value) -> Result<String> {
    let name =
        heap.object(wrapper).and_then(|object| object.attr("filename")).and_then(|value| heap.as_str(value));
    let name = name.ok_or_else(|| Error::malformed("a joblib wrapper names no file"))?;
    let mut components = Path::new(&*name).components();
    match (components.next(), components.next()) {
        (Some(Component::Normal(_)), None) if !name.contains(['/', '\\', '\0']) => Ok(name.into_owned()),
        _ => Err(Error::malformed(format!("the array file {:?} is not beside the model", shorten(&name)))),
    }
}

/// The array of a `ZNDArrayWrapper`: the file holds the elements, `state` is (version, shape, dtype, is_fortran).
fn raw(heap: &mut Heap, wrapper: Value, bytes: Bytes) -> Result<Value> {
    let bad = || Error::malformed("ZNDArrayWrapper.state is no (version, shape, dtype, is_fortran)");
    let state = heap.object(wrapper).and_then(|object| object.attr("state")).ok_or_else(bad)?;
    let Some(&[_, shape, dtype, is_fortran]) = heap.as_tuple(state) else {
        return Err(bad());
    };
    let (dtype, shape) = (DType::from_value(heap, dtype)?, shape_of(heap, shape)?);
    let order = match heap.as_int(is_fortran).ok_or_else(bad)? {
        0 => Order::C,
        _ => Order::Fortran,
    };
    let len = byte_len(&dtype, &shape)?;
    if len != bytes.len() {
        return Err(Error::malformed(format!("an array of {len} bytes is kept in {}", bytes.len())));
    }
    let buffer = heap.add_buffer(bytes)?;
    let blob = heap.blob(buffer, 0, len);
    Ok(heap.add_array(Array::new(dtype, shape, order, blob)?)?)
}
