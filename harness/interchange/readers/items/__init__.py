"""Matrices of items: one row a model and item, read with a mapping that names the columns."""
