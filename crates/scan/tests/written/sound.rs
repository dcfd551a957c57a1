//! Structures that compiled code uses without a look: whole ones, and each with one thing that does not fit.

use cannery_scan::Rule;

use crate::write::*;

#[track_caller]
fn unsound(value: &[u8], want: &str) {
    is_found(value, Rule::Unsound, want);
}

/// No objection that begins like this.
#[track_caller]
fn fits(value: &[u8], place: &str) {
    let messages = said(value, Rule::Unsound);
    assert!(!messages.iter().any(|message| message.starts_with(place)), "{messages:?}");
}

/// Left child, right child and feature of each node.
fn nodes(nodes: &[[i64; 3]]) -> Value {
    let fields = [("left_child", "i8", 8), ("right_child", "i8", 8), ("feature", "i8", 8)];
    let data: Vec<u8> = nodes.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
    array_of(structure(&fields), &[nodes.len() as i32], bytes(&data))
}

const STUMP: &[[i64; 3]] = &[[1, 2, 0], [-1, -1, -2], [-1, -1, -2]];

fn tree_of(args: &[Value], items: &[(&str, Value)]) -> Value {
    build(call("sklearn.tree._tree.Tree", args), dict(items))
}

fn tree(list: &[[i64; 3]]) -> Value {
    let count = list.len() as i32;
    let state = [
        ("node_count", int(count)),
        ("max_depth", int(count - 1)),
        ("nodes", nodes(list)),
        ("values", floats(&[count, 1, 2])),
    ];
    tree_of(&[int(2), longs(&[1], &[2]), int(1)], &state)
}

#[test]
fn trees() {
    is_safe(&tree(STUMP));
    is_safe(&tree(&[[-1, -1, -2]]));
    is_safe(&tree(&[[1, 2, 1], [-1, 99, 99], [-1, -1, -2]]));
    unsound(&tree(&[[0, 2, 0], STUMP[1], STUMP[2]]), "nodes[0].left_child: 0, of 3");
    unsound(&tree(&[[3, 2, 0], STUMP[1], STUMP[2]]), "nodes[0].left_child: 3, of 3");
    unsound(&tree(&[[1, -1, 0], STUMP[1], STUMP[2]]), "nodes[0].right_child: -1, of 3");
    unsound(&tree(&[[1, 3, 0], STUMP[1], STUMP[2]]), "nodes[0].right_child: 3, of 3");
    unsound(&tree(&[[1, 2, 2], STUMP[1], STUMP[2]]), "nodes[0].feature: 2, of 2");
    unsound(&tree(&[[1, 2, -1], STUMP[1], STUMP[2]]), "nodes[0].feature: -1, of 2");
    unsound(&tree(&[STUMP[0], [1, 2, 0], STUMP[2]]), "nodes[1].left_child: 1, of 3");
    let deep = |depth: i32| {
        let list = [[1, 2, 0], [3, 4, 0], STUMP[1], STUMP[1], STUMP[1]];
        let state = [
            ("node_count", int(5)),
            ("max_depth", int(depth)),
            ("nodes", nodes(&list)),
            ("values", floats(&[5, 1, 2])),
        ];
        tree_of(&[int(2), longs(&[1], &[2]), int(1)], &state)
    };
    is_safe(&deep(2));
    is_safe(&deep(4));
    unsound(&deep(5), "max_depth: 5, in a tree of 5 nodes");
    unsound(&deep(1), "max_depth: 1, and nodes[1] has children deeper than that");
    unsound(&deep(0), "max_depth: 0, and nodes[0] has children deeper than that");
    unsound(&deep(-1), "max_depth: not a count");
    let without = [("node_count", int(3)), ("nodes", nodes(STUMP)), ("values", floats(&[3, 1, 2]))];
    is_safe(&tree_of(&[int(2), longs(&[1], &[2]), int(1)], &without));
}

