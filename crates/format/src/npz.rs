//! `.npz` files: zip archives of `.npy` files, as `numpy.savez` writes them.

use std::collections::HashSet;

use bytes::Bytes;
use cannery_object::{Heap, Node, Value};
use cannery_pickle::NoInline;

use crate::error::{Error, Result, shorten};
use crate::npy;
use crate::zip::Archive;

/// Reads an archive into a dict of the names of its entries, without the suffix `.npy`, and their arrays. As numpy does,
/// an entry is an array by its first bytes; any other entry becomes `bytes`. An array of Python objects is read from
/// its pickle.
pub fn read(heap: &mut Heap, archive: &Archive) -> Result<Value> {
    read_entries(heap, archive, Objects::Read)
}

/// Like [`read`], and refuses arrays of Python objects.
pub(crate) fn read_numbers(heap: &mut Heap, archive: &Archive) -> Result<Value> {
    read_entries(heap, archive, Objects::Refuse)
}

#[derive(Clone, Copy)]
enum Objects {
    Read,
    Refuse,
}

fn read_entries(heap: &mut Heap, archive: &Archive, objects: Objects) -> Result<Value> {
    let mut names = HashSet::new();
    let mut pairs = Vec::new();
    for entry in archive.entries() {
        let name = entry.name().strip_suffix(".npy").unwrap_or(entry.name());
        if !names.insert(name) {
            return Err(Error::malformed(format!("two arrays are named {:?}", shorten(name))));
        }
        let key = heap.text(name)?;
        let bytes = archive.read(entry, heap.budget_mut())?;
        let value = content(heap, &bytes, objects).map_err(|error| error.within(&shorten(entry.name())))?;
        pairs.extend([key, value]);
    }
    Ok(heap.container(Node::Dict, &pairs)?)
}

fn content(heap: &mut Heap, bytes: &Bytes, objects: Objects) -> Result<Value> {
    let buffer = heap.add_buffer(bytes.clone())?;
    let whole = 0..bytes.len();
    if !bytes.starts_with(npy::MAGIC) {
        let blob = heap.blob(buffer, 0, bytes.len());
        return Ok(heap.add(Node::Bytes(blob))?);
    }
    match objects {
        Objects::Refuse => npy::read(heap, buffer, whole),
        Objects::Read => npy::read_with(heap, buffer, whole, &mut |heap, buffer, range| {
            npy::read_objects(heap, bytes, buffer, range, &mut NoInline)
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use cannery_object::Limits;
    use cannery_pickle::Breach;
    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    fn npz(entries: &[(&str, &[u8])]) -> Result<(Heap, Value)> {
        let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in entries {
            writer.start_file(*name, SimpleFileOptions::default().large_file(true)).expect("a new entry");
            writer.write_all(content).expect("to memory");
        }
        let bytes = writer.finish().expect("to memory").into_inner();
        let mut heap = Heap::new(Limits::default());
        let archive = Archive::open(&bytes.into(), heap.budget().limits())?;
        let value = read(&mut heap, &archive)?;
        Ok((heap, value))
    }

    const ARRAY: &[u8] =
        b"\x93NUMPY\x01\x00\x38\x00{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}\n\x07\x09";

    #[test]
    fn arrays_and_other_files() {
        let (heap, value) = npz(&[("a.npy", ARRAY), ("b", ARRAY), ("c.npy", b"text")]).expect("an archive");
        let pairs = heap.as_dict(value).expect("a dict");
        for name in ["a", "b"] {
            let array = heap
                .ndarray(heap.lookup(pairs, name).expect("there"))
                .expect("an array")
                .expect("a good one");
            assert_eq!(*array.i64s().expect("integers"), [7, 9]);
        }
        assert_eq!(heap.as_bytes(heap.lookup(pairs, "c").expect("there")), Some(&b"text"[..]));
    }

    #[test]
    fn objects_of_very_old_numpy_end_with_a_newline() {
        let header = b"\x93NUMPY\x01\x00\x37\x00{'descr': '|O', 'fortran_order': False, 'shape': (2,)}\n";
        let objects = |end: &[u8]| [&header[..], b"\x80\x02]q\x00.", end].concat();
        for end in ["", "\n"] {
            let (heap, value) = npz(&[("a.npy", &objects(end.as_bytes()))]).expect("an archive");
            let value = heap.lookup(heap.as_dict(value).expect("a dict"), "a").expect("there");
            assert_eq!(heap.as_list(value), Some(&[][..]));
        }
        let error = npz(&[("a.npy", &objects(b"\n\n"))]).expect_err("two bytes");
        assert_eq!((error.offset(), error.breach()), (Some(71), Breach::Trailing));
    }

    #[test]
    fn errors_name_the_entry() {
        let error = npz(&[("a.npy", &ARRAY[..ARRAY.len() - 1])]).expect_err("one byte is missing");
        assert_eq!(error.part(), Some("a.npy"));
    }

    #[test]
    fn two_entries_that_give_one_name() {
        assert!(npz(&[("a.npy", ARRAY), ("a", ARRAY)]).is_err());
    }
}
