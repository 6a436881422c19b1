"""Check an archived review: nothing in it has changed, and it gives the same results again.

This file needs Python 3.11 or later and nothing else, stands alone, and may be taken out of the
archive to be read and run:  python verify.py review-1.0.0.zip

1. The zip is refused if anything in it could write outside its folder, or fill the disk.
2. Every file is compared with its digest in MANIFEST.sha256; and all that the archived run read
   and made, by its records and ro-crate-metadata.json, must be there, and no trial beside it.
3. All but the results is unpacked into a new folder. uv.lock must be the one that was archived, and
   name no place but PyPI. The locked packages are installed there, from the archive's own wheels
   without network, or else by uv, which is installed there, too, unless one is found that works.
4. The review is run, with another time zone, locale, number of cores and hash seed than usual. Only
   this runs any code of the archive, and what is code is said before; --no-rerun runs none.
5. Each result file is compared with the archived one.

exit codes:
  0  every result file is identical
  2  wrong use of this command
  3  all numbers are the same, some files have other bytes
  4  numbers differ, or result files are missing, extra, or differ in a way that cannot be read
  5  the archive is damaged: a file does not fit its digest, is missing, or is not listed, or the
     run that was archived read other files, or there is nothing in it
  6  the archive is unsafe, and nothing was unpacked
  7  the environment could not be rebuilt, or there is no room for it
  8  the review did not run to its end
  130  it was interrupted
"""

import argparse
import csv
import errno
import hashlib
import io
import json
import os
import platform
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

try:
    import fcntl
except ImportError:  # not a POSIX system
    fcntl = None  # type: ignore[assignment]

IDENTICAL, OTHER_BYTES, DIFFERENT, DAMAGED, UNSAFE, NO_ENVIRONMENT, NO_RUN = 0, 3, 4, 5, 6, 7, 8
INTERRUPTED = 130
MANIFEST, RESULTS, WHEELS = "MANIFEST.sha256", "results/", "wheels/"
CRATE, RECORDS, CONFIG = "ro-crate-metadata.json", "results/made/", "config.yaml"
ELSEWHERE = {"TZ": "XYZ-12:45", "LC_ALL": "C", "PYTHONHASHSEED": "4242"}
CORES = 3
MOST_FILES = 100_000
UV = "uv>=0.13,<0.14"
INDEX, FILES = "https://pypi.org/simple", "https://files.pythonhosted.org/"
LOCK, PROJECT = "uv.lock", "pyproject.toml"
CODE = re.compile(
    r"Snakefile|uv\.lock|pyproject\.toml|wheels/.*|.*\.(?:py|smk|sh|R|toml)|profiles/.*"
)
ENVIRONMENT_SIZE = 700_000_000  # bytes, of the locked packages when installed
# Settings of uv by which a project can have packages from elsewhere, or run what it likes.
_ELSEWHERE = ("index", "index-url", "extra-index-url", "find-links", "sources", "no-index")
_OWN_SETTINGS = ("PYTHON", "SNAKEMAKE_", "VIRTUAL_ENV", "CONDA_", "UV_PROJECT")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_ODD = re.compile('[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\\\\:*?"<>|]')
_NUMBER = re.compile(r"[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


class VerifyError(Exception):
    """Verification ends here, with an exit code and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


# --- a place to work in, gone at the end ----------------------------------------------------------

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SHUT = (errno.EACCES, errno.EPERM, errno.EROFS)
_CHILD = "child"
# How folders begin that are no trials of a review that has its own (metasynth.tables.reader).
PASSED_OVER = ("_", ".", "made_up_example")
_PATIENCE = 5.0  # seconds for a killed program to be gone
_working: list[Path] = []


def cause(error: OSError, places: Mapping[Path, int]) -> str:
    """Why something could not be written, in one line; `places` tells the bytes needed in each."""
    if error.errno in FULL and places:
        place = min(places, key=lambda place: _free(place) - places[place])
        return _no_room(place, places[place])
    if error.errno in SHUT:
        return f"{error.filename or 'a folder'} cannot be written ({error.strerror}): allow it"
    return str(error)


def need_room(places: Mapping[Path, int]) -> None:
    """Stop where fewer bytes are free than `places` tells of each folder.

    OSError(ENOSPC), whose text is the cause.
    """
    for place, needed in places.items():
        if _free(place) < needed:
            raise OSError(_no_room(place, needed))


def _no_room(place: Path, needed: int) -> str:
    free, most = _free(place) / 1e6, needed / 1e6
    return f"no space left in {place}: {free:.0f} MB free, about {most:.0f} needed"


def _free(place: Path) -> int:
    there = next(folder for folder in (place, *place.absolute().parents) if folder.is_dir())
    return shutil.disk_usage(there).free


@contextmanager
def heeding_signals() -> Iterator[None]:
    """Ctrl-C and a request to end raise KeyboardInterrupt once; what follows is not disturbed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {getattr(signal, name): signal.getsignal(getattr(signal, name)) for name in names}

    def end(number: int, _: Any) -> None:
        for one in before:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt(signal.Signals(number).name)

    for one, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(one, end)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def scratch(kind: str) -> Iterator[Path]:
    """A new folder below TMPDIR, gone at the end; and so are those of programs that were killed.

    It is locked by the operating system as long as its program lives, so that another one knows
    which it may remove; what a killed one left at work in its folder is ended before.
    """
    _sweep(kind)
    folder, lock = _new_folder(kind)
    _working.append(folder)
    try:
        yield folder
    finally:
        _working.remove(folder)
        _remove(folder)
        if lock is not None:
            os.close(lock)
        _sweep(kind)


def _new_folder(kind: str) -> tuple[Path, int | None]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"metasynth-{kind}-")).resolve()
        if fcntl is None:
            return folder, None
        with suppress(OSError):  # another program may just have removed it
            lock = _lock(folder)
            if lock is not None and folder.is_dir():
                return folder, lock
        if folder.is_dir():  # a file system without locks: nobody can tell, and nobody removes it
            return folder, None


