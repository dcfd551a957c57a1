//! References to data as people write them.

use crate::data::Reference;
use crate::error::Error;
use crate::text::{CommitId, Md5, Sha256};

/// See [`Reference::parse`].
pub(crate) fn parse(text: &str) -> Result<Reference, Error> {
    if text.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err(Error::new(format!("{text:?} has white space or control characters")));
    }
    let (scheme, rest) = text.split_once(':').ok_or_else(|| unknown(text))?;
    let read = match scheme {
        "git+https" | "git+http" | "git+ssh" | "git+file" => git(&text["git+".len()..]),
        "s3" => object(text, "?versionId=", |version| version != "null"),
        "gs" => object(text, "#", |version| version.bytes().all(|byte| byte.is_ascii_digit())),
        "delta" => at(rest).map(|(table, version)| {
            Ok(Reference::Delta {
                table: table.into(),
                version: number(version, "a version of a Delta table")?,
            })
        }),
        "iceberg" => at(rest).map(|(table, snapshot)| {
            number(snapshot, "the id of an Iceberg snapshot")?;
            Ok(Reference::Iceberg { table: table.into(), snapshot: snapshot.into() })
        }),
        "openml" => openml(rest),
        "hf" => hugging_face(rest),
        "https" | "http" => text
            .rsplit_once("#sha256=")
            .map(|(url, sha256)| Ok(Reference::Http { url: url.into(), sha256: Sha256::new(sha256)? })),
        _ => return Err(unknown(text)),
    };
    read.unwrap_or_else(|| Ok(Reference::Mutable { uri: text.into() }))
}

fn unknown(text: &str) -> Error {
    Error::new(format!(
        "{text:?} is neither a file nor a reference: git+https://…@COMMIT, s3://…?versionId=…, gs://…#GENERATION, \
         delta:TABLE@VERSION, iceberg:TABLE@SNAPSHOT, openml:ID@VERSION, hf://datasets/OWNER/NAME@COMMIT, \
         https://…#sha256=…"
    ))
}

/// A reference, an error, or nothing where no immutable id is given.
type Read = Option<Result<Reference, Error>>;

fn at(text: &str) -> Option<(&str, &str)> {
    text.rsplit_once('@').filter(|(before, after)| !before.is_empty() && !after.is_empty())
}

fn number(text: &str, what: &str) -> Result<u64, Error> {
    let digits = text.strip_prefix('v').unwrap_or(text);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number).ok_or_else(|| Error::new(format!("{text:?} is not {what}")))
}

/// `https://host/repo@COMMIT#path`. The `@` of `ssh://git@host/repo` is none of a commit.
fn git(url: &str) -> Read {
    let (url, path) = match url.split_once('#') {
        Some((url, path)) => (url, Some(path.to_owned())),
        None => (url, None),
    };
    let (repository, commit) = at(url).filter(|(_, commit)| !commit.contains('/'))?;
    // a branch or a tag moves, which is no error of form
    let commit = CommitId::new(commit).ok()?;
    Some(Ok(Reference::Git { repository: repository.into(), commit, path }))
}

fn object(text: &str, sign: &str, is_version: impl Fn(&str) -> bool) -> Read {
    let (url, version) = text.split_once(sign)?;
    if version.is_empty() || !is_version(version) {
        return Some(Err(Error::new(format!("{version:?} is not a version of an object"))));
    }
    Some(Ok(Reference::Object { url: url.into(), version: version.into() }))
}

fn openml(rest: &str) -> Read {
    let (rest, md5) = match rest.split_once("#md5=") {
        Some((rest, md5)) => (rest, Some(md5)),
        None => (rest, None),
    };
    let (id, version) = at(rest)?;
    Some((|| {
        let md5 = md5.map(Md5::new).transpose()?;
        let id = number(id, "the id of a data set")?;
        Ok(Reference::OpenMl { id, version: number(version, "a version of a data set")?, md5 })
    })())
}

/// `//datasets/owner/name@COMMIT/path`
fn hugging_face(rest: &str) -> Read {
    let Some(rest) = rest.strip_prefix("//datasets/") else {
        return Some(Err(Error::new("hf: references have the form hf://datasets/OWNER/NAME@COMMIT")));
    };
    let (repository, rest) = rest.split_once('@')?;
    let (revision, path) = match rest.split_once('/') {
        Some((revision, path)) => (revision, Some(path.to_owned())),
        None => (rest, None),
    };
    let revision = CommitId::new(revision).ok()?;
    Some(Ok(Reference::HuggingFace { repository: repository.into(), revision, path }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
    const SHA: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn references_are_read_and_written_back() {
        for form in [
            "git+https://example.org/data.git@COMMIT",
            "git+ssh://git@example.org/data.git@COMMIT#iris.csv",
            "s3://bucket/iris.csv?versionId=3HL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY",
            "gs://bucket/iris.csv#1360887697105000",
            "delta:s3://lake/iris@12",
            "iceberg:prod.ml.iris@7051729674881785843",
            "openml:61@1",
            "openml:61@1#md5=0123456789abcdef0123456789abcdef",
            "hf://datasets/scikit-learn/iris@COMMIT",
            "hf://datasets/scikit-learn/iris@COMMIT/Iris.csv",
            "https://example.org/iris.csv#sha256=SHA",
        ] {
            let text = form.replace("COMMIT", COMMIT).replace("SHA", SHA);
            let reference = Reference::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert!(reference.is_immutable(), "{text}");
            assert_eq!(reference.uri(), text);
        }
    }

    #[test]
    fn what_may_change_is_told_from_what_is_wrong() {
        for mutable in [
            "https://example.org/iris.csv",
            "git+https://example.org/data.git@main",
            "git+ssh://git@example.org/data.git",
            "s3://bucket/iris.csv",
            "gs://bucket/iris.csv",
            "delta:s3://lake/iris",
            "openml:61",
            "hf://datasets/scikit-learn/iris@main",
            "hf://datasets/scikit-learn/iris",
        ] {
            let reference = Reference::parse(mutable).unwrap_or_else(|error| panic!("{mutable}: {error}"));
            assert_eq!(reference, Reference::Mutable { uri: mutable.into() });
        }
        for wrong in [
            "train.csv",
            "ftp://example.org/iris.csv",
            "delta:s3://lake/iris@latest",
            "iceberg:prod.iris@-1",
            "openml:iris@1",
            "openml:61@1#md5=abc",
            "s3://bucket/key?versionId=null",
            "gs://bucket/key#latest",
            "https://example.org/iris.csv#sha256=abc",
            "hf://models/a/b",
            "https://example.org/a b",
        ] {
            assert!(Reference::parse(wrong).is_err(), "{wrong}");
        }
    }
}
