"""Runs of this workflow whose processes are forked from one that has imported everything.

A dry run is three seconds of processor time, two of them imports; a review of thirteen trials takes
sixteen processes. What runs is the same: Snakemake by its command line, its jobs by the commands of
their rules, each in a process, folder and environment of its own. Only their Python is another
program, which asks this one for a process. Tests of what a process imports, of another environment,
or of another checkout's workflow start a real Python, and so do the tests of broken runs; that both
give the same bytes is tested (tests/workflow/test_review.py).
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import NoReturn

import metasynth

# What hundreds of processes import is compiled once, also where a container switches that off.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

REPOSITORY = Path(__file__).parents[1]
POSSIBLE = sys.platform == "linux"
"""Elsewhere there is no fork, or libraries do not withstand it."""
FIXED = ("LANG", "LC_", "TZ", "PYTHON", "LD_", "OMP_", "OPENBLAS_", "NPY_", "COVERAGE_")
"""How settings begin that a process reads when it starts: where one differs, there is no fork."""
LIBRARIES = (
    *("snakemake.cli", "pandas", "scipy.stats", "statsmodels.api"),
    *(f"matplotlib.backends.backend_{form}" for form in ("agg", "pdf", "svg")),
)
# What rules take for Python. It asks for a process if its job is of this checkout.
STAND_IN = """\
#!{python} -IS
import array, json, os, socket, sys
if os.environ.get("PYTHONPATH") != {package!r}:
    os.execv({real!r}, [{real!r}, *sys.argv[1:]])
with socket.socket(socket.AF_UNIX) as asking:
    asking.connect("\\0" + {address!r})
    order = dict(words=sys.argv[1:], folder=os.getcwd(), settings=dict(os.environ))
    content = json.dumps(order).encode()
    descriptors = array.array("i", [0, 1, 2])
    asking.sendmsg([b"%16d" % len(content)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])
    asking.sendall(content)
    status = int(asking.recv(16) or 1)
sys.exit(status if status >= 0 else 128 - status)
"""


@cache
def _server(workflow: Path) -> str:
    """The address of a program that forks, with the package in `workflow`; started once.

    It ends with this process, which holds the other end of its standard input.
    """
    address = f"metasynth-tests-{os.getpid()}-{len(_kept)}"
    folder = tempfile.TemporaryDirectory(prefix="metasynth-tests-")
    stand_in = Path(folder.name, "python")
    base = getattr(sys, "_base_executable", sys.executable)
    stand_in.write_text(
        STAND_IN.format(python=base, package=str(workflow), real=sys.executable, address=address),
        "utf-8",
    )
    stand_in.chmod(0o755)
    command = [sys.executable, "-W", "ignore", "-m", "tests.forks", address, str(stand_in)]
    path = os.pathsep.join((str(workflow), str(REPOSITORY)))
    process = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    _kept.append((process, folder))
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"
    return address


_kept: list[tuple[subprocess.Popen[bytes], tempfile.TemporaryDirectory[str]]] = []
_AT_START = dict(os.environ)


def possible(environment: Mapping[str, str]) -> bool:
    """Whether a process under these settings may be a forked one."""
    fixed = {name for name in {*environment, *_AT_START} if name.startswith(FIXED)}
    return POSSIBLE and all(environment.get(name) == _AT_START.get(name) for name in fixed)


def started(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """The same by a Python that is started."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout


def run(
    words: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    workflow: Path = REPOSITORY / "workflow",
) -> tuple[int, str]:
    """Carry out `python …` in a folder by a workflow's package: the exit status, and all output.

    It is a real Python where no process can be forked for these settings.
    """
    if not possible(environment):
        return started(words, folder, environment)
    address = _server(workflow)
    order = {"words": [*words], "folder": str(folder), "settings": dict(environment)}
    content = json.dumps(order).encode()
    with (
        tempfile.TemporaryFile() as said,
        open(os.devnull, "rb") as nothing,
        socket.socket(socket.AF_UNIX) as asking,
    ):
        asking.connect(f"\0{address}")
        descriptors = [nothing.fileno(), said.fileno(), said.fileno()]
        socket.send_fds(asking, [b"%16d" % len(content)], descriptors)
        asking.sendall(content)
        status = int(asking.recv(16))
        said.seek(0)
        return status, said.read().decode("utf-8", "replace").replace("\r\n", "\n")


# --- the program that forks -----------------------------------------------------------------------


def _become(order: Mapping[str, object], stand_in: str) -> list[str]:
    """Be the process of an order: its folder, settings and words."""
    words, settings = order["words"], order["settings"]
    assert isinstance(words, list)
    assert isinstance(settings, dict)
    os.chdir(str(order["folder"]))
    os.environ.clear()
    os.environ.update(settings)
    time.tzset()
    tempfile.tempdir = None
    sys.executable = stand_in
    sys.path[0] = str(order["folder"])
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, mode in enumerate("rww"):
        name = ("stdin", "stdout", "stderr")[number]
        setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    return words


def _carry_out(words: list[str]) -> int:
    """As Python does with its command line: a module by name, or a script."""
    if words[0] == "-m":
        sys.argv = ["", *words[2:]]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = words
        sys.path[0] = str(Path(words[0]).parent)
        runpy.run_path(words[0], run_name="__main__")
    return 0


def end(program: Callable[[], int]) -> NoReturn:
    """Carry out a program and end as it does, but without taking all modules apart."""
    status = 1
    try:
        status = program()
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _serve_one(asked: socket.socket, stand_in: str) -> None:
    """The process of one order, and a second that waits for it and tells how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, descriptors, _, _ = socket.recv_fds(asked, 16, 3)
    left, content = int(head), b""
    while len(content) < left:
        content += asked.recv(left - len(content))
    process = os.fork()
    if not process:
        asked.close()
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
            os.close(descriptor)
        end(partial(_carry_out, _become(json.loads(content), stand_in)))
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    asked.sendall(b"%d" % status)
    os._exit(0)


def import_all(libraries: Sequence[str] = ()) -> None:
    """Import libraries and the whole package, for processes that are then forked."""
    modules = pkgutil.walk_packages(metasynth.__path__, "metasynth.")
    own = [module.name for module in modules if not module.name.endswith("__main__")]
    for name in (*libraries, *own):
        importlib.import_module(name)
    gc.freeze()


def _serve(address: str, stand_in: str) -> None:
    """Fork for each order, until the tests' process is no more."""
    import_all(LIBRARIES)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"\0{address}")
        listening.listen(16)
        print("ready", flush=True)
        while True:
            heard, _, _ = select.select([listening, 0], [], [])
            if 0 in heard:
                os._exit(0)
            asked, _ = listening.accept()
            if not os.fork():
                listening.close()
                _serve_one(asked, stand_in)
            asked.close()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
