"""The Homogeneity and Head to head pages: outcomes, agreement."""
