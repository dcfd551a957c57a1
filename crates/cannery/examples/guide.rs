//! The example of scikit-learn's guide to model persistence, with cannery in the place of `joblib.load`.
//!
//!     cargo run --release -p cannery --example guide
//!
//! in the folder of the repository, where `examples/` is.

#![allow(clippy::print_stdout)] // what an example shows

fn main() -> Result<(), cannery::Error> {
    // clf = joblib.load('iris_svc.joblib'), without unpickling
    let model = cannery::open("examples/iris_svc.joblib")?;
    assert_eq!(model.class(), Some(("sklearn.svm._classes", "SVC")));

    // clf.predict(X[0:1])
    let predicted = model.call("predict", &[5.1, 3.5, 1.4, 0.2], 4)?;
    assert_eq!(predicted.values, cannery::Values::I64(vec![0]));

    // clf.decision_function(X[0:2])
    let scores = model.call("decision_function", &[5.1, 3.5, 1.4, 0.2, 4.9, 3.0, 1.4, 0.2], 4)?;
    assert_eq!(scores.width(), Some(3));

    // pickle.loads and pickle.load: from memory, and from whatever can be read
    let bytes = std::fs::read("examples/iris_svc.joblib")?;
    assert_eq!(cannery::loads(&bytes)?.class(), model.class());
    assert_eq!(cannery::load(&bytes[..])?.class(), model.class());

    let (module, name) = model.class().unwrap_or_default();
    println!("class              {module}.{name}");
    println!("methods            {}", model.methods()?.join(", "));
    println!("predict            {:?}", predicted.values);
    println!("decision_function  {:?}", scores.values);
    Ok(())
}
