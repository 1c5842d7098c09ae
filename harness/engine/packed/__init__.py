"""The packed engine: shared prefixes once, no padding, logits only where they are asked for."""
