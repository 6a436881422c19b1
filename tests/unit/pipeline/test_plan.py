"""What stands and what does not, and how that is dealt into jobs."""

import json
import os
from base64 import urlsafe_b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from metasynth.core import store
from metasynth.pipeline import plan, stamps
from metasynth.pipeline.targets import Batch, Member


def member(name: str, data: str = "data", files: int = 1, stage: str = "pool") -> Member:
    paths = tuple(f"results/{stage}/{name}/{number}.json" for number in range(files))
    inputs = {"trials": (f"{name}.csv",)}
    return Member(stage, name, "code", data, '{"a": "{b}"}', inputs, paths, weight=40 * files)


def make(member: Member, root: Path) -> None:
    stamps.write(member, {Path(path).name: "content" for path in member.files}, root)


def names(batches: list[Batch], *, stale: bool) -> list[list[str]]:
    return [[one.name for one in batch.members] for batch in batches if batch.stale is stale]


def test_what_was_made_from_the_same_stands(tmp_path: Path) -> None:
    one = member("a", files=2)
    assert stamps.why_stale(one, tmp_path) == stamps.NEW
    make(one, tmp_path)
    assert stamps.why_stale(one, tmp_path) == ""


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"code": "other"}, stamps.CODE),
        ({"data": "other"}, stamps.DATA),
        ({"choices": "other"}, stamps.CHOICES),
        ({"files": ("results/pool/a/1.json",)}, stamps.CHOICES),
    ],
)
def test_what_was_made_from_something_else_is_stale(
    tmp_path: Path, changed: dict[str, str], reason: str
) -> None:
    make(member("a"), tmp_path)
    fields = {name: getattr(member("a"), name) for name in Member.__slots__}
    assert stamps.why_stale(Member(**fields | changed), tmp_path) == reason


def test_a_record_that_is_cut_short_is_none(tmp_path: Path) -> None:
    one = member("a")
    make(one, tmp_path)
    path = tmp_path / one.record
    for length in range(path.stat().st_size):
        path.write_bytes(path.read_bytes()[:length] if length else b"")
        assert stamps.why_stale(one, tmp_path) == stamps.NEW


