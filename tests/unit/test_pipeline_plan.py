"""What stands and what does not, and how that is dealt into jobs."""

from pathlib import Path

import pytest

from metasynth.pipeline import made, plan
from metasynth.pipeline.members import Member


def member(name: str, data: str = "data", files: int = 1, stage: str = "pool") -> Member:
    paths = tuple(f"results/{stage}/{name}/{number}.json" for number in range(files))
    inputs = {"trials": (f"{name}.csv",)}
    return Member(stage, name, "code", data, '{"a": "{b}"}', inputs, paths, weight=files)


def make(member: Member, root: Path) -> None:
    made.write(member, {Path(path).name: "content" for path in member.files}, root)


def names(batches: tuple[plan.Batch, ...], *, stale: bool) -> list[list[str]]:
    return [[one.name for one in batch.members] for batch in batches if batch.stale is stale]


def test_what_was_made_from_the_same_stands(tmp_path: Path) -> None:
    one = member("a", files=2)
    assert made.why_stale(one, tmp_path) == made.NEW
    make(one, tmp_path)
    assert made.why_stale(one, tmp_path) == ""


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"code": "other"}, made.CODE),
        ({"data": "other"}, made.DATA),
        ({"choices": "other"}, made.CHOICES),
        ({"files": ("results/pool/a/1.json",)}, made.CHOICES),
    ],
)
def test_what_was_made_from_something_else_is_stale(
    tmp_path: Path, changed: dict[str, str], reason: str
) -> None:
    make(member("a"), tmp_path)
    fields = {name: getattr(member("a"), name) for name in Member.__slots__}
    assert made.why_stale(Member(**fields | changed), tmp_path) == reason


def test_a_record_that_is_cut_short_is_none(tmp_path: Path) -> None:
    one = member("a")
    make(one, tmp_path)
    path = tmp_path / one.record
    for length in range(path.stat().st_size):
        path.write_bytes(path.read_bytes()[:length] if length else b"")
        assert made.why_stale(one, tmp_path) == made.NEW


def test_contents_must_be_those_of_the_files(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="made"):
        made.write(member("a"), {"other.json": ""}, tmp_path)
    assert not list(tmp_path.iterdir())


def test_stale_members_are_dealt_and_the_others_left(tmp_path: Path) -> None:
    members = [member(name) for name in "abcdef"]
    for one in members[:3]:
        make(one, tmp_path)
    batches = plan.make({"pool": members}, 2, tmp_path).batches["pool"]
    assert names(batches, stale=True) == [["d"], ["e", "f"]]
    assert [name for batch in names(batches, stale=False) for name in batch] == ["a", "b", "c"]
    assert len({batch.rule for batch in batches}) == len(batches)


@pytest.mark.parametrize("workers", [1, 2, 3, 64])
@pytest.mark.parametrize("count", [1, 2, 99, 100, 101, 1000])
def test_every_member_is_dealt_once_and_no_job_is_too_large(count: int, workers: int) -> None:
    members = [member(f"m{number}", files=1 + number % 7) for number in range(count)]
    dealt = plan._deal(members, workers)
    assert [one for batch in dealt for one in batch] == members
    sizes = [sum(len(one.files) for one in batch) for batch in dealt]
    assert max(sizes) <= 1.5 * plan.LARGEST * 4
    assert len(dealt) >= min(count, workers) * 0.6


def test_a_stage_of_one_nameless_member_is_one_job_by_its_name(tmp_path: Path) -> None:
    one = member("", stage="tables")
    (batch,) = plan.make({"tables": [one]}, 8, tmp_path).batches["tables"]
    assert (batch.rule, batch.stale) == ("tables", True)


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    make(member("a"), tmp_path)
    stages = {"pool": [member("a"), member("b")], "tables": [member("", stage="tables")]}
    made_plan = plan.make(stages, 2, tmp_path)
    assert plan.from_json(plan.to_json(made_plan)) == made_plan


def test_the_summary_names_what_does_not_stand(tmp_path: Path) -> None:
    make(member("a"), tmp_path)
    make(member("b"), tmp_path)
    stages = {"pool": [member("a"), member("b", data="other")]}
    told = "Not up to date:\n  pool, 1 of 2: other data (b)"
    assert plan.summary(plan.make(stages, 2, tmp_path)) == told
    assert plan.summary(plan.make({"pool": [member("a")]}, 2, tmp_path)) == ""
