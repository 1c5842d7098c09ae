"""Serving speed of a model on this machine: prefill and decode over batch and context sizes (`harness bench`)."""
