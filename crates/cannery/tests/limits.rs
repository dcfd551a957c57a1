//! What hostile files may cost: every limit is hit by a small file and named, claims allocate nothing, and what is
//! short in the file stays short and fast everywhere.

use std::io::Write;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cannery::scan::{Rule, Scan, Scanned, Verdict, scan_bytes};
use cannery::{Error, LIMITS, Limit, Limits, Listing, Model, Options};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Tests measure the memory of the whole process, so they take turns.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// The most memory that `work` had at one time.
fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let result = work();
    (result, MEMORY.peak_usage().saturating_sub(before))
}

fn loads(bytes: &[u8], limits: Limits) -> Result<Model, Error> {
    Options::default().limits(limits).loads(bytes)
}

#[test]
fn every_limit_is_hit_and_named() {
    let _turn = turn();
    for info in LIMITS {
        let (bytes, limits) = file_over(info.limit);
        let error = loads(&bytes, limits).expect_err(info.name);
        assert_eq!(error.kind(), "limit", "{}: {error}", info.name);
        let hit = error.limit().map(|hit| hit.limit);
        assert_eq!(hit, Some(named(info.limit)), "{}: {error}", info.name);
        let said = LIMITS.iter().find(|other| Some(other.limit) == hit).map_or("", |other| other.name);
        assert!(error.message().contains(said), "{}: {error}", info.name);
        assert!(bytes.len() < 2 * MIB, "{} takes a file of {} bytes", info.name, bytes.len());
    }
}

/// Two limits say from where on another one counts, which is the one that errors name.
fn named(limit: Limit) -> Limit {
    match limit {
        Limit::RatioFrom => Limit::Ratio,
        Limit::MemorySlack => Limit::MemoryFactor,
        other => other,
    }
}

/// A file that is over one limit, and the limits to read it with: the defaults where a small file is over them.
fn file_over(limit: Limit) -> (Vec<u8>, Limits) {
    let default = Limits::default();
    match limit {
        Limit::InputBytes => (pickle(b"N"), default.with(limit, 3)),
        Limit::DecompressedBytes => (gzip(&list_of_nones(2000)), default.with(limit, 1000)),
        Limit::Ratio => (gzip(&vec![0; 4 * MIB]), default.with(limit, 100).with(Limit::RatioFrom, 1 << 20)),
        Limit::RatioFrom => (gzip(&gzip(&vec![0; 4 * MIB])), default.with(limit, 1 << 20)),
        Limit::MemoryFactor => {
            (empty_lists(10_000), default.with(limit, 1).with(Limit::MemorySlack, 1 << 10))
        }
        Limit::MemorySlack => (empty_lists(10_000), default.with(limit, 1 << 10)),
        Limit::DictionaryBytes => (lzma_header(1 << 30), default),
        Limit::LineBytes => (pickle(&[b"c", &vec![b'a'; MIB + 1][..], b"\nb\n"].concat()), default),
        Limit::NameBytes => (pickle(&[b"c", &[b'a'; 257][..], b"\nb\n"].concat()), default),
        Limit::IntDigits => (pickle(&[b"L", &[b'7'; 4301][..], b"L\n"].concat()), default),
        Limit::IntBytes => (pickle(&[b"\x8b\x01\x00\x01\x00", &[7; 65_537][..]].concat()), default),
        Limit::ZipEntries => (zip(&[("a", b"1"), ("b", b"2"), ("c", b"3")]), default.with(limit, 2)),
        Limit::PathBytes => (zip(&[(&"a/".repeat(600), b"1")]), default),
        Limit::JsonDepth => {
            let schema = ["{\"content\":".repeat(513), "0".into(), "}".repeat(513)].concat();
            (zip(&[("schema.json", schema.as_bytes())]), default)
        }
        Limit::DtypeDepth => {
            let dtype = ["[('a', ".repeat(33), "'<f8'".into(), ")]".repeat(33)].concat();
            (npy(1, &header(&dtype, "(1,)"), &[0; 8]), default)
        }
        Limit::WrapDepth => (gzip(&gzip(&gzip(&gzip(&pickle(b"N"))))), default),
        other => panic!("{other:?} is new: give a file that is over it"),
    }
}

