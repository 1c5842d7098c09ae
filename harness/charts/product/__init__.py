"""Charts of one model: its scores among its peers, its releases among its maker's."""
