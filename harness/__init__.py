"""Landscape's evaluation harness: run, record, analyse and report, usable without the site."""

__version__ = "0.1.0"
