"""Statistics: arrays in, arrays out. Nothing here knows of trials, files or reports."""
