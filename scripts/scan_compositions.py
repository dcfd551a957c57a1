#!/usr/bin/env python
"""Scans what practitioners save: pipelines, searches, functions as parameters, bundles of models and of other values.

    scripts/scan_compositions.py --venvs DIR [NAME...] [--seconds N] [--only REGEX] [--cannery CANNERY] [--all]
    scripts/scan_compositions.py --write FOLDER [--seconds N] [--only REGEX] [--all]      inside one environment (Python 2.7, 3.6 or newer)

The first form runs the second in each environment NAME (all by default), scans the folder, runs `cannery inspect --format
json` on each file, prints how many files came to what, each kind of finding with one file that has it and each file that
`inspect` fails on, and removes what is safe. Nothing here is anyone's own code, so every file should be safe, but for the
lines of REFUSED, none of which may be safe; exit status 1 if one is not as it should be.

CASES are Python expressions, one a line, evaluated among the names that `names` gives; what an old release does not have is
left out (`--why` says so on standard error). Each value is written as scan_estimators.py does: a pickle of one protocol and a
joblib file of one codec, in turn, or with --all in all; and by skops where it is installed.
"""
from __future__ import print_function

import argparse
import collections
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings

import scan_estimators as single

CASES = r'''
# pipelines of tables
make_pipeline(StandardScaler(), LogisticRegression()).fit(x, three)
make_pipeline(SimpleImputer(), StandardScaler(), SVC(probability=True)).fit(holes, three)
make_pipeline(Imputer(), MinMaxScaler(), LinearSVC()).fit(holes, three)
make_pipeline(PolynomialFeatures(2), StandardScaler(), Ridge()).fit(x, real)
make_pipeline(PCA(2), KNeighborsClassifier()).fit(x, three)
make_pipeline(SelectKBest(f_classif, k=2), GaussianNB()).fit(x, three)
make_pipeline(SelectKBest(chi2, k=2), MultinomialNB()).fit(abs(x), three)
make_pipeline(SelectKBest(mutual_info_classif, k=2), DecisionTreeClassifier()).fit(x, three)
make_pipeline(GenericUnivariateSelect(f_regression, mode='k_best', param=2), Lasso()).fit(x, real)
make_pipeline(VarianceThreshold(), SelectFromModel(ExtraTreesClassifier(n_estimators=3)), RandomForestClassifier(n_estimators=3)).fit(x, three)
make_pipeline(SelectFromModel(LassoCV(cv=2)), LinearRegression()).fit(x, real)
Pipeline([('pre', None), ('clf', LogisticRegression())]).fit(x, three)
Pipeline([('pre', 'passthrough'), ('clf', LogisticRegression())]).fit(x, three)
Pipeline([('s', StandardScaler()), ('m', SVC())], memory=None, verbose=True)
Pipeline([('s', StandardScaler()), ('inner', Pipeline([('p', PCA(2)), ('m', SVC())]))]).fit(x, three)
FeatureUnion([('p', PCA(2)), ('s', SelectKBest(k=1)), ('d', 'drop')]).fit(x, three)
make_union(PCA(1), StandardScaler()).fit(x)
make_pipeline(FeatureUnion([('p', PCA(2)), ('k', KernelPCA(2, kernel='rbf'))], transformer_weights={'p': 2.}), SVC()).fit(x, three)
make_pipeline(Normalizer(), Binarizer(), BernoulliNB()).fit(x, three)
make_pipeline(RobustScaler(), MaxAbsScaler(), SGDClassifier(max_iter=5)).fit(x, three)
make_pipeline(QuantileTransformer(n_quantiles=5), PowerTransformer(), ElasticNetCV(cv=2)).fit(x, real)
make_pipeline(KBinsDiscretizer(3), LogisticRegression()).fit(x, three)
make_pipeline(KBinsDiscretizer(3, encode='ordinal', strategy='kmeans'), LogisticRegression()).fit(x, three)
make_pipeline(SplineTransformer(n_knots=4), Ridge()).fit(x, real)
make_pipeline(SplineTransformer(extrapolation='periodic'), Ridge()).fit(x, real)
make_pipeline(Nystroem(n_components=5), LinearSVC()).fit(x, three)
make_pipeline(RBFSampler(n_components=5), RidgeClassifierCV()).fit(x, three)
make_pipeline(PolynomialCountSketch(n_components=5), LinearSVC()).fit(x, three)
make_pipeline(RandomTreesEmbedding(n_estimators=3), TruncatedSVD(2), GaussianNB()).fit(x, three)
make_pipeline(BernoulliRBM(2, n_iter=2), LogisticRegression()).fit(x > 0, three)
make_pipeline(StandardScaler().set_output(transform='pandas'), LogisticRegression()).fit(frame, three)
StandardScaler().set_fit_request(sample_weight=True)
LogisticRegression().set_fit_request(sample_weight=True).set_score_request(sample_weight=False).fit(x, three)
# columns of frames
ColumnTransformer([('n', StandardScaler(), ['num', 'int']), ('c', OneHotEncoder(), ['cat', 'obj'])]).fit(mixed)
ColumnTransformer([('n', StandardScaler(), [0, 1]), ('c', OneHotEncoder(handle_unknown='ignore'), [2])], remainder='passthrough').fit(mixed)
ColumnTransformer([('n', make_pipeline(SimpleImputer(), StandardScaler()), make_column_selector(dtype_include=np.number)), ('c', OneHotEncoder(), make_column_selector(dtype_include=object))]).fit(mixed)
ColumnTransformer([('n', StandardScaler(), make_column_selector(pattern='^num')), ('c', OrdinalEncoder(), make_column_selector(dtype_include=['category', 'object']))]).fit(mixed)
ColumnTransformer([('n', StandardScaler(), make_column_selector(dtype_exclude=[object, 'category', bool]))], remainder=OrdinalEncoder()).fit(mixed)
ColumnTransformer([('n', 'passthrough', slice(0, 2)), ('d', 'drop', [2]), ('t', TfidfVectorizer(), 'text')], sparse_threshold=0).fit(texts_frame)
ColumnTransformer([('t', CountVectorizer(), 'text'), ('n', MinMaxScaler(), ['num'])], n_jobs=1, transformer_weights={'t': .5}).fit(texts_frame)
ColumnTransformer([('b', 'passthrough', mixed.columns == 'b'), ('n', StandardScaler(), pd.Index(['num']))]).fit(mixed)
ColumnTransformer([('f', FunctionTransformer(np.log1p), ['num']), ('b', KBinsDiscretizer(3), ['int'])], verbose_feature_names_out=False).fit(mixed)
ColumnTransformer([('n', StandardScaler(), mixed.select_dtypes('number').columns), ('c', OneHotEncoder(), mixed.select_dtypes('object').columns.tolist())]).fit(mixed)
make_pipeline(make_column_transformer((StandardScaler(), ['num']), (OneHotEncoder(), ['cat'])), LogisticRegression()).fit(mixed, two)
make_pipeline(make_column_transformer((['num'], StandardScaler()), (['cat'], OneHotEncoder())), LogisticRegression()).fit(mixed, two)
make_pipeline(make_column_transformer((OneHotEncoder(drop='first', sparse_output=False), ['cat', 'obj']), remainder='passthrough'), HistGradientBoostingClassifier(max_iter=3)).fit(mixed, two)
make_pipeline(make_column_transformer((TargetEncoder(), ['cat', 'obj']), remainder='drop'), Ridge()).fit(mixed, real)
make_pipeline(make_column_transformer((OrdinalEncoder(handle_unknown='use_encoded_value', unknown_value=-1), ['obj']), remainder='passthrough'), RandomForestClassifier(n_estimators=3)).fit(mixed[['num', 'obj']], text)
OneHotEncoder(categories=[['no', 'yes', 'maybe']], min_frequency=2).fit(mixed[['obj']])
OneHotEncoder(handle_unknown='infrequent_if_exist', max_categories=2, dtype=np.float32).fit(mixed[['obj', 'cat']])
OneHotEncoder(dtype=int).fit(mixed[['obj']])
OrdinalEncoder(dtype=np.int64, categories='auto').fit(mixed[['obj', 'cat']])
OrdinalEncoder(categories=[np.array(['no', 'yes', 'maybe'], dtype=object)]).fit(mixed[['obj']])
OneHotEncoder().fit(missing_frame[['obj', 'cat']])
OrdinalEncoder(encoded_missing_value=-2).fit(missing_frame[['obj', 'cat', 'num']])
SimpleImputer(strategy='most_frequent').fit(missing_frame[['obj', 'cat']])
SimpleImputer(strategy='constant', fill_value='none', add_indicator=True).fit(missing_frame[['obj']])
SimpleImputer(strategy='constant', fill_value=pd.NA).fit(missing_frame[['obj']])
SimpleImputer(missing_values=pd.NA, strategy='most_frequent').fit(missing_frame[['string']])
HistGradientBoostingClassifier(max_iter=3, categorical_features='from_dtype').fit(mixed[['num', 'cat', 'int']], two)
HistGradientBoostingClassifier(max_iter=3, categorical_features=['int']).fit(mixed[['num', 'int']], two)
HistGradientBoostingRegressor(max_iter=3, categorical_features=[False, True], monotonic_cst={'num': 1}, interaction_cst='pairwise').fit(mixed[['num', 'int']], real)
HistGradientBoostingRegressor(max_iter=3, loss='quantile', quantile=.5).fit(x, real)
HistGradientBoostingRegressor(max_iter=3, loss='poisson').fit(x, abs(real))
HistGradientBoostingRegressor(max_iter=3, loss='gamma').fit(x, abs(real) + 1)
HistGradientBoostingRegressor(max_iter=3, loss='absolute_error', warm_start=True).fit(x, real)
LabelEncoder().fit(pd.Series(text))
LabelBinarizer(sparse_output=True).fit(text)
MultiLabelBinarizer(classes=['a', 'b', 'c']).fit([('a', 'b'), ('c',)])
MultiLabelBinarizer().fit([{1, 2}, {3}])
RandomForestClassifier(n_estimators=2).fit(frame, pd.Series(text).astype('category'))
RandomForestClassifier(n_estimators=2).fit(frame, pd.Series(text).astype('string'))
RandomForestClassifier(n_estimators=2, class_weight={'no': 1., 'yes': 2., 'maybe': 3.}).fit(x, text)
RandomForestClassifier(n_estimators=2, class_weight=[{0: 1, 1: 2}, {0: 1, 1: 3}]).fit(x, np.column_stack([two, 1 - two]))
LogisticRegression().fit(frame.astype('Float64'), pd.Series(three).astype('Int64'))
MaxAbsScaler().fit(pd.DataFrame.sparse.from_spmatrix(sp.csr_matrix(abs(x))))
LogisticRegression().fit(frame, dates.dayofweek)
# functions as parameters
FunctionTransformer(np.log1p, validate=True).fit(abs(x))
FunctionTransformer(np.log1p, np.expm1, check_inverse=False).fit(abs(x))
FunctionTransformer(np.sqrt, np.square, feature_names_out='one-to-one').fit(abs(frame))
FunctionTransformer(np.clip, kw_args={'a_min': 0, 'a_max': 1}).fit(x)
FunctionTransformer(functools.partial(np.clip, a_min=0, a_max=1)).fit(x)
FunctionTransformer(functools.partial(np.power, 2.)).fit(x)
FunctionTransformer(functools.partial(pd.to_numeric, errors='coerce'))
FunctionTransformer(functools.partial(pd.cut, bins=[0, 1, 2], labels=['a', 'b']))
FunctionTransformer(functools.partial(np.reshape, newshape=(-1, 1)))
FunctionTransformer(pd.DataFrame).fit(x)
FunctionTransformer(pd.get_dummies)
FunctionTransformer(pd.to_datetime)
FunctionTransformer(pd.isna)
FunctionTransformer(np.asarray).fit(x)
FunctionTransformer(np.array, kw_args={'dtype': np.float32}).fit(x)
FunctionTransformer(np.asarray, kw_args={'dtype': float}).fit(x)
FunctionTransformer(np.asarray, kw_args={'dtype': 'float32'}).fit(x)
FunctionTransformer(np.asarray, kw_args={'dtype': np.dtype('f4')}).fit(x)
FunctionTransformer(np.ravel).fit(x)
FunctionTransformer(np.nan_to_num)
FunctionTransformer(np.vstack)
FunctionTransformer(np.squeeze)
FunctionTransformer(np.abs)
FunctionTransformer(np.sign)
FunctionTransformer(np.sin)
FunctionTransformer(np.cbrt)
FunctionTransformer(np.log10)
FunctionTransformer(np.log2)
FunctionTransformer(np.log)
FunctionTransformer(np.exp)
FunctionTransformer(np.tanh)
FunctionTransformer(np.arcsinh)
FunctionTransformer(np.reciprocal)
FunctionTransformer(np.isnan)
FunctionTransformer(np.isfinite)
FunctionTransformer(np.diff)
FunctionTransformer(np.cumsum)
FunctionTransformer(np.round, kw_args={'decimals': 2})
FunctionTransformer(np.around)
FunctionTransformer(np.char.lower)
FunctionTransformer(np.char.strip)
FunctionTransformer(np.ma.masked_invalid)
FunctionTransformer(np.degrees)
FunctionTransformer(np.radians)
FunctionTransformer(np.floor)
FunctionTransformer(np.fft.rfft)
FunctionTransformer(np.linalg.norm, kw_args={'axis': 1, 'keepdims': True})
FunctionTransformer(np.delete, kw_args={'obj': 0, 'axis': 1})
FunctionTransformer(np.insert, kw_args={'obj': 0, 'values': 1, 'axis': 1})
FunctionTransformer(np.append, kw_args={'values': 1})
FunctionTransformer(np.pad, kw_args={'pad_width': 1, 'mode': 'constant'})
FunctionTransformer(scipy.special.expit)
FunctionTransformer(scipy.special.logit, scipy.special.expit)
FunctionTransformer(scipy.special.boxcox1p, kw_args={'lmbda': .5})
FunctionTransformer(scipy.special.inv_boxcox, kw_args={'lmbda': .5})
FunctionTransformer(scipy.special.xlogy)
FunctionTransformer(scipy.special.softmax)
FunctionTransformer(scipy.stats.zscore)
FunctionTransformer(scipy.stats.rankdata)
FunctionTransformer(scipy.stats.yeojohnson)
FunctionTransformer(scipy.signal.detrend)
FunctionTransformer(scipy.signal.savgol_filter, kw_args={'window_length': 5, 'polyorder': 2})
FunctionTransformer(scipy.ndimage.gaussian_filter, kw_args={'sigma': 1})
FunctionTransformer(scipy.ndimage.gaussian_filter1d, kw_args={'sigma': 1})
FunctionTransformer(scipy.fft.fft)
FunctionTransformer(scipy.fft.dct)
FunctionTransformer(scipy.fftpack.dct)
FunctionTransformer(sklearn.preprocessing.normalize)
FunctionTransformer(sklearn.preprocessing.scale)
FunctionTransformer(sklearn.preprocessing.minmax_scale)
FunctionTransformer(sklearn.preprocessing.binarize, kw_args={'threshold': .5})
FunctionTransformer(sklearn.preprocessing.robust_scale)
FunctionTransformer(sklearn.preprocessing.quantile_transform)
FunctionTransformer(sklearn.preprocessing.power_transform)
FunctionTransformer(sklearn.preprocessing.label_binarize, kw_args={'classes': [0, 1, 2]})
FunctionTransformer(sklearn.preprocessing.add_dummy_feature)
FunctionTransformer(sklearn.utils.check_array)
FunctionTransformer(sklearn.utils.validation.check_array)
FunctionTransformer(sklearn.utils.shuffle)
FunctionTransformer(sklearn.utils.resample)
FunctionTransformer(sklearn.metrics.pairwise.rbf_kernel)
FunctionTransformer(sklearn.metrics.pairwise_distances)
FunctionTransformer(sklearn.feature_extraction.image.extract_patches_2d)
FunctionTransformer(abs)
FunctionTransformer(str)
FunctionTransformer(list)
FunctionTransformer(len)
FunctionTransformer(float)
FunctionTransformer(None).fit(x)
FunctionTransformer(operator.neg)
FunctionTransformer(operator.itemgetter('num'))
FunctionTransformer(operator.itemgetter(['num', 'int']))
FunctionTransformer(operator.itemgetter(0))
FunctionTransformer(operator.itemgetter(slice(0, 2)))
FunctionTransformer(operator.attrgetter('values'))
FunctionTransformer(operator.attrgetter('dt.dayofweek'))
FunctionTransformer(operator.methodcaller('toarray'))
FunctionTransformer(operator.methodcaller('todense'))
FunctionTransformer(operator.methodcaller('astype', 'float32'))
FunctionTransformer(operator.methodcaller('astype', str))
FunctionTransformer(operator.methodcaller('fillna', 0))
FunctionTransformer(operator.methodcaller('fillna', value='none'))
FunctionTransformer(operator.methodcaller('to_numpy'))
FunctionTransformer(operator.methodcaller('reshape', -1, 1))
FunctionTransformer(operator.methodcaller('squeeze'))
FunctionTransformer(operator.methodcaller('ravel'))
FunctionTransformer(operator.methodcaller('to_dict', orient='records'))
FunctionTransformer(operator.methodcaller('drop', columns=['a', 'b']))
SelectFromModel(LogisticRegression(), importance_getter=operator.attrgetter('coef_')).fit(x, two)
SelectFromModel(LogisticRegression(), importance_getter='coef_', threshold='1.25*median').fit(x, two)
SelectFromModel(TransformedTargetRegressor(Ridge()), importance_getter='regressor_.coef_').fit(x, real)
RFE(Pipeline([('s', StandardScaler()), ('m', LinearSVC())]), importance_getter='named_steps.m.coef_').fit(x, two)
make_pipeline(FunctionTransformer(np.log1p), StandardScaler(), TransformedTargetRegressor(Ridge(), func=np.log1p, inverse_func=np.expm1)).fit(abs(x), abs(real))
TransformedTargetRegressor(GradientBoostingRegressor(n_estimators=3), func=np.sqrt, inverse_func=np.square).fit(x, abs(real))
TransformedTargetRegressor(LinearRegression(), transformer=QuantileTransformer(n_quantiles=5, output_distribution='normal')).fit(x, real)
TransformedTargetRegressor(LinearRegression(), func=scipy.special.logit, inverse_func=scipy.special.expit).fit(x, abs(np.tanh(real)) / 2 + .1)
SVC(kernel=sklearn.metrics.pairwise.rbf_kernel).fit(x, three)
SVC(kernel=sklearn.metrics.pairwise.laplacian_kernel).fit(x, three)
SVC(kernel=sklearn.metrics.pairwise.cosine_similarity).fit(x, three)
SVC(kernel=sklearn.metrics.pairwise.chi2_kernel).fit(abs(x), three)
SVR(kernel=functools.partial(sklearn.metrics.pairwise.polynomial_kernel, degree=2)).fit(x, real)
SVC(kernel=kernels.RBF(2.)).fit(x, three)
OneClassSVM(kernel='precomputed').fit(np.dot(x, x.T))
KernelRidge(kernel=scipy.spatial.distance.sqeuclidean).fit(x, real)
KernelRidge(kernel=kernels.RBF(1.) + kernels.WhiteKernel()).fit(x, real)
KernelPCA(2, kernel='cosine', fit_inverse_transform=True).fit(x)
KNeighborsClassifier(metric=scipy.spatial.distance.cosine).fit(x, three)
KNeighborsClassifier(metric=scipy.spatial.distance.cosine, algorithm='brute').fit(x, three)
KNeighborsClassifier(metric=scipy.spatial.distance.euclidean, algorithm='ball_tree').fit(x, three)
KNeighborsClassifier(metric=sklearn.metrics.pairwise.cosine_distances, algorithm='brute').fit(x, three)
KNeighborsClassifier(metric=sklearn.metrics.pairwise.haversine_distances, algorithm='brute').fit(x[:, :2], three)
KNeighborsRegressor(metric=sklearn.metrics.pairwise.nan_euclidean_distances, algorithm='brute').fit(x, real)
KNeighborsClassifier(metric='haversine', algorithm='ball_tree').fit(x[:, :2], three)
KNeighborsClassifier(metric='minkowski', p=3, metric_params={'w': np.ones(4)}).fit(x, three)
KNeighborsClassifier(metric='wminkowski', p=3, metric_params={'w': np.ones(4)}).fit(x, three)
KNeighborsClassifier(metric='seuclidean', metric_params={'V': np.ones(4)}).fit(x, three)
KNeighborsClassifier(metric='mahalanobis', metric_params={'V': np.eye(4)}).fit(x, three)
KNeighborsClassifier(metric='mahalanobis', metric_params={'VI': np.eye(4)}, algorithm='ball_tree').fit(x, three)
KNeighborsClassifier(weights='distance', p=1, algorithm='kd_tree', leaf_size=5).fit(x, three)
KNeighborsClassifier(metric='nan_euclidean').fit(holes, three)
KNeighborsClassifier(algorithm='brute').fit(sp.csr_matrix(abs(x)), three)
RadiusNeighborsClassifier(2., outlier_label='most_frequent').fit(x, three)
RadiusNeighborsClassifier(2., outlier_label=[-1]).fit(x, three)
NearestNeighbors(metric='jaccard', algorithm='ball_tree').fit(x > 0)
NearestNeighbors(metric='hamming').fit(x > 0)
NearestNeighbors(metric=scipy.spatial.distance.correlation).fit(x)
LocalOutlierFactor(n_neighbors=5, novelty=True).fit(x)
LocalOutlierFactor(n_neighbors=5, metric=scipy.spatial.distance.canberra).fit(x)
DBSCAN(metric=scipy.spatial.distance.cosine).fit(x)
DBSCAN(metric='precomputed').fit(sklearn.metrics.pairwise.euclidean_distances(x))
DBSCAN(metric=scipy.spatial.distance.euclidean, algorithm='ball_tree').fit(x)
AgglomerativeClustering(3, linkage='average', affinity=sklearn.metrics.pairwise.cosine_distances).fit(x)
AgglomerativeClustering(3, linkage='average', metric=sklearn.metrics.pairwise.cosine_distances).fit(x)
AgglomerativeClustering(3, connectivity=kneighbors_graph(x, 5)).fit(x)
AgglomerativeClustering(3, connectivity=functools.partial(kneighbors_graph, n_neighbors=5)).fit(x)
FeatureAgglomeration(2, pooling_func=np.median).fit(x)
FeatureAgglomeration(2, pooling_func=np.max).fit(x)
KernelDensity(bandwidth=.5, kernel='gaussian').fit(x)
KernelDensity(metric='haversine', kernel='epanechnikov').fit(x[:, :2])
SelectKBest(f_regression).set_params(k='all').fit(x, real)
SelectKBest(functools.partial(mutual_info_classif, random_state=0), k=2).fit(x, three)
SelectPercentile(mutual_info_regression).fit(x, real)
SelectFpr(chi2).fit(abs(x), three)
FastICA(2, fun='logcosh').fit(x)
FastICA(2, fun='cube', fun_args={'alpha': 1.}).fit(x)
IterativeImputer(estimator=BayesianRidge(), max_iter=2).fit(holes)
IterativeImputer(estimator=ExtraTreesRegressor(n_estimators=2), max_iter=2, sample_posterior=False, min_value=-5, max_value=[5, 5, 5, 5]).fit(holes)
KNNImputer(n_neighbors=2, weights='distance', add_indicator=True).fit(holes)
MissingIndicator(features='all').fit(holes)
DictVectorizer(dtype=np.float32).fit([{'a': 1, 'b': 'x'}, {'a': 2.5, 'c': True}])
DictVectorizer(sparse=False, sort=False).fit([{'city': 'Paris', 'temp': 12.}, {'city': ['Rome', 'Oslo']}])
DictVectorizer(separator=':').fit([{'a': 1, 'b': None}])
FeatureHasher(8, input_type='string').fit([['a', 'b']])
HashingVectorizer(n_features=16, alternate_sign=False).fit(words)
make_pipeline(HashingVectorizer(n_features=16), TfidfTransformer(), SGDClassifier(max_iter=5)).fit(words, three)
make_pipeline(CountVectorizer(), TfidfTransformer(), MultinomialNB()).fit(words, three)
make_pipeline(TfidfVectorizer(stop_words='english', ngram_range=(1, 2), min_df=1, max_df=.9), LogisticRegression()).fit(words, text)
TfidfVectorizer(stop_words=['a', 'the']).fit(words)
TfidfVectorizer(stop_words=sklearn.feature_extraction.text.ENGLISH_STOP_WORDS).fit(words)
TfidfVectorizer(stop_words=set(['a', 'the'])).fit(words)
TfidfVectorizer(stop_words=frozenset(['a', 'the'])).fit(words)
CountVectorizer(tokenizer=re.compile(r'[a-z]+').findall, token_pattern=None).fit(words)
CountVectorizer(tokenizer=re.compile(r'\s+').split).fit(words)
CountVectorizer(tokenizer=re.compile(u'\\w+', re.UNICODE).findall).fit(words)
CountVectorizer(tokenizer=str.split, preprocessor=str.lower).fit(words)
CountVectorizer(preprocessor=str.strip, lowercase=False).fit(words)
CountVectorizer(analyzer=str.split).fit(words)
CountVectorizer(analyzer=set).fit([['a', 'b'], ['c']])
CountVectorizer(analyzer=list).fit(words)
CountVectorizer(analyzer='char_wb', ngram_range=(2, 3), dtype=np.float32).fit(words)
CountVectorizer(vocabulary=['cat', 'dog']).fit(words)
CountVectorizer(vocabulary={'cat': 0, 'dog': 1}).fit(words)
CountVectorizer(vocabulary=set(['cat', 'dog'])).fit(words)
CountVectorizer(dtype=np.uint8, binary=True).fit(words)
CountVectorizer(strip_accents='unicode', preprocessor=functools.partial(re.sub, r'\d+', '')).fit(words)
CountVectorizer(preprocessor=sklearn.feature_extraction.text.strip_accents_unicode).fit(words)
CountVectorizer(strip_accents=sklearn.feature_extraction.text.strip_accents_ascii).fit(words)
TfidfVectorizer(tokenizer=operator.methodcaller('split', ',')).fit(words)
PatchExtractor(patch_size=(2, 2)).fit(np.ones((2, 4, 4)))
# searches and scorers
GridSearchCV(make_pipeline(StandardScaler(), SVC()), {'svc__C': [.1, 1], 'svc__kernel': ['rbf', 'linear']}, cv=2).fit(x, three)
GridSearchCV(Pipeline([('p', PCA(2)), ('m', SVC())]), [{'p': [PCA(2), StandardScaler()], 'm': [SVC(), LogisticRegression()]}, {'p': ['passthrough', None]}], cv=2).fit(x, three)
GridSearchCV(SVC(), {'C': np.logspace(-1, 1, 3), 'gamma': ['scale', .1]}, cv=StratifiedKFold(2)).fit(x, three)
GridSearchCV(Ridge(), {'alpha': [1, 2]}, scoring='neg_mean_squared_error', cv=KFold(2, shuffle=True, random_state=0)).fit(x, real)
GridSearchCV(Ridge(), {'alpha': [1, 2]}, scoring=make_scorer(mean_squared_error, greater_is_better=False), cv=2).fit(x, real)
GridSearchCV(LogisticRegression(), {'C': [1, 2]}, scoring=make_scorer(f1_score, average='macro'), cv=2).fit(x, three)
GridSearchCV(LogisticRegression(), {'C': [1, 2]}, scoring={'auc': 'roc_auc', 'acc': make_scorer(accuracy_score), 'll': 'neg_log_loss'}, refit='auc', cv=2).fit(x, two)
GridSearchCV(LogisticRegression(), {'C': [1, 2]}, scoring=['accuracy', 'f1'], refit='f1', cv=2).fit(x, two)
GridSearchCV(LogisticRegression(), {'C': [1, 2]}, scoring=make_scorer(log_loss, greater_is_better=False, needs_proba=True), cv=2).fit(x, two)
GridSearchCV(LogisticRegression(), {'C': [1, 2]}, scoring=make_scorer(roc_auc_score, response_method=('decision_function', 'predict_proba')), cv=2).fit(x, two)
GridSearchCV(Ridge(), {'alpha': [1, 2]}, cv=TimeSeriesSplit(2)).fit(x, real)
GridSearchCV(Ridge(), {'alpha': [1, 2]}, cv=GroupKFold(2)).fit(x, real, groups=two)
GridSearchCV(Ridge(), {'alpha': [1, 2]}, cv=RepeatedKFold(n_splits=2, n_repeats=2, random_state=0)).fit(x, real)
GridSearchCV(LogisticRegression(), {'C': [1, 2]}, cv=RepeatedStratifiedKFold(n_splits=2, n_repeats=2, random_state=0)).fit(x, two)
GridSearchCV(Ridge(), {'alpha': [1, 2]}, cv=ShuffleSplit(2, random_state=np.random.RandomState(0))).fit(x, real)
GridSearchCV(LogisticRegression(), {'C': [1, 2]}, cv=StratifiedShuffleSplit(2, random_state=0)).fit(x, two)
GridSearchCV(Ridge(), {'alpha': [1, 2]}, cv=PredefinedSplit(two)).fit(x, real)
GridSearchCV(Ridge(), {'alpha': [1, 2]}, cv=LeaveOneGroupOut()).fit(x, real, groups=two)
GridSearchCV(Ridge(), {'alpha': [1, 2]}, cv=LeavePGroupsOut(1)).fit(x, real, groups=two)
GridSearchCV(LogisticRegression(), {'C': [1, 2]}, cv=StratifiedGroupKFold(2)).fit(x, two, groups=np.arange(len(x)) // 4)
GridSearchCV(Ridge(), {'alpha': [1, 2]}, cv=LeaveOneOut()).fit(x[:6], real[:6])
GridSearchCV(Ridge(), {'alpha': [1, 2]}, cv=list(KFold(2).split(x))).fit(x, real)
GridSearchCV(KMeans(2, n_init=1), {'n_clusters': [2, 3]}, cv=2).fit(x)
GridSearchCV(KernelDensity(), {'bandwidth': [.1, 1.]}, cv=2).fit(x)
GridSearchCV(PCA(), {'n_components': [1, 2]}, cv=2).fit(x)
GridSearchCV(DecisionTreeClassifier(), ParameterGrid({'max_depth': [1, 2]}).param_grid, cv=2, return_train_score=True, error_score=np.nan).fit(x, two)
GridSearchCV(SVC(), {'kernel': [sklearn.metrics.pairwise.rbf_kernel, 'linear'], 'class_weight': [None, 'balanced', {0: 1, 1: 2}]}, cv=2).fit(x, two)
GridSearchCV(FunctionTransformer(), {'func': [np.log1p, np.sqrt, None]})
GridSearchCV(Ridge(), {'alpha': [1, 2]}, refit=False, cv=2).fit(x, real).cv_results_
RandomizedSearchCV(SVC(), {'C': scipy.stats.loguniform(1e-2, 1e2), 'gamma': scipy.stats.expon(scale=.1)}, n_iter=2, cv=2, random_state=0).fit(x, three)
RandomizedSearchCV(SVC(), {'C': scipy.stats.reciprocal(1e-2, 1e2), 'kernel': ['rbf']}, n_iter=2, cv=2, random_state=0).fit(x, three)
RandomizedSearchCV(RandomForestClassifier(n_estimators=2), {'max_depth': scipy.stats.randint(1, 4), 'max_features': scipy.stats.uniform(.5, .5), 'criterion': ['gini', 'entropy']}, n_iter=2, cv=2, random_state=0).fit(x, three)
RandomizedSearchCV(Ridge(), {'alpha': scipy.stats.truncnorm(0, 2), 'fit_intercept': [True, False]}, n_iter=2, cv=2, random_state=np.random.RandomState(1)).fit(x, real)
RandomizedSearchCV(Ridge(), [{'alpha': scipy.stats.lognorm(1.)}, {'alpha': scipy.stats.gamma(2), 'solver': ['svd']}], n_iter=2, cv=2, random_state=0).fit(x, real)
RandomizedSearchCV(Ridge(), {'alpha': scipy.stats.beta(1, 2), 'max_iter': scipy.stats.poisson(20)}, n_iter=2, cv=2, random_state=0).fit(x, real)
RandomizedSearchCV(Ridge(), {'alpha': scipy.stats.norm(5, .1), 'max_iter': scipy.stats.geom(.1)}, n_iter=2, cv=2, random_state=0).fit(x, real)
RandomizedSearchCV(Ridge(), {'alpha': scipy.stats.halfnorm(), 'max_iter': scipy.stats.binom(50, .5)}, n_iter=2, cv=2, random_state=0).fit(x, real)
HalvingGridSearchCV(Ridge(), {'alpha': [1, 2, 3]}, cv=2, min_resources=8, random_state=0).fit(x, real)
HalvingRandomSearchCV(RandomForestClassifier(n_estimators=2), {'max_depth': scipy.stats.randint(1, 4)}, cv=2, random_state=0).fit(x, two)
TunedThresholdClassifierCV(LogisticRegression(), cv=2).fit(x, two)
FixedThresholdClassifier(LogisticRegression(), threshold=.3).fit(x, two)
make_scorer(fbeta_score, beta=2)
make_scorer(mean_absolute_error, greater_is_better=False)
make_scorer(functools.partial(fbeta_score, beta=2))
make_scorer(top_k_accuracy_score, needs_threshold=True)
make_scorer(roc_auc_score, needs_threshold=True)
make_scorer(roc_auc_score, response_method='predict_proba', multi_class='ovr')
make_scorer(cohen_kappa_score, weights='quadratic')
get_scorer('accuracy')
get_scorer('neg_log_loss')
get_scorer('roc_auc')
{name: get_scorer(name) for name in scorer_names}
cross_validate(LogisticRegression(), x, two, cv=2, return_estimator=True)
cross_validate(LogisticRegression(), x, two, cv=2, return_estimator=True, return_indices=True)
learning_curve(LogisticRegression(), x, two, cv=2)
permutation_importance(LogisticRegression().fit(x, two), x, two, n_repeats=2)
partial_dependence(LogisticRegression().fit(x, two), x, [0])
classification_report(two, 1 - two, output_dict=True)
train_test_split(frame, three)
train_test_split(x, three)
# ensembles and meta-estimators
VotingClassifier([('a', LogisticRegression()), ('b', GaussianNB()), ('c', SVC(probability=True))], voting='soft', weights=[1, 2, 3]).fit(x, three)
VotingClassifier([('a', LogisticRegression()), ('b', 'drop')]).fit(x, text)
VotingRegressor([('a', Ridge()), ('b', RandomForestRegressor(n_estimators=2))]).fit(x, real)
StackingClassifier([('a', LogisticRegression()), ('b', SVC())], cv=2).fit(x, three)
StackingClassifier([('a', make_pipeline(StandardScaler(), LinearSVC())), ('b', RandomForestClassifier(n_estimators=2))], final_estimator=GradientBoostingClassifier(n_estimators=2), passthrough=True, cv=2).fit(x, text)
StackingRegressor([('a', RidgeCV()), ('b', LinearSVR())], final_estimator=RandomForestRegressor(n_estimators=2), cv=2).fit(x, real)
CalibratedClassifierCV(LinearSVC(), cv=2).fit(x, three)
CalibratedClassifierCV(GaussianNB(), method='isotonic', cv=2).fit(x, two)
CalibratedClassifierCV(LogisticRegression().fit(x, two), cv='prefit').fit(x, two)
CalibratedClassifierCV(RandomForestClassifier(n_estimators=2), method='isotonic', ensemble=False, cv=2).fit(x, three)
CalibratedClassifierCV(FrozenEstimator(LogisticRegression().fit(x, three)), method='temperature').fit(x, three)
CalibratedClassifierCV(make_pipeline(StandardScaler(), SVC()), cv=2).fit(x, two)
BaggingClassifier(SVC(), n_estimators=3, max_samples=.5, max_features=.5).fit(x, three)
BaggingRegressor(n_estimators=3, oob_score=True).fit(x, real)
BaggingClassifier(make_pipeline(StandardScaler(), LogisticRegression()), n_estimators=2).fit(x, text)
AdaBoostClassifier(DecisionTreeClassifier(max_depth=1), n_estimators=3).fit(x, three)
AdaBoostClassifier(LogisticRegression(), n_estimators=3).fit(x, text)
AdaBoostRegressor(n_estimators=3, loss='square').fit(x, real)
GradientBoostingClassifier(n_estimators=3).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init=LogisticRegression()).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init=GaussianNB()).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init=KNeighborsClassifier()).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init=SVC(probability=True)).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init=RandomForestClassifier(n_estimators=2)).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init=make_pipeline(StandardScaler(), LogisticRegression())).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init=LinearDiscriminantAnalysis()).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init=MLPClassifier((3,), max_iter=5)).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init=CalibratedClassifierCV(LinearSVC(), cv=2)).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init=HistGradientBoostingClassifier(max_iter=2)).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init=GradientBoostingClassifier(n_estimators=2)).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init=VotingClassifier([('a', LogisticRegression()), ('b', GaussianNB())], voting='soft')).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init=BaggingClassifier(n_estimators=2)).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init=AdaBoostClassifier(n_estimators=2)).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init=MultinomialNB()).fit(abs(x), three)
GradientBoostingClassifier(n_estimators=3, init=SGDClassifier(loss='log_loss', max_iter=5)).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init=GridSearchCV(LogisticRegression(), {'C': [1, 2]}, cv=2)).fit(x, three)
GradientBoostingClassifier(n_estimators=3, init='zero').fit(x, three)
GradientBoostingClassifier(n_estimators=3, init='zero', loss='exponential').fit(x, two)
GradientBoostingClassifier(n_estimators=3, init=GaussianNB()).fit(x, two)
GradientBoostingRegressor(n_estimators=3, init=Ridge()).fit(x, real)
GradientBoostingRegressor(n_estimators=3, init=make_pipeline(StandardScaler(), LinearRegression()), loss='huber').fit(x, real)
GradientBoostingRegressor(n_estimators=3, loss='quantile', alpha=.9, n_iter_no_change=2).fit(x, real)
IsolationForest(n_estimators=3).fit(x)
IsolationForest(n_estimators=3, contamination=.1, max_features=.5).fit(frame)
ExtraTreesRegressor(n_estimators=3, criterion='absolute_error').fit(x, real)
RandomForestRegressor(n_estimators=3, oob_score=True, warm_start=True).fit(x, np.column_stack([real, real]))
RandomForestClassifier(n_estimators=3, oob_score=sklearn.metrics.f1_score, bootstrap=True).fit(x, two)
OneVsRestClassifier(LinearSVC()).fit(x, three)
OneVsRestClassifier(LogisticRegression()).fit(x, np.eye(3, dtype=int)[three])
OneVsRestClassifier(make_pipeline(StandardScaler(), SVC())).fit(x, text)
OneVsOneClassifier(SGDClassifier(max_iter=5)).fit(x, three)
OutputCodeClassifier(LogisticRegression(), random_state=0).fit(x, three)
MultiOutputClassifier(RandomForestClassifier(n_estimators=2)).fit(x, np.column_stack([two, three]))
MultiOutputRegressor(GradientBoostingRegressor(n_estimators=2)).fit(x, np.column_stack([real, real]))
ClassifierChain(LogisticRegression(), order='random', random_state=0).fit(x, np.column_stack([two, 1 - two]))
ClassifierChain(LogisticRegression(), cv=2, chain_method=['predict_proba', 'predict']).fit(x, np.column_stack([two, 1 - two]))
RegressorChain(Ridge(), order=[1, 0]).fit(x, np.column_stack([real, real]))
RFE(SVC(kernel='linear'), n_features_to_select=2).fit(x, three)
RFECV(LogisticRegression(), cv=2, min_features_to_select=2).fit(x, three)
RFECV(RandomForestClassifier(n_estimators=2), cv=StratifiedKFold(2), scoring='accuracy').fit(frame, text)
SequentialFeatureSelector(Ridge(), n_features_to_select=2, cv=2).fit(x, real)
SelfTrainingClassifier(SVC(probability=True)).fit(x, unlabelled)
LabelPropagation(kernel='knn', n_neighbors=3).fit(x, unlabelled)
LabelSpreading(kernel=functools.partial(sklearn.metrics.pairwise.rbf_kernel, gamma=.5)).fit(x, unlabelled)
LabelSpreading(kernel=sklearn.metrics.pairwise.rbf_kernel).fit(x, unlabelled)
RANSACRegressor(LinearRegression(), random_state=0).fit(x, real)
RANSACRegressor(loss='squared_error').fit(x, real)
DummyClassifier(strategy='stratified', random_state=0).fit(x, text)
DummyClassifier(strategy='constant', constant='no').fit(x, text)
DummyRegressor(strategy='quantile', quantile=.2).fit(x, real)
MLPClassifier((4, 3), max_iter=5, early_stopping=True).fit(x, three)
MLPClassifier((4,), max_iter=5, solver='sgd', learning_rate='adaptive').fit(x, text)
MLPRegressor(hidden_layer_sizes=(4,), max_iter=5, solver='lbfgs').fit(x, real)
# gaussian processes
GaussianProcessRegressor(1. * kernels.RBF([1., 2., 3., 4.]) + kernels.WhiteKernel(.1), n_restarts_optimizer=1, random_state=0).fit(x, real)
GaussianProcessRegressor(kernels.ConstantKernel(1., (1e-3, 1e3)) * kernels.Matern(nu=2.5, length_scale_bounds='fixed'), normalize_y=True, alpha=np.full(len(x), .1)).fit(x, real)
GaussianProcessRegressor(kernels.RationalQuadratic() + kernels.ExpSineSquared() * kernels.DotProduct() ** 2, optimizer=None, alpha=1.).fit(x, real)
GaussianProcessRegressor(kernels.PairwiseKernel(metric='rbf') + kernels.Exponentiation(kernels.RBF(), 2)).fit(x, real)
GaussianProcessRegressor(kernels.PairwiseKernel(metric='laplacian')).fit(x, real)
GaussianProcessClassifier(1. * kernels.RBF(1.), max_iter_predict=5).fit(x, three)
GaussianProcessClassifier(multi_class='one_vs_one').fit(x, three)
kernels.CompoundKernel([kernels.RBF(), kernels.Matern()])
kernels.Hyperparameter('a', 'numeric', (1., 2.))
kernels.RBF().hyperparameters
GaussianProcess(regr='linear', corr='absolute_exponential').fit(x, real)
# clusters, manifolds, decompositions, covariances
[KMeans(3, n_init=1).fit(x), MiniBatchKMeans(3, n_init=1).fit(x), BisectingKMeans(3).fit(x), BisectingKMeans(3).fit(sp.csr_matrix(x))]
KMeans(3, init=x[:3], n_init=1).fit(x)
[Birch(n_clusters=3).fit(x), Birch(n_clusters=None).fit(x), Birch(n_clusters=AgglomerativeClustering(2)).fit(x), Birch(threshold=.1, branching_factor=3).fit(x)]
[OPTICS(min_samples=3).fit(x), OPTICS(metric=scipy.spatial.distance.cosine).fit(x), OPTICS(cluster_method='dbscan').fit(x)]
[HDBSCAN(min_cluster_size=3, store_centers='both').fit(x), HDBSCAN(metric='precomputed').fit(sklearn.metrics.pairwise_distances(x))]
[MeanShift(bin_seeding=True).fit(x), AffinityPropagation().fit(x), SpectralClustering(3, random_state=0).fit(x)]
SpectralClustering(3, affinity=sklearn.metrics.pairwise.rbf_kernel)
[SpectralBiclustering(2).fit(abs(x)), SpectralCoclustering(2).fit(abs(x)), FeatureAgglomeration(2).fit(x)]
[Isomap(n_neighbors=5).fit(x), LocallyLinearEmbedding(n_neighbors=5, random_state=0).fit(x), MDS(2, n_init=1, max_iter=5).fit(x), SpectralEmbedding(2).fit(x)]
[LocallyLinearEmbedding(n_neighbors=8, n_components=2, method=method, eigen_solver='dense').fit(x) for method in ('standard', 'modified', 'hessian', 'ltsa')]
TSNE(2, perplexity=5, n_iter=250).fit(x)
TSNE(2, perplexity=5, max_iter=250, init='pca').fit(x)
Isomap(n_neighbors=5, metric=scipy.spatial.distance.cosine).fit(x)
[PCA(.9).fit(x), PCA('mle').fit(x), PCA(2, whiten=True, svd_solver='randomized').fit(x), IncrementalPCA(2).fit(x), SparsePCA(2, max_iter=3).fit(x), MiniBatchSparsePCA(2).fit(x)]
[NMF(2, max_iter=5).fit(abs(x)), MiniBatchNMF(2, max_iter=5).fit(abs(x)), NMF(2, beta_loss='kullback-leibler', solver='mu', max_iter=5).fit(abs(x))]
[LatentDirichletAllocation(2, max_iter=2).fit(abs(x)), TruncatedSVD(2).fit(sp.csr_matrix(x)), FactorAnalysis(2).fit(x), DictionaryLearning(2, max_iter=2).fit(x), MiniBatchDictionaryLearning(2).fit(x)]
[PLSRegression(2).fit(x, x[:, :2]), PLSCanonical(2).fit(x, x[:, :2]), CCA(1).fit(x, x[:, :2]), PLSSVD(2).fit(x, x[:, :2])]
[EmpiricalCovariance().fit(x), MinCovDet(random_state=0).fit(x), LedoitWolf().fit(x), OAS().fit(x), ShrunkCovariance().fit(x), GraphicalLasso(alpha=.5).fit(x), GraphicalLassoCV(cv=2).fit(x), EllipticEnvelope(random_state=0).fit(x)]
[GaussianMixture(2, covariance_type=kind).fit(x) for kind in ('full', 'tied', 'diag', 'spherical')]
BayesianGaussianMixture(n_components=2, weight_concentration_prior_type='dirichlet_distribution').fit(x)
[LinearDiscriminantAnalysis(solver='lsqr', shrinkage='auto').fit(x, three), LinearDiscriminantAnalysis(solver='eigen', covariance_estimator=OAS()).fit(x, three), QuadraticDiscriminantAnalysis(store_covariance=True).fit(x, three)]
[GaussianRandomProjection(2).fit(x), SparseRandomProjection(2).fit(x)]
[NeighborhoodComponentsAnalysis(2, max_iter=3).fit(x, three), NearestCentroid().fit(x, three), RadiusNeighborsRegressor(3.).fit(x, real), KNeighborsTransformer().fit(x)]
make_pipeline(KNeighborsTransformer(n_neighbors=5, mode='distance'), KNeighborsClassifier(metric='precomputed', n_neighbors=5)).fit(x, three)
make_pipeline(PCA(2), KMeans(3, n_init=1), LogisticRegression()).fit(x, three)
[IsotonicRegression(out_of_bounds='clip').fit(real, real), PassiveAggressiveClassifier(max_iter=5).fit(x, three), Perceptron(max_iter=5).fit(x, three)]
[BayesianRidge().fit(x, real), ARDRegression().fit(x, real), HuberRegressor().fit(x, real), TheilSenRegressor(random_state=0).fit(x, real), QuantileRegressor().fit(x, real)]
[PoissonRegressor().fit(x, abs(real)), GammaRegressor().fit(x, abs(real) + 1), TweedieRegressor(power=1.5, link='log').fit(x, abs(real))]
[Lars().fit(x, real), LassoLars().fit(x, real), LassoLarsIC().fit(x, real), LarsCV(cv=2).fit(x, real), OrthogonalMatchingPursuit().fit(x, real), OrthogonalMatchingPursuitCV(cv=2).fit(x, real)]
[MultiTaskLasso().fit(x, x[:, :2]), MultiTaskElasticNetCV(cv=2).fit(x, x[:, :2]), LogisticRegressionCV(cv=2).fit(x, three), SGDOneClassSVM().fit(x), SGDRegressor(max_iter=5).fit(x, real)]
[ComplementNB().fit(abs(x), three), CategoricalNB().fit((abs(x) * 2).astype(int), three), MultinomialNB().partial_fit(abs(x), three, classes=[0, 1, 2])]
SkewedChi2Sampler(n_components=3).fit(abs(x))
AdditiveChi2Sampler().fit(abs(x))
# bundles of models and more
{'model': LogisticRegression().fit(x, three), 'columns': ['a', 'b'], 'trained': datetime.datetime(2024, 1, 2, 3, 4), 'score': np.float64(.9)}
{'model': LogisticRegression().fit(x, three), 'date': datetime.date.today(), 'took': datetime.timedelta(seconds=3), 'at': datetime.time(3, 4)}
{'model': Ridge().fit(x, real), 'time': datetime.datetime.now(datetime.timezone.utc), 'zone': datetime.timezone(datetime.timedelta(hours=2), 'CEST')}
{'path': pathlib.Path('/data/train.csv'), 'win': pathlib.PureWindowsPath('C:/x'), 'id': uuid.uuid4(), 'price': decimal.Decimal('1.50'), 'part': fractions.Fraction(1, 3)}
(LogisticRegression().fit(x, two), StandardScaler().fit(x), ['a', 'b'], {'x': 1})
[DecisionTreeClassifier().fit(x, three) for _ in range(3)]
{name: model().fit(x, three) for name, model in [('lr', LogisticRegression), ('rf', DecisionTreeClassifier), ('nb', GaussianNB)]}
collections.OrderedDict([('a', Ridge().fit(x, real)), ('b', 1)])
collections.defaultdict(list, {'a': [1, 2], 'b': [Ridge().fit(x, real)]})
collections.defaultdict(int, a=1)
collections.defaultdict(dict)
collections.defaultdict(float, {1: 2.})
collections.Counter('abracadabra')
collections.deque([1, 2, 3], maxlen=5)
{'set': {1, 2}, 'frozen': frozenset('ab'), 'bytes': b'abc', 'array': bytearray(b'xyz'), 'complex': 1 + 2j, 'range': range(3), 'slice': slice(1, 2), 'none': None, 'dots': Ellipsis}
{'big': 2 ** 100, 'negative': -5, 'inf': float('inf'), 'nan': float('nan'), 'text': u'\u00e9\u4e2d', ('a', 1): True, 3: 4.5, None: 0}
{'flags': re.IGNORECASE, 'pattern': re.compile(u'a+', re.I | re.M), 'bytes': re.compile(b'x')}
Bunch(data=x, target=three, feature_names=['a', 'b'], model=Ridge())
load_iris()
load_iris(as_frame=True)
load_breast_cancer()
load_wine(as_frame=True).frame
argparse.Namespace(model=1)
types.SimpleNamespace(model=Ridge().fit(x, real), name='x')
array.array('d', [1., 2.])
{'t': time.gmtime(0)}
{'status': http.HTTPStatus.OK}
itertools.count(3)
{'version': sys.version_info[:3], 'info': tuple(sys.version_info)}
[np.float32(1), np.int8(2), np.bool_(True), np.datetime64('2020-01-01'), np.timedelta64(3, 'D'), np.str_('a'), np.bytes_(b'b'), np.complex64(1j), np.longdouble(1), np.float16(2), np.uint64(3), np.void(b'abc')]
[np.dtype('f4'), np.dtype([('a', 'i4'), ('b', 'O')]), np.dtype('M8[ns]'), np.dtype('U5'), np.dtype(object), np.float32, float, int, str, bool, object]
[np.array(['a', None, 1.5], dtype=object), np.array([b'a', b'bc']), np.array([u'a', u'bc']), np.array('2020', 'M8[D]'), np.zeros((0, 3)), np.array(5), np.asfortranarray(x), x[::2, ::2]]
[np.array([(1, 2.)], dtype=[('a', 'i4'), ('b', 'f8')]), np.rec.array([(1, 'x')], names='a,b'), np.ma.array([1, 2], mask=[0, 1]), np.ma.masked, np.matrix([[1, 2]]), np.char.array(['a', 'b'])]
[np.ma.array(['a', 1], mask=[True, False], dtype=object), np.ma.masked_array(x, x > 0), np.ma.array([(1, 2)], dtype='i4,i4', mask=[(0, 1)])]
np.array([[1, 'a'], [None, {'b': [1, 2]}]], dtype=object)
np.array(['a', 'bc'], dtype=np.dtypes.StringDType())
np.array([1, 2], dtype='>i4')
np.polynomial.Polynomial([1, 2, 3])
np.poly1d([1, 2, 3])
np.nan
np.random.RandomState(3)
np.random.RandomState(np.random.MT19937(3))
np.random.RandomState(np.random.PCG64(3))
np.random.default_rng(3)
[np.random.Generator(getattr(np.random, name)(3)) for name in ('PCG64', 'MT19937', 'Philox', 'SFC64')]
np.random.Generator(np.random.PCG64DXSM(3))
np.random.PCG64(3)
[getattr(np.random, name)(3) for name in ('MT19937', 'Philox', 'SFC64', 'PCG64DXSM')]
np.random.SeedSequence(3).spawn(2)
np.random.RandomState(3).get_state()
np.random.default_rng(3).bit_generator.state
KMeans(2, n_init=1, random_state=np.random.RandomState(3)).fit(x)
[getattr(sp, name + '_matrix')(abs(np.round(x))) for name in ('csr', 'csc', 'coo', 'lil', 'dok', 'dia', 'bsr')]
[getattr(sp, name + '_array')(abs(np.round(x))) for name in ('csr', 'csc', 'coo', 'lil', 'dok', 'dia', 'bsr')]
[getattr(sp, name + '_matrix')((3, 4)) for name in ('csr', 'csc', 'coo', 'lil', 'dok', 'dia')]
[getattr(sp, name + '_array')((3, 4)) for name in ('csr', 'csc', 'coo', 'lil', 'dok', 'dia')]
sp.coo_array([1, 0, 2])
sp.coo_array(np.ones((2, 2, 2)))
sp.csr_array([1, 0, 2])
sp.dok_array([1, 0, 2])
sp.coo_matrix((3, 4))
sp.dok_matrix((3, 4))
sp.dok_matrix(np.eye(3))
sp.dok_array((3, 4))
sp.csr_matrix(x > 0)
sp.csr_matrix((0, 4))
sp.csr_matrix(x.astype(np.complex64))
sp.random(5, 6, .5, random_state=0)
sp.eye(4)
sp.csr_matrix((np.array([1., 2.]), (np.array([0, 0]), np.array([1, 1]))), shape=(2, 2))
sp.coo_matrix((np.array([1., 2.]), (np.array([0, 0]), np.array([1, 1]))), shape=(2, 2))
pd.DataFrame({'model': [Ridge().fit(x, real), Lasso().fit(x, real)], 'name': ['a', 'b']})
pd.Series({'a': Ridge().fit(x, real), 'b': 1})
mixed
frame.describe()
frame.groupby(three).mean()
mixed.set_index(['int', 'b'])
mixed.set_index(['cat', 'obj'])
pd.DataFrame({'a': pd.date_range('2020', periods=3), 'b': pd.to_timedelta([1, 2, 3], 'h'), 'c': pd.period_range('2020-01', periods=3, freq='M')})
pd.DataFrame({'a': pd.date_range('2020', periods=3, tz='UTC')})
pd.DataFrame({'a': pd.date_range('2020', periods=3, tz='Europe/Berlin')})
pd.date_range('2020', periods=3, tz='America/New_York', freq='D')
pd.DataFrame({'a': pd.date_range('2020', periods=3, tz=zoneinfo.ZoneInfo('Europe/Paris'))})
pd.DataFrame({'a': pd.date_range('2020', periods=3, tz='dateutil/Europe/Paris')})
pd.date_range('2020', periods=3, tz=datetime.timezone.utc)
pd.date_range('2020', periods=3, tz=datetime.timezone(datetime.timedelta(hours=2)))
pd.date_range('2020', periods=3, tz=pytz.FixedOffset(60))
pd.Timestamp('2020-01-02 03:04', tz='Europe/Berlin')
pd.Timestamp('2020-01-02 03:04', tz='UTC')
pd.Timestamp('2020-01-02')
[pd.Timedelta('1D'), pd.Period('2020-01', 'M'), pd.Period('2020Q1'), pd.NaT, pd.Interval(0, 1), pd.offsets.MonthEnd(2), pd.offsets.BDay(), pd.tseries.offsets.Week(weekday=1)]
[pd.offsets.QuarterEnd(startingMonth=3), pd.offsets.YearEnd(), pd.offsets.Hour(3), pd.offsets.BMonthEnd()]
pd.offsets.DateOffset(months=1)
pd.offsets.CustomBusinessDay(holidays=['2020-01-01'])
pd.NA
pd.DataFrame({'a': pd.array([1, None], dtype='Int64'), 'b': pd.array([True, None], dtype='boolean'), 'c': pd.array(['x', None], dtype='string')})
pd.DataFrame({'a': pd.array([1.5, None], dtype='Float64'), 'b': pd.array([1, None], dtype='UInt8')})
pd.Series(pd.arrays.SparseArray([0, 0, 1.5]))
pd.DataFrame({'a': pd.arrays.SparseArray([0, 0, 1]), 'b': [1, 2, 3]})
pd.Series([0, 0, 1.]).to_sparse()
pd.DataFrame.sparse.from_spmatrix(sp.csr_matrix(abs(np.round(x))))
pd.get_dummies(mixed, sparse=True)
pd.get_dummies(mixed)
pd.Series([True, False]).astype('Sparse[bool]')
pd.cut(pd.Series(real), 3)
pd.qcut(pd.Series(real), 3, labels=['a', 'b', 'c'])
pd.interval_range(0, 3)
pd.Categorical(['a', 'b'], ordered=True)
pd.Categorical([1.5, 2.5, None])
pd.Series(pd.Categorical(pd.date_range('2020', periods=3)))
pd.Series(pd.Categorical(pd.date_range('2020', periods=3, tz='UTC')))
pd.Series(pd.Categorical([True, False]))
pd.Series(pd.Categorical(['a', 'b'])).cat.categories
pd.CategoricalDtype(['a', 'b'], ordered=True)
[pd.Int64Dtype(), pd.StringDtype(), pd.BooleanDtype(), pd.Float32Dtype(), pd.PeriodDtype('D'), pd.IntervalDtype('int64')]
pd.DatetimeTZDtype('ns', 'UTC')
pd.DatetimeTZDtype('ns', 'Europe/Berlin')
pd.SparseDtype(float, 0.)
pd.MultiIndex.from_product([['a', 'b'], [1, 2]], names=['x', 'y'])
pd.MultiIndex.from_tuples([('a', pd.Timestamp('2020'))])
[pd.RangeIndex(3), pd.Index([1, 2]), pd.Index([1.5]), pd.Index(['a']), pd.CategoricalIndex(['a']), pd.TimedeltaIndex([1]), pd.Index([True, False]), pd.Index([], dtype=object)]
pd.PeriodIndex(['2020-01', '2020-02'], freq='M')
pd.Series([[1, 2], {'a': 1}, (3,)])
pd.Series(x[:, 0], index=dates, name='y')
pd.Series([decimal.Decimal('1.5'), datetime.date(2020, 1, 1)])
pd.DataFrame(index=[1, 2])
pd.DataFrame()
pd.DataFrame({'a': [1]}).T
frame.corr().stack()
frame.attrs.update(a=1) or frame
pd.DataFrame({('a', 'b'): [1], ('a', 'c'): [2]})
pd.Series(['a', 'b'], dtype=pd.StringDtype('python'))
pd.Series(['a', 'b'], dtype='str')
pd.concat([frame, mixed], axis=1)
datetime.datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))
datetime.datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo('UTC'))
datetime.datetime(2020, 7, 1, tzinfo=zoneinfo.ZoneInfo('America/Argentina/Buenos_Aires'), fold=1)
datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
datetime.datetime.now(pytz.utc)
pytz.timezone('Europe/Berlin').localize(datetime.datetime(2020, 7, 1))
pytz.timezone('Asia/Kolkata')
pytz.FixedOffset(90)
datetime.datetime(2020, 1, 1, tzinfo=dateutil.tz.tzutc())
datetime.datetime(2020, 1, 1, tzinfo=dateutil.tz.gettz('Europe/Berlin'))
datetime.datetime(2020, 1, 1, tzinfo=dateutil.tz.tzoffset('X', 3600))
# scipy
scipy.interpolate.interp1d(knots, knots ** 2)
scipy.interpolate.interp1d(knots, knots ** 2, kind='cubic', fill_value='extrapolate')
scipy.interpolate.interp1d(knots, knots ** 2, kind='nearest', bounds_error=False, fill_value=(0., 1.))
scipy.interpolate.interp1d(knots, np.column_stack([knots, knots]), axis=0, kind='quadratic')
scipy.interpolate.interp1d(knots, knots, kind='previous')
scipy.interpolate.interp1d(knots, knots, kind='zero')
scipy.interpolate.CubicSpline(knots, knots ** 2)
scipy.interpolate.CubicSpline(knots, np.column_stack([knots, knots]), bc_type='natural')
scipy.interpolate.PchipInterpolator(knots, knots ** 2)
scipy.interpolate.Akima1DInterpolator(knots, knots ** 2)
scipy.interpolate.CubicHermiteSpline(knots, knots ** 2, 2 * knots)
scipy.interpolate.make_interp_spline(knots, knots ** 2, k=3)
scipy.interpolate.make_lsq_spline(np.arange(20.), np.arange(20.) ** 2, np.r_[[0.] * 4, 5., 10., [19.] * 4], k=3)
scipy.interpolate.make_smoothing_spline(np.arange(20.), np.arange(20.) ** 2)
scipy.interpolate.BSpline(np.arange(8.), np.ones(4), 3)
scipy.interpolate.BSpline(np.arange(8.), np.ones((4, 2)), 3, extrapolate=False)
scipy.interpolate.PPoly(np.ones((3, 4)), np.arange(5.))
scipy.interpolate.BPoly(np.ones((3, 4)), np.arange(5.))
scipy.interpolate.UnivariateSpline(np.arange(9.), np.arange(9.) ** 2)
scipy.interpolate.InterpolatedUnivariateSpline(np.arange(9.), np.arange(9.) ** 2)
scipy.interpolate.LSQUnivariateSpline(np.arange(9.), np.arange(9.) ** 2, [4.])
scipy.interpolate.RectBivariateSpline(knots, knots, np.outer(knots, knots))
scipy.interpolate.RegularGridInterpolator((knots, knots), np.outer(knots, knots))
scipy.interpolate.LinearNDInterpolator(x[:, :2], real)
scipy.interpolate.NearestNDInterpolator(x[:, :2], real)
scipy.interpolate.Rbf(x[:, 0], x[:, 1], real)
scipy.interpolate.RBFInterpolator(x[:, :2], real)
scipy.interpolate.BarycentricInterpolator(knots, knots ** 2)
scipy.interpolate.KroghInterpolator(knots, knots ** 2)
scipy.stats.multivariate_normal([0, 0], [[1, 0], [0, 1]])
scipy.stats.multivariate_normal(0, 2)
scipy.stats.multivariate_t([0, 0], [[1, 0], [0, 1]], df=3)
scipy.stats.dirichlet([1., 2., 3.])
scipy.stats.multinomial(3, [.2, .8])
scipy.stats.wishart(3, np.eye(2))
scipy.stats.invwishart(3, np.eye(2))
scipy.stats.matrix_normal(np.zeros((2, 2)))
scipy.stats.multivariate_hypergeom([3, 4], 2)
scipy.stats.uniform_direction(3)
scipy.stats.ortho_group(3)
scipy.stats.special_ortho_group(3)
scipy.stats.multivariate_normal
scipy.stats.dirichlet
scipy.stats.norm
scipy.stats.norm(1, 2)
scipy.stats.gaussian_kde(x.T)
scipy.stats.gaussian_kde(real, bw_method='silverman')
scipy.stats.gaussian_kde(real, bw_method=.5)
scipy.stats.rv_histogram(np.histogram(real, 5))
scipy.stats.rv_discrete(values=([1, 2, 3], [.2, .3, .5]))
scipy.stats.ecdf(real)
scipy.stats.linregress(real, x[:, 1])
scipy.stats.ttest_ind(real, x[:, 1])
scipy.stats.pearsonr(real, x[:, 1])
scipy.stats.spearmanr(real, x[:, 1])
scipy.stats.ks_2samp(real, x[:, 1])
scipy.stats.describe(x)
scipy.stats.Covariance.from_diagonal([1., 2.])
scipy.stats.qmc.Sobol(2, seed=0)
scipy.spatial.cKDTree(x)
scipy.spatial.KDTree(x)
scipy.spatial.transform.Rotation.identity()
scipy.optimize.minimize(scipy.optimize.rosen, [0., 0.], options={'maxiter': 3})
scipy.optimize.linprog([1., 2.])
scipy.optimize.Bounds([0.], [1.])
scipy.signal.butter(2, .5)
scipy.signal.lti([1.], [1., 2.])
KDTree(x, leaf_size=5)
BallTree(x, leaf_size=5, metric='manhattan')
BallTree(x, metric=scipy.spatial.distance.cosine)
{'tree': KDTree(x), 'same': {'names': ['a']}}
DistanceMetric.get_metric('euclidean')
DistanceMetric.get_metric('minkowski', p=3)
clone(make_pipeline(StandardScaler(), SVC()))
StandardScaler
[StandardScaler, SVC, LogisticRegression]
{'class': RandomForestClassifier, 'params': {'n_estimators': 3}}
(KFold, StratifiedKFold, np.mean, accuracy_score, f1_score, 'auc')
RandomForestClassifier().get_params()
Pipeline([('a', StandardScaler()), ('b', SVC())]).get_params()
UserWarning('x')
ValueError('x')
'''

