#!/usr/bin/env python3
"""Writes the table of exact names that files of scikit-learn models can hold, and the table of constructor defaults.

    scripts/known_names.py --venvs DIR      DIR as made by scripts/venvs.sh; writes both tables
    scripts/known_names.py --collect        inside one environment (Python 2.7, 3.6 or newer): its names as JSON

Tables: crates/object/src/known/names.tsv and crates/sklearn/src/defaults.tsv. They hold nothing but what was found in
installed releases, sorted, so that a second run gives the same bytes.

A name is listed under the module that a pickle written by that release would give for it, and only if that module's
attribute is the object itself. What is looked at:

* sklearn: every class that a submodule defines, but not tests, vendored packages, dataset loaders, callbacks (they open
  sockets), exporters, parallel and display helpers; functions only from FUNCTION_NAMESPACES and SINGLE_FUNCTIONS.
* the other libraries: the lists in this file, each for a purpose (arrays, sparse matrices, distributions ...).

Nothing is listed that runs code, reads or writes files, or opens sockets whatever it is given. A few names do or do not,
depending on their arguments (functools.partial, numpy.core._ufunc_reconstruct, numpy.memmap, joblib's Memory) or state (scipy's
distributions run the text in `_parse_arg_template` when their state is set). Real models hold them, so they are listed:
whoever meets one has to look at what it is given.
"""

from __future__ import print_function

import argparse
import importlib
import inspect
import json
import os
import pkgutil
import re
import subprocess
import sys
import types
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = os.path.join(HERE, "..", "crates", "object", "src", "known", "names.tsv")
DEFAULTS = os.path.join(HERE, "..", "crates", "sklearn", "src", "defaults.tsv")
PYTHON_2 = sys.version_info[0] == 2

# ---------------------------------------------------------------- what is looked at

# Functions that pickle calls to build an object: they take data and return the object.
RECONSTRUCT = re.compile(
    r"^(__pyx_unpickle_\w+|newObj|_reconstruct|scalar|_frombuffer|_ufunc_reconstruct|_mareconstruct|_mrreconstruct"
    r"|__\w+_ctor|_reconstructor|__newobj__|__newobj_ex__|encode|_compile|_new_\w*Index|_unpickle_block"
    r"|_timestamp_unpickle|_timedelta_unpickle|_unpickle_timestamp|_unpickle_timedelta|__?nat_unpickle|_convert_to_stringdtype_kwargs|bitgen_ctor|_p|_UTC|FixedOffset|_array_reconstructor)$"
)

OPERATORS = "abs add and_ eq floordiv ge gt invert le lt mod mul ne neg not_ or_ pos pow sub truediv truth xor"
PYTHON = {
    "_operator": OPERATORS,
    "argparse": "Namespace",
    "array": "array _array_reconstructor",
    "builtins": "set frozenset list dict tuple int float bool complex str bytes bytearray slice range object type"
    " long unicode xrange Ellipsis NotImplemented abs len max min round sum",
    "copyreg": "_reconstructor __newobj__ __newobj_ex__",
    "_codecs": "encode",
    "collections": "OrderedDict defaultdict deque Counter",
    "functools": "partial",
    "html": "escape unescape",
    "http": "HTTPStatus",
    "operator": OPERATORS,
    "datetime": "date datetime time timedelta timezone tzinfo",
    "decimal": "Decimal",
    "fractions": "Fraction",
    "pathlib": "PosixPath PurePosixPath PureWindowsPath WindowsPath",
    "pathlib._local": "PosixPath PurePosixPath PureWindowsPath WindowsPath",
    "re": "_compile RegexFlag escape findall finditer fullmatch match search split sub subn",
    "time": "struct_time",
    "types": "SimpleNamespace",
    "unicodedata": "normalize",
    "uuid": "UUID SafeUUID",
    "zoneinfo": "ZoneInfo",
}

# Methods of text that split or change it. They are pickled as `getattr(str, name)`, which looks them up here; `format` and
# `format_map` read attributes of what they are given.
METHODS_OF_TEXT = (
    "capitalize casefold lower lstrip removeprefix removesuffix replace rsplit rstrip split splitlines strip swapcase title upper"
)

