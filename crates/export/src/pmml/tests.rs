use cannery_graph::{Builder, DType, Function, Labels, Op, Signature};

use super::{PMML_OPERATORS, Pmml, Verification};
use crate::error::Error;

/// A document of exp(x), and of labels by its arg max.
fn document(pmml: &Pmml, labels: &[&str]) -> Result<String, Error> {
    let mut builder = Builder::new(Signature::dense(DType::F64));
    let x = builder.input(2).expect("an input");
    let y = builder.add(Op::Elementwise(Function::Exp), &[x]).expect("floats");
    let class = builder.add(Op::ArgMax, &[y]).expect("floats");
    let labels = Labels::Str(labels.iter().map(|label| (*label).into()).collect());
    let label = builder.add(Op::Labels(labels), &[class]).expect("positions");
    builder.output("predict", label).expect("a new name");
    builder.output("predict_proba", y).expect("a new name");
    pmml.write(&builder.finish()).map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
}

#[test]
fn labels_are_the_target_and_scores_are_named_by_them() {
    let text = document(&Pmml::default(), &["a<b", "\"é\""]).expect("a document");
    for part in [
        "<DataField name=\"x1\" optype=\"continuous\" dataType=\"double\">",
        "<Value value=\"a&lt;b\"/>",
        "<OutputField name=\"probability(&quot;é&quot;)\" displayName=\"predict_proba[1]\"",
        "<MiningField name=\"y\" usageType=\"target\"/>",
        "<Apply function=\"exp\"><FieldRef field=\"x1\"/></Apply>",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[test]
fn characters_that_xml_does_not_have_are_refused() {
    let Err(Error::Usage(message)) = document(&Pmml::default(), &["a", "\u{1}"]) else { panic!("written") };
    assert_eq!(message, "XML can't hold the character '\\u{1}' of a label, a category or a name");
}

#[test]
fn rows_for_verification_have_the_columns_of_the_model() {
    let verification = Verification { inputs: vec![vec![]], results: vec![] };
    let Err(Error::Usage(message)) = document(&Pmml::default().verification(Some(verification)), &["a", "b"])
    else {
        panic!("written")
    };
    assert_eq!(message, "rows of 1 columns; the model takes 2");
}

/// `docs/export.md` has the table of operators: BLESS=1 writes it.
#[test]
fn the_page_has_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/export.md");
    let page = std::fs::read_to_string(path).expect("docs/export.md");
    let begin = "<!-- operators of PMML: made by crates/export/src/pmml/tests.rs -->\n";
    let end = "<!-- end of operators of PMML -->";
    let (before, rest) = page.split_once(begin).expect("the mark where the table begins");
    let (_, after) = rest.split_once(end).expect("the mark where the table ends");
    let mut table =
        String::from("| operator of the graph | in PMML | what can't be exported |\n|---|---|---|\n");
    for crate::Support { operator, written_as, gap } in PMML_OPERATORS {
        table += &format!("| `{operator}` | {written_as} | {gap} |\n");
    }
    let want = format!("{before}{begin}\n{table}\n{end}{after}");
    if page != want {
        assert!(
            std::env::var_os("BLESS").is_some(),
            "docs/export.md differs from PMML_OPERATORS (BLESS=1 writes it)"
        );
        std::fs::write(path, want).expect("docs/export.md is written");
    }
}

#[test]
fn both_targets_list_the_same_operators() {
    let names = |table: &[crate::Support]| {
        table.iter().map(|row| row.operator).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(names(PMML_OPERATORS), names(crate::onnx::OPERATORS));
}
