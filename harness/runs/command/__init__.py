"""The life of the command ``harness run``: jobs looked at before they start, plans held, runs published, progress logged."""