# Exceptions that are not listed with the others of Python: printing an UnicodeError uses its positions without a look, and a
# SyntaxError that is shown names a file, which is read. Those that are no Exception end the process.
EXCEPTIONS_LEFT_OUT = (UnicodeError, SyntaxError)

# dateutil, which pandas needs: the offsets of pandas keep a relativedelta. Zones that are read from files (tzfile) are left
# out: compiled code of pandas takes their lists without a look.
DATEUTIL = [
    ("dateutil._common", "weekday"),
    ("dateutil.relativedelta", "relativedelta weekday"),
    ("dateutil.tz.tz", "tzlocal tzoffset tzutc"),
]

# Subpackages and modules of sklearn that are not walked into, and why they hold nothing for a model.
SKIPPED = re.compile(
    r"^sklearn\.(?:.*\.)?(tests|conftest|setup)$"
    r"|^sklearn\.(externals|__check_build|_build_utils|_min_dependencies|_distributor_init|experimental)$"
    r"|^sklearn\.(callback|datasets|tree\._?export|ensemble\._hist_gradient_boosting\.utils)$"
    # utils is walked by UTILS alone: the rest is testing, parallelism, display and plumbing
    r"|^sklearn\.utils$"
)
UTILS = {
    "sklearn.datasets.base": "Bunch",
    "sklearn.utils": "Bunch",
    "sklearn.utils._bunch": "Bunch",
    "sklearn.utils._encode": "*",
    "sklearn.utils._fast_dict": "*",
    "sklearn.utils.fast_dict": "*",
    "sklearn.utils._metadata_requests": "*",
    "sklearn.utils._tags": "*",
    "sklearn.utils._weight_vector": "*",
    "sklearn.utils.weight_vector": "*",
    "sklearn.utils.deprecation": "DeprecationDict",
    "sklearn.utils.fixes": "MaskedArray",
    "sklearn.utils.metaestimators": "_BaseComposition",
}
# Public functions defined below these are stored as data: metrics, kernels, scores, transforms, checks.
FUNCTION_NAMESPACES = [
    "sklearn.covariance",
    "sklearn.feature_extraction.text",
    "sklearn.feature_selection",
    "sklearn.gaussian_process.correlation_models",
    "sklearn.gaussian_process.regression_models",
    "sklearn.metrics",
    "sklearn.metrics.cluster",
    "sklearn.metrics.pairwise",
    "sklearn.preprocessing",
    "sklearn.utils.extmath",
    "sklearn.utils.sparsefuncs",
    "sklearn.utils.validation",
]
# Estimators of these modules have a namesake in the same release; their names get a prefix in the table of defaults.
DEPRECATED_TWINS = {"sklearn.grid_search": "grid_search."}
NOT_DATA = re.compile(r"^(plot_\w+|make_scorer|get_scorer\w*|check_scoring|check_memory|pairwise_distances_chunked)$")
# Private functions that estimators keep in an attribute; present where the release has them.
SINGLE_FUNCTIONS = [
    ("sklearn.neighbors._graph", "kneighbors_graph radius_neighbors_graph"),
    ("sklearn.neighbors.graph", "kneighbors_graph radius_neighbors_graph"),
    ("sklearn.utils", "resample shuffle"),
    ("sklearn.utils._indexing", "resample shuffle"),
    ("sklearn.cluster._kmeans", "_kmeans_single_elkan _kmeans_single_lloyd kmeans_plusplus"),
    ("sklearn.metrics._scorer", "_passthrough_scorer negative_likelihood_ratio positive_likelihood_ratio"),
    ("sklearn.metrics.scorer", "_passthrough_scorer"),
    ("sklearn.model_selection._search_successive_halving", "_refit_callable _top_k"),
    ("sklearn.preprocessing._function_transformer", "_identity"),
]

