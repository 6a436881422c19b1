"""What a program says, whatever the encoding of where it goes."""

import sys
from contextlib import suppress


def say_anything() -> None:
    """Have `print` write letters that the output's encoding lacks as escapes, and not fail of them.

    Such an output is a file on Windows, or anything in the locale POSIX or one of Latin-2.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # what stands in for a stream may have no encoding
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
