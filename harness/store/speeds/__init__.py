"""Measured serving speeds: one JSON document a measurement in ``speeds`` below the folder of runs, and the table ``speed``.

The format is described in ``docs/formats.md``. A document holds its own hash; a damaged one is named and left out.
"""
