"""The market: companies by value, releases, money between them, the value chain."""
