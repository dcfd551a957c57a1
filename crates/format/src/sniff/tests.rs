use super::*;

const PICKLE: Format = Format::Container(Container::Pickle);

#[test]
fn pickles_of_every_protocol() {
    let pickles: [&[u8]; 13] = [
        b"\x80\x05\x95\x00\x00",
        b"\x80\x02K\x01.",
        b"(dp0\n.",
        b"cbuiltins\n",
        b"].",
        b"].\x00\x00\x80",
        b"}q\x00.",
        b"I1\n.",
        b"S'a'\n.",
        b"Vabc\n.",
        b"N.",
        b"F1.5\n.",
        b"L1L\n.",
    ];
    for pickle in pickles {
        assert_eq!(sniff(pickle), PICKLE, "{pickle:?}");
    }
}

#[test]
fn a_list_is_no_lzma() {
    let lzma = b"\x5d\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00\x3f";
    assert_eq!(sniff(lzma), Format::Wrapped(Wrapping::Lzma));
    assert_eq!(sniff(b"\x5d\x94(\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00\x3f"), PICKLE);
    assert_eq!(sniff(&lzma[..12]), PICKLE);
}

#[test]
fn zlib_needs_its_header_checksum() {
    for flags in [0x01, 0x5e, 0x9c, 0xda] {
        assert_eq!(sniff(&[0x78, flags, 0]), Format::Wrapped(Wrapping::Zlib));
    }
    assert_eq!(sniff(&[0x78, 0x9d]), Format::Unknown);
    assert_eq!(sniff(&[0x78, 0xbb]), Format::Unknown, "a preset dictionary");
}

#[test]
fn bytes_that_pickle_shares_with_others() {
    assert_eq!(sniff(b"BZh91AY&SY"), Format::Wrapped(Wrapping::Bzip2));
    assert_eq!(sniff(b"BZh9\x00\x00"), PICKLE);
    assert_eq!(sniff(b"PK\x03\x04"), Format::Container(Container::Zip));
    assert_eq!(sniff(b"Pid\n."), PICKLE);
    assert_eq!(sniff(b"PAR1\x15"), Format::Foreign(Foreign::Parquet));
}

#[test]
fn foreign_formats_are_named() {
    let lfs = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a";
    let Format::Foreign(foreign) = sniff(lfs) else { panic!("not recognised") };
    assert_eq!(foreign.error().to_string(), format!("this is {}", Foreign::GitLfs.text()));
    assert_eq!(sniff(b"  {\"a\": 1}"), Format::Foreign(Foreign::Json));
    assert_eq!(sniff(b"\xef\xbb\xbf<html>"), Format::Foreign(Foreign::Xml));
    assert_eq!(sniff(b"\x08\x08\x12\x08skl2onnx"), Format::Foreign(Foreign::Onnx));
    assert_eq!(sniff(b""), Format::Foreign(Foreign::Empty));
    let torch = [&b"PK\x03\x04"[..], &[0; 22], &[16, 0, 0, 0], b"archive/data.pkl"].concat();
    assert_eq!(sniff(&torch), Format::Foreign(Foreign::PyTorch));
}

#[test]
fn every_layer_of_compression_has_its_first_bytes_and_its_name() {
    let cases: &[(&[u8], Wrapping, &str)] = &[
        (b"\x78\x9c", Wrapping::Zlib, "zlib"),
        (b"\x1f\x8b\x08", Wrapping::Gzip, "gzip"),
        (b"BZh11AY&SY", Wrapping::Bzip2, "bzip2"),
        (b"BZh9\x17\x72\x45\x38\x50\x90", Wrapping::Bzip2, "bzip2"),
        (b"\xfd7zXZ\x00", Wrapping::Xz, "xz"),
        (b"\x04\x22\x4d\x18", Wrapping::Lz4, "lz4"),
        (b"ZF0x", Wrapping::Zfile, "zfile"),
    ];
    for &(bytes, wrapping, name) in cases {
        assert_eq!((sniff(bytes), wrapping.name()), (Format::Wrapped(wrapping), name));
        assert_ne!(sniff(&bytes[..bytes.len() - 1]), Format::Wrapped(wrapping), "{name}");
    }
    assert_eq!(sniff(b"BZh01AY&SY"), PICKLE);
    assert_eq!(sniff(b"\x1f\x8b\x09"), Format::Unknown);
}

#[test]
fn headers_of_lzma() {
    let header = |properties: u8, dictionary: u32, length: u64, first: u8| {
        [&[properties][..], &dictionary.to_le_bytes(), &length.to_le_bytes(), &[first]].concat()
    };
    let is_lzma = |bytes: Vec<u8>| sniff(&bytes) == Format::Wrapped(Wrapping::Lzma);
    for dictionary in [4096, 1 << 23, 3 << 12, 3 << 30, 1 << 31, u32::MAX] {
        assert!(is_lzma(header(0x5d, dictionary, u64::MAX, 0)), "{dictionary:#x}");
    }
    for dictionary in [0, 1, 2048, 3 << 10, 4097, 5 << 12, 7 << 12, u32::MAX - 1] {
        assert!(!is_lzma(header(0x5d, dictionary, u64::MAX, 0)), "{dictionary:#x}");
    }
    for length in [0, 1000, (256 << 30) - 1] {
        assert!(is_lzma(header(0x5d, 1 << 23, length, 0)), "{length}");
    }
    for length in [256 << 30, u64::MAX - 1] {
        assert!(!is_lzma(header(0x5d, 1 << 23, length, 0)), "{length}");
    }
    assert!(!is_lzma(header(0x5d, 1 << 23, u64::MAX, 1)));
    assert!(!is_lzma(header(0x5e, 1 << 23, u64::MAX, 0)));
    assert!(!is_lzma(header(0x5d, 1 << 23, u64::MAX, 0)[..13].to_vec()));
}

