"""The slide deck (PPTX): its frame, its text, its tables and its pictures."""
