"""DuckDB: open, migrate, publish, ingest; the one place that knows the file's life."""
