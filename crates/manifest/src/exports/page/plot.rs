//! The scores of the folds as a picture.

use std::fmt::Write as _;

use crate::Score;

const WIDTH: f64 = 640.0;
const LEFT: f64 = 12.0;
const AXIS: f64 = 64.0;
/// Folds that lie on each other are drawn at this many heights.
const HEIGHTS: usize = 5;

/// A dot for each fold on an axis of the metric, a line at the mean, and the range of the same score as a band; nothing
/// where the scores are too far apart, or too near, to be drawn.
pub(super) fn folds(score: &Score) -> String {
    let (mean, tolerance) = (score.mean(), score.tolerance());
    let values = score.folds.iter().copied().chain([mean - tolerance, mean + tolerance]);
    let (low, high) = values.fold((mean, mean), |(low, high), value| (low.min(value), high.max(value)));
    let margin = if high > low { (high - low) * 0.06 } else { low.abs().max(1.0) * 0.05 };
    let scale = Scale { low: low - margin, high: high + margin };
    if !(scale.high - scale.low).is_normal() {
        return String::new();
    }
    let (from, to) = (scale.x(mean - tolerance), scale.x(mean + tolerance));
    let mut out = format!(
        "<svg viewBox=\"0 0 {WIDTH} 92\" role=\"img\" aria-label=\"scores of the folds\" style=\"width:100%;max-width:{WIDTH}px\">\
         <rect x=\"{from:.1}\" y=\"8\" width=\"{:.1}\" height=\"{:.1}\" rx=\"3\" fill=\"var(--accent)\" opacity=\".14\"/>",
        (to - from).max(1.0),
        AXIS - 8.0
    );
    let _ = write!(
        out,
        "<line x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{AXIS}\" y2=\"{AXIS}\" stroke=\"var(--line)\"/>\
         <line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"8\" y2=\"{AXIS}\" stroke=\"var(--accent)\" stroke-width=\"2\"/>",
        WIDTH - LEFT,
        at = scale.x(mean)
    );
    for (fold, &value) in score.folds.iter().enumerate() {
        let y = 18.0 + (fold % HEIGHTS) as f64 * 9.0;
        let _ = write!(
            out,
            "<circle cx=\"{:.1}\" cy=\"{y}\" r=\"4.5\" fill=\"var(--accent)\"><title>fold {fold}: {value}</title></circle>",
            scale.x(value)
        );
    }
    for tick in scale.ticks() {
        let x = scale.x(tick);
        let _ = write!(
            out,
            "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{AXIS}\" y2=\"{:.1}\" stroke=\"var(--soft)\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            AXIS + 5.0,
            AXIS + 20.0,
            label(tick)
        );
    }
    out + "</svg>"
}

/// From values to places on the axis.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn x(&self, value: f64) -> f64 {
        LEFT + (value - self.low) / (self.high - self.low) * (WIDTH - 2.0 * LEFT)
    }

    /// Round values, three to eight of them.
    fn ticks(&self) -> Vec<f64> {
        let rough = (self.high - self.low) / 5.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|&step| step >= rough);
        let Some(step) = step.filter(|step| step.is_normal()) else { return vec![] };
        let first = (self.low / step).ceil();
        (0..8).map(|count| (first + f64::from(count)) * step).take_while(|&tick| tick <= self.high).collect()
    }
}

fn label(tick: f64) -> String {
    if tick == 0.0 {
        return "0".into();
    }
    format!("{tick:.6}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(folds: &[f64]) -> Score {
        Score { metric: "r2".into(), folds: folds.into(), splitter: None, seed: None, rows: None }
    }

    #[test]
    fn dots_lie_inside_whatever_the_scores() {
        for scores in [&[0.9, 1.0, 0.95][..], &[-3.0, -5.0], &[0.5], &[0.0]] {
            let svg = folds(&score(scores));
            assert_eq!(svg.matches("<circle").count(), scores.len());
            for (_, rest) in svg.match_indices("cx=\"").map(|(at, text)| (at, &svg[at + text.len()..])) {
                let x: f64 = rest.split('"').next().and_then(|x| x.parse().ok()).expect("a number");
                assert!((0.0..=WIDTH).contains(&x), "{scores:?} at {x}");
            }
        }
    }

    #[test]
    fn scores_too_far_apart_or_too_near_are_not_drawn() {
        for scores in [[1e300, -1e300], [1e-320, 0.0]] {
            assert_eq!(folds(&score(&scores)), "");
        }
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(
            Scale { low: 0.83, high: 1.07 }.ticks().iter().map(|&t| label(t)).collect::<Vec<_>>(),
            ["0.85", "0.9", "0.95", "1", "1.05"]
        );
        assert_eq!(label(0.0), "0");
        assert_eq!(label(-0.25), "-0.25");
    }
}
