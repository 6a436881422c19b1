"""What knows nothing of reviews: faults, files, digests, YAML, archives, messages."""
