"""A comparison report in every format, from the same sections."""
