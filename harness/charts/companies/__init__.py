"""Charts of companies: the market, its stages and money, releases, means, what is known."""
