//! Archives that hold model files: tar, and zip that is neither skops nor npz.
//!
//! Members are found by their headers and never written anywhere: a name is only compared. Links and devices are no
//! members.

use bytes::Bytes;
use cannery_object::{Budget, Limit, Limits};

use crate::compress::{Unwrapped, unwrap};
use crate::error::{Error, Result};
use crate::skops;
use crate::sniff::{Container, Foreign, Format, sniff};
use crate::source::Progress;
use crate::zip;

/// Endings of files in which models are kept.
const MODELS: [&str; 11] =
    [".pkl", ".pickle", ".pk", ".joblib", ".jbl", ".skops", ".npy", ".npz", ".dill", ".sav", ".model"];
/// Names in a message.
const MAX_NAMED: usize = 20;

/// A file in a tar archive.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its path in the archive.
    pub name: String,
    /// What it holds.
    pub bytes: Bytes,
}

/// The files of a tar archive, in its order. Their bytes are parts of the archive's.
///
/// # Errors
/// `Malformed` when a header can't be read or a file is cut short, `Limit` when there are more than `zip-entries`.
pub fn tar(bytes: &Bytes, limits: &Limits) -> Result<Vec<Member>> {
    let mut archive = ::tar::Archive::new(&bytes[..]);
    let mut members = Vec::new();
    for (count, entry) in archive.entries().map_err(|error| broken(&error))?.enumerate() {
        limits.check(Limit::ZipEntries, count as u64 + 1)?;
        let entry = entry.map_err(|error| broken(&error))?;
        if entry.header().entry_type() != ::tar::EntryType::Regular {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let end = entry.raw_file_position().checked_add(entry.size());
        let range = end.and_then(|end| Some(entry.raw_file_position() as usize..usize::try_from(end).ok()?));
        let range = range.filter(|range| range.end <= bytes.len()).ok_or_else(|| {
            Error::malformed(format!("the member {name:?} of the tar archive is cut short"))
        })?;
        members.push(Member { name, bytes: bytes.slice(range) });
    }
    Ok(members)
}

fn broken(error: &std::io::Error) -> Error {
    Error::malformed(format!("the tar archive is damaged: {error}"))
}

/// What is to be read of a file: without its compression and, where it is an archive, the member of it that is meant, without
/// that one's compression.
///
/// # Errors
/// Those of the compression; `Unsupported` where no member, or more than one, is meant.
pub fn content(
    bytes: &Bytes,
    member: Option<&str>,
    budget: &mut Budget,
    progress: Progress<'_>,
) -> Result<Unwrapped> {
    let plain = unwrap(bytes, budget, progress)?;
    match meant(&plain.bytes, member, budget)? {
        Some(member) => {
            let inner = unwrap(&member.bytes, budget, progress);
            let inner = inner.map_err(|error| error.within(&member.name))?;
            Ok(Unwrapped { member: Some(member.name), ..inner })
        }
        None => Ok(plain),
    }
}

/// The bytes of the member of this name of an archive, compressed or not.
///
/// # Errors
/// `Unsupported` where there is none, or the bytes are no archive.
pub fn member(bytes: &Bytes, name: &str, limits: &Limits) -> Result<Bytes> {
    let mut budget = Budget::new(limits.clone());
    let plain = unwrap(bytes, &mut budget, &mut |_, _| ())?;
    let member = meant(&plain.bytes, Some(name), &mut budget)?;
    member
        .map(|member| member.bytes)
        .ok_or_else(|| Error::unsupported("this is not an archive, and has no members"))
}

/// The member of an archive that is meant: the one of this name, or the only model in it. `None` where the bytes are no
/// archive, or one that is a model by itself.
///
/// # Errors
/// `Unsupported` where no member, or more than one, is meant; the message has their names.
fn meant(bytes: &Bytes, wanted: Option<&str>, budget: &mut Budget) -> Result<Option<Member>> {
    let archive = match sniff(bytes) {
        Format::Foreign(Foreign::Tar) => Archive::Tar(tar(bytes, budget.limits())?),
        Format::Container(Container::Zip) => {
            let archive = zip::Archive::open(bytes, budget.limits())?;
            let is_array = |entry: &zip::Entry| entry.name().ends_with(".npy");
            let is_model = archive.find(skops::SCHEMA).is_some() || archive.entries().iter().any(is_array);
            if is_model && wanted.is_none() {
                return Ok(None);
            }
            Archive::Zip(archive)
        }
        _ if wanted.is_some() => {
            return Err(Error::unsupported("this is not an archive, and has no members"));
        }
        _ => return Ok(None),
    };
    let name = archive.choose(wanted)?;
    archive.read(&name, budget).map(Some)
}

enum Archive {
    Tar(Vec<Member>),
    Zip(zip::Archive),
}

impl Archive {
    fn names(&self) -> Vec<&str> {
        match self {
            Self::Tar(members) => members.iter().map(|member| member.name.as_str()).collect(),
            Self::Zip(archive) => archive.entries().iter().map(zip::Entry::name).collect(),
        }
    }

    fn choose(&self, wanted: Option<&str>) -> Result<String> {
        let names = self.names();
        if let Some(wanted) = wanted {
            let plain = |name: &str| name.trim_start_matches("./").to_owned();
            let found = names.iter().find(|name| plain(name) == plain(wanted));
            return found.map(|&name| name.to_owned()).ok_or_else(|| {
                Error::unsupported(format!("the archive has no member {wanted:?}; it has {}", listed(&names)))
            });
        }
        let models: Vec<&str> = names.iter().copied().filter(|name| is_model(name)).collect();
        match models[..] {
            [only] => Ok(only.to_owned()),
            [] => Err(Error::unsupported(format!(
                "this is an archive without a model file; it has {}",
                listed(&names)
            ))),
            _ => Err(Error::unsupported(format!(
                "the archive holds {} model files; name one as archive::member: {}",
                models.len(),
                listed(&models)
            ))),
        }
    }

    fn read(self, name: &str, budget: &mut Budget) -> Result<Member> {
        let absent = || Error::unsupported(format!("the archive has no member {name:?}"));
        match self {
            Self::Tar(members) => members.into_iter().find(|member| member.name == name).ok_or_else(absent),
            Self::Zip(archive) => {
                let bytes = archive.read(archive.find(name).ok_or_else(absent)?, budget)?;
                Ok(Member { name: name.to_owned(), bytes })
            }
        }
    }
}

fn is_model(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let plain =
        [".gz", ".bz2", ".xz", ".lzma", ".lz4", ".z"].iter().find_map(|codec| name.strip_suffix(codec));
    let is_hidden = name.rsplit('/').next().is_some_and(|base| base.starts_with('.'));
    !is_hidden && MODELS.iter().any(|ending| plain.unwrap_or(&name).ends_with(ending))
}

fn listed(names: &[&str]) -> String {
    let mut text = names.iter().take(MAX_NAMED).copied().collect::<Vec<_>>().join(", ");
    if names.len() > MAX_NAMED {
        text.push_str(", …");
    }
    if names.is_empty() { "none".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tar_of(files: &[(&str, &[u8])]) -> Bytes {
        let mut builder = ::tar::Builder::new(Vec::new());
        for (name, content) in files {
            let mut header = ::tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            builder.append_data(&mut header, name, *content).expect("in memory");
        }
        let mut link = ::tar::Header::new_gnu();
        link.set_entry_type(::tar::EntryType::Symlink);
        link.set_size(0);
        builder.append_link(&mut link, "link.pkl", "/etc/passwd").expect("in memory");
        builder.into_inner().expect("in memory").into()
    }

    fn chosen(files: &[(&str, &[u8])], wanted: Option<&str>) -> Result<String, String> {
        let mut budget = Budget::new(Limits::default());
        let member = meant(&tar_of(files), wanted, &mut budget).map_err(|error| error.to_string())?;
        Ok(String::from_utf8_lossy(&member.expect("an archive").bytes).into_owned())
    }

    #[test]
    fn the_only_model_is_meant_or_the_one_that_is_named() {
        let one: [(&str, &[u8]); 2] = [("code/model.joblib", b"M"), ("README.md", b"R")];
        let two: [(&str, &[u8]); 2] = [("a.pkl", b"A"), ("b.pkl.gz", b"B")];
        assert_eq!(chosen(&one, None).as_deref(), Ok("M"));
        assert_eq!(chosen(&one, Some("./README.md")).as_deref(), Ok("R"));
        assert_eq!(chosen(&two, Some("b.pkl.gz")).as_deref(), Ok("B"));
        let error = chosen(&two, None).expect_err("two");
        assert_eq!(error, "the archive holds 2 model files; name one as archive::member: a.pkl, b.pkl.gz");
        let error = chosen(&one, Some("x")).expect_err("absent");
        assert_eq!(error, "the archive has no member \"x\"; it has code/model.joblib, README.md");
        let error = chosen(&one[1..], None).expect_err("no model; the link is not a member");
        assert_eq!(error, "this is an archive without a model file; it has README.md");
    }

    #[test]
    fn damaged_archives_are_errors() {
        let whole = tar_of(&[("a.pkl", &[7; 2000])]);
        for cut in [513, 1024, 2000] {
            let mut budget = Budget::new(Limits::default());
            assert!(meant(&whole.slice(..cut), None, &mut budget).is_err(), "{cut}");
        }
        let mut budget = Budget::new(Limits::default().with(Limit::ZipEntries, 1));
        assert!(meant(&whole, None, &mut budget).is_err());
        assert!(
            meant(&Bytes::from_static(b"\x80\x04N."), None, &mut budget).is_ok_and(|none| none.is_none())
        );
        assert!(meant(&Bytes::from_static(b"\x80\x04N."), Some("a"), &mut budget).is_err());
    }
}
