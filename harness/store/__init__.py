"""The DuckDB database: open, migrate, publish, load, read."""
