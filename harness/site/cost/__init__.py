"""The Cost page, by chart."""
