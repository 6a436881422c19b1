"""The review as one file that anyone can check: packed, described, and verified elsewhere."""
