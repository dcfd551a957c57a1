//! The machine on streams written by hand: what is read, and what is refused, where and why.

use std::time::Instant;

use bytes::Bytes;
use cannery_object::{CallKind, Heap, Limit, Limits, Node, Value};
use cannery_pickle::{Disassembly, ErrorKind, Item, NoInline, Outcome, read};

fn load_with(limits: Limits, stream: &[u8]) -> Result<(Heap, Outcome), cannery_pickle::Error> {
    let bytes = Bytes::copy_from_slice(stream);
    let mut heap = Heap::new(limits);
    heap.budget_mut().spend_input(bytes.len() as u64).expect("tests are small");
    let buffer = heap.add_buffer(bytes.clone()).expect("tests are small");
    let outcome = read(&mut heap, &bytes, buffer, 0, &mut NoInline)?;
    Ok((heap, outcome))
}

fn load(stream: &[u8]) -> (Heap, Value) {
    let (heap, outcome) = load_with(Limits::default(), stream).expect("a good stream");
    (heap, outcome.root)
}

fn refusal(stream: &[u8]) -> String {
    load_with(Limits::default(), stream).expect_err("a bad stream").to_string()
}

#[test]
fn marks_and_what_is_on_the_stack_are_accounted_for() {
    let small = Limits::default().with(Limit::MemorySlack, 0).with(Limit::MemoryFactor, 3);
    for opcode in *b"(N" {
        let stream = vec![opcode; 10_000];
        let error = load_with(small.clone(), &stream).expect_err("four bytes each, or more");
        assert!(matches!(error.kind(), ErrorKind::Limit(hit) if hit.limit == Limit::MemoryFactor), "{error}");
        let enough = small.clone().with(Limit::MemoryFactor, 20);
        assert!(!matches!(load_with(enough, &stream).expect_err("no STOP").kind(), ErrorKind::Limit(_)));
    }
}

#[test]
fn pop_takes_one_value_or_one_mark() {
    for stream in [&b"K\x07N0."[..], b"K\x07(0.", b"(K\x07N1K\x07."] {
        let (_, root) = load(stream);
        assert_eq!(root, Value::Int(7), "{stream:?}");
    }
    for stream in [&b"0."[..], b"N0.", b"1.", b"N1."] {
        assert!(load_with(Limits::default(), stream).is_err(), "{stream:?}");
    }
}

#[test]
fn scalars_of_every_protocol() {
    let ints: &[(&[u8], i64)] = &[
        (b"I42\n.", 42),
        (b"L-5L\n.", -5),
        (b"J\xff\xff\xff\xff.", -1),
        (b"K\xff.", 255),
        (b"M\x00\x01.", 256),
        (b"\x80\x02\x8a\x00.", 0),
        (b"\x80\x02\x8a\x01\xff.", -1),
        (b"\x80\x02\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x80\xff.", i64::MIN),
        (b"\x80\x02\x8b\x02\x00\x00\x00\x00\x01.", 256),
    ];
    for (stream, want) in ints {
        let (heap, root) = load(stream);
        assert_eq!(heap.as_int(root), Some(*want), "{stream:?}");
    }
    assert_eq!(load(b"I01\n.").1, Value::Bool(true));
    assert_eq!(load(b"\x80\x02\x89.").1, Value::Bool(false));
    let (heap, root) = load(b"F-1.5e3\n.");
    assert_eq!(heap.as_float(root), Some(-1500.0));
    let (heap, root) = load(b"G\x3f\xf8\x00\x00\x00\x00\x00\x00.");
    assert_eq!(heap.as_float(root), Some(1.5));
}

#[test]
fn bytes_of_every_kind_are_nodes_of_their_own() {
    type IsKind = fn(&Node) -> bool;
    let cases: &[(&[u8], IsKind)] = &[
        (b"\x80\x05C\x01a.", |node| matches!(node, Node::Bytes(_))),
        (b"\x80\x05B\x01\0\0\0a.", |node| matches!(node, Node::Bytes(_))),
        (b"\x80\x05\x8e\x01\0\0\0\0\0\0\0a.", |node| matches!(node, Node::Bytes(_))),
        (b"\x80\x05\x96\x01\0\0\0\0\0\0\0a.", |node| matches!(node, Node::ByteArray(_))),
        (b"U\x01a.", |node| matches!(node, Node::Str8(_))),
        (b"T\x01\0\0\0a.", |node| matches!(node, Node::Str8(_))),
    ];
    for (stream, is_kind) in cases {
        let (heap, root) = load(stream);
        assert!(heap.node_of(root).is_some_and(|node| is_kind(&node)), "{stream:?}");
        assert_eq!(heap.as_bytes(root), Some(&b"a"[..]));
    }
}

