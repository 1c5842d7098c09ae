"""One module a market source; ``harness.catalog.registry`` lists them."""
