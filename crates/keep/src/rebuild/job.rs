//! The folders of one training.

use std::fs::{self, File};
use std::path::{Component, Path, PathBuf};

use cannery_manifest::{BundlePath, Golden, Manifest, Reference, Script};
use tempfile::TempDir;

use crate::bundle::Bundle;
use crate::data::{difference, observe, place_below};
use crate::digest::copy;
use crate::error::{Error, Result};
use crate::staging::parent_of;

/// The recorder, as a script imports it: standard library only.
const RECORDER: &str = include_str!("../../../python/python/cannery/record.py");

/// Most files that are looked at to find the record.
const MOST_FILES: usize = 10_000;

/// A folder with all that one training reads and writes; it is removed with this value.
#[derive(Debug)]
pub(super) struct Job {
    folder: TempDir,
    /// Inputs, each with its path where the script looks for it.
    pub(super) inputs: Vec<(PathBuf, PathBuf)>,
}

impl Job {
    /// Copies script and data, each compared with the manifest while it is copied.
    pub(super) fn prepare(
        bundle: &Bundle,
        manifest: &Manifest,
        script: &Script,
        data_root: Option<&Path>,
    ) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("cannery-rebuild-").tempdir()?;
        let mut job = Self { folder, inputs: Vec::new() };
        for part in ["inputs", "work", "recorder"] {
            fs::create_dir(job.folder.path().join(part))?;
        }
        job.add_recorder()?;
        job.add_file_of(bundle, manifest, &script.path, &script_name(script))?;
        for data in &manifest.data {
            job.add_data(&data.reference, data_root)?;
        }
        Ok(job)
    }

    /// The recorder in both of its forms: `cannery.record`, and one copied file.
    fn add_recorder(&self) -> Result<()> {
        let package = self.recorder().join("cannery");
        fs::create_dir(&package)?;
        fs::write(package.join("__init__.py"), "from cannery.record import Record, record\n")?;
        for folder in [&package, &self.recorder()] {
            fs::write(folder.join("record.py"), RECORDER)?;
        }
        Ok(())
    }

    /// Where the script runs, and writes.
    pub(super) fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// What `import cannery` finds.
    pub(super) fn recorder(&self) -> PathBuf {
        self.folder.path().join("recorder")
    }

    /// Where packages are installed.
    pub(super) fn environment(&self) -> PathBuf {
        self.folder.path().join("environment")
    }

    fn add_file_of(
        &mut self,
        bundle: &Bundle,
        manifest: &Manifest,
        path: &BundlePath,
        target: &Path,
    ) -> Result<()> {
        let entry = manifest.entry(path).ok_or_else(|| Error::malformed(format!("{path} is not listed")))?;
        let place = self.next_input();
        let digested = copy(bundle.read(path.as_str())?, File::create_new(&place)?)?;
        if digested.sha256 != entry.sha256 {
            return Err(Error::usage("changed while it was read").in_file(path.as_str()));
        }
        self.inputs.push((place, target.to_owned()));
        Ok(())
    }

    fn next_input(&self) -> PathBuf {
        self.folder.path().join("inputs").join(self.inputs.len().to_string())
    }

    fn add_data(&mut self, reference: &Reference, root: Option<&Path>) -> Result<()> {
        let (Reference::File { path, .. } | Reference::Folder { path, .. }) = reference else {
            return Err(Error::unsupported(format!(
                "the training data {} is not a file at hand",
                reference.uri()
            )));
        };
        let root = root
            .ok_or_else(|| Error::usage(format!("the script reads {path}: --data-root says where it is")))?;
        let target = target_of(path)?;
        let source = place_below(root, path).ok_or_else(|| {
            Error::usage(format!("the training data {path} is not below {}", root.display()))
        })?;
        let place = self.next_input();
        match reference {
            Reference::Folder { files, .. } => {
                for file in files {
                    let (from, to) = (source.join(&file.path), place.join(target_of(&file.path)?));
                    fs::create_dir_all(parent_of(&to))?;
                    fs::copy(&from, &to).map_err(|error| Error::from(error).in_file(from))?;
                }
            }
            _ => drop(fs::copy(&source, &place).map_err(|error| Error::from(error).in_file(&source))?),
        }
        // the copy is what the script reads
        if let Some(how) = difference(reference, &observe(&place, path)?) {
            return Err(Error::usage(format!("the training data has changed: {how}")).in_file(source));
        }
        self.inputs.push((place, target));
        Ok(())
    }

    /// Moves the record that the script wrote, and what it read, to a folder that the script did not see; gives the record.
    ///
    /// # Errors
    /// `Usage` when there is no record, or there are several.
    pub(super) fn take_record(&self) -> Result<PathBuf> {
        let found = self.find_record()?;
        let result = self.folder.path().join("result");
        for (place, target) in self.inputs.iter().filter(|(_, target)| target.is_relative()) {
            let target = result.join(target);
            fs::create_dir_all(parent_of(&target))?;
            fs::rename(place, target)?;
        }
        fs::create_dir_all(&result)?;
        let record = result.join(found.file_name().unwrap_or_default());
        fs::rename(found, &record)?;
        Ok(record)
    }

    fn find_record(&self) -> Result<PathBuf> {
        let mut found = Vec::new();
        for entry in fs::read_dir(self.work())?.take(MOST_FILES) {
            let path = entry?.path();
            let is_file = path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
            if is_file && path.extension().is_some_and(|ending| ending == "json") && is_record(&path) {
                found.push(path);
            }
        }
        match found.len() {
            1 => Ok(found.remove(0)),
            0 => Err(Error::usage("the script recorded nothing: it must write a record with cannery.record")),
            count => Err(Error::usage(format!("the script wrote {count} records, and a bundle has one"))),
        }
    }

    /// A file that the script wrote, by its path in the record.
    pub(super) fn path_of(&self, path: &str) -> Result<PathBuf> {
        let path = Path::new(path);
        let place = self.work().join(path.strip_prefix(WORK).unwrap_or(path));
        // a link in the path could lead out of the folder
        let inside = place
            .canonicalize()
            .and_then(|place| Ok((place.starts_with(self.work().canonicalize()?), place)));
        match inside {
            Ok((true, place)) if place.is_file() => Ok(place),
            _ => Err(Error::usage("is not a file that the script wrote in its folder").in_file(path)),
        }
    }

    /// The golden rows of the old bundle, for the new one.
    pub(super) fn golden(&self, bundle: &Bundle, golden: &Golden) -> Result<PathBuf> {
        let name = golden.input.as_str().rsplit('/').next().unwrap_or_default();
        let folder = self.folder.path().join("golden");
        fs::create_dir_all(&folder)?;
        let place = folder.join(name);
        copy(bundle.read(golden.input.as_str())?, File::create(&place)?)?;
        Ok(place)
    }
}

/// The folder that the script sees as its own.
pub(super) const WORK: &str = "/work";

/// The name of the script in its folder.
pub(super) fn script_name(script: &Script) -> PathBuf {
    PathBuf::from(script.path.as_str().rsplit('/').next().unwrap_or_default())
}

/// Where the script looks for data: a path that stays where it is put.
fn target_of(path: &str) -> Result<PathBuf> {
    let path = Path::new(path);
    let is_plain = path
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir | Component::RootDir));
    match is_plain {
        true => Ok(path.to_owned()),
        false => Err(Error::unsupported(format!("the script reads {}, outside its folder", path.display()))),
    }
}

fn is_record(path: &Path) -> bool {
    let start = crate::record::read_small(path, 64 << 20);
    start.is_ok_and(|bytes| {
        #[derive(serde::Deserialize)]
        struct Head {
            schema: String,
        }
        serde_json::from_slice::<Head>(&bytes).is_ok_and(|head| head.schema.starts_with("cannery.record/"))
    })
}
