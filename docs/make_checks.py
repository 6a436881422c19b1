"""Write docs/checks.md from the catalogue of checks, and from the cases that tests refuse."""

import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
MANUAL = ROOT / "docs" / "checks.md"

_HEAD = """# What is checked before anything runs

<!-- Made by docs/make_checks.py from the catalogue and the tests; edit those, not this. -->

`metasynth validate`, `snakemake -n` and each run check config.yaml, every table and every
file first, and give one report: the file, the cell as a spreadsheet shows it, its value, why it is
wrong or doubtful, and what to do. `validate --json` gives the same for programs; `kind` is the name
below.

**Faults** are certain. Nothing runs until they are mended, and earlier results stay as they were.
**Doubts** are warnings: a number that can be right, but looks like a slip that would change a
result. Both stand in one report; a trial whose tables have a fault is not doubted, nor are the
choices while any trial has one, since a fault can hide what doubts compare.

## A doubt is answered once

Look into the source. If the number is wrong, correct it. If it is right, say so, and who looked, in
the row's column `checked` (any table may have it, and it may be left out):

```csv
outcome,week,…,note,checked
pain,24,…,,The source prints 1.2; it is a standard deviation (table 2). A. B.
```

The row's doubts are silent from then on, and nothing else depends on the text. A doubt about
several rows is answered in the row at which it is told. In config.yaml the same key answers doubts
about an outcome, an analysis or the review:

```yaml
outcomes:
  pain:
    checked: The same rows as pain_vas on purpose, with another measure. A. B.
```

A doubt about a file ends when the file is moved out of the data folder. What is certain cannot be
answered, only mended.
"""

_MEASURED = """
## How much is told of

No check can know every number. `python -m tests.slips.typing_slips 10 3` types slips at random into
results.csv of reviews that are right, and pools them anew. Counted are slips that are refused, and
those that move a leading estimate or limit by a quarter of the interval's half-width or change the
number of trials; of these, so many were refused or doubted:

| slip | this review | BCG | made-up review | all |
| --- | ---: | ---: | ---: | ---: |
| another digit, two digits swapped | 16 of 16 | 1 of 6 | 8 of 11 | 25 of 33 |
| a digit lost or typed twice | 16 of 16 | 12 of 20 | 16 of 17 | 44 of 53 |
| decimal point, sign, unit, standard error as SD | | | 28 of 28 | 28 of 28 |
| columns exchanged, a row doubled, a cell left blank | 27 of 27 | 30 of 30 | 30 of 30 | 87 of 87 |
| numbers of the arms exchanged | 5 of 5 | 0 of 8 | 9 of 10 | 14 of 23 |
| numbers of another line, a row left out | 14 of 15 | 10 of 10 | 15 of 18 | 39 of 43 |
| patients without the event, percentages as counts | 16 of 17 | 7 of 8 | 10 of 10 | 33 of 35 |
| week, outcome or arm misspelt | 20 of 20 | 20 of 20 | 30 of 30 | 70 of 70 |
| all | 114 of 116 | 80 of 102 | 146 of 154 | 340 of 372 |

What is left is a count that could as well be right: of one outcome, in trials whose effects differ
as much as those of BCG vaccination, without percentages, numbers randomised or quotations. Each of
these, where a source states them, tells of most slips; so fill them in.
"""

_DOUBTS = "\n## Doubts\n\n{n} kinds, each with its test; those marked “fault” are certain.\n"
_FAULTS = """
## Faults

{n} cases that tests/bad_input refuses, each with its cell and remedy, by what they are about:

"""


def manual(checks: Iterable[Any], cases: Iterable[Any]) -> str:
    """The manual's Markdown: `checks` are those of the catalogue, `cases` those of the tests."""
    checks, cases = list(checks), list(cases)
    parts = [_HEAD, _MEASURED, _DOUBTS.format(n=len(checks))]
    for table, group in groupby(sorted(checks, key=lambda c: c.table), key=lambda c: c.table):
        rows = "".join(
            f"| `{check.name}` | {check.looks_for}{' (fault)' * (check.severity == 'error')} |\n"
            for check in group
        )
        parts.append(f"\n### {table}\n\n| kind | what is looked for |\n| --- | --- |\n{rows}")
    parts.append(_FAULTS.format(n=len(cases)))
    for about, group in groupby(sorted(cases, key=lambda c: c.group), key=lambda c: c.group):
        names = ", ".join(case.name.replace("_", " ") for case in group)
        parts.append(f"- **{about}**: {names}\n")
    return "".join(parts)


def sources() -> tuple[list[Any], list[Any]]:
    """The checks of the catalogue, and the cases of the tests."""
    sys.path.insert(0, str(ROOT))
    from tests.bad_input.several_cases import SEVERAL
    from tests.bad_input.test_bad_input import BAD

    from metasynth.checks.catalogue import CHECKS

    return list(CHECKS), [case for case in BAD if case not in SEVERAL]


if __name__ == "__main__":
    MANUAL.write_text(manual(*sources()), encoding="utf-8")