#[test]
fn defaults_let_small_honest_files_through() {
    let _turn = turn();
    for bytes in
        [list_of_nones(2000), gzip(&list_of_nones(2000)), gzip(&gzip(&pickle(b"N"))), empty_lists(10_000)]
    {
        loads(&bytes, Limits::default()).expect("an honest file");
    }
}

/// Bytes that claim much and hold little.
fn claims() -> Vec<(&'static str, Vec<u8>)> {
    let f8 = |shape: &str, data: &[u8]| npy(1, &header("'<f8'", shape), data);
    vec![
        ("LONG4 of 2 GiB", pickle(b"\x8b\xff\xff\xff\x7f\x01")),
        ("LONG4 of a negative length", pickle(b"\x8b\xff\xff\xff\xff\x01")),
        ("BINBYTES of 4 GiB", pickle(b"B\xff\xff\xff\xffa")),
        ("BINBYTES8 of 2^62", pickle(b"\x8e\0\0\0\0\0\0\0\x40a")),
        ("BINUNICODE8 of 2^63", pickle(b"\x8d\0\0\0\0\0\0\0\x80a")),
        ("BYTEARRAY8 of 2^64 - 1", pickle(b"\x96\xff\xff\xff\xff\xff\xff\xff\xffa")),
        ("BINSTRING of 2 GiB", b"T\xff\xff\xff\x7fa.".to_vec()),
        ("FRAME of 2^63", pickle(b"\x95\0\0\0\0\0\0\0\x80N")),
        ("FRAME of 2^40", pickle(b"\x95\0\0\0\0\0\x01\0\0N")),
        ("INT of 2 million digits", pickle(&[b"I", &vec![b'9'; 2_000_000][..], b"\n"].concat())),
        ("FLOAT of 2 million digits", pickle(&[b"F", &vec![b'9'; 2_000_000][..], b"\n"].concat())),
        ("PUT of 2 million digits", pickle(&[b"Np", &vec![b'1'; 2_000_000][..], b"\n"].concat())),
        ("text of 2 million digits", pickle(&[b"L", &vec![b'9'; 2_000_000][..], b"L\n"].concat())),
        ("npy of shape 2^31 by 2^31", f8("(2147483648, 2147483648)", &[0; 8])),
        ("npy of negative shape", f8("(-1,)", &[0; 8])),
        ("npy of nothing times much", f8("(0, 9223372036854775807, 9223372036854775807)", &[])),
        ("npy of elements of 2^31 bytes", npy(1, &header("'|V2147483647'", "(3,)"), &[0; 8])),
        ("npy header of 4 GiB", b"\x93NUMPY\x02\x00\xff\xff\xff\xff{'descr'".to_vec()),
        ("npy header that calls", npy(1, "__import__('os').getcwd()\n", &[0; 8])),
        ("joblib array of 1 TiB", wrapper("J\0\0\0\x02J\0\x10\0\0", 1, &[0; 64])),
        ("joblib array of 2^120 bytes", wrapper("\u{8a}", 1, &[0; 64])),
        ("joblib padding of 255", wrapper("K\x01", 254, &[255; 300])),
        ("joblib padding beyond the end", wrapper("K\x01", 16, &[200])),
        ("lzma dictionary of 4 GiB - 1", lzma_header(u32::MAX)),
        ("lzma dictionary of 1.5 GiB", lzma_header(0x6000_0000)),
        ("xz dictionary of 4 GiB - 1", xz_header(40)),
        ("xz dictionary of 1.5 GiB", xz_header(37)),
        ("joblib array of nothing times 2^90 bytes", wrapper("K\0J\0\0\0@J\0\0\0@J\0\0\0@", 1, &[0; 64])),
        ("npy header of nested brackets", npy(1, &header(&"[".repeat(60_000), "(1,)"), &[0; 8])),
        (
            "npy object array of a claimed list",
            npy(1, &header("'|O'", "(1,)"), b"\x80\x04(B\xff\xff\xff\xffl."),
        ),
        ("zfile of 2^63 bytes", [&b"ZF0x7fffffffffffffff "[..], b" ", &zlib(&pickle(b"N"))].concat()),
        ("zip of 65535 entries", b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0".to_vec()),
        ("zip entry of 4 GiB", claim_in_zip()),
        ("lz4 block of 4 MiB", b"\x04\x22\x4d\x18\x60\x70\x73\xff\xff\xff\x7f\0\0\0\0".to_vec()),
    ]
}

#[test]
fn claims_are_refused_and_allocate_nothing() {
    let _turn = turn();
    for (name, bytes) in claims() {
        let (result, memory) = peak(|| loads(&bytes, Limits::default()).map(drop));
        let error = result.expect_err(name);
        assert!(matches!(error.kind(), "malformed" | "limit" | "unsupported"), "{name}: {error}");
        // room for a copy of the input, and for the first chunk of a decoder with its window
        let allowed = 4 * bytes.len() + MIB;
        assert!(memory <= allowed, "{name} takes {memory} bytes of memory: {error}");
    }
}

#[test]
fn a_sparse_memo_key_costs_an_entry_not_its_value() {
    let _turn = turn();
    let bytes = pickle(b"Nr\xff\xff\xff\xff0j\xff\xff\xff\xff");
    let (result, memory) = peak(|| loads(&bytes, Limits::default()).map(drop));
    assert!(result.is_ok() && memory < 64 * KIB, "{result:?}, {memory} bytes");
}

#[test]
fn bombs_stop_at_the_ratio() {
    let _turn = turn();
    let from = 8 * MIB;
    let limits = Limits::default().with(Limit::RatioFrom, from as u64).with(Limit::Ratio, 100);
    let zeros = vec![0; 64 * MIB];
    let bombs = [
        ("zlib", zlib(&zeros)),
        ("gzip", gzip(&zeros)),
        ("gzip twice", gzip(&gzip(&zeros))),
        ("bzip2", bzip2(&zeros)),
        ("xz", xz(&zeros)),
        ("lzma", lzma(&zeros)),
        ("zfile", [format!("ZF{:<19}", format!("{:#x}", zeros.len())).as_bytes(), &zlib(&zeros)].concat()),
        ("lz4", lz4(&zeros)),
        ("gzip in xz", xz(&gzip(&zeros))),
    ];
    drop(zeros);
    for (name, bytes) in bombs {
        let (result, memory) = peak(|| loads(&bytes, limits.clone()).map(drop));
        let error = result.expect_err(name);
        assert_eq!(error.limit().map(|hit| hit.limit), Some(Limit::Ratio), "{name}: {error}");
        assert!(memory < 8 * from, "{name} takes {memory} bytes of memory");
    }
}

#[test]
fn default_limits_stop_a_bomb_a_little_beyond_256_mib() {
    let _turn = turn();
    let zeros = vec![0; 300 * MIB];
    let bombs = [("gzip twice", gzip(&gzip(&zeros))), ("bzip2", bzip2(&zeros))];
    let small = gzip(&gzip(&zeros[..200 * MIB]));
    drop(zeros);
    for (name, bytes) in bombs {
        assert!(bytes.len() < 4 * KIB, "{name} is {} bytes long", bytes.len());
        let (result, memory) = peak(|| loads(&bytes, Limits::default()).map(drop));
        let error = result.expect_err(name);
        assert_eq!(error.limit().map(|hit| hit.limit), Some(Limit::Ratio), "{name}: {error}");
        // a buffer of 256 MiB, and the one of twice that into which it has grown
        assert!(memory < 800 * MIB, "{name} takes {memory} bytes of memory");
    }
    // fewer bytes may come from as little: they are read, and are no pickle
    assert_eq!(loads(&small, Limits::default()).expect_err("zeros").kind(), "malformed");
}

#[test]
fn archives_in_archives_are_not_unpacked() {
    let _turn = turn();
    let inner = zip(&[("zeros.npy", &npy(1, &header("'|u1'", "(1048576,)"), &vec![0; MIB]))]);
    let (result, memory) = peak(|| loads(&zip(&[("inner.zip", &inner)]), Limits::default()).map(drop));
    assert_eq!(result.expect_err("neither skops nor npz").kind(), "unsupported");
    assert!(memory < MIB, "{memory} bytes of memory");
}

#[test]
fn a_zip_bomb_stops_too() {
    let _turn = turn();
    let limits = Limits::default().with(Limit::RatioFrom, 8 * MIB as u64).with(Limit::Ratio, 100);
    let content = npy(1, &header("'|u1'", &format!("({},)", 32 * MIB)), &vec![0; 32 * MIB]);
    let bytes = zip(&[("zeros.npy", &content)]);
    drop(content);
    let (result, memory) = peak(|| loads(&bytes, limits).map(drop));
    let error = result.expect_err("a bomb");
    assert_eq!(error.limit().map(|hit| hit.limit), Some(Limit::Ratio), "{error}");
    assert!(memory < 40 * MIB, "{memory} bytes of memory");
}

#[test]
fn two_million_nested_tuples_open_write_and_drop() {
    let _turn = turn();
    let bytes = pickle(&[&b"N"[..], &vec![0x85; 2_000_000]].concat());
    let (text, memory) = peak(|| {
        let model = loads(&bytes, Limits::default()).expect("a deep file");
        let mut text = Vec::new();
        model.write_json(true, &mut text).expect("to memory");
        text
    });
    assert!(memory < 8 * bytes.len() + 256 * MIB, "{memory} bytes of memory");
    let depth = text.iter().scan(0_i64, |depth, byte| {
        *depth += i64::from(matches!(byte, b'{' | b'[')) - i64::from(matches!(byte, b'}' | b']'));
        Some(*depth)
    });
    assert!(
        depth.max().is_some_and(|deepest| deepest <= 512),
        "JSON is nested no deeper than the limit json-depth"
    );
}

#[test]
fn two_million_marks_are_refused_in_little_memory() {
    let _turn = turn();
    let bytes = pickle(&vec![b'('; 2_000_000]);
    let (result, memory) = peak(|| loads(&bytes, Limits::default()).map(drop));
    assert_eq!(result.expect_err("marks").kind(), "malformed");
    assert!(memory < 8 * bytes.len() + 8 * MIB, "{memory} bytes of memory");
}

/// Lists of ten times the list before: `levels` of them are 10 to the power of `levels` paths.
fn laughs(levels: usize) -> Vec<u8> {
    let mut body = b"]q\0".to_vec();
    for level in 1..levels {
        let (before, this) = (level as u8 - 1, level as u8);
        body.extend([b']', b'q', this, b'(']);
        body.extend([b'h', before].repeat(10));
        body.push(b'e');
    }
    // the lists are still on the stack, so they are taken together
    pickle(&[&b"("[..], &body, b"t"].concat())
}

#[test]
fn ten_to_the_power_of_sixty_paths_are_never_walked() {
    let _turn = turn();
    let sizes = [30, 60, 120].map(|levels| {
        let bytes = laughs(levels);
        let ((json, text), memory) = peak(|| {
            let model = loads(&bytes, Limits::default()).expect("a small file");
            let mut json = Vec::new();
            model.write_json(true, &mut json).expect("to memory");
            // looking for an estimator goes through containers too
            assert!(model.estimators().is_empty() && model.methods().is_err());
            opcodes(&bytes);
            assert_eq!(scan_bytes(&bytes).verdict, Verdict::Safe);
            (json.len(), summary(&model))
        });
        assert!(memory < MIB, "{levels} levels take {memory} bytes of memory");
        assert!(
            json < 40 * bytes.len() && text < 40 * bytes.len(),
            "{json} and {text} bytes for {}",
            bytes.len()
        );
        json
    });
    assert!(sizes[2] < 5 * sizes[0], "the output grows like the file: {sizes:?}");
}

/// What `cannery disassemble` does.
fn opcodes(bytes: &[u8]) {
    let opcodes = Options::default().disassemble_bytes(bytes).expect("a pickle");
    opcodes.write(Listing::Text, &mut std::io::sink()).expect("a sink");
}

/// Length of what `cannery inspect` prints.
fn summary(model: &Model) -> usize {
    model.summary().to_string().len()
}

/// Makes a file that grows with a number.
type Shape = fn(usize) -> Vec<u8>;

/// Files that grow with a number, each of a shape that costs a careless reader more than linear time.
const SHAPES: &[(&str, Shape)] = &[
    ("None in one list", list_of_nones),
    ("empty lists", empty_lists),
    ("APPEND one by one", |n| pickle(&[&b"]"[..], &b"Na".repeat(n)].concat())),
    ("APPENDS one by one to two lists", |n| {
        pickle(&[&b"]q\0]q\x01("[..], &b"h\0(Ne0h\x01(Ne0".repeat(n), b"t"].concat())
    }),
    ("one key again and again", |n| pickle(&[&b"}("[..], &b"K\x01N".repeat(n), b"u"].concat())),
    ("keys that collide in Python", |n| {
        let keys = (0..n as u64).flat_map(|k| [&b"\x8a\x09"[..], &(k << 3).to_le_bytes(), b"\x01N"].concat());
        pickle(&[&b"}("[..], &keys.collect::<Vec<u8>>(), b"u"].concat())
    }),
    ("one long text again and again", |n| {
        let text = [&b"X\x00\x04\x00\x00"[..], &[b'a'; KIB], b"q\0"].concat();
        pickle(&[&b"]("[..], &text, &b"h\0".repeat(n), b"e"].concat())
    }),
    ("states upon states", |n| pickle(&[&b"cm\nC\n)\x81"[..], &b"}b".repeat(n)].concat())),
    ("nested tuples", |n| pickle(&[&b"N"[..], &vec![0x85; n]].concat())),
    ("nested dicts", |n| pickle(&[b"}N".repeat(n), b"N".to_vec(), b"s".repeat(n)].concat())),
    ("globals of as many names", |n| {
        let names = (0..n).flat_map(|k| format!("cm\nC{k}\n").into_bytes());
        pickle(&[&b"]("[..], &names.collect::<Vec<u8>>(), b"e"].concat())
    }),
];

#[test]
fn ten_times_the_file_takes_about_ten_times_as_long() {
    let _turn = turn();
    for &(name, make) in SHAPES {
        check_linear(name, make, &|bytes| {
            if let Ok(model) = loads(bytes, Limits::default()) {
                model.write_json(false, &mut std::io::sink()).expect("a sink");
                opcodes(bytes);
                scan_bytes(bytes);
            }
        });
    }
}

/// What ten times the file costs beside the file ten times, in time of this thread: other work on the machine does not
/// count.
fn check_linear(name: &str, make: Shape, work: &dyn Fn(&[u8])) {
    let time = |bytes: &[u8], times: usize| {
        let start = thread_time();
        (0..times).for_each(|_| work(bytes));
        thread_time() - start
    };
    let (small, large) = (make(10_000), make(100_000));
    let (ten, one) = (0..3)
        .map(|_| (time(&small, 10), time(&large, 1)))
        .fold((Duration::MAX, Duration::MAX), |(ten, one), (again_ten, again_one)| {
            (ten.min(again_ten), one.min(again_one))
        });
    // 12 to 10 is the aim on a quiet machine; a quadratic reader takes 100
    assert!(
        one < 3 * ten + Duration::from_millis(20),
        "{name}: ten times {ten:?}, then {one:?} for ten times as much"
    );
}

/// Time that this thread has run; where the system does not say, time that has passed.
fn thread_time() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    std::thread::yield_now(); // Linux brings the count up to date when another thread may run
    let ran = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let ran = ran.and_then(|text| text.split(' ').next()?.parse().ok());
    ran.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

/// What a scan says, all of it: the report in every form.
fn scanned(bytes: &[u8], limits: Limits) -> (Scanned, usize) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("file");
    std::fs::write(&path, bytes).expect("a file");
    let scanned = Scan::default().limits(limits).threads(Some(1)).run([path]).expect("a readable file");
    let mut out = Vec::new();
    scanned.write_json(&mut out).and_then(|()| scanned.write_sarif(&mut out)).expect("to memory");
    scanned.write_text(&mut out).expect("to memory");
    (scanned, out.len())
}

