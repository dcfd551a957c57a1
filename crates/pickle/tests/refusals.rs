//! What a stream is refused for: the place, the opcode, the way in which it is wrong, and whether it could be read
//! elsewhere. And legal streams right beside the border.

use bytes::Bytes;
use cannery_object::{CallKind, Heap, LimitError, Limits, Node, Value};
use cannery_pickle::{
    Breach, Disassembly, Error, ErrorKind, Inline, Item, NoInline, Opcode, Outcome, Source, Taken, read,
    read_leniently, read_prefix,
};

fn heap_with(stream: &[u8]) -> (Heap, Bytes, cannery_object::BufferId) {
    let bytes = Bytes::copy_from_slice(stream);
    let mut heap = Heap::new(Limits::default());
    heap.budget_mut().spend_input(bytes.len() as u64).expect("tests are small");
    let buffer = heap.add_buffer(bytes.clone()).expect("tests are small");
    (heap, bytes, buffer)
}

fn load_by(stream: &[u8], inline: &mut impl Inline) -> Result<(Heap, Outcome), Error> {
    let (mut heap, bytes, buffer) = heap_with(stream);
    let outcome = read(&mut heap, &bytes, buffer, 0, inline)?;
    Ok((heap, outcome))
}

fn load(stream: &[u8]) -> (Heap, Value) {
    let (heap, outcome) =
        load_by(stream, &mut NoInline).unwrap_or_else(|error| panic!("{stream:?}: {error}"));
    (heap, outcome.root)
}

