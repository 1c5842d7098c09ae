"""A machine's runs, packs and own catalog in one archive, and back again."""
