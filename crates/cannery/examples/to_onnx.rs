//! Writes models as ONNX: `to_onnx MODEL OUT.onnx [METHODS] [float32]`.

use cannery::{ExportOptions, ExportTarget};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, output, rest @ ..] = &arguments[..] else { return Err("to_onnx MODEL OUT.onnx".into()) };
    let mut options = ExportOptions::default();
    for word in rest {
        options = match word.as_str() {
            "float32" => options.float32(true),
            methods => options.methods(methods),
        };
    }
    let onnx = cannery::open(model)?.export(ExportTarget::Onnx, &options)?;
    std::fs::write(output, onnx)?;
    Ok(())
}