#[test]
fn each_refusal_says_where_and_which_opcode() {
    let (rule, impossible) = (Breach::Rule, Breach::Impossible);
    let cases: &[(&[u8], usize, Opcode, Breach, &str)] = &[
        (b"NR.", 1, Opcode::Reduce, impossible, "the stack is empty here"),
        (b"R.", 0, Opcode::Reduce, impossible, "the stack is empty here"),
        (b"(NR.", 2, Opcode::Reduce, rule, "lies below a mark"),
        (b"Nt.", 1, Opcode::Tuple, impossible, "there is no mark"),
        (b"(N(\x87.", 3, Opcode::Tuple3, rule, "lies below a mark"),
        (b"N\x86.", 1, Opcode::Tuple2, impossible, "the stack is empty here"),
        (b"q\0.", 0, Opcode::BinPut, impossible, "the stack is empty here"),
        (b"\x94.", 0, Opcode::Memoize, impossible, "the stack is empty here"),
        (b"2.", 0, Opcode::Dup, impossible, "the stack is empty here"),
        (b"](a.", 2, Opcode::Append, rule, "lies below a mark"),
        (b"(e.", 1, Opcode::Appends, impossible, "the stack is empty here"),
        (b"]((e.", 3, Opcode::Appends, rule, "lies below a mark"),
        (b"(o.", 1, Opcode::Obj, impossible, "the stack is empty here"),
        (b"Nb.", 1, Opcode::Build, impossible, "the stack is empty here"),
        (b"N\x93.", 1, Opcode::StackGlobal, impossible, "the stack is empty here"),
        (b"NN\x93.", 2, Opcode::StackGlobal, impossible, "module and name are not both str"),
        (b"\x8c\x01mN\x93.", 4, Opcode::StackGlobal, impossible, "module and name are not both str"),
        (b"C\x01mC\x01n\x93.", 6, Opcode::StackGlobal, impossible, "module and name are not both str"),
        (b"U\x01\xffNb.", 4, Opcode::Build, rule, "can't have one"),
        (b"U\x01\xffU\x01n\x93.", 6, Opcode::StackGlobal, rule, "module and name are not both str"),
        (b"\x8c\x01m\x8c\0\x93.", 5, Opcode::StackGlobal, rule, "is empty"),
        (b"cm\n\n.", 0, Opcode::Global, rule, "is empty"),
        (b"(i\nn\n.", 1, Opcode::Inst, rule, "is empty"),
        (b"g0\n.", 0, Opcode::Get, impossible, "read before it is written"),
        (b"g-1\n.", 0, Opcode::Get, impossible, "read before it is written"),
        (b"j\x01\0\0\0.", 0, Opcode::LongBinGet, impossible, "read before it is written"),
        (b"]q\x01h\0.", 3, Opcode::BinGet, impossible, "read before it is written"),
        (b"]q\x01q\x01.", 3, Opcode::BinPut, rule, "a second time"),
        (b"Nq\x05]q\x05.", 4, Opcode::BinPut, rule, "a second time"),
        (b"Np-1\n.", 1, Opcode::Put, rule, "the memo key is negative"),
        (b"(K\0d.", 3, Opcode::Dict, rule, "a key has no value"),
        (b"}(K\0u.", 4, Opcode::SetItems, impossible, "a key has no value"),
        (b"\x8f(NNu.", 4, Opcode::SetItems, rule, "can't be added to like this"),
        (b"\x8fNa.", 2, Opcode::Append, rule, "can't be added to like this"),
        (b"](N\x90.", 3, Opcode::AddItems, rule, "can't be added to like this"),
        (b"}Na.", 2, Opcode::Append, rule, "can't be added to like this"),
        (b"NNa.", 2, Opcode::Append, impossible, "can't be added to like this"),
        (b"(tNNs.", 4, Opcode::SetItem, impossible, "can't be added to like this"),
        (b"N(e.", 2, Opcode::Appends, rule, "can't be added to like this"),
        (b"}Nb.", 2, Opcode::Build, rule, "can't have one"),
        (b"NNb.", 2, Opcode::Build, rule, "can't have one"),
        (b"N(NNtb.", 5, Opcode::Build, rule, "can't have one"),
        (b"N(NNNtb.", 6, Opcode::Build, impossible, "can't have one"),
        (b"N}b.", 2, Opcode::Build, rule, "can't have one"),
        (b"}(NNNtb.", 6, Opcode::Build, impossible, "can't have one"),
        (b"K\x01(K\0K\0db.", 8, Opcode::Build, impossible, "can't have one"),
        (b"\x82\0.", 0, Opcode::Ext1, rule, "not positive"),
        (b"\x83\0\0.", 0, Opcode::Ext2, rule, "not positive"),
        (b"\x84\xff\xff\xff\xff.", 0, Opcode::Ext4, rule, "not positive"),
        (b"Q.", 0, Opcode::BinPersId, impossible, "the stack is empty here"),
        (b"(N.", 2, Opcode::Stop, rule, "a mark is left"),
        (b"NNN.", 3, Opcode::Stop, rule, "3 values are on the stack at STOP, not one"),
        (b".", 0, Opcode::Stop, rule, "empty at STOP"),
        (b"\x80\x06N.", 0, Opcode::Proto, rule, "protocol 6 does not exist"),
        (b"\x80\x02\x80\x02N.", 2, Opcode::Proto, rule, "not at its start"),
        (b"\x80\x01\x86.", 2, Opcode::Tuple2, rule, "newer than protocol 1"),
        (b"\x80\0].", 2, Opcode::EmptyList, rule, "newer than protocol 0"),
        (b"\x80\x04\x95\x02\0\0\0\0\0\0\0NNN.", 14, Opcode::Stop, rule, "3 values"),
        (b"\x95\x03\0\0\0\0\0\0\0N.N", 10, Opcode::Stop, rule, "bytes are left in the frame"),
        (b"\x95\x04\0\0\0\0\0\0\0N.N", 10, Opcode::Stop, rule, "beyond the end of the file"),
        (b"\x95\xff\xff\xff\xff\xff\xff\xff\x7fN.", 10, Opcode::Stop, rule, "beyond the end of the file"),
        (b"\x95\0\0\0\0\0\0\0\x80N.", 0, Opcode::Frame, impossible, "more than Python can count"),
        (b"\x95\x02\0\0\0\0\0\0\0NK\0.", 10, Opcode::BinInt1, rule, "crosses the end of its frame"),
        (b"S'\n.", 0, Opcode::String, rule, "no matching quotes"),
    ];
    for &(stream, offset, opcode, breach, want) in cases {
        let error = load_by(stream, &mut NoInline).map(|_| ()).expect_err("refused");
        let got = (error.offset(), error.opcode(), error.breach(), error.kind());
        assert_eq!(got, (offset, Some(opcode), breach, ErrorKind::Malformed), "{stream:?}: {error}");
        assert!(error.to_string().contains(want), "{stream:?}: {error}");
    }
}

