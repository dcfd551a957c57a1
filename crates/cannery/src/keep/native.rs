//! What `keep` asks of models.

use std::path::Path;

use bytes::Bytes;
use cannery_format::NoCompanions;
use cannery_keep::manifest::Sha256;
use cannery_keep::{Described, Judgement, Native, Predicted};
use cannery_object::Limits;
use cannery_scan::{Report, Verdict};

use crate::error::{Error, Result};
use crate::model::{Model, Options};
use crate::predict::{Prediction, usual_signature};

/// Models, read and run under limits.
pub(crate) struct Models<'l> {
    limits: &'l Limits,
}

impl<'l> Models<'l> {
    pub(crate) fn new(limits: &'l Limits) -> Self {
        Self { limits }
    }

    fn open(&self, model: &Bytes) -> Result<Model> {
        Options::default().limits(self.limits.clone()).read_judged(model, &mut NoCompanions)
    }

    /// Reads a model from a stream, to its end.
    pub(super) fn read(&self, reader: impl std::io::Read) -> Result<Model> {
        let mut reader = reader;
        let bytes = cannery_format::source::read(&mut reader, None, self.limits, &mut |_, _| ())?;
        self.open(&bytes)
    }

    fn predict_to(&self, model: &Model, rows: &Path, methods: &str, output: &Path) -> Result<()> {
        let prediction =
            Prediction::new(rows).method(methods).output(Some(output)).limits(self.limits.clone());
        prediction.run(model, Box::new(std::io::sink()), &mut |_, _, _| ())
    }
}

impl Native for Models<'_> {
    fn describe(&self, bytes: &Bytes) -> cannery_keep::Result<Described> {
        let options = cannery_scan::Options::default().limits(self.limits.clone());
        let report = cannery_scan::scan(bytes, &options, &mut NoCompanions).of_named_file();
        let judgement = judgement(&report);
        if matches!(judgement, Judgement::Malformed(_) | Judgement::Dangerous(_)) {
            let (container, scikit_learn) = (String::new(), Vec::new());
            return Ok(Described { judgement, container, class: None, scikit_learn, computation: None });
        }
        let model = self.open(bytes).map_err(cannery_keep::Error::of)?;
        Ok(Described {
            judgement,
            container: model.facts().kind.name().to_owned(),
            class: model.class().map(|(module, name)| format!("{module}.{name}")),
            scikit_learn: model.summary().origin.sklearn.into_keys().collect(),
            computation: computation(&model),
        })
    }

    fn predict(
        &self,
        bytes: &Bytes,
        rows: &Path,
        methods: Option<&str>,
        scratch: &Path,
    ) -> cannery_keep::Result<Predicted> {
        let predicted = self.open(bytes).and_then(|model| {
            let methods = match methods {
                Some(methods) => methods.to_owned(),
                None => usual_methods(&model.methods()?),
            };
            let output = scratch.join("predictions.ndjson");
            self.predict_to(&model, rows, &methods, &output)?;
            let ndjson = std::fs::read(&output)?;
            let rows = ndjson.iter().filter(|&&byte| byte == b'\n').count() as u64;
            let methods = methods.split(',').map(|method| method.trim().to_owned()).collect();
            Ok(Predicted::Rows { ndjson, methods, rows })
        });
        match predicted {
            Err(error @ Error::Unsupported(_)) => Ok(Predicted::Not { reason: error.message().to_owned() }),
            predicted => predicted.map_err(cannery_keep::Error::of),
        }
    }
}

/// `predict` and what it is made from, or `transform`.
fn usual_methods(methods: &[String]) -> String {
    let has = |name: &&str| methods.iter().any(|method| method == name);
    let scores = ["predict_proba", "decision_function"].into_iter().find(has);
    let usual: Vec<&str> = ["predict"].into_iter().filter(has).chain(scores).collect();
    match (&usual[..], methods.first()) {
        ([], _) if has(&"transform") => "transform".into(),
        ([], Some(first)) => first.clone(),
        (usual, _) => usual.join(","),
    }
}

fn judgement(report: &Report) -> Judgement {
    let finding = report.findings.iter().find(|finding| finding.verdict == report.verdict);
    let message = finding.map(|finding| finding.message.clone()).unwrap_or_default();
    match report.verdict {
        Verdict::Safe => Judgement::Safe,
        Verdict::Unknown => Judgement::Unknown(message),
        Verdict::Dangerous => Judgement::Dangerous(message),
        Verdict::Malformed => Judgement::Malformed(message),
    }
}

fn computation(model: &Model) -> Option<Sha256> {
    let estimator = model.read_estimator().ok()?;
    let graph = estimator.lower(&usual_signature(&*estimator)).ok()?;
    Some(Sha256::of_bytes(graph.digest()))
}
