//! SLSA provenance v1: the training as a build whose product is the model.

use serde_json::{Map, Value, json};

use super::{ITEMS, Items, at, purl};
use crate::{Data, Error, Manifest, Reference, Sha256, Source};

/// The predicate type of SLSA provenance v1.
pub const SLSA_PREDICATE: &str = "https://slsa.dev/provenance/v1";

/// The type of build that this crate describes: a Python script that trains and saves a scikit-learn model.
const BUILD_TYPE: &str = "https://cannery.dev/scikit-learn-training/v1";

/// An in-toto Statement v1 with SLSA provenance v1. The subject is the model file; `more_subjects` are names with digests
/// that the statement is about too, such as the root of the bundle's signature.
///
/// Source: <https://slsa.dev/spec/v1.0/provenance>.
///
/// # Errors
/// A manifest that contradicts itself.
pub fn slsa(manifest: &Manifest, more_subjects: &[(&str, Sha256)]) -> Result<Value, Error> {
    manifest.check()?;
    let model =
        manifest.entry(&manifest.model.path).ok_or_else(|| Error::new("the model is not among the files"))?;
    let mut subjects = vec![subject(model.path.as_str(), &model.sha256)];
    subjects.extend(more_subjects.iter().map(|(name, digest)| subject(name, digest)));
    let run = manifest.run.as_ref();
    let metadata =
        run.map(|run| json!({"startedOn": run.started.to_string(), "finishedOn": run.finished.to_string()}));
    Ok(json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": SLSA_PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": external_parameters(manifest),
                "internalParameters": {ITEMS: Items::of(manifest)},
                "resolvedDependencies": dependencies(manifest),
            },
            "runDetails": {
                "builder": builder(manifest),
                "metadata": metadata.unwrap_or_else(|| json!({})),
                "byproducts": byproducts(manifest),
            },
        },
    }))
}

/// Reads the four items back from what [`slsa`] wrote.
///
/// # Errors
/// JSON that is not such a statement.
pub fn items_of_slsa(bytes: &[u8]) -> Result<Items, Error> {
    let statement: Value = serde_json::from_slice(bytes).map_err(|error| Error::new(error.to_string()))?;
    let items = at(&statement, "/predicate/buildDefinition/internalParameters")?.get(ITEMS);
    let items = items.ok_or_else(|| Error::new(format!("internalParameters has no {ITEMS}")))?;
    serde_json::from_value(items.clone()).map_err(|error| Error::new(error.to_string()))
}

fn subject(name: &str, digest: &Sha256) -> Value {
    json!({"name": name, "digest": {"sha256": digest.as_str()}})
}

fn external_parameters(manifest: &Manifest) -> Value {
    let mut parameters = Map::new();
    if let Some(source) = manifest.source.value() {
        if let Some(script) = &source.script {
            parameters.insert("script".into(), json!(script.path.as_str()));
            parameters.insert("arguments".into(), json!(script.arguments));
        }
        if let Some(commit) = &source.commit {
            parameters.insert("repository".into(), json!(commit.repository));
        }
    }
    Value::Object(parameters)
}

fn dependencies(manifest: &Manifest) -> Vec<Value> {
    let mut dependencies: Vec<Value> = manifest.data.iter().flat_map(data).collect();
    dependencies.extend(manifest.source.value().into_iter().flat_map(|known| source(manifest, known)));
    let packages = manifest.environment.value().into_iter().flat_map(|known| &known.packages);
    dependencies.extend(packages.map(|package| {
        let mut resource = json!({"name": package.name, "uri": purl(&package.name, &package.version)});
        if let [digest] = &package.sha256[..] {
            resource["digest"] = json!({"sha256": digest.as_str()});
        }
        resource
    }));
    dependencies
}

fn data(data: &Data) -> Vec<Value> {
    let reference = &data.reference;
    let mut resource = json!({"name": "training data", "uri": reference.uri()});
    resource["digest"] = match reference {
        Reference::File { sha256, .. } | Reference::Http { sha256, .. } => json!({"sha256": sha256.as_str()}),
        Reference::Git { commit, .. } => json!({"gitCommit": commit.as_str()}),
        Reference::HuggingFace { revision, .. } => json!({"gitCommit": revision.as_str()}),
        Reference::OpenMl { md5: Some(md5), .. } => json!({"md5": md5.as_str()}),
        Reference::Folder { path, files } => {
            let each = |file: &crate::DataFile| {
                json!({"name": "training data", "uri": format!("{path}/{}", file.path),
                       "digest": {"sha256": file.sha256.as_str()}})
            };
            return files.iter().map(each).collect();
        }
        _ => return vec![resource],
    };
    vec![resource]
}

fn source(manifest: &Manifest, source: &Source) -> Vec<Value> {
    let script = source.script.as_ref().and_then(|script| manifest.entry(&script.path)).map(|file| {
        json!({"name": "source", "uri": file.path.as_str(), "digest": {"sha256": file.sha256.as_str()}})
    });
    let commit = source.commit.as_ref().map(|commit| {
        let uri = format!("git+{}@{}", commit.repository, commit.commit);
        json!({"name": "source", "uri": uri, "digest": {"gitCommit": commit.commit.as_str()}})
    });
    script.into_iter().chain(commit).collect()
}

/// Who ran the training: a Python of somebody's own, about whom the manifest says nothing more.
fn builder(manifest: &Manifest) -> Value {
    let mut version = Map::new();
    if let Some(python) = manifest.environment.value().and_then(|known| known.python.as_ref()) {
        version.insert(python.implementation.clone(), json!(python.version));
    }
    json!({"id": "https://cannery.dev/builder/local-python", "version": version})
}

/// The other files of the bundle.
fn byproducts(manifest: &Manifest) -> Vec<Value> {
    let others = manifest.files.iter().filter(|file| file.path != manifest.model.path);
    others
        .map(|file| json!({"name": file.path.as_str(), "digest": {"sha256": file.sha256.as_str()}}))
        .collect()
}
