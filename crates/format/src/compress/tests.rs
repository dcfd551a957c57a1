use std::io::Write;

use cannery_object::{LimitError, Limits};

use super::*;
use crate::error::ErrorKind;

const ALL: [Wrapping; 7] = [
    Wrapping::Zlib,
    Wrapping::Gzip,
    Wrapping::Bzip2,
    Wrapping::Lzma,
    Wrapping::Xz,
    Wrapping::Lz4,
    Wrapping::Zfile,
];

fn wrap(plain: &[u8], wrapping: Wrapping) -> Vec<u8> {
    match wrapping {
        Wrapping::Zlib => {
            let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            writer.write_all(plain).and_then(|()| writer.finish())
        }
        Wrapping::Gzip => {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            writer.write_all(plain).and_then(|()| writer.finish())
        }
        Wrapping::Bzip2 => {
            let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
            writer.write_all(plain).and_then(|()| writer.finish())
        }
        Wrapping::Lzma => {
            let options = lzma_rust2::LzmaOptions::with_preset(3);
            let writer = lzma_rust2::LzmaWriter::new_use_header(Vec::new(), &options, None);
            writer.and_then(|mut writer| writer.write_all(plain).and_then(|()| writer.finish()))
        }
        Wrapping::Xz => {
            let writer = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(3));
            writer.and_then(|mut writer| writer.write_all(plain).and_then(|()| writer.finish()))
        }
        Wrapping::Lz4 => {
            let info = lz4_flex::frame::FrameInfo::new()
                .block_mode(lz4_flex::frame::BlockMode::Linked)
                .content_checksum(true)
                .content_size(Some(plain.len() as u64));
            let mut writer = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
            writer.write_all(plain).expect("to memory");
            Ok(writer.finish().expect("to memory"))
        }
        Wrapping::Base64 => {
            Ok(base64::Engine::encode(&base64::engine::general_purpose::STANDARD, plain).into())
        }
        Wrapping::Zfile => {
            let header = format!("ZF{:<19}", format!("{:#x}", plain.len()));
            Ok([header.into_bytes(), wrap(plain, Wrapping::Zlib)].concat())
        }
    }
    .expect("to memory")
}

fn unwrap_with(bytes: Vec<u8>, limits: Limits) -> Result<Unwrapped> {
    unwrap(&bytes.into(), &mut Budget::new(limits), &mut |_, _| ())
}

fn limit(error: &Error) -> Option<LimitError> {
    match error.kind() {
        ErrorKind::Limit(limit) => Some(limit),
        _ => None,
    }
}

/// Bytes that no codec takes for a layer of its own, some of them random.
fn plain(len: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..len).map(|i| if i % 3 == 0 { next() } else { b'(' }).collect::<Vec<_>>().into_iter().skip(1).collect()
}

#[test]
fn every_codec_gives_back_what_it_was_given() {
    for wrapping in ALL {
        for len in [2, 1000, 1_200_000] {
            let plain = plain(len);
            let mut seen = 0;
            let mut budget = Budget::new(Limits::default());
            let unwrapped = unwrap(&wrap(&plain, wrapping).into(), &mut budget, &mut |done, _| {
                seen = done;
            });
            let unwrapped = unwrapped.unwrap_or_else(|error| panic!("{wrapping:?} {len}: {error}"));
            assert_eq!(unwrapped.layers, [wrapping]);
            assert!(unwrapped.bytes == plain, "{wrapping:?} {len}");
            assert_eq!((budget.decompressed(), seen), (plain.len() as u64, plain.len() as u64));
        }
    }
}

#[test]
fn plain_bytes_are_spent_and_not_copied() {
    let bytes = Bytes::from_static(b"(dp0\n.");
    let mut budget = Budget::new(Limits::default());
    let unwrapped = unwrap(&bytes, &mut budget, &mut |_, _| ()).expect("plain");
    assert_eq!(unwrapped.bytes.as_ptr(), bytes.as_ptr());
    assert_eq!(budget.decompressed(), 6);
}

#[test]
fn anything_after_the_stream_is_refused() {
    for wrapping in ALL {
        let whole = wrap(&plain(5000), wrapping);
        for surplus in [&b"\0"[..], b"\0\0\0\0", b"\x80\x04N."] {
            let error = unwrap_with([&whole, surplus].concat(), Limits::default()).expect_err("surplus");
            assert_eq!(error.kind(), ErrorKind::Malformed, "{wrapping:?}");
            assert_eq!(error.offset(), Some(whole.len() as u64), "{wrapping:?}: {error}");
        }
    }
}

#[test]
fn streams_one_behind_another_are_one_layer() {
    let (first, second) = (plain(500), plain(700));
    for wrapping in [Wrapping::Gzip, Wrapping::Bzip2, Wrapping::Xz] {
        let both = [wrap(&first, wrapping), wrap(&second, wrapping)].concat();
        let unwrapped = unwrap_with(both, Limits::default()).expect("two streams");
        assert_eq!(unwrapped.bytes, [&first[..], &second].concat(), "{wrapping:?}");
        assert_eq!(unwrapped.layers, [wrapping]);
    }
    let both = [wrap(&first, Wrapping::Zlib), wrap(&second, Wrapping::Zlib)].concat();
    assert!(unwrap_with(both, Limits::default()).is_err());
}

