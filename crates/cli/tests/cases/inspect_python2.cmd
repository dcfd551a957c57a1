inspect fixtures/pickle/py2.7-containers-p0.pkl
