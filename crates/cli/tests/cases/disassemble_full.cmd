disassemble fixtures/pickle/py2.7-shared-p0.pkl --full
