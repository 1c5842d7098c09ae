"""The Runs and samples page, and downloads."""
