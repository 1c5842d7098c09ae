"""Suite files and our own lm-eval task files: loading and validation."""