#[test]
fn a_stream_that_is_cut_short_is_refused() {
    for wrapping in ALL {
        let whole = wrap(&plain(5000), wrapping);
        for len in [40, whole.len() / 2, whole.len() - 5, whole.len() - 1] {
            let error = unwrap_with(whole[..len].to_vec(), Limits::default()).expect_err("cut short");
            assert_eq!(error.kind(), ErrorKind::Malformed, "{wrapping:?} {len}");
        }
    }
}

#[test]
fn a_wrong_checksum_is_refused() {
    for wrapping in
        [Wrapping::Zlib, Wrapping::Gzip, Wrapping::Bzip2, Wrapping::Xz, Wrapping::Lz4, Wrapping::Zfile]
    {
        let mut whole = wrap(&plain(5000), wrapping);
        let at = match wrapping {
            Wrapping::Xz => whole.len() / 2,
            Wrapping::Gzip => whole.len() - 8,
            Wrapping::Bzip2 => whole.len() - 3,
            _ => whole.len() - 1,
        };
        whole[at] ^= 0x10;
        let error = unwrap_with(whole, Limits::default()).expect_err("damaged");
        assert_eq!(error.kind(), ErrorKind::Malformed, "{wrapping:?}");
    }
}

#[test]
fn a_bomb_stops_at_the_ratio_or_the_size() {
    let zeros = vec![0; 8 << 20];
    for wrapping in ALL {
        let bomb = wrap(&zeros, wrapping);
        let by_ratio = Limits::default().with(Limit::RatioFrom, 1 << 20).with(Limit::Ratio, 20);
        let error = unwrap_with(bomb.clone(), by_ratio).expect_err("a ratio above 100");
        assert_eq!(limit(&error).map(|l| l.limit), Some(Limit::Ratio), "{wrapping:?}: {error}");
        let by_size = Limits::default().with(Limit::DecompressedBytes, 1 << 20);
        let error = unwrap_with(bomb, by_size).expect_err("8 MiB");
        let hit = limit(&error).expect("a limit");
        assert_eq!(hit.limit, Limit::DecompressedBytes, "{wrapping:?}");
        assert!(hit.asked <= 2 << 20, "{wrapping:?} went on to {}", hit.asked);
    }
}

#[test]
fn nested_bombs_are_measured_against_the_file() {
    let inner = wrap(&vec![0; 4 << 20], Wrapping::Gzip);
    let nested = wrap(&inner, Wrapping::Gzip);
    let ratio = (4 << 20) / inner.len() as u64;
    assert!(nested.len() < inner.len());
    let limits = Limits::default().with(Limit::RatioFrom, 1 << 20).with(Limit::Ratio, ratio + 1);
    assert!(unwrap_with(inner, limits.clone()).is_ok());
    let error = unwrap_with(nested, limits).expect_err("a bomb in two steps");
    assert_eq!(limit(&error).map(|l| l.limit), Some(Limit::Ratio));
}

#[test]
fn layers_are_counted() {
    let mut bytes = b"(dp0\n.".to_vec();
    for _ in 0..4 {
        bytes = wrap(&bytes, Wrapping::Zlib);
    }
    let error = unwrap_with(bytes.clone(), Limits::default()).expect_err("4 layers");
    assert_eq!(limit(&error).map(|l| l.limit), Some(Limit::WrapDepth));
    let unwrapped = unwrap_with(bytes, Limits::default().with(Limit::WrapDepth, 4)).expect("4 layers");
    assert_eq!((unwrapped.layers.len(), &unwrapped.bytes[..]), (4, &b"(dp0\n."[..]));
}

#[test]
fn a_huge_dictionary_is_refused() {
    let mut alone = wrap(&plain(100), Wrapping::Lzma);
    alone[1..5].copy_from_slice(&(1_u32 << 31).to_le_bytes());
    let error = unwrap_with(alone, Limits::default()).expect_err("2 GiB");
    assert_eq!(limit(&error).map(|l| l.limit), Some(Limit::DictionaryBytes));
    let xz = wrap(&plain(100), Wrapping::Xz);
    let error = unwrap_with(xz, Limits::default().with(Limit::DictionaryBytes, 1 << 20)).expect_err("4 MiB");
    assert_eq!(limit(&error).map(|l| l.limit), Some(Limit::DictionaryBytes));
}

#[test]
fn a_zfile_must_have_the_length_it_claims() {
    let plain = plain(1000);
    let stream = wrap(&plain, Wrapping::Zlib);
    for (header, fine) in [
        (format!("ZF{:<19}", "0x3e7"), true),
        (format!("ZF{:<20}", "0x3e7"), true),
        (format!("ZF{:<20}", "0x3e7L"), true),
        (format!("ZF{:<19}", "0x3e8"), false),
        (format!("ZF{:<19}", "0xffffffffffffffff"), false),
        (format!("ZF{:<19}", "0x+1"), false),
    ] {
        let result = unwrap_with([header.as_bytes(), &stream].concat(), Limits::default());
        assert_eq!(result.is_ok(), fine, "{header}");
    }
}