#[test]
fn a_scan_of_claims_refuses_them_and_allocates_nothing() {
    let _turn = turn();
    scan_bytes(&pickle(b"N")); // makes the tables of names
    for (name, bytes) in claims() {
        let (report, memory) = peak(|| scan_bytes(&bytes));
        assert!(report.verdict != Verdict::Safe || report.skipped.is_some(), "{name} is safe");
        assert!(memory <= 6 * bytes.len() + MIB, "{name} takes {memory} bytes of memory");
    }
}

#[test]
fn a_scan_stops_bombs_and_names_the_limit() {
    let _turn = turn();
    let limits = Limits::default().with(Limit::RatioFrom, 4 * MIB as u64).with(Limit::Ratio, 100);
    let zeros = vec![0; 32 * MIB];
    let inside = npy(1, &header("'|u1'", &format!("({},)", zeros.len())), &zeros);
    let bombs = [
        ("gzip", gzip(&zeros)),
        ("xz", xz(&zeros)),
        ("bzip2", bzip2(&zeros)),
        ("npz", zip(&[("zeros.npy", &inside)])),
        ("an archive of an archive", zip(&[("inner.zip", &zip(&[("zeros.pkl", &zeros)]))])),
    ];
    drop((zeros, inside));
    for (name, bytes) in bombs {
        let ((scanned, _), memory) = peak(|| scanned(&bytes, limits.clone()));
        let report = &scanned.files[0].report;
        assert!(report.findings.iter().any(|finding| finding.rule == Rule::OverLimit), "{name}: {report:?}");
        assert_eq!(scanned.exit_status(), 2, "{name}");
        assert!(memory < 48 * MIB, "{name} takes {memory} bytes of memory");
    }
}

