"""Which model to choose for a kind of task, under conditions."""