#[test]
fn what_a_tree_is_made_with() {
    let (one, classes) = (int(1), longs(&[1], &[2]));
    let state = |count: i32, shape: &[i32]| {
        [
            ("node_count", int(count)),
            ("max_depth", int(1)),
            ("nodes", nodes(STUMP)),
            ("values", floats(shape)),
        ]
    };
    let of = |args: &[Value], count, shape: &[i32]| tree_of(args, &state(count, shape));
    unsound(
        &of(&[int(2), classes.clone(), one.clone()], 2, &[3, 1, 2]),
        "node_count: 2 where there are 3 nodes",
    );
    for shape in [&[2, 1, 2][..], &[3, 2, 2], &[3, 1, 1]] {
        unsound(&of(&[int(2), classes.clone(), one.clone()], 3, shape), "values: shape");
    }
    unsound(
        &of(&[int(2), classes.clone(), one.clone()], 3, &[3, 2]),
        "values: an array of shape [3, 2] instead of 3 dimensions",
    );
    unsound(&of(&[int(-1), classes.clone(), one.clone()], 3, &[3, 1, 2]), "n_features: not a count");
    unsound(&of(&[int(2), classes.clone(), int(-1)], 3, &[3, 1, 2]), "n_outputs: not a count");
    unsound(&of(&[int(2), classes.clone(), int(2)], 3, &[3, 2, 2]), "n_classes: 1 counts for 2 outputs");
    unsound(&of(&[int(2), longs(&[1], &[-1]), one.clone()], 3, &[3, 1, 2]), "n_classes: a count below 0");
    unsound(&of(&[int(2), floats(&[1]), one.clone()], 3, &[3, 1, 2]), "n_classes: not integers");
    is_safe(&of(&[int(2), longs(&[2], &[2, 5]), int(2)], 3, &[3, 2, 5]));
    is_safe(&of(&[int(2), longs(&[2], &[5, 2]), int(2)], 3, &[3, 2, 5]));
    let with = |name: &str, value: Value| {
        let mut items = state(3, &[3, 1, 2]).to_vec();
        items.retain(|(other, _)| *other != name);
        items.push((name, value));
        tree_of(&[int(2), longs(&[1], &[2]), int(1)], &items)
    };
    unsound(&with("nodes", int(1)), "nodes: not an array");
    unsound(&with("nodes", floats(&[3])), "nodes.left_child: no field of integers");
    unsound(&with("nodes", objects(&[int(1), int(1), int(1)])), "nodes: not an array of nodes");
    unsound(&with("node_count", float(3.0)), "node_count: not a count");
    let small = array_of(dtype("f4"), &[3, 1, 2], bytes(&[0; 24]));
    unsound(&with("values", small), "values: shape [3, 1, 2]");
    let missing = dict(&[("node_count", int(3)), ("values", floats(&[3, 1, 2]))]);
    let value = build(call("sklearn.tree._tree.Tree", &[int(2), longs(&[1], &[2]), int(1)]), missing);
    unsound(&value, "nodes: this attribute is missing");
    let scalar = call("numpy.core.multiarray.scalar", &[dtype("i8"), bytes(&3_i64.to_le_bytes())]);
    is_safe(&with("node_count", scalar));
    let scalar = call("numpy.core.multiarray.scalar", &[dtype("u4"), bytes(&3_u32.to_le_bytes())]);
    is_safe(&with("node_count", scalar));
}

/// Left, right, feature, leaf, categorical and set of each node of a histogram tree.
fn predictor(list: &[[u32; 6]], sets: Option<Value>) -> Value {
    let fields = [
        ("left", "u4", 4),
        ("right", "u4", 4),
        ("feature_idx", "i4", 4),
        ("is_leaf", "|u1", 1),
        ("is_categorical", "|u1", 1),
        ("bitset_idx", "u4", 4),
    ];
    let mut data = Vec::new();
    for [left, right, feature, leaf, categorical, set] in list {
        for number in [left, right, feature] {
            data.extend(number.to_le_bytes());
        }
        data.extend([*leaf as u8, *categorical as u8]);
        data.extend(set.to_le_bytes());
    }
    let mut items = vec![("nodes", array_of(structure(&fields), &[list.len() as i32], bytes(&data)))];
    items.extend(sets.map(|sets| ("raw_left_cat_bitsets", sets)));
    object("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor", &items)
}

fn sets(shape: &[i32], code: &str, size: usize) -> Value {
    let count: i32 = shape.iter().product();
    array_of(dtype(code), shape, bytes(&vec![0; size * count as usize]))
}

#[test]
fn predictors_of_histogram_boosting() {
    const LEAF: [u32; 6] = [0, 0, 0, 1, 0, 0];
    is_safe(&predictor(&[[1, 2, 0, 0, 0, 0], LEAF, LEAF], None));
    is_safe(&predictor(&[[1, 2, 0, 0, 1, 1], LEAF, LEAF], Some(sets(&[2, 8], "u4", 4))));
    is_safe(&predictor(&[[9, 9, u32::MAX, 1, 1, 9]], None));
    unsound(&predictor(&[[0, 2, 0, 0, 0, 0], LEAF, LEAF], None), "nodes[0].left: 0, of 3 nodes");
    unsound(&predictor(&[[3, 2, 0, 0, 0, 0], LEAF, LEAF], None), "nodes[0].left: 3, of 3 nodes");
    unsound(&predictor(&[[1, 3, 0, 0, 0, 0], LEAF, LEAF], None), "nodes[0].right: 3, of 3 nodes");
    unsound(&predictor(&[[1, 2, u32::MAX, 0, 0, 0], LEAF, LEAF], None), "nodes[0].feature_idx: below 0");
    unsound(&predictor(&[[1, 2, 0, 0, 1, 0], LEAF, LEAF], None), "nodes[0].bitset_idx: 0, of 0 sets");
    unsound(
        &predictor(&[[1, 2, 0, 0, 1, 2], LEAF, LEAF], Some(sets(&[2, 8], "u4", 4))),
        "nodes[0].bitset_idx: 2, of 2 sets",
    );
    unsound(&predictor(&[LEAF], Some(sets(&[2, 7], "u4", 4))), "raw_left_cat_bitsets: sets of shape [2, 7]");
    unsound(&predictor(&[LEAF], Some(sets(&[2, 8], "u8", 8))), "raw_left_cat_bitsets: sets of shape [2, 8]");
    unsound(&predictor(&[], None), "nodes: a tree without a node");
    let class = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor";
    is_safe(&new(class));
    unsound(&object(class, &[("nodes", floats(&[1]))]), "nodes.left: no field of integers");
}

