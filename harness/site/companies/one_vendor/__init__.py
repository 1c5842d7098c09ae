"""One vendor: its first screen, its last year, everything that the catalog holds of it, and what it does not."""