# What loads a function that could be harmless, and could be made to do harm: never safe.
REFUSED = r'''
FunctionTransformer(np.apply_along_axis)
FunctionTransformer(functools.partial(np.apply_along_axis, np.sum, 1))
FunctionTransformer(operator.methodcaller('to_pickle', 'x.pkl'))
FunctionTransformer(operator.methodcaller('tofile', 'x'))
FunctionTransformer(operator.methodcaller('pipe', np.log1p))
FunctionTransformer(operator.methodcaller('eval', '1 + 1'))
FunctionTransformer(operator.methodcaller('apply', np.sum))
FunctionTransformer(operator.attrgetter('__class__'))
FunctionTransformer(np.vectorize(len))
FunctionTransformer(sp.csr_matrix)
'''


# ---------------------------------------------------------------- values


def names():
    """Names that the expressions use: data, modules, estimators and public functions of scikit-learn."""
    import numpy as np
    import scipy.sparse as sp
    import sklearn

    given = {}
    for module in ('argparse', 'array', 'collections', 'datetime', 'dateutil.tz', 'decimal', 'fractions', 'functools', 'http', 'itertools',
                   'operator', 'pathlib', 'pytz', 're', 'sys', 'time', 'types', 'uuid', 'warnings', 'zoneinfo', 'scipy.fft', 'scipy.fftpack',
                   'scipy.interpolate', 'scipy.ndimage', 'scipy.optimize', 'scipy.signal', 'scipy.spatial.distance', 'scipy.spatial.transform',
                   'scipy.special', 'scipy.stats', 'scipy.stats.qmc', 'sklearn.feature_extraction.image', 'sklearn.feature_extraction.text'):
        if single.imported(module) is not None:
            given[module.split('.')[0]] = sys.modules[module.split('.')[0]]
    given.update(single.estimators())
    for name in ('base cluster compose datasets experimental feature_extraction feature_selection frozen inspection manifold metrics'
                 ' metrics.pairwise model_selection neighbors pipeline preprocessing utils').split():
        module = single.imported('sklearn.' + name)
        given.update((key, value) for key, value in vars(module).items() if not key.startswith('_')) if module else None
    given.update((name, x) for name, x, _ in single.tables() if name in ('holes', 'frame', 'mixed'))
    given.update((name, y) for name, _, y in single.tables() if name in ('real', 'two', 'unlabelled', 'text'))
    given.update((name, x) for name, x, _ in single.tables() if name == 'classes')
    x, three = next((x, y) for name, x, y in single.tables() if name == 'dense')
    words = next(x for name, x, _ in single.tables() if name == 'texts')
    given.update(x=x, three=three, words=words, np=np, sp=sp, sklearn=sklearn, kernels=single.imported('sklearn.gaussian_process.kernels'))
    given.update(knots=np.arange(6.), KDTree=sklearn.neighbors.KDTree, BallTree=sklearn.neighbors.BallTree)
    scorers = single.imported('sklearn.metrics')
    given['scorer_names'] = scorers.get_scorer_names() if hasattr(scorers, 'get_scorer_names') else sorted(getattr(scorers, 'SCORERS', ()))
    given.update(of_pandas(given))
    return given


