//! A summary as a piece of HTML: the parts of a model as boxes that open, as notebooks show them.

use std::fmt::Write;

use super::summary::Summary;
use super::tree::Branch;
use crate::error::printable_line;

const STYLE: &str = "\
.cannery{font-family:system-ui,sans-serif;font-size:13px;line-height:1.45;max-width:60em}\
.cannery details{border:1px solid #8886;border-radius:5px;margin:3px 0 3px 1em;padding:2px 8px}\
.cannery>details{margin-left:0}\
.cannery summary{cursor:pointer}\
.cannery .label{opacity:.65}\
.cannery .note{opacity:.65;margin-left:.6em}\
.cannery table{border-collapse:collapse;margin:2px 0 4px}\
.cannery td{padding:0 .9em 0 0;text-align:left;vertical-align:top;border:0;background:none}\
.cannery td:first-child{opacity:.65}\
.cannery footer{opacity:.65;margin-top:2px}";

impl Summary {
    /// The model as HTML for a notebook: a box for each part, with its parameters and fitted attributes; below, who wrote
    /// it. Everything that comes from the file is escaped.
    ///
    /// ```
    /// let html = cannery::open("../../examples/iris_svc.joblib")?.summary().to_html();
    /// assert!(html.starts_with("<div class=\"cannery\">") && html.contains("<b>SVC</b>"));
    /// # Ok::<(), cannery::Error>(())
    /// ```
    pub fn to_html(&self) -> String {
        let mut html = format!("<div class=\"cannery\"><style>{STYLE}</style>");
        write_branch(&mut html, &self.model, true);
        if let Some(version) = self.origin.sklearn.keys().next() {
            let _ = write!(html, "<footer>scikit-learn {}</footer>", escaped(version));
        }
        html.push_str("</div>");
        html
    }
}

/// As deep as the tree was drawn, which is bounded.
fn write_branch(html: &mut String, branch: &Branch, open: bool) {
    html.push_str(if open { "<details open><summary>" } else { "<details><summary>" });
    if let Some(label) = &branch.label {
        let _ = write!(html, "<span class=\"label\">{}: </span>", escaped(label));
    }
    let _ = write!(html, "<b>{}</b>", escaped(&branch.name));
    if let Some(note) = &branch.note {
        let _ = write!(html, "<span class=\"note\">{}</span>", escaped(note));
    }
    html.push_str("</summary>");
    write_rows(html, &branch.params);
    write_rows(html, &branch.fitted);
    for part in &branch.parts {
        write_branch(html, part, false);
    }
    html.push_str("</details>");
}

fn write_rows(html: &mut String, rows: &[(String, String)]) {
    if rows.is_empty() {
        return;
    }
    html.push_str("<table>");
    for (name, value) in rows {
        let _ = write!(html, "<tr><td>{}</td><td>{}</td></tr>", escaped(name), escaped(value));
    }
    html.push_str("</table>");
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_file_is_markup() {
        let branch = Branch {
            label: Some("<script>".into()),
            name: "A&B".into(),
            params: vec![("x\"".into(), "</td><img onerror='x'>\u{202e}".into())],
            ..Branch::default()
        };
        let mut html = String::new();
        write_branch(&mut html, &branch, true);
        assert_eq!(
            html,
            "<details open><summary><span class=\"label\">&lt;script&gt;: </span><b>A&amp;B</b></summary><table><tr>\
             <td>x&quot;</td><td>&lt;/td&gt;&lt;img onerror=&#39;x&#39;&gt;\\u{202e}</td></tr></table></details>"
        );
    }
}
