"""The verdict on a run: every reason not to compare its scores."""
