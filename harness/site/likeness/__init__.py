"""The Homogeneity page, and the outcomes of suites that Head to head shows too."""
