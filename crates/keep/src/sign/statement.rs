//! The in-toto statement of OpenSSF Model Signing: the digest of every file.

use std::collections::BTreeMap;

use cannery_manifest::{SIGNATURE, Sha256, to_canonical};
use serde::{Deserialize, Serialize};

use crate::digest::Hashing;
use crate::error::{Error, Result};

const TYPE: &str = "https://in-toto.io/Statement/v1";
const PREDICATE: &str = "https://model_signing/signature/v1.0";
/// What the specification lets a signer leave out, and the signature itself.
const MAY_IGNORE: [&str; 5] = [".git", ".gitattributes", ".github", ".gitignore", SIGNATURE];

/// What is signed: a name, and the digest of every file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The name of the subject.
    pub name: String,
    /// The files, in the order in which they are signed.
    pub resources: Vec<Resource>,
}

/// A file with its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its path, with `/`.
    pub name: String,
    /// Its digest.
    pub sha256: Sha256,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    predicate_type: String,
    predicate: Predicate,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    name: String,
    digest: Digest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Digest {
    sha256: Sha256,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Predicate {
    resources: Vec<WrittenResource>,
    serialization: Serialization,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenResource {
    name: String,
    algorithm: String,
    digest: Sha256,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Serialization {
    method: String,
    hash_type: String,
    allow_symlinks: bool,
    #[serde(default)]
    ignore_paths: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard_size: Option<u64>,
}

impl Statement {
    /// A statement on files, which are signed by path.
    pub fn new(name: &str, mut resources: Vec<Resource>) -> Self {
        resources.sort_by(|a, b| a.name.cmp(&b.name));
        Self { name: name.to_owned(), resources }
    }

    /// The digest of all digests in their order.
    pub fn root(&self) -> Sha256 {
        let mut hashing = Hashing::default();
        self.resources.iter().for_each(|resource| hashing.update(&resource.sha256.to_bytes()));
        hashing.finish().sha256
    }

    /// Its JSON.
    ///
    /// # Errors
    /// None for paths of a bundle.
    pub fn write(&self) -> Result<String> {
        let resource = |resource: &Resource| WrittenResource {
            name: resource.name.clone(),
            algorithm: "sha256".into(),
            digest: resource.sha256.clone(),
        };
        let serialization = Serialization {
            method: "files".into(),
            hash_type: "sha256".into(),
            allow_symlinks: false,
            ignore_paths: vec![SIGNATURE.into()],
            shard_size: None,
        };
        let written = Written {
            kind: TYPE.into(),
            subject: vec![Subject { name: self.name.clone(), digest: Digest { sha256: self.root() } }],
            predicate_type: PREDICATE.into(),
            predicate: Predicate { resources: self.resources.iter().map(resource).collect(), serialization },
        };
        Ok(to_canonical(&written)?)
    }

    /// Reads a statement whose signature was verified.
    ///
    /// # Errors
    /// `Malformed` for other statements, a root that is not that of the files, files that are named twice or lie elsewhere, links,
    /// and ignored files beyond those of the specification; `Unsupported` for shards and other digests.
    pub fn read(payload: &[u8]) -> Result<Self> {
        let written: Written = serde_json::from_slice(payload)
            .map_err(|error| Error::malformed(format!("the statement: {error}")))?;
        let expect = |is: bool, what: &str| {
            if is { Ok(()) } else { Err(Error::malformed(format!("the statement {what}"))) }
        };
        expect(written.kind == TYPE, "is not one of in-toto v1")?;
        expect(written.predicate_type == PREDICATE, "is not a signature of OpenSSF Model Signing v1")?;
        let [subject] = &written.subject[..] else {
            return Err(Error::malformed("the statement has not exactly one subject"));
        };
        let Predicate { resources, serialization } = written.predicate;
        if serialization.method != "files"
            || serialization.hash_type != "sha256"
            || serialization.shard_size.is_some()
        {
            return Err(Error::unsupported("signed other than by SHA-256 of whole files"));
        }
        expect(!serialization.allow_symlinks, "allows symbolic links")?;
        let ignored = serialization.ignore_paths.iter().find(|path| !MAY_IGNORE.contains(&path.as_str()));
        expect(ignored.is_none(), &format!("ignores {:?}", ignored.map_or("", String::as_str)))?;
        let statement = Self { name: subject.name.clone(), resources: read_resources(resources)? };
        expect(statement.root() == subject.digest.sha256, "has a root that is not that of its files")?;
        Ok(statement)
    }

    /// The files by path.
    pub fn by_name(&self) -> BTreeMap<&str, &Sha256> {
        self.resources.iter().map(|resource| (&*resource.name, &resource.sha256)).collect()
    }
}

fn read_resources(written: Vec<WrittenResource>) -> Result<Vec<Resource>> {
    let mut seen = std::collections::BTreeSet::new();
    let mut resources = Vec::new();
    for WrittenResource { name, algorithm, digest } in written {
        if algorithm != "sha256" {
            return Err(Error::unsupported("signed other than by SHA-256 of whole files"));
        }
        cannery_manifest::BundlePath::new(name.clone())?;
        if !seen.insert(name.clone()) {
            return Err(Error::malformed(format!("the statement has {name:?} twice")));
        }
        resources.push(Resource { name, sha256: digest });
    }
    Ok(resources)
}
