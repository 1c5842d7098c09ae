"""Every item of a task, looked at before a model is loaded."""