#[test]
fn ten_to_the_power_of_sixty_paths_to_a_name_are_reported_as_one() {
    let _turn = turn();
    let sizes = [30, 60, 120].map(|levels| {
        // the name stands in the list at the bottom
        let bytes = laughs(levels);
        let start = bytes.iter().position(|&byte| byte == b']').expect("a list") + 3;
        let bytes = [&bytes[..start], b"cmy_package\nCleaner\na", &bytes[start..]].concat();
        let ((scanned, printed), memory) = peak(|| scanned(&bytes, Limits::default()));
        assert_eq!(scanned.verdict(), Verdict::Unknown, "{levels} levels");
        assert!(memory < 2 * MIB, "{levels} levels take {memory} bytes of memory");
        assert!(printed < 40 * bytes.len() + 4096, "{printed} bytes for {levels} levels");
        printed
    });
    assert!(sizes[2] < 5 * sizes[0], "the report grows like the file: {sizes:?}");
}

#[test]
fn a_scan_of_ten_times_the_file_takes_about_ten_times_as_long() {
    let _turn = turn();
    for &(name, make) in SHAPES {
        check_linear(name, make, &|bytes| drop(scan_bytes(bytes)));
    }
}

fn pickle(body: &[u8]) -> Vec<u8> {
    [b"\x80\x05", body, b"."].concat()
}

