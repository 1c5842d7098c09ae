"""Frames of the Companies page: the map of the market, releases, money between vendors, the value chain."""
