"""The life of a run: plan, requests, score, journal, seal, publish."""
