"""Makes models_VERSION.pkl, a dict of small transformers, and models_VERSION.json: for each what get_feature_names_out gives,
or null where scikit-learn has no names. Run it in this folder with the scikit-learn whose version the files shall have:

    python make.py
"""
import json
import pickle
import warnings

import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler

warnings.filterwarnings('ignore')
frame = pd.DataFrame({
    'age': [1.5, 2.0, np.nan, 4.0, 5.0, 1.0],
    'size': [1.0, np.nan, 3.0, 1.0, 1.0, 2.0],
    'city': ['Oslo', 'Rome', 'Oslo', 'Bonn', 'Rome', 'Oslo'],
    'level': ['a', 'b', 'c', 'a', 'b', 'a'],
    'text': ['new york', 'Rome in May', 'old york', 'a b', 'may be', 'york'],
})
numbers, words = ['age', 'size'], ['city', 'level']
matrix = frame[numbers].to_numpy()
floats = np.array([[1.0, 1e-5], [2.5, 1e16], [np.nan, 3.0]])
impute = Pipeline([('fill', SimpleImputer(add_indicator=True)), ('scale', StandardScaler())])
named = dict(feature_names_out='one-to-one')


def columns(**options):
    parts = [('num', impute, numbers), ('cat', OneHotEncoder(), words), ('words', TfidfVectorizer(), 'text')]
    return ColumnTransformer(parts, **options)


def rest(step, **options):
    return ColumnTransformer([('gone', 'drop', ['text']), ('o', step, ['level'])], remainder='passthrough', **options)


models = {
    'scaler': StandardScaler().fit(frame[numbers]),
    'scaler_of_array': StandardScaler().fit(matrix),
    'min_max': MinMaxScaler().fit(frame[numbers]),
    'imputer': SimpleImputer(strategy='median').fit(frame[numbers]),
    'imputer_of_empty_column': SimpleImputer().fit(np.c_[matrix, np.full(6, np.nan), matrix]),
    'imputer_keeps_empty_column': SimpleImputer(keep_empty_features=True).fit(np.c_[matrix, np.full(6, np.nan)]),
    'imputer_with_indicator': SimpleImputer(add_indicator=True).fit(frame[numbers]),
    'one_hot': OneHotEncoder().fit(frame[words]),
    'one_hot_of_array': OneHotEncoder().fit(frame[words].to_numpy()),
    'one_hot_of_floats': OneHotEncoder().fit(floats),
    'one_hot_of_singles': OneHotEncoder().fit(np.array([[0.1], [0.7]], dtype=np.float32)),
    'one_hot_of_integers': OneHotEncoder().fit(np.array([[3], [-1]])),
    'one_hot_of_objects': OneHotEncoder().fit(np.array([['a'], [None], ['b']], dtype=object)),
    'one_hot_drops_first': OneHotEncoder(drop='first').fit(frame[words]),
    'one_hot_drops_if_binary': OneHotEncoder(drop='if_binary').fit(frame[words].iloc[:2]),
    'one_hot_infrequent': OneHotEncoder(min_frequency=2).fit(frame[words]),
    'one_hot_infrequent_drops_first': OneHotEncoder(max_categories=2, drop='first').fit(frame[words]),
    'one_hot_infrequent_drops_frequent': OneHotEncoder(max_categories=2, drop=['Oslo', 'a']).fit(frame[words]),
    'ordinal': OrdinalEncoder().fit(frame[words]),
    'count': CountVectorizer(ngram_range=(1, 2)).fit(frame['text']),
    'tfidf': TfidfVectorizer().fit(frame['text']),
    'hashing': HashingVectorizer(n_features=8).fit(frame['text']),
    'counts_weighted': Pipeline([('c', CountVectorizer()), ('t', TfidfTransformer())]).fit(frame['text']),
    'pipeline': impute.fit(frame[numbers]),
    'pipeline_of_array': Pipeline([('p', 'passthrough'), ('s', StandardScaler())]).fit(np.ones((2, 3))),
    'pipeline_ends_in_passthrough': Pipeline([('s', StandardScaler()), ('p', 'passthrough')]).fit(frame[numbers]),
    'pipeline_of_function': Pipeline([('s', StandardScaler()), ('f', FunctionTransformer())]).fit(frame[numbers]),
    'pipeline_of_named_function':
        Pipeline([('s', StandardScaler()), ('f', FunctionTransformer(**named))]).fit(frame[numbers]),
    'function': FunctionTransformer(np.exp).fit(frame[numbers]),
    'named_function': FunctionTransformer(np.exp, **named).fit(frame[numbers]),
    'columns': columns().fit(frame),
    'columns_bare': columns(verbose_feature_names_out=False).fit(frame),
    'columns_by_number': ColumnTransformer([('a', StandardScaler(), [1]), ('b', 'passthrough', slice(0, 2))]).fit(matrix),
    'columns_not_unique': ColumnTransformer(
        [('a', StandardScaler(), [1]), ('b', 'passthrough', [1])], verbose_feature_names_out=False).fit(matrix),
    'columns_and_rest': rest(OrdinalEncoder()).fit(frame),
    'columns_and_rest_bare': rest(OneHotEncoder(), verbose_feature_names_out=False).fit(frame),
    'columns_of_function': ColumnTransformer([('f', FunctionTransformer(), numbers)]).fit(frame),
    'columns_of_hashes': ColumnTransformer([('h', HashingVectorizer(n_features=4), 'text')]).fit(frame),
    'columns_in_pipeline': Pipeline([('c', ColumnTransformer([('n', SimpleImputer(), numbers)])),
                                     ('s', StandardScaler())]).fit(frame),
    'union': FeatureUnion([('s', StandardScaler()), ('i', SimpleImputer(add_indicator=True))]).fit(frame[numbers]),
    'union_of_array': FeatureUnion([('s', StandardScaler()), ('i', StandardScaler())]).fit(matrix),
    'union_of_passthrough': FeatureUnion([('p', 'passthrough'), ('s', StandardScaler())]).fit(frame[numbers]),
    'union_drops': FeatureUnion([('d', 'drop'), ('s', StandardScaler())]).fit(frame[numbers]),
    'union_of_texts': FeatureUnion([('c', CountVectorizer()), ('t', TfidfVectorizer(analyzer='char'))]).fit(frame['text']),
    'duplicates': OneHotEncoder().fit(pd.DataFrame({'a': ['b_c', 'd'], 'a_b': ['c', 'e']})),
}
if tuple(map(int, sklearn.__version__.split('.')[:2])) >= (1, 6):
    models['columns_by_format'] = columns(verbose_feature_names_out='{feature_name}@{transformer_name}').fit(frame)
    models['union_bare'] = FeatureUnion(
        [('s', StandardScaler()), ('o', OneHotEncoder())], verbose_feature_names_out=False).fit(frame[['age', 'size']])


def names(model):
    try:
        return [str(name) for name in model.get_feature_names_out()]
    except (AttributeError, ValueError):
        return None


# of a search, scikit-learn has the names in its best estimator
search = GridSearchCV(Pipeline([('s', StandardScaler())]), {'s__with_mean': [True, False]}, cv=2, scoring=lambda *_: 0.0)
search.fit(frame[numbers])
search.scoring = None
search.scorer_ = None
expected = {name: names(model) for name, model in models.items()} | {'search': names(search.best_estimator_)}
models['search'] = search
path = f'models_{sklearn.__version__}'
with open(path + '.pkl', 'wb') as file:
    pickle.dump(models, file, protocol=4)
with open(path + '.json', 'w') as file:
    json.dump(expected, file, indent=1)
    file.write('\n')
