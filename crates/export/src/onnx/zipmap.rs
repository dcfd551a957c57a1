//! Probabilities as a map for each row, which is what skl2onnx gives if nothing is said.

use cannery_graph::{DType, Graph, Labels, Op};

use super::net::{Net, int_list, text_list};
use super::outputs::Named;
use super::proto::{
    DataType, MapTypeProto, SequenceTypeProto, TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto,
};
use crate::error::Error;

/// The method whose result becomes maps.
const METHOD: &str = "predict_proba";

/// Gives labels and probabilities the names that skl2onnx has for them with maps.
///
/// # Errors
/// `Usage` where there are no probabilities of one target, or its labels can't be keys.
pub(super) fn rename(graph: &Graph, named: &mut [Named]) -> Result<(), Error> {
    if !named.iter().any(|output| output.method == METHOD) {
        return Err(Error::Usage(format!(
            "a ZipMap holds what {METHOD} gives for one target, which is no output"
        )));
    }
    keys(graph)?;
    for output in named {
        match &*output.method {
            "predict" => output.name = "output_label".into(),
            METHOD => output.name = "output_probability".into(),
            _ => {}
        }
    }
    Ok(())
}

/// Whether an output becomes maps.
pub(super) fn is_zipped(output: &Named) -> bool {
    output.method == METHOD
}

/// Maps from the label of a class to its probability, which is float32 there: a list of them, one a row.
pub(super) fn zipped(net: &mut Net, graph: &Graph, output: &Named, x: &str) -> Result<ValueInfoProto, Error> {
    let (attribute, key_type) = match keys(graph)? {
        Labels::I64(labels) => (int_list("classlabels_int64s", labels.to_vec()), DataType::Int64),
        Labels::Str(labels) => {
            let labels = labels.iter().map(|label| &**label);
            (text_list("classlabels_strings", labels), DataType::String)
        }
        Labels::F64(_) | Labels::Bool(_) => return Err(no_key()),
    };
    let narrow =
        if graph.type_of(output.edge).dtype == DType::F32 { x.to_owned() } else { net.cast(x, DType::F32) };
    net.ml("ZipMap", &[&narrow], vec![attribute]);
    net.name_last(&output.name);
    let shape = Some(TensorShapeProto { dim: vec![] });
    let tensor_type = Some(TensorTypeProto { elem_type: DataType::Float as i32, shape });
    let value = TypeProto { tensor_type, ..TypeProto::default() };
    let map_type = MapTypeProto { key_type: key_type as i32, value_type: Some(Box::new(value)) };
    let map = TypeProto { map_type: Some(Box::new(map_type)), ..TypeProto::default() };
    let sequence_type = Some(Box::new(SequenceTypeProto { elem_type: Some(Box::new(map)) }));
    let ty = TypeProto { sequence_type, ..TypeProto::default() };
    Ok(ValueInfoProto { name: output.name.clone(), r#type: Some(ty) })
}

/// The labels of the classes.
fn keys(graph: &Graph) -> Result<&Labels, Error> {
    let edges = graph.output("predict").map(cannery_graph::Output::edges);
    match edges {
        Some([edge]) => match &graph.node(*edge).op {
            Op::Labels(labels @ (Labels::I64(_) | Labels::Str(_))) => Ok(labels),
            _ => Err(no_key()),
        },
        _ => Err(no_key()),
    }
}

fn no_key() -> Error {
    Error::Usage(
        "a ZipMap holds integers and text as labels, and the classes of this model are not of these".into(),
    )
}
