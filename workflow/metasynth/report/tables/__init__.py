"""The report's tables, a module for each group of them."""
