disassemble fixtures/numpy/np2.5-py3.13-basic-f8.npy
