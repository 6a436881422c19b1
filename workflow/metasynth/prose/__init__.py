"""The review's own texts: read, checked before anything runs, and searched for starter texts."""
