"""All other figures, a module for each kind."""
