//! joblib's dumps written by hand: arrays inside the stream, their padding, and files beside the pickle.

use std::collections::HashMap;
use std::fs;

use bytes::Bytes;
use cannery_format::{Companions, Document, Error, ErrorKind, Folder, Kind, NoCompanions, Result, read};
use cannery_object::{Limits, NdArray, Order};
use cannery_pickle::{Breach, assemble};

const F8: &str = "GLOBAL 'numpy dtype'\nMARK\nSHORT_BINUNICODE 'f8'\nBININT1 0\nBININT1 1\nTUPLE\nREDUCE\nMARK\nBININT1 3\n\
    SHORT_BINUNICODE '<'\nNONE\nNONE\nNONE\nBININT -1\nBININT -1\nBININT1 0\nTUPLE\nBUILD";
const TWO: &str = "BININT1 2\nTUPLE1";

/// A listing of a wrapper with these attributes, up to its BUILD.
fn wrapper(class: &str, attributes: &[(&str, &str)]) -> String {
    let mut listing =
        format!("PROTO 4\nGLOBAL 'joblib.numpy_pickle {class}'\nEMPTY_TUPLE\nNEWOBJ\nEMPTY_DICT\nMARK");
    for (name, value) in attributes {
        listing += &format!("\nSHORT_BINUNICODE '{name}'\n{value}");
    }
    listing + "\nSETITEMS\nBUILD\n"
}

/// A stream with an array inside: attributes of the wrapper, what follows its BUILD, and STOP.
fn inline(attributes: &[(&str, &str)], behind: &str) -> Vec<u8> {
    assemble(&(wrapper("NumpyArrayWrapper", attributes) + behind + "\nSTOP")).expect("a listing")
}

fn plain(order: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![("dtype", F8), ("shape", TWO), ("order", order), ("allow_mmap", "NEWTRUE")]
}

const C: &str = "SHORT_BINUNICODE 'C'";
const NUMBERS: &str = ".bytes 000000000000f83f 00000000000000c0";

fn open(bytes: Vec<u8>) -> Result<Document> {
    read(&bytes.into(), &Limits::default(), &mut NoCompanions, &mut |_, _| ())
}

fn array(document: &Document) -> NdArray<'_> {
    document.heap.ndarray(document.root).expect("an array").expect("a good one")
}

#[test]
fn elements_follow_the_wrapper() {
    for (order, want) in [(C, Order::C), ("SHORT_BINUNICODE 'F'", Order::Fortran)] {
        let document = open(inline(&plain(order), NUMBERS)).expect("an array");
        let array = array(&document);
        assert_eq!((*array.f64s().expect("floats")).to_vec(), [1.5, -2.0]);
        assert_eq!((&array.shape[..], array.order), (&[2][..], want));
        let facts = &document.facts;
        assert_eq!((facts.kind, facts.protocol), (Kind::Joblib, Some(4)));
        assert_eq!((facts.inline_arrays, facts.inline_bytes), (1, 16));
    }
}

