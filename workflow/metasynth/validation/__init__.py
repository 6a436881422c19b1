"""What must hold of choices and tables before anything runs."""
