"""Writers of runs in other tools' formats, one module a format."""
