"""Strikes a program at one moment, which is the so-manieth time that it touches a file.

Python imports this module by itself where its folder is on PYTHONPATH. FAULT says what happens and
when, such as "kill 17"; only what is below one of the folders FAULT_BELOW counts. FAULT_COUNT is a
file that tells, when all is over, how many moments there were.
"""

import atexit
import errno
import os
import signal
import sys

KIND, _, MOMENT = os.environ.get("FAULT", "none 0").rpartition(" ")
BELOW = tuple(filter(None, os.environ.get("FAULT_BELOW", "").split(os.pathsep)))
TOUCHES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate"}
ADDS = TOUCHES - {"os.remove", "os.rmdir"}
ERRORS = {"full": errno.ENOSPC, "read-only": errno.EROFS}
SIGNALS = {"kill": "SIGKILL", "term": "SIGTERM", "ctrl-c twice": "SIGINT", "none": ""}
touched = 0


def _writes(event: str, arguments: tuple[object, ...]) -> bool:
    if event == "open":
        _, mode, flags = arguments
        return bool(set(str(mode or "")) & set("wax+")) or bool(
            isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        )
    return event in TOUCHES


def _inside(arguments: tuple[object, ...]) -> bool:
    paths = [os.path.abspath(os.fsdecode(p)) for p in arguments[:2] if isinstance(p, str | bytes)]
    return any(path.startswith(BELOW) for path in paths)


def _strike(event: str, arguments: tuple[object, ...]) -> None:
    global touched
    if not _writes(event, arguments) or not _inside(arguments):
        return
    touched += 1
    if KIND in ERRORS and touched >= int(MOMENT):
        if KIND == "read-only" or event in {"open", *ADDS}:
            raise OSError(ERRORS[KIND], os.strerror(ERRORS[KIND]), str(arguments[0]))
    elif touched == int(MOMENT):
        os.kill(os.getpid(), getattr(signal, SIGNALS[KIND]))
    elif KIND == "ctrl-c twice" and touched == int(MOMENT) + 1:
        os.kill(os.getpid(), signal.SIGINT)


def _tell() -> None:
    with open(os.environ["FAULT_COUNT"], "w", encoding="utf-8") as file:
        file.write(str(touched))


if BELOW:
    sys.addaudithook(_strike)
    if "FAULT_COUNT" in os.environ:
        atexit.register(_tell)
