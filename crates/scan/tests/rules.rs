//! Each rule by a small file that breaks it, and a like one that does not.

use std::io::Write;

use bytes::Bytes;
use cannery_format::NoCompanions;
use cannery_object::{Limit, Limits};
use cannery_scan::{Finding, Options, Policy, RULES, Report, Rule, Verdict, scan, scan_in_folder};

fn judged(bytes: &[u8]) -> Report {
    scan(&Bytes::copy_from_slice(bytes), &Options::default(), &mut NoCompanions)
}

/// The finding of a rule, which must be there.
fn found(bytes: &[u8], rule: Rule) -> Finding {
    let report = judged(bytes);
    let finding = report.findings.iter().find(|finding| finding.rule == rule);
    finding.unwrap_or_else(|| panic!("no {} in {:?}", rule.info().id, report.findings)).clone()
}

fn is_safe(bytes: &[u8]) {
    let report = judged(bytes);
    assert_eq!((report.verdict, &report.skipped), (Verdict::Safe, &None), "{:?}", report.findings);
}

const SYSTEM: &[u8] = b"cos\nsystem\n(S'id'\ntR.";
const SCALER: &str =
    "ccopy_reg\n_reconstructor\n(csklearn.preprocessing._data\nStandardScaler\nc__builtin__\nobject\nNtR";

/// A text pickle of a scaler with a state.
fn scaler(state: &str) -> Vec<u8> {
    format!("{SCALER}{state}b.").into_bytes()
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a new entry");
        writer.write_all(content).expect("to memory");
    }
    writer.finish().expect("to memory").into_inner()
}

#[test]
fn harmless_values_are_safe() {
    is_safe(b"\x80\x04]\x94(K\x01K\x02e.");
    is_safe(&scaler("(dS'copy'\nI01\ns"));
    is_safe(b"cnumpy\nexp\n.");
    is_safe(b"c_codecs\nencode\n(Vabc\nVlatin1\ntR.");
}

#[test]
fn names_that_do_harm() {
    let finding = found(SYSTEM, Rule::Gadget);
    assert_eq!(
        (finding.symbol.as_str(), finding.opcode, finding.offset),
        ("os.system", Some("REDUCE"), Some(19))
    );
    assert_eq!(finding.path.as_deref(), Some(""));
    found(b"cpkgutil\nresolve_name\n(S'os:system'\ntR.", Rule::Resolver);
    found(b"casyncio.unix_events\n_UnixSubprocessTransport\n.", Rule::SystemModule);
    found(b"\x80\x04\x8c\x16sklearn.datasets._base\x8c\x09os.system\x93.", Rule::DottedName);
    found(b"cnumpy\nload\n(S'x'\ntR.", Rule::LibraryGadget);
    found(b"c__main__\nf\n.", Rule::UnknownName);
    found(b"csklearn.svm\nf\n.", Rule::UnknownName);
}

#[test]
fn calls_whose_result_is_thrown_away_count() {
    let popped = [&b"cos\nsystem\n(S'id'\ntR0"[..], b"I1\n."].concat();
    let finding = found(&popped, Rule::Gadget);
    assert_eq!(finding.path, None, "nothing refers to it");
}

#[test]
fn names_through_dup_and_string_are_judged_and_said_to_be_hidden() {
    let bytes = b"\x80\x04U\x02osU\x06system\x93.";
    assert_eq!(found(bytes, Rule::Gadget).symbol, "os.system");
    assert_eq!(found(bytes, Rule::IndirectName).symbol, "os.system");
}

#[test]
fn known_names_used_in_unknown_ways() {
    for bytes in [
        &b"c_codecs\nencode\n(Vabc\nVzip\ntR."[..],
        b"cnumpy\nexp\n(I1\ntR.",
        b"(I1\nicollections\nOrderedDict\n.",
        b"ccollections\ndefaultdict\n(cnumpy\nexp\ntR.",
        b"cfunctools\npartial\n(ccopy_reg\n_reconstructor\ntR.",
        b"cnumpy.core\n_ufunc_reconstruct\n(S'foo'\nS'bar'\ntR.",
        b"cnumpy.random._pickle\n__randomstate_ctor\n(S'MT19937'\ncnumpy\nexp\ntR.",
        b"csklearn.neighbors._kd_tree\nnewObj\n(csklearn.svm._classes\nSVC\ntR.",
    ] {
        let finding = found(bytes, Rule::UnknownArguments);
        assert_eq!(finding.verdict, Verdict::Unknown);
    }
    assert_eq!(
        found(b"cnumpy.core\n_ufunc_reconstruct\n(S'os'\nS'system'\ntR.", Rule::Resolver).verdict,
        Verdict::Dangerous
    );
}

