"""A model's weight files, read before anything loads: headers, which of them count, hashes, and whether they stay as they were."""
