"""Write docs/methods.md from the catalogue of methods."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from metasynth.model import method_catalogue as catalogue
from metasynth.model.conversions import RECORDS
from metasynth.model.measure_catalogue import MEASURE_RECORDS
from metasynth.model.method_records import Method

MANUAL = Path(__file__).parent / "methods.md"
FEW = Path(__file__).parent / "few_trials.md"

_HEAD = """# Methods

<!-- Made by docs/make_methods.py from workflow/metasynth/model; edit that, not this. -->

The names that `config.yaml` may choose. Formulas stand in the appendix of each report that uses
them; which choices go together is checked before anything runs.
"""
_COVERAGE = """
## How often 95% intervals of few trials are right

How many of them hold the true mean effect, and, in brackets, their median length on the scale of
log odds ratios ([few_trials.md](few_trials.md) says of which trials): the choice of the interval,
and of the prior, matters most where trials are few.

"""


_SMALL_STUDY = """
## Small-study effects

Made of every outcome with ten trials or more, without being asked for; of fewer where
`small_study: {minimum: 5}` says so. [small-study-effects.md](small-study-effects.md) has an example
and says where R's packages differ.

"""
_CONVERSIONS = """
## From what is printed to what is pooled

Where a trial prints no mean, standard deviation or count, these follow by a rule from other columns
of `results.csv`; nothing that is printed is replaced. The report names each rule used, with its
formula; what a rule assumes is varied where it tells how firmly results stand. The method for
medians and the correlation of changes are chosen under `conversions` in `config.yaml`. Subgroups of
an arm (men and women, say) are arms of their own in `arms.csv`, with the arm's treatment: arms of
one side are combined (Cochrane Handbook, section 6.5.2.10).
"""


def manual() -> str:
    """The manual's Markdown."""
    kinds: tuple[tuple[str, Sequence[Method]], ...] = (
        ("Models, `model`", catalogue.MODELS),
        ("Estimators of the between-study variance, `tau2`", catalogue.TAU2_METHODS),
        ("Intervals of the pooled estimate, `ci`", catalogue.CI_METHODS),
        ("Prediction intervals, `prediction`", catalogue.PREDICTIONS),
        ("Limits of the between-study variance, `tau2_ci`", catalogue.TAU2_CIS),
        ("Intervals of each study, `study_ci`", catalogue.STUDY_CIS),
    )
    tables = "".join(f"\n## {title}\n\n{_table(records)}" for title, records in kinds)
    measures = f"\n## Effect measures, `measure`\n\n{_measures()}"
    small = f"{_SMALL_STUDY}{_small_study()}"
    return f"{_HEAD}{measures}{tables}{small}{_conversions()}{_COVERAGE}{coverage()}"


def _small_study() -> str:
    """Tests of asymmetry, adjusted estimates and fail-safe numbers, in one table."""
    kinds = (catalogue.ASYMMETRY_TESTS, catalogue.ADJUSTMENTS, catalogue.FAIL_SAFE_NUMBERS)
    return _table(record for records in kinds for record in records)


def coverage() -> str:
    """The simulated coverage of intervals, as docs/few_trials.md has it."""
    _, _, rest = FEW.read_text(encoding="utf-8").partition("<!-- coverage: begin -->\n")
    return rest.partition("<!-- coverage: end -->")[0]


def _conversions() -> str:
    rows = (
        (f"`{r.name}`", r.label, ", ".join(f"`{c}`" for c in r.columns), r.formula, r.source)
        for r in RECORDS
    )
    head = ("name", "what follows", "columns that it reads", "formula", "source")
    return f"{_CONVERSIONS}\n{_rows(head, (_escaped(row) for row in rows))}"


def _escaped(row: Sequence[str]) -> list[str]:
    return [cell.replace("|", "\\|") for cell in row]


def _measures() -> str:
    rows = (
        (f"`{m.name}`", m.label, ", ".join(m.types), m.source, m.metafor) for m in MEASURE_RECORDS
    )
    return _rows(("name", "what it is", "outcome types", "source", "in metafor"), rows)


def _table(records: Iterable[Method]) -> str:
    rows = ((f"`{r.name}`", r.label, r.source, r.metafor) for r in records)
    return _rows(("name", "what it is", "source", "in metafor"), rows)


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n".replace("|  |", "| |") for line in lines)


if __name__ == "__main__":
    MANUAL.write_text(manual(), encoding="utf-8")
