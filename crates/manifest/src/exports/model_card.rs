//! A model card as Hugging Face reads it: `README.md` with metadata in front.

use std::fmt::Write as _;

use serde_json::json;

use crate::{Data, Error, Item, Manifest, Score, Standing};

/// The model card of a bundle: what the manifest says, for people, with the metadata of Hugging Face's hub in front.
///
/// Source: <https://huggingface.co/docs/hub/model-cards>.
///
/// # Errors
/// A manifest that contradicts itself.
pub fn model_card(manifest: &Manifest) -> Result<String, Error> {
    manifest.check()?;
    let mut out = front(manifest);
    // writing to a text never fails
    let _ = write!(out, "\n# {}\n\n", line(&manifest.name));
    let _ = write!(out, "{}\n\n## Training data\n\n{}", summary(manifest), data(&manifest.data));
    let _ = write!(out, "\n## Source\n\n{}", source(manifest));
    let _ = write!(out, "\n## Versions\n\n{}", versions(manifest));
    let _ = write!(out, "\n## Cross-validation\n\n{}", scores(&manifest.scores));
    let _ = write!(out, "\n## How to use\n\n{}", how_to(manifest));
    Ok(out)
}

/// YAML, whose flow style is JSON.
fn front(manifest: &Manifest) -> String {
    let mut out = String::from("---\nlibrary_name: sklearn\ntags:\n- sklearn\n- cannery\n");
    if let Some(license) = &manifest.license {
        let _ = writeln!(out, "license: {}", json!(license.to_lowercase()));
    }
    let scores: Vec<&Score> = manifest.scores.value().into_iter().flatten().collect();
    if !scores.is_empty() {
        let metrics: Vec<_> = scores
            .iter()
            .map(|score| json!({"type": score.metric, "value": score.mean(), "name": format!("{}, mean of cross-validation", score.metric)}))
            .collect();
        let data = manifest.data.first().map_or("training data".into(), |data| data.reference.uri());
        let result = json!([{"name": manifest.name, "results": [{
            "task": {"type": "tabular-classification"},
            "dataset": {"name": data, "type": "training-data"},
            "metrics": metrics,
        }]}]);
        let _ = writeln!(out, "model-index: {result}");
    }
    out + "---\n"
}

fn summary(manifest: &Manifest) -> String {
    let class = manifest.model.class.as_deref().unwrap_or("not known");
    let versions = match &manifest.model.scikit_learn[..] {
        [] => "a release of scikit-learn that it does not name".to_owned(),
        versions => format!("scikit-learn {}", versions.join(", ")),
    };
    let mut out = format!(
        "`{}` holds a model of the class `{}`, written by {versions}. It was sealed at {} by {}.",
        manifest.model.path,
        line(class),
        manifest.created,
        line(&manifest.generator)
    );
    if let Some(parent) = &manifest.parent {
        let _ = write!(
            out,
            " It was rebuilt from the bundle {} (manifest {}).",
            line(&parent.name),
            parent.manifest
        );
    }
    let missing = manifest.missing();
    if !missing.is_empty() {
        let _ = write!(out, "\n\n**Missing:** {}.", missing.join(", "));
    }
    out
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Observed => "observed",
        Standing::Claimed => "claimed",
    }
}

fn data(data: &[Data]) -> String {
    if data.is_empty() {
        return "Missing: nobody said what the model was trained on.\n".into();
    }
    let each = |data: &Data| {
        let note = if data.reference.is_immutable() { "" } else { ", **may change**" };
        format!("* `{}` ({}{note})\n", line(&data.reference.uri()), standing(data.standing))
    };
    data.iter().map(each).collect()
}

fn source(manifest: &Manifest) -> String {
    let Some(source) = manifest.source.value() else {
        return "Missing.\n".into();
    };
    let mut out = String::new();
    if let Some(script) = &source.script {
        let arguments = script.arguments.iter().map(|argument| format!(" {}", line(argument)));
        let _ = writeln!(out, "* `{}{}`", script.path, arguments.collect::<String>());
    }
    if let Some(commit) = &source.commit {
        let _ = writeln!(out, "* `{}` at commit `{}`", line(&commit.repository), commit.commit);
    }
    out
}

fn versions(manifest: &Manifest) -> String {
    let Some(environment) = manifest.environment.value() else {
        return "Missing.\n".into();
    };
    let mut out = String::new();
    if let Some(python) = &environment.python {
        let _ = writeln!(out, "* {} {}", line(&python.implementation), line(&python.version));
    }
    if let Some(platform) = &environment.platform {
        let _ = writeln!(out, "* {}", line(&platform.description));
    }
    let main = ["scikit-learn", "numpy", "scipy", "joblib", "pandas"];
    for (name, version) in main.iter().filter_map(|name| Some((name, environment.version(name)?))) {
        let _ = writeln!(out, "* {name} {}", line(version));
    }
    let _ = writeln!(out, "* {} packages in all, in `manifest.json`", environment.packages.len());
    out
}

fn scores(scores: &Item<Vec<Score>>) -> String {
    let Some(scores) = scores.value() else {
        return "Missing.\n".into();
    };
    let mut out = String::from(
        "| metric | mean | standard deviation | same range | folds |\n|---|---:|---:|---|---|\n",
    );
    for score in scores {
        let folds: Vec<String> = score.folds.iter().map(|fold| format!("{fold:.4}")).collect();
        let (mean, tolerance) = (score.mean(), score.tolerance());
        let _ = writeln!(
            out,
            "| {} | {mean:.4} | {:.4} | {:.4} to {:.4} | {} |",
            line(&score.metric).replace('|', "\\|"),
            score.std(),
            mean - tolerance,
            mean + tolerance,
            folds.join(", ")
        );
    }
    out
}

fn how_to(manifest: &Manifest) -> String {
    format!(
        "```\ncannery verify .\ncannery predict {path} rows.csv\n```\n\n```python\nimport cannery\nmodel = cannery.load(\"{path}\")\n```\n",
        path = manifest.model.path
    )
}

/// A text on one line, without what ends a code span: names in a manifest are whatever somebody wrote.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|&c| c != '`').collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::full;

    #[test]
    fn a_card_says_what_is_there_and_what_is_missing() {
        let card = model_card(&full()).expect("consistent");
        for part in [
            "license: \"mit\"",
            "# iris",
            "`iris.csv` (observed)",
            "| accuracy | 0.9556 | 0.0416 |",
            "CPython 3.12.1",
        ] {
            assert!(card.contains(part), "{part} in {card}");
        }
        let mut manifest = full();
        manifest.data.clear();
        manifest.name = "a\n# b".into();
        let card = model_card(&manifest).expect("consistent");
        assert!(card.contains("**Missing:** data.") && card.contains("\n# a # b\n"), "{card}");
    }
}
