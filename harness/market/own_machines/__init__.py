"""Models on machines of one's own: what they take, how fast they are, what they cost against an API."""
