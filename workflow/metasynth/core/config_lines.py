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
        self._written: dict[Keys, Keys] = {}

    def stands_for(self, read: Keys, written: Keys) -> None:
        """One entry of the file is read as another one, or as several: faults tell where it is."""
        self._written[read] = written

    def fault(self, path: Keys, value: object, expected: str, remedy: str) -> Fault:
        """A fault at an entry or, where there is none, at what should hold it."""
        path = self._as_written(path)
        nearby = (path[:length] for length in range(len(path), -1, -1))
        line = next((self._lines[keys] for keys in nearby if keys in self._lines), 1)
        text = value if isinstance(value, str) else "" if value is None else json.dumps(value)
        return of_line(self.file, line, key_text(path), text, expected, remedy)

    def _as_written(self, path: Keys) -> Keys:
        begun = (path[:length] for length in range(len(path), 0, -1)) if self._written else ()
        read = next((keys for keys in begun if keys in self._written), None)
        return path if read is None else (*self._written[read], *path[len(read) :])