def _lock(path: Path) -> int | None:
    """A lock on a file or folder, held until it is closed; None where another program has it."""
    held = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return None
    except OSError:
        os.close(held)
        raise
    return held


def _sweep(kind: str) -> None:
    """Remove the folders of programs that were killed, as far as it can be told."""
    own = os.getuid() if hasattr(os, "getuid") else 0
    for folder in Path(tempfile.gettempdir()).resolve().glob(f"metasynth-{kind}-*"):
        with suppress(OSError):
            status = folder.lstat()
            if stat.S_ISDIR(status.st_mode) and status.st_uid == own and folder not in _working:
                _sweep_folder(folder)


def _sweep_folder(folder: Path) -> None:
    if fcntl is None:
        free = folder.rename(folder.with_name(f"{folder.name}.old"))  # refused where it is in use
        _remove(free)
        return
    lock = _lock(folder)
    if lock is not None:
        _end_child(folder)
        _remove(folder)
        os.close(lock)


def _end_child(folder: Path) -> None:
    """End what a killed program left at work: it holds the lock of the file that has its number."""
    with suppress(OSError, ValueError):
        group = int((folder / _CHILD).read_text("utf-8"))
        give_up = time.monotonic() + _PATIENCE
        while time.monotonic() < give_up:
            lock = _lock(folder / _CHILD)
            if lock is not None:
                os.close(lock)
                return
            os.killpg(group, signal.SIGKILL)
            time.sleep(0.05)


def _remove(folder: Path) -> None:
    """Remove a folder, even where a program that has been ended wrote into it until just now."""
    give_up = time.monotonic() + _PATIENCE
    while folder.exists() and time.monotonic() < give_up:
        shutil.rmtree(folder, ignore_errors=True)
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError as why:
            if why.errno in SHUT:
                return
            time.sleep(0.1)


