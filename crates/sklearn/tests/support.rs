//! docs/support.md lists the classes that can be read; `BLESS=1 cargo test -p cannery-sklearn --test support` writes it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

#[test]
fn the_page_lists_every_class() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/support.md");
    let page = std::fs::read_to_string(&path).expect("docs/support.md");
    let (before, rest) = page.split_once(BEGIN).expect("the mark where the table begins");
    let (_, after) = rest.split_once(END).expect("the mark where the table ends");
    let want = format!("{before}{BEGIN}{}{END}{after}", table());
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, want).expect("docs/support.md is written");
    } else {
        assert!(page == want, "docs/support.md is not what the classes say: run this test with BLESS=1");
    }
}

const BEGIN: &str = "<!-- classes: made by crates/sklearn/tests/support.rs -->\n";
const END: &str = "<!-- end of classes -->";

fn table() -> String {
    let mut classes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (module, name) in cannery_sklearn::supported() {
        classes.entry(name).or_default().push(module);
    }
    let mut table = String::from("\n| class | modules in which versions keep it |\n|---|---|\n");
    for (name, modules) in classes {
        let modules: Vec<String> = modules.iter().map(|module| format!("`{module}`")).collect();
        writeln!(table, "| `{name}` | {} |", modules.join(", ")).expect("to a String");
    }
    table.push('\n');
    table
}
