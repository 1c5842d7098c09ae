"""Agreement of models' outcomes, and gain of portfolios of models."""
