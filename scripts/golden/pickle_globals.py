"""Records which globals real libraries write into pickles, and in which position.

    python pickle_globals.py record OUT.json [ZOO…] in an environment with the libraries to observe; missing ones are skipped
    python pickle_globals.py merge FOLDER *.json    writes FOLDER/<library>.yaml, one line per global
    python pickle_globals.py clean SAMPLES.json     writes pickles of ordinary objects that a scan must call clean
    python pickle_globals.py tables CATALOG         writes Python's own name tables: version 2 names, modules, re-exports

A zoo of objects is saved with protocols 0 to 5. The pickles are read back by an observer that never imports anything: every
global becomes a name, every call and build only notes who was called with what kinds of arguments. The product reads the YAML only.
"""

import io
import json
import pickle
import sys
import warnings
import zipfile

warnings.simplefilter("ignore")

# Reducers that build the class they are given: the position of that argument is class, not reference.
BUILDERS = {
    ("pandas.core.indexes.base", "_new_Index"): 0,
    ("pandas.core.indexes.datetimes", "_new_DatetimeIndex"): 0,
    ("pandas.core.indexes.timedeltas", "_new_TimedeltaIndex"): 0,
    ("pandas.core.indexes.interval", "_new_IntervalIndex"): 0,
    ("pandas.core.indexes.period", "_new_PeriodIndex"): 0,
    ("numpy.random._pickle", "__bit_generator_ctor"): 0,
    ("numpy.random._pickle", "__generator_ctor"): 1,
    ("numpy.random._pickle", "__randomstate_ctor"): 1,
    ("sklearn.metrics._dist_metrics", "newObj"): 0,
    ("sklearn.neighbors._ball_tree", "newObj"): 0,
    ("sklearn.neighbors._kd_tree", "newObj"): 0,
    ("sklearn.neighbors.dist_metrics", "newObj"): 0,
    ("sklearn.neighbors.ball_tree", "newObj"): 0,
    ("sklearn.neighbors.kd_tree", "newObj"): 0,
}
DATA_BUILTINS = {"set", "frozenset", "complex", "slice"}


class Name:
    """A global: module and qualified name as the Python 3 loader sees them."""

    def __init__(self, module, name):
        self.module, self.name = module, name
        self.used = False


class Made:
    """The result of a call or build."""

    def __init__(self, callee):
        self.callee = callee
        self.state = None

    def append(self, item):
        pass

    def extend(self, items):
        pass

    def add(self, item):
        pass

    def __setitem__(self, key, value):
        pass

    def __hash__(self):
        return id(self)


def kind(value):
    if value is None:
        return "none"
    if type(value) in (str, bytes, bytearray):
        return "text"
    if isinstance(value, Name):
        return "reference"
    if isinstance(value, Made):
        callee = value.callee
        if isinstance(callee, Name) and callee.module == "builtins" and callee.name in DATA_BUILTINS:
            return "data"
        if isinstance(callee, Name) and (callee.module, callee.name) in (("_codecs", "encode"), ("builtins", "bytearray"), ("builtins", "bytes")):
            return "text"
        return "object"
    return "data"


class Observer(pickle._Unpickler):
    dispatch = dict(pickle._Unpickler.dispatch)

    def __init__(self, file, note):
        if sys.version_info >= (3, 8):
            super().__init__(file, buffers=iter(lambda: Made(None), None))
        else:
            super().__init__(file)
        self.note = note
        self.names = {}

    def find_class(self, module, name):
        if self.proto < 3 and self.fix_imports:
            import _compat_pickle

            if (module, name) in _compat_pickle.NAME_MAPPING:
                module, name = _compat_pickle.NAME_MAPPING[(module, name)]
            elif module in _compat_pickle.IMPORT_MAPPING:
                module = _compat_pickle.IMPORT_MAPPING[module]
        return self.names.setdefault((module, name), Name(module, name))

    def persistent_load(self, pid):
        return Made(None)

    def _called(self, callee, args):
        if not isinstance(callee, Name):
            return
        callee.used = True
        key = (callee.module, callee.name)
        if key == ("copyreg", "_reconstructor"):
            self._built(args[0])
            if isinstance(args[1], Name):
                args[1].used = True
            return
        if key in (("copyreg", "__newobj__"), ("copyreg", "__newobj_ex__")):
            self._built(args[0])
            return
        if key == ("builtins", "getattr"):
            return
        if key in BUILDERS and len(args) > BUILDERS[key]:
            self._built(args[BUILDERS[key]])
        self.note(callee.module, callee.name, "call", [kind(arg) for arg in args])

    def _built(self, cls):
        if isinstance(cls, Name):
            cls.used = True
            self.note(cls.module, cls.name, "class", [])

    def load_reduce(self):
        args = self.stack.pop()
        callee = self.stack.pop()
        self._called(callee, args)
        if isinstance(callee, Name) and (callee.module, callee.name) == ("builtins", "getattr") and isinstance(args[0], Name):
            derived = self.names.setdefault((args[0].module, f"{args[0].name}.{args[1]}"), Name(args[0].module, f"{args[0].name}.{args[1]}"))
            self.stack.append(derived)
            return
        self.stack.append(Made(callee))

    dispatch[pickle.REDUCE[0]] = load_reduce

    def load_newobj(self):
        self.stack.pop()
        cls = self.stack.pop()
        self._built(cls)
        self.stack.append(Made(cls))

    dispatch[pickle.NEWOBJ[0]] = load_newobj

    def load_newobj_ex(self):
        self.stack.pop()
        self.stack.pop()
        cls = self.stack.pop()
        self._built(cls)
        self.stack.append(Made(cls))

    dispatch[pickle.NEWOBJ_EX[0]] = load_newobj_ex

    def _instantiate(self, klass, args):
        if args:
            self._called(klass, args)
        else:
            self._built(klass)
        self.append(Made(klass))

    def load_build(self):
        state = self.stack.pop()
        if isinstance(self.stack[-1], Made):
            self.stack[-1].state = state

    dispatch[pickle.BUILD[0]] = load_build

    def run(self):
        self.load()
        for name in self.names.values():
            if not name.used:
                self.note(name.module, name.name, "reference", [])


class Recorder:
    def __init__(self):
        self.facts = {}
        self.objects = 0
        self.failed = []

    def note(self, module, name, position, kinds):
        entry = self.facts.setdefault((module, name), {"class": False, "reference": False, "calls": set()})
        if position == "call":
            entry["calls"].add(tuple(kinds))
        else:
            entry[position] = True

    def bytes(self, data):
        Observer(io.BytesIO(data), self.note).run()

    def object(self, value, label=""):
        self.objects += 1
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            try:
                data = pickle.dumps(value, protocol)
            except Exception as error:  # not every object can be pickled
                if protocol == pickle.HIGHEST_PROTOCOL:
                    self.failed.append(f"{label or type(value)}: {error}"[:160])
                continue
            self.bytes(data)


def attempt(build):
    try:
        return build()
    except Exception:
        return None


# --- the zoo -----------------------------------------------------------------------------------------------------------------


