"""Inspect logs: the reader, and its parts (results, samples, reducers of epochs, messages), one module each."""
