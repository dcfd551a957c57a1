use cannery_graph::{self as graph, Beyond, LineRule};

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Lines between points.
#[derive(Debug)]
pub(crate) struct Interp {
    pub(crate) graph: graph::Interp,
    pub(crate) columns: usize,
}

impl Kernel for Interp {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let wrong = match inputs.x() {
            View::F32(x) => self.each(x, output.f32s(), |y| y as f32, |y| f64::from(y as f32)),
            x => self.each(x.f64s(), output.f64s(), |y| y, |y| y),
        };
        let Err((position, x)) = wrong else { return Ok(()) };
        let columns = self.columns.max(1);
        let (row, column) = (inputs.first_row() + position / columns, position % columns);
        let (first, last) = (self.graph.knots[0], self.graph.knots[self.graph.knots.len() - 1]);
        Err(Error::usage(format!(
            "{x} is not between {first} and {last}, where the model was fitted (row {row}, column {column}, counted from 0)"
        )))
    }
}

impl Interp {
    /// Stops at an element that may not be, and gives its position.
    fn each<T: Copy + Into<f64>>(
        &self,
        x: &[T],
        out: &mut [T],
        narrow: fn(f64) -> T,
        round: fn(f64) -> f64,
    ) -> Result<(), (usize, f64)> {
        for (position, (out, &x)) in out.iter_mut().zip(x).enumerate() {
            *out = narrow(self.of(x.into(), round).ok_or((position, x.into()))?);
        }
        Ok(())
    }

    /// `None` where that is an error.
    fn of(&self, x: f64, round: fn(f64) -> f64) -> Option<f64> {
        let graph::Interp { knots, heights, outside, line } = &self.graph;
        let last = knots.len() - 1;
        if x.is_nan() {
            return Some(x);
        }
        if last == 0 {
            return Some(heights[0]);
        }
        if x < knots[0] || x > knots[last] {
            return match outside {
                Beyond::Nearest => Some(if x < knots[0] { heights[0] } else { heights[last] }),
                Beyond::Nan => Some(f64::NAN),
                Beyond::Error => None,
            };
        }
        Some(match line {
            LineRule::Numpy => {
                let at = knots.partition_point(|&knot| knot <= x) - 1;
                if at == last || knots[at] == x {
                    return Some(heights[at]);
                }
                let slope = (heights[at + 1] - heights[at]) / (knots[at + 1] - knots[at]);
                slope * (x - knots[at]) + heights[at]
            }
            LineRule::Slope | LineRule::Weights => {
                let end = knots.partition_point(|&knot| knot < x).clamp(1, last);
                let ([x_0, x_1], [y_0, y_1]) =
                    ([knots[end - 1], knots[end]], [heights[end - 1], heights[end]]);
                let width = round(x_1 - x_0);
                match line {
                    LineRule::Slope => {
                        let slope = round(round(y_1 - y_0) / width);
                        round(round(slope * round(x - x_0)) + y_0)
                    }
                    _ => {
                        let [after, before] =
                            [round(x - x_0), round(x_1 - x)].map(|part| round(part / width));
                        round(round(after * y_1) + round(before * y_0))
                    }
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_on_and_outside_the_knots() {
        let mut interp = Interp {
            graph: graph::Interp {
                knots: vec![0.0, 1.0, 3.0],
                heights: vec![2.0, 4.0, 3.0],
                outside: Beyond::Nearest,
                line: LineRule::Numpy,
            },
            columns: 1,
        };
        let of = |interp: &Interp, x: [f64; 6]| x.map(|x| interp.of(x, |y| y));
        let x = [0.0, 0.5, 1.0, 2.0, 3.0, 9.0];
        assert_eq!(of(&interp, x), [2.0, 3.0, 4.0, 3.5, 3.0, 3.0].map(Some));
        let at = |interp: &Interp, x| interp.of(x, |y| y);
        assert_eq!(at(&interp, -1.0), Some(2.0));
        for line in [LineRule::Slope, LineRule::Weights] {
            interp.graph.line = line;
            assert_eq!(of(&interp, x), [2.0, 3.0, 4.0, 3.5, 3.0, 3.0].map(Some));
        }
        interp.graph.outside = Beyond::Error;
        assert_eq!((at(&interp, -1.0), at(&interp, 3.5), at(&interp, 3.0)), (None, None, Some(3.0)));
        interp.graph.outside = Beyond::Nan;
        assert!([4.0, f64::NAN].iter().all(|&x| at(&interp, x).is_some_and(f64::is_nan)));
    }
}
