"""Other tools' results in, ours out."""
