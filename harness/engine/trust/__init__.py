"""Whether a model can be trusted: complete weights before they are loaded, finite weights and log-likelihoods after."""
