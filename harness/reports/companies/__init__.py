"""Sentences and tables about companies for the section Positioning: places, facts, releases and ties."""
