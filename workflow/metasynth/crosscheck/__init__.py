"""The results once more, by a library that shares no code with the statistics here."""