def zoo_standard_library(record):
    import array, collections, copy, datetime, decimal, enum, fractions, functools, http, ipaddress, itertools, logging  # noqa: E401
    import operator, pathlib, random, re, signal, socket, string, time, types, typing, uuid  # noqa: E401
    import argparse, calendar, dataclasses, inspect, json, math, platform, sched, ssl, statistics, struct, textwrap, xml.etree.ElementTree as tree  # noqa: E401,F401

    plain = [
        None, True, 1, 1 << 80, 1.5, 1 + 2j, "text", b"bytes", bytearray(b"bytes"), (1,), [1], {"a": 1}, {1}, frozenset({1}),
        range(3), slice(1, 2, 3), NotImplemented, Ellipsis, object(), int, float, str, bytes, bool, list, dict, tuple, set, frozenset,
        type(None), complex, object, type, bytearray, Exception, len, abs, max, min, sum, sorted, round, pow, repr, hash, ord, chr, any, all,
        iter([1, 2]), iter((1, 2)), iter({1: 2}), iter({1}), enumerate([1]), zip([1], [2]), reversed([1]), iter("ab"), iter(range(3)), iter(b"ab"),
        collections.OrderedDict(a=1), collections.Counter("aab"), collections.deque([1], 3), collections.deque([1]), collections.defaultdict(list, a=[1]),
        collections.defaultdict(int), collections.defaultdict(dict), collections.defaultdict(set), collections.defaultdict(float), collections.defaultdict(str),
        collections.ChainMap({1: 2}), collections.UserDict(a=1), collections.UserList([1]), collections.UserString("a"),
        datetime.datetime(2020, 1, 1), datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc), datetime.date(2020, 1, 1), datetime.time(1),
        datetime.timedelta(1), datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=1)), datetime.timezone(datetime.timedelta(hours=1), "X"),
        datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1))), datetime.time(1, tzinfo=datetime.timezone.utc), datetime.datetime,
        decimal.Decimal("1.5"), decimal.Context(), fractions.Fraction(1, 2), uuid.uuid4(), uuid.UUID(int=5), pathlib.Path("a/b"), pathlib.PurePosixPath("a"), pathlib.PureWindowsPath("a"),
        re.compile("a+", re.I), re.compile(b"a"), re.I, re.I | re.M, http.HTTPStatus.OK, socket.AF_INET, signal.SIGINT, socket.SOCK_STREAM,
        functools.partial(len, [1]), functools.partial(max, key=len), functools.partial(sorted, reverse=True), functools.cmp_to_key(len),
        operator.itemgetter(1), operator.itemgetter(1, 2), operator.attrgetter("a"), operator.attrgetter("a.b", "c"), operator.methodcaller("upper"), operator.methodcaller("split", ","),
        operator.add, operator.mul, operator.sub, operator.lt, operator.gt, operator.le, operator.ge, operator.eq, operator.ne, operator.truediv, operator.neg, operator.and_, operator.or_,
        random.Random(1), array.array("d", [1]), array.array("i", [1]), array.array("b"), string.Template("$a"), types.SimpleNamespace(a=1), types.MappingProxyType,
        time.gmtime(0), math.sin, math.sqrt, math.log, math.exp, math.floor, math.ceil, itertools.count(1), itertools.count(1, 2), itertools.cycle([1]), itertools.repeat(1), itertools.chain([1], [2]), itertools.product([1], [2]), itertools.islice([1, 2], 1),
        ipaddress.ip_address("127.0.0.1"), ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_address("::1"), ipaddress.ip_network("::/8"), logging.getLogger("a"), logging.getLogger(), logging.INFO,
        typing.List[int], typing.Optional[int], typing.Dict[str, int], typing.Any, typing.Union[int, str], typing.Tuple[int, ...], typing.Callable[[int], str], typing.Callable, typing.List, typing.Set[int], typing.Sequence[int], typing.Iterable[int], typing.Type[int], attempt(lambda: typing.Literal["a"]),
        attempt(lambda: list[int]), attempt(lambda: dict[str, int]), attempt(lambda: tuple[int, ...]), attempt(lambda: int | None), argparse.Namespace(a=1), inspect.Parameter("a", inspect.Parameter.POSITIONAL_OR_KEYWORD), inspect.Signature(), inspect.signature(copy.copy),
        json.JSONDecodeError("a", "b", 0), json.JSONEncoder(), json.dumps, json.loads, statistics.mean, attempt(lambda: statistics.NormalDist()), struct.error("a"), attempt(lambda: __import__("zoneinfo").ZoneInfo("UTC")), textwrap.TextWrapper(), calendar.Calendar(),
        dataclasses.MISSING, enum.Enum, enum.IntEnum, copy.copy, copy.deepcopy, platform.uname(), tree.Element("a"), io.BytesIO(b"a"), io.StringIO("a"), str.lower, str.upper, str.strip, "a".upper, [1].count, dict.fromkeys, str.split, "a,b".split, int.from_bytes, float.fromhex, bytes.fromhex,
        string.ascii_letters, time.time, time.perf_counter, logging.LogRecord("a", 1, "b", 1, "c", (), None), logging.Formatter(), OSError(2, "a"), StopIteration(1), UnicodeDecodeError("utf8", b"a", 0, 1, "x"), KeyError("a"), ImportError("a"), SystemExit(1), KeyboardInterrupt(),
    ]
    for name in dir(__builtins__ if not isinstance(__builtins__, dict) else object):
        value = getattr(__builtins__, name, None)
        if isinstance(value, type) and issubclass(value, BaseException):
            plain.append(value)
            plain.append(attempt(lambda: value("message")))
    for value in plain:
        record.object(value)


NUMPY_FUNCTIONS = (
    "mean sum median std var min max amin amax argmax argmin prod clip sqrt round ptp percentile quantile nanmean nansum nanmedian nanstd nanmin nanmax "
    "unique sort argsort dot cross outer inner concatenate vstack hstack stack reshape transpose where cumsum cumprod diff "
    "histogram linspace arange zeros ones empty full eye identity asarray array atleast_1d atleast_2d ravel squeeze any all average count_nonzero "
    "interp gradient trapz corrcoef cov real imag angle nan_to_num isclose allclose array_equal flip roll tile repeat searchsorted digitize bincount"
).split()


def zoo_numpy(record):
    import numpy as np

    types = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 longdouble complex64 complex128 clongdouble str_ bytes_ object_ datetime64 timedelta64 void intp uintp intc".split()
    for name in types:
        if attempt(lambda: getattr(np, name)) is None:
            continue
        record.object(getattr(np, name))
        record.object(np.dtype(getattr(np, name)))
        record.object(attempt(lambda: getattr(np, name)(1)))
        record.object(attempt(lambda: np.zeros(3, getattr(np, name))))
    record.object([np.float64(1), np.datetime64("2020"), np.timedelta64(1, "D"), np.dtype("M8[ns]"), np.array(["2020"], "M8[s]"), np.zeros(0), np.array(3.0)])
    record.object([np.array(["a", "bc"]), np.array([b"a"]), np.array([1, "a", None], object), np.array([[1, 2], [3, 4]], order="F"), np.zeros((2, 3, 4))])
    structured = np.zeros(2, [("a", "f4"), ("b", "U3"), ("c", "O"), ("d", "i4", (2,))])
    record.object([structured, structured.dtype, structured.view(np.recarray), structured[0], np.rec.array([(1, "a")]), np.rec.array([(1, "a")])[0]])
    record.object([np.ma.array([1, 2], mask=[0, 1]), np.ma.masked, np.matrix([[1]]), np.char.array(["a"]), np.poly1d([1, 2]), np.ma.mrecords if hasattr(np.ma, "mrecords") else None])
    for name in "Polynomial Chebyshev Legendre Laguerre Hermite HermiteE".split():
        record.object(getattr(np.polynomial, name)([1, 2]))
    record.object([np.random.RandomState(1), np.random.default_rng(1), np.random.SeedSequence(1), np.random.mtrand._rand])
    for name in "PCG64 PCG64DXSM MT19937 Philox SFC64".split():
        record.object(getattr(np.random, name)(1))
        record.object(np.random.Generator(getattr(np.random, name)(1)))
    for name in dir(np):
        value = attempt(lambda: getattr(np, name))
        if isinstance(value, np.ufunc):
            record.object(value)
    for name in NUMPY_FUNCTIONS:
        record.object(getattr(np, name, None))
    record.object([np.linalg.norm, np.linalg.LinAlgError("a"), np.ndarray, np.generic, np.number, np.floating, np.integer, np.vectorize(abs), np.finfo(float), np.iinfo(int), np.errstate, np.newaxis, np.nan, np.inf, np.ma.core.MaskedConstant, np.s_[1:2], np.index_exp[1], np.memmap])
    record.object(np.ones(5)[::2])


