//! Bundles: a model file with what is needed to trust it, and to train it again.
//!
//! [`Seal`] makes a bundle, a folder or a zip with the model byte for byte and `manifest.json`. [`sign`](fn@sign::sign) adds
//! `model.sig`, a signature of OpenSSF Model Signing v1 with a key. [`Verify`] checks a bundle: digests, manifest, signature,
//! the verdict of `scan`, the predictions of golden rows, and data at hand.
//!
//! [`Rebuild`] trains a model again from a bundle whose signature was verified: it runs the recorded script in a sandbox. Nothing
//! else of a bundle is executed. What models are and how they predict comes in through the trait [`Native`].
//!
//! This crate does not know scikit-learn, graphs, and how predictions are computed.

#![forbid(unsafe_code)]

mod bundle;
mod data;
mod digest;
mod error;
mod git;
mod golden;
mod interpreter;
mod items;
mod lock;
mod native;
mod rebuild;
mod record;
mod seal;
pub mod sign;
mod staging;
mod verify;
mod zip;

pub use bundle::{Bundle, Listed};
pub use cannery_manifest as manifest;
pub use digest::{Digested, copy, digest};
pub use error::{Error, ErrorKind, Result};
pub use native::{Described, Judgement, Native, Predicted};
pub use rebuild::{Rebuild, SandboxLimits, Trained, Verified, Versions};
pub use record::{Record, RecordedSource};
pub use seal::{Seal, Sealed};
pub use verify::{Check, Outcome, Verification, Verify};
