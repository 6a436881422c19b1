"""The records that everything else speaks in, the choices, and the catalogue of methods."""