# Functions of numpy that take arrays and return arrays, call nothing they are given and open nothing.
NUMPY_FUNCTIONS = (
    "all allclose amax amin any append argmax argmin argpartition argsort argwhere around array array_equal asanyarray asarray"
    " angle array_split ascontiguousarray asfortranarray atleast_1d atleast_2d atleast_3d average bincount clip column_stack"
    " concatenate convolve copy corrcoef count_nonzero cov cross cumprod cumsum delete diag diff digitize dot dstack ediff1d einsum"
    " empty empty_like expand_dims eye fix flip fliplr flipud full full_like gradient histogram hstack hypot identity imag inner"
    " insert interp iscomplex isclose isin isreal kron lexsort linspace logspace max mean median meshgrid min moveaxis nan_to_num nanargmax nanargmin nancumprod nancumsum nanmax nanmean nanmedian"
    " nanmin nanpercentile nanprod nanquantile nanstd nansum nanvar nonzero ones ones_like outer partition percentile"
    " polyval prod ptp quantile ravel real repeat reshape resize roll rollaxis rot90 round searchsorted select sinc size sort split"
    " squeeze stack std sum swapaxes take tensordot tile trace transpose trapezoid trapz tril triu unique unwrap vander var vstack"
    " where zeros zeros_like"
)
# `replace` of numpy 2.1 to 2.3 writes outside of an array of texts of any length where the count is negative.
NUMPY_FUNCTIONS_OF_TEXT = (
    "add capitalize center count endswith find isalpha isdecimal isdigit isnumeric join lower lstrip partition"
    " rstrip split startswith str_len strip swapcase title upper zfill"
)
NUMPY_FUNCTIONS_BELOW = [
    ("numpy.char", NUMPY_FUNCTIONS_OF_TEXT),
    ("numpy.core.defchararray", NUMPY_FUNCTIONS_OF_TEXT),
    ("numpy.fft", "fft fft2 fftfreq fftn fftshift ifft ifft2 ifftn ifftshift irfft rfft rfftfreq"),
    ("numpy.ma", "filled masked_invalid"),
    ("numpy.linalg", "cholesky cond det eig eigh eigvals eigvalsh inv lstsq matrix_power matrix_rank norm pinv qr slogdet solve svd"),
]
# Scalar types whose own name depends on the platform: int64 here is longlong on Windows.
NUMPY_PLATFORM_SCALARS = "intc uintc longlong ulonglong longdouble clongdouble".split()
NUMPY_CLASSES = [
    ("numpy", "dtype ndarray matrix memmap poly1d recarray record chararray ufunc"),
    ("numpy.ma", "MaskedArray"),
    ("numpy.ma.core", "MaskedArray MaskedConstant mvoid"),
    ("numpy.ma.mrecords", "MaskedRecords"),
    ("numpy._globals", "_NoValueType"),
    # what functions of several results return, each a tuple with names
    ("numpy.linalg._linalg", "EigResult EighResult QRResult SVDResult SlogdetResult"),
    ("numpy.linalg.linalg", "EigResult EighResult QRResult SVDResult SlogdetResult"),
    ("numpy.lib._arraysetops_impl", "UniqueAllResult UniqueCountsResult UniqueInverseResult"),
    ("numpy.polynomial", "Chebyshev Hermite HermiteE Laguerre Legendre Polynomial"),
    ("numpy.random", "RandomState Generator BitGenerator SeedSequence MT19937 PCG64 PCG64DXSM Philox SFC64"),
    ("numpy.random.bit_generator", "SeedSequence SeedlessSeedSequence SeedlessSequence ISeedSequence"),
]
NUMPY_RECONSTRUCT = [
    ("core.multiarray", "_reconstruct scalar"),
    ("core.numeric", "_frombuffer"),
    ("core", "_ufunc_reconstruct"),
    ("core._internal", "_convert_to_stringdtype_kwargs"),
    ("ma.core", "_mareconstruct"),
    ("ma.mrecords", "_mrreconstruct"),
    ("random", "__RandomState_ctor"),
    ("random._pickle", "__randomstate_ctor __generator_ctor __bit_generator_ctor"),
    ("random.bit_generator", "*"),
    ("random._bit_generator", "*"),
    ("random.mtrand", "*"),
    ("random._generator", "*"),
    ("random._mt19937", "*"),
    ("random._pcg64", "*"),
    ("random._philox", "*"),
    ("random._sfc64", "*"),
]

