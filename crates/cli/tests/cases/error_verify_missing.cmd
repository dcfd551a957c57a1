verify no/such/bundle
