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
result. They are looked for once there is no fault, since a fault can hide what they compare.

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

_DOUBTS = "\n## Doubts\n\n{n} kinds, each with its test; those marked “fault” are certain.\n"
_FAULTS = """
## Faults

{n} cases that tests/bad_input refuses, each with its cell and remedy, by what they are about:

"""


def manual(checks: Iterable[Any], cases: Iterable[Any]) -> str:
    """The manual's Markdown: `checks` are those of the catalogue, `cases` those of the tests."""
    checks, cases = list(checks), list(cases)
    parts = [_HEAD, _DOUBTS.format(n=len(checks))]
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
