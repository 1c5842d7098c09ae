"""The sign-in of the served site: a gate before every page, and the small pages that stand before it."""