def of_pandas(given):
    pd = single.imported('pandas')
    if pd is None:
        return {}
    frame, mixed = given['frame'], given['mixed']
    missing = mixed.copy().astype({'num': float})
    missing.loc[::5, ['num', 'obj', 'cat']] = None
    found = {'pd': pd, 'missing_frame': missing, 'dates': pd.date_range('2020', periods=len(frame))}
    found['texts_frame'] = pd.DataFrame({'num': frame['w'], 'int': mixed['int'], 'cat': mixed['cat'], 'text': given['words']})
    try:
        missing['string'] = missing['obj'].astype('string')
    except Exception:
        pass  # before pandas 1.0
    return found


def lines(text):
    return [line for line in text.splitlines() if line and not line.startswith('#')]


def write(folder, args):
    import numpy as np

    warnings.simplefilter('ignore')
    warnings.showwarning = lambda *_, **__: None  # old releases set their own filters
    np.seterr(all='ignore')
    np.random.seed(0)
    signal.signal(signal.SIGALRM, single.late)
    given = names()
    for part, text in (('safe', CASES), ('refused', REFUSED)):
        os.mkdir(os.path.join(folder, part))
        writer = single.Writer(os.path.join(folder, part), args.seconds)
        for line in lines(text):
            if re.search(args.only, line) and not writer.make(line, lambda: value_of(line, given, args.why), in_all=args.all):
                print('left out: %s' % line, file=sys.stderr) if args.why else None


