"""For notebooks and programs: pool a data frame, or read a finished review. See docs/python.md."""
