"""Places on a fleet: the share of a node that a model takes, the board of what is free, the division among kinds of cards."""