SCIPY_FUNCTIONS = [
    (
        "scipy.spatial.distance",
        "braycurtis canberra chebyshev cityblock correlation cosine dice euclidean hamming jaccard jensenshannon kulczynski1"
        " kulsinski mahalanobis minkowski rogerstanimoto russellrao seuclidean sokalmichener sokalsneath sqeuclidean"
        " wminkowski yule",
    ),
    (
        "scipy.stats",
        "boxcox entropy gmean gstd gzscore hmean iqr kendalltau kurtosis mode pearsonr pointbiserialr rankdata sem skew spearmanr"
        " trim_mean variation yeojohnson zmap zscore",
    ),
    ("scipy.stats.mstats", "winsorize"),
    ("scipy.special", "comb expit factorial logit logsumexp softmax log_softmax"),
    ("scipy.fftpack", "dct fft idct ifft irfft rfft"),
    ("scipy.ndimage", "gaussian_filter gaussian_filter1d median_filter sobel uniform_filter"),
    ("scipy.signal", "detrend hilbert medfilt savgol_filter"),
]
# Dispatched to a backend: not functions of their own module by type, and pickled by `unpickle_function(module, name, None)`.
SCIPY_DISPATCHED = [("scipy.fft._basic", "fft fft2 fftn ifft ifft2 ifftn irfft rfft"), ("scipy.fft._realtransforms", "dct dst idct idst")]
SCIPY_CLASSES = [
    ("scipy.optimize", "OptimizeResult"),
    ("scipy.spatial", "KDTree cKDTree"),
    ("scipy.stats", "gaussian_kde rv_continuous rv_discrete rv_histogram"),
    ("scipy.stats._covariance", "CovViaPSD CovViaCholesky CovViaDiagonal CovViaEigendecomposition CovViaPrecision"),
    ("scipy.stats._multivariate", "_PSD"),
]

PANDAS_PUBLIC = (
    "Categorical CategoricalDtype CategoricalIndex DataFrame DatetimeIndex DatetimeTZDtype Float64Index Index Int64Index"
    " Interval IntervalDtype IntervalIndex MultiIndex Period PeriodDtype PeriodIndex RangeIndex Series SparseDtype"
    " StringDtype Timedelta TimedeltaIndex Timestamp UInt64Index BooleanDtype Float32Dtype Float64Dtype Int8Dtype Int16Dtype"
    " Int32Dtype Int64Dtype UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype ArrowDtype Flags"
)
PANDAS_WALKED = re.compile(
    r"^pandas\.(core\.(indexes|internals|arrays|dtypes|categorical|sparse|flags)(\.(?!generic|.*accessors?)|$)"
    r"|_libs\.(arrays|internals|interval|missing|sparse|tslib|tslibs)(\.|$)|arrays$|_libs$|core$)"
)
PANDAS_FUNCTIONS = "concat cut factorize get_dummies isna isnull melt notna notnull qcut to_datetime to_numeric to_timedelta unique"


# ---------------------------------------------------------------- inside one environment


class Collection(object):
    """The names of one environment: library -> {(module, name): kind}."""

    def __init__(self):
        self.names = {}

    def add(self, library, module, name, kind):
        self.names.setdefault(library, {})[module, name] = kind

    def add_object(self, library, obj, fallback=None):
        """Lists a class or function under its own module, or under `fallback` if it names none that has it."""
        name = getattr(obj, "__qualname__", None) or getattr(obj, "__name__", "")
        if not re.match(r"^\w+$", name):
            return  # nested or local: pickle has no plain pair for it
        for module in (getattr(obj, "__module__", None), fallback):
            if module and resolve(module, name) is obj:
                self.add(library, module, name, kind_of(obj))
                return


def resolve(module, name):
    """The attribute `name` of `module`, None if there is none. A module that cannot be imported has none."""
    loaded = sys.modules.get(module) or load(module)
    return getattr(loaded, name, None)


def load(module):
    try:
        return importlib.import_module(module)
    except Exception:
        return None


def kind_of(obj):
    if isinstance(obj, type) or PYTHON_2 and isinstance(obj, types.ClassType):
        if issubclass(obj, BaseException):
            return "exception"
        estimator = resolve("sklearn.base", "BaseEstimator")
        return "estimator" if estimator and issubclass(obj, estimator) else "class"
    if type(obj).__name__ == "ufunc":
        return "ufunc"
    if callable(obj):
        return "reconstruct" if RECONSTRUCT.match(getattr(obj, "__name__", "")) else "function"
    return "data"