def child(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a program, which ends with this one: what it and its own children say, as text."""
    posix = fcntl is not None and bool(_working)
    note = open(_working[-1] / _CHILD, "a+", encoding="utf-8") if posix else None  # noqa: SIM115
    try:
        held = (note.fileno(),) if note else ()
        if note:
            note.truncate(0)
            with suppress(OSError):
                fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            pass_fds=held,
        )
        try:
            if note:
                note.write(str(process.pid))
                note.flush()
            said, _ = process.communicate()
        except BaseException:
            if hasattr(os, "killpg"):
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.wait()
            raise
    finally:
        if note:
            note.close()
    return subprocess.CompletedProcess(command, process.returncode, said)


# --- 1. is it safe to open? -----------------------------------------------------------------------


def safe_entries(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """The files of a zip of `size` bytes, by name; VerifyError(UNSAFE) with all that is wrong."""
    entries = archive.infolist()
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > size:
        raise VerifyError(UNSAFE, "It would unpack to more than it holds (a zip bomb).")
    faults = [f"{entry.filename!r} {why}" for entry in entries if (why := unsafe(entry))]
    faults += clashes([entry.filename for entry in entries])
    if faults:
        raise VerifyError(UNSAFE, "\n".join(faults))
    return {entry.filename: entry for entry in entries}


def clashes(names: Sequence[str]) -> list[str]:
    """Which names cannot stand beside each other on every file system."""
    seen = Counter(_folded(name) for name in names)
    folders = {str(parent) for name in seen for parent in PurePosixPath(name).parents}
    return [
        *(f"{name!r} stands there {n} times" for name, n in seen.items() if n > 1),
        *(f"{name!r} is a file and a folder" for name in sorted(folders & seen.keys())),
    ]


def _folded(name: str) -> str:
    """The name as file systems take it that know neither capitals nor ways to write an accent."""
    return unicodedata.normalize("NFC", name).casefold()


def unsafe_name(name: str) -> str:
    """Why no file of an archive may have this name, or nothing."""
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "is not a plain path below the archive's folder"
    if re.search(_ODD, name):
        return "has a character that is not seen, or that some systems take for something else"
    if any(part[-1] in ". " or _RESERVED.fullmatch(part) for part in parts):
        return "is a name that some systems take for something else"
    if any(len(part.encode("utf-8", "replace")) > 255 for part in parts):
        return "is too long a name"
    if any("\ud800" <= letter <= "\udfff" for letter in name):
        return "is not text: its bytes are not UTF-8"
    return ""


def unsafe(entry: zipfile.ZipInfo) -> str:
    """Why one entry may not be unpacked, or nothing."""
    if why := unsafe_name(entry.orig_filename):
        return why
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        return "is a link or a special file"
    if entry.flag_bits & 1:
        return "is encrypted"
    if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
        return "is compressed; an archive's files are stored as they are"
    return ""


# --- 2. is it whole? ------------------------------------------------------------------------------


def check_digests(archive: zipfile.ZipFile, names: Sequence[str]) -> None:
    """Compare every file with the manifest; VerifyError(DAMAGED) with all that is wrong."""
    listed = read_manifest(archive)
    found = {name: _digest(archive, name) for name in names if name != MANIFEST}
    faults = [f"{name}: missing" for name in listed.keys() - found.keys()]
    faults += [f"{name}: not in {MANIFEST}" for name in found.keys() - listed.keys()]
    faults += [
        f"{name}: not the file that was archived"
        for name in found.keys() & listed.keys()
        if found[name] != listed[name]
    ]
    if faults:
        raise VerifyError(DAMAGED, "\n".join(sorted(faults)))


def read_manifest(archive: zipfile.ZipFile) -> dict[str, str]:
    """The digests by name; VerifyError(DAMAGED) unless the manifest is written as it must be."""
    try:
        content = archive.read(MANIFEST)
        lines = content.decode("utf-8").removesuffix("\n").split("\n")
    except (KeyError, zipfile.BadZipFile, UnicodeDecodeError):
        raise VerifyError(DAMAGED, f"{MANIFEST}: missing or damaged") from None
    listed = {m[2]: m[1] for line in lines if (m := _LINE.fullmatch(line))}
    canonical = "".join(f"{listed[name]}  {name}\n" for name in sorted(listed))
    if canonical.encode("utf-8") != content:
        raise VerifyError(DAMAGED, f"{MANIFEST}: damaged")
    return listed


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    try:
        with archive.open(name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError):
        return "damaged"


def check_sources(archive: zipfile.ZipFile, names: Sequence[str]) -> None:
    """Compare the files with what the archived run read and made, by its own account.

    VerifyError(DAMAGED) with all that is missing, is told of with another digest, or is a table of
    a trial that the run did not read.
    """
    listed, there = read_manifest(archive), {n for n in names if not n.startswith(RESULTS)}
    account = _account(archive, names)
    if not account.made or account.read <= {CONFIG}:
        raise VerifyError(DAMAGED, "There is no review in it: nothing that was read, and made.")
    lacking = account.read - account.made - there
    faults = [f"{name}: read by the archived run, and not there" for name in lacking]
    faults += [f"{n}: made by the archived run, and not there" for n in account.made - set(names)]
    faults += [
        f"{name}: not the file of the archived run"
        for name, digest in sorted(account.digests)
        if listed.get(name, digest) != digest
    ]
    faults += [
        f"{name}: not a trial of the archived run" for name in _unread(there, account.trials)
    ]
    if faults:
        raise VerifyError(DAMAGED, "\n".join(sorted(set(faults))))


class Account:
    """What a run read and made: names, (name, digest) of some of them, and the trials' folders."""

    def __init__(self) -> None:
        self.read, self.made = {CONFIG}, set[str]()
        self.digests, self.trials = set[tuple[str, str]](), set[PurePosixPath]()

    def add_crate(self, crate: Any) -> None:
        """What ro-crate-metadata.json tells: each file's digest, and the actions' files."""
        for entity in crate["@graph"]:
            if "sha256" in entity:
                self.digests.add((unquote(entity["@id"]), entity["sha256"]))
            if entity["@type"] == "CreateAction":
                self.read |= {unquote(file["@id"]) for file in _several(entity["object"])}
                self.made |= {unquote(file["@id"]) for file in _several(entity["result"])}

    def add_record(self, name: str, record: Any) -> None:
        """What the record `name` of one trial, outcome or table tells."""
        inputs = [PurePosixPath(path) for path in record["inputs"]]
        self.read |= {path.as_posix() for path in inputs}
        self.made |= {name, *record["files"]}
        self.digests |= set(record["files"].items())
        if record["stage"] == "clean":
            self.trials |= {path.parent for path in inputs}


def _account(archive: zipfile.ZipFile, names: Sequence[str]) -> Account:
    account = Account()
    records = [n for n in names if n.startswith(RECORDS) and n.endswith(".json")]
    for name in (CRATE, *records):
        try:
            content = json.loads(archive.read(name))
            if name == CRATE:
                account.add_crate(content)
            else:
                account.add_record(name, content)
        except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
            raise VerifyError(DAMAGED, f"{name}: missing or damaged") from None
    return account


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _unread(there: set[str], trials: set[PurePosixPath]) -> list[str]:
    """The tables in folders beside those of the trials that were read, except drafts.

    A review in which only made-up trials are read is never archived.
    """
    beside = {trial.parent for trial in trials}
    return [
        name
        for name in there
        for path in [PurePosixPath(name)]
        if path.suffix == ".csv" and path.parent.parent in beside and path.parent not in trials
        if not path.parent.name.startswith(PASSED_OVER)
    ]


# --- 3. what would be installed and run? ----------------------------------------------------------


def code(names: Sequence[str]) -> list[str]:
    """Which files of an archive are code: a program, or what tells one what to do."""
    return sorted(name for name in names if CODE.fullmatch(name) and not name.startswith(RESULTS))


def check_lock(review: Path, digest: str) -> None:
    """Refuse to install from a lock that is not the archived one, or from anywhere but PyPI.

    VerifyError(NO_ENVIRONMENT) with all that is wrong.
    """
    content = (review / LOCK).read_bytes()
    faults = [] if hashlib.sha256(content).hexdigest() == digest else ["is not the one archived"]
    try:
        lock = tomllib.loads(content.decode("utf-8"))
        settings = (
            tomllib.loads((review / PROJECT).read_text("utf-8")).get("tool", {}).get("uv", {})
        )
        faults += [f for one in lock["package"] for f in _package_faults(one)]
        faults += [f"{PROJECT} sets tool.uv.{name}" for name in _ELSEWHERE if name in settings]
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        faults.append(f"cannot be read: {error}")
    if (review / "uv.toml").exists():
        faults.append("uv.toml could name other places")
    if faults:
        told = "\n".join(f"{LOCK}: {fault}" for fault in faults)
        raise VerifyError(NO_ENVIRONMENT, f"{told}\nNothing of the archive was run.")


def _package_faults(package: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with one package of the lock: its source, its files' places and hashes."""
    name, source = package["name"], package["source"]
    if source in ({"editable": "."}, {"virtual": "."}):
        return
    if source != {"registry": INDEX}:
        yield f"{name} comes from {source} instead of {INDEX}"
    for file in [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else ())]:
        if not str(file.get("url")).startswith(FILES):
            yield f"{name} comes from {file.get('url')} instead of {FILES}"
        if not re.fullmatch(r"sha256:[0-9a-f]{64}", str(file.get("hash"))):
            yield f"{name} has a file without its hash: {file.get('url')}"


def check_wheels(review: Path, wheels: Sequence[Path]) -> None:
    """Refuse wheels whose hash is not in the lock, unless it has but source code for this Python.

    VerifyError(NO_ENVIRONMENT) with all that are refused.
    """
    if not wheels:
        return
    lock = tomllib.loads((review / LOCK).read_text("utf-8"))["package"]
    known = {file["hash"] for one in lock for file in one.get("wheels", ())}
    version, _ = _served(review)
    of_source = {
        _plain(one["name"])
        for one in lock
        if not any(_serves(file["url"], version) for file in one.get("wheels", ()))
    }
    faults = [
        f"{wheel.name} is no wheel of {LOCK}"
        for wheel in wheels
        if f"sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}" not in known
        and _plain(wheel.name.split("-")[0]) not in of_source
    ]
    if faults:
        raise VerifyError(NO_ENVIRONMENT, "\n".join(faults))


def _served(review: Path) -> tuple[str, str]:
    """The Python and the machine that the archived wheels are for, as 3.11 and Linux x86_64."""
    version, machine = (review / WHEELS / "python.txt").read_text("utf-8").splitlines()
    return version, machine


def _serves(wheel: str, version: str) -> bool:
    """Whether a wheel is for a Python on this kind of machine, by its name's last three parts."""
    *_, python, abi, machine = wheel.rpartition("/")[2].removesuffix(".whl").split("-")
    ours = {"py3", f"py{version.replace('.', '')}", f"cp{version.replace('.', '')}"}
    fits = bool(ours.intersection(python.split("."))) or "abi3" in abi
    return fits and (machine == "any" or platform.machine().lower() in machine)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# --- 3. and 4. does it run? -----------------------------------------------------------------------


def unpack(archive: zipfile.ZipFile, names: Sequence[str], folder: Path) -> None:
    """Write all files but the results below `folder`; names and content are known to be safe."""
    for name in names:
        if not name.startswith(RESULTS):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as source, target.open("xb") as out:
                shutil.copyfileobj(source, out)


def _call(command: list[str], folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(_OWN_SETTINGS)}
    return child(command, folder, environment | settings)


def _must(command: list[str], folder: Path, **settings: str) -> None:
    done = _call(command, folder, **settings)
    if done.returncode:
        raise VerifyError(NO_ENVIRONMENT, f"{' '.join(command[:6])} …\n{done.stdout[-4000:]}")


def rebuild(review: Path, work: Path) -> str:
    """Install the locked packages below `work`; the Python that has them."""
    python = str(work / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    wheels = sorted((review / WHEELS).glob("*.whl"))
    if wheels:
        _must([_fitting_python(review), "-m", "venv", str(work / "env")], review)
        install = ("install", "--no-index", "--no-deps", "--quiet", *map(str, wheels))
        _must([python, "-m", "pip", *install], work)
        return python
    uv = working_uv(work)
    settings = {"UV_PROJECT_ENVIRONMENT": str(work / "env")}
    _must([uv, "sync", "--locked", "--no-install-project", "--quiet"], review, **settings)
    return python


def working_uv(work: Path, *more: Path) -> str:
    """A uv that answers: this run's, one of the path or of `more` places, or else a new one.

    VerifyError(NO_ENVIRONMENT) where there is none and it cannot be installed.
    """
    name = "uv.exe" if os.name == "nt" else "uv"
    folders = os.environ.get("PATH", "").split(os.pathsep)
    found = [os.environ.get("UV", ""), *(os.path.join(f, name) for f in folders if f), *more]
    for candidate in filter(os.path.isfile, map(str, found)):
        with suppress(OSError):
            if _call([candidate, "--version"], work).returncode == 0:
                return candidate
        print(f"{candidate} does not work, and is passed over", flush=True)
    print(f"uv is installed in {work / 'uv'}", flush=True)
    target = str(work / "uv")
    _must([sys.executable, "-m", "pip", "install", "--quiet", "--target", target, UV], work)
    return str(work / "uv" / "bin" / name)


def _fitting_python(review: Path) -> str:
    """A Python that the archived wheels serve; VerifyError(NO_ENVIRONMENT) where there is none."""
    version, machine = _served(review)
    if machine != f"{platform.system()} {platform.machine()}":
        raise VerifyError(
            NO_ENVIRONMENT,
            f"The wheels are for {machine}. With a network, the archive without wheels will do.",
        )
    wanted = f"import sys; sys.exit('%d.%d' % sys.version_info[:2] != {version!r})"
    for python in (sys.executable, shutil.which(f"python{version}"), shutil.which("python3")):
        if python and _call([python, "-c", wanted], review).returncode == 0:
            return python
    raise VerifyError(
        NO_ENVIRONMENT, f"The wheels are for Python {version}: start this command by that one."
    )


def rerun(python: str, review: Path, work: Path) -> None:
    """Run the review in `review` where everything that should not matter is otherwise."""
    places = {"XDG_CACHE_HOME": str(work / "cache"), "MPLCONFIGDIR": str(work / "matplotlib")}
    command = [python, "-m", "snakemake", "--cores", str(CORES)]
    done = _call(command, review, **ELSEWHERE, **places)
    if done.returncode:
        raise VerifyError(NO_RUN, done.stdout[-4000:])


# --- 5. are the results the same? -----------------------------------------------------------------


def compare(name: str, old: bytes, new: bytes) -> tuple[str, list[str]]:
    """The verdict on one result file, and where and by how much its numbers differ."""
    if old == new:
        return "identical", []
    try:
        before, after = _places(name, old.decode("utf-8")), _places(name, new.decode("utf-8"))
    except ValueError:
        return "other bytes, numbers cannot be read", []
    where = [
        f"{place}: {_difference(before.get(place, ''), after.get(place, ''))}"
        for place in before | after
        if _numbers(before.get(place, "")) != _numbers(after.get(place, ""))
    ]
    return ("numbers differ", where) if where else ("same numbers, other bytes", [])


def _places(name: str, text: str) -> dict[str, str]:
    """A file's text by place: CSV cells, JSON values, or lines."""
    if name.endswith(".csv"):
        header, *rows = csv.reader(io.StringIO(text)) if text else [[]]
        return {
            f"row {number}, {column}": cell or ""
            for number, row in enumerate(rows, start=2)
            for column, cell in zip_longest(header, row, fillvalue="")
        }
    if name.endswith(".json"):
        return dict(_leaves("", json.loads(text, parse_float=str, parse_int=str)))
    return {f"line {n}": line for n, line in enumerate(text.splitlines(), start=1)}


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(f"{path}.{key}".lstrip("."), item)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _leaves(f"{path}[{number}]", item)
    else:
        yield path, str(value)


def _numbers(text: str) -> list[float]:
    return [float(number.replace("−", "-")) for number in _NUMBER.findall(text)]


def _difference(old: str, new: str) -> str:
    """The first number that differs, and by how much of itself."""
    pairs = zip_longest(_numbers(old), _numbers(new))
    a, b = next((a, b) for a, b in pairs if a != b)
    if a is None or b is None:
        return f"{'nothing' if a is None else a} -> {'nothing' if b is None else b}"
    return f"{a!r} -> {b!r} (relative {abs(a - b) / max(abs(a), abs(b)):.2g})"


def report(archived: dict[str, bytes], made: dict[str, bytes]) -> int:
    """Print the verdict on every result file that is not identical, and the sum; the exit code."""
    verdicts = Counter[str]()
    for name in sorted(archived.keys() | made.keys()):
        where: list[str] = []
        if name not in made:
            verdict = "missing"
        elif name not in archived:
            verdict = "extra"
        else:
            verdict, where = compare(name, archived[name], made[name])
        verdicts[verdict] += 1
        if verdict != "identical":
            print(f"{verdict}: {name}", *(f"    {line}" for line in where[:10]), sep="\n")
            if len(where) > 10:
                print(f"    and {len(where) - 10} places more")
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))
    if set(verdicts) <= {"identical"}:
        return IDENTICAL
    same = {"identical", "same numbers, other bytes"}
    return OTHER_BYTES if set(verdicts) <= same else DIFFERENT