/// Parts of a tree of neighbours over three points of two features, with one change.
fn neighbors(change: impl Fn(&mut Vec<Value>)) -> Value {
    let fields = [("idx_start", "i8", 8), ("idx_end", "i8", 8), ("is_leaf", "i8", 8)];
    let node = |list: &[[i64; 3]]| {
        let data: Vec<u8> = list.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
        array_of(structure(&fields), &[list.len() as i32], bytes(&data))
    };
    let mut parts = vec![
        floats(&[3, 2]),
        longs(&[3], &[2, 0, 1]),
        node(&[[0, 3, 0], [0, 1, 1], [1, 3, 1]]),
        floats(&[2, 3, 2]),
        int(1),
        int(2),
        int(3),
        int(0),
        int(0),
        int(0),
        int(0),
        metric("EuclideanDistance64", &[float(2.0), floats(&[1]), floats(&[1, 1])]),
        none(),
    ];
    change(&mut parts);
    let made = call("sklearn.neighbors._kd_tree.newObj", &[global("sklearn.neighbors._kd_tree.KDTree64")]);
    build(made, tuple(&parts))
}

fn metric(class: &str, state: &[Value]) -> Value {
    let class = global(&format!("sklearn.metrics._dist_metrics.{class}"));
    build(call("sklearn.metrics._dist_metrics.newObj", &[class]), tuple(state))
}

#[test]
fn trees_of_neighbours() {
    is_safe(&neighbors(|_| ()));
    unsound(&neighbors(|parts| drop(parts.pop())), "state: a part is missing");
    is_safe(&neighbors(|parts| parts[12] = floats(&[3])));
    let set = |k: usize, value: Value| neighbors(move |parts| parts[k] = value.clone());
    unsound(&set(0, floats(&[3])), "data: an array of shape [3] instead of 2 dimensions");
    unsound(&set(0, floats(&[2, 2])), "idx_array: not the positions of 2 points");
    for order in [longs(&[3], &[3, 0, 1]), longs(&[3], &[-1, 0, 1]), longs(&[2], &[0, 1]), floats(&[3])] {
        unsound(&set(1, order), "idx_array: not the positions of 3 points");
    }
    unsound(&set(2, floats(&[3])), "node_data.idx_start: no field of integers");
    unsound(&set(6, int(2)), "n_nodes: 2 where there are 3");
    unsound(&set(6, none()), "n_nodes: not a count");
    unsound(&set(5, int(-1)), "n_levels: not a count");
    for levels in [0, 1, 3, 48, 64] {
        unsound(&set(5, int(levels)), &format!("n_nodes: 3 nodes are not {levels} full levels"));
    }
    for shape in [[1, 3, 2], [3, 3, 2], [2, 2, 2], [2, 3, 1]] {
        unsound(&set(3, floats(&shape)), "for 3 nodes and 2 features");
    }
    unsound(&set(12, floats(&[2])), "sample_weight: 2 for 3 points");
    unsound(&set(12, int(1)), "sample_weight: not an array");
    unsound(&neighbors(|parts| parts.push(none())), "state: more parts than a KDTree or BallTree has");
    unsound(&neighbors(|parts| parts.truncate(11)), "state: not that of a KDTree or BallTree");
    unsound(&set(11, int(1)), "dist_metric: not a DistanceMetric");
}

