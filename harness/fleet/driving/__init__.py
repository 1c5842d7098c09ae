"""How a night is driven: its course, the nodes it has, where models begin, and what becomes of one whose worker has ended."""