#[test]
fn every_foreign_format_has_its_first_bytes_its_nature_and_its_error() {
    use Foreign as F;
    use Nature::{Data, Framework, Model, Opaque};
    let zip = |name: &str| {
        [&b"PK\x03\x04"[..], &[0; 22], &(name.len() as u16).to_le_bytes(), &[0; 2], name.as_bytes()].concat()
    };
    let tar = [&[b'a'; 257][..], b"ustar"].concat();
    let cases: &[(&[u8], Foreign, Nature)] = &[
        (b"", F::Empty, Data),
        (b"version https://git-lfs.github.com/spec/v1", F::GitLfs, Data),
        (b"7z\xbc\xaf\x27\x1c", F::SevenZip, Opaque),
        (b"Rar!\x1a\x07\x01", F::Rar, Opaque),
        (&tar, F::Tar, Opaque),
        (b"\x28\xb5\x2f\xfd", F::Zstd, Opaque),
        (b"\x89HDF\r\n\x1a\n", F::Hdf5, Opaque),
        (b"PAR1", F::Parquet, Data),
        (b"ARROW1", F::Arrow, Data),
        (b"FEA1", F::Arrow, Data),
        (&zip("archive/data.pkl"), F::PyTorch, Framework),
        (&zip("metadata.json"), F::Keras, Framework),
        (&zip("model.weights.h5"), F::Keras, Framework),
        (&zip("[Content_Types].xml"), F::Office, Data),
        (b"\x08\0\0\0\0\0\0\0{\"", F::Safetensors, Model),
        (b"GGUF", F::Gguf, Model),
        (b"\x08\x01\x12", F::Onnx, Model),
        (b"\x08\x1f\x42", F::Onnx, Model),
        (b"CBM1", F::CatBoost, Framework),
        (b"tree\nversion=v3", F::LightGbm, Framework),
        (b"{L\0\0\0\0\0\0\0", F::XgboostUbj, Framework),
        (b"RDX2\n", F::RData, Opaque),
        (b"RDX3\n", F::RData, Opaque),
        (b"%PDF-1.7", F::Pdf, Data),
        (b"\x89PNG\r\n\x1a\n", F::Image, Data),
        (b"\xff\xd8\xff", F::Image, Data),
        (b"<?xml version", F::Xml, Data),
        (b"<!DOCTYPE html", F::Xml, Data),
        (b" \n<html>", F::Xml, Data),
        (b"\xef\xbb\xbf{}", F::Json, Data),
        (b"[1]", F::Json, Data),
        (b"outs:\n- md5: a304\n  size: 2\n  path: model.pkl\n", F::Dvc, Data),
        (b"\x89HDF\r\n\x1a\n....keras_version", F::KerasHdf5, Framework),
        (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", F::OldPyTorch, Framework),
        (b"{\"learner\":{", F::XgboostJson, Framework),
        (b"binf", F::XgboostBinary, Framework),
        (b"SR\x00\x04", F::Save, Data),
        (b"SR\x00\x06", F::Save, Data),
        (b"$FL2", F::Save, Data),
        (b"$FL3", F::Save, Data),
    ];
    for &(bytes, foreign, nature) in cases {
        assert_eq!((sniff(bytes), foreign.nature()), (Format::Foreign(foreign), nature), "{bytes:?}");
        let error = foreign.error();
        assert_eq!(error.to_string(), format!("this is {}", foreign.text()));
        let malformed = nature == Data;
        assert_eq!(error.kind() == crate::ErrorKind::Malformed, malformed, "{foreign:?}");
    }
    for bytes in [&b"\x08\x00\x12"[..], b"\x08\x20\x12", b"\x08\x01\x13", b"abc"] {
        assert_eq!(sniff(bytes), Format::Unknown, "{bytes:?}");
    }
    for bytes in [&zip("data.pkl")[..], &zip("schema.json"), b"PK\x03\x04", b"PK\x05\x06"] {
        assert_eq!(sniff(bytes), Format::Container(Container::Zip), "{bytes:?}");
    }
    assert_eq!(sniff(b"\x08\0\0\0\0\0\0\x01{\""), Format::Unknown);
    assert_eq!(sniff(&tar[..261]), Format::Unknown);
}

#[test]
fn what_can_start_a_pickle() {
    let first: Vec<u8> = (0..=255).filter(|&byte| starts_a_pickle(&[byte])).collect();
    let want = b"()BCFGIJKLMNPSTUVX]c}\x80\x82\x83\x84\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96\x97";
    assert_eq!(first, want);
    assert!(!starts_a_pickle(b""));
}
