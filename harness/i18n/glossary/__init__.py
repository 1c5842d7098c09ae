"""Terms of the trade in plain words, one file for both languages."""
