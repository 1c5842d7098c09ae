"""What the catalog knows of each vendor and what it lacks."""
