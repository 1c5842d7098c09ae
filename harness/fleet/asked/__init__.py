"""What is asked of a fleet: the night, its checks, the run file of one model, the works that the planner places."""
