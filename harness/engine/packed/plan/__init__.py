"""Requests to token trees, documents and packs; pure Python, no torch."""
