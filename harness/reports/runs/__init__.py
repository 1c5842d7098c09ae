"""Runs in a report: their names for a reader, and the suites that its models share."""
