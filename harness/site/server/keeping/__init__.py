"""What the site keeps in memory: results by what they were computed from, generations of the database, and a process that computes."""