fn list_of_nones(count: usize) -> Vec<u8> {
    pickle(&[&b"]("[..], &vec![b'N'; count], b"e"].concat())
}

fn empty_lists(count: usize) -> Vec<u8> {
    pickle(&[&b"]("[..], &b"]\x94".repeat(count), b"e"].concat())
}

fn header(descr: &str, shape: &str) -> String {
    format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n")
}

fn npy(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
    let len = u16::try_from(header.len()).expect("a short header").to_le_bytes();
    [&b"\x93NUMPY"[..], &[version, 0], &len, header.as_bytes(), data].concat()
}

/// A `NumpyArrayWrapper` of float64, its shape in opcodes, and what follows it. One that is no opcode string stands for
/// 2^63 by 2^54.
fn wrapper(shape: &str, alignment: u8, payload: &[u8]) -> Vec<u8> {
    let huge = b"\x8a\x09\0\0\0\0\0\0\0\x80\0\x8a\x07\0\0\0\0\0\0\x40";
    let shape = if shape == "\u{8a}" { &huge[..] } else { shape.as_bytes() };
    let dtype = b"X\x05\0\0\0dtypecnumpy\ndtype\n(X\x02\0\0\0f8K\0K\x01tR(K\x03X\x01\0\0\0<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb";
    let start =
        b"\x80\x05cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(X\x08\0\0\0subclasscnumpy\nndarray\n";
    let order = b"X\x05\0\0\0orderX\x01\0\0\0CX\x0a\0\0\0allow_mmap\x88";
    let align = [&b"X\x1b\0\0\0numpy_array_alignment_bytesK"[..], &[alignment]].concat();
    let shape = [&b"X\x05\0\0\0shape("[..], shape, b"t"].concat();
    [start, &shape[..], order, dtype, &align, b"ub", payload, b"."].concat()
}

