//! Places of the blocks of a frame: arrays and slices, forwards and backwards.

use cannery_scan::Rule;

use super::write::{Value, call, int, ints, is_found, is_safe, list, none, tuple};

fn manager(places: &[Value]) -> Value {
    let block = |place: &Value| {
        call("pandas._libs.internals._unpickle_block", &[ints(&[1, 1], &[1]), place.clone(), int(2)])
    };
    let blocks: Vec<Value> = places.iter().map(block).collect();
    call("pandas.core.internals.managers.BlockManager", &[tuple(&blocks), list(&[])])
}

fn slice(start: i32, stop: i32, step: i32) -> Value {
    call("builtins.slice", &[int(start), int(stop), int(step)])
}

fn back_to_the_first(start: i32, step: i32) -> Value {
    call("builtins.slice", &[int(start), none(), int(step)])
}

#[test]
fn places_that_are_all_columns() {
    for places in [
        vec![ints(&[1], &[0])],
        vec![slice(0, 3, 1)],
        vec![slice(0, 1, 1), slice(1, 3, 1)],
        vec![slice(0, 5, 2), slice(1, 5, 2)],
        vec![slice(2, -1, -1)],
        vec![back_to_the_first(2, -1)],
        vec![ints(&[2], &[2, 0]), slice(1, 2, 1)],
        vec![slice(1, 0, 1)],
        vec![slice(3, 5, -1)],
    ] {
        is_safe(&manager(&places));
    }
}

#[test]
fn places_behind_the_last_column() {
    for (places, want) in [
        (ints(&[2], &[0, 2]), "column 2 of 2"),
        (slice(1, 3, 1), "column 2 of 2"),
        (slice(0, 3, 2), "column 2 of 2"),
        (slice(0, 7, 3), "column 6 of 3"),
        (slice(4, 5, 9), "column 4 of 1"),
        (slice(5, 0, -2), "column 5 of 3"),
        (back_to_the_first(3, -2), "column 3 of 2"),
    ] {
        is_found(&manager(&[places]), Rule::Unsound, want);
    }
    is_found(&manager(&[ints(&[1], &[-1])]), Rule::Unsound, "not columns");
}

#[test]
fn places_that_are_not_understood() {
    let unknown = "whose places are not understood";
    for places in [slice(-1, 1, 1), slice(0, 1, 0), slice(0, -2, 1), back_to_the_first(0, 1), list(&[])] {
        is_found(&manager(&[places]), Rule::UnknownArguments, unknown);
    }
}
