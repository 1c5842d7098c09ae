"""What every reader leans on: bounded reading of untrusted files, drafts of runs, names of metrics and owners."""
