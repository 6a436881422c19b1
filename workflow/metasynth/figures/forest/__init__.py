"""Forest plots: what they say, where it stands, and the drawing."""