#[test]
fn containers_hold_what_is_above_the_mark() {
    let (one, two) = (Value::Int(1), Value::Int(2));
    for stream in [&b"(K\x01K\x02l."[..], b"](K\x01K\x02e.", b"]K\x01aK\x02a."] {
        let (heap, root) = load(stream);
        assert_eq!(heap.as_list(root), Some(&[one, two][..]), "{stream:?}");
    }
    for stream in [&b"(K\x01K\x02t."[..], b"\x80\x02K\x01K\x02\x86."] {
        let (heap, root) = load(stream);
        assert_eq!(heap.as_sequence(root), Some(&[one, two][..]), "{stream:?}");
    }
    for stream in [&b"(K\x01K\x02d."[..], b"}(K\x01K\x02u.", b"}K\x01K\x02s."] {
        let (heap, root) = load(stream);
        assert_eq!(heap.as_dict(root), Some(&[one, two][..]), "{stream:?}");
    }
    for stream in
        [&b"(K\x01d."[..], b"}(K\x01u.", b"K\x01K\x02d.", b"K\x01K\x02t.", b"(K\x01K\x02e.", b"}K\x01s."]
    {
        assert!(load_with(Limits::default(), stream).is_err(), "{stream:?}");
    }
}

#[test]
fn integers_beyond_64_bits_keep_their_bytes() {
    let (heap, root) = load(b"\x80\x02\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x80\x00.");
    let Some(Node::BigInt(blob)) = heap.node_of(root) else { panic!("not big") };
    assert_eq!(heap.bytes(blob), [0, 0, 0, 0, 0, 0, 0, 0x80, 0]);
}

#[test]
fn texts() {
    let texts: &[(&[u8], &str)] = &[
        (b"S'it\\'s'\n.", "it's"),
        (b"U\x03caf.", "caf"),
        (b"T\x04\x00\x00\x00caf\xe9.", "café"),
        (b"Vcaf\\u00e9\n.", "café"),
        (b"X\x05\x00\x00\x00caf\xc3\xa9.", "café"),
    ];
    for (stream, want) in texts {
        let (heap, root) = load(stream);
        assert_eq!(heap.as_str(root).as_deref(), Some(*want), "{stream:?}");
    }
}

#[test]
fn sharing_and_cycles_are_kept() {
    let (heap, root) = load(b"]q\x00(h\x00h\x00e.");
    assert_eq!(heap.as_list(root), Some(&[root, root][..]));
}

#[test]
fn calls_are_nodes() {
    let (heap, root) = load(b"cos\nsystem\n(S'id'\ntR.");
    let call = heap.call(root).expect("a call");
    assert_eq!(call.kind, CallKind::Reduce);
    assert_eq!(heap.global_name(call.callable), Some(("os", "system")));
    let (heap, root) = load(b"(S'id'\nios\nsystem\n.");
    assert_eq!(heap.call(root).expect("a call").kind, CallKind::Instance);
    let (heap, root) = load(b"(cos\nsystem\nS'id'\no.");
    assert_eq!(heap.object(root).expect("an object").class(), ("os", "system"));
    let (heap, root) = load(b"\x80\x04cm\nC\n)}\x92}b.");
    assert_eq!(heap.as_dict(heap.attached(root).kwargs), Some(&[][..]));
    assert_eq!(heap.items(heap.attached(root).states).len(), 1);
}

