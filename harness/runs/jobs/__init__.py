"""The jobs of a command: read from a run file, put in order, told of at the end."""
