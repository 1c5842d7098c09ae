"""Run folders, journals, packs and the database at a URL, and this host's working copies of them."""
