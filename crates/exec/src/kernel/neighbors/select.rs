//! `numpy.argpartition` of float64: which elements come first when several are equal.
//!
//! The set of the k smallest is determined but for elements equal to the k-th; which of these it takes follows from the
//! steps of the algorithm, so these are carried out as numpy carries them out.

use cannery_graph::Selection;

/// All equal elements stay where they are up to here; beyond, pivots are drawn at random.
const SIMD_NETWORK: usize = 256;

/// Writes the positions of the k smallest elements into `order`, in any order; NaN counts as larger than all others. `None` where the choice among
/// equal elements is not known.
///
/// # Panics
/// If k is 0 or more than there are elements.
pub(super) fn smallest(values: &[f64], k: usize, selection: Selection, order: &mut Vec<usize>) -> Option<()> {
    assert!((1..=values.len()).contains(&k), "{k} of {} elements", values.len());
    order.clear();
    order.extend(0..values.len());
    match selection {
        Selection::Introselect => introselect(values, order, k - 1),
        Selection::Simd if values.iter().any(|x| x.is_nan()) => nth_element(values, order, k - 1)?,
        Selection::Simd => {
            let all_equal = values.iter().all(|&x| x == values[0]);
            if !(all_equal && values.len() <= SIMD_NETWORK) {
                order.select_nth_unstable_by(k - 1, |&a, &b| values[a].total_cmp(&values[b]));
                let kth = values[order[k - 1]];
                if order[k..].iter().any(|&at| values[at] == kth) {
                    return None;
                }
            }
        }
    }
    order.truncate(k);
    Some(())
}

/// Numpy's order of floats: NaN after all others.
fn less(a: f64, b: f64) -> bool {
    a < b || (b.is_nan() && !a.is_nan())
}

/// Brings the position of the element of rank `kth` to its place in `order`, smaller ones before it.
///
/// Source: `introselect_` in numpy 1.26's `npysort/selection.cpp`: selection by minimum for the first three places; else
/// Hoare's partition around a median of three, or of medians of five when that makes no progress.
fn introselect(values: &[f64], order: &mut [usize], kth: usize) {
    let is_less = |order: &[usize], a: usize, b: usize| less(values[order[a]], values[order[b]]);
    if kth < 3 {
        return select_minima(values, order, kth + 1);
    }
    if kth + 1 == order.len() {
        let last_maximum = (0..order.len()).reduce(|max, at| if is_less(order, at, max) { max } else { at });
        return order.swap(kth, last_maximum.unwrap_or(kth));
    }
    let (mut low, mut high) = (0, order.len() - 1);
    let mut rounds = order.len().ilog2() * 2;
    while low + 1 < high {
        let (left, right) = if rounds > 0 || high - low < 6 {
            median_of_three(order, low, high, is_less);
            (low + 1, high)
        } else {
            let middle = low + 1 + median_of_medians(values, &mut order[low + 1..high]);
            order.swap(middle, low);
            (low, high + 1)
        };
        rounds = rounds.saturating_sub(1);
        let (left, right) = partition(values, order, low, left, right);
        order.swap(low, right);
        if right >= kth {
            high = right.saturating_sub(1);
        }
        if right <= kth {
            low = left;
        }
    }
    if high == low + 1 && is_less(order, high, low) {
        order.swap(high, low);
    }
}

/// Brings the smallest `count` to the front, each the first of equal ones.
fn select_minima(values: &[f64], order: &mut [usize], count: usize) {
    for place in 0..count {
        let mut minimum = place;
        for at in place + 1..order.len() {
            if less(values[order[at]], values[order[minimum]]) {
                minimum = at;
            }
        }
        order.swap(place, minimum);
    }
}

/// The median of the first, middle and last element to `low`, the smallest of them to `low + 1`, the largest to `high`.
fn median_of_three(
    order: &mut [usize],
    low: usize,
    high: usize,
    is_less: impl Fn(&[usize], usize, usize) -> bool,
) {
    let middle = low + (high - low) / 2;
    if is_less(order, high, middle) {
        order.swap(high, middle);
    }
    if is_less(order, high, low) {
        order.swap(high, low);
    }
    if is_less(order, low, middle) {
        order.swap(low, middle);
    }
    order.swap(middle, low + 1);
}

/// Hoare's partition around the element at `pivot`, from outside `left` and `right` on; gives where the two met.
fn partition(
    values: &[f64],
    order: &mut [usize],
    pivot: usize,
    mut left: usize,
    mut right: usize,
) -> (usize, usize) {
    let pivot = values[order[pivot]];
    loop {
        left += 1;
        while less(values[order[left]], pivot) {
            left += 1;
        }
        right -= 1;
        while less(pivot, values[order[right]]) {
            right -= 1;
        }
        if right < left {
            return (left, right);
        }
        order.swap(left, right);
    }
}