def is_class(obj):
    return isinstance(obj, type) or PYTHON_2 and isinstance(obj, types.ClassType)


def members(module, names):
    """Attributes of a module: those named, or all for `*`; sorted, missing ones left out."""
    loaded = load(module)
    if loaded is None:
        return []
    names = sorted(vars(loaded)) if names == "*" else names.split()
    return [(name, getattr(loaded, name)) for name in names if getattr(loaded, name, None) is not None]


def walk(package, skipped):
    """The modules of a package, itself first; what `skipped` says is not imported."""
    module = load(package)
    if module is None:
        print("not importable: " + package, file=sys.stderr)
        return
    yield module
    for _, name, _ in pkgutil.iter_modules(getattr(module, "__path__", []), package + "."):
        if not skipped(name):
            for inner in walk(name, skipped):
                yield inner


def collect_python(found):
    def add(module, name, kind):
        found.add("python", module, name, kind)
        if not PYTHON_2:  # protocols 0 to 2 give names as Python 2 has them
            import _compat_pickle as compat

            module, name = compat.REVERSE_NAME_MAPPING.get(
                (module, name), (compat.REVERSE_IMPORT_MAPPING.get(module, module), name)
            )
            found.add("python", module, name, kind)

    for name in METHODS_OF_TEXT.split():
        if PYTHON_2 and hasattr(str, name):  # which can pickle them where joblib is loaded
            found.add("python", "__builtin__", "str." + name, "function")
            found.add("python", "__builtin__", "unicode." + name, "function")
        elif hasattr(str, name):
            found.add("python", "builtins", "str." + name, "function")
            found.add("python", "__builtin__", "unicode." + name, "function")
    renamed = {"builtins": "__builtin__", "copyreg": "copy_reg"} if PYTHON_2 else {}
    for module, names in PYTHON.items():
        module = renamed.get(module, module)
        for name, obj in members(module, names):
            add(module, name, kind_of(obj))
    for name, obj in members("exceptions" if PYTHON_2 else "builtins", "*"):
        if is_class(obj) and issubclass(obj, Exception) and not issubclass(obj, EXCEPTIONS_LEFT_OUT):
            if name == obj.__name__ and name != "ExceptionGroup":  # IOError is a name of OSError
                add(obj.__module__, name, "exception")


def collect_numpy(found):
    import numpy

    core = "numpy._core" if int(numpy.__version__.split(".")[0]) >= 2 else "numpy.core"
    for name, obj in members("numpy", "*"):
        scalar = is_class(obj) and issubclass(obj, numpy.generic)
        if scalar and (name == obj.__name__ or name in NUMPY_PLATFORM_SCALARS):
            found.add("numpy", "numpy", name, "class")
    for module, names in NUMPY_CLASSES:
        for name, obj in members(module, names):
            if is_class(obj):
                found.add_object("numpy", obj, module)
    for name, obj in members("numpy.dtypes", "*"):
        if is_class(obj):
            found.add("numpy", "numpy.dtypes", name, "class")
    for module, names in NUMPY_RECONSTRUCT:
        module = re.sub(r"^numpy\.core", core, "numpy." + module)
        for name, obj in members(module, names):
            if kind_of(obj) == "reconstruct":
                found.add("numpy", module, name, "reconstruct")
    for name, obj in members("numpy", NUMPY_FUNCTIONS):
        if kind_of(obj) == "function":
            found.add_object("numpy", obj, "numpy")
    for module, names in NUMPY_FUNCTIONS_BELOW:
        for name, obj in members(module, names):
            found.add_object("numpy", obj, module)
    found.add_object("numpy", numpy.linalg.LinAlgError)
    # a ufunc names no module before numpy 2.2: pickle takes the first loaded one that has it
    for name, obj in members("numpy", "*"):
        if type(obj) is numpy.ufunc:
            for module in ("numpy", core + "._multiarray_umath", core + ".umath"):
                if resolve(module, obj.__name__) is obj:
                    found.add("numpy", module, obj.__name__, "ufunc")


