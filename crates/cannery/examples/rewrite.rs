//! Writes every model file of folders again, unchanged, and names those that come back with other bytes; or, with
//! `--convert FOLDER`, writes them in rotating forms for other readers; or, with `--protocols FOLDER`, writes each pickle in
//! every protocol.
//!
//! ```text
//! cargo run --release -p cannery --example rewrite -- zoo/1.9.1
//! cargo run --release -p cannery --example rewrite -- --convert out zoo/1.9.1
//! cargo run --release -p cannery --example rewrite -- --protocols out crates/cannery/tests/by_value
//! ```
//!
//! Compressed files are compared after inflating.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "it reports to a terminal")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use cannery::{Codec, Container, DumpOptions, Format, Limits, Model, NumpyNames};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let option = |name: &str| args.first().is_some_and(|first| first.as_os_str() == name);
    let (convert, protocols) = (option("--convert"), option("--protocols"));
    let target = if convert || protocols { Some(args.drain(..2).nth(1).ok_or("where to?")?) } else { None };
    let mut causes = BTreeMap::new();
    for folder in &args {
        match &target {
            Some(target) if protocols => write_protocols(folder, target)?,
            Some(target) => convert_folder(folder, target)?,
            None => rewrite_folder(folder, &mut causes)?,
        }
    }
    for (cause, (count, first)) in causes {
        println!("{count:6} {cause}   {first}");
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !name.starts_with('_') && (name.ends_with(".pkl") || name.contains(".joblib")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn rewrite_folder(folder: &Path, causes: &mut BTreeMap<String, (u64, String)>) -> Result<(), Box<dyn Error>> {
    let (mut all, mut equal) = (0, 0);
    for path in files(folder)? {
        all += 1;
        match rewrite(&path) {
            Ok(None) => equal += 1,
            Ok(Some(cause)) => count(causes, cause, &path),
            Err(error) => count(causes, error.to_string(), &path),
        }
    }
    println!("{}: {equal} of {all} equal", folder.display());
    Ok(())
}

fn count(causes: &mut BTreeMap<String, (u64, String)>, cause: String, path: &Path) {
    causes.entry(cause).or_insert_with(|| (0, path.display().to_string())).0 += 1;
}

/// What differs, if anything does.
fn rewrite(path: &Path) -> Result<Option<String>, Box<dyn Error>> {
    let model = cannery::Options::default().keep_spelling(true).open(path)?;
    let is_joblib = path.to_string_lossy().contains(".joblib");
    let options =
        DumpOptions::unchanged(&model).format(if is_joblib { Format::Joblib } else { Format::Pickle });
    let written = options.dumps(&model)?;
    let mut budget = cannery_object::Budget::new(Limits::default());
    let file = Bytes::from(std::fs::read(path)?);
    let plain = cannery_format::compress::unwrap(&file, &mut budget, &mut |_, _| ())?.bytes;
    let same = plain.iter().zip(&written).take_while(|(a, b)| a == b).count();
    if same == plain.len() && same == written.len() {
        return Ok(None);
    }
    let near = |bytes: &[u8]| {
        let part = &bytes[same.saturating_sub(6).min(bytes.len())..(same + 10).min(bytes.len())];
        part.escape_ascii().to_string()
    };
    let protocol = model.facts().protocol.unwrap_or(0);
    Ok(Some(format!("p{protocol} {} -> {}", near(&plain), near(&written))))
}

/// Writes each pickle of a folder as it was, and in every protocol: `a.pkl` becomes `a.pkl.same` and `a.pkl.0` … `a.pkl.5`.
fn write_protocols(folder: &Path, target: &Path) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(target)?;
    for path in files(folder)? {
        let model = match cannery::Options::default().keep_spelling(true).open(&path) {
            Ok(model) => model,
            Err(error) => {
                println!("! {}: {error}", path.display());
                continue;
            }
        };
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let protocols =
            (0..=5).map(|protocol| (protocol.to_string(), DumpOptions::default().protocol(protocol)));
        for (ending, options) in protocols.chain([("same".into(), DumpOptions::unchanged(&model))]) {
            let options = options.format(Format::Pickle);
            match options.dumps(&model) {
                Ok(bytes) => std::fs::write(target.join(format!("{name}.{ending}")), bytes)?,
                Err(error) => println!("! {} {ending}: {error}", path.display()),
            }
        }
    }
    Ok(())
}

/// Rotates protocol, codec, padding and numpy's names over the models of a folder.
fn convert_folder(folder: &Path, target: &Path) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(target)?;
    let old = std::env::var("CANNERY_OLD_READER").is_ok();
    for (place, path) in files(folder)?.into_iter().enumerate() {
        let model = match cannery::open(&path) {
            Ok(model) => model,
            Err(error) => {
                println!("! {}: {error}", path.display());
                continue;
            }
        };
        let (options, ending) = rotated(place, &model, old);
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let out = target.join(format!("{name}{ending}"));
        if let Err(error) = options.dump(&model, &out) {
            println!("! {}: {error}", path.display());
        }
    }
    Ok(())
}

fn rotated(place: usize, model: &Model, old: bool) -> (DumpOptions, &'static str) {
    let most = if old { 4 } else { 5 };
    let protocol = (place % (most + 1)) as u8;
    let codecs = [
        (None, ".joblib"),
        (Codec::named("zlib", Some(3)), ".joblib.z"),
        (Codec::named("gzip", Some(6)), ".joblib.gz"),
        (Codec::named("bz2", Some(1)), ".joblib.bz2"),
        (Codec::named("xz", Some(1)), ".joblib.xz"),
        (Codec::named("lzma", Some(1)), ".joblib.lzma"),
    ];
    let was_joblib = model.facts().kind == Container::Joblib;
    let options = DumpOptions::default().protocol(protocol).numpy(NumpyNames::Core);
    let options = if old { options.padded(false).nested_protocol(2) } else { options };
    if was_joblib == place.is_multiple_of(4) {
        return (options.format(Format::Pickle), ".pkl");
    }
    let (codec, ending) = codecs[place / 2 % codecs.len()];
    (options.format(Format::Joblib).compress(codec), ending)
}
