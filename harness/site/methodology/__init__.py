"""The Methodology page: questions that readers ask, and the formulas behind the answers."""
