//! DSSE, the envelope of a signature, in a Sigstore bundle with a public key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::sign::key::{PrivateKey, PublicKey};

/// The type of an in-toto statement.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";
const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// A payload with a signature, and the hint of its key.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    payload: Vec<u8>,
    signature: Vec<u8>,
    hint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Bundle {
    media_type: String,
    verification_material: Material,
    dsse_envelope: Dsse,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Material {
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<KeyHint>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tlog_entries: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x509_certificate_chain: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyHint {
    hint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Dsse {
    payload: String,
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    sig: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    keyid: Option<String>,
}

impl Envelope {
    /// Signs a statement.
    ///
    /// # Errors
    /// None for a key that was read or made.
    pub fn sign(payload: impl Into<Vec<u8>>, key: &PrivateKey) -> Result<Self> {
        let payload = payload.into();
        let signature = key.sign(&pre_authentication(&payload));
        let hint = key.public().hint()?.to_string();
        Ok(Self { payload, signature, hint })
    }

    /// The Sigstore bundle, compact.
    ///
    /// # Errors
    /// None for an envelope that was made or read.
    pub fn write(&self) -> Result<String> {
        let signature = Signature { sig: STANDARD.encode(&self.signature), keyid: None };
        let bundle = Bundle {
            media_type: MEDIA_TYPE.into(),
            verification_material: Material {
                public_key: Some(KeyHint { hint: self.hint.clone() }),
                ..Material::default()
            },
            dsse_envelope: Dsse {
                payload: STANDARD.encode(&self.payload),
                payload_type: IN_TOTO.into(),
                signatures: vec![signature],
            },
        };
        serde_json::to_string(&bundle).map_err(|error| Error::malformed(error.to_string()))
    }

    /// Reads a Sigstore bundle that is signed with a key.
    ///
    /// # Errors
    /// `Malformed` for anything but a bundle of version 0.3 with the hint of a key and one signature of an in-toto statement;
    /// `Unsupported` for certificates and Sigstore's own.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let bundle: Bundle =
            serde_json::from_slice(bytes).map_err(|error| Error::malformed(error.to_string()))?;
        let expect = |found: &str, want: &str, what: &str| match found == want {
            true => Ok(()),
            false => Err(Error::malformed(format!("{what} is {found:?}, expected {want:?}"))),
        };
        expect(&bundle.media_type, MEDIA_TYPE, "mediaType")?;
        let material = bundle.verification_material;
        if material.x509_certificate_chain.is_some() || material.certificate.is_some() {
            return Err(Error::unsupported("signed with a certificate; cannery verifies signatures of keys"));
        }
        let Some(KeyHint { hint }) = material.public_key else {
            return Err(Error::malformed("does not say which key signed it"));
        };
        if material.tlog_entries.is_some_and(|entries| !entries.is_empty()) {
            return Err(Error::unsupported("has entries of a transparency log, which a key has no use for"));
        }
        let envelope = bundle.dsse_envelope;
        expect(&envelope.payload_type, IN_TOTO, "payloadType")?;
        let [signature] = &envelope.signatures[..] else {
            let count = envelope.signatures.len();
            return Err(Error::malformed(format!("has {count} signatures, expected one")));
        };
        if signature.keyid.as_ref().is_some_and(|keyid| !keyid.is_empty()) {
            return Err(Error::malformed("has a keyid, which Model Signing leaves empty"));
        }
        let decode = |text: &str, what| {
            STANDARD.decode(text).map_err(|error| Error::malformed(format!("{what} is not base64: {error}")))
        };
        let payload = decode(&envelope.payload, "payload")?;
        Ok(Self { payload, signature: decode(&signature.sig, "sig")?, hint })
    }

    /// The payload, if this key signed it.
    ///
    /// # Errors
    /// `Malformed` when another key or none did.
    pub fn verify(&self, key: &PublicKey) -> Result<&[u8]> {
        let own = key.hint()?;
        if self.hint != own.as_str() {
            let hint: String = self.hint.chars().take(64).collect();
            return Err(Error::malformed(format!("signed with another key: {hint}, not {own}")));
        }
        if !key.verifies(&pre_authentication(&self.payload), &self.signature) {
            return Err(Error::malformed("the signature is not of this payload and this key"));
        }
        Ok(&self.payload)
    }

    /// The hint of the key that signed, not checked.
    pub fn hint(&self) -> &str {
        &self.hint
    }
}

/// What is signed: type and payload, each with its length.
fn pre_authentication(payload: &[u8]) -> Vec<u8> {
    let mut out = format!("DSSEv1 {} {IN_TOTO} {} ", IN_TOTO.len(), payload.len()).into_bytes();
    out.extend(payload);
    out
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