def zoo_scipy(record):
    import numpy as np
    import scipy
    from scipy import interpolate, optimize, signal, sparse, spatial, special, stats, cluster, linalg, ndimage  # noqa: F401

    for form in "csr csc coo bsr dia dok lil".split():
        for suffix in ("_matrix", "_array"):
            record.object(attempt(lambda: getattr(sparse, form + suffix)(np.eye(3))))
    for name in dir(stats):
        value = getattr(stats, name)
        if isinstance(value, (stats.rv_continuous, stats.rv_discrete)):
            record.object(value, name)
            shapes = (value.shapes or "").split(",") if value.shapes else []
            record.object(attempt(lambda: value(*[1.5 for _ in shapes])), name)
    record.object([stats.multivariate_normal, stats.multivariate_normal([0, 0]), stats.gaussian_kde([1, 2, 4.0]), stats.rv_histogram(np.histogram([1, 2, 3])), stats.ttest_ind([1, 2, 3], [2, 3, 4]), stats.linregress([1, 2, 3], [2, 3, 4]), stats.pearsonr([1, 2, 3], [1, 2, 4])])
    for name in "uniform norm loguniform randint expon gamma beta lognorm".split():
        record.object(attempt(lambda: getattr(stats, name)(1, 2)))
    x = np.linspace(0, 1, 8)
    builders = [
        lambda: interpolate.interp1d(x, x), lambda: interpolate.interp1d(x, x, kind="cubic"), lambda: interpolate.CubicSpline(x, x), lambda: interpolate.BSpline(x, x[:4], 3), lambda: interpolate.PchipInterpolator(x, x), lambda: interpolate.Akima1DInterpolator(x, x),
        lambda: interpolate.UnivariateSpline(x, x), lambda: interpolate.InterpolatedUnivariateSpline(x, x), lambda: interpolate.RegularGridInterpolator((x,), x), lambda: interpolate.RBFInterpolator(x[:, None], x), lambda: interpolate.make_interp_spline(x, x), lambda: interpolate.NearestNDInterpolator(x[:, None], x), lambda: interpolate.LinearNDInterpolator(np.random.rand(8, 2), x), lambda: interpolate.RectBivariateSpline(x, x, np.ones((8, 8))), lambda: interpolate.PPoly(np.ones((2, 7)), x),
        lambda: spatial.KDTree(np.eye(3)), lambda: spatial.cKDTree(np.eye(3)), lambda: spatial.transform.Rotation.identity(), lambda: spatial.distance.euclidean, lambda: spatial.distance.cosine, lambda: spatial.distance.cityblock, lambda: spatial.distance.cdist, lambda: spatial.distance.pdist,
        lambda: signal.lti([1], [1, 2]), lambda: signal.dlti([1], [1, 2]), lambda: signal.StateSpace(1, 1, 1, 1), lambda: optimize.OptimizeResult(a=1), lambda: optimize.Bounds(0, 1), lambda: optimize.LinearConstraint(np.eye(2), 0, 1), lambda: optimize.minimize(lambda v: float(v[0] ** 2), [1.0]),
        lambda: special.expit, lambda: special.logit, lambda: special.softmax, lambda: special.logsumexp, lambda: special.gamma, lambda: special.erf, lambda: special.gammaln, lambda: special.psi, lambda: special.boxcox, lambda: special.inv_boxcox, lambda: linalg.norm, lambda: sparse.linalg.LinearOperator, lambda: scipy.sparse.linalg.aslinearoperator(np.eye(2)), lambda: cluster.hierarchy.ClusterNode(1),
    ]
    for build in builders:
        record.object(attempt(build))


def zoo_sklearn(record):
    import numpy as np
    import sklearn
    from sklearn.utils import Bunch

    all_estimators = attempt(lambda: sklearn.utils.all_estimators) or __import__("sklearn.utils.testing", fromlist=["a"]).all_estimators

    rng = np.random.RandomState(0)
    x = np.abs(rng.rand(40, 4)) + 0.1
    y_class, y_value = np.arange(40) % 3, rng.rand(40)
    texts = ["a red fox", "the blue dog", "a green cat", "one more text"] * 10
    for name, estimator in all_estimators():
        for build in (lambda: estimator(), lambda: estimator(sklearn.linear_model.LogisticRegression()), lambda: estimator([("a", sklearn.linear_model.LinearRegression())]), lambda: estimator([("a", sklearn.linear_model.LogisticRegression())]), lambda: estimator(sklearn.tree.DecisionTreeClassifier(), {"max_depth": [1, 2]})):
            model = attempt(build)
            if model is None:
                continue
            record.object(model, name)
            for fit in (lambda: model.fit(x, y_class), lambda: model.fit(x, y_value), lambda: model.fit(x, np.c_[y_value, y_value]), lambda: model.fit(texts, y_class), lambda: model.fit([{"a": 1}] * 4), lambda: model.fit([["a"]] * 4), lambda: model.fit(y_class), lambda: model.fit(y_value, y_value)):
                if attempt(fit) is not None:
                    record.object(model, name)
    import sklearn.ensemble, sklearn.linear_model, sklearn.pipeline, sklearn.compose, sklearn.model_selection, sklearn.preprocessing, sklearn.feature_extraction.text, sklearn.neighbors, sklearn.metrics, sklearn.svm, sklearn.gaussian_process, sklearn.isotonic, sklearn.neural_network, sklearn.datasets  # noqa: E401

    more = [
        lambda: sklearn.pipeline.make_pipeline(sklearn.preprocessing.StandardScaler(), sklearn.linear_model.LogisticRegression()).fit(x, y_class),
        lambda: sklearn.compose.make_column_transformer((sklearn.preprocessing.StandardScaler(), [0, 1]), remainder="passthrough").fit(x),
        lambda: sklearn.compose.make_column_selector(dtype_include=float), lambda: sklearn.compose.make_column_selector("a"),
        lambda: sklearn.model_selection.GridSearchCV(sklearn.svm.SVC(), {"C": [1, 2]}).fit(x, y_class), lambda: sklearn.model_selection.RandomizedSearchCV(sklearn.svm.SVC(), {"C": [1, 2]}, n_iter=1).fit(x, y_class),
        lambda: sklearn.preprocessing.FunctionTransformer(np.log1p, np.expm1), lambda: Bunch(a=1), lambda: sklearn.utils.Tags if hasattr(sklearn.utils, "Tags") else None,
        lambda: sklearn.ensemble.VotingClassifier([("a", sklearn.linear_model.LogisticRegression())]).fit(x, y_class), lambda: sklearn.ensemble.StackingClassifier([("a", sklearn.linear_model.LogisticRegression())]).fit(x, y_class),
        lambda: sklearn.datasets.load_iris(), lambda: sklearn.exceptions.NotFittedError("a"), lambda: sklearn.metrics.confusion_matrix, lambda: sklearn.metrics.DistanceMetric.get_metric("euclidean"),
        lambda: sklearn.gaussian_process.GaussianProcessRegressor(sklearn.gaussian_process.kernels.RBF() + sklearn.gaussian_process.kernels.WhiteKernel()).fit(x, y_value),
        lambda: [sklearn.metrics.get_scorer(name) for name in sklearn.metrics.get_scorer_names()], lambda: sklearn.metrics.make_scorer(sklearn.metrics.f1_score, average="macro"),
    ]
    for loss in "log_loss exponential squared_error absolute_error huber quantile poisson gamma squared_epsilon_insensitive hinge modified_huber epsilon_insensitive perceptron squared_hinge".split():
        for estimator in (sklearn.ensemble.GradientBoostingClassifier, sklearn.ensemble.GradientBoostingRegressor, sklearn.ensemble.HistGradientBoostingRegressor, sklearn.linear_model.SGDClassifier, sklearn.linear_model.SGDRegressor):
            more.append(lambda loss=loss, estimator=estimator: estimator(loss=loss).fit(x, y_class if "Classifier" in estimator.__name__ and loss != "exponential" else y_class > 1))
    for metric in "euclidean manhattan chebyshev minkowski hamming canberra braycurtis".split():
        more.append(lambda metric=metric: sklearn.neighbors.KNeighborsClassifier(metric=metric, algorithm="ball_tree").fit(x, y_class))
        more.append(lambda metric=metric: sklearn.metrics.DistanceMetric.get_metric(metric))
    more += [lambda: sklearn.neighbors.KDTree(x), lambda: sklearn.neighbors.BallTree(x)]
    for module in (sklearn.model_selection, sklearn.gaussian_process.kernels):
        for name in dir(module):
            value = getattr(module, name)
            if isinstance(value, type):
                more.append(lambda value=value: value())
                more.append(lambda value=value: value(2))
    for name in dir(sklearn.metrics):
        value = getattr(sklearn.metrics, name)
        if callable(value) and not name.startswith("_"):
            more.append(lambda value=value: value)
    for name in dir(sklearn.metrics.pairwise):
        value = getattr(sklearn.metrics.pairwise, name)
        if callable(value) and name.endswith(("_kernel", "_distances", "_similarity")):
            more.append(lambda value=value: value)
    for build in more:
        record.object(attempt(build))
    for function in "f_classif chi2 f_regression mutual_info_classif mutual_info_regression r_regression".split():
        record.object(attempt(lambda: getattr(__import__("sklearn.feature_selection", fromlist=["a"]), function)))


