#!/usr/bin/env python
"""Scans bundles of models and what describes them, made at random: dicts of encoders, tables, texts and lists of columns.

    scripts/scan_bundles.py --venvs DIR [NAME...] [--seconds N] [--only REGEX] [--cannery CANNERY]
    scripts/scan_bundles.py --write FOLDER [--seconds N] [--only REGEX]      inside one environment (Python 3.6 or newer)

The first form runs the second in each environment NAME (all by default) and scans the folder: every file should be safe.
Files are joblib dumps without compression: other readers than joblib read those at another place or with another memo,
so that any text of a bundle, such as the name of a column, can stand where they take a module's. Words are therefore such
as are also names of modules, opcodes or parts of numpy. Bundles are numbered; the same number is the same in each run.
"""
import os
import random
import re
import sys
import warnings

import scan_estimators as single

WORDS = ('age sex city os code platform signal site test tests profile resource user_id income target label price this time types string select'
         ' queue random calendar email html http json logging math copy parser token symbol shelve trace user statistics secrets sched x y z a b c'
         ' R1 X_1 is_active feature.name date datetime day dtype name names value values ndarray scalar numpy pandas sklearn object columns index'
         ' model scaler encoder version created author notes v1.0 2024-01-01 C O8 f8 order shape subclass Survived Pclass sepal_length classes'
         ' class features params metrics accuracy f1 threshold mapping vocab io abc cmd pdb dis ast gc pty nt pwd grp sys re csv').split()


class Maker(object):
    """Makes the bundle of a number."""

    def __init__(self, number):
        import numpy
        import pandas
        import sklearn.compose
        import sklearn.ensemble
        import sklearn.feature_extraction.text
        import sklearn.linear_model
        import sklearn.pipeline
        import sklearn.preprocessing

        self.np, self.pd, self.sklearn = numpy, pandas, sklearn
        self.random = random.Random(number)

    def bundle(self):
        return {self.word(): self.value(0) for _ in range(self.random.randint(1, 5))}

    def word(self):
        return self.random.choice(WORDS)

    def words(self, count):
        return [self.word() for _ in range(count)]

    def array(self, count):
        return self.np.array(self.words(count), dtype=object)

    def value(self, depth):
        makers = [self.encoder, self.labels, self.columns, self.forest, self.vocabulary, self.frame, self.word, self.random.random,
                  lambda: self.array(self.random.randint(1, 5)), lambda: self.words(self.random.randint(1, 5)),
                  lambda: self.np.array([self.random.random() for _ in range(self.random.randint(1, 40))]),
                  lambda: self.pd.Series(self.words(4), index=self.random.sample(WORDS, 4)),
                  lambda: self.pd.Index(self.random.sample(WORDS, 4)), lambda: self.np.array(self.words(4))]
        if depth < 2:
            inner = lambda: self.value(depth + 1)
            makers += [lambda: {self.word(): inner() for _ in range(self.random.randint(1, 4))},
                       lambda: [inner() for _ in range(self.random.randint(1, 3))], lambda: (inner(), inner())]
        return self.random.choice(makers)()

    def encoder(self):
        of = self.sklearn.preprocessing
        width = self.random.randint(1, 3)
        kind = self.random.choice([of.OneHotEncoder, of.OrdinalEncoder])
        return kind().fit(self.np.array([self.words(width) for _ in range(10)], dtype=object))

    def labels(self):
        return self.sklearn.preprocessing.LabelEncoder().fit(self.array(6))

    def columns(self):
        of, compose = self.sklearn.preprocessing, self.sklearn.compose
        frame = self.pd.DataFrame({'age': [1.0, 2, 3, 4], 'os': ['a', 'b', 'a', 'b'], 'code': ['x', 'y', 'z', 'x']})
        steps = [(self.word(), of.StandardScaler(), ['age']), (self.word() + '2', of.OneHotEncoder(), ['os', 'code'])]
        classifier = self.sklearn.linear_model.LogisticRegression()
        y = self.random.choice([['u', 'v', 'u', 'v'], [0, 1, 0, 1]])
        return self.sklearn.pipeline.make_pipeline(compose.ColumnTransformer(steps), classifier).fit(frame, y)

    def forest(self):
        x = self.np.array([[self.random.random() for _ in range(3)] for _ in range(20)])
        y = self.random.choice([self.array(20), self.np.arange(20) % 3])
        return self.sklearn.ensemble.RandomForestClassifier(3, random_state=0).fit(x, y)

    def vocabulary(self):
        texts = [' '.join(self.words(6)) for _ in range(5)]
        return self.sklearn.feature_extraction.text.CountVectorizer().fit(texts)

    def frame(self):
        rows = 12
        kinds = [lambda: self.words(rows), lambda: [self.random.random() for _ in range(rows)],
                 lambda: [self.random.randint(0, 9) for _ in range(rows)], lambda: self.pd.Categorical(self.words(rows)),
                 lambda: self.pd.date_range('2020', periods=rows)]
        names = self.random.sample(WORDS, self.random.randint(2, 5))
        return self.pd.DataFrame({name: self.random.choice(kinds)() for name in names})


def write(folder, args):
    joblib = single.imported('joblib') or single.imported('sklearn.externals.joblib')
    warnings.simplefilter('ignore')
    writer = single.Writer(folder, args.seconds)
    number = 0
    while not writer.over():
        number += 1
        if re.search(args.only, str(number)):
            try:
                joblib.dump(Maker(number).bundle(), os.path.join(folder, '%d.joblib' % number))
            except Exception as error:
                print('%d: %s' % (number, error), file=sys.stderr)


def main():
    args = single.arguments(__doc__).parse_args()
    if args.write:
        return write(args.write, args)
    sys.exit(single.in_environments(__file__, args, [], single.judged))


if __name__ == '__main__':
    main()
