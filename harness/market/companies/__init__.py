"""Frames of companies: the market map, releases, money between them, the value chain, and what is known of each."""
