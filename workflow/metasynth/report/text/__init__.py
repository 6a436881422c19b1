"""What the report says in sentences, and the names that texts can use."""
