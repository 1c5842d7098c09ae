"""Controls, tables and blocks that several pages use."""