#[test]
fn padding_is_counted_and_filled() {
    let with =
        |alignment: &'static str| [plain(C), vec![("numpy_array_alignment_bytes", alignment)]].concat();
    for (alignment, pad) in [("BININT1 16", ".pad 16"), ("BININT1 1", ".pad 1"), ("BININT1 255", ".pad 255")]
    {
        let bytes = inline(&with(alignment), &format!("{pad}\n{NUMBERS}"));
        let document = open(bytes.clone()).expect("an array");
        assert_eq!(array(&document).f64s().expect("floats")[0], 1.5, "{alignment}");
        let start = inline(&with(alignment), "").len() - 1;
        assert_eq!(document.facts.inline_bytes, (bytes.len() - 1 - start) as u64);
    }
    assert!(open(inline(&with("NONE"), NUMBERS)).is_ok());
    let start = inline(&with("BININT1 16"), "").len() - 1;
    let pad = 16 - (start + 1) % 16;
    let filled = |count: usize, byte: &str| format!(".bytes {count:02x}{}\n{NUMBERS}", byte.repeat(count));
    assert!(open(inline(&with("BININT1 16"), &filled(pad, "ff"))).is_ok());
    let wrong = "the padding of an array is not what joblib writes";
    for behind in [filled(pad - 1, "ff"), filled(pad + 16, "ff"), filled(pad, "fe"), filled(pad, "00")] {
        refused(inline(&with("BININT1 16"), &behind), wrong, Some(start), Breach::Rule);
    }
    let cut = "cut short: the file ends in the padding of an array";
    let mut bytes = inline(&with("BININT1 16"), ".bytes 0fffff");
    bytes.pop();
    refused(bytes, cut, Some(start), Breach::CutShort);
    let mut bytes = inline(&with("BININT1 16"), "");
    bytes.pop();
    refused(bytes, cut, Some(start), Breach::CutShort);
    for alignment in ["BININT1 0", "BININT2 256", "BININT -1", "NEWFALSE", C] {
        let start = inline(&with(alignment), "").len() - 1;
        let wrong = "NumpyArrayWrapper.numpy_array_alignment_bytes is missing or wrong";
        refused(inline(&with(alignment), NUMBERS), wrong, Some(start), Breach::Rule);
    }
}

#[track_caller]
fn refused(bytes: Vec<u8>, want: &str, offset: Option<usize>, breach: Breach) {
    let error = open(bytes).map(|_| ()).expect_err(want);
    assert!(error.to_string().contains(want), "{want}: {error}");
    let got = (error.kind(), error.offset(), error.breach());
    assert_eq!(got, (ErrorKind::Malformed, offset.map(|offset| offset as u64), breach), "{error}");
}

#[test]
fn attributes_of_the_wrapper_that_are_missing_or_wrong() {
    let without = |name| plain(C).into_iter().filter(|(other, _)| *other != name).collect::<Vec<_>>();
    for name in ["dtype", "shape", "order"] {
        let bytes = inline(&without(name), NUMBERS);
        let start = inline(&without(name), "").len() - 1;
        let want = format!("NumpyArrayWrapper.{name} is missing or wrong");
        refused(bytes, &want, Some(start), Breach::Rule);
    }
    for order in ["SHORT_BINUNICODE 'A'", "NONE"] {
        let start = inline(&plain(order), "").len() - 1;
        refused(inline(&plain(order), NUMBERS), "NumpyArrayWrapper.order", Some(start), Breach::Rule);
    }
}

/// Makes the dtype before it one of a field of another type.
const FIELD_OF_OBJECTS: &str = "BINGET 0\nMARK\nBININT1 3\nSHORT_BINUNICODE '|'\nNONE\nSHORT_BINUNICODE 'a'\nTUPLE1\nEMPTY_DICT\n\
    SHORT_BINUNICODE 'a'\nGLOBAL 'numpy dtype'\nMARK\nSHORT_BINUNICODE 'O8'\nBININT1 0\nBININT1 1\nTUPLE\nREDUCE\nBININT1 0\n\
    TUPLE2\nSETITEM\nBININT1 16\nBININT1 1\nBININT1 63\nTUPLE\nBUILD\nPOP";
const V16: &str =
    "GLOBAL 'numpy dtype'\nMARK\nSHORT_BINUNICODE 'V16'\nBININT1 0\nBININT1 1\nTUPLE\nREDUCE\nBINPUT 0";

