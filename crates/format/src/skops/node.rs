use std::borrow::Cow;

use super::json::{Json, Kind};
use super::loader::Loader;
use crate::error::{Error, Result, shorten};

/// A value of `schema.json`, with what is asked of nodes.
#[derive(Clone, Copy)]
pub(super) struct Node<'j> {
    pub(super) json: &'j Json<'j>,
    pub(super) at: usize,
}

/// Module and name.
pub(super) type Name<'j> = (Cow<'j, str>, Cow<'j, str>);

impl<'j> Node<'j> {
    pub(super) fn field(self, name: &str) -> Result<Self> {
        self.optional(name).ok_or_else(|| self.malformed(format!("a node has no {name}")))
    }

    pub(super) fn optional(self, name: &str) -> Option<Self> {
        self.json.get(self.at, name).map(|at| Self { at, ..self })
    }

    pub(super) fn text(self, name: &str) -> Result<Cow<'j, str>> {
        let field = self.field(name)?;
        field.json.str(field.at).ok_or_else(|| field.malformed(format!("{name} of a node is not text")))
    }

    /// The elements of an array.
    pub(super) fn elements(self) -> Result<Vec<Self>> {
        if self.json.kind(self.at) != Kind::Array {
            return Err(self.malformed("the content of a node is not an array"));
        }
        Ok(self.json.children(self.at).map(|at| Self { at, ..self }).collect())
    }

    /// Names and values of an object.
    pub(super) fn pairs(self) -> Result<Vec<(Self, Self)>> {
        if self.json.kind(self.at) != Kind::Object {
            return Err(self.malformed("the content of a node is not an object"));
        }
        let json = self.json;
        Ok(json
            .pairs(self.at)
            .map(|(key, value)| (Self { at: key, ..self }, Self { at: value, ..self }))
            .collect())
    }

    pub(super) fn is_null(self) -> bool {
        self.json.kind(self.at) == Kind::Null
    }

    /// What the node says it is: `__module__` and `__class__`.
    pub(super) fn label(self) -> Result<Name<'j>> {
        Ok((self.text("__module__")?, self.text("__class__")?))
    }

    pub(super) fn is(self, module: &str, name: &str) -> bool {
        self.label().is_ok_and(|label| label == (module.into(), name.into()))
    }

    /// Fails unless the label is one of those that this loader can have.
    pub(super) fn expect(self, labels: &[(&str, &str)]) -> Result<()> {
        let (module, name) = self.label()?;
        if labels.contains(&(&*module, &*name)) {
            return Ok(());
        }
        let loader = self.loader()?.name();
        let label = format!("{}.{}", shorten(&module), shorten(&name));
        Err(self.malformed(format!("{loader} does not make a {label}")))
    }

    pub(super) fn loader(self) -> Result<Loader> {
        let name = self.text("__loader__")?;
        Loader::from_name(&name).ok_or_else(|| {
            Error::unsupported(format!("the skops loader {:?}", shorten(&name))).at(self.json.offset(self.at))
        })
    }

    /// The object's id when the file was written; none when it is absent, null or 0, as for skops.
    pub(super) fn id(self) -> Result<Option<u64>> {
        let Some(id) = self.optional("__id__").filter(|id| !id.is_null()) else {
            return Ok(None);
        };
        let number = id
            .json
            .u64(id.at)
            .ok_or_else(|| id.malformed("__id__ of a node is not an integer of 64 bits"))?;
        Ok(Some(number).filter(|&number| number != 0))
    }

    pub(super) fn malformed(self, message: impl Into<String>) -> Error {
        Error::malformed(message).at(self.json.offset(self.at))
    }
}
