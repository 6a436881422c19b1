"""Typing slips at random in right reviews: which are told of, which change a result unseen.

    python -m tests.slips.typing_slips [slips of each kind] [seed]

Each slip edits one place of results.csv as a person does who copies tables from a PDF. Then the
review is loaded as any run loads it. A slip is *refused* (a fault: nothing runs), *doubted* (a
warning in a file of the trial, or of the review, that was not there before), *harmless* (no pooled
result differs) or *silent*: it moves the leading estimate, or a limit of it, by more than
`MATERIAL` of the interval's half-width, or changes how many trials are pooled, and nobody is told.
"""

import csv
import io
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from metasynth.core.faults import InvalidReview
from metasynth.review.load import Review, load_review
from metasynth.synthesis.comparison import reports, study_data
from tests.bad_input.review import CONFIG, write
from tests.examples import pooled

from .right import right

ROOT = Path(__file__).parents[2]
MATERIAL = 0.25
"""How far a slip must move an estimate or limit to count, in half-widths of its interval."""

Table = list[dict[str, str]]
Slip = Callable[[Table, random.Random], bool]
"""Edits rows of one results.csv in place; False where there is nothing of its kind to edit."""

_NUMBERS = ("events", "total", "mean", "sd", "estimate", "se", "ci_low", "ci_high", "person_time")
_DECIMALS = ("mean", "sd", "estimate", "se", "ci_low", "ci_high", "person_time")
_PAIRS = (
    *(("events", "total"), ("mean", "sd"), ("ci_low", "ci_high"), ("estimate", "ci_low")),
    *(("estimate", "ci_high"), ("mean", "total"), ("events", "person_time"), ("estimate", "se")),
)


def _cells(rows: Table, columns: Sequence[str] = _NUMBERS) -> list[tuple[dict[str, str], str]]:
    return [(row, c) for row in rows for c in columns if row.get(c)]


def _edit(columns: Sequence[str], new: Callable[[str, random.Random], str]) -> Slip:
    """A slip that types another text into one cell."""

    def edit(rows: Table, rng: random.Random) -> bool:
        for row, column in rng.sample(found := _cells(rows, columns), len(found)):
            if (text := new(row[column], rng)) != row[column]:
                row[column] = text
                return True
        return False

    return edit


def _digit(text: str, rng: random.Random) -> str:
    places = [at for at, char in enumerate(text) if char.isdigit()]
    at = places[rng.randrange(len(places))]
    return f"{text[:at]}{rng.choice([d for d in '0123456789' if d != text[at]])}{text[at + 1 :]}"


def _swapped(text: str, rng: random.Random) -> str:
    pairs = [at for at in range(len(text) - 1) if text[at : at + 2].isdigit()]
    pairs = [at for at in pairs if text[at] != text[at + 1]]
    if not pairs:
        return text
    at = pairs[rng.randrange(len(pairs))]
    return f"{text[:at]}{text[at + 1]}{text[at]}{text[at + 2 :]}"


def _lost(text: str, rng: random.Random) -> str:
    places = [at for at, char in enumerate(text) if char.isdigit()]
    if len(places) < 2:
        return text
    at = places[rng.randrange(len(places))]
    return text[:at] + text[at + 1 :]


def _twice(text: str, rng: random.Random) -> str:
    places = [at for at, char in enumerate(text) if char.isdigit()]
    at = places[rng.randrange(len(places))]
    return text[:at] + text[at] + text[at:]


def _point(text: str, rng: random.Random) -> str:
    """One place to the left or right, or none at all."""
    if "." not in text:
        return text
    whole, part = text.split(".")
    moved = [f"{whole}{part[0]}.{part[1:]}".rstrip("."), whole + part]
    if len(whole.lstrip("-")) > 1:
        moved.append(f"{whole[:-1]}.{whole[-1]}{part}")
    return rng.choice([f"{float(x):g}" for x in moved])


def _sign(text: str, _: random.Random) -> str:
    return text.removeprefix("-") if text.startswith("-") else f"-{text}"


def _columns_exchanged(rows: Table, rng: random.Random) -> bool:
    found = [(row, a, b) for row in rows for a, b in _PAIRS if row.get(a) and row.get(b)]
    found = [(row, a, b) for row, a, b in found if row[a] != row[b]]
    if not found:
        return False
    row, a, b = found[rng.randrange(len(found))]
    row[a], row[b] = row[b], row[a]
    return True


