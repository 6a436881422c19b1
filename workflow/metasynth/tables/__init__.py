"""The raw tables: read, checked cell by cell against their schema, and typed."""