#[test]
fn nodes_of_trees_of_neighbours() {
    let fields = [("idx_start", "i8", 8), ("idx_end", "i8", 8), ("is_leaf", "i8", 8)];
    let with = |list: &[[i64; 3]]| {
        let data: Vec<u8> = list.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
        let nodes = array_of(structure(&fields), &[list.len() as i32], bytes(&data));
        neighbors(move |parts| parts[2] = nodes.clone())
    };
    is_safe(&with(&[[0, 3, 0], [0, 0, 1], [3, 3, 1]]));
    is_safe(&with(&[[0, 3, 1], [0, 1, 1], [1, 3, 1]]));
    unsound(&with(&[[0, 4, 0], [0, 1, 1], [1, 3, 1]]), "node_data[0]: a range outside 3 points");
    unsound(&with(&[[0, 3, 0], [-1, 1, 1], [1, 3, 1]]), "node_data[1]: a range outside 3 points");
    unsound(&with(&[[0, 3, 0], [0, 1, 1], [3, 1, 1]]), "node_data[2]: a range outside 3 points");
    unsound(&with(&[[0, 3, 0], [0, 1, 0], [1, 3, 1]]), "node_data[1].is_leaf: a node without children");
    let one = |leaf: i64| {
        let data: Vec<u8> = [0, 3, leaf].iter().flat_map(|number: &i64| number.to_le_bytes()).collect();
        let nodes = array_of(structure(&fields), &[1], bytes(&data));
        neighbors(move |parts| {
            (parts[2], parts[3]) = (nodes.clone(), floats(&[2, 1, 2]));
            (parts[5], parts[6]) = (int(1), int(1));
        })
    };
    is_safe(&one(1));
    unsound(&one(0), "node_data[0].is_leaf: a node without children");
}

#[test]
fn metrics_with_a_number_for_each_feature() {
    let with = |class: &str, vector: &[i32], matrix: &[i32]| {
        let metric = metric(class, &[float(2.0), floats(vector), floats(matrix)]);
        neighbors(move |parts| parts[11] = metric.clone())
    };
    for class in ["SEuclideanDistance64", "SEuclideanDistance32", "SEuclideanDistance"] {
        is_safe(&with(class, &[2], &[1, 1]));
        unsound(&with(class, &[1], &[1, 1]), "dist_metric.vec: 1 for 2 features");
        unsound(&with(class, &[2, 1], &[1, 1]), "dist_metric.vec: an array of shape [2, 1] instead of 1");
    }
    is_safe(&with("MahalanobisDistance64", &[1], &[2, 2]));
    unsound(&with("MahalanobisDistance64", &[1], &[2, 1]), "dist_metric.mat: shape [2, 1] for 2 features");
    unsound(&with("MahalanobisDistance64", &[1], &[1, 2]), "dist_metric.mat: shape [1, 2] for 2 features");
    is_safe(&with("ManhattanDistance64", &[1], &[1, 1]));
    let short = metric("EuclideanDistance64", &[float(2.0), floats(&[1])]);
    unsound(
        &neighbors(move |parts| parts[11] = short.clone()),
        "dist_metric: not the state of a DistanceMetric",
    );
}

fn sparse(format: &str, shape: &[i32], items: &[(&str, Value)]) -> Value {
    let shape = tuple(&shape.iter().map(|&dim| int(dim)).collect::<Vec<_>>());
    let items = [&[("_shape", shape)], items].concat();
    object(&format!("scipy.sparse._{format}.{format}_matrix"), &items)
}

#[test]
fn compressed_matrices() {
    let csr = |shape: &[i32], indptr: Value, indices: Value| {
        sparse("csr", shape, &[("data", floats(&[3])), ("indptr", indptr), ("indices", indices)])
    };
    let (ends, places) = (|| ints(&[3], &[0, 1, 3]), || ints(&[3], &[3, 0, 1]));
    is_safe(&csr(&[2, 4], ends(), places()));
    is_safe(&csr(&[2, 4], ints(&[3], &[0, 0, 2]), places()));
    is_safe(&csr(&[2, 4], longs(&[3], &[0, 3, 3]), longs(&[3], &[3, 0, 1])));
    unsound(&csr(&[3, 4], ends(), places()), "indptr: 3 ends for 3 rows");
    unsound(&csr(&[1, 4], ends(), places()), "indptr: 3 ends for 1 rows");
    unsound(&csr(&[2, 3], ends(), places()), "indices: 3 where there are 3");
    unsound(&csr(&[2, 4], ends(), ints(&[3], &[-1, 0, 1])), "indices: -1 where there are 4");
    unsound(&csr(&[2, 4], ends(), ints(&[2], &[0, 1])), "indices: 2 for 3 entries");
    unsound(&csr(&[2, 4], ends(), ints(&[3, 1], &[0, 1, 2])), "indices: 3 for 3 entries");
    unsound(&csr(&[2, 4], ends(), floats(&[3])), "indices: not integers");
    unsound(&csr(&[2, 4], ints(&[3], &[0, 2, 1]), places()), "indptr: 1 after 2");
    unsound(&csr(&[2, 4], ints(&[3], &[0, 1, 4]), places()), "indptr: ends at 4 of 3 entries");
    unsound(&csr(&[2, 4], ints(&[3], &[1, 1, 3]), places()), "indptr: ends at 3 of 3 entries");
    unsound(&csr(&[2, 4], ints(&[3], &[-1, 1, 3]), places()), "indptr: -1 after 0");
    unsound(&csr(&[2, 4], floats(&[3]), places()), "indptr: not integers");
    unsound(&csr(&[2, 4, 1], ends(), places()), "shape: [2, 4, 1] for a matrix of format csr");
    is_safe(&csr(&[4], ints(&[2], &[0, 3]), places()));
    unsound(&csr(&[4], ends(), places()), "indptr: 3 ends for 1 rows");
    let csc = |shape: &[i32]| {
        sparse("csc", shape, &[("data", floats(&[3])), ("indptr", ends()), ("indices", places())])
    };
    is_safe(&csc(&[4, 2]));
    unsound(&csc(&[2, 4]), "indptr: 3 ends for 4 rows");
}

