"""Many threads on one model, and what the interpreter may do meanwhile."""
import os
import threading
import time

import numpy as np

import cannery
from conftest import EXAMPLE, table

SECONDS = float(os.environ.get('CANNERY_THREADS_SECONDS', '2'))


def test_eight_threads_on_one_model():
    model, X = cannery.load(EXAMPLE), table('iris.csv')
    layouts = [X, np.asfortranarray(X), X.astype('f4'), X[:1], X[::2], X.tolist()]
    want = [(model.predict(rows), model.decision_function(rows)) for rows in layouts]
    end, wrong, calls = time.monotonic() + SECONDS, [], []

    def work(seed):
        random, count = np.random.RandomState(seed), 0
        while time.monotonic() < end and not wrong:
            k = random.randint(len(layouts))
            labels, scores = model.predict(layouts[k]), model.decision_function(layouts[k])
            if not (np.array_equal(labels, want[k][0]) and np.array_equal(scores, want[k][1])):
                wrong.append((seed, k))
            count += 1
        calls.append(count)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong and len(calls) == 8 and min(calls) > 0


def test_other_threads_run_during_a_call():
    model = cannery.load(EXAMPLE)
    X = np.tile(table('iris.csv'), (4000, 1))
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.001)

    ticker = threading.Thread(target=tick)
    ticker.start()
    begin = time.monotonic()
    model.predict(X)
    end = time.monotonic()
    done.set()
    ticker.join()
    assert sum(begin < moment < end for moment in ticks) >= min(3, (end - begin) / 0.1)
