"""Data packs: data sets and models in one folder or archive, for a machine without internet."""