def value_of(line, given, why):
    try:
        return eval(line, given)
    except Exception as error:
        print('%s: %s: %s' % (line, type(error).__name__, error), file=sys.stderr) if why else None
        raise


# ---------------------------------------------------------------- scanning


def inspected(cannery, folder):
    """Files of which `inspect` makes no JSON."""
    failed = []
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        process = subprocess.Popen([cannery, 'inspect', path, '--format', 'json'], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, error = process.communicate()
        if process.returncode or not out.startswith(b'{'):
            failed.append((path, error.decode('utf-8', 'replace').strip()))
    return failed


def judged(cannery, folder, name):
    """Prints what became of the files of one environment; whether all is as it should be."""
    failed = inspected(cannery, os.path.join(folder, 'safe'))
    verdicts, kinds = single.scan(cannery, os.path.join(folder, 'safe'))
    refused, _ = single.scan(cannery, os.path.join(folder, 'refused'))
    counts = lambda counter: ', '.join('%d %s' % (count, verdict) for verdict, count in sorted(counter.items()))
    print('%s: %s; of what must not be: %s; inspect failed on %d' % (name, counts(verdicts), counts(refused), len(failed)), flush=True)
    for (rule, message), files in sorted(kinds.items(), key=lambda each: -len(each[1])):
        print('  %6d %s: %s (%s)' % (len(files), rule, message, os.path.join(folder, 'safe', files[0])), flush=True)
    for path, error in failed:
        print('  inspect: %s: %s' % (path, error), flush=True)
    return set(verdicts) == {'safe'} and 'safe' not in refused and not failed


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*', help='environments; default: all of the folder')
    parser.add_argument('--venvs', default='.venv/versions', help='folder of environments, one per scikit-learn release')
    parser.add_argument('--write', metavar='FOLDER', help='write the values of this environment')
    parser.add_argument('--only', default='', help='expressions that match')
    parser.add_argument('--all', action='store_true', help='write each value with every protocol and codec')
    parser.add_argument('--why', action='store_true', help='say on standard error what was left out')
    parser.add_argument('--seconds', type=float, default=600, help='for one environment')
    parser.add_argument('--cannery', default=os.path.join(here, '..', 'target', 'release', 'cannery'))
    args = parser.parse_args()
    if args.write:
        return write(args.write, args)
    status = 0
    for name in args.names or sorted(entry for entry in os.listdir(args.venvs) if entry[0].isdigit()):
        folder = tempfile.mkdtemp(prefix='compositions-%s-' % name)
        environ = dict(os.environ, PYTHONWARNINGS='ignore', OMP_NUM_THREADS='1', OPENBLAS_NUM_THREADS='1')
        command = [os.path.join(args.venvs, name, 'bin', 'python'), os.path.abspath(__file__), '--write', folder]
        command += ['--seconds', str(args.seconds), '--only', args.only] + ['--all'] * args.all + ['--why'] * args.why
        subprocess.call(command, env=environ)
        good = judged(args.cannery, folder, name)
        if good:
            shutil.rmtree(folder)
        status |= not good
    sys.exit(status)


if __name__ == '__main__':
    main()
