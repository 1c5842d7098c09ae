"""Raw values of sampled rows, found in the snapshots by the plainest means; nothing of the importers is used here."""