/// A download that was interrupted: the frame is longer than what is there of it.
#[test]
fn what_ends_inside_a_frame_is_cut_short() {
    for stream in [&b"\x80\x04\x95\x05\0\0\0\0\0\0\0N0"[..], b"\x80\x04\x95\x05\0\0\0\0\0\0\0\x8c\x05a"] {
        let error = load_by(stream, &mut NoInline).map(|_| ()).expect_err("refused");
        assert_eq!(error.breach(), Breach::CutShort, "{error}");
    }
}

#[test]
fn a_lenient_reading_goes_where_strict_ones_stop() {
    let cases: &[(&[u8], &str)] = &[
        (b"\x80\x02K\x01\x80\x02K\x02.", "PROTO inside, and two values at STOP"),
        (b"Nq\x05K\x02q\x050h\x05.", "a slot that is written twice"),
        (b"N\x94K\x02q\0\x94h\x01.", "MEMOIZE counts slots, not writes"),
        (b"\x80\x00K\x02.", "an opcode newer than the protocol"),
        (b"(K\x02.", "a mark that is left"),
    ];
    for &(stream, what) in cases {
        assert!(load_by(stream, &mut NoInline).is_err(), "{what}");
        let (mut heap, bytes, buffer) = heap_with(stream);
        let outcome = read_leniently(&mut heap, &bytes, buffer, &mut NoInline).expect(what);
        assert_eq!(outcome.root, Value::Int(2), "{what}");
    }
}

#[test]
fn frames_may_be_empty_and_follow_each_other() {
    const FRAME: &[u8] = b"\x95";
    let frame = |len: u64| [FRAME, &len.to_le_bytes()].concat();
    for parts in [
        &[&b"\x80\x04"[..], &frame(1), b"N", &frame(1), b"."][..],
        &[b"\x80\x04", &frame(0), b"N."],
        &[b"\x80\x04", &frame(0), &frame(2), b"N."],
        &[b"\x80\x04N", &frame(1), b"."],
    ] {
        assert_eq!(load(&parts.concat()).1, Value::None, "{parts:?}");
    }
}

#[test]
fn the_memo_may_have_holes_and_counts_what_was_written() {
    // by key: cPickle of Python 2 begins at 1, and PUT may write any free slot
    for stream in [
        &b"]q\x010]q\x02h\x01\x86."[..],
        b"]q\x010]q\0h\x01\x86.",
        b"]q\x050]q\0h\x05\x86.",
        b"]q\0q\x0a0]q\x01h\x0a\x86.",
    ] {
        let (heap, root) = load(stream);
        let Some(&[second, first]) = heap.as_tuple(root) else { panic!("no pair") };
        assert!(first != second && heap.as_list(first).is_some() && heap.as_list(second).is_some());
    }
    // by count: one slot was written, so MEMOIZE writes slot 1
    let (heap, root) = load(b"\x80\x04]q\x050]\x94h\x01h\x05\x87.");
    let Some(&[second, again, first]) = heap.as_tuple(root) else { panic!("no triple") };
    assert!(second == again && first != second);
    // values that are no nodes
    let (heap, root) = load(b"\x80\x04K\x07\x940K\x08\x940]\x940h\0h\x01h\x02\x87.");
    let Some(&[seven, eight, list]) = heap.as_tuple(root) else { panic!("no triple") };
    assert_eq!((seven, eight), (Value::Int(7), Value::Int(8)));
    assert!(heap.as_list(list).is_some());
    let error = load_by(b"\x80\x04]q\x01N\x94.", &mut NoInline).expect_err("slot 1 is written");
    assert_eq!((error.offset(), error.opcode()), (6, Some(Opcode::Memoize)));
}