def zoo_pandas(record):
    import numpy as np
    import pandas as pd

    frames = [
        pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [1.5, None], "d": pd.to_datetime(["2020", "2021"]), "e": pd.Categorical(["u", "v"])}), pd.DataFrame(), pd.DataFrame(np.eye(3)),
        pd.Series([1, 2], name="s"), pd.Series(["a"], dtype="string"), pd.Series([1, None], dtype="Int64"), pd.Series([True, None], dtype="boolean"), pd.Series([1.5, None], dtype="Float64"),
        pd.Series(pd.to_datetime(["2020"]).tz_localize("UTC")), pd.Series(pd.period_range("2020", periods=2, freq="M")), pd.Series(pd.interval_range(0, 2)), pd.Series(pd.to_timedelta([1], "D")), pd.Series(pd.arrays.SparseArray([0, 1])),
        pd.DataFrame(np.eye(2), index=pd.MultiIndex.from_product([["a"], [1, 2]])), pd.RangeIndex(3), pd.Index([1, 2]), pd.Index(["a"]), pd.Index([1.5]), pd.DatetimeIndex(["2020"]), pd.DatetimeIndex(["2020"], tz="UTC"), pd.date_range("2020", periods=3), pd.TimedeltaIndex(["1D"]), pd.PeriodIndex(["2020"], freq="M"), pd.IntervalIndex.from_breaks([0, 1]), pd.CategoricalIndex(["a"]), pd.MultiIndex.from_tuples([(1, 2)]),
        pd.Timestamp("2020"), pd.Timestamp("2020", tz="UTC"), pd.Timedelta(1, "D"), pd.Period("2020", "M"), pd.Interval(0, 1), pd.NaT, pd.NA, pd.CategoricalDtype(["a"]), pd.DatetimeTZDtype("ns", "UTC"), pd.PeriodDtype("M"), pd.IntervalDtype("int64"), pd.SparseDtype(float), pd.StringDtype(), pd.Int64Dtype(), pd.BooleanDtype(), pd.Float32Dtype(), pd.Flags, pd.DateOffset(days=1), pd.option_context, pd.Grouper(key="a"), pd.NamedAgg("a", "b"), pd.DataFrame, pd.Series,
    ]
    for name in dir(pd.offsets):
        frames.append(attempt(lambda: getattr(pd.offsets, name)()))
    for name in "Int8 Int16 Int32 UInt8 UInt16 UInt32 UInt64 Float32".split():
        frames.append(attempt(lambda: pd.Series([1, 2], dtype=name)))
    for frame in frames:
        record.object(frame)
    for function in (pd.isna, pd.isnull, pd.notna, pd.to_numeric, pd.to_datetime, pd.get_dummies, pd.concat, pd.cut, pd.unique):
        record.object(function)


def zoo_boosting(record):
    import numpy as np

    x, y = np.random.RandomState(0).rand(30, 3), np.arange(30) % 2
    for library in ("xgboost", "lightgbm"):
        module = attempt(lambda: __import__(library))
        if module is None:
            continue
        for name in dir(module):
            value = getattr(module, name)
            if isinstance(value, type) and name.endswith(("Classifier", "Regressor", "Ranker", "Model")):
                model = attempt(lambda: value(n_estimators=2))
                record.object(model, name)
                attempt(lambda: model.fit(x, y))
                record.object(model, name)
                attempt(lambda: record.object(model.booster_))
                attempt(lambda: record.object(model.get_booster()))


def zoo_extra(record):
    import numpy as np

    rng = np.random.RandomState(0)
    x, y = rng.rand(60, 3), np.arange(60) % 2

    def statsmodels():
        import statsmodels.api as sm

        for build in (lambda: sm.OLS(y, x).fit(), lambda: sm.Logit(y, x).fit(disp=0), lambda: sm.GLM(y, x, family=sm.families.Poisson()).fit(), lambda: sm.GLM(y, x, family=sm.families.Binomial()).fit(), lambda: sm.WLS(y, x).fit(), lambda: sm.tsa.ARIMA(rng.rand(60), order=(1, 0, 0)).fit(), lambda: sm.tsa.SimpleExpSmoothing(rng.rand(60)).fit()):
            record.object(attempt(build))

    def imblearn():
        from imblearn import combine, ensemble, over_sampling, pipeline, under_sampling

        for module in (over_sampling, under_sampling, combine, ensemble, pipeline):
            for name in dir(module):
                value = getattr(module, name)
                if isinstance(value, type):
                    model = attempt(lambda: value())
                    record.object(model)
                    attempt(lambda: model.fit_resample(x, y))
                    attempt(lambda: model.fit(x, y))
                    record.object(model)

    def networkx():
        import networkx as nx

        record.object([nx.path_graph(3), nx.DiGraph([(1, 2)]), nx.MultiGraph(), nx.MultiDiGraph(), nx.NetworkXError("a")])

    def gensim():
        from gensim.corpora import Dictionary
        from gensim.models import Doc2Vec, FastText, LdaModel, LsiModel, TfidfModel, Word2Vec
        from gensim.models.doc2vec import TaggedDocument
        from gensim.models.phrases import Phrases

        texts = [["red", "fox"], ["blue", "dog"]] * 5
        dictionary = Dictionary(texts)
        corpus = [dictionary.doc2bow(text) for text in texts]
        for build in (lambda: Word2Vec(texts, min_count=1, vector_size=4), lambda: Word2Vec(texts, min_count=1, vector_size=4).wv, lambda: Doc2Vec([TaggedDocument(text, [0]) for text in texts], min_count=1, vector_size=4), lambda: FastText(texts, min_count=1, vector_size=4, bucket=10), lambda: dictionary, lambda: LdaModel(corpus, id2word=dictionary, num_topics=2), lambda: LsiModel(corpus, id2word=dictionary), lambda: TfidfModel(corpus), lambda: Phrases(texts), lambda: Phrases(texts).freeze()):
            record.object(attempt(build))

    def omegaconf():
        from omegaconf import DictConfig, ListConfig, OmegaConf

        record.object([OmegaConf.create({"a": {"b": [1, "x", None, 1.5, True]}, "c": "${a.b}"}), DictConfig({}), ListConfig([1])])

    for part in (statsmodels, imblearn, networkx, gensim, omegaconf):
        attempt(part)


