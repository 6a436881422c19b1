"""Effects of single studies and their variances, a module for each kind of outcome."""