def verify(path: Path, work: Path | None) -> int:
    """Verify the archive; rerun it below `work`, or not at all. The exit code."""
    with path.open("rb") as file:
        print(f"{path.name}  sha256 {hashlib.file_digest(file, 'sha256').hexdigest()}")
    with zipfile.ZipFile(path) as archive:
        names = list(safe_entries(archive, path.stat().st_size))
        check_digests(archive, names)
        check_sources(archive, names)
        print(f"{len(names)} files, each as it was archived")
        print(f"{len(code(names))} of them are code, and {_run_or_not(work)}", flush=True)
        if "DIRTY.txt" in names:
            print("It was made from files that differ from their commit.")
        if work is None:
            return IDENTICAL
        need_room(room(path, work, wheels=any(name.startswith(WHEELS) for name in names)))
        review = work / "the review — prüfung"
        unpack(archive, names, review)
        archived = {name: archive.read(name) for name in names if name.startswith(RESULTS)}
        lock = read_manifest(archive).get(LOCK, "")
    check_lock(review, lock)
    check_wheels(review, sorted((review / WHEELS).glob("*.whl")))
    with _timed("the locked packages are installed in a folder of their own; some minutes"):
        python = rebuild(review, work)
    with _timed("that code is run, as a review; some minutes"):
        rerun(python, review, work)
    made = (file for file in (review / RESULTS).rglob("*") if file.is_file())
    return report(
        archived, {file.relative_to(review).as_posix(): file.read_bytes() for file in made}
    )


