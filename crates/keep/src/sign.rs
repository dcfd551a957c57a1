//! OpenSSF Model Signing v1 with a key: DSSE around an in-toto statement, in a Sigstore bundle.
//!
//! <https://github.com/ossf/model-signing-spec>, version 1.0. cannery writes what the tool `model_signing` 1.1 verifies, and
//! verifies what that signs, if it hashes whole files by SHA-256. It is stricter where that tool is not: the hint of the key is
//! required, there is exactly one signature, nothing is ignored, and nothing unknown is skipped.

mod envelope;
mod key;
mod statement;

use std::path::Path;

use cannery_manifest::{MANIFEST, Manifest, SIGNATURE};

pub use self::envelope::{Envelope, IN_TOTO};
pub use self::key::{Curve, PrivateKey, PublicKey, keygen, public_path};
pub use self::statement::{Resource, Statement};
use crate::bundle::Bundle;
use crate::digest::digest;
use crate::error::{Error, Result};
use crate::{staging, zip};

/// Longest `manifest.json` that is read.
pub(crate) const MOST_MANIFEST: u64 = 64 << 20;

/// Signs a bundle: writes `model.sig` into the folder, or the zip anew, in place of any signature that is there.
///
/// # Errors
/// `Usage` when the files of the bundle are not those of its manifest, since that would sign what nobody sealed; those of the
/// key and the system.
pub fn sign(bundle: &Path, key: &PrivateKey) -> Result<()> {
    let opened = Bundle::open(bundle)?;
    let bytes =
        opened.read_small(MANIFEST, MOST_MANIFEST).map_err(|error| error.in_file(bundle.join(MANIFEST)))?;
    let manifest =
        Manifest::read(&bytes).map_err(|error| Error::from(error).in_file(bundle.join(MANIFEST)))?;
    let signature = signature_of(&opened, &manifest, key).map_err(|error| error.in_file(bundle))?;
    if !opened.is_zip() {
        return staging::write_file(&bundle.join(SIGNATURE), signature.as_bytes());
    }
    let mut names: Vec<&str> =
        opened.files().iter().map(|file| &*file.path).filter(|path| *path != SIGNATURE).collect();
    names.push(SIGNATURE);
    names.sort_unstable();
    zip::write(bundle, &names, |name| match name {
        SIGNATURE => Ok(Box::new(signature.as_bytes())),
        name => opened.read(name),
    })
}

/// The signature of the files of a bundle, which must be those of its manifest.
pub(crate) fn signature_of(bundle: &Bundle, manifest: &Manifest, key: &PrivateKey) -> Result<String> {
    if let Some((path, why)) = bundle.faults().first() {
        return Err(Error::usage(format!("{path}: {why}; remove it before you sign")));
    }
    let mut resources = Vec::new();
    for file in bundle.files().iter().filter(|file| file.path != SIGNATURE) {
        let found =
            digest(bundle.read(&file.path)?).map_err(|error| Error::from(error).in_file(&file.path))?;
        let listed = manifest.files.iter().find(|entry| entry.path.as_str() == file.path);
        let fits =
            listed.map(|entry| entry.sha256 == found.sha256).or((file.path == MANIFEST).then_some(true));
        match fits {
            Some(true) => resources.push(Resource { name: file.path.clone(), sha256: found.sha256 }),
            Some(false) => return Err(Error::usage(format!("{} is not what the manifest lists", file.path))),
            None => return Err(Error::usage(format!("{} is not in the manifest", file.path))),
        }
    }
    let is_here = |path: &str| resources.iter().any(|resource| resource.name == path);
    if let Some(gone) = manifest.files.iter().find(|entry| !is_here(entry.path.as_str())) {
        return Err(Error::usage(format!("{} of the manifest is not there", gone.path)));
    }
    let statement = Statement::new(&manifest.name, resources);
    Envelope::sign(statement.write()?, key)?.write()
}
