//! CycloneDX 1.6: a bill of materials of a machine-learning model.

use serde_json::{Value, json};

use super::{ITEMS, Items, at, purl};
use crate::{Data, Error, Manifest, Package, Reference, Score, Sha256};

/// The `bom-ref` of the model.
const MODEL: &str = "model";

/// A CycloneDX 1.6 bill of materials: the model with its card, the packages it was trained with, the training data.
///
/// Source: <https://cyclonedx.org/docs/1.6/json/>.
///
/// # Errors
/// A manifest that contradicts itself.
pub fn cyclonedx(manifest: &Manifest) -> Result<Value, Error> {
    let text = manifest.write()?;
    let packages = manifest.environment.value().map_or(&[][..], |known| &known.packages);
    let mut components: Vec<Value> = packages.iter().map(package).collect();
    components.extend(manifest.data.iter().enumerate().map(|(index, one)| data(index, one)));
    let depends_on: Vec<&Value> = components.iter().map(|component| &component["bom-ref"]).collect();
    let dependencies = json!([{"ref": MODEL, "dependsOn": depends_on}]);
    let (generator, version) = manifest.generator.split_once(' ').unwrap_or((&manifest.generator, ""));
    Ok(json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": serial_number(&text),
        "version": 1,
        "metadata": {
            "timestamp": manifest.created.to_string(),
            "tools": {"components": [{"type": "application", "name": generator, "version": version}]},
            "component": model(manifest)?,
        },
        "components": components,
        "dependencies": dependencies,
    }))
}

/// Reads the four items back from what [`cyclonedx`] wrote.
///
/// # Errors
/// JSON that is not such a bill of materials.
pub fn items_of_cyclonedx(bytes: &[u8]) -> Result<Items, Error> {
    let bom: Value = serde_json::from_slice(bytes).map_err(|error| Error::new(error.to_string()))?;
    let properties = at(&bom, "/metadata/component/properties")?.as_array().into_iter().flatten();
    let mut items = properties.filter(|property| property["name"] == ITEMS);
    let text = items.next().and_then(|property| property["value"].as_str());
    let text = text.ok_or_else(|| Error::new(format!("the model has no property {ITEMS}")))?;
    serde_json::from_str(text).map_err(|error| Error::new(error.to_string()))
}

/// A UUID of version 8 (RFC 9562): bits of a hash of the manifest, so that the same manifest gives the same document.
fn serial_number(manifest: &str) -> String {
    let half = |seed: u64| {
        // FNV-1a; it names the document and protects nothing
        manifest.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    };
    let (high, low) = (half(0xcbf2_9ce4_8422_2325), half(0x6c62_272e_07bb_0142));
    let (high, low) = (high & !0xf000 | 0x8000, low & !(0b11 << 62) | 0b10 << 62);
    format!(
        "urn:uuid:{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

fn hashes(digests: &[&Sha256]) -> Value {
    digests.iter().map(|digest| json!({"alg": "SHA-256", "content": digest.as_str()})).collect()
}

fn model(manifest: &Manifest) -> Result<Value, Error> {
    let file =
        manifest.entry(&manifest.model.path).ok_or_else(|| Error::new("the model is not among the files"))?;
    let items = serde_json::to_string(&Items::of(manifest)).map_err(|error| Error::new(error.to_string()))?;
    let mut component = json!({
        "type": "machine-learning-model",
        "bom-ref": MODEL,
        "name": manifest.name,
        "hashes": hashes(&[&file.sha256]),
        "modelCard": model_card(manifest),
        "properties": [
            {"name": "cannery:file", "value": file.path.as_str()},
            {"name": "cannery:container", "value": manifest.model.container},
            {"name": "cannery:verdict", "value": serde_json::to_value(manifest.model.verdict).unwrap_or_default()},
            {"name": ITEMS, "value": items},
        ],
    });
    if let Some(license) = &manifest.license {
        component["licenses"] = json!([{"expression": license}]);
    }
    if let Some(commit) = manifest.source.value().and_then(|source| source.commit.as_ref()) {
        let comment = format!("commit {}", commit.commit);
        component["externalReferences"] =
            json!([{"type": "vcs", "url": reference_url(&commit.repository), "comment": comment}]);
    }
    Ok(component)
}

/// What is an IRI reference; a path of a machine becomes one.
fn reference_url(repository: &str) -> String {
    repository.replace('\\', "/").replace(' ', "%20")
}

fn model_card(manifest: &Manifest) -> Value {
    let datasets: Vec<Value> =
        (0..manifest.data.len()).map(|index| json!({"ref": data_ref(index)})).collect();
    let mut parameters = json!({"datasets": datasets});
    if let Some(class) = &manifest.model.class {
        parameters["modelArchitecture"] = json!(class);
    }
    let metrics: Vec<Value> = manifest.scores.value().into_iter().flatten().flat_map(metrics).collect();
    json!({"modelParameters": parameters, "quantitativeAnalysis": {"performanceMetrics": metrics}})
}

/// The mean with the range of scikit-learn's guide, then each fold.
fn metrics(score: &Score) -> Vec<Value> {
    let (mean, tolerance) = (score.mean(), score.tolerance());
    let range = json!({
        "lowerBound": (mean - tolerance).to_string(),
        "upperBound": (mean + tolerance).to_string(),
    });
    let mean = json!({"type": score.metric, "value": mean.to_string(), "slice": "mean of cross-validation",
                      "confidenceInterval": range});
    let folds = score.folds.iter().enumerate().map(|(fold, value)| {
        json!({"type": score.metric, "value": value.to_string(), "slice": format!("cross-validation fold {fold}")})
    });
    std::iter::once(mean).chain(folds).collect()
}

fn package(package: &Package) -> Value {
    let purl = purl(&package.name, &package.version);
    let mut component = json!({
        "type": "library",
        "bom-ref": purl,
        "name": package.name,
        "version": package.version,
        "purl": purl,
    });
    if !package.sha256.is_empty() {
        component["hashes"] = hashes(&package.sha256.iter().collect::<Vec<_>>());
    }
    component
}

fn data_ref(index: usize) -> String {
    format!("data-{index}")
}

fn data(index: usize, data: &Data) -> Value {
    let uri = data.reference.uri();
    let mut component = json!({
        "type": "data",
        "bom-ref": data_ref(index),
        "name": uri,
        "data": [{"type": "dataset", "contents": {"url": reference_url(&uri)}}],
    });
    match &data.reference {
        Reference::File { sha256, .. } | Reference::Http { sha256, .. } => {
            component["hashes"] = hashes(&[sha256]);
        }
        Reference::Folder { files, .. } => {
            let parts = files
                .iter()
                .map(|file| json!({"type": "file", "name": file.path, "hashes": hashes(&[&file.sha256])}));
            component["components"] = parts.collect();
        }
        _ => {}
    }
    component
}
