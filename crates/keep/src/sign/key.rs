//! Keys: ECDSA on P-256 and P-384, in PEM.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use cannery_manifest::Sha256;
use p256::elliptic_curve::Generate;
use p256::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding};

use crate::digest::digest_of;
use crate::error::{Error, Result};

/// An elliptic curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Curve {
    /// NIST P-256, with SHA-256.
    #[default]
    P256,
    /// NIST P-384, with SHA-384.
    P384,
}

impl Curve {
    /// The name: `P-256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
        }
    }
}

/// A key that signs.
pub struct PrivateKey(Private);

enum Private {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey({})", self.public().curve().name())
    }
}

/// A key that verifies.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicKey(Public);

#[derive(Clone, Debug, PartialEq)]
enum Public {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
}

const SEC1: &str = "-----BEGIN EC PRIVATE KEY-----";
/// Longest key file that is read.
const MOST: u64 = 64 << 10;

impl PrivateKey {
    /// Makes a key out of the system's randomness.
    ///
    /// # Errors
    /// `Io` where the system has none.
    pub fn generate(curve: Curve) -> Result<Self> {
        let failed = |_| Error::from(std::io::Error::other("the system gives no random numbers"));
        Ok(match curve {
            Curve::P256 => Self(Private::P256(p256::ecdsa::SigningKey::try_generate().map_err(failed)?)),
            Curve::P384 => Self(Private::P384(p384::ecdsa::SigningKey::try_generate().map_err(failed)?)),
        })
    }

    /// Reads a key: PKCS#8 (`BEGIN PRIVATE KEY`) or SEC1 (`BEGIN EC PRIVATE KEY`, as `openssl ecparam -genkey` writes it).
    ///
    /// # Errors
    /// `Unsupported` for an encrypted key and other kinds of keys, `Malformed` for what is no key.
    pub fn of_pem(pem: &str) -> Result<Self> {
        if pem.contains("ENCRYPTED") {
            return Err(Error::unsupported("the key is encrypted: decrypt it with `openssl pkey` first"));
        }
        // openssl writes the parameters of the curve before the key
        let sec1 = pem.find(SEC1).map(|at| &pem[at..]).unwrap_or_default();
        if let Ok(key) =
            p256::SecretKey::from_pkcs8_pem(pem).or_else(|_| p256::SecretKey::from_sec1_pem(sec1))
        {
            return Ok(Self(Private::P256(key.into())));
        }
        if let Ok(key) =
            p384::SecretKey::from_pkcs8_pem(pem).or_else(|_| p384::SecretKey::from_sec1_pem(sec1))
        {
            return Ok(Self(Private::P384(key.into())));
        }
        Err(match pem.contains("PRIVATE KEY-----") {
            true => {
                Error::unsupported("a private key, and not one of P-256 or P-384: `cannery keygen` makes one")
            }
            false => Error::malformed("no private key in PEM"),
        })
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// As [`of_pem`](Self::of_pem), and `Io`.
    pub fn open(path: &Path) -> Result<Self> {
        read(path).and_then(|pem| Self::of_pem(&pem)).map_err(|error| error.in_file(path))
    }

    /// The key as PKCS#8.
    fn to_pem(&self) -> Result<String> {
        let failed = |_| Error::malformed("the key can't be written");
        let pem = match &self.0 {
            Private::P256(key) => key.to_pkcs8_pem(LineEnding::LF).map_err(failed)?,
            Private::P384(key) => key.to_pkcs8_pem(LineEnding::LF).map_err(failed)?,
        };
        Ok(pem.to_string())
    }

    /// The key that verifies what this one signs.
    pub fn public(&self) -> PublicKey {
        match &self.0 {
            Private::P256(key) => PublicKey(Public::P256(*key.verifying_key())),
            Private::P384(key) => PublicKey(Public::P384(*key.verifying_key())),
        }
    }

    /// A signature as DER. The same message gives the same one (RFC 6979).
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        use p256::ecdsa::signature::Signer;
        match &self.0 {
            Private::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Private::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
        }
    }
}