#[test]
fn known_classes_that_reach_files() {
    for bytes in [
        &b"csklearn.externals.joblib.memory\nMemory\n(S'/tmp'\nNI00\nI0\ntR."[..],
        b"(S'.'\nijoblib.memory\nMemory\n.",
        b"cnumpy\nmemmap\n(S'a'\ntR.",
        b"cfunctools\npartial\n(cnumpy\nmemmap\ntR.",
    ] {
        found(bytes, Rule::LibraryGadget);
    }
}

#[test]
fn names_that_are_kept_to_be_called() {
    for bytes in [
        &b"(lcnumpy\nmemmap\na."[..],
        b"(dcnumpy\nmemmap\nI1\ns.",
        b"(I1\n(I2\ncnumpy\nmemmap\ntt.",
        b"cbuiltins\nset\n((lcnumpy\nmemmap\natR.",
    ] {
        found(bytes, Rule::LibraryGadget);
    }
    found(b"(lcnumpy.core\n_ufunc_reconstruct\na.", Rule::Resolver);
    let finding = found(&scaler("(S'func'\nccopyreg\n__newobj__\nd"), Rule::UnknownArguments);
    assert_eq!((finding.symbol.as_str(), finding.path.as_deref()), ("copyreg.__newobj__", Some("func")));
    // a tuple that is the arguments of one call, and a value elsewhere
    found(b"(ccopy_reg\n_reconstructor\np0\n(cnumpy\nmemmap\nI1\ntp1\n0g1\nt.", Rule::LibraryGadget);
    is_safe(&scaler("(S'func'\ncsklearn.svm._classes\nSVC\nd"));
    is_safe(b"(lcnumpy\nfloat64\nacbuiltins\nint\nacnumpy\nexp\nacnumpy\nsum\na.");
}

#[test]
fn texts_that_name_methods() {
    found(&scaler("(S'stack_method_'\n(lS'tofile'\nad"), Rule::Smuggled);
    found(&scaler("(S'chain_method_'\nS'dump'\nd"), Rule::Smuggled);
    found(&scaler("(S'importance_getter'\nS'a.__class__'\nd"), Rule::Smuggled);
    is_safe(&scaler("(S'input'\nS'filename'\nd"));
    is_safe(&scaler("(S'stack_method_'\n(lS'predict_proba'\nad"));
}

#[test]
fn states_that_change_what_an_object_is() {
    found(&scaler("(dS'__class__'\ncnumpy\nexp\ns"), Rule::Smuggled);
    found(&scaler("(N(dS'__reduce__'\nI1\nst"), Rule::Smuggled);
    found(&scaler("(dS'copy'\nI01\nsb(d"), Rule::Smuggled);
    found(b"csklearn.preprocessing._data\nStandardScaler\n(dS'fit'\nI1\nsb.", Rule::Smuggled);
    found(&scaler("(dI1\nI1\ns"), Rule::UnknownArguments);
}

#[test]
fn calls_of_what_is_no_name() {
    found(b"I1\n)R.", Rule::UnknownCall);
}

#[test]
fn names_by_number_and_objects_by_id() {
    assert_eq!(found(b"\x80\x02\x82\x01.", Rule::ExtensionCode).opcode, Some("EXT1"));
    found(b"Pid\n.", Rule::PersistentId);
    found(b"\x80\x05\x97.", Rule::OutOfBandBuffer);
}

#[test]
fn streams_that_break_rules() {
    found(b"\x80\x04h\x07.", Rule::MalformedPickle);
    assert_eq!(found(b"\x80\x04]", Rule::CutShort).offset, Some(3));
    assert_eq!(found(b"\x80\x04].more", Rule::Trailing).offset, Some(4));
}

#[test]
fn what_stands_before_the_break_is_reported_too() {
    let broken = &SYSTEM[..SYSTEM.len() - 1];
    assert_eq!(found(broken, Rule::Gadget).symbol, "os.system");
    assert_eq!(judged(broken).verdict, Verdict::Malformed);
}

#[test]
fn containers() {
    let archive = zip(&[("a/model.pkl", SYSTEM), ("notes.txt", b"plain words")]);
    let finding = found(&archive, Rule::Gadget);
    assert_eq!(finding.part, ["a/model.pkl"]);
    let packed = zip(&[("inner.zip", &archive)]);
    assert_eq!(found(&packed, Rule::Gadget).part, ["inner.zip", "a/model.pkl"]);
    found(&[&archive[..], b"x"].concat(), Rule::Container);
    found(b"7z\xbc\xaf\x27\x1c\x00\x04", Rule::NotRead);
    let deep = (0..6).fold(SYSTEM.to_vec(), |inner, _| zip(&[("inner", &inner)]));
    found(&deep, Rule::NotRead);
    is_safe(&zip(&[("model.pkl", b"\x80\x04].")]));
}

