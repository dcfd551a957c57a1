//! Distributions of `scipy.stats`, whose state holds a text that scipy executes when it is set.
//!
//! Source: `rv_generic.__setstate__`, `_attach_argparser_methods` and `parse_arg_template` in
//! `scipy/stats/_distn_infrastructure.py`; before scipy 1.5 the text was made anew out of `shapes`.

use cannery_object::{Heap, Value, View};

use super::attributes;
use crate::rule::Rule;
use crate::site::{Checked, Refusal, Site, short_str};

/// Checks the state: a dict, since scipy 1.4 in a tuple with the random state.
pub(super) fn check(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let Some(state) = site.state() else { return Ok(()) };
    let dict = match heap.as_tuple(state) {
        Some([dict, random]) if is_random(heap, *random) => *dict,
        Some(_) => return Err(site.bad_state()),
        None => state,
    };
    let pairs = heap.as_dict(dict).ok_or_else(|| site.bad_state())?;
    attributes::keys(heap, pairs)?;
    for (name, is_fine) in [("_parse_arg_template", is_template as fn(&str) -> bool), ("shapes", is_shapes)] {
        match heap.lookup(pairs, name) {
            None | Some(Value::None) => {}
            Some(text) if short_str(heap, text).is_some_and(|text| is_fine(&text)) => {}
            Some(_) => {
                let message = format!("{name} is not the text that scipy writes, and scipy executes it");
                return Err(Refusal::new(Rule::ExecutedText, message));
            }
        }
    }
    Ok(())
}

fn is_random(heap: &Heap, value: Value) -> bool {
    value == Value::None || matches!(heap.view(value), View::Random(_))
}

/// Names of parameters, separated by commas and spaces.
fn is_shapes(text: &str) -> bool {
    text.split([',', ' ']).all(|name| name.is_empty() || is_name(name))
}

fn is_name(name: &str) -> bool {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    plain && !name.starts_with(|c: char| c.is_ascii_digit()) && name.len() <= 40
}

/// Whether a text is scipy's template for some names of parameters.
fn is_template(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("\ndef _parse_args(self, ") else { return false };
    [("loc=0, scale=1", "loc, scale"), ("loc=0", "loc, 1")].into_iter().any(|(locscale_in, locscale_out)| {
        let end = format!(" {locscale_in}):\n");
        let Some((names, _)) = rest.split_once(&end) else { return false };
        is_shapes(names) && text == template(names, locscale_in, locscale_out)
    })
}

fn template(names: &str, locscale_in: &str, locscale_out: &str) -> String {
    format!(
        "\ndef _parse_args(self, {names} {locscale_in}):\n    return ({names}), {locscale_out}\n\n\
         def _parse_args_rvs(self, {names} {locscale_in}, size=None):\n    \
         return self._argcheck_rvs({names} {locscale_out}, size=size)\n\n\
         def _parse_args_stats(self, {names} {locscale_in}, moments='mv'):\n    \
         return ({names}), {locscale_out}, moments\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_known_with_any_names() {
        for names in ["", "a, b, ", "df, "] {
            assert!(is_template(&template(names, "loc=0, scale=1", "loc, scale")), "{names:?}");
            assert!(is_template(&template(names, "loc=0", "loc, 1")), "{names:?}");
        }
    }

    #[test]
    fn nothing_else_is_executed() {
        let good = template("a, ", "loc=0, scale=1", "loc, scale");
        let bad = [
            String::new(),
            "import os".into(),
            format!("{good}\nimport os\n"),
            good.replace("moments\n", "moments, exec('x')\n"),
            template("a=print(1), ", "loc=0, scale=1", "loc, scale"),
            template("a):\n    pass\nimport os\ndef f(", "loc=0, scale=1", "loc, scale"),
            good.replace("loc=0", "loc=f()"),
        ];
        for text in bad {
            assert!(!is_template(&text), "{text}");
        }
        assert!(is_shapes("a, b") && !is_shapes("a=1") && !is_shapes("a;b") && !is_shapes("1a"));
    }
}