def collect_scipy(found):
    import numpy
    import scipy.interpolate
    import scipy.sparse
    import scipy.special

    for name, obj in members("scipy.sparse", "*"):
        if is_class(obj) and re.match(r"^(bsr|coo|csc|csr|dia|dok|lil|sp)_?(matrix|array)$", name):
            found.add_object("scipy", obj)
    splines = [obj for _, obj in members("scipy.interpolate", "*") if is_class(obj)]
    for module in sorted(set(obj.__module__ for obj in splines if obj.__module__.startswith("scipy.interpolate"))):
        for name, obj in members(module, "*"):  # public classes and the private ones that hold their data
            if is_class(obj) and obj.__module__ == module:
                found.add_object("scipy", obj)
    line = scipy.interpolate.interp1d  # keeps one of these as an attribute
    for name, obj in sorted(vars(line).items()):
        if name.startswith("_call_") and inspect.isfunction(obj):
            found.add("scipy", line.__module__, "interp1d." + name, "function")
    for module in ("_continuous_distns", "_discrete_distns", "_distn_infrastructure", "_levy_stable", "_multivariate"):
        for name, obj in members("scipy.stats." + module, "*"):
            if is_class(obj) and re.search(r"^rv_|_gen$|_frozen$", name):
                found.add_object("scipy", obj)
    for module in ("_binned_statistic", "_hypotests", "_mannwhitneyu", "_morestats", "_stats_mstats_common", "_stats_py", "contingency",
                   "morestats", "stats"):
        for name, obj in members("scipy.stats." + module, "*"):  # what tests return
            if is_class(obj) and issubclass(obj, tuple) and name.endswith("Result"):
                found.add_object("scipy", obj)
    for module, names in SCIPY_CLASSES:
        for name, obj in members(module, names):
            found.add_object("scipy", obj)
    for module, names in SCIPY_FUNCTIONS:
        for name, obj in members(module, names):
            if inspect.isfunction(obj):
                found.add_object("scipy", obj)
    for module, names in SCIPY_DISPATCHED:
        for name, _ in members(module, names):
            found.add("scipy", module, name, "function")
    for module in ("scipy.special", "scipy.special._ufuncs", "scipy.special._special_ufuncs", "scipy.special._ufuncs_cxx"):
        for name, obj in members(module, "*"):
            if isinstance(obj, numpy.ufunc) and resolve(module, obj.__name__) is obj:
                found.add("scipy", module, obj.__name__, "ufunc")


def collect_pandas(found):
    def skipped(module):
        return not PANDAS_WALKED.match(module)

    for name, obj in members("pandas", PANDAS_PUBLIC):
        found.add_object("pandas", obj)
    for name, obj in members("pandas", PANDAS_FUNCTIONS):
        found.add_object("pandas", obj)
    for module in walk("pandas", skipped):
        if skipped(module.__name__) or module.__name__ in ("pandas._libs", "pandas.core"):
            continue
        for name, obj in members(module.__name__, "*"):
            home = getattr(obj, "__module__", None)
            if is_class(obj) and (home == "pandas.arrays" or home == module.__name__):
                found.add_object("pandas", obj)
            elif RECONSTRUCT.match(name) and callable(obj) and not is_class(obj):
                found.add_object("pandas", obj, module.__name__)
    for name, obj in members("pandas", "NA"):
        found.add("pandas", obj.__module__, name, "data")
    for name, obj in members("pandas", "NA NaT"):  # skops makes instances of their classes
        found.add_object("pandas", type(obj))
    for name, obj in members("pandas.tseries.offsets", "*"):
        if is_class(obj) and obj.__module__ == "pandas.tseries.offsets":
            found.add_object("pandas", obj)
    for name, obj in members("pandas", "DateOffset"):
        found.add_object("pandas", obj)
    if resolve("pandas._libs.lib", "_NoDefault") is not None:
        found.add("pandas", "pandas._libs.lib", "_NoDefault", "class")


def collect_pytz(found):
    for name, obj in members("pytz", "_p _UTC FixedOffset"):
        found.add_object("pytz", obj)


def collect_dateutil(found):
    for module, names in DATEUTIL:
        for name, obj in members(module, names):
            found.add_object("dateutil", obj)


