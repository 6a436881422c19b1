"""archive, verify, accept, import and new, struck at many moments by all that can strike them.

Whatever strikes, and whenever: its cause is said in one line, and the same command again gives what
an undisturbed one gives, with nothing left in TMPDIR.

pytest tests/faults/test_commands_cut_off.py                    one moment of each
FAULT_MOMENTS=40 pytest tests/faults/test_commands_cut_off.py   forty, spread over all of each
"""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from metasynth.core import sealed_zip
from tests.reviews import REPOSITORY
from tests.workflow.test_archive import LEFT_OUT, commit

from .broken import COUNTS, Small, small

pytestmark = pytest.mark.faults
MOMENTS = int(os.environ.get("FAULT_MOMENTS", "1"))
SEED = os.environ.get("FAULT_SEED", "1")
KINDS = ("kill", "term", "ctrl-c twice", "full", "read-only")
SAID = {
    "term": "interrupted",
    "ctrl-c twice": "interrupted",
    "full": "no space left in",
    "read-only": "cannot be written",
}
RISK_OF_BIAS = "Study,D1,Overall\nSmith (1999),Low,High\nMüller 2001,High,High\n"
REFERENCES = "TY  - JOUR\nAU  - Doe, Jane\nTI  - Another trial\nPY  - 2011\nER  -\n"
Files = dict[str, bytes]


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline and a review, committed and run; a review to import into; files to import."""
    root = tmp_path_factory.mktemp("base")
    shutil.copytree(REPOSITORY, root / "pipeline", ignore=LEFT_OUT)
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
    done = _plain(root, "new", "imported", "--from", "studies.rm5")
    assert done.returncode == 0, done.stdout
    return root


@pytest.fixture(scope="session")
def packed(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place where a review has been archived."""
    place = tmp_path_factory.mktemp("packed") / "place"
    _prepared("archive", base, None, place)
    done = _struck("archive", base, place)
    assert done.returncode == 0, done.stdout
    return place


def _plain(place: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    path = [REPOSITORY / "tests/faults/shim", REPOSITORY / "workflow", REPOSITORY]
    return subprocess.run(
        [sys.executable, "-m", "tests.faults.driven", *arguments],
        cwd=place,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, path))} | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )


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
    command: str, base: Path, place: Path, fault: str = "none 0", count: Path | None = None
) -> subprocess.CompletedProcess[str]:
    folder, words = COMMANDS[command]
    below = [place / name for name in ("tmp", "review", "imported", "empty", "begun", ".begun")]
    settings = {
        "TMPDIR": str(place / "tmp"),
        "FAULT": fault,
        "FAULT_BELOW": os.pathsep.join(map(str, below)),
        "FAULT_RESULTS": str(base / "review/results"),
    }
    return _plain(
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
    base: Path, packed: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], tuple[Files, int]]:
    """What a command makes when nothing strikes, and how often it touches a file."""
    known = dict[str, tuple[Files, int]]()

    def run(command: str) -> tuple[Files, int]:
        if command not in known:
            place = tmp_path_factory.mktemp("undisturbed") / "place"
            _prepared(command, base, packed, place)
            done = _struck(command, base, place, count=place / "count")
            assert done.returncode == 0, done.stdout
            assert not list((place / "tmp").iterdir())
            known[command] = _state(place), int((place / "count").read_text("utf-8"))
        return known[command]

    return run


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", COMMANDS)
def test_the_same_command_again(
    command: str,
    kind: str,
    base: Path,
    packed: Path,
    undisturbed: Callable[[str], tuple[Files, int]],
    tmp_path: Path,
) -> None:
    whole, touches = undisturbed(command)
    rng = random.Random(f"{SEED} {command} {kind}")
    for number in range(MOMENTS):
        moment = 1 + min(touches - 1, int((number + rng.random()) * touches / MOMENTS))
        place = tmp_path / "place"
        _prepared(command, base, packed, place)
        first = _struck(command, base, place, f"{kind} {moment}")
        context = f"{command}, {kind} at {moment} of {touches}:\n{first.stdout}"
        assert "Traceback" not in first.stdout, context
        assert "CalledProcessError" not in first.stdout, context
        if first.returncode and kind in SAID:
            assert SAID[kind] in first.stdout, context
        assert first.returncode or _state(place) == whole, context
        again = _struck(command, base, place)
        state = _state(place)
        assert sorted(state) == sorted(whole), f"{context}\n{again.stdout}"
        assert [name for name in whole if state[name] != whole[name]] == [], context
        assert not list((place / "tmp").iterdir()), context
        COUNTS[f"{command}: struck ({kind}), as undisturbed by the same command"] += 1
        shutil.rmtree(place)


def test_the_archives_are_whole(packed: Path) -> None:
    """What all is compared with is an archive, and not the absence of one."""
    assert sealed_zip.sha256(packed / "review" / ZIP.format(""))
