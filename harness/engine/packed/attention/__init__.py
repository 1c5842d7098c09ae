"""Attention over packs: masks, layouts, kernels."""