#[test]
fn dotted_names_ids_and_extensions_are_inert_values() {
    let (heap, root) = load(b"\x80\x04\x8c\x01m\x8c\x09os.system\x93.");
    assert_eq!(heap.global_name(root), Some(("m", "os.system")));
    let (heap, root) = load(b"\x80\x04U\x02osU\x06system\x93.");
    assert_eq!(heap.global_name(root), Some(("os", "system")));
    assert!(load_with(Limits::default(), b"\x80\x04U\x02\xc3\xa9U\x01n\x93.").is_err(), "which text is it?");
    let (heap, root) = load(b"Pspam\n.");
    assert!(matches!(heap.node_of(root), Some(Node::Persistent(_))));
    let (heap, root) = load(b"\x80\x02\x82\x07.");
    assert!(matches!(heap.node_of(root), Some(Node::Extension(7))));
}

/// Objects that are keys or members of what they were made of.
#[test]
fn arguments_of_names_that_are_not_known_may_change() {
    load(b"cm\nC\n}q\0\x85Rh\0(NNu0.");
    let (heap, set) = load(b"\x80\x04\x8f\x94(cm\nC\nh\0\x85R\x90.");
    assert!(matches!(heap.node_of(set), Some(Node::Set(items)) if heap.items(items).len() == 1));
}

#[test]
fn states_where_unpicklers_differ_are_refused() {
    let cases: &[(&[u8], &str)] = &[
        (b"\x80\x04\x95\x04\x00\x00\x00\x00\x00\x00\x00K\x01.N", "left in the frame"),
        (b"\x80\x04\x95\x01\x00\x00\x00\x00\x00\x00\x00K\x01.", "crosses the end of its frame"),
        (b"\x80\x04\x95\xff\x00\x00\x00\x00\x00\x00\x00K\x01.", "beyond the end of the file"),
        (
            b"\x80\x04\x95\x0c\x00\x00\x00\x00\x00\x00\x00\x95\x02\x00\x00\x00\x00\x00\x00\x00K\x01.",
            "inside a frame",
        ),
        (b"h\x00.", "read before it is written"),
        (b"Nq\x00q\x00.", "a second time"),
        (b"N.N.", "2 bytes follow the end"),
        (b"N", "ends before STOP"),
        (b"N\x80\x02.", "not at its start"),
        (b"(N.", "mark is left"),
        (b"NN.", "2 values"),
        (b".", "empty at STOP"),
        (b"N(\x85.", "below a mark"),
        (b"\x80\x02\x8c\x01a.", "newer than protocol 2"),
        (b"\x80\x06N.", "protocol 6 does not exist"),
        (b"\xff", "not an opcode"),
        (b"]Nb.", "can't have one"),
        (b"NNNs.", "can't be added to"),
        (b"](K\0Nu.", "can't be added to"),
        (b"\x96\x01\0\0\0\0\0\0\0aK\0a.", "can't be added to"),
        (b"}(Nu.", "a key has no value"),
        (b"p1\r\n.", "CR LF"),
        (b"cos\r\nsystem\r\n.", "CR LF"),
        (b"c\nlog\n.", "is empty"),
        (b"\x8c\x00\x8c\x03log\x93.", "is empty"),
        (b"S'\n.", "no matching quotes"),
        (b"Np-1\n.", "memo key is negative"),
        (b"NaN.", "stack is empty"),
        (b"cm\nC\n)\x81}q\0bh\0NNs0.", "is changed after"),
        (b"cm\nC\n)\x81N}q\0\x86bh\0NNs0.", "is changed after"),
        (b"cnumpy\ndtype\n]q\0\x85Rh\0Na0.", "is changed after"),
        (b"(cnumpy\ndtype\n]q\0oh\0Na0.", "is changed after"),
        (b"(]q\0inumpy\ndtype\nh\0(Ne0.", "is changed after"),
        (b"cnumpy\ndtype\n)}q\0\x92h\0(NNu0.", "is changed after"),
        (b"I+1\n.", "readers differ on"),
        (b"I066713\n.", "readers differ on"),
        (b"L 7L\n.", "readers differ on"),
        (b"F1.5 \n.", "readers differ on"),
        (b"F1e400\n.", "readers differ on"),
    ];
    for (stream, want) in cases {
        let message = refusal(stream);
        assert!(message.contains(want), "{stream:?}: {message}");
    }
}

