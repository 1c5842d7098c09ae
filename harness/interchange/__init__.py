"""Import of other tools' results and export of runs in their formats."""