#[test]
fn matrices_of_other_formats() {
    let bsr = |shape: &[i32], data: Value| {
        let items = [("data", data), ("indptr", ints(&[3], &[0, 1, 1])), ("indices", ints(&[1], &[1]))];
        sparse("bsr", shape, &items)
    };
    is_safe(&bsr(&[4, 6], floats(&[1, 2, 3])));
    unsound(&bsr(&[4, 3], floats(&[1, 2, 3])), "indices: 1 where there are 1");
    unsound(&bsr(&[5, 6], floats(&[1, 2, 3])), "data: blocks of 2 x 3 in 5 x 6");
    unsound(&bsr(&[4, 7], floats(&[1, 2, 3])), "data: blocks of 2 x 3 in 4 x 7");
    unsound(&bsr(&[4, 6], floats(&[1, 0, 3])), "data: blocks of 0 x 3 in 4 x 6");
    unsound(&bsr(&[4, 6], floats(&[1, 2, 0])), "data: blocks of 2 x 0 in 4 x 6");
    unsound(&bsr(&[4, 6], floats(&[1, 2])), "data: not blocks");

    let coo = |row: Value, col: Value| {
        sparse("coo", &[2, 3], &[("data", floats(&[2])), ("row", row), ("col", col)])
    };
    is_safe(&coo(ints(&[2], &[1, 0]), ints(&[2], &[2, 0])));
    unsound(&coo(ints(&[2], &[2, 0]), ints(&[2], &[2, 0])), "row: 2 where there are 2");
    unsound(&coo(ints(&[2], &[1, 0]), ints(&[2], &[3, 0])), "col: 3 where there are 3");
    unsound(&coo(ints(&[1], &[1]), ints(&[2], &[2, 0])), "row: 1 for 2 entries");
    let coords = |coords: Value| sparse("coo", &[2, 3], &[("data", floats(&[2])), ("coords", coords)]);
    is_safe(&coords(tuple(&[ints(&[2], &[1, 0]), ints(&[2], &[2, 0])])));
    unsound(&coords(tuple(&[ints(&[2], &[2, 0]), ints(&[2], &[2, 0])])), "coords: 2 where there are 2");
    unsound(&coords(tuple(&[ints(&[2], &[1, 0])])), "coords: 1 arrays for 2 dimensions");

    let dia = |data: Value, offsets: Value| sparse("dia", &[2, 3], &[("data", data), ("offsets", offsets)]);
    is_safe(&dia(floats(&[2, 3]), ints(&[2], &[0, 1])));
    unsound(&dia(floats(&[1, 3]), ints(&[2], &[0, 1])), "offsets: 2 for 1 diagonals");
    unsound(&dia(floats(&[2]), ints(&[2], &[0, 1])), "offsets: 2 for 2 diagonals");
    let lil = |data: usize, rows: usize| {
        sparse(
            "lil",
            &[2, 3],
            &[("data", objects(&vec![list(&[]); data])), ("rows", objects(&vec![list(&[]); rows]))],
        )
    };
    is_safe(&lil(2, 2));
    unsound(&lil(1, 2), "rows: 2 and 1 lists for 2 rows");
    unsound(&lil(2, 1), "rows: 1 and 2 lists for 2 rows");
    unsound(&sparse("csr", &[2, 2], &[]), "a part: csr_matrix has no attribute data");
    unsound(&object("scipy.sparse._csr.csr_matrix", &[]), "shape: a sparse matrix has no shape");
}

