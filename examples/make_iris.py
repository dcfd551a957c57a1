"""Makes the other files of this folder, the way scikit-learn's user guide saves a model.

    python make_iris.py        # scikit-learn 1.9.1, joblib 1.6.0

The measurements are Fisher's (1936), as scikit-learn distributes them (BSD-3-Clause).
"""
import csv
import pathlib

import joblib
from sklearn import datasets, svm

HERE = pathlib.Path(__file__).parent


def main():
    X, y = datasets.load_iris(return_X_y=True)
    clf = svm.SVC()
    clf.fit(X, y)
    joblib.dump(clf, HERE / 'iris_svc.joblib')
    write_csv('iris.csv', datasets.load_iris().feature_names, X.tolist())
    write_csv('iris_expected.csv', ['predict'], [[label] for label in clf.predict(X).tolist()])


def write_csv(name, header, rows):
    with open(HERE / name, 'w', newline='') as file:
        writer = csv.writer(file, lineterminator='\n')
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == '__main__':
    main()
