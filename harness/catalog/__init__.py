"""Load, validate and refresh the market catalog; importers for market sources."""
