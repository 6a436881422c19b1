"""archive, verify, accept, import and new, struck at many moments by all that can strike them.

Whatever strikes, and whenever: its cause is said in one line, and the same command again gives what
an undisturbed one gives, with nothing left in TMPDIR.

pytest tests/faults/test_commands_cut_off.py                    one moment of each
FAULT_MOMENTS=40 pytest tests/faults/test_commands_cut_off.py   forty, spread over all of each
"""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

from metasynth.core.digest import sha256
from tests.reviews import REPOSITORY
from tests.workflow.test_archive import commit

from .broken import COUNTS, Small, small

pytestmark = [pytest.mark.faults, pytest.mark.slow]
MOMENTS = int(os.environ.get("FAULT_MOMENTS", "1"))
SEED = os.environ.get("FAULT_SEED", "1")
KINDS = ("kill", "term", "ctrl-c twice", "full", "full TMPDIR", "read-only")
SAID = {
    "term": "interrupted",
    "ctrl-c twice": "interrupted",
    "full": "no space left in",
    "full TMPDIR": "no space left in",
    "read-only": "cannot be written",
}
# What a run and an archive need of this project: the rest would cost each moment some seconds.
PIPELINE = ("Snakefile", "workflow", "profiles", "pyproject.toml", "uv.lock", "envs", ".test")
RISK_OF_BIAS = "Study,D1,Overall\nSmith (1999),Low,High\nMüller 2001,High,High\n"
REFERENCES = "TY  - JOUR\nAU  - Doe, Jane\nTI  - Another trial\nPY  - 2011\nER  -\n"
Files = dict[str, bytes]


class Done(NamedTuple):
    """How a command ended, and what it said."""

    returncode: int
    stdout: str


class Driver:
    """A program that carries out commands, each in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._said = folder / "said.txt"
        path = os.pathsep.join(map(str, (REPOSITORY / "workflow", REPOSITORY)))
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.driven"],
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def __enter__(self) -> "Driver":
        return self

    def __exit__(self, *_: object) -> None:
        self._program.communicate()

    def __call__(self, place: Path, *words: str, **settings: str) -> Done:
        order = {
            "words": words,
            "folder": str(place),
            "settings": settings,
            "said": str(self._said),
        }
        assert self._program.stdin
        assert self._program.stdout
        print(json.dumps(order), file=self._program.stdin, flush=True)
        return Done(int(self._program.stdout.readline()), self._said.read_text("utf-8"))


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    with Driver(tmp_path_factory.mktemp("driver")) as program:
        yield program


@pytest.fixture(scope="session")
def base(driver: Driver, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline and a review, committed and run; a review to import into; files to import."""
    root = tmp_path_factory.mktemp("base")
    for part in PIPELINE:
        copy = shutil.copytree if (REPOSITORY / part).is_dir() else shutil.copy
        (root / "pipeline" / part).parent.mkdir(parents=True, exist_ok=True)
        copy(REPOSITORY / part, root / "pipeline" / part)
    for folder in (root / "pipeline").rglob("__pycache__"):
        shutil.rmtree(folder)
    commit(root / "pipeline")
    review = small(root / "review")
    commit(review.folder)
    Small(review.folder, root / "pipeline/Snakefile").run()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(REPOSITORY / "tests/unit/importers"))
        files = import_module("test_revman")
    files.four_outcomes(root / "studies.rm5")
    (root / "bias.csv").write_text(RISK_OF_BIAS, encoding="utf-8")
    (root / "list.ris").write_text(REFERENCES, encoding="utf-8")
    done = driver(root, "new", "imported", "--from", "studies.rm5")
    assert done.returncode == 0, done.stdout
    return root


