inspect no/such/file.pkl