#[test]
fn a_dtype_that_changes_after_elements_were_read_by_it() {
    let wanted = "the dtype of an array is changed after its elements were read";
    let attributes = [("dtype", V16), ("shape", "BININT1 1\nTUPLE1"), ("order", C)];
    let start = inline(&attributes, "").len() - 1;
    assert!(open(inline(&attributes, NUMBERS)).is_ok());
    refused(
        inline(&attributes, &format!("{NUMBERS}\n{FIELD_OF_OBJECTS}")),
        wanted,
        Some(start),
        Breach::Rule,
    );

    let state = format!("MARK\nBININT1 1\nBININT1 1\nTUPLE1\n{V16}\nNEWFALSE\nTUPLE");
    let attributes = [("filename", "SHORT_BINUNICODE 'a.z'"), ("state", &*state)];
    let bytes = assemble(&(wrapper("ZNDArrayWrapper", &attributes) + FIELD_OF_OBJECTS + "\nSTOP"))
        .expect("a listing");
    let mut files = Files([("a.z", zfile(&[0x41; 16]))].into());
    let error = read(&bytes.into(), &Limits::default(), &mut files, &mut |_, _| ()).expect_err("changed");
    assert!(error.to_string().contains(wanted), "{error}");
}

#[test]
fn an_array_that_is_longer_than_the_file() {
    let start = inline(&plain(C), "").len() - 1;
    let bytes = inline(&plain(C), ".bytes 000000000000f83f 00000000000000");
    assert!(open(bytes.clone()).expect_err("STOP is an element").to_string().contains("ends before STOP"));
    refused(
        bytes[..bytes.len() - 1].to_vec(),
        "cut short: 1 byte is missing from an array of 16",
        Some(start),
        Breach::CutShort,
    );
}

#[test]
fn arrays_of_objects_are_pickles_of_their_own() {
    let o = F8
        .replace("'f8'", "'O8'")
        .replace("BININT -1\nBININT -1\nBININT1 0", "BININT -1\nBININT -1\nBININT1 63")
        .replace("'<'", "'|'");
    let attributes = [("dtype", &*o), ("shape", TWO), ("order", C)];
    let nested = "PROTO 2\nEMPTY_LIST\nNONE\nAPPEND\nSTOP";
    let document = open(inline(&attributes, nested)).expect("a nested pickle");
    let payload = document.heap.attached(document.root).payload;
    assert_eq!(document.heap.as_list(payload).map(<[_]>::len), Some(1));
    assert_eq!((document.facts.inline_arrays, document.facts.inline_bytes), (1, 6));
    let start = inline(&attributes, "").len() - 1;
    let error = open(inline(&attributes, "PROTO 2\nPOP\nSTOP")).expect_err("a broken one");
    assert_eq!((error.offset(), error.opcode()), (Some(start as u64 + 2), Some("POP")));
}

