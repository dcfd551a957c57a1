disassemble fixtures/pickle/py3.13-shared-p4.pkl