#[test]
fn arrays_that_are_not_there() {
    let wrapper =
        b"ccopy_reg\n_reconstructor\n(cjoblib.numpy_pickle\nNDArrayWrapper\nc__builtin__\nobject\nNtR\
        (dS'filename'\nS'model.pkl_01.npy'\nsS'subclass'\ncnumpy\nndarray\nsb.";
    found(wrapper, Rule::MissingArray);
}

#[test]
fn pickles_inside_bytes() {
    let nested = [b"\x80\x04C", &[SYSTEM.len() as u8][..], SYSTEM, b"."].concat();
    assert_eq!(found(&nested, Rule::NestedPickle).verdict, Verdict::Dangerous);
    assert_eq!(found(&nested, Rule::Gadget).part, ["bytes"]);
    let length = &[SYSTEM.len() as u8][..];
    let inside = [b"\x80\x04}\x8c\x04data]C", length, SYSTEM, b"as."].concat();
    let outer = found(&inside, Rule::NestedPickle);
    assert_eq!((outer.path.as_deref(), outer.opcode), (Some("[\"data\"][0]"), Some("SHORT_BINBYTES")));
    let gadget = found(&inside, Rule::Gadget);
    assert_eq!((gadget.part, gadget.path), (vec!["bytes at [\"data\"][0]".to_owned()], Some(String::new())));
    is_safe(b"\x80\x04C\x04\x80\x04N..");
    // four bytes of an array: EXT2, and a break behind EXT1
    is_safe(b"\x80\x04C\x04\x83\x01\x02..");
    is_safe(b"\x80\x04C\x08K\x07\x82\x05\xff\x01\x02..");
    let by_number = b"\x80\x04C\x06\x80\x02\x83\x01\x02..";
    assert_eq!(found(by_number, Rule::NestedPickle).verdict, Verdict::Dangerous);
    is_safe(b"\x80\x04C\x05hello.");
}

#[test]
fn random_numbers_in_bytes_are_no_pickle() {
    let mut state = 1_u64;
    let mut byte = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    for (count, size) in [(40_000, 4), (40_000, 8), (20_000, 16), (10_000, 40), (4_000, 400), (2_000, 2_496)]
    {
        let mut pickle = b"\x80\x04(".to_vec();
        for _ in 0..count {
            pickle.extend([&b"B"[..], &(size as u32).to_le_bytes()].concat());
            pickle.extend((1..size).map(|_| byte()));
            pickle.push(b'.'); // as one in 256 ends
        }
        pickle.extend(b"l.");
        is_safe(&pickle);
    }
}

#[test]
fn bytes_that_are_over_a_limit_were_not_read() {
    let packed = zip(&[("zeros", &[0; 100_000])]);
    let bytes = [b"\x80\x04B", &(packed.len() as u32).to_le_bytes()[..], &packed, b"."].concat();
    is_safe(&bytes);
    let options = Options::default().limits(Limits::default().with(Limit::DecompressedBytes, 50_000));
    let report = scan(&Bytes::from(bytes), &options, &mut NoCompanions);
    assert!(report.findings.iter().any(|finding| finding.rule == Rule::OverLimit), "{:?}", report.findings);
}

#[test]
fn texts_that_are_executed() {
    let bytes = b"ccopy_reg\n_reconstructor\n(cscipy.stats._continuous_distns\nuniform_gen\nc__builtin__\nobject\nNtR\
        (dS'_parse_arg_template'\nS'import os'\nsb.";
    found(bytes, Rule::ExecutedText);
}

#[test]
fn structures_that_do_not_fit() {
    // a CSR matrix of two rows without arrays
    let bytes = b"ccopy_reg\n_reconstructor\n(cscipy.sparse._csr\ncsr_matrix\nc__builtin__\nobject\nNtR\
        (dS'_shape'\n(I2\nI2\ntsb.";
    found(bytes, Rule::Unsound);
}

#[test]
fn limits_are_named() {
    let options = Options::default().limits(Limits::default().with(Limit::NameBytes, 4));
    let report = scan(&Bytes::from_static(b"csklearn\nX\n."), &options, &mut NoCompanions);
    assert_eq!(report.findings[0].rule, Rule::OverLimit);
    assert!(report.findings[0].message.contains("--name-bytes"));
}

