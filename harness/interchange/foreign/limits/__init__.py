"""Bounds on foreign files before they are read: kind of file, depth of nesting, members of an archive."""
