"""Where vendors stand on the five dimensions, how firm that is, and what they can afford."""