def _run_or_not(work: Path | None) -> str:
    return "are not run" if work is None else "run with your rights (--no-rerun runs none)"


def room(archive: Path, work: Path, *, wheels: bool) -> dict[Path, int]:
    """The bytes that a verification needs below `work`: what is unpacked and made, and packages."""
    return {work: 2 * archive.stat().st_size + (2 if wheels else 1) * ENVIRONMENT_SIZE}


@contextmanager
def _timed(what: str) -> Iterator[None]:
    """Say what is being done, and then how long it took."""
    print(f"{what} …", flush=True)
    begin = time.monotonic()
    yield
    print(f"  done in {time.monotonic() - begin:.0f} s", flush=True)


_UNFINISHED = ".verification-not-finished"


@contextmanager
def _kept(folder: Path) -> Iterator[Path]:
    """A new folder that stays; one in which a verification was cut off is made anew."""
    if (folder / _UNFINISHED).is_file():
        _remove(folder)
    folder.mkdir(parents=True)
    (folder / _UNFINISHED).touch()
    try:
        yield folder.resolve()
    except VerifyError as stop:
        if stop.code != NO_ENVIRONMENT:  # it came to an end
            (folder / _UNFINISHED).unlink(missing_ok=True)
        raise
    (folder / _UNFINISHED).unlink()


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify one archive, as `--help` says."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # what stands in for a stream may have no encoding
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    with heeding_signals():
        try:
            return _main(arguments)
        except KeyboardInterrupt as signal_:
            why = str(signal_) or "Ctrl-C"
            print(f"interrupted ({why}): nothing was verified. Start again.", file=sys.stderr)
            return INTERRUPTED


