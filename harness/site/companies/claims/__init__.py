"""Claims about vendors, each beside what the data say."""
