"""Readers of result files, one module a format: unit of files in, runs and reported scores out."""
