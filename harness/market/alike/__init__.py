"""Likeness of models on the items that they share, from the runs of which single items are known."""
