"""What a model takes of a card or a host: its size, and how the engines count with it."""
