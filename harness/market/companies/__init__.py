"""What the catalog knows of each company, what was searched for and not found, and what nobody has looked for."""
