//! Programs that were compiled for a model, kept by what they were compiled for.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use cannery_exec::Program;
use cannery_graph::Signature;
use cannery_sklearn::Estimator;

use crate::error::Result;

/// Programs that are kept at most; the one that was asked for longest ago goes first.
const KEPT: usize = 16;

/// The estimator of a model as it was read, and its programs. Nothing is read before it is asked for.
#[derive(Default)]
pub(crate) struct Programs(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    estimator: Option<Arc<dyn Estimator>>,
    /// The one asked for last stands last.
    programs: Vec<(String, Signature, Arc<Program>)>,
}

impl Programs {
    /// The estimator, read by `read` the first time.
    pub(crate) fn estimator(
        &self,
        read: impl FnOnce() -> Result<Box<dyn Estimator>>,
    ) -> Result<Arc<dyn Estimator>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(estimator) = &kept.estimator {
            return Ok(Arc::clone(estimator));
        }
        let estimator: Arc<dyn Estimator> = read()?.into();
        kept.estimator = Some(Arc::clone(&estimator));
        Ok(estimator)
    }

    /// The program of a request for methods and a signature, made by `compile` the first time.
    pub(crate) fn program(
        &self,
        request: &str,
        signature: &Signature,
        compile: impl FnOnce() -> Result<Program>,
    ) -> Result<Arc<Program>> {
        let find = |kept: &Kept| kept.programs.iter().position(|(r, s, _)| r == request && s == signature);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = find(&kept) {
            let entry = kept.programs.remove(index);
            let program = Arc::clone(&entry.2);
            kept.programs.push(entry);
            return Ok(program);
        }
        drop(kept);
        let program = Arc::new(compile()?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.programs.len() >= KEPT {
            kept.programs.remove(0);
        }
        kept.programs.push((request.to_owned(), signature.clone(), Arc::clone(&program)));
        Ok(program)
    }
}

impl fmt::Debug for Programs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Programs")
    }
}

#[cfg(test)]
mod tests {
    use cannery_graph::{Builder, DType};

    use super::*;

    fn compiled(count: &mut usize) -> Result<Program> {
        *count += 1;
        let mut b = Builder::new(Signature::default());
        let x = b.input(1).expect("a matrix");
        b.output("predict", x).expect("the only output");
        Ok(Program::compile(&b.finish(), &["predict"]).expect("it is there"))
    }

    #[test]
    fn a_program_is_compiled_once_and_the_oldest_goes() {
        let (programs, mut count) = (Programs::default(), 0);
        for request in ["predict", "all", "predict"] {
            programs.program(request, &Signature::default(), || compiled(&mut count)).expect("compiled");
        }
        assert_eq!(count, 2);
        programs
            .program("predict", &Signature::dense(DType::F32), || compiled(&mut count))
            .expect("compiled");
        assert_eq!(count, 3);
        for number in 0..KEPT {
            programs
                .program(&number.to_string(), &Signature::default(), || compiled(&mut count))
                .expect("compiled");
        }
        programs.program("predict", &Signature::default(), || compiled(&mut count)).expect("compiled");
        assert_eq!(count, 3 + KEPT + 1);
    }
}