def record_torch_files(record, value):
    import torch

    for legacy in (False, True):
        for protocol in (2, 3, 4, 5):
            target = io.BytesIO()
            if attempt(lambda: torch.save(value, target, pickle_protocol=protocol, _use_new_zipfile_serialization=not legacy) or True) is None:
                continue
            data = target.getvalue()
            if not legacy:
                with zipfile.ZipFile(io.BytesIO(data)) as archive:
                    data = archive.read(next(name for name in archive.namelist() if name.endswith("data.pkl")))
                record.bytes(data)
                continue
            stream = io.BytesIO(data)
            for _ in range(5):
                Observer(stream, record.note).run()


def without_weights(model):
    import torch

    for tensor in [*model.parameters(), *model.buffers()]:
        tensor.data = torch.zeros(1, dtype=tensor.dtype)
    return model


def torch_modules():
    import torch
    from torch import nn

    arguments = [(), (4,), (4, 4), (4, 4, 3), (1, 4, 4), (8, 2), (4, 4, 4), (2, 2), (0.5,), ([4],), (2, 4), (-1.0, 1.0), ([1, 2],), (1,)]
    for name in dir(nn):
        cls = getattr(nn, name)
        if not isinstance(cls, type) or not issubclass(cls, nn.Module):
            continue
        for given in arguments:
            module = attempt(lambda: cls(*given))
            if module is not None:
                yield module
                break
    layer = nn.TransformerEncoderLayer(4, 2)
    yield nn.TransformerEncoder(layer, 2)
    yield nn.TransformerEncoderLayer(4, 2, activation="gelu")
    yield nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    yield nn.ModuleDict({"a": nn.Linear(1, 1)})
    yield nn.ParameterList([nn.Parameter(torch.zeros(1))])
    yield nn.utils.weight_norm(nn.Linear(2, 2))
    yield attempt(lambda: nn.utils.spectral_norm(nn.Linear(2, 2)))
    yield attempt(lambda: nn.utils.parametrizations.weight_norm(nn.Linear(2, 2)))


def zoo_torch(record):
    import torch

    def both(value):
        record_torch_files(record, value)
        record.object(value)

    kinds = [getattr(torch, name) for name in dir(torch) if isinstance(getattr(torch, name), torch.dtype)]
    for dtype in kinds:
        both(dtype)
        tensor = attempt(lambda: torch.zeros(3, dtype=dtype))
        if tensor is not None:
            both(tensor)
    x = torch.arange(6.0).reshape(2, 3)
    values = [
        x.t(), torch.nn.Parameter(x), torch.Size([1, 2]), torch.device("cpu"), torch.device("cuda", 0), torch.strided, torch.contiguous_format, torch.channels_last, torch.Generator(), {"a": x, "b": [x, x[0]]}, x.to_sparse(), attempt(lambda: x.to_sparse_csr()), torch.quantize_per_tensor(x, 0.1, 0, torch.qint8), attempt(lambda: torch.quantize_per_channel(x, torch.ones(2), torch.zeros(2), 0, torch.quint8)), torch.zeros(2, dtype=torch.complex64).conj(), torch.tensor(1.0), x.requires_grad_(), torch.nn.Parameter(torch.ones(2), requires_grad=False), attempt(lambda: torch.nn.Buffer(torch.ones(2))), attempt(lambda: torch.empty(2, device="meta")), attempt(lambda: torch.UntypedStorage(3)), attempt(lambda: torch.FloatStorage(3)), attempt(lambda: torch.nn.UninitializedParameter()), torch.finfo(torch.float32), torch.iinfo(torch.int8), torch.Tensor, torch.float32, torch.get_default_dtype(),
        torch.utils.data.TensorDataset(torch.ones(2, 2)), torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(2, 2))), torch.utils.data.Subset(torch.utils.data.TensorDataset(torch.ones(2)), [0]),
        torch.distributions.Normal(0.0, 1.0), torch.distributions.Categorical(torch.ones(3)), torch.distributions.Bernoulli(0.5), attempt(lambda: torch.nn.utils.rnn.pack_sequence([torch.ones(2)])), torch.nn.Linear(2, 2).state_dict(), torch.nn.BatchNorm1d(2).state_dict(),
        attempt(lambda: torch.cuda.amp.GradScaler().state_dict()), attempt(lambda: torch.ao.quantization.get_default_qconfig("fbgemm")), attempt(lambda: torch.ao.quantization.QConfigMapping()), attempt(lambda: torch.jit._state), attempt(lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])), torch.nn.init.xavier_uniform_, torch.nn.init.kaiming_normal_, torch.relu, torch.tanh, torch.sigmoid, torch.nn.functional.relu, torch.nn.functional.gelu, torch.nn.functional.silu, torch.add, torch.cat, torch.stack, torch.matmul,
    ]
    class Sub(torch.Tensor):
        pass

    for name in dir(torch.nn.functional):
        value = getattr(torch.nn.functional, name)
        if callable(value) and not name.startswith("_") and getattr(value, "__module__", "") in ("torch.nn.functional", "torch", None, "torch._C._nn"):
            values.append(value)
    for name in "relu tanh sigmoid sin cos exp log sqrt abs softmax log_softmax sum mean max min cat stack matmul bmm mm einsum add mul sub div pow clamp where zeros ones rand randn eye arange linspace tensor".split():
        values.append(getattr(torch, name, None))
    module = torch.nn.Linear(2, 2)
    for name in dir(torch.optim):
        cls = getattr(torch.optim, name)
        if isinstance(cls, type) and issubclass(cls, torch.optim.Optimizer) and cls is not torch.optim.Optimizer:
            optimizer = attempt(lambda: cls(module.parameters())) or attempt(lambda: cls(module.parameters(), lr=0.1))
            values += [optimizer, attempt(lambda: optimizer.state_dict())]
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler
    for build in (lambda: scheduler.StepLR(optimizer, 1), lambda: scheduler.ExponentialLR(optimizer, 0.9), lambda: scheduler.CosineAnnealingLR(optimizer, 5), lambda: scheduler.ReduceLROnPlateau(optimizer), lambda: scheduler.OneCycleLR(optimizer, 0.1, 10), lambda: scheduler.CyclicLR(optimizer, 0.1, 0.2), lambda: scheduler.MultiStepLR(optimizer, [1]), lambda: scheduler.LinearLR(optimizer), lambda: scheduler.ConstantLR(optimizer), lambda: scheduler.SequentialLR(optimizer, [scheduler.LinearLR(optimizer)], []), lambda: scheduler.CosineAnnealingWarmRestarts(optimizer, 5), lambda: scheduler.PolynomialLR(optimizer)):
        made = attempt(build)
        values += [made, attempt(lambda: made.state_dict())]
    for value in values:
        both(value)
    for module in torch_modules():
        if module is None:
            continue
        both(module)
        both(attempt(lambda: module.state_dict()))
    quantized = attempt(lambda: torch.ao.quantization.quantize_dynamic(torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.LSTM(2, 2)), dtype=torch.qint8))
    # Packed weights abort the process under protocols 0 and 1, which torch never writes.
    record_torch_files(record, quantized)
    record_torch_files(record, attempt(lambda: quantized.state_dict()))
    for name in "resnet18 alexnet squeezenet1_0 densenet121 googlenet shufflenet_v2_x0_5 mobilenet_v2 mobilenet_v3_small mnasnet0_5 efficientnet_b0 regnet_y_400mf vit_b_16 swin_t convnext_tiny".split():
        # Only the structure matters, and these are large: weights are cut to one element each.
        both(attempt(lambda: without_weights(getattr(__import__("torchvision.models", fromlist=["a"]), name)(weights=None))))

    def transforms():
        from torchvision import transforms as t

        both(t.Compose([t.Resize(8), t.ToTensor(), t.Normalize([0.5], [0.5]), t.RandomCrop(4), t.CenterCrop(4), t.RandomHorizontalFlip(), t.ColorJitter(), t.RandomRotation(5), t.Grayscale(), t.RandomResizedCrop(4), t.Pad(1), t.RandomErasing(), t.GaussianBlur(3), t.RandomAffine(5), t.ToPILImage(), t.RandomApply([t.Grayscale()]), t.RandAugment(), t.AutoAugment(), t.TrivialAugmentWide()]))

    attempt(transforms)


