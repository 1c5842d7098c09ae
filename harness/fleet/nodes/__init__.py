"""What runs on the nodes of a fleet: Ray, the worker of a model and its process, fetching ahead."""
