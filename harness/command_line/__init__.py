"""The options of every command, a module for each group; each command calls one function of its package."""