#[test]
fn lz4_blocks_that_are_empty_do_not_end_the_frame() {
    let whole = wrap(&plain(100), Wrapping::Lz4);
    let mut with_empty = whole[..15].to_vec();
    with_empty.extend_from_slice(&[0, 0, 0, 0x80]);
    with_empty.extend_from_slice(&whole[15..]);
    assert!(unwrap_with(with_empty, Limits::default()).is_err());
}

/// An LZ4 frame with these options around one block, or several of them.
fn lz4_frame(plain: &[u8], block_checksums: bool, content_checksum: bool, size: bool) -> Vec<u8> {
    let info = lz4_flex::frame::FrameInfo::new()
        .block_size(lz4_flex::frame::BlockSize::Max64KB)
        .block_checksums(block_checksums)
        .content_checksum(content_checksum)
        .content_size(size.then_some(plain.len() as u64));
    let mut writer = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
    writer.write_all(plain).expect("to memory");
    writer.finish().expect("to memory")
}

#[test]
fn lz4_frames_with_every_option_end_where_they_say() {
    let plain = plain(100_000);
    for options in 0..8 {
        let frame = lz4_frame(&plain, options & 1 != 0, options & 2 != 0, options & 4 != 0);
        let unwrapped = unwrap_with(frame.clone(), Limits::default()).expect("a frame");
        assert!(unwrapped.bytes == plain, "{options}");
        let surplus = unwrap_with([&frame[..], b"x"].concat(), Limits::default()).expect_err("surplus");
        assert_eq!((surplus.offset(), surplus.breach()), (Some(frame.len() as u64), Breach::Trailing));
        for missing in [1, 3, 4, 5, 7, 8, 9, 1000] {
            let cut = unwrap_with(frame[..frame.len() - missing].to_vec(), Limits::default());
            assert_eq!(cut.expect_err("cut short").breach(), Breach::CutShort, "{options} {missing}");
        }
    }
}

#[test]
fn lz4_frames_that_are_not_read() {
    let frame = lz4_frame(b"abc", false, false, false);
    for flag in [0x80, 0x40, 0x02, 0x01] {
        let mut other = frame.clone();
        other[4] ^= flag;
        let error = unwrap_with(other, Limits::default()).expect_err("another frame");
        assert_eq!(
            (error.kind(), error.offset(), error.part()),
            (ErrorKind::Unsupported, Some(4), Some("lz4"))
        );
    }
    let error = unwrap_with(frame[..4].to_vec(), Limits::default()).expect_err("the magic alone");
    assert_eq!((error.offset(), error.breach()), (Some(4), Breach::CutShort));
    // a stored block without bytes, and a compressed one that gives none, where the library would stop
    let header = &frame[..7];
    for block in [&[0, 0, 0, 0x80][..], &[1, 0, 0, 0, 0]] {
        let error = unwrap_with([header, block, &frame[7..]].concat(), Limits::default())
            .expect_err("an empty block");
        assert_eq!(error.kind(), ErrorKind::Malformed);
        assert!(error.to_string().contains("damaged (an empty block)"), "{error}");
    }
}

#[test]
fn lengths_of_zfiles() {
    let deflated = wrap(&[7; 300], Wrapping::Zlib);
    let zfile =
        |field: &str| unwrap_with([format!("ZF{field}").as_bytes(), &deflated].concat(), Limits::default());
    for field in [
        "0x12c              ",
        "0x12C              ",
        "0x12cL             ",
        "0x0000000000000012c",
        "0x12c               ",
    ] {
        assert_eq!(zfile(field).expect("a zfile").bytes.len(), 300, "{field:?}");
    }
    let wrong = zfile("0x12d              ").expect_err("one byte too many");
    assert_eq!(wrong.to_string(), "zfile: the header says 301 bytes, the stream holds 300, at byte 2");
    for field in ["0x                 ", "0x12g              ", "0x12c 1            ", "0x12345678901234567"]
    {
        let error = zfile(field).expect_err("no length");
        assert_eq!(
            error.to_string(),
            "zfile: the length after ZF is not a hexadecimal number, at byte 2",
            "{field:?}"
        );
    }
    assert!(unwrap_with(b"ZF0x12c".to_vec(), Limits::default()).is_err());
}

#[test]
fn base64_is_a_layer_in_lines_or_not() {
    let pickle = b"\x80\x04]\x94(K\x01K\x02K\x03K\x04K\x05e.";
    let text = wrap(pickle, Wrapping::Base64);
    for text in [text.clone(), [&text[..10], b"\r\n", &text[10..], b"\n"].concat()] {
        let unwrapped = unwrap_with(text, Limits::default()).expect("whole");
        assert_eq!((&unwrapped.bytes[..], &unwrapped.layers[..]), (&pickle[..], &[Wrapping::Base64][..]));
    }
    assert!(unwrap_with(text[..text.len() - 1].to_vec(), Limits::default()).is_err());
}
