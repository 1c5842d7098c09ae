"""``harness vendors``: the list, the ranks on five dimensions, and one vendor's profile."""
