"""Search for models, vendors and benchmarks by any of their names."""
