"""What looks wrong to a statistician though every cell is in order: doubts, told before the run.

A check is a record (`check.Check`) with a small function that finds doubts in a `check.View`; the
modules by subject list theirs, and `catalogue` has all of them.
"""