def collect_joblib(found):
    for package, library in (("joblib", "joblib"), ("sklearn.externals.joblib", "sklearn")):
        for module in (package + ".numpy_pickle", package + ".numpy_pickle_compat"):
            for name, obj in members(module, "NumpyArrayWrapper NDArrayWrapper ZNDArrayWrapper"):
                if obj.__module__.startswith(package + "."):
                    found.add(library, module, name, "class")
        for name, obj in members(package + ".memory", "Memory NotMemorizedFunc"):
            if obj.__module__.startswith(package + "."):
                found.add_object(library, obj)


def collect_sklearn(found):
    modules = [module.__name__ for module in walk("sklearn", SKIPPED.match)]
    for module, names in [(module, "*") for module in modules] + sorted(UTILS.items()):
        for name, obj in members(module, names):
            home = getattr(obj, "__module__", None)
            # some Cython modules give the last part of their path only: `_loss` for `sklearn._loss._loss`
            own = home == module or home == module.rsplit(".", 1)[1] if "." in module else home == module
            if is_class(obj) and own:
                found.add_object("sklearn", obj)
            elif RECONSTRUCT.match(name) and callable(obj) and not is_class(obj) and (own or home is None):
                found.add_object("sklearn", obj, module)
    for module in FUNCTION_NAMESPACES:
        for name, obj in members(module, "*"):
            home = getattr(obj, "__module__", None) or ""
            below = home == module or home.startswith(module + ".")
            if inspect.isroutine(obj) and below and not name.startswith("_") and not NOT_DATA.match(name):
                found.add_object("sklearn", obj)
    for module, names in SINGLE_FUNCTIONS:
        for name, obj in members(module, names):
            if inspect.isfunction(obj):
                found.add_object("sklearn", obj)


def collect_defaults(found):
    """class -> parameter -> default as JSON text, for every estimator of sklearn."""
    defaults = {}
    for (module, name), kind in found.names["sklearn"].items():
        if kind == "estimator":
            parameters = constructor_defaults(resolve(module, name))
            name = DEPRECATED_TWINS.get(module, "") + name
            assert name not in defaults, "two estimators are called " + name
            defaults[name] = dict((key, as_json(value)) for key, value in parameters)
    return defaults


def constructor_defaults(cls):
    init = getattr(cls.__init__, "deprecated_original", cls.__init__)
    if init is object.__init__:
        return []
    if PYTHON_2:
        if not inspect.ismethod(init) and not inspect.isfunction(init):
            return []
        spec = inspect.getargspec(init)
        defaults = spec.defaults or ()
        return list(zip(spec.args[len(spec.args) - len(defaults) :], defaults))
    parameters = inspect.signature(init).parameters.values()
    return [(each.name, each.default) for each in parameters if each.default is not each.empty]


def as_json(value):
    """JSON text of a default: a plain value as itself, else {"repr": text}, the same text under every Python."""
    if hasattr(value, "dtype") and hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    finite = not isinstance(value, float) or value - value == 0
    text = str if not PYTHON_2 else basestring  # noqa: F821
    if value is None or finite and isinstance(value, (bool, int, float, text)):
        return json.dumps(value)
    return json.dumps({"repr": stable_repr(value)})


def stable_repr(value):
    if is_class(value) or inspect.isroutine(value) or type(value).__name__ == "ufunc":
        module = getattr(value, "__module__", None) or "numpy"
        return value.__name__ if module in ("builtins", "__builtin__") else module + "." + value.__name__
    if hasattr(value, "tolist"):
        return "array(%r)" % (value.tolist(),)
    return re.sub(r"\s+", " ", re.sub(r" at 0x[0-9a-f]+", "", repr(value)))


def collect():
    warnings.showwarning = lambda *_, **__: None  # old releases set their own filters
    found = Collection()
    versions = {"python": "%d.%d" % sys.version_info[:2]}
    for library in ("numpy", "scipy", "pandas", "pytz", "dateutil", "joblib", "sklearn"):
        module = load(library)
        if module is not None:
            versions[library] = ".".join(module.__version__.split(".")[:2])
    collect_python(found)
    collect_numpy(found)
    collect_scipy(found)
    collect_pandas(found)
    collect_pytz(found)
    collect_dateutil(found)
    collect_sklearn(found)
    collect_joblib(found)
    names = dict(
        (library, sorted([module, name, kind] for (module, name), kind in pairs.items()))
        for library, pairs in found.names.items()
    )
    return {"versions": versions, "names": names, "defaults": collect_defaults(found)}


