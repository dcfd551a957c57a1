macro_rules! loaders {
    ($($variant:ident, $name:literal;)*) => {
        /// What a node says it has to be read with: the classes in `skops/io`, of all
        /// releases.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Loader {
            $($variant,)*
        }

        impl Loader {
            pub(super) fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }

            pub(super) fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        #[cfg(test)]
        pub(super) const ALL: &[&str] = &[$($name),*];
    };
}

loaders! {
    Bytearray, "BytearrayNode";
    Bytes, "BytesNode";
    Cached, "CachedNode";
    ConstructorFromReduce, "ConstructorFromReduceNode";
    DType, "DTypeNode";
    DefaultDict, "DefaultDictNode";
    Dict, "DictNode";
    DictWithDeprecatedKeys, "_DictWithDeprecatedKeysNode";
    Function, "FunctionNode";
    Json, "JsonNode";
    List, "ListNode";
    Loss, "LossNode";
    MaskedArray, "MaskedArrayNode";
    Method, "MethodNode";
    NdArray, "NdArrayNode";
    Object, "ObjectNode";
    OperatorFunc, "OperatorFuncNode";
    Partial, "PartialNode";
    QuantileForest, "QuantileForestNode";
    RandomGenerator, "RandomGeneratorNode";
    RandomState, "RandomStateNode";
    Set, "SetNode";
    SgdLoss, "SGDNode";
    Slice, "SliceNode";
    SparseMatrix, "SparseMatrixNode";
    Tree, "TreeNode";
    Tuple, "TupleNode";
    Type, "TypeNode";
}
