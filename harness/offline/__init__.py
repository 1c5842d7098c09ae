"""Data sets and models packed for a machine without internet."""
