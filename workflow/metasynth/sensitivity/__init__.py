"""How far a result depends on data and on choices."""
