"""Our results out, in other tools' formats."""
