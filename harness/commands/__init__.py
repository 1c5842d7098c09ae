"""Command bodies that belong to no other room."""