def zoo_transformers(record):
    import torch
    import transformers

    def both(value):
        record_torch_files(record, value)
        record.object(value)

    for strategy in ("no", "steps", "epoch"):
        for build in (lambda: transformers.TrainingArguments("out", eval_strategy=strategy, save_strategy=strategy, report_to=[]), lambda: transformers.TrainingArguments("out", report_to=[], lr_scheduler_type="cosine", optim="adamw_torch", fp16=False, hub_strategy="end"), lambda: transformers.Seq2SeqTrainingArguments("out", report_to=[])):
            both(attempt(build))
    for name, enumeration in ((name, attempt(lambda: getattr(transformers.trainer_utils, name))) for name in dir(transformers.trainer_utils)):
        if isinstance(enumeration, type):
            both(attempt(lambda: list(enumeration)))
    both(attempt(lambda: [list(transformers.training_args.OptimizerNames), list(transformers.training_args.ParallelMode), list(transformers.debug_utils.DebugOption), list(transformers.utils.PaddingStrategy), list(transformers.utils.TensorType)]))
    for name in "Bert GPT2 Roberta DistilBert T5 Llama Mistral ViT CLIP Whisper Bart XLMRoberta Electra Albert Deberta Wav2Vec2 Qwen2 Gemma Phi Mixtral".split():
        both(attempt(lambda: getattr(transformers, name + "Config")()))
    tiny = dict(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, vocab_size=20, max_position_embeddings=16, n_embd=8, n_layer=1, n_head=2, dim=8, n_layers=1, n_heads=2, hidden_dim=8, d_model=8, num_layers=1, num_heads=2, d_ff=8, d_kv=4, num_key_value_heads=2, embedding_size=8)
    for name, head in (("Bert", "BertModel"), ("Bert", "BertForSequenceClassification"), ("GPT2", "GPT2LMHeadModel"), ("DistilBert", "DistilBertModel"), ("Roberta", "RobertaModel"), ("T5", "T5ForConditionalGeneration"), ("Llama", "LlamaForCausalLM"), ("Mistral", "MistralForCausalLM"), ("ViT", "ViTModel"), ("Albert", "AlbertModel"), ("Electra", "ElectraModel"), ("Qwen2", "Qwen2ForCausalLM")):
        both(attempt(lambda: getattr(transformers, head)(getattr(transformers, name + "Config")(**tiny))))
    both(attempt(lambda: transformers.BatchEncoding({"a": [1]})))
    both(attempt(lambda: transformers.modeling_outputs.BaseModelOutput(torch.ones(1))))
    both(attempt(lambda: transformers.GenerationConfig()))
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    for name in ("get_constant_schedule", "get_constant_schedule_with_warmup", "get_linear_schedule_with_warmup", "get_cosine_schedule_with_warmup", "get_cosine_with_hard_restarts_schedule_with_warmup", "get_polynomial_decay_schedule_with_warmup", "get_inverse_sqrt_schedule"):
        for given in ((optimizer,), (optimizer, 2), (optimizer, 2, 10)):
            schedule = attempt(lambda: getattr(transformers.optimization, name)(*given))
            both(schedule)
            both(attempt(lambda: schedule.state_dict()))
    for name in ("deepspeed", "integrations.deepspeed", "trainer_pt_utils", "training_args_seq2seq", "utils.quantization_config", "generation.configuration_utils"):
        attempt(lambda: __import__("transformers." + name))
    both(attempt(lambda: transformers.BitsAndBytesConfig()))
    both(attempt(lambda: transformers.trainer_pt_utils.AcceleratorConfig()))
    both(attempt(lambda: transformers.trainer_callback.TrainerState()))
    both(attempt(lambda: transformers.tokenization_utils_base.AddedToken("a") if hasattr(transformers.tokenization_utils_base, "AddedToken") else None))

    def tokenizer():
        import tokenizers

        base = tokenizers.Tokenizer(tokenizers.models.WordLevel({"a": 0, "[UNK]": 1}, unk_token="[UNK]"))
        base.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
        both(base)
        both(transformers.PreTrainedTokenizerFast(tokenizer_object=base))

    attempt(tokenizer)


def zoo_lightning(record):
    import torch  # noqa: F401
    import pytorch_lightning as lightning

    def both(value):
        record_torch_files(record, value)
        record.object(value)

    both(attempt(lambda: lightning.callbacks.ModelCheckpoint().state_dict()))
    both(attempt(lambda: lightning.utilities.parsing.AttributeDict(a=1)))
    both(attempt(lambda: [lightning.callbacks.EarlyStopping("a"), lightning.callbacks.ModelCheckpoint("a"), lightning.callbacks.LearningRateMonitor()]))
    import argparse

    both({"hyper_parameters": argparse.Namespace(a=1), "pytorch-lightning_version": "2"})

    def configs():
        from omegaconf import OmegaConf

        both(OmegaConf.create({"a": {"b": [1, "x", None, 1.5, True]}, "c": "${a.b}"}))

    attempt(configs)


def zoo_enums(record):
    """Enum members of every module the other zoos have loaded: they are written as calls of their class."""
    import enum

    libraries = {"torch", "transformers", "accelerate", "sklearn", "pandas", "numpy", "scipy", "omegaconf", "pytorch_lightning", "lightning_fabric", "lightning_utilities", "torchvision", "torchmetrics", "xgboost", "lightgbm", "tokenizers", "huggingface_hub", "statsmodels", "gensim", "networkx", "peft", "datasets"}
    for name, module in sorted(sys.modules.items()):
        if name.split(".")[0] not in libraries:
            continue
        for value in list(vars(module).values()) if hasattr(module, "__dict__") else []:
            if isinstance(value, type) and attempt(lambda: issubclass(value, enum.Enum)) and attempt(lambda: value.__module__.split(".")[0] in libraries):
                for member in list(attempt(lambda: list(value)) or [])[:2]:
                    record.object(member)


ZOOS = [zoo_standard_library, zoo_numpy, zoo_scipy, zoo_sklearn, zoo_pandas, zoo_boosting, zoo_extra, zoo_torch, zoo_transformers, zoo_lightning, zoo_enums]


