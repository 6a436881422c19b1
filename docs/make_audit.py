"""Write docs/audit.md from the kinds of statement and the docstrings of their checks."""

import inspect
from pathlib import Path

from metasynth.audit.kinds import FREQUENT, KINDS, QUANTITIES, SELDOM, Kind
from metasynth.audit.run import CHECKS
from metasynth.model.certainty_config import CONVENTION

MANUAL = Path(__file__).parent / "audit.md"

_HEAD = """# Auditing a published review

<!-- Made by docs/make_audit.py from workflow/metasynth/audit; edit that, not this. -->

`data/raw/claims.csv` holds statements of a publication, one a row: a name, the document and place,
a short quote, and what is needed to recompute it ([tables.md](tables.md) lists the columns). No
verdict is entered; `results/tables/claims.csv` ([results.md](results.md)) and the report say what
was found:

- **reproduced** or **not reproduced**, where the tables decide;
- **significance reproduced, conclusion not supported**, where it is said that there is no
  difference, or no increase, and the difference is indeed not significant, but the 95 % interval
  does not exclude an important one;
- **depends on the test**, where tests that the publication may have used decide differently;
- **depends on the counts**, where counts or denominators that the sources allow do
  (a published p-value or interval of the two arms, `reported_p` or limits in `results.csv`,
  excludes counts that give it by no usual test);
- **contradicted elsewhere in the review**, where no number decides and another statement
  contradicts it;
- **cannot be checked** otherwise.

Each verdict has its reason, as a name in the column `reason` and as a sentence in the report.

A statement is judged only by what it claims, so choose its `assertion` with care.
`not_significant` is what a p-value says, and no more. `no_difference` ("similar", "no
difference") and `not_higher` ("does not increase") are conclusions. What an important difference
is, is declared once, for certainty and for the audit ([certainty.md](certainty.md)): the outcome's
or the measure's `living.important_difference` in `config.yaml`, on the measure's own scale; else
`certainty.imprecision.important`, the risk ratios below and above which an effect is appreciable;
{low:g} and {high:g} without either, the convention of GRADE (guidelines 6: J Clin Epidemiol
2011;64:1283-93). By risk ratios, odds ratios and risk differences are read as risk ratios at the
control risk. Where that risk is known, the ratio of the risks of being *without* the event must lie
within the margin too: a risk of 87 % cannot rise by a quarter, so that the event's own ratio would
exclude nothing. A measure that no risk ratio follows from needs a declared difference: without one,
no such conclusion is supported.

`contradicts` names the statements that cannot be true together with this one; naming them once is
enough. A trial's result and a pooled one do not contradict each other by differing in
significance.

To add a statement, choose its kind, fill in the columns that the kind uses and leave the other ones
blank; `snakemake -n` lists whatever is missing or does not fit.

"""


def manual() -> str:
    """The manual's Markdown."""
    low, high = CONVENTION
    return (
        _HEAD.format(low=low, high=high)
        + "\n".join(_kind(name, kind) for name, kind in KINDS.items())
        + _tail()
    )


def _kind(name: str, kind: Kind) -> str:
    rule = inspect.getdoc(CHECKS[name]) or ""
    about = {"study": "A trial.", "pooled": "A pooled result.", "": "A trial, or all of them."}
    lines = [f"## {name}", "", rule.replace("*", "\\*"), "", f"- **about**: {about[kind.about]}"]
    if kind.required:
        lines.append(f"- **fills**: {_names(kind.required)}")
    if kind.optional:
        lines.append(f"- **may fill**: {_names(kind.optional)}")
    if kind.assertions:
        lines.append(f"- **assertion**: {_names(kind.assertions)}")
    elif kind.free:
        lines.append("- **assertion**: any word; it tells contradicting statements apart")
    return "\n".join([*lines, ""])


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _tail() -> str:
    bounds = {**FREQUENT, **SELDOM}
    words = ", ".join(
        f"`{word}` {'from' if word in FREQUENT else 'below'} {100 * bound:g} %"
        for word, bound in bounds.items()
    )
    quantities = ", ".join(f"`{name}` ({level})" for name, level in QUANTITIES.items())
    return f"\n## Words and quantities\n\nFrequencies: {words}.\n\nQuantities: {quantities}.\n"


if __name__ == "__main__":
    MANUAL.write_text(manual(), encoding="utf-8")
