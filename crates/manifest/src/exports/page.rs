//! A bundle as one page for people.

use std::fmt::Write as _;

use crate::{Data, Environment, Error, Item, Manifest, Score, Source, Standing};

mod plot;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1d2330;--soft:#5b6475;--line:#d9dde5;--paper:#fff;--card:#f6f7f9;--good:#1a7f4b;--warn:#9a5b00;--bad:#b3261e;--accent:#2f6fde}\
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#9aa4b5;--line:#343b49;--paper:#14171d;--card:#1c2129;--good:#5ecb94;--warn:#e3a34a;--bad:#f2857c;--accent:#7aa7f7}}\
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}\
main{max-width:56rem;margin:0 auto;padding:2rem 1.2rem 4rem}\
h1{font-size:1.9rem;margin:0 0 .2rem}h2{font-size:1.1rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}\
p{margin:.3rem 0}.soft{color:var(--soft)}code{font:13px/1.5 ui-monospace,monospace;overflow-wrap:anywhere}\
.checks{display:flex;flex-wrap:wrap;gap:.5rem;margin:1rem 0 0;padding:0;list-style:none}\
.checks li{border:1px solid var(--line);border-radius:6px;background:var(--card);padding:.3rem .7rem}\
.passed b{color:var(--good)}.open b{color:var(--warn)}.failed b{color:var(--bad)}\
.tag{font-size:12px;border:1px solid var(--line);border-radius:4px;padding:0 .35em;color:var(--soft);margin-left:.4em;white-space:nowrap}\
.tag.missing,.tag.mutable{color:var(--warn);border-color:currentColor}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.25rem .8rem .25rem 0;border-bottom:1px solid var(--line)}\
th{color:var(--soft);font-weight:500}.number{text-align:right;font-variant-numeric:tabular-nums}\
.wide{overflow-x:auto}svg text{fill:var(--soft);font:12px system-ui,sans-serif}figure{margin:.8rem 0}figcaption{color:var(--soft);font-size:13px}\
details summary{cursor:pointer}.cannery table{width:auto}";

/// How a check of a bundle came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It was not made.
    Open,
    /// It failed.
    Failed,
}

/// A check of a bundle, for the head of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was checked: `signature`.
    pub name: String,
    /// How it came out.
    pub outcome: Outcome,
    /// What a person wants to know of it, in a few words: `not signed`.
    pub note: String,
}

/// One HTML page of a bundle, which needs nothing else: checks, model, scores with a plot, data, source, versions, files.
/// `model` is markup for the model's parameters and parts, written as it is; all other text is escaped.
///
/// # Errors
/// A manifest that contradicts itself.
pub fn page(manifest: &Manifest, checks: &[Check], model: Option<&str>) -> Result<String, Error> {
    manifest.check()?;
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{}</title><style>{STYLE}</style></head><body><main>\n",
        escaped(&manifest.name)
    );
    head(&mut out, manifest, checks);
    section(&mut out, "Model", None, &model_section(manifest, model));
    section(&mut out, "Cross-validation", tag(&manifest.scores), &scores_section(&manifest.scores));
    section(&mut out, "Training data", None, &data_section(&manifest.data));
    section(&mut out, "Source", tag(&manifest.source), &source_section(manifest.source.value()));
    section(
        &mut out,
        "Versions",
        tag(&manifest.environment),
        &versions_section(manifest.environment.value()),
    );
    section(&mut out, "Files", None, &files_section(manifest));
    out.push_str("</main></body></html>\n");
    Ok(out)
}

fn head(out: &mut String, manifest: &Manifest, checks: &[Check]) {
    let class = manifest.model.class.as_deref().unwrap_or("no class");
    let _ = write!(
        out,
        "<h1>{}</h1><p><code>{}</code></p><p class=\"soft\">sealed {} by {}",
        escaped(&manifest.name),
        escaped(class),
        manifest.created,
        escaped(&manifest.generator)
    );
    if let Some(license) = &manifest.license {
        let _ = write!(out, ", licence {}", escaped(license));
    }
    if let Some(parent) = &manifest.parent {
        let _ = write!(out, "; rebuilt from {}", escaped(&parent.name));
    }
    out.push_str("</p><ul class=\"checks\">");
    for check in checks {
        let (class, mark) = match check.outcome {
            Outcome::Passed => ("passed", "✓"),
            Outcome::Open => ("open", "○"),
            Outcome::Failed => ("failed", "✗"),
        };
        let (name, note) = (escaped(&check.name), escaped(&check.note));
        let _ = write!(out, "<li class=\"{class}\"><b>{mark} {name}</b> {note}</li>");
    }
    out.push_str("</ul>\n");
}

fn section(out: &mut String, title: &str, tag: Option<&str>, body: &str) {
    let tag = tag.map_or(String::new(), |tag| format!("<span class=\"tag {tag}\">{tag}</span>"));
    let _ = writeln!(out, "<section><h2>{title}{tag}</h2>{body}</section>");
}

fn tag<T>(item: &Item<T>) -> Option<&'static str> {
    Some(item.standing().map_or("missing", word))
}

fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Observed => "observed",
        Standing::Claimed => "claimed",
    }
}

fn model_section(manifest: &Manifest, model: Option<&str>) -> String {
    let file = &manifest.model;
    let versions = match &file.scikit_learn[..] {
        [] => "not named in the file".to_owned(),
        versions => escaped(&versions.join(", ")),
    };
    let mut out = format!(
        "<p><code>{}</code> ({}), scikit-learn {versions}</p>",
        escaped(file.path.as_str()),
        escaped(&file.container)
    );
    out.push_str(model.unwrap_or_default());
    out
}

