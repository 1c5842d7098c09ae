"""One product: what it is, its scores among its peers, its line, its rivals, and what is not known of it."""
