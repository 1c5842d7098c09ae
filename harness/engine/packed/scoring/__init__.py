"""Log-likelihoods: the choice of scorer, the scorers, the output head."""