fn lzma_header(dictionary: u32) -> Vec<u8> {
    [&[0x5d][..], &dictionary.to_le_bytes(), &[0xff; 8], &[0; 32]].concat()
}

fn zlib(plain: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(plain).and_then(|()| writer.finish()).expect("to memory")
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(plain).and_then(|()| writer.finish()).expect("to memory")
}

fn bzip2(plain: &[u8]) -> Vec<u8> {
    let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    writer.write_all(plain).and_then(|()| writer.finish()).expect("to memory")
}

fn xz(plain: &[u8]) -> Vec<u8> {
    let writer = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0));
    writer.and_then(|mut writer| writer.write_all(plain).and_then(|()| writer.finish())).expect("to memory")
}

fn lzma(plain: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::LzmaOptions::with_preset(0);
    let writer = lzma_rust2::LzmaWriter::new_use_header(Vec::new(), &options, None);
    writer.and_then(|mut writer| writer.write_all(plain).and_then(|()| writer.finish())).expect("to memory")
}

/// An xz stream whose one block asks for a dictionary of a size that the format codes in a byte.
fn xz_header(dictionary: u8) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum().to_le_bytes()
    };
    let block = [2, 0, 0x21, 1, dictionary, 0, 0, 0];
    [b"\xfd7zXZ\0", &[0, 0][..], &crc(&[0, 0]), &block, &crc(&block), &[1, 0, 0, b'a', 0, 0, 0, 0]].concat()
}

fn lz4(plain: &[u8]) -> Vec<u8> {
    // the larger the blocks, the more they can hold of nothing
    let info = lz4_flex::frame::FrameInfo::new().block_size(lz4_flex::frame::BlockSize::Max4MB);
    let mut writer = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
    writer.write_all(plain).expect("to memory");
    writer.finish().expect("to memory")
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a new entry");
        writer.write_all(content).expect("to memory");
    }
    writer.finish().expect("to memory").into_inner()
}

/// An archive whose entry says in both places that it holds 4 GiB - 2 bytes.
fn claim_in_zip() -> Vec<u8> {
    let mut bytes = zip(&[("a.npy", &npy(1, &header("'|u1'", "(3,)"), b"abc"))]);
    for (signature, at) in [(&b"PK\x03\x04"[..], 22), (b"PK\x01\x02", 24)] {
        let start = bytes.windows(4).position(|four| four == signature).expect("a header");
        bytes[start + at..start + at + 4].copy_from_slice(&0xffff_fffe_u32.to_le_bytes());
    }
    bytes
}
