"""The served site: entry, one page's view of the database, caches, style."""
