//! `.skops` archives (skops 0.1 to 0.16, protocols 0 to 2): a tree of nodes in `schema.json`, and arrays beside it.
//!
//! skops builds an object by *calling* what a node names. Here each node becomes the inert value that a pickle of the
//! same object would hold, so that whoever looks at a Heap sees one shape, and what skops would call is what the Heap
//! shows: the callable comes from where skops takes it, which is not always the label beside it. Where the loader fixes
//! the callable, a label that says something else is malformed.

mod general;
mod json;
mod loader;
mod node;
mod numpy;
mod scipy;
mod sklearn;
mod tree;

use cannery_object::{Heap, Value};

use self::json::{Json, Kind};
use self::tree::Tree;
use crate::error::{Error, Result, shorten};
use crate::zip::Archive;

/// The entry that makes a zip archive a skops file.
pub const SCHEMA: &str = "schema.json";

/// What a skops file holds.
#[derive(Clone, Debug)]
pub struct Skops {
    /// The object.
    pub root: Value,
    /// Protocol of the file.
    pub protocol: u32,
    /// The skops release that wrote the file, as it says.
    pub version: Option<String>,
}

/// The newest protocol that is known.
const PROTOCOL: u64 = 2;

/// Reads a skops archive.
///
/// Every entry must be used by a node: skops writes no others, and one that nobody reads is a place to hide in. A node
/// whose `__id__` was seen before stands for the object made then; it must also be written as then, with arrays of the
/// same content, because skops reads only the first. An object that holds itself is malformed, as skops can't load one.
pub fn read(heap: &mut Heap, archive: &Archive) -> Result<Skops> {
    let schema = archive.find(SCHEMA).ok_or_else(|| Error::malformed("the archive has no schema.json"))?;
    let bytes = archive.read(schema, heap.budget_mut())?;
    let (skops, used) = read_schema(heap, archive, &bytes).map_err(|error| error.within(SCHEMA))?;
    let unused =
        archive.entries().iter().find(|entry| entry.name() != SCHEMA && !used.contains(entry.name()));
    match unused {
        Some(entry) => {
            let message = "no node of schema.json uses this entry, and skops writes no such";
            Err(Error::malformed(message).within(&shorten(entry.name())))
        }
        None => Ok(skops),
    }
}

fn read_schema(
    heap: &mut Heap,
    archive: &Archive,
    bytes: &[u8],
) -> Result<(Skops, std::collections::HashSet<String>)> {
    let text = str::from_utf8(bytes)
        .map_err(|error| Error::malformed("this is not UTF-8").at(error.valid_up_to()))?;
    let json = Json::parse(text, heap.budget_mut())?;
    let protocol = protocol(&json)?;
    let version =
        json.get(Json::ROOT, "_skops_version").and_then(|at| json.str(at)).map(std::borrow::Cow::into_owned);
    let mut tree = Tree::new(heap, archive, &json, protocol);
    let root = tree.read()?;
    Ok((Skops { root, protocol, version }, tree.into_used()))
}

fn protocol(json: &Json<'_>) -> Result<u32> {
    let at = json.get(Json::ROOT, "protocol").filter(|&at| json.kind(at) == Kind::Int);
    let at = at.ok_or_else(|| Error::malformed("the outermost node has no protocol").at(0))?;
    match json.u64(at) {
        Some(protocol @ 0..=PROTOCOL) => Ok(protocol as u32),
        Some(newer) => Err(Error::unsupported(format!("skops protocol {newer}, newer than {PROTOCOL}"))),
        None => Err(Error::malformed("the protocol is negative or huge").at(json.offset(at))),
    }
}

#[cfg(test)]
mod more_tests;
#[cfg(test)]
mod tests;