#[test]
fn containers_are_told_apart_however_many_nodes_there_are() {
    // 70 lists, of which a known call takes one; then another grows
    let stream = |slot: u8| {
        let mut stream = vec![];
        for i in 0..70 {
            stream.extend([b']', b'q', i, b'0']);
        }
        stream.extend(b"cnumpy\ndtype\n");
        stream.extend([b'h', 68, 0x85, b'R', b'0', b'h', slot, b'N', b'a', b'.']);
        stream
    };
    for slot in 0..70 {
        let result = load_by(&stream(slot), &mut NoInline);
        assert_eq!(result.is_err(), slot == 68, "{slot}");
    }
}

#[test]
fn what_a_call_or_build_does_not_take_may_change() {
    for stream in [
        // a state's tuple of three is no pair of a dict and slots
        &b"cm\nC\n)\x81N}q\0N\x87bh\0NNs0."[..],
        // of a pair only dicts are taken
        b"cm\nC\n)\x81]q\0N\x86bh\0Na0.",
        // a tuple that is inside an argument
        b"cnumpy\ndtype\n]q\0\x85\x85Rh\0Na0.",
    ] {
        load(stream);
    }
    for stream in [
        &b"cnumpy\ndtype\nK\x05]q\0\x86Rh\0Na0."[..],
        b"cnumpy\ndtype\n]q\0Rh\0Na0.",
        b"\x80\x04cnumpy\ndtype\n)}\x94\x92h\0NNs0.",
        b"cm\nC\n)\x81}q\0N\x86bh\0NNs0.",
    ] {
        let error = load_by(stream, &mut NoInline).expect_err("it was taken");
        assert!(error.to_string().contains("is changed after"), "{stream:?}: {error}");
    }
}

#[test]
fn persistent_ids_and_extension_codes() {
    let (heap, root) = load(b"\x80\x02K\x07Q.");
    assert!(matches!(heap.node_of(root), Some(Node::Persistent(Value::Int(7)))));
    let (heap, root) = load(b"Pan id\n.");
    let Some(Node::Persistent(id)) = heap.node_of(root) else { panic!("no id") };
    assert_eq!(heap.as_str(id).as_deref(), Some("an id"));
    for (stream, code) in [
        (&b"\x80\x02\x82\xff."[..], 0xff),
        (b"\x80\x02\x83\xff\xff.", 0xffff),
        (b"\x80\x02\x84\xff\xff\xff\x7f.", 0x7fff_ffff),
        (b"\x80\x02\x82\x01.", 1),
    ] {
        let (heap, root) = load(stream);
        assert!(matches!(heap.node_of(root), Some(Node::Extension(got)) if got == code), "{code}");
    }
}

#[test]
fn each_way_to_call_gives_its_kind() {
    let cases: &[(&[u8], CallKind, usize)] = &[
        (b"cm\nC\nN\x85R.", CallKind::Reduce, 1),
        (b"cm\nC\nN\x85\x81.", CallKind::New, 1),
        (b"cm\nC\nN\x85}\x92.", CallKind::New, 1),
        (b"(cm\nC\nNNo.", CallKind::Instance, 2),
        (b"(NNim\nC\n.", CallKind::Instance, 2),
    ];
    for &(stream, kind, count) in cases {
        let (heap, root) = load(stream);
        let call = heap.call(root).expect("a call");
        assert_eq!(heap.global_name(call.callable), Some(("m", "C")), "{stream:?}");
        assert_eq!((call.kind, heap.as_tuple(call.args).map(<[_]>::len)), (kind, Some(count)), "{stream:?}");
    }
    let (heap, root) = load(b"cm\nC\nN\x85}(\x8c\x01kK\x07u\x92.");
    let kwargs = heap.as_dict(heap.attached(root).kwargs).expect("keyword arguments");
    assert_eq!(heap.lookup(kwargs, "k"), Some(Value::Int(7)));
}