#[test]
fn support_vector_machines() {
    let svm = |class: &str, items: &[(&str, Value)]| object(&format!("sklearn.svm._classes.{class}"), items);
    let vectors = |rows: i32| ("support_vectors_", floats(&[rows, 2]));
    let support = |count: i32| ("support_", floats(&[count]));
    let counts = |counts: &[i32]| ("_n_support", ints(&[counts.len() as i32], counts));
    let coef = |rows: i32, columns: i32| ("_dual_coef_", floats(&[rows, columns]));
    for class in ["SVC", "NuSVC", "SVR", "NuSVR", "OneClassSVM"] {
        fits(&svm(class, &[vectors(3), support(3)]), "support_:");
        unsound(&svm(class, &[vectors(3), support(2)]), "support_: 2 for 3 support vectors");
    }
    for (class, name) in [
        ("SVC", "c_svc"),
        ("NuSVC", "nu_svc"),
        ("SVR", "epsilon_svr"),
        ("NuSVR", "nu_svr"),
        ("OneClassSVM", "one_class"),
    ] {
        fits(&svm(class, &[("_impl", text(name)), vectors(3)]), "_impl:");
        unsound(&svm(class, &[("_impl", text("other")), vectors(3)]), "_impl: another machine");
    }
    let machine = |more: &[(&str, Value)]| svm("NuSVC", &[&[vectors(3), support(3)], more].concat());
    fits(&machine(&[counts(&[1, 2])]), "_n_support:");
    fits(&machine(&[counts(&[1, 0, 2])]), "_n_support:");
    for wrong in [&[1, 1][..], &[2, 2], &[4, -1], &[3, 1, -1]] {
        unsound(&machine(&[counts(wrong)]), "_n_support: does not add up to 3 support vectors");
    }
    unsound(&machine(&[("n_support_", ints(&[2], &[1, 1]))]), "n_support_: does not add up to 3");
    fits(&svm("SVR", &[vectors(3), support(3), counts(&[1, 1])]), "_n_support:");
    fits(&machine(&[counts(&[1, 2]), coef(1, 3)]), "_dual_coef_:");
    fits(&machine(&[counts(&[1, 1, 1]), coef(2, 3)]), "_dual_coef_:");
    fits(&machine(&[counts(&[3]), coef(1, 3)]), "_dual_coef_:");
    unsound(
        &machine(&[counts(&[1, 1, 1]), coef(1, 3)]),
        "_dual_coef_: shape [1, 3] for 3 classes and 3 support vectors",
    );
    unsound(&machine(&[counts(&[1, 2]), coef(1, 2)]), "_dual_coef_: shape [1, 2] for 2 classes");
    unsound(&machine(&[counts(&[1, 2]), coef(2, 3)]), "_dual_coef_: shape [2, 3] for 2 classes");
    for (name, other) in [("_intercept_", "intercept_"), ("_probA", "probA_"), ("_probB", "probB_")] {
        for name in [name, other] {
            fits(&machine(&[counts(&[1, 1, 1]), (name, floats(&[3]))]), &format!("{name}:"));
            fits(&machine(&[counts(&[1, 2]), (name, floats(&[1]))]), &format!("{name}:"));
            unsound(
                &machine(&[counts(&[1, 1, 1]), (name, floats(&[2]))]),
                &format!("{name}: 2 for 3 classes"),
            );
        }
    }
    fits(&machine(&[counts(&[1, 1, 1]), ("_probA", floats(&[0]))]), "_probA:");
    unsound(&machine(&[counts(&[1, 2]), ("_intercept_", floats(&[0]))]), "_intercept_: 0 for 2 classes");
    let kernel = |kernel: Value| {
        svm("NuSVC", &[("support_vectors_", floats(&[0, 2])), support(3), ("kernel", kernel)])
    };
    fits(&kernel(text("precomputed")), "support_:");
    let pairwise = |name: &str| global(&format!("sklearn.metrics.pairwise.{name}"));
    fits(&kernel(pairwise("rbf_kernel")), "support_:");
    unsound(&kernel(text("rbf")), "support_: 3 for 0 support vectors");
    unsound(
        &svm("NuSVC", &[vectors(2), support(3), ("kernel", text("precomputed"))]),
        "support_: 3 for 2 support vectors",
    );
    unsound(
        &machine(&[("_sparse_kernels", list(&[text("rbf")]))]),
        "_sparse_kernels: hides that of its class",
    );
    let rows = tuple(&[int(3), int(2)]);
    let items = [
        ("_shape", rows),
        ("data", floats(&[0])),
        ("indptr", ints(&[4], &[0; 4])),
        ("indices", ints(&[0], &[])),
    ];
    let matrix = || object("scipy.sparse._csr.csr_matrix", &items);
    fits(&svm("NuSVC", &[("support_vectors_", matrix()), support(3)]), "support_:");
    unsound(
        &svm("NuSVC", &[("support_vectors_", matrix()), support(2)]),
        "support_: 2 for 3 support vectors",
    );
}

