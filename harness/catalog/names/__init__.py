"""How models, vendors and efforts are named by others, and which of ours a name means."""