#[test]
fn objects_hold_items_and_elements_like_containers() {
    let (heap, root) = load(b"cm\nC\n)RK\x01aK\x02K\x03s(K\x04K\x05u(K\x06e.");
    let attached = heap.attached(root);
    assert_eq!(heap.items(attached.items), [1, 6].map(Value::Int));
    assert_eq!(heap.items(attached.pairs), [2, 3, 4, 5].map(Value::Int));
}

#[test]
fn outcome_says_protocol_length_and_number_of_opcodes() {
    let (_, outcome) = load_by(b"\x80\x03NN0.", &mut NoInline).expect("a stream");
    assert_eq!((outcome.protocol, outcome.end, outcome.opcodes), (Some(3), 6, 5));
    let (_, outcome) = load_by(b"(lp0\n.", &mut NoInline).expect("a stream");
    assert_eq!((outcome.protocol, outcome.end, outcome.opcodes), (None, 6, 4));
    let (mut heap, bytes, buffer) = heap_with(b"junkN.more");
    let outcome = read_prefix(&mut heap, &bytes, buffer, 4, &mut NoInline).expect("a stream in the middle");
    assert_eq!((outcome.root, outcome.end, outcome.opcodes), (Value::None, 6, 2));
    let error = load_by(b"N.more", &mut NoInline).expect_err("it is not alone");
    assert_eq!((error.breach(), error.offset(), error.opcode()), (Breach::Trailing, 2, None));
    assert_eq!(error.into_message(), "4 bytes follow the end of the pickle");
}

/// Takes bytes behind each BUILD: as many as the first of them says.
struct Counted {
    nested: bool,
    seen: Vec<usize>,
}

impl Inline for Counted {
    fn built(&mut self, _: &mut Heap, _: Value, source: &Source<'_>) -> Result<Option<Taken>, Error> {
        let here = source.position;
        self.seen.push(here);
        match source.bytes[here] {
            0 => Ok(None),
            0xff => Err(Error::malformed(here, "no count").of_breach(Breach::CutShort)),
            count => Ok(Some(Taken {
                end: here + 1 + usize::from(count),
                nested: self.nested.then_some(here + 1),
            })),
        }
    }
}

fn counted() -> Counted {
    Counted { nested: false, seen: Vec::new() }
}

#[test]
fn bytes_behind_a_build_belong_to_its_object() {
    let mut inline = counted();
    let (heap, outcome) = load_by(b"cm\nC\n)\x81}b\x03...}b\x01..", &mut inline).expect("inline bytes");
    assert_eq!((inline.seen, outcome.end, outcome.opcodes), (vec![9, 15], 18, 8));
    assert_eq!(heap.items(heap.attached(outcome.root).states).len(), 2);
    let error = load_by(b"cm\nC\n)\x81}b\xff", &mut counted()).expect_err("as the reader says");
    assert_eq!((error.offset(), error.opcode(), error.breach()), (9, None, Breach::CutShort));
}

#[test]
fn bytes_of_an_array_stand_outside_of_frames() {
    let object = b"cm\nC\n)\x81}b";
    let framed = |len: u8, tail: &[u8]| {
        [&b"\x80\x04\x95"[..], &[len, 0, 0, 0, 0, 0, 0, 0], &object[..], tail].concat()
    };
    assert!(load_by(&framed(9, b"\x02xx."), &mut counted()).is_ok(), "the frame ends with BUILD");
    assert!(load_by(&[&object[..], b"\x02xx."].concat(), &mut counted()).is_ok(), "there is no frame");
    let behind = [b"\x80\x04\x95\x01\0\0\0\0\0\0\0N0", &object[..], b"\x02xx."].concat();
    assert!(load_by(&behind, &mut counted()).is_ok(), "the frame has ended before");
    for (len, tail) in [(10, &b"\x02xx."[..]), (13, b"\x02xx.")] {
        let error = load_by(&framed(len, tail), &mut counted()).expect_err("the frame goes on");
        assert_eq!((error.offset(), error.opcode()), (19, Some(Opcode::Build)));
        assert!(error.to_string().contains("begin inside a frame"), "{error}");
    }
}