fn scores_section(scores: &Item<Vec<Score>>) -> String {
    let Some(scores) = scores.value() else {
        return "<p>Nobody gave the score on the training data.</p>".into();
    };
    let mut out = String::new();
    for score in scores {
        out.push_str("<figure>");
        out.push_str(&plot::folds(score));
        let _ = write!(
            out,
            "<figcaption>{}: mean {:.4}, standard deviation {:.4} over {} folds",
            escaped(&score.metric),
            score.mean(),
            score.std(),
            score.folds.len()
        );
        if let Some(splitter) = &score.splitter {
            let _ = write!(out, " of {}", escaped(&splitter.describe()));
        }
        let _ = write!(
            out,
            ". The band is the range in which a rebuilt model has the same score ({:.4} to {:.4}).</figcaption></figure>",
            score.mean() - score.tolerance(),
            score.mean() + score.tolerance()
        );
    }
    out
}

fn data_section(data: &[Data]) -> String {
    if data.is_empty() {
        return "<p>Nobody said what the model was trained on. <span class=\"tag missing\">missing</span></p>".into();
    }
    let mut out = String::from("<div class=\"wide\"><table>");
    for data in data {
        let mutable = match data.reference.is_immutable() {
            true => "",
            false => "<span class=\"tag mutable\">may change</span>",
        };
        let digest = match &data.reference {
            crate::Reference::File { sha256, bytes, .. } => format!("sha256 {sha256}, {} B", grouped(*bytes)),
            crate::Reference::Folder { files, .. } => format!("{} files", files.len()),
            _ => String::new(),
        };
        let _ = write!(
            out,
            "<tr><td><code>{}</code><span class=\"tag\">{}</span>{mutable}<br><code class=\"soft\">{digest}</code></td></tr>",
            escaped(&data.reference.uri()),
            word(data.standing)
        );
    }
    out + "</table></div>"
}

fn source_section(source: Option<&Source>) -> String {
    let Some(source) = source else {
        return "<p>Nobody gave the source that made the model.</p>".into();
    };
    let mut out = String::new();
    if let Some(script) = &source.script {
        let arguments: String = script.arguments.iter().map(|argument| format!(" {argument}")).collect();
        let _ = write!(
            out,
            "<p><code>python {}{}</code></p>",
            escaped(script.path.as_str()),
            escaped(&arguments)
        );
    }
    if let Some(commit) = &source.commit {
        let _ = write!(out, "<p>{} at <code>{}</code></p>", escaped(&commit.repository), commit.commit);
    }
    out
}

fn versions_section(environment: Option<&Environment>) -> String {
    let Some(environment) = environment else {
        return "<p>Nobody gave the versions.</p>".into();
    };
    let mut out = String::from("<p>");
    if let Some(python) = &environment.python {
        let _ = write!(out, "{} {}", escaped(&python.implementation), escaped(&python.version));
    }
    if let Some(platform) = &environment.platform {
        let _ = write!(out, " <span class=\"soft\">{}</span>", escaped(&platform.description));
    }
    out.push_str("</p>");
    let main = ["scikit-learn", "numpy", "scipy", "joblib", "pandas"];
    let known = main.iter().filter_map(|name| Some((*name, environment.version(name)?)));
    table(&mut out, known);
    let _ = write!(out, "<details><summary>all {} packages</summary>", environment.packages.len());
    table(&mut out, environment.packages.iter().map(|package| (&*package.name, &*package.version)));
    out + "</details>"
}

fn table<'t>(out: &mut String, rows: impl Iterator<Item = (&'t str, &'t str)>) {
    out.push_str("<table>");
    for (name, value) in rows {
        let _ = write!(out, "<tr><td>{}</td><td>{}</td></tr>", escaped(name), escaped(value));
    }
    out.push_str("</table>");
}

fn files_section(manifest: &Manifest) -> String {
    let mut out = String::from(
        "<div class=\"wide\"><table><tr><th>path</th><th class=\"number\">bytes</th><th>sha256</th></tr>",
    );
    for file in &manifest.files {
        let _ = write!(
            out,
            "<tr><td><code>{}</code></td><td class=\"number\">{}</td><td><code class=\"soft\">{}</code></td></tr>",
            escaped(file.path.as_str()),
            grouped(file.bytes),
            file.sha256
        );
    }
    out + "</table></div>"
}

/// With a thin space between groups of three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{2009}');
        }
        out.push(digit);
    }
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // marks that turn the direction of writing could make a text look like another
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::full;

    #[test]
    fn nothing_of_a_manifest_is_markup() {
        let mut manifest = full();
        manifest.name = "<script>".into();
        manifest.license = Some("\u{202e}\"MIT'".into());
        let checks = [Check { name: "a&b".into(), outcome: Outcome::Failed, note: "<b>".into() }];
        let page = page(&manifest, &checks, Some("<div>parts</div>")).expect("consistent");
        assert!(!page.contains("<script>") && !page.contains('\u{202e}'), "{page}");
        assert!(page.contains("✗ a&amp;b</b> &lt;b&gt;") && page.contains("<div>parts</div>"), "{page}");
    }

    #[test]
    fn what_is_missing_is_shown() {
        let mut manifest = full();
        (manifest.scores, manifest.source) = (Item::Missing, Item::Missing);
        manifest.data.clear();
        let page = page(&manifest, &[], None).expect("consistent");
        assert_eq!(page.matches("<span class=\"tag missing\">").count(), 3, "{page}");
    }
}
