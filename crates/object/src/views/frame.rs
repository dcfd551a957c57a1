use super::{Site, Values, View, entry};
use crate::array::NdArray;
use crate::error::Error;
use crate::heap::{Heap, Value};

/// A pandas series.
#[derive(Clone, Copy, Debug)]
pub struct Series<'h>(Site<'h>);

impl<'h> Series<'h> {
    pub(super) fn at(site: Site<'h>, module: &str, name: &str) -> Option<Self> {
        let known = matches!(module, "pandas" | "pandas.core.series");
        (known && name == "Series").then_some(Self(site))
    }

    /// Its name, `None` for none.
    pub fn name(&self) -> Value {
        self.0.attr("_name").or_else(|| self.0.attr("name")).unwrap_or(Value::None)
    }

    /// Its index.
    pub fn index(&self) -> Result<Value, Error> {
        Manager::of(self.0)?.axis(0)
    }

    /// Its elements.
    pub fn values(&self) -> Result<Values<'h>, Error> {
        match &Manager::of(self.0)?.blocks()?[..] {
            [block] => self.0.heap.pandas_values(block.values),
            _ => Err(Error::malformed("a series does not consist of one block")),
        }
    }
}

/// A pandas frame.
#[derive(Clone, Copy, Debug)]
pub struct DataFrame<'h>(Site<'h>);

/// The elements of one column of a frame.
#[derive(Clone, Debug)]
pub enum Column<'h> {
    /// A row of a block of columns; the rows of the frame are the columns of the array.
    Row(NdArray<'h>, usize),
    /// Values of its own.
    Own(Values<'h>),
}

impl<'h> DataFrame<'h> {
    pub(super) fn at(site: Site<'h>, module: &str, name: &str) -> Option<Self> {
        let known = matches!(module, "pandas" | "pandas.core.frame");
        (known && name == "DataFrame").then_some(Self(site))
    }

    /// The names of the columns, an index.
    pub fn columns(&self) -> Result<Value, Error> {
        Manager::of(self.0)?.axis(0)
    }

    /// The index of the rows.
    pub fn index(&self) -> Result<Value, Error> {
        Manager::of(self.0)?.axis(1)
    }

    /// The columns, in the order of their names.
    pub fn data(&self) -> Result<Vec<Column<'h>>, Error> {
        let heap = self.0.heap;
        let mut out = Vec::new();
        for block in Manager::of(self.0)?.blocks()? {
            match heap.pandas_values(block.values)? {
                Values::Array(array) if array.ndim() == 2 => {
                    for (row, place) in block.places(heap, array.shape[0])?.into_iter().enumerate() {
                        out.push((place, Column::Row(array.clone(), row)));
                    }
                }
                values => out.push((block.places(heap, 1)?[0], Column::Own(values))),
            }
        }
        out.sort_by_key(|(place, _)| *place);
        if out.iter().enumerate().any(|(k, (place, _))| *place != k) {
            return Err(Error::malformed("the blocks of a frame leave a column out or hold one twice"));
        }
        Ok(out.into_iter().map(|(_, column)| column).collect())
    }
}

/// What holds the blocks of a frame or series.
struct Manager<'h> {
    heap: &'h Heap,
    axes: &'h [Value],
    blocks: Blocks<'h>,
}

