"""Other tools' result files in: one module a format."""
