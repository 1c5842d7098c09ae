"""The page Choose a model: its controls, the answer, the lists."""
