"""A review as a whole: loaded and checked from end to end, and accepted."""
