"""The Companies page, by part."""
