"""A night of runs over many models, cards and hosts: what each model needs, where it goes, who watches it. On Ray."""