enum Blocks<'h> {
    /// Dicts with `values` and `mgr_locs`: the state that pandas writes since 0.14.1.
    Dicts(&'h [Value]),
    /// Calls of `_unpickle_block(values, places, ndim)`, since pandas 1.3.
    Calls(&'h [Value]),
}

struct Block {
    values: Value,
    places: Value,
}

impl<'h> Manager<'h> {
    fn of(owner: Site<'h>) -> Result<Self, Error> {
        let held = owner.attr("_mgr").or_else(|| owner.attr("_data"));
        let held = held.or_else(|| owner.object.state()).unwrap_or(Value::None);
        let bad = || Error::malformed("a pandas object without a block manager");
        let site = Site::of(owner.heap, held).ok_or_else(bad)?;
        let (module, name) = site.class();
        let known = matches!(module, "pandas.core.internals.managers" | "pandas.core.internals");
        if !known || !matches!(name, "BlockManager" | "SingleBlockManager") {
            return Err(Error::unsupported(format!("a block manager {module}.{name}")));
        }
        Self::of_state(site).or_else(|| Self::of_args(site)).ok_or_else(|| {
            Error::unsupported(
                "a block manager that has neither the state of pandas 0.14.1 nor (blocks, axes)",
            )
        })
    }

    /// The state `(axes, values, items, {'0.14.1': {'axes': …, 'blocks': …}})`.
    fn of_state(site: Site<'h>) -> Option<Self> {
        let heap = site.heap;
        let [_, _, _, extra] = site.state_tuple()? else { return None };
        let inner = entry(heap, heap.as_dict(*extra)?, "0.14.1").and_then(|inner| heap.as_dict(inner))?;
        let part = |key| entry(heap, inner, key).and_then(|part| heap.as_sequence(part));
        Some(Self { heap, axes: part("axes")?, blocks: Blocks::Dicts(part("blocks")?) })
    }

    /// `BlockManager(blocks, axes)`.
    fn of_args(site: Site<'h>) -> Option<Self> {
        let [blocks, axes, ..] = site.raw_args() else { return None };
        let (blocks, axes) = (site.heap.as_sequence(*blocks)?, site.heap.as_sequence(*axes)?);
        Some(Self { heap: site.heap, axes, blocks: Blocks::Calls(blocks) })
    }

    fn axis(&self, k: usize) -> Result<Value, Error> {
        self.axes.get(k).copied().ok_or_else(|| Error::malformed("a block manager has too few axes"))
    }

    fn blocks(&self) -> Result<Vec<Block>, Error> {
        let heap = self.heap;
        let bad = || Error::malformed("a block without values and places");
        match self.blocks {
            Blocks::Dicts(dicts) => {
                let block = |&dict: &Value| {
                    let pairs = heap.as_dict(dict)?;
                    Some(Block {
                        values: entry(heap, pairs, "values")?,
                        places: entry(heap, pairs, "mgr_locs")?,
                    })
                };
                dicts.iter().map(|dict| block(dict).ok_or_else(bad)).collect()
            }
            Blocks::Calls(calls) => calls.iter().map(|&call| unpickled(heap, call).ok_or_else(bad)).collect(),
        }
    }
}

/// `_unpickle_block(values, places, ndim)`.
fn unpickled(heap: &Heap, call: Value) -> Option<Block> {
    let site = Site::of(heap, call)?;
    let [values, places, ..] = site.raw_args() else { return None };
    (site.class() == ("pandas._libs.internals", "_unpickle_block"))
        .then_some(Block { values: *values, places: *places })
}

impl Block {
    /// Which columns of the frame the `count` rows of the block are: a slice, or an array of positions.
    fn places(&self, heap: &Heap, count: usize) -> Result<Vec<usize>, Error> {
        let bad = || Error::malformed(format!("a block of {count} columns has other places"));
        let places: Vec<i64> = match heap.view(self.places) {
            View::Builtin(slice) if slice.name == "slice" => {
                let parts = slice.elements()?.iter().map(|&part| heap.as_int(part));
                let parts = parts.collect::<Option<Vec<_>>>().ok_or_else(bad)?;
                let [start, stop, step] = parts[..] else { return Err(bad()) };
                slice_positions(start, stop, step, count).ok_or_else(bad)?
            }
            View::NdArray => match heap.ndarray(self.places) {
                Some(array) => array?.i64s()?.into_owned(),
                None => return Err(bad()),
            },
            _ => return Err(bad()),
        };
        let places = places.into_iter().map(|place| usize::try_from(place).ok()).collect::<Option<Vec<_>>>();
        places.filter(|places| places.len() == count).ok_or_else(bad)
    }
}

/// The positions of a slice, which must be `count`.
fn slice_positions(start: i64, stop: i64, step: i64, count: usize) -> Option<Vec<i64>> {
    let span = i128::from(stop) - i128::from(start);
    let step_wide = i128::from(step);
    let len = match step {
        0 => return None,
        1.. => (span + step_wide - 1).div_euclid(step_wide),
        _ => (-span - step_wide - 1).div_euclid(-step_wide),
    };
    if len.max(0) != count as i128 {
        return None;
    }
    (0..count as i64).map(|k| start.checked_add(k.checked_mul(step)?)).collect()
}