# ---------------------------------------------------------------- over all environments


def environments(folder):
    for name in sorted(os.listdir(folder)):
        python = os.path.join(folder, name, "bin", "python")
        if re.match(r"^\d+\.\d+", name) and os.path.exists(python):
            yield name, python


def run_collect(python):
    environ = dict(os.environ, PYTHONHASHSEED="0", PYTHONWARNINGS="ignore", OMP_NUM_THREADS="1")
    return json.loads(subprocess.check_output([python, os.path.abspath(__file__), "--collect"], env=environ).decode())


def ordinal(version):
    return tuple(int(part) for part in version.split("."))


def ranges(having, all_versions):
    """`having` as runs among `all_versions`, both (major, minor): `0.18-0.21,1.3-`; open: the newest has it too."""
    runs = []
    for at, version in enumerate(all_versions):
        if version not in having:
            continue
        if runs and runs[-1][1] == at - 1:
            runs[-1][1] = at
        else:
            runs.append([at, at])
    newest = len(all_versions) - 1
    return ",".join(one_range(all_versions, first, last, newest) for first, last in runs)


def one_range(versions, first, last, newest):
    dotted = ["%d.%d" % versions[at] for at in (first, last)]
    if last == newest:
        return dotted[0] + "-"
    return dotted[0] if first == last else "-".join(dotted)


def releases(collected, library):
    return sorted(set(ordinal(each["versions"][library]) for each in collected if library in each["versions"]))


def merge_names(collected):
    """Lines of names.tsv. Where releases differ in the kind of a name, the newest decides."""
    having, kinds = {}, {}
    for each in sorted(collected, key=lambda each: ordinal(each["versions"]["sklearn"])):
        for library, names in each["names"].items():
            for module, name, kind in names:
                having.setdefault((module, name, library), set()).add(ordinal(each["versions"][library]))
                kinds[module, name, library] = kind
    pairs = [key[:2] for key in having]
    assert len(pairs) == len(set(pairs)), "a name in two libraries"
    for module, name, library in sorted(having):
        key = module, name, library
        yield "\t".join([module, name, kinds[key], library, ranges(having[key], releases(collected, library))])


def merge_defaults(collected):
    """Lines of defaults.tsv: one per class, parameter and value."""
    having = {}
    for each in collected:
        version = ordinal(each["versions"]["sklearn"])
        for name, parameters in each["defaults"].items():
            for parameter, value in parameters.items():
                having.setdefault((name, parameter, value), set()).add(version)
    order = sorted(having, key=lambda key: (key[:2], min(having[key])))
    for key in order:
        yield "\t".join(key + (ranges(having[key], releases(collected, "sklearn")),))


def write(path, header, lines):
    lines = list(lines)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii", newline="\n") as file:
        file.writelines(line + "\n" for line in header + lines)
    print("%s: %d lines" % (os.path.relpath(path), len(lines)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collect", action="store_true", help="print the names of this environment as JSON")
    parser.add_argument("--venvs", default=".venv/versions", help="folder of environments, one per scikit-learn release")
    options = parser.parse_args()
    if options.collect:
        json.dump(collect(), sys.stdout, sort_keys=True)
        return
    collected = []
    for name, python in environments(options.venvs):
        print("collecting from " + name, file=sys.stderr)
        collected.append(run_collect(python))
    if not collected:
        parser.error("no environment in %s; make them with scripts/venvs.sh" % options.venvs)
    seen = [
        "# %s %s" % (library, " ".join("%d.%d" % version for version in releases(collected, library)))
        for library in ("python", "numpy", "scipy", "pandas", "pytz", "dateutil", "joblib", "sklearn")
    ]
    made = "# made by scripts/known_names.py; do not edit"
    columns = "# columns: module, name, kind, library, releases of that library; looked at were:"
    write(NAMES, [made, columns] + seen, merge_names(collected))
    columns = "# columns: class, parameter, default as JSON, releases of scikit-learn; {\"repr\"} if it is no plain value"
    unique = "# a class is given by its bare name; only sklearn.grid_search (0.18, 0.19) had namesakes: grid_search.GridSearchCV"
    write(DEFAULTS, [made, columns, unique], merge_defaults(collected))


if __name__ == "__main__":
    main()