#[test]
fn ensembles() {
    let estimator = |features: i32| {
        let tree = tree_of(
            &[int(features), longs(&[1], &[2]), int(1)],
            &[
                ("node_count", int(1)),
                ("max_depth", int(0)),
                ("nodes", nodes(&[[-1, -1, -2]])),
                ("values", floats(&[1, 1, 2])),
            ],
        );
        object(
            "sklearn.tree._classes.ExtraTreeRegressor",
            &[("tree_", tree), ("n_features_in_", int(features))],
        )
    };
    let forest = |class: &str, name: &str, trees: Value, more: &[(&str, Value)]| {
        let items = [&[(name, int(2)), ("estimators_", trees)], more].concat();
        object(&format!("sklearn.ensemble.{class}"), &items)
    };
    let wrong = "estimators_[1]: a tree over 3 features, where there are 2";
    let mixed = || list(&[estimator(2), estimator(3)]);
    for class in [
        "_forest.RandomForestClassifier",
        "_forest.ExtraTreesRegressor",
        "_forest.RandomTreesEmbedding",
        "_bagging.BaggingClassifier",
    ] {
        for name in ["n_features_in_", "n_features_", "n_features"] {
            unsound(&forest(class, name, mixed(), &[]), wrong);
        }
        fits(&forest(class, "n_features_in_", list(&[estimator(2)]), &[]), "estimators_[");
    }
    fits(&forest("_stacking.StackingClassifier", "n_features_in_", mixed(), &[]), "estimators_[");
    unsound(
        &forest(
            "_forest.RandomForestRegressor",
            "n_features_in_",
            objects(&[estimator(2), estimator(3)]),
            &[],
        ),
        wrong,
    );
    let chosen = |features: &[i64]| {
        let all = [longs(&[2], &[1, 0]), longs(&[features.len() as i32], features)];
        forest(
            "_bagging.BaggingClassifier",
            "n_features_in_",
            list(&[estimator(2), estimator(3)]),
            &[("estimators_features_", list(&all))],
        )
    };
    fits(&chosen(&[1, 0, 1]), "estimators_");
    unsound(&chosen(&[1, 0]), "estimators_[1]: a tree over 3 features, where there are 2");
    for features in [&[1, 0, 2][..], &[1, 0, -1]] {
        unsound(&chosen(features), "estimators_features_[1]: not among 2 features");
    }
}

#[test]
fn columns_of_histogram_boosting() {
    const LEAF: [u32; 6] = [0, 0, 0, 1, 0, 0];
    let model = |column: u32, by_category: u32, categorical: &[u8]| {
        let tree = predictor(&[[1, 2, column, 0, by_category, 0], LEAF, LEAF], Some(sets(&[1, 8], "u4", 4)));
        let flags = array_of(dtype("|b1"), &[categorical.len() as i32], bytes(categorical));
        let mapper = object(
            "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
            &[("is_categorical_", flags)],
        );
        object(
            "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor",
            &[("n_features_in_", int(2)), ("_predictors", list(&[list(&[tree])])), ("_bin_mapper", mapper)],
        )
    };
    for (column, by_category) in [(0, 0), (1, 0), (1, 1)] {
        fits(&model(column, by_category, &[0, 1]), "nodes[");
    }
    unsound(&model(2, 0, &[0, 1]), "nodes[0].feature_idx: 2 where there are 2");
    unsound(&model(0, 1, &[0, 1]), "nodes[0].feature_idx: a column that has no categories");
    unsound(&model(1, 1, &[]), "nodes[0].feature_idx: a column that has no categories");
}

#[test]
fn kernels_that_are_functions() {
    let svm = |kernel: Value, kept: Value| {
        let attributes = [
            ("support_vectors_", floats(&[0, 2])),
            ("support_", longs(&[1], &[2])),
            ("shape_fit_", tuple(&[int(3), int(2)])),
            ("kernel", kernel),
            ("_BaseLibSVM__Xfit", kept),
        ];
        object("sklearn.svm._classes.SVC", &attributes)
    };
    let pairwise = |name: &str| global(&format!("sklearn.metrics.pairwise.{name}"));
    let partial = |args: Value| {
        let made = call("functools.partial", &[pairwise("rbf_kernel")]);
        build(made, tuple(&[pairwise("rbf_kernel"), args, dict(&[("gamma", float(1.0))]), none()]))
    };
    let process = |name: &str, parts: &[(&str, Value)]| {
        object(&format!("sklearn.gaussian_process.kernels.{name}"), parts)
    };
    let rbf = || process("RBF", &[("length_scale", float(1.0))]);
    for kernel in [
        pairwise("linear_kernel"),
        pairwise("cosine_similarity"),
        partial(tuple(&[])),
        process("Sum", &[("k1", rbf()), ("k2", rbf())]),
    ] {
        is_safe(&svm(kernel.clone(), floats(&[3, 2])));
        unsound(&svm(kernel, floats(&[1, 2])), "__Xfit: shape [1, 2]");
    }
    for kernel in [
        global("numpy.add"),
        global("operator.eq"),
        pairwise("manhattan_distances"),
        partial(tuple(&[floats(&[1, 2])])),
        process("Sum", &[("k1", rbf()), ("k2", global("operator.eq"))]),
        process("CompoundKernel", &[("kernels", list(&[rbf()]))]),
    ] {
        is_found(&svm(kernel, floats(&[3, 2])), Rule::UnknownArguments, "of which the shape is not known");
    }
}