def versions():
    try:
        from importlib.metadata import distributions
    except ImportError:  # before Python 3.8
        import pkg_resources

        return {dist.key: dist.version for dist in pkg_resources.working_set}

    return {dist.metadata["Name"].lower(): dist.version for dist in distributions() if dist.metadata["Name"]}


def record_all(path, wanted):
    record = Recorder()
    for zoo in ZOOS:
        if wanted and zoo.__name__[len("zoo_"):] not in wanted:
            continue
        before = record.objects
        try:
            zoo(record)
        except ImportError as error:
            print("skipped:", zoo.__name__, error)
            continue
        except Exception as error:
            print("stopped:", zoo.__name__, repr(error)[:200])
        print(zoo.__name__, record.objects - before, "objects,", len(record.facts), "globals so far", flush=True)
    facts = [[module, name, entry["class"], entry["reference"], sorted(map(list, entry["calls"]))] for (module, name), entry in sorted(record.facts.items())]
    with open(path, "w") as file:
        json.dump({"python": sys.version.split()[0], "versions": versions(), "facts": facts, "failed": record.failed}, file, indent=0)
    print(len(record.failed), "objects could not be pickled")


# --- pickles that must stay clean --------------------------------------------------------------------------------------------


def clean_objects():
    """Name and value of ordinary objects; what cannot be imported is left out."""
    import collections, datetime, decimal, enum, fractions, functools, http, operator, pathlib, re, uuid  # noqa: E401,F401

    yield "uuid", lambda: uuid.UUID(int=0x1234567890ABCDEF1234567890ABCDEF)
    yield "regular expression", lambda: re.compile("[a-z]+(?P<x>.)", re.I)
    yield "enum members", lambda: [http.HTTPStatus.OK, re.I | re.M]
    yield "partial of an allowed function", lambda: functools.partial(sorted, reverse=True)
    yield "dates", lambda: [datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc), datetime.date(2020, 1, 2), datetime.timedelta(1, 2)]
    yield "numbers", lambda: [decimal.Decimal("1.50"), fractions.Fraction(1, 3), 1 + 2j, 1 << 100, -1, 1.5]
    yield "paths", lambda: [pathlib.PurePosixPath("/tmp/x"), pathlib.Path("a")]
    yield "collections", lambda: [collections.OrderedDict(a=1), collections.defaultdict(list, a=[1]), collections.Counter("aab"), collections.deque([1], 3), {1}, frozenset({2})]
    yield "getters", lambda: [operator.itemgetter(1), operator.attrgetter("a"), operator.methodcaller("upper")]
    yield "dangerous words", lambda: {"vocabulary": ["exec", "eval", "os.system", "__import__", "cos\nsystem\n", "<script>"], "readme": "never call exec(open(x).read()) or subprocess.Popen"}
    yield "numpy array", lambda: numpy().arange(6.0).reshape(2, 3)
    yield "numpy zeros", lambda: numpy().zeros(300)
    yield "numpy structured and object arrays", lambda: [numpy().zeros(2, [("a", "f4"), ("b", "U3")]), numpy().array([1, "a", None], object), numpy().float64(1.5), numpy().dtype("M8[ns]")]
    yield "ufunc references", lambda: [numpy().log1p, numpy().add, numpy().mean]
    yield "random state", lambda: numpy().random.default_rng(1)
    yield "scipy sparse", lambda: __import__("scipy.sparse", fromlist=["a"]).csr_matrix(numpy().eye(3))
    yield "scipy distribution", lambda: __import__("scipy.stats", fromlist=["a"]).norm(0, 1)
    yield "scikit-learn pipeline", clean_pipeline
    yield "scikit-learn tree", lambda: __import__("sklearn.tree", fromlist=["a"]).DecisionTreeClassifier(max_depth=2).fit([[0.0], [1.0], [2.0]], [0, 1, 1])
    yield "scikit-learn text", lambda: __import__("sklearn.feature_extraction.text", fromlist=["a"]).TfidfVectorizer().fit(["a red fox", "a blue dog"])
    yield "pandas frame", lambda: __import__("pandas").DataFrame({"a": [1, 2], "b": ["x", "y"], "c": __import__("pandas").to_datetime(["2020", "2021"])})
    yield "xgboost", lambda: __import__("xgboost").XGBClassifier(n_estimators=1, max_depth=1).fit(numpy().arange(8.0).reshape(4, 2), [0, 1, 0, 1])
    yield "lightgbm", lambda: __import__("lightgbm").LGBMClassifier(n_estimators=1, verbose=-1).fit(numpy().random.rand(30, 2), [0, 1] * 15)
    yield "torch tensor", lambda: __import__("torch").arange(6.0).reshape(2, 3)
    yield "torch state", lambda: __import__("torch").nn.Linear(2, 2).state_dict()
    yield "torch module", lambda: __import__("torch").nn.Sequential(__import__("torch").nn.Linear(2, 2), __import__("torch").nn.ReLU())
    yield "torch values", lambda: [__import__("torch").float16, __import__("torch").device("cpu"), __import__("torch").Size([1, 2])]
    yield "transformers configuration", lambda: __import__("transformers").DistilBertConfig()
    yield "omegaconf", lambda: __import__("omegaconf").OmegaConf.create({"a": {"b": [1, "x"]}})


def numpy():
    return __import__("numpy")


def clean_pipeline():
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    return make_pipeline(FunctionTransformer(numpy().log1p), StandardScaler(), LogisticRegression()).fit([[0.0], [1.0], [2.0]], [0, 1, 1])


def write_clean(path):
    """Adds to what the file has: objects of several environments come together in one file."""
    import base64
    import os

    samples = {}
    if os.path.exists(path):
        with open(path) as file:
            samples = json.load(file)
    for name, build in clean_objects():
        value = attempt(build)
        if value is None:
            continue
        for protocol in (0, 2, 4):
            data = attempt(lambda: pickle.dumps(value, protocol))
            if data is not None and len(data) < 12_000:
                samples[f"{name}, protocol {protocol}"] = base64.b64encode(data).decode()
    with open(path, "w") as file:
        json.dump(dict(sorted(samples.items())), file, indent=0)
    print(len(samples), "pickles")


# --- from observations to the catalog ----------------------------------------------------------------------------------------

MOST_ARGUMENTS = 8


def merged_kind(kinds):
    kinds = kinds - {"none"}
    if not kinds:
        return "data"
    return kinds.pop() if len(kinds) == 1 else "any"


def shapes(calls):
    """One shape for all calls of a global: kinds by position, `?` where some calls have fewer arguments, `*` where there are many."""
    if not calls:
        return ""
    longest, least = max(map(len, calls)), min(map(len, calls))
    if longest > MOST_ARGUMENTS and longest != least:
        return "call(*)"
    words = []
    for at in range(longest):
        word = merged_kind({call[at] for call in calls if len(call) > at})
        words.append(word + ("?" if at >= least else ""))
    return f"call({','.join(words)})"


# Written by the zoo's own machinery or too powerful to be allowed in general; the engine treats these itself or judges them by harm.
NOT_FACTS = {("builtins", "getattr"), ("copyreg", "_reconstructor"), ("copyreg", "__newobj__"), ("copyreg", "__newobj_ex__"), ("operator", "getitem"), ("_operator", "getitem"), ("torch.storage", "_load_from_bytes"), ("functools", "reduce"), ("_functools", "reduce"), ("builtins", "iter"), ("__main__", "Sub"), ("pandas", "read_pickle"), ("fsspec.spec", "make_instance")}


# Their reducers call what they are given.
NOT_LIBRARIES = {"fsspec"}


def library_of(module):
    top = module.split(".")[0]
    if top in sys.stdlib_module_names:
        return "standard-library"
    return top