#[test]
fn out_of_band_buffers_are_refused_by_name() {
    let error = load_with(Limits::default(), b"\x80\x05\x97.").expect_err("no buffer is given");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("NEXT_BUFFER"));
}

#[test]
fn claims_allocate_nothing() {
    for stream in [
        &b"\x80\x04\x8e\x00\x00\x00\x00\x00\x00\x00\x40."[..],
        b"\x80\x02\x8b\xff\xff\xff\x7f.",
        b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xff.",
        b"B\xff\xff\xff\xffN.",
        b"T\xff\xff\xff\xff.",
    ] {
        assert!(load_with(Limits::default(), stream).is_err(), "{stream:?}");
    }
}

#[test]
fn a_sparse_memo_costs_an_entry_not_a_table() {
    let (heap, root) = load(b"Nr\xff\xff\xff\xffj\xff\xff\xff\xff\x86.");
    assert_eq!(heap.as_tuple(root).map(<[_]>::len), Some(2));
    assert!(heap.budget().memory_used() < 10_000);
}

#[test]
fn each_limit_is_named_when_hit() {
    let digits = [&b"L"[..], &[b'1'; 5000], b"L\n."].concat();
    let cases: &[(&[u8], Limit)] = &[(&digits, Limit::IntDigits), (b"cmodule\nname\n.", Limit::NameBytes)];
    for (stream, limit) in cases {
        let limits = Limits::default().with(Limit::NameBytes, 3);
        let error = load_with(limits, stream).expect_err("over the limit");
        assert!(matches!(error.kind(), ErrorKind::Limit(hit) if hit.limit == *limit), "{error}");
    }
}

#[test]
fn two_million_nested_tuples_are_read_and_dropped_without_recursion() {
    let stream = [&b"\x80\x02)"[..], &vec![0x85; 2_000_000], b"."].concat();
    let start = Instant::now();
    let (heap, root) = load(&stream);
    assert_eq!(heap.node_count(), 2_000_001);
    assert_eq!(heap.as_tuple(root).map(<[_]>::len), Some(1));
    drop(heap);
    println!("{:?}", start.elapsed());
}

#[test]
fn memory_of_a_flood_of_marks_is_bounded() {
    let stream = vec![b'('; 2_000_000];
    assert!(refusal(&stream).contains("before STOP"));
}

#[test]
fn disassembly_goes_on_where_the_stack_does_not_work_out() {
    let bytes = Bytes::from_static(b"\x80\x020K\x05.");
    let mut heap = Heap::new(Limits::default());
    let buffer = heap.add_buffer(bytes.clone()).expect("tests are small");
    let names: Vec<_> = Disassembly::new(heap, &bytes, buffer, 0, NoInline)
        .map(|item| match item.expect("decodes") {
            Item::Op { op, .. } => (op.offset, op.opcode.name()),
            _ => panic!("no arrays here"),
        })
        .collect();
    assert_eq!(names, [(0, "PROTO"), (2, "POP"), (3, "BININT1"), (5, "STOP")]);
}

#[test]
fn a_state_setter_is_kept_with_the_object_that_it_is_called_on() {
    // make(), then set(object, 7), whose result is thrown away: what cloudpickle writes for a function
    let (heap, root) = load(b"\x80\x02cm\nmake\n)Rq\x00cm\nset\nh\x00K\x07\x86R0.");
    let [setter] = heap.items(heap.attached(root).setters) else { panic!("the setter is lost") };
    let call = heap.call(*setter).expect("a call");
    assert_eq!(heap.global_name(call.callable), Some(("m", "set")));
    assert_eq!(heap.as_tuple(call.args), Some(&[root, Value::Int(7)][..]));
    assert!(heap.children(root).any(|child| child == *setter));
    // of another object, and in the memo: what an object that holds itself leaves
    for stream in [
        &b"\x80\x02cm\nmake\n)Rq\x00cm\nset\nNK\x07\x86R0."[..],
        b"\x80\x02cm\nmake\n)Rq\x00cm\nset\nh\x00K\x07\x86Rq\x010.",
    ] {
        let (heap, root) = load(stream);
        assert!(heap.attached(root).setters.is_empty(), "{stream:?}");
    }
}
