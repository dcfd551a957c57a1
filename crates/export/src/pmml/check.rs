//! What is an error in a column that the caller brings.

use cannery_graph::{Check, DType};

use super::emit::Column;
use super::expr::{Expr, apply, choose};
use super::net::Net;
use super::xml::{Xml, number};

/// Which values of an input are errors.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Checks {
    /// Missing ones.
    pub(super) missing: bool,
    /// Numbers below the first and above the second.
    pub(super) range: Option<(f64, f64)>,
    /// All but these.
    pub(super) values: Option<Vec<String>>,
}

impl Checks {
    /// Only numbers from the first to the second are fine.
    pub(super) fn narrow(&mut self, low: f64, high: f64) {
        let (old_low, old_high) = self.range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        self.range = Some((old_low.max(low), old_high.min(high)));
    }
}

/// The largest double that becomes a finite float32.
fn most(dtype: DType) -> f64 {
    match dtype {
        // half a unit above the largest float32 is the first that does not
        DType::F32 => (f64::from(f32::MAX) + 2_f64.powi(103)).next_down(),
        DType::F64 | DType::I64 | DType::Bool | DType::Str | DType::Any => f64::MAX,
    }
}

/// A column that is looked at: what the caller brings is checked where it comes in, and what was computed where it is used.
pub(super) fn guard(net: &mut Net, column: &Column, check: Check, dtype: DType) -> Column {
    // a text is a number to nobody, and None is not NaN
    if column.is_text {
        return column.clone();
    }
    let rejects_missing = check == Check::Finite;
    let low = if check == Check::NotNegative { 0.0 } else { -most(dtype) };
    let mut guarded = column.clone();
    let mut is_checked = !(rejects_missing && column.missing || column.overflows) && low < 0.0;
    if let Some(input) = column.root {
        let checks = &mut net.inputs[input].checks;
        checks.missing |= rejects_missing;
        checks.narrow(low, most(dtype));
        guarded.missing &= !rejects_missing;
        is_checked = !column.overflows;
    }
    if is_checked {
        return guarded;
    }
    let x = column.bound(net);
    let high = if dtype == DType::F32 { f64::from(f32::MAX) } else { f64::MAX };
    let checked = within(net, x.clone(), if low < 0.0 { -high } else { 0.0 }, high);
    let expr = match rejects_missing {
        false if column.missing => choose(apply("isMissing", [x.clone()]), x, checked),
        _ => checked,
    };
    guarded.missing &= !rejects_missing;
    guarded.overflows = false;
    guarded.expr = Expr::Field(net.bind("checked", &expr));
    guarded
}

/// A number, or an error where it is missing or out of a range.
pub(super) fn within(net: &mut Net, x: Expr, low: f64, high: f64) -> Expr {
    net.define("within", define_within);
    apply("within", [x, Expr::Number(low), Expr::Number(high)])
}

/// A condition that is missing is an error: that of the outer `if` is so where the inner one finds x out of range.
fn define_within(xml: &mut Xml) {
    let double = [("optype", "continuous"), ("dataType", "double")];
    xml.open("DefineFunction", &[("name", "within"), double[0], double[1]]);
    for name in ["x", "low", "high"] {
        xml.empty("ParameterField", &[("name", name), double[0], double[1]]);
    }
    let field = |xml: &mut Xml, name: &str| xml.empty("FieldRef", &[("field", name)]);
    let open = |xml: &mut Xml, function: &str| xml.open("Apply", &[("function", function)]);
    open(xml, "if");
    open(xml, "lessOrEqual");
    open(xml, "if");
    open(xml, "and");
    for (function, bound) in [("greaterOrEqual", "low"), ("lessOrEqual", "high")] {
        open(xml, function);
        field(xml, "x");
        field(xml, bound);
        xml.close("Apply");
    }
    xml.close("Apply");
    field(xml, "x");
    xml.close("Apply");
    field(xml, "high");
    xml.close("Apply");
    field(xml, "x");
    field(xml, "x");
    xml.close("Apply");
    xml.close("DefineFunction");
}

/// The interval and the values of a data field.
pub(super) fn write_domain(xml: &mut Xml, checks: &Checks) {
    if let Some((low, high)) = checks.range {
        let (low, high) = (number(low), number(high));
        xml.empty("Interval", &[("closure", "closedClosed"), ("leftMargin", &low), ("rightMargin", &high)]);
    }
    for value in checks.values.iter().flatten() {
        xml.empty("Value", &[("value", value)]);
    }
}
