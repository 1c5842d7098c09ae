"""Claims about vendors: declared, measured, tested."""