/// A pickle of protocol 2 of a tensor, as PyTorch writes it: its numbers are named by a persistent id.
const TENSOR: &[u8] =
    b"\x80\x02(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x03tQ.";

#[test]
fn models_of_other_frameworks_are_named_and_their_pickles_judged() {
    let model = |bytes: &[u8]| {
        let report = judged(bytes);
        assert_eq!(report.verdict, Verdict::Unknown, "{:?}", report.findings);
        found(bytes, Rule::OtherFramework).message
    };
    assert_eq!(model(b"CBM1...."), "this is a CatBoost model of its own format");
    assert_eq!(model(b"tree\nversion=v4\n"), "this is a LightGBM model in its text format");
    assert_eq!(model(b"{\"learner\":{}}"), "this is an XGBoost model in JSON");
    assert_eq!(model(b"{L\0\0\0\0\0\0\0\x07learner"), "this is an XGBoost model in UBJSON");
    assert_eq!(model(b"\x89HDF\r\n\x1a\n\0\0keras_version\0"), "this is a Keras model in HDF5");
    assert_eq!(model(&zip(&[("metadata.json", b"{}"), ("config.json", b"{}")])), "this is a Keras model");
    assert_eq!(
        model(&zip(&[
            ("archive/data.pkl", TENSOR),
            ("archive/version", b"3\n"),
            ("archive/data/0", b"\0\0\0\0")
        ])),
        "this is a PyTorch checkpoint"
    );
    let old = [
        &b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}q\x00."[..],
        TENSOR,
        b"\x80\x02]q\x00X\x01\0\0\x000a.\x03\0\0\0\0\0\0\0",
    ]
    .concat();
    assert_eq!(model(&old), "this is a PyTorch checkpoint of the format before 1.6");
}

#[test]
fn a_policy_ignores_nothing_in_the_pickles_of_other_frameworks() {
    let ignore = "ignore = ['other-framework', 'unknown-name']";
    let options = Options::default().policy(&Policy::from_toml(ignore).expect("a policy"));
    let judged = |bytes: &[u8]| scan(&Bytes::copy_from_slice(bytes), &options, &mut NoCompanions);
    assert_eq!(judged(b"CBM1....").verdict, Verdict::Safe);
    let report = judged(&zip(&[("archive/data.pkl", TENSOR)]));
    assert!(report.findings.iter().any(|finding| finding.symbol == "torch.FloatStorage"));
    let attack = judged(&zip(&[("archive/data.pkl", SYSTEM)]));
    assert_eq!((attack.verdict, attack.findings[0].rule), (Verdict::Dangerous, Rule::Gadget));
}

#[test]
fn a_dangerous_call_is_shown_and_comes_first() {
    let finding = found(b"cposix\nsystem\n(S'echo hi'\ntR.", Rule::Gadget);
    assert_eq!(finding.message, "calls posix.system('echo hi')");
    let report = judged(b"\x80\x04]cposix\nsystem\n(S'id'\ntR\x95\xff\0\0\0\0\0\0\0B\x10\0\0\0");
    let rules: Vec<Rule> = report.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!((rules, report.verdict), (vec![Rule::Gadget, Rule::CutShort], Verdict::Malformed));
    let by_value = b"\x80\x04(cposix\nsystem\n(S'id'\ntRcdill._dill\n_create_function\n(S'code'\ntRl.";
    let report = judged(by_value);
    let first = "a function carried by value (cloudpickle/dill): calls dill._dill._create_function";
    assert_eq!((&*report.findings[0].message, report.verdict), (first, Verdict::Dangerous));
}

