"""How things are said: languages, numbers, keys, and marks that trace a number."""
