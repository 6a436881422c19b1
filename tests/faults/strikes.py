"""Strikes a program at one moment, which is the so-manieth time that it touches a file."""

import atexit
import errno
import os
import signal
import sys
from collections.abc import Mapping

TOUCHES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate"}
OF_TWO = {"os.rename", "os.link", "os.symlink"}
REMOVES = {"os.remove", "os.rmdir"}
ADDS = TOUCHES - REMOVES
ERRORS = {"full": errno.ENOSPC, "read-only": errno.EROFS}
SIGNALS = {"kill": "SIGKILL", "term": "SIGTERM", "ctrl-c twice": "SIGINT", "none": ""}


def arm(settings: Mapping[str, str]) -> None:
    """Have this program be struck.

    FAULT says what happens and when, such as "kill 17"; only what is below one of the folders
    FAULT_BELOW counts. FAULT_COUNT is a file that tells, when all is over, how many moments there
    were.
    """
    kind, _, number = settings["FAULT"].rpartition(" ")
    moment, below = int(number), tuple(settings["FAULT_BELOW"].split(os.pathsep))
    touched = 0

    def strike(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal touched
        if not _writes(event, arguments) or not _inside(event, arguments, below):
            return
        touched += 1
        if kind in ERRORS and touched >= moment:
            if kind == "read-only" or event in {"open", *ADDS}:
                raise OSError(ERRORS[kind], os.strerror(ERRORS[kind]), str(arguments[0]))
        elif touched == moment:
            os.kill(os.getpid(), getattr(signal, SIGNALS[kind]))
        elif kind == "ctrl-c twice" and touched == moment + 1:
            os.kill(os.getpid(), signal.SIGINT)

    def tell() -> None:
        with open(settings["FAULT_COUNT"], "w", encoding="utf-8") as file:
            file.write(str(touched))

    sys.addaudithook(strike)
    if "FAULT_COUNT" in settings:
        atexit.register(tell)


def _writes(event: str, arguments: tuple[object, ...]) -> bool:
    if event == "open":
        _, mode, flags = arguments
        return bool(set(str(mode or "")) & set("wax+")) or bool(
            isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        )
    return event in TOUCHES


def _inside(event: str, arguments: tuple[object, ...], below: tuple[str, ...]) -> bool:
    told = arguments[:2] if event in OF_TWO else arguments[:1]
    paths = [os.fsdecode(path) for path in told if isinstance(path, str | bytes)]
    return any(
        os.path.abspath(os.path.join(_folder(event, arguments), path)).startswith(below)
        for path in paths
    )


def _folder(event: str, arguments: tuple[object, ...]) -> str:
    """The open folder that a name is in, as `shutil.rmtree` gives it; else none."""
    if event in REMOVES and isinstance(arguments[1], int) and arguments[1] >= 0:
        return os.readlink(f"/proc/self/fd/{arguments[1]}")
    return ""