#[test]
fn a_file_of_a_folder_is_judged_by_name_or_content() {
    let verdict = |name: &str, bytes: &[u8]| {
        let report =
            scan_in_folder(name, &Bytes::copy_from_slice(bytes), &Options::default(), &mut NoCompanions);
        if report.skipped.is_some() { "skipped" } else { report.verdict.as_str() }
    };
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let docx = zip(&[("[Content_Types].xml", b"<a/>"), ("word/document.xml", b"<b/>")]);
    let cases: &[(&str, &[u8], &str)] = &[
        ("plot.png", png, "skipped"),
        ("report.docx", &docx, "skipped"),
        ("conda.yaml", b"channels:\n- conda-forge\ndependencies:\n", "skipped"),
        ("Dockerfile", b"FROM python:3.12\n\nRUN pip install scikit-learn\n", "skipped"),
        ("LICENSE", b"Permission is hereby granted, free of charge, to any\nperson obtaining", "skipped"),
        ("train.csv", b"Item_Weight,Item_Fat_Content\n9.3,0\n", "skipped"),
        ("sensors.csv", b"Sensor-1,Sensor-2\n1.0,2.0\n", "skipped"),
        ("model.pkl.dvc", b"outs:\n- md5: a304\n  path: model.pkl\n", "skipped"),
        ("scan.sav", b"SR\0\x04....", "skipped"),
        ("models.zip", &zip(&[("README", b"Pandas\nand more"), ("m.pkl", SYSTEM)]), "dangerous"),
        ("texts.zip", &zip(&[("README", b"Pandas\nand more")]), "skipped"),
        ("model.pkl", b"version https://git-lfs.github.com/spec/v1\n", "malformed"),
        ("model.pkl", b"", "malformed"),
        ("model.sav", b"<!DOCTYPE html>", "malformed"),
        ("model.bin", b"\x80\x04N.", "safe"),
        ("LICENSE", SYSTEM, "dangerous"),
        ("LICENSE", &SYSTEM[..SYSTEM.len() - 1], "malformed"),
        ("weights", b"CBM1", "unknown"),
    ];
    for &(name, bytes, want) in cases {
        assert_eq!(verdict(name, bytes), want, "{name} {:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn what_is_no_model_is_skipped_and_never_safe() {
    for bytes in [
        &b""[..],
        b"plain words, no model",
        b"\x7fELF....",
        b"import os\nos.system('x')\n",
        b"col a,col b\n1,2\n",
        b"class A:\n    pass\n",
    ] {
        let report = judged(bytes);
        assert!(report.skipped.is_some(), "{bytes:?} {:?}", report.findings);
        assert_eq!(report.verdict, Verdict::Malformed, "{bytes:?}");
    }
}

#[test]
fn a_payload_behind_what_only_this_parser_refuses_is_not_skipped() {
    let twice = [&b"I1\np0\nI2\np0\n0"[..], SYSTEM].concat();
    let report = judged(&twice);
    assert_eq!((report.verdict, report.skipped), (Verdict::Malformed, None));
    let gguf = [&b"GGUF12345 0"[..9], b"0", SYSTEM].concat();
    assert_eq!(found(&gguf, Rule::Gadget).symbol, "os.system");
    let tensors = [&b"X\x06\0\0\0\0\0\0{\"a0"[..], SYSTEM].concat();
    assert_eq!(found(&tensors, Rule::Gadget).symbol, "os.system");
}

#[test]
fn a_policy_allows_exact_names() {
    let policy = Policy::from_toml("allow = ['my_package.Cleaner']").expect("a policy");
    let options = Options::default().policy(&policy);
    let judged = |bytes: &'static [u8]| scan(&Bytes::from_static(bytes), &options, &mut NoCompanions).verdict;
    assert_eq!(judged(b"cmy_package\nCleaner\n(tR."), Verdict::Safe);
    assert_eq!(judged(b"cmy_package\nCleaner2\n(tR."), Verdict::Unknown);
    assert_eq!(judged(b"cmy_package\nCleaner\n(cos\nsystem\ntR."), Verdict::Dangerous);
    assert_eq!(judged(b"cmy_package\nCleaner\n(tR(dS'__class__'\nI1\nsb."), Verdict::Dangerous);
}

#[test]
fn a_memo_bomb_is_judged_without_unfolding_it() {
    // sixty lists, each holding the one before ten times: 10^60 paths
    let mut bomb = b"\x80\x02]q\x00cos\nsystem\na".to_vec();
    for level in 1..60_u8 {
        bomb.extend([b']', b'q', level, b'(']);
        bomb.extend([b'h', level - 1].repeat(10));
        bomb.push(b'e');
    }
    bomb.push(b'.');
    assert_eq!(found(&bomb, Rule::Gadget).symbol, "os.system");
}

#[test]
fn many_objects_with_one_state_are_judged_in_bounded_time() {
    let keys: String = (0..20_000).map(|i| format!("S'k{i}'\nI1\ns")).collect();
    let mut bytes = format!("(d{keys}p0\n0(").into_bytes();
    for _ in 0..20_000 {
        bytes.extend(format!("{SCALER}g0\nb").bytes());
    }
    bytes.extend(b"l.");
    let start = std::time::Instant::now();
    assert!(judged(&bytes).findings.iter().any(|finding| finding.rule == Rule::OverLimit));
    assert!(start.elapsed() < std::time::Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn every_rule_has_a_case_here() {
    let text = include_str!("rules.rs");
    for info in RULES.iter().filter(|info| info.rule != Rule::Unreadable) {
        assert!(text.contains(&format!("Rule::{:?}", info.rule)), "{}", info.id);
    }
}
