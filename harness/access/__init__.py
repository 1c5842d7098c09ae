"""Who may reach the served site: the hosts that it answers to, and whom its sign-in lets in; from the environment alone."""
