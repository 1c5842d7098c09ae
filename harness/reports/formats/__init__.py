"""One module an output format, and the charts' renderings."""
