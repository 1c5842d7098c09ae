"""The frames that site, reports and commands share, each defined once: ``(Queries) → frame``."""
