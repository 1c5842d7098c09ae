"""Positioning of vendors: inputs, dimensions, claims."""
