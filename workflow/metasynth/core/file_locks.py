"""Locks of the operating system on open files, which end with the program that holds them.

POSIX's `flock` or, where there is none, Windows's locks on a byte of a file. Those know no shared
lock: what would share one waits for its turn. The byte is far behind the end of any file, since
Windows lets nobody else read a byte that is locked.
"""

import errno
import os
import time
from typing import IO

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]
try:
    import msvcrt
except ImportError:
    msvcrt = None  # type: ignore[assignment]

_BYTE = 2**30
_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
_NONE = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


class NoLocksError(OSError):
    """This system, or this file system, has no locks: nobody can tell who is at work."""


def take(file: IO[str], *, shared: bool = False, patience: float | None = None) -> bool:
    """Whether a file could be locked within `patience` seconds (None: as long as it takes).

    The lock is let go of when the file is closed.

    Raises:
        NoLocksError: where there are no locks.
        OSError: when it fails in another way.
    """
    until = None if patience is None else time.monotonic() + patience
    while not _taken(file.fileno(), shared=shared):
        if until is not None and time.monotonic() >= until:
            return False
        time.sleep(0.05)
    return True


def _taken(number: int, *, shared: bool) -> bool:
    try:
        if fcntl is not None:
            fcntl.flock(number, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        elif msvcrt is not None:
            _lock_byte(number)
        else:
            raise NoLocksError(errno.ENOSYS, "this system has no locks that are known here")
    except OSError as error:
        if error.errno in _HELD:
            return False
        if error.errno in _NONE:
            raise NoLocksError(error.errno, error.strerror) from None
        raise
    return True


def _lock_byte(number: int) -> None:
    """Lock the byte for this open file, and leave where it is read and written as it was."""
    at = os.lseek(number, 0, os.SEEK_CUR)
    os.lseek(number, _BYTE, os.SEEK_SET)
    try:
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    finally:
        os.lseek(number, at, os.SEEK_SET)
