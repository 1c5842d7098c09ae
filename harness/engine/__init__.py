"""Models and scoring: the packed scorer, backends, device measurement."""