@pytest.fixture(scope="session")
def packed(driver: Driver, base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place where a review has been archived."""
    place = tmp_path_factory.mktemp("packed") / "place"
    _prepared("archive", base, None, place)
    done = _struck(driver, "archive", base, place)
    assert done.returncode == 0, done.stdout
    return place


# Whose disk is full; all else strikes wherever a command writes.
DISKS = {"full": ("review", "imported", "empty", "begun", ".begun"), "full TMPDIR": ("tmp",)}
FAULTS = {"full TMPDIR": "full"}
ZIP = "results/archive/review-1.0.0{}.zip"
TRIALS = "data/raw/trials"
# The folder that each command is given in, and its words.
COMMANDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "archive": ("review", ("archive", "../pipeline", ZIP.format(""))),
    "archive_full": ("review", ("archive_full", "../pipeline", ZIP.format("-full"))),
    "verify": ("review", ("verify", ZIP.format(""))),
    "verify --into": ("review", ("verify", ZIP.format(""), "--into", "verified")),
    "accept": ("review", ("accept",)),
    "import trials": (
        "imported",
        ("import", "revman", "../studies.rm5", "--reference", "imported_file"),
    ),
    "import rob2": ("imported", ("import", "rob2", "../bias.csv")),
    "import references": ("imported", ("import", "references", "../list.ris")),
    "new": (".", ("new", "begun")),
    "new, from a file": (".", ("new", "begun", "--from", "studies.rm5")),
    "new, here": ("empty", ("new", ".")),
}


def _writes(command: str, kind: str) -> bool:
    """Whether a command writes on the disk that is full: the review's, or TMPDIR's."""
    if kind == "full TMPDIR":
        return command in ("archive", "archive_full", "verify")
    return (command, kind) != ("verify", "full")


CASES = [(command, kind) for command in COMMANDS for kind in KINDS]
STRUCK = [case for case in CASES if _writes(*case)]
UNTOUCHED = [case for case in CASES if not _writes(*case)]


def _prepared(command: str, base: Path, packed: Path | None, place: Path) -> None:
    """What stands before a command, in the folder `place`."""
    (place / "tmp").mkdir(parents=True)
    (place / "empty").mkdir()
    for name in ("studies.rm5", "bias.csv", "list.ris"):
        shutil.copy(base / name, place)
    if COMMANDS[command][0] == "review":
        shutil.copytree(base / "review", place / "review")
        (place / "pipeline").symlink_to(base / "pipeline")
    if command.startswith("import"):
        shutil.copytree(base / "imported", place / "imported")
    if command == "import trials":
        shutil.rmtree(place / "imported" / TRIALS)
    if command.startswith("verify") and packed:
        shutil.copytree(packed / "review/results/archive", place / "review/results/archive")


def _struck(
    driver: Driver,
    command: str,
    base: Path,
    place: Path,
    kind: str = "none",
    moment: int = 0,
    count: Path | None = None,
) -> Done:
    folder, words = COMMANDS[command]
    below = [place / name for name in DISKS.get(kind, sum(DISKS.values(), ()))]
    settings = {
        "TMPDIR": str(place / "tmp"),
        "FAULT": f"{FAULTS.get(kind, kind)} {moment}",
        "FAULT_BELOW": os.pathsep.join(map(str, below)),
        "FAULT_RESULTS": str(base / "review/results"),
    }
    return driver(
        place / folder, *words, **settings, **({"FAULT_COUNT": str(count)} if count else {})
    )


def _state(place: Path) -> Files:
    """All files that the command could write; what is told of the moment is left out."""
    paths = (path for path in place.rglob("*") if not path.is_symlink())
    return {
        path.relative_to(place).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in paths
        if ".git/" not in path.as_posix() and "pipeline/" not in path.as_posix()
        if path.name != "count" and not path.name.endswith(".environment.json")
    }


@pytest.fixture(scope="session")
def undisturbed(
    driver: Driver, base: Path, packed: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], tuple[Files, int]]:
    """What a command makes when nothing strikes, and how often it touches a file where this kind of
    strike would.
    """
    known = dict[tuple[str, str], tuple[Files, int]]()

    def run(command: str, kind: str) -> tuple[Files, int]:
        where = kind if kind in DISKS else ""
        if (command, where) not in known:
            place = tmp_path_factory.mktemp("undisturbed") / "place"
            _prepared(command, base, packed, place)
            never = sys.maxsize
            done = _struck(driver, command, base, place, kind, never, place / "count")
            assert done.returncode == 0, done.stdout
            assert not list((place / "tmp").iterdir())
            known[command, where] = _state(place), int((place / "count").read_text("utf-8"))
        return known[command, where]

    return run


def _is_whole(state: Files, whole: Files, kind: str, context: str) -> None:
    """Checks what a command left that said it came to its end.

    A disk that became read-only when all was done keeps what could not be removed any more.
    """
    more = state.keys() - whole.keys()
    assert {name: state.get(name) for name in whole} == whole, context
    assert kind == "read-only" or not more, context
    assert all(".part" in name or name.startswith("tmp/") for name in more), context


@pytest.mark.parametrize(("command", "kind"), STRUCK)
def test_the_same_command_again(
    command: str,
    kind: str,
    driver: Driver,
    base: Path,
    packed: Path,
    undisturbed: Callable[[str, str], tuple[Files, int]],
    tmp_path: Path,
) -> None:
    whole, touches = undisturbed(command, kind)
    assert touches
    rng = random.Random(f"{SEED} {command} {kind}")
    for number in range(MOMENTS):
        moment = 1 + min(touches - 1, int((number + rng.random()) * touches / MOMENTS))
        place = tmp_path / "place"
        _prepared(command, base, packed, place)
        first = _struck(driver, command, base, place, kind, moment)
        context = f"{command}, {kind} at {moment} of {touches}:\n{first.stdout}"
        assert "Traceback" not in first.stdout, context
        assert "CalledProcessError" not in first.stdout, context
        if first.returncode and kind in SAID:
            assert SAID[kind] in first.stdout, context
        if not first.returncode:
            _is_whole(_state(place), whole, kind, context)
        again = _struck(driver, command, base, place)
        state = _state(place)
        assert sorted(state) == sorted(whole), f"{context}\n{again.stdout}"
        assert [name for name in whole if state[name] != whole[name]] == [], context
        assert not list((place / "tmp").iterdir()), context
        COUNTS[f"{command}: struck ({kind}), as undisturbed by the same command"] += 1
        shutil.rmtree(place)


@pytest.mark.parametrize(("command", "kind"), UNTOUCHED)
def test_what_is_not_struck_is_not_touched(
    command: str, kind: str, undisturbed: Callable[[str, str], tuple[Files, int]]
) -> None:
    assert undisturbed(command, kind)[1] == 0


def test_the_archives_are_whole(packed: Path) -> None:
    """What all is compared with is an archive, and not the absence of one."""
    assert sha256(packed / "review" / ZIP.format(""))
