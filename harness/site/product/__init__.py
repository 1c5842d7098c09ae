"""The page of one model: first lines, then its standing, scores, prices, line, likeness and runs."""
