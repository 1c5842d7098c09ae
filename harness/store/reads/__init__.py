"""What a query reads of the database, and whether that is still the same."""
