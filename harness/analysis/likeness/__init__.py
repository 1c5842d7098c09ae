"""How alike models' outcomes are, and what a portfolio of models covers."""
