"""Modules that all readers share: bounded reading of untrusted files, drafts of runs, scores, owners of models."""
