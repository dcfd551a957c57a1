//! Arrays as numpy before 1.1 pickled them: another module, and states without names and without a version.

/// A pickle of protocol 2 of four int8, its dtype's state being these opcodes.
fn array(dtype_state: &[u8]) -> Vec<u8> {
    [
        &b"\x80\x02cnumpy.core._internal\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"[..],
        b"(K\x04\x85cnumpy\ndtype\nU\x02i1K\x00K\x01\x87R",
        dtype_state,
        b"bK\x00U\x04\x01\x02\xff\x04tb.",
    ]
    .concat()
}

#[test]
fn states_of_five_six_and_seven_items_are_read() {
    let states: [&[u8]; 3] = [
        b"(U\x01|NNJ\xff\xff\xff\xffJ\xff\xff\xff\xfft",
        b"(K\x01U\x01|NNJ\xff\xff\xff\xffJ\xff\xff\xff\xfft",
        b"(K\x02U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xfft",
    ];
    for state in states {
        let model = cannery::loads(&array(state)).expect("a pickle");
        let array = model.heap().ndarray(model.root()).expect("an array").expect("a sound one");
        assert_eq!(array.i64s().expect("integers")[..], [1, 2, -1, 4]);
    }
}

#[test]
fn other_states_are_no_arrays() {
    let model = cannery::loads(&array(b"(U\x01|Nt")).expect("a pickle");
    assert!(model.heap().ndarray(model.root()).expect("an array").is_err());
}
