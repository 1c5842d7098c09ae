"""The capability scale of reported scores: preparation, fit, ranks, checks and trends."""