def _main(arguments: Sequence[str] | None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    itself = sys.argv[0] if zipfile.is_zipfile(sys.argv[0]) else None
    parser.add_argument("archive", type=Path, nargs="?" if itself else None, default=itself)
    parser.add_argument("--no-rerun", action="store_true", help="only check names and digests")
    parser.add_argument("--into", type=Path, help="a new folder to work in, which is kept")
    chosen = parser.parse_args(arguments)
    archive = Path(chosen.archive)
    try:
        if chosen.no_rerun:
            return verify(archive, None)
        with _kept(chosen.into) if chosen.into else scratch("verify") as work:
            try:
                return verify(archive, work)
            except OSError as error:
                if not archive.is_file() or error.errno in (*FULL, *SHUT):
                    raise
                raise VerifyError(NO_ENVIRONMENT, str(error)) from None
    except VerifyError as stop:
        print(stop, file=sys.stderr)
        return stop.code
    except (zipfile.BadZipFile, EOFError) as error:
        print(f"{archive}: {error}", file=sys.stderr)
        return DAMAGED
    except OSError as error:
        if error.errno not in (*FULL, *SHUT):
            parser.error(str(error))
        print(cause(error, {chosen.into or Path(tempfile.gettempdir()): 0}), file=sys.stderr)
        return NO_ENVIRONMENT


if __name__ == "__main__":
    sys.exit(main())
