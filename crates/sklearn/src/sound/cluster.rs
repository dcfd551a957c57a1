//! Clusters: compiled code reads as many columns of a centre as a row has, and joins nodes of a linkage by their numbers.
//!
//! Source: `lloyd_iter_chunked_dense` in `sklearn/cluster/_k_means_lloyd.pyx`, and `_predict_recursive` of
//! `BisectingKMeans`.

use cannery_object::{Heap, Object, Place, Value};

use super::parts::{array, count};
use super::{Allowance, Checked, Site, unknown, unsound};

pub(super) fn check(site: &Site<'_>, allowance: &mut Allowance) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value) else { return Ok(()) };
    if object.class().1 == "HDBSCAN" {
        return linkage(heap, &object, allowance);
    }
    if object.class().1 == "FeatureAgglomeration" {
        return pooled(heap, &object, allowance);
    }
    if object.class().1 == "Birch" {
        return norms(heap, &object);
    }
    if !matches!(object.class().1, "KMeans" | "MiniBatchKMeans" | "BisectingKMeans")
        || object.attr("cluster_centers_").is_none()
    {
        return Ok(());
    }
    let columns = array(heap, &object, "cluster_centers_", 2)?.shape[1];
    if let Some(value) = object.attr("n_features_in_") {
        let features = count(heap, Some(value), "n_features_in_")?;
        if features != columns {
            return Err(unsound("n_features_in_", format!("{features} for centres of {columns} columns")));
        }
    }
    match object.attr("_bisecting_tree") {
        Some(tree) => bisections(heap, tree, columns, allowance),
        None => Ok(()),
    }
}

/// `_subcluster_norms` are taken for those of the centres, without a look at how many there are.
///
/// Source: `EuclideanArgKmin` in `sklearn/metrics/_pairwise_distances_reduction/_argkmin.pyx.tp`.
fn norms(heap: &Heap, object: &Object<'_>) -> Checked {
    const NAME: &str = "_subcluster_norms";
    if object.attr(NAME).is_none() || object.attr("subcluster_centers_").is_none() {
        return Ok(());
    }
    let (norms, centers) =
        (array(heap, object, NAME, 1)?.len(), array(heap, object, "subcluster_centers_", 2)?.shape[0]);
    if norms == centers { Ok(()) } else { Err(unsound(NAME, format!("{norms} for {centers} centres"))) }
}

/// `labels_` gives each feature a cluster, of which there are no more than features: `transform` counts in an array that is
/// as long as the greatest of them.
///
/// Source: `AgglomerationTransform.transform` in `sklearn/cluster/_feature_agglomeration.py`.
fn pooled(heap: &Heap, object: &Object<'_>, allowance: &mut Allowance) -> Checked {
    const NAME: &str = "labels_";
    if object.attr(NAME).is_none() {
        return Ok(());
    }
    let labels = array(heap, object, NAME, 1)?;
    allowance.spend(labels.raw().map_or(0, <[u8]>::len) as u64)?;
    let is_label = |label: i64| usize::try_from(label).is_ok_and(|label| label < labels.len());
    if labels.stored_ints().is_some_and(|mut ints| ints.all(is_label)) {
        return Ok(());
    }
    Err(unsound(NAME, format!("not clusters of {} features", labels.len())))
}

/// `dbscan_clustering` joins the two nodes of each row in a table of as many entries as there are points and rows.
///
/// Source: `labelling_at_cut` in `sklearn/cluster/_hdbscan/_tree.pyx`.
fn linkage(heap: &Heap, object: &Object<'_>, allowance: &mut Allowance) -> Checked {
    const NAME: &str = "_single_linkage_tree_";
    if object.attr(NAME).is_none() {
        return Ok(());
    }
    let rows = array(heap, object, NAME, 1)?;
    let raw = rows.raw().ok_or_else(|| unsound(NAME, "not an array of rows"))?;
    allowance.spend(raw.len() as u64)?;
    for name in ["left_node", "right_node"] {
        let place = Place::of_integer(&rows.dtype, name).ok_or_else(|| unsound(NAME, "no nodes"))?;
        for (index, row) in raw.chunks_exact(rows.dtype.itemsize.max(1)).enumerate() {
            let node = place.int(row);
            if !usize::try_from(node).is_ok_and(|node| node <= 2 * rows.len()) {
                return Err(unsound(
                    format!("{NAME}[{index}].{name}"),
                    format!("{node} in {} rows", rows.len()),
                ));
            }
        }
    }
    Ok(())
}

const NODE: (&str, &str) = ("sklearn.cluster._bisect_k_means", "_BisectingTree");

/// Each node of a tree of bisections has a centre. The work is bounded, cycles and shared nodes included. Objects of another
/// class have attributes that do not stand in their state: a `Bunch` those of its dict.
fn bisections(heap: &Heap, root: Value, columns: usize, allowance: &mut Allowance) -> Checked {
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        allowance.spend(256)?;
        let node = heap.object(node).filter(|node| node.class() == NODE);
        let node =
            node.ok_or_else(|| unsound("_bisecting_tree", "a node of another class than _BisectingTree"))?;
        check_center(heap, &node, columns)?;
        let children = [node.attr("left"), node.attr("right")].into_iter().flatten();
        open.extend(children.filter(|&child| child != Value::None));
    }
    Ok(())
}

/// The array of `numpy.matrix(array)`, which skops writes.
fn of_matrix(heap: &Heap, value: Value) -> Value {
    match Site::of(heap, value).map(|call| (call.name, call.args)) {
        Some((("numpy" | "numpy.matrixlib.defmatrix", "matrix"), [array])) => *array,
        _ => value,
    }
}

fn check_center(heap: &Heap, node: &Object<'_>, columns: usize) -> Checked {
    let Some(center) = node.attr("center").filter(|&center| center != Value::None) else { return Ok(()) };
    let Some(center) = heap.ndarray(of_matrix(heap, center)) else {
        return Err(unknown("a centre that is not an array"));
    };
    let center = center.map_err(|error| unsound("_bisecting_tree.center", error))?;
    // of sparse rows the mean is a matrix of one row
    let ([found] | [1, found]) = center.shape[..] else {
        return Err(unsound("_bisecting_tree.center", format!("of shape {:?}", center.shape)));
    };
    if found == columns {
        return Ok(());
    }
    Err(unsound("_bisecting_tree.center", format!("{found} columns where centres have {columns}")))
}
