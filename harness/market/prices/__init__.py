"""Prices: current, cheapest, over time, across providers, self-hosted, against capability."""
