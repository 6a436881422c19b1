"""Provenance: for every number of the report what it is, how it was made, and from which cells."""