/// Files in memory.
struct Files(HashMap<&'static str, Vec<u8>>);

impl Companions for Files {
    fn fetch(&mut self, name: &str, _: &Limits) -> Result<Option<Bytes>> {
        Ok(self.0.get(name).cloned().map(Bytes::from))
    }
}

fn beside(class: &str, attributes: &[(&str, &str)], name: &'static str, file: Vec<u8>) -> Result<Document> {
    let bytes = assemble(&(wrapper(class, attributes) + "STOP")).expect("a listing");
    read(&bytes.into(), &Limits::default(), &mut Files([(name, file)].into()), &mut |_, _| ())
}

const NPY: &[u8] =
    b"\x93NUMPY\x01\x00\x38\x00{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}\n\x07\x09";

#[test]
fn an_array_in_a_file_beside_the_pickle() {
    let name = [("filename", "SHORT_BINUNICODE 'a_01.npy'")];
    let document = beside("NDArrayWrapper", &name, "a_01.npy", NPY.to_vec()).expect("an array");
    assert_eq!(*array(&document).i64s().expect("integers"), [7, 9]);
    let companion = &document.facts.companions[0];
    assert_eq!((&*companion.name, companion.bytes), ("a_01.npy", Some(NPY.len() as u64)));
    assert_eq!(document.facts.kind, Kind::Joblib);
    let document = beside("NDArrayWrapper", &name, "other.npy", Vec::new()).expect("a wrapper");
    assert_eq!(document.facts.companions[0].bytes, None);
    let error = beside("NDArrayWrapper", &name, "a_01.npy", NPY[..NPY.len() - 1].to_vec()).expect_err("cut");
    assert!(error.to_string().starts_with("a_01.npy: "), "{error}");
    let error = beside("NDArrayWrapper", &[], "", Vec::new()).expect_err("no name");
    assert!(error.to_string().contains("a joblib wrapper names no file"), "{error}");
}

#[test]
fn names_of_files_that_are_not_beside_the_pickle() {
    for name in ["../a", "a/b", "/a", "..", ".", "", r"a\\b", r"a\0b", "a/"] {
        let attributes = [("filename", &*format!("SHORT_BINUNICODE '{name}'"))];
        let error = beside("NDArrayWrapper", &attributes, "", Vec::new()).expect_err(name);
        assert_eq!(error.kind(), ErrorKind::Malformed);
        assert!(error.to_string().contains("is not beside the model"), "{name}: {error}");
    }
}

fn zfile(plain: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(plain).expect("to memory");
    let header = format!("ZF{:<19}", format!("{:#x}", plain.len()));
    [header.into_bytes(), writer.finish().expect("to memory")].concat()
}

fn zipped(state: &str, plain: &[u8]) -> Result<Document> {
    let attributes = [("filename", "SHORT_BINUNICODE 'a.z'"), ("state", state)];
    beside("ZNDArrayWrapper", &attributes, "a.z", zfile(plain))
}

#[test]
fn elements_in_a_compressed_file_beside_the_pickle() {
    let state =
        |shape: &str, is_fortran: &str| format!("MARK\nBININT1 1\n{shape}\n{F8}\n{is_fortran}\nTUPLE");
    let elements: Vec<u8> = [1.5_f64, -2.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    for (is_fortran, order) in
        [("NEWFALSE", Order::C), ("NEWTRUE", Order::Fortran), ("BININT1 1", Order::Fortran)]
    {
        let document = zipped(&state(TWO, is_fortran), &elements).expect("an array");
        assert_eq!(
            (array(&document).f64s().expect("floats").to_vec(), array(&document).order),
            (vec![1.5, -2.0], order)
        );
    }
    let message = |result: Result<Document>| result.map(|_| ()).expect_err("refused").to_string();
    let error = message(zipped(&state(TWO, "NEWFALSE"), &elements[..8]));
    assert!(error.contains("a.z: an array of 16 bytes is kept in 8"), "{error}");
    let bad = "ZNDArrayWrapper.state is no (version, shape, dtype, is_fortran)";
    for state in [&state(TWO, "NONE"), "NONE", "EMPTY_TUPLE", &format!("MARK\nBININT1 1\n{TWO}\n{F8}\nTUPLE")]
    {
        let error = message(zipped(state, &elements));
        assert!(error.contains(bad), "{error}");
    }
}

#[test]
fn a_folder_gives_its_plain_files_only() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.npy"), NPY).expect("written");
    fs::create_dir(folder.path().join("b.npy")).expect("a folder");
    let mut files = Folder::of(&folder.path().join("model.pkl"));
    let mut fetch = |name: &str| files.fetch(name, &Limits::default());
    assert_eq!(fetch("a.npy").expect("read").as_deref(), Some(NPY));
    assert_eq!(fetch("c.npy").expect("nothing"), None);
    let say = |error: Error| (error.kind(), error.part().map(str::to_owned), error.to_string());
    let (kind, part, text) = say(fetch("b.npy").expect_err("a folder"));
    assert_eq!((kind, part.as_deref()), (ErrorKind::Malformed, Some("b.npy")));
    assert!(text.contains("it is not a regular file"), "{text}");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path().join("a.npy"), folder.path().join("d.npy")).expect("a link");
        assert_eq!(fetch("d.npy").expect_err("a link").kind(), ErrorKind::Malformed);
    }
    let small = Limits::default().with(cannery_object::Limit::InputBytes, 10);
    let error = Folder::of(&folder.path().join("model.pkl")).fetch("a.npy", &small).expect_err("too large");
    assert!(matches!(error.kind(), ErrorKind::Limit(_)), "{error}");
}
