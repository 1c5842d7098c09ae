"""Figures of likeness: pairs as a heat map and as a cloud, groups with two intervals, counts against chance."""
