"""From the trials of an outcome to its pooled result."""
