"""What a run has to make: each thing by what it depends on, and what was made by its digest."""
