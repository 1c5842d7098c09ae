"""Generated answers: slots, sampling rules, stop strings."""
