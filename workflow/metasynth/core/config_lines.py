"""Where the entries of a configuration stand in its file."""

import json
from collections.abc import Mapping

from metasynth.core.faults import Fault, of_line
from metasynth.core.strict_yaml import Keys, key_text


class Lines:
    """Where the entries of a configuration stand, to tell of faults in them."""

    def __init__(self, file: str, lines: Mapping[Keys, int]) -> None:
        self.file = file
        self._lines = lines

    def fault(self, path: Keys, value: object, expected: str, remedy: str) -> Fault:
        """A fault at an entry or, where there is none, at what should hold it."""
        nearby = (path[:length] for length in range(len(path), -1, -1))
        line = next((self._lines[keys] for keys in nearby if keys in self._lines), 1)
        text = value if isinstance(value, str) else "" if value is None else json.dumps(value)
        return of_line(self.file, line, key_text(path), text, expected, remedy)
