//! Folders of MLflow: `MLmodel` names the model file.
//!
//! `MLmodel` is YAML, and two of its keys are wanted. MLflow writes it in block style, a key a line, so these lines are
//! read as such; no YAML library is needed for them, and none of YAML's other features (anchors, tags, flow style) is
//! followed in a file that a stranger may have made.

use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};

/// Bytes of the longest `MLmodel`.
const MAX_BYTES: u64 = 1 << 20;
/// Levels of keys that are told apart.
const MAX_LEVELS: usize = 8;
/// Where the file is named: the first that is there counts.
const KEYS: [&[&str]; 2] =
    [&["flavors", "sklearn", "pickled_model"], &["flavors", "python_function", "model_path"]];

/// The model file of a folder that has an `MLmodel`; of other folders and files nothing.
pub(crate) fn model_file(folder: &Path) -> Result<Option<PathBuf>> {
    let list = folder.join("MLmodel");
    if !folder.is_dir() || !list.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let file = File::open(&list).map_err(|error| Error::from(error).in_file(list.display()))?;
    let read = file.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| Error::from(error).in_file(list.display()))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Error::malformed("it has more than 1 MiB").in_file(list.display()));
    }
    let text = String::from_utf8_lossy(&bytes);
    let Some(name) = KEYS.iter().find_map(|keys| value_of(&text, keys)) else {
        let message = "it names no file of scikit-learn: flavors.sklearn.pickled_model is missing";
        return Err(Error::unsupported(message).in_file(list.display()));
    };
    inside(folder, name).map(Some).map_err(|error| error.in_file(list.display()))
}

/// The file of a relative path that stays in the folder, links followed.
fn inside(folder: &Path, name: &str) -> Result<PathBuf> {
    let leaves = || Error::malformed(format!("{name:?} is not a file in this folder"));
    if !Path::new(name).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(leaves());
    }
    let path = folder.join(name);
    let (Ok(root), Ok(real)) = (folder.canonicalize(), path.canonicalize()) else { return Err(leaves()) };
    if real.starts_with(root) && real.is_file() { Ok(path) } else { Err(leaves()) }
}

/// The text at a path of keys, in YAML of block style.
fn value_of<'t>(text: &'t str, keys: &[&str]) -> Option<&'t str> {
    let mut open: Vec<(usize, &str)> = Vec::new();
    for line in text.lines() {
        let content = line.trim_start_matches(' ');
        let Some((key, value)) = content.split_once(':') else { continue };
        if content.starts_with(['#', '-']) {
            continue;
        }
        let indent = line.len() - content.len();
        while open.last().is_some_and(|(before, _)| *before >= indent) {
            open.pop();
        }
        if open.len() == MAX_LEVELS {
            continue;
        }
        open.push((indent, key.trim_end()));
        if open.iter().map(|(_, key)| key).eq(keys) {
            return scalar(value.trim());
        }
    }
    None
}

/// A plain or a quoted text; nothing with escapes, and nothing that is null.
fn scalar(value: &str) -> Option<&str> {
    let quoted = |quote| value.strip_prefix(quote).and_then(|rest: &str| rest.strip_suffix(quote));
    let text = quoted('\'').or_else(|| quoted('"')).unwrap_or(value);
    let is_plain =
        !text.contains(['\'', '"', '\\', '\0']) && !text.starts_with(['&', '*', '!', '|', '>', '{', '[']);
    (is_plain && !matches!(text, "" | "null" | "~")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_counts_at_its_place_only() {
        for (text, want) in [
            ("flavors:\n  sklearn:\n    pickled_model: model.pkl\n", Some("model.pkl")),
            (
                "flavors:\n  sklearn:\n    code: null\n    pickled_model: 'data/a b.pkl'\n",
                Some("data/a b.pkl"),
            ),
            ("flavors:\r\n  sklearn:\r\n    pickled_model: model.pkl\r\n", Some("model.pkl")),
            ("pickled_model: model.pkl\nflavors:\n  sklearn:\n", None),
            ("flavors:\n  xgboost:\n    pickled_model: model.pkl\n", None),
            ("flavors:\n  sklearn:\n    env: x\nother:\n    pickled_model: model.pkl\n", None),
            ("flavors:\n  sklearn:\n    pickled_model: *alias\n", None),
            ("flavors:\n  sklearn:\n    pickled_model: null\n", None),
        ] {
            assert_eq!(value_of(text, KEYS[0]), want, "{text}");
        }
    }

    #[test]
    fn a_path_that_leaves_the_folder_is_refused() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(inside(folder, "src/lib.rs").is_ok());
        for name in ["../cli/Cargo.toml", "/etc/passwd", "src", "nothing"] {
            assert!(inside(folder, name).is_err(), "{name}");
        }
    }
}
