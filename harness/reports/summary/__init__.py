"""The two pages that a director reads: the decision, four charts, how sure it is, what is not known, dates of the data."""
