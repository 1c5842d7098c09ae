"""Charts of single items of benchmarks."""
