"""What an engine must know of generated answers: repeated draws, and the rules of a model's own settings."""