def _arms(rows: Table) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Pairs of rows with numbers of two arms, for one outcome, week and reading."""
    given = [row for row in rows if not row["reference_arm_id"] and row["provenance"] != "missing"]
    keys = ("outcome", "week", "reading")
    return [
        (a, b)
        for at, a in enumerate(given)
        for b in given[at + 1 :]
        if all(a[key] == b[key] for key in keys) and a["arm_id"] != b["arm_id"]
    ]


def _arms_exchanged(rows: Table, rng: random.Random) -> bool:
    """The two labels of an outcome; of a contrast, which arm is compared with which."""
    pairs = _arms(rows)
    contrasts = [row for row in rows if row["reference_arm_id"]]
    if not pairs and not contrasts:
        return False
    at = rng.randrange(len(pairs) + len(contrasts))
    if at < len(pairs):
        a, b = pairs[at]
        a["arm_id"], b["arm_id"] = b["arm_id"], a["arm_id"]
    else:
        row = contrasts[at - len(pairs)]
        row["arm_id"], row["reference_arm_id"] = row["reference_arm_id"], row["arm_id"]
    return True


def _line_slipped(rows: Table, rng: random.Random) -> bool:
    """The numbers of another outcome's row of the arm, a line above or below in the paper."""
    pairs = [
        (a, b)
        for at, a in enumerate(rows)
        for b in rows[at + 1 :]
        if a["arm_id"] == b["arm_id"] and a["outcome"] != b["outcome"]
        and all(bool(a.get(c)) == bool(b.get(c)) for c in _NUMBERS)
        and any(a.get(c) != b.get(c) for c in _NUMBERS)
    ]  # fmt: skip
    if not pairs:
        return False
    a, b = pairs[rng.randrange(len(pairs))]
    a.update({c: b[c] for c in _NUMBERS if c in b})
    return True


def _row_doubled(rows: Table, rng: random.Random) -> bool:
    """A row copied below, and its outcome or arm not changed as it was to be."""
    at = rng.randrange(len(rows))
    rows.insert(at, dict(rows[at]))
    return True


def _row_left_out(rows: Table, rng: random.Random) -> bool:
    found = [row for row in rows if row["provenance"] != "missing"]
    rows.remove(found[rng.randrange(len(found))])
    return True


def _unit(rows: Table, rng: random.Random) -> bool:
    """One outcome in another unit: ten or a thousand times, months or days for years."""
    pairs = [pair for pair in _arms(rows) if pair[0].get("sd") or pair[0].get("person_time")]
    if not pairs:
        return False
    a, b = pairs[rng.randrange(len(pairs))]
    times = rng.choice([12, 365.25] if a.get("person_time") else [10, 1000, 1 / 10])
    for row in (a, b):
        for column in ("mean", "sd", "person_time"):
            if row.get(column):
                row[column] = f"{float(row[column]) * times:g}"
    return True


def _spread(rows: Table, rng: random.Random) -> bool:
    """A standard error, half-width or width in place of a standard deviation, in both arms."""
    pairs = [(a, b) for a, b in _arms(rows) if a.get("sd") and b.get("sd")]
    if not pairs:
        return False
    times = rng.choice([1.0, 1.96, 3.92])
    for row in pairs[rng.randrange(len(pairs))]:
        row["sd"] = f"{float(row['sd']) * times / sqrt(int(row['total'])):.3g}"
    return True


def _complement(rows: Table, rng: random.Random) -> bool:
    """Patients without the event, in both arms of one outcome."""
    pairs = [(a, b) for a, b in _arms(rows) if all(r["events"] and r["total"] for r in (a, b))]
    if not pairs:
        return False
    for row in pairs[rng.randrange(len(pairs))]:
        row["events"] = str(int(row["total"]) - int(row["events"]))
    return True


def _percentage(rows: Table, rng: random.Random) -> bool:
    """The percentages of both arms as if they were counts."""
    pairs = [(a, b) for a, b in _arms(rows) if all(r["events"] and r["total"] for r in (a, b))]
    pairs = [(a, b) for a, b in pairs if int(a["total"]) and int(b["total"])]
    if not pairs:
        return False
    for row in pairs[rng.randrange(len(pairs))]:
        row["events"] = f"{100 * int(row['events']) / int(row['total']):.0f}"
    return True