/// Offset and name of each opcode, `+` before those of nested pickles; start and end of bytes that are no opcodes.
fn listing(stream: &[u8], inline: Counted) -> (Vec<String>, Option<Error>) {
    let (heap, bytes, buffer) = heap_with(stream);
    let mut lines = Vec::new();
    for item in Disassembly::new(heap, &bytes, buffer, 0, inline) {
        match item {
            Ok(Item::Op { op, nested }) => {
                lines.push(format!("{}{} {}", if nested { "+" } else { "" }, op.offset, op.opcode.name()));
            }
            Ok(Item::Inline { start, end }) => lines.push(format!("{start}..{end}")),
            Ok(_) => panic!("a new kind of item"),
            Err(error) => return (lines, Some(error)),
        }
    }
    (lines, None)
}

#[test]
fn a_disassembly_goes_through_arrays_and_nested_pickles() {
    let stream = b"Pid\n}b\x02N..";
    let plain = ["0 PERSID", "5 EMPTY_DICT", "6 BUILD", "7..10", "10 STOP"];
    let (lines, error) = listing(&[&b"Pid1\n"[..], &stream[4..]].concat(), counted());
    assert!(error.is_none());
    assert_eq!(lines, plain);
    let nested = ["0 PERSID", "5 EMPTY_DICT", "6 BUILD", "+8 NONE", "+9 STOP", "10 STOP"];
    let (lines, error) =
        listing(&[&b"Pid1\n"[..], &stream[4..]].concat(), Counted { nested: true, seen: vec![] });
    assert!(error.is_none());
    assert_eq!(lines, nested);
}

#[test]
fn a_disassembly_says_what_was_wrong_with_an_array_where_no_opcode_follows() {
    let (lines, error) = listing(b"Pid\n}b\xff", counted());
    assert_eq!(lines, ["0 PERSID", "4 EMPTY_DICT", "5 BUILD"]);
    let error = error.expect("the array");
    assert_eq!((error.offset(), error.into_message()), (6, "no count".to_owned()));
    // what is wrong with an opcode is not what ends the listing
    let (lines, error) = listing(b"0\xff", counted());
    assert_eq!(lines, ["0 POP"]);
    assert_eq!(error.expect("no opcode").into_message(), "0xff is not an opcode");
    let (lines, error) = listing(b"N.\xff", counted());
    assert_eq!((lines.len(), error.is_none()), (2, true), "nothing is listed behind STOP");
}

#[test]
fn errors_of_views_keep_their_kind() {
    let limit = LimitError { limit: cannery_object::Limit::DtypeDepth, allowed: 1, asked: 2 };
    let error = Error::limit(7, limit);
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Limit(limit), 7));
    assert_eq!(error.to_string(), format!("{limit} (byte 7)"));
    let view = |error: cannery_object::Error| Error::from_view(7, &error);
    assert_eq!(view(limit.into()).kind(), ErrorKind::Limit(limit));
    assert_eq!(view(cannery_object::Error::unsupported("x")).kind(), ErrorKind::Unsupported);
    let error = view(cannery_object::Error::malformed("x"));
    assert_eq!((error.kind(), error.to_string()), (ErrorKind::Malformed, "x (byte 7)".to_owned()));
    assert_eq!(Error::unsupported(1, "x").at(Opcode::Pop).at(Opcode::Dup).to_string(), "x (byte 1, POP)");
}
