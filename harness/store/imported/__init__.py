"""Imported runs in folders of runs: one that takes the place of another, and one that was read from two files."""
