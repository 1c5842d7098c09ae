"""The Capability page, by chart."""
