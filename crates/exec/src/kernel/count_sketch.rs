use cannery_graph as graph;

use crate::buffer::ViewMut;
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Sketches of a row, convolved one after another.
#[derive(Debug)]
pub(crate) struct CountSketch(pub(crate) graph::CountSketch);

impl Kernel for CountSketch {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let graph::CountSketch { components: m, columns: d, places, negative } = &self.0;
        let mut before = vec![0.0; *m];
        for (x, out) in inputs.x().f64s().chunks_exact(*d).zip(output.f64s().chunks_exact_mut(*m)) {
            for (number, (places, negative)) in places.chunks(*d).zip(negative.chunks(*d)).enumerate() {
                before.copy_from_slice(out);
                out.fill(0.0);
                for ((&x, &place), &is_negative) in x.iter().zip(places).zip(negative) {
                    let x = if is_negative { -x } else { x };
                    let place = place as usize;
                    if number == 0 {
                        out[place] += x;
                    } else {
                        // all elements move on by the place
                        let (end, start) = before.split_at(m - place);
                        out[place..].iter_mut().zip(end).for_each(|(out, y)| *out += x * y);
                        out[..place].iter_mut().zip(start).for_each(|(out, y)| *out += x * y);
                    }
                }
            }
        }
        Ok(())
    }
}
