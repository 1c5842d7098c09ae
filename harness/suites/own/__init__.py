"""Task files of the user (`--tasks DIR`): read as data, their code only where it is trusted."""
