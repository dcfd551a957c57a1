inspect fixtures
