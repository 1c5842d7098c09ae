"""Faults that `harness run` is put through, one a module; ``benchmarks/faults.py`` runs them all, ``tests/faults`` a few of each."""