#[test]
fn weights_of_a_density() {
    for class in ["scipy.stats._kde.gaussian_kde", "scipy.stats.kde.gaussian_kde"] {
        let density =
            |weights: i32| object(class, &[("dataset", floats(&[1, 3])), ("_weights", floats(&[weights]))]);
        fits(&density(3), "_weights:");
        unsound(&density(1), "_weights: 1 for 3 points");
        fits(&object(class, &[("dataset", floats(&[1, 3]))]), "_weights:");
    }
}

#[test]
fn mixtures() {
    let mixture = |kind: &str, weights: i32, means: &[i32], matrices: &[i32]| {
        let items = [
            ("covariance_type", text(kind)),
            ("weights_", floats(&[weights])),
            ("means_", floats(means)),
            ("covariances_", floats(matrices)),
        ];
        object("sklearn.mixture._gaussian_mixture.GaussianMixture", &items)
    };
    is_safe(&mixture("full", 2, &[2, 3], &[2, 3, 3]));
    is_safe(&mixture("tied", 2, &[2, 3], &[3, 3]));
    is_safe(&mixture("diag", 2, &[2, 3], &[2, 3]));
    is_safe(&mixture("spherical", 2, &[2, 3], &[2]));
    unsound(&mixture("full", 0, &[0, 3], &[0, 3, 3]), "weights_: 0 for means of shape [0, 3]");
    unsound(&mixture("full", 1, &[2, 3], &[2, 3, 3]), "weights_: 1 for means of shape [2, 3]");
    unsound(&mixture("diag", 2, &[2, 3], &[2, 2]), "covariances_: shape [2, 2] for 2 components");
    unsound(&mixture("whole", 2, &[2, 3], &[2, 3, 3]), "covariance_type: none of those of a mixture");
}

#[test]
fn classes_that_are_drawn() {
    let dummy = |prior: Value| object("sklearn.dummy.DummyClassifier", &[("class_prior_", prior)]);
    is_safe(&dummy(floats(&[2])));
    is_safe(&dummy(list(&[floats(&[2]), floats(&[1])])));
    unsound(&dummy(floats(&[0])), "class_prior_: no class to draw");
    unsound(&dummy(list(&[floats(&[2]), floats(&[0])])), "class_prior_: no class to draw");
    unsound(&dummy(floats(&[2, 0])), "class_prior_: an array of shape [2, 0]");
}

#[test]
fn features_in_clusters() {
    let pooled = |labels: &[i64]| {
        let labels = longs(&[labels.len() as i32], labels);
        object("sklearn.cluster._agglomerative.FeatureAgglomeration", &[("labels_", labels)])
    };
    is_safe(&pooled(&[0, 1, 1]));
    unsound(&pooled(&[0, 3, 1]), "labels_: not clusters of 3 features");
    unsound(&pooled(&[0, -1, 1]), "labels_: not clusters of 3 features");
}

#[test]
fn features_that_are_counted() {
    let normalizer =
        |name: &str, count: Value| object("sklearn.preprocessing._data.Normalizer", &[(name, count)]);
    is_safe(&normalizer("n_features_in_", int(i32::MAX)));
    let too_many = b"\x8a\x05\0\0\0\x80\0".to_vec();
    for name in ["n_features_in_", "n_features_", "_n_features_out", "n_components_", "n_outputs_"] {
        unsound(&normalizer(name, too_many.clone()), &format!("{name}: more than 2147483647"));
    }
    let scaler = |count: i32, scale: Value| {
        let items = [("n_features_in_", int(count)), ("scale_", scale)];
        object("sklearn.preprocessing._data.MaxAbsScaler", &items)
    };
    is_safe(&scaler(3, floats(&[3])));
    fits(&scaler(3, none()), "n_features_in_:");
    unsound(&scaler(4, floats(&[3])), "n_features_in_: 4 where scale_ has 3");
}

#[test]
fn parameters_of_a_distance_are_as_long_as_a_point() {
    let with = |metric: &str, key: &str, array: Value| {
        let attributes = [
            ("_fit_X", floats(&[5, 3])),
            ("_tree", none()),
            ("effective_metric_", text(metric)),
            ("effective_metric_params_", dict(&[(key, array)])),
        ];
        object("sklearn.neighbors._unsupervised.NearestNeighbors", &attributes)
    };
    is_safe(&with("seuclidean", "V", floats(&[3])));
    is_safe(&with("mahalanobis", "V", floats(&[3, 3])));
    is_safe(&with("mahalanobis", "VI", floats(&[3, 3])));
    is_safe(&with("minkowski", "w", floats(&[3])));
    for (metric, key, shape) in [
        ("seuclidean", "V", &[3, 3][..]),
        ("seuclidean", "V", &[2]),
        ("mahalanobis", "V", &[3]),
        ("mahalanobis", "VI", &[2, 2]),
        ("minkowski", "w", &[2]),
    ] {
        is_found(&with(metric, key, floats(shape)), Rule::Unsound, "for 3 columns");
    }
}
