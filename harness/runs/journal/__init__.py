"""The journal of a run: what is scored so far, line by line, and which later start goes on with it."""