/// Place of the median of the medians of five neighbours each.
fn median_of_medians(values: &[f64], order: &mut [usize]) -> usize {
    let medians = order.len() / 5;
    for group in 0..medians {
        let first = group * 5;
        let median = first + median_of_five(values, &mut order[first..first + 5]);
        order.swap(median, group);
    }
    if medians > 2 {
        introselect(values, &mut order[..medians], medians / 2);
    }
    medians / 2
}

fn median_of_five(values: &[f64], order: &mut [usize]) -> usize {
    let is_less = |order: &[usize], a: usize, b: usize| less(values[order[a]], values[order[b]]);
    for (upper, lower) in [(1, 0), (4, 3), (3, 0), (4, 1), (2, 1)] {
        if is_less(order, upper, lower) {
            order.swap(upper, lower);
        }
    }
    match (is_less(order, 3, 2), is_less(order, 3, 1)) {
        (false, _) => 2,
        (true, true) => 1,
        (true, false) => 3,
    }
}

/// `std::nth_element` of libstdc++, which x86-simd-sort calls where there is NaN. `None` when it makes no progress and would
/// go on with a heap.
///
/// Source: `__introselect` in GCC's `bits/stl_algo.h`; the order is that of `std_argselect_withnan`.
fn nth_element(values: &[f64], order: &mut [usize], nth: usize) -> Option<()> {
    let is_less = |a: usize, b: usize| less(values[a], values[b]);
    let (mut first, mut last) = (0, order.len());
    let mut rounds = order.len().ilog2() * 2;
    while last - first > 3 {
        rounds = rounds.checked_sub(1)?;
        let middle = first + (last - first) / 2;
        let (a, b, c) = (order[first + 1], order[middle], order[last - 1]);
        let median = match (is_less(a, b), is_less(b, c), is_less(a, c)) {
            (true, true, _) | (false, false, false) => middle,
            (true, false, true) | (false, true, false) => last - 1,
            (true, false, false) | (false, _, true) => first + 1,
        };
        order.swap(first, median);
        let cut = unguarded_partition(values, order, first, last);
        if cut <= nth {
            first = cut;
        } else {
            last = cut;
        }
    }
    for end in first + 1..last {
        let mut at = end;
        while at > first && is_less(order[at], order[at - 1]) {
            order.swap(at, at - 1);
            at -= 1;
        }
    }
    Some(())
}

/// Splits `first + 1..last` around the element at `first`; gives the first place of the upper part.
fn unguarded_partition(values: &[f64], order: &mut [usize], first: usize, last: usize) -> usize {
    let pivot = values[order[first]];
    let (mut left, mut right) = (first + 1, last);
    loop {
        while less(values[order[left]], pivot) {
            left += 1;
        }
        right -= 1;
        while less(pivot, values[order[right]]) {
            right -= 1;
        }
        if left >= right {
            return left;
        }
        order.swap(left, right);
        left += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(values: &[f64], k: usize, selection: Selection) -> Option<Vec<usize>> {
        let mut order = Vec::new();
        smallest(values, k, selection, &mut order)?;
        order.sort_unstable();
        Some(order)
    }

    #[test]
    fn choices_are_those_of_numpy() {
        let mut checked = 0;
        for line in include_str!("../../../tests/argpartition/cases.txt").lines() {
            let fields: Vec<&str> = line.split(';').collect();
            let selection = if fields[0] == "simd" { Selection::Simd } else { Selection::Introselect };
            let numbers =
                |text: &str| Vec::from_iter(text.split(' ').map(|x| x.parse::<f64>().expect("a number")));
            let (values, k) = (numbers(fields[2]), fields[1].parse().expect("a count"));
            let got = sorted(&values, k, selection).expect("a choice that is known");
            let got = Vec::from_iter(got.iter().map(|&at| at as f64));
            assert_eq!(got, numbers(fields[3]), "{line}");
            checked += 1;
        }
        assert!(checked > 1000, "{checked} cases");
    }

    #[test]
    fn what_depends_on_the_processor_is_not_guessed() {
        assert_eq!(sorted(&[1.0, 2.0, 2.0, 3.0], 2, Selection::Simd), None);
        assert_eq!(sorted(&[1.0; 257], 2, Selection::Simd), None);
        assert_eq!(sorted(&[2.0, 1.0, 2.0, 3.0], 3, Selection::Simd), Some(vec![0, 1, 2]));
    }
}