impl PublicKey {
    /// Reads a key: `BEGIN PUBLIC KEY`.
    ///
    /// # Errors
    /// `Usage` for a private key, `Unsupported` for other kinds of keys, `Malformed` for what is no key.
    pub fn of_pem(pem: &str) -> Result<Self> {
        if pem.contains("PRIVATE KEY-----") {
            return Err(Error::usage("this is a private key: give the public one, KEY.pub.pem"));
        }
        if let Ok(key) = p256::PublicKey::from_public_key_pem(pem) {
            return Ok(Self(Public::P256(key.into())));
        }
        if let Ok(key) = p384::PublicKey::from_public_key_pem(pem) {
            return Ok(Self(Public::P384(key.into())));
        }
        Err(match pem.contains("-----BEGIN PUBLIC KEY-----") {
            true => Error::unsupported("a public key, and not one of P-256 or P-384"),
            false => Error::malformed("no public key in PEM"),
        })
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// As [`of_pem`](Self::of_pem), and `Io`.
    pub fn open(path: &Path) -> Result<Self> {
        read(path).and_then(|pem| Self::of_pem(&pem)).map_err(|error| error.in_file(path))
    }

    /// The key as a SubjectPublicKeyInfo in PEM.
    ///
    /// # Errors
    /// None for a key that was read or made.
    pub fn to_pem(&self) -> Result<String> {
        let pem = match &self.0 {
            Public::P256(key) => key.to_public_key_pem(LineEnding::LF),
            Public::P384(key) => key.to_public_key_pem(LineEnding::LF),
        };
        pem.map_err(|_| Error::malformed("the key can't be written"))
    }

    /// The SHA-256 of the PEM: how signatures name their key.
    ///
    /// # Errors
    /// As [`to_pem`](Self::to_pem).
    pub fn hint(&self) -> Result<Sha256> {
        Ok(digest_of(self.to_pem()?.as_bytes()).sha256)
    }

    /// Its curve.
    pub fn curve(&self) -> Curve {
        match &self.0 {
            Public::P256(_) => Curve::P256,
            Public::P384(_) => Curve::P384,
        }
    }

    /// Whether a DER signature is of this message.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        use p256::ecdsa::signature::Verifier;
        match &self.0 {
            Public::P256(key) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            Public::P384(key) => p384::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
        }
    }
}

fn read(path: &Path) -> Result<String> {
    use std::io::Read;
    let mut pem = String::new();
    fs::File::open(path)?.take(MOST).read_to_string(&mut pem)?;
    Ok(pem)
}

/// Where the public key of a key file is written: `KEY.pem` → `KEY.pub.pem`.
pub fn public_path(private: &Path) -> PathBuf {
    private.with_extension("pub.pem")
}

/// Makes a key, and writes it to `KEY.pem`, readable by its owner only, and its public part to `KEY.pub.pem`.
///
/// # Errors
/// `Usage` when one of the files is there already; `Io`.
pub fn keygen(path: &Path, curve: Curve) -> Result<PublicKey> {
    let public_path = public_path(path);
    if let Some(there) = [path, &public_path].into_iter().find(|path| path.symlink_metadata().is_ok()) {
        return Err(Error::usage("is there already: cannery does not overwrite keys").in_file(there));
    }
    let key = PrivateKey::generate(curve)?;
    let write = |path: &Path, pem: String, is_private| {
        let written = create(path, is_private).and_then(|mut file| {
            file.write_all(pem.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|error| Error::from(error).in_file(path))
    };
    write(path, key.to_pem()?, true)?;
    write(&public_path, key.public().to_pem()?, false)?;
    Ok(key.public())
}

/// A new file; what is private is never readable by others, not even for a moment.
fn create(path: &Path, is_private: bool) -> std::io::Result<fs::File> {
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(if is_private { 0o600 } else { 0o644 });
    }
    let _ = is_private;
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_and_read_back_and_sign() {
        let folder = tempfile::tempdir().expect("a folder");
        for curve in [Curve::P256, Curve::P384] {
            let path = folder.path().join(format!("{}.pem", curve.name()));
            let public = keygen(&path, curve).expect("a key");
            assert!(keygen(&path, curve).is_err(), "not overwritten");
            let private = PrivateKey::open(&path).expect("the key");
            let read = PublicKey::open(&public_path(&path)).expect("the key");
            assert_eq!((private.public(), read.curve()), (read.clone(), curve));
            assert_eq!(read.hint().ok(), public.hint().ok());
            let signature = private.sign(b"message");
            assert!(public.verifies(b"message", &signature) && !public.verifies(b"massage", &signature));
            let error = PublicKey::open(&path).expect_err("a private key");
            assert!(error.message().contains("private"), "{error}");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
            }
        }
    }

    #[test]
    fn other_keys_are_refused_by_what_they_are() {
        let ed25519 = "-----BEGIN PRIVATE KEY-----\n\
            MC4CAQAwBQYDK2VwBCIEIGrD8DhGwsi0GVpEGRyLwGDRBP6m1Xfi2bBGtXlbKQAT\n-----END PRIVATE KEY-----\n";
        for (pem, says) in [
            (ed25519, "P-256 or P-384"),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", "encrypted"),
            ("hello", "no private key"),
        ] {
            let error = PrivateKey::of_pem(pem).expect_err("not supported");
            assert!(error.message().contains(says), "{error}");
        }
    }
}
