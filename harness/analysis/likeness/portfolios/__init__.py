"""What several models solve together: portfolios, their cost, votes, and what no model solves."""