def _week(text: str, rng: random.Random) -> str:
    """A week misread: another digit, or months or days for weeks."""
    n = int(text)
    return str(rng.choice([int(_digit(text, rng)), n - 1, n + 1, 7 * n, max(n // 4, 1)]))


def _spelt(text: str, rng: random.Random) -> str:
    """A blank or a letter more, less or other in an id."""
    at = rng.randrange(len(text))
    other = rng.choice("abcdeghilmnorstu1_")
    return rng.choice(
        [
            f"{text[:at]} {text[at:]}",
            f"{text} ",
            text[:at] + text[at + 1 :],
            text[:at] + other + text[at + 1 :],
            text[:at] + text[at] + text[at:],
        ]
    )


KINDS: dict[str, Slip] = {
    "another digit": _edit(_NUMBERS, _digit),
    "two digits swapped": _edit(_NUMBERS, _swapped),
    "a digit lost": _edit(_NUMBERS, _lost),
    "a digit typed twice": _edit(_NUMBERS, _twice),
    "decimal point moved or lost": _edit(_DECIMALS, _point),
    "sign": _edit(("mean", "estimate", "ci_low", "ci_high"), _sign),
    "columns exchanged": _columns_exchanged,
    "arms exchanged": _arms_exchanged,
    "numbers of another line": _line_slipped,
    "row doubled": _row_doubled,
    "row left out": _row_left_out,
    "unit": _unit,
    "standard error, half-width or width as SD": _spread,
    "patients without the event": _complement,
    "percentages as counts": _percentage,
    "week misread": _edit(("week",), _week),
    "outcome misspelt": _edit(("outcome",), _spelt),
    "arm misspelt": _edit(("arm_id",), _spelt),
    "cell left blank": _edit(_NUMBERS, lambda _text, _rng: ""),
}


@dataclass(frozen=True)
class Told:
    """What became of one slip."""

    kind: str
    review: str
    place: str
    answer: str


Results = dict[str, tuple[list[object], tuple[int, float, float, float]]]


def _results(review: Review, known: Results) -> Results:
    """Each outcome's studies, and its leading result: how many, estimate and limits as analysed.

    What is `known` of the same studies is not pooled again.
    """
    found: Results = {}
    for outcome in review.config.outcomes:
        comparison = review.config.comparison_of(outcome)
        used = [trial for trial in review.trials if reports(trial, outcome, comparison)]
        data: list[object] = [study_data(trial, outcome, comparison) for trial in used]
        if outcome.id in known and data == known[outcome.id][0]:
            found[outcome.id] = known[outcome.id]
            continue
        lead = pooled(review.config, review.trials, outcome)[0].analyses[0].estimates[0]
        y, se = lead.log_estimate, lead.se
        numbers = (0.0, 0.0, 0.0) if y is None or se is None else (y, y - 1.96 * se, y + 1.96 * se)
        found[outcome.id] = data, (lead.k, *numbers)
    return found


def _moved(before: Results, after: Results) -> bool:
    for outcome, (_, (k, y, low, high)) in before.items():
        other = after[outcome][1]
        if k != other[0]:
            return True
        slack = MATERIAL * (high - low) / 2
        pairs = zip((y, low, high), other[1:], strict=True)
        if any(abs(a - b) > slack for a, b in pairs):
            return True
    return False


def _judge(folder: Path, before: Review, known: Results) -> str:
    try:
        after = load_review(Path(CONFIG), folder)
    except InvalidReview:
        return "refused"
    old = {(fault.cell, fault.kind) for fault in before.warnings}
    if any((fault.cell, fault.kind) not in old for fault in after.warnings):
        return "doubted" if _moved(known, _results(after, known)) else "doubted, harmless"
    return "silent" if _moved(known, _results(after, known)) else "harmless"


def slips(name: str, folder: Path, kinds: Sequence[str], times: int, seed: int) -> Iterator[Told]:
    """So many slips of each kind in one review, each in a trial at random."""
    before = load_review(Path(CONFIG), folder)
    known = _results(before, {})
    trials = sorted((folder / before.config.data / "trials").glob("[a-z]*/results.csv"))
    for kind in kinds:
        rng = random.Random(f"{seed} {name} {kind}")
        for _ in range(times):
            path = trials[rng.randrange(len(trials))]
            whole = path.read_bytes()
            rows = list(csv.DictReader(io.StringIO(whole.decode(), newline="")))
            if not KINDS[kind](rows, rng):
                continue
            out = io.StringIO()
            writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
            path.write_text(out.getvalue(), encoding="utf-8")
            try:
                answer = _judge(folder, before, known)
            finally:
                path.write_bytes(whole)
            yield Told(kind, name, _difference(whole.decode(), out.getvalue()), answer)


def _difference(before: str, after: str) -> str:
    old = set(before.splitlines())
    return " | ".join(line for line in after.splitlines() if line not in old)


REVIEWS = {"anakinra": ROOT, "bcg": ROOT / ".test", "made-up": None}
"""Two real reviews, the second of counts alone, and a made-up one of all types of outcome."""


def review(name: str, folder: Path) -> Path:
    """A copy of a review, in which slips can be typed."""
    if source := REVIEWS[name]:
        ignored = shutil.ignore_patterns("baseline")
        shutil.copytree(source / "data", folder / "data", ignore=ignored)
        shutil.copy(source / CONFIG, folder)
    else:
        write(right(), folder)
    return folder


def share(told: Iterable[Told]) -> tuple[int, int]:
    """How many slips that would change a result are told of, and how many there are."""
    count = Counter(one.answer for one in told)
    caught = count["refused"] + count["doubted"]
    return caught, caught + count["silent"]


def main(times: int, seed: int) -> None:
    """Print every silent slip, then the counts by kind and review as a table."""
    found: list[Told] = []
    for name in REVIEWS:
        with tempfile.TemporaryDirectory() as folder:
            found += slips(name, review(name, Path(folder)), tuple(KINDS), times, seed)
    for one in found:
        if one.answer == "silent":
            print(f"{one.review}: {one.kind}: {one.place}")
    print("| slip |", " | ".join(REVIEWS), "| all |\n| --- |", "---: | " * (len(REVIEWS) + 1))
    for kind in (*KINDS, "all"):
        own = [one for one in found if kind in (one.kind, "all")]
        shares = [share(one for one in own if one.review == name) for name in REVIEWS]
        cells = [f"{a} of {b}" for a, b in (*shares, share(own))]
        print(f"| {kind} |", " | ".join(cells), "|")
    print(dict(Counter(one.answer for one in found)))


if __name__ == "__main__":
    main(*(int(x) for x in (*sys.argv[1:], *("10", "1")[len(sys.argv) - 1 :])))