def merge(folder, paths):
    libraries, known_versions = {}, {}
    for path in paths:
        with open(path) as file:
            observed = json.load(file)
        for module, name, as_class, as_reference, calls in observed["facts"]:
            if (module, name) in NOT_FACTS or module.startswith("__m") or "<" in module + name or " " in module + name:
                continue
            library = library_of(module)
            if library in NOT_LIBRARIES:
                continue
            entry = libraries.setdefault(library, {}).setdefault((module, name), {"class": False, "reference": False, "calls": set()})
            entry["class"] |= as_class
            entry["reference"] |= as_reference
            entry["calls"] |= {tuple(call) for call in calls}
            version = observed["python"] if library == "standard-library" else observed["versions"].get({"sklearn": "scikit-learn", "imblearn": "imbalanced-learn", "pytorch_lightning": "pytorch-lightning", "lightning_fabric": "pytorch-lightning", "dateutil": "python-dateutil", "_loss": "scikit-learn", "huggingface_hub": "huggingface-hub"}.get(library, library))
            if version:
                known_versions.setdefault(library, set()).add(version)
    for library, facts in sorted(libraries.items()):
        lines = []
        for (module, name), entry in sorted(facts.items()):
            words = [word for word in ("class", "reference") if entry[word] and not (word == "reference" and entry["class"])]
            call = shapes(entry["calls"])
            lines.append(" ".join([module, name, *words, *([call] if call else [])]))
        first = next((line for line in lines if " call(" not in line), lines[0]).split(" ")
        with open(f"{folder}/{library}.yaml", "w") as file:
            file.write("# Written by scripts/golden/pickle_globals.py from pickles of the library itself. Do not edit: record more objects instead.\n")
            file.write(f"kind: allow\nlibrary: {library}\nversions: {json.dumps(sorted(known_versions.get(library, set())))}\ngenerated: true\n")
            file.write(f"matches: [{json.dumps(' '.join(first[:2]))}]\nnonMatches: [\"os system\", \"builtins eval\"]\nglobals: |\n")
            file.writelines(f"  {line}\n" for line in lines)
        print(library, len(lines))


# --- Python's own tables -----------------------------------------------------------------------------------------------------

# Importing these has an effect of its own, or they are gone in newer versions.
NOT_IMPORTED = {"antigravity", "this", "idlelib", "test", "turtle", "turtledemo", "tkinter", "lib2to3", "__main__", "msilib", "pip"}
# C twins: every name of the first is the same name of the second.
TWINS = {
    "posix": "os", "nt": "os", "_operator": "operator", "_pickle": "pickle", "_functools": "functools", "_collections": "collections", "_struct": "struct",
    "_datetime": "datetime", "_pydatetime": "datetime", "_decimal": "decimal", "_pydecimal": "decimal", "_csv": "csv", "_warnings": "warnings", "_json": "json", "_tracemalloc": "tracemalloc",
    "cPickle": "pickle", "_pydoc": "pydoc", "_lsprof": "cProfile", "_curses": "curses", "_gdbm": "dbm", "_dbm": "dbm", "_bz2": "bz2", "_lzma": "lzma", "_opcode": "dis", "_weakref": "weakref",
}


def harmful_names(folder):
    """(module, name) pairs and whole modules the effect files speak of."""
    import glob

    names, modules = set(), set()
    for path in glob.glob(f"{folder}/*.yaml"):
        for line in open(path):
            words = line.split("#")[0].split()
            if line.startswith("  ") and len(words) >= 3:
                (modules.add(words[0].replace(".*", "")) if words[1] == "*" else names.add((words[0], words[1])))
    return names, modules


def exported(folder):
    """Attributes of standard modules that are another module under another name, or a harmful function of another module."""
    import importlib
    import types

    names, modules = harmful_names(folder)
    for top in sorted(sys.stdlib_module_names):
        if top in NOT_IMPORTED:
            continue
        module = attempt(lambda: importlib.import_module(top))
        for attribute in sorted(vars(module) if module else ()):
            if attribute.startswith("__"):
                continue
            value = getattr(module, attribute, None)
            if isinstance(value, types.ModuleType):
                name = getattr(value.__spec__, "name", None) or value.__name__
                if name.split(".")[0] in sys.stdlib_module_names and name != f"{top}.{attribute}" and attribute.lstrip("_") != name:
                    yield top, attribute, name
                continue
            origin, qualified = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
            origin = TWINS.get(origin, origin)
            if origin in (None, top) or TWINS.get(top) == origin or not isinstance(qualified, str):
                continue
            if (origin, qualified) in names or origin in modules:
                yield top, attribute, f"{origin} {qualified}"


def write_tables(catalog):
    import _compat_pickle

    written = "# Written by scripts/golden/pickle_globals.py from the Python that ran it. Do not edit.\n"
    with open(f"{catalog}/pickle-globals/python2-names.yaml", "w") as file:
        file.write(written + "kind: python2-names\nmatches: [\"__builtin__ xrange\"]\nnonMatches: [\"builtins range\"]\nmodules: |\n")
        file.writelines(f"  {old} {new}\n" for old, new in sorted(_compat_pickle.IMPORT_MAPPING.items()))
        file.write("names: |\n")
        file.writelines(f"  {' '.join(old)} {' '.join(new)}\n" for old, new in sorted(_compat_pickle.NAME_MAPPING.items()))
    with open(f"{catalog}/pickle-globals/standard-library-modules.yaml", "w") as file:
        old_modules = {old.split(".")[0] for old in _compat_pickle.IMPORT_MAPPING} | set(NEWER_AND_OLDER.split())
        names = sorted(set(sys.stdlib_module_names) | old_modules)
        file.write(written + "kind: origins\nmatches: [\"os\"]\nnonMatches: [\"numpy\"]\nstandardLibrary: |\n")
        file.writelines(f"  {' '.join(names[at:at + 12])}\n" for at in range(0, len(names), 12))
        file.write("aiPackages: \"\"\n")
    with open(f"{catalog}/pickle-globals/exports.yaml", "w") as file:
        file.write(written + "kind: exports\nmatches: [\"posix *\"]\nnonMatches: [\"os system\"]\nexports: |\n")
        file.writelines(f"  {twin} * {module}\n" for twin, module in sorted(TWINS.items()))
        file.writelines(f"  {' '.join(row)}\n" for row in exported(f"{catalog}/effects"))


# Modules of other Python versions than the one that runs this.
NEWER_AND_OLDER = (
    "asynchat asyncore binhex distutils formatter imp macpath parser smtpd symbol dummy_threading _bootlocale _dummy_thread "
    "annotationlib compression _pyrepl _interpreters _interpchannels _interpqueues _android_support _ios_support _colorize _opcode_metadata _pylong _pydatetime _sysconfig _suggestions "
    "commands popen2 new imputil ihooks compiler rexec Bastion user sets md5 sha mimetools rfc822 htmllib sgmllib multifile mhlib dircache statcache exceptions hotshot posix nt dl thread cPickle cStringIO StringIO future_builtins os2emxpath"
)

if __name__ == "__main__":
    if sys.argv[1:2] == ["record"] and len(sys.argv) > 2:
        record_all(sys.argv[2], set(sys.argv[3:]))
    elif sys.argv[1:2] == ["merge"] and len(sys.argv) > 3:
        merge(sys.argv[2], sys.argv[3:])
    elif sys.argv[1:2] == ["clean"] and len(sys.argv) == 3:
        write_clean(sys.argv[2])
    elif sys.argv[1:2] == ["tables"] and len(sys.argv) == 3:
        write_tables(sys.argv[2])
    else:
        sys.exit(__doc__)
