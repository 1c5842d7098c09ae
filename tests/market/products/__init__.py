"""Tests of one product's frames."""