def test_contents_must_be_those_of_the_files(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="made"):
        stamps.write(member("a"), {"other.json": ""}, tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_a_record_tells_of_and_no_plan_has_is_obsolete(tmp_path: Path) -> None:
    for one in (member("a"), member("old"), member("b", files=2)):
        make(one, tmp_path)
    (tmp_path / "results/mine.txt").write_text("mine", encoding="utf-8")
    left = ("results/pool/a/0.json", "results/mine.txt", "results/../x", "/etc/hosts")
    found = plan.make({"pool": [member("a"), member("b")]}, 2, tmp_path, left=left).obsolete
    gone = ("results/made/pool/old.json", "results/mine.txt", "results/pool/b/1.json")
    assert found == (*gone[:2], "results/pool/b/1.json", "results/pool/old/0.json")


def test_stale_members_are_dealt_and_the_others_left(tmp_path: Path) -> None:
    members = [member(name) for name in "abcdef"]
    for one in members[:3]:
        make(one, tmp_path)
    batches = plan.make({"pool": members}, 2, tmp_path).of("pool")
    assert names(batches, stale=True) == [["d"], ["e", "f"]]
    assert [name for batch in names(batches, stale=False) for name in batch] == ["a", "b", "c"]
    assert len({batch.name for batch in batches}) == len(batches)


@pytest.mark.parametrize("workers", [1, 2, 3, 64])
@pytest.mark.parametrize("count", [1, 2, 99, 100, 101, 1000])
def test_every_member_is_dealt_once_and_no_job_is_too_large(count: int, workers: int) -> None:
    members = [member(f"m{number}", files=1 + number % 7) for number in range(count)]
    dealt = plan._deal(members, workers)
    assert [one for batch in dealt for one in batch] == members
    sizes = [sum(len(one.files) for one in batch) for batch in dealt]
    assert max(sizes) <= 1.5 * plan.LARGEST * 4
    assert len(dealt) >= min(count, workers) * 0.6


def test_a_job_is_worth_starting() -> None:
    """A job of the sensitivity analyses takes as long to start as those of eight trials."""
    few = [Member("sensitivity", name, "code", "data", "", weight=3) for name in "abcd"]
    assert [[one.name for one in part] for part in plan._deal(few, 8)] == [["a", "b"], ["c", "d"]]
    assert len(plan._deal(few[:2], 8)) == 1


def test_a_stage_of_one_nameless_member_is_one_job_by_its_name(tmp_path: Path) -> None:
    one = member("", stage="tables")
    (batch,) = plan.make({"tables": [one]}, 8, tmp_path).of("tables")
    assert (batch.name, batch.stale) == ("tables", True)


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    make(member("a"), tmp_path)
    stages = {"pool": [member("a"), member("b")], "tables": [member("", stage="tables")]}
    made_plan = plan.make(stages, 2, tmp_path)
    assert store.from_json(plan.Plan, store.compact(made_plan)) == made_plan


# --- what Snakemake is told of --------------------------------------------------------------------


def chain(*stages: str) -> dict[str, list[Member]]:
    """Stages of one member, each made from that of the stage before."""
    before, found = ("raw.csv",), dict[str, list[Member]]()
    for stage in stages:
        found[stage] = [
            Member(stage, "", "code", "data", "{}", {"all": before}, (f"results/{stage}",))
        ]
        before = (f"results/{stage}",)
    return found


def heeded(made_plan: plan.Plan, *asked: str) -> dict[str, list[str]]:
    """By batch that is to run, the inputs whose age Snakemake is to heed."""
    runs = {batch.name for batch in made_plan.batches if batch.stale} | made_plan.follow(asked)
    found = {b.name: made_plan.inputs(b, runs, alone=False) for b in made_plan.batches}
    return {name: [p for p, heed in paths.items() if heed] for name, paths in found.items()}


def test_what_runs_heeds_the_mark_and_what_runs_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also behind what stands: Snakemake asks no job behind one that runs for its own reasons."""
    monkeypatch.chdir(tmp_path)
    stages = chain("clean", "pool", "plot", "report")
    for stage in ("clean", "pool", "plot", "report"):
        make(stages[stage][0], tmp_path)
    stands = plan.make(stages, 1)
    assert heeded(stands) == {"clean": [], "pool": [], "plot": [], "report": []}
    (tmp_path / "results/clean").unlink()
    (tmp_path / "results/report").unlink()
    clean = "results/made/clean.json"
    assert heeded(plan.make(stages, 1)) == {
        "clean": [plan.MARK],
        "pool": [],
        "plot": [],
        "report": [clean, plan.MARK],
    }
    asked = heeded(stands, "plot")
    assert asked["plot"] == [plan.MARK]
    assert asked["report"] == ["results/made/plot.json", plan.MARK]
    assert stands.follow(["results/pool"]) == {"pool", "plot", "report"}


def test_what_stands_names_only_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stages = chain("clean", "pool")
    for members in stages.values():
        make(members[0], tmp_path)

    def named() -> list[str]:
        found = plan.make(stages, 1)
        runs = {batch.name for batch in found.batches if batch.stale}
        return [*found.inputs(found.of("pool")[0], runs, alone=False)]

    assert named() == ["results/made/clean.json", plan.MARK]
    (tmp_path / "results/made/clean.json").unlink()
    assert named() == ["results/clean", plan.MARK]
    (tmp_path / "results/clean").unlink()
    assert named() == [plan.MARK]


def test_the_mark_is_newer_than_all_that_is_stale(tmp_path: Path) -> None:
    one = member("a")
    make(one, tmp_path)
    output, far = tmp_path / one.files[0], 4_000_000_000
    os.utime(output, (far, far))
    output.write_bytes(b"cut short")
    os.utime(output, (far, far))
    found = plan.make({"pool": [one]}, 1, tmp_path)
    plan.mark(found, tmp_path)
    written = tmp_path / plan.MARK
    first = written.read_bytes()
    assert written.stat().st_mtime > far
    plan.mark(found, tmp_path)
    assert written.read_bytes() != first


def note(record: str, content: str) -> None:
    """As Snakemake notes what it made."""
    path = Path(".snakemake/metadata") / urlsafe_b64encode(record.encode()).decode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def test_what_stands_stays_in_the_job_that_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    members = [member(name) for name in "abcdefg"]
    for one in members:
        make(one, tmp_path)
    first = {"log": ["logs/pool_1.log"], "input": ["x.csv", plan.MARK]}
    other = first | {"log": ["logs/pool_2.log"]}
    for one, content in zip(
        members, (first, other | {"input": ["y.csv"]}, {}, first), strict=False
    ):
        note(one.record, json.dumps(content))
    note(members[4].record, json.dumps(first)[:-9])
    note(members[6].record, json.dumps(other))
    for path in ("x.csv", plan.MARK):
        store.write(path, "")
    found = plan.make({"pool": members}, 1)
    assert names(found.of("pool"), stale=False) == [["a", "d"], ["b"], ["c", "e", "f"], ["g"]]
    inputs = [[*found.inputs(batch, (), alone=False)] for batch in found.batches]
    unknown = ["c.csv", "e.csv", "f.csv", plan.MARK]
    assert inputs == [["x.csv", plan.MARK], [], unknown, ["x.csv", plan.MARK]]


def test_what_is_wanted_by_name_is_dealt_apart(tmp_path: Path) -> None:
    members = [member(name) for name in "abcd"]
    named = {"results/pool/c/0.json"}
    batches = plan.make({"pool": members}, 1, tmp_path, named=named).of("pool")
    assert names(batches, stale=True) == [["c"], ["a", "b", "d"]]


def test_what_most_of_what_was_asked_for_needs_comes_first(tmp_path: Path) -> None:
    """A figure need not wait for what only the table needs, if that is worth a job of its own."""
    pools = [member(name) for name in "abcd"]
    files = tuple(one.files[0] for one in pools)
    table = Member("tables", "", "code", "data", "", {"results": files}, ("results/all.csv",))
    figure = Member("plot", "c", "code", "data", "", {"result": files[2:3]}, ("results/c.svg",))
    stages = {"pool": pools, "tables": [table], "plot": [figure]}
    found = plan.make(stages, 2, tmp_path, named={"results/all.csv", "results/c.svg"})
    assert names(found.of("pool"), stale=True) == [["c"], ["a", "b", "d"]]
    assert [batch.after for batch in found.of("plot")] == [("pool_1",)]
    stages["pool"] = [replace(one, weight=10) for one in pools]
    found = plan.make(stages, 2, tmp_path, named={"results/all.csv", "results/c.svg"})
    assert names(found.of("pool"), stale=True) == [["a", "b", "c", "d"]]


def test_the_summary_names_what_does_not_stand(tmp_path: Path) -> None:
    make(member("a"), tmp_path)
    make(member("b"), tmp_path)
    stages = {"pool": [member("a"), member("b", data="other")]}
    told = "Not up to date:\n  pool, 1 of 2: other data (b)"
    assert plan.summary(plan.make(stages, 2, tmp_path)) == told
    told = "Not up to date:\n  obsolete, removed when all is made: "
    found = plan.summary(plan.make({"pool": [member("a")]}, 2, tmp_path))
    assert found == told + "results/made/pool/b.json, results/pool/b/0.json"
    assert plan.summary(plan.make({"pool": [member("a"), member("b")]}, 2, tmp_path)) == ""
