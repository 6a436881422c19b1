"""Write docs/audit.md from the kinds of statement and the docstrings of their checks."""

import inspect
from pathlib import Path

from metasynth.audit.kinds import FREQUENT, KINDS, QUANTITIES, SELDOM, Kind
from metasynth.audit.run import CHECKS

MANUAL = Path(__file__).parent / "audit.md"

_HEAD = """# Auditing a published review

<!-- Made by docs/make_audit.py from workflow/metasynth/audit; edit that, not this. -->

`data/raw/claims.csv` holds statements of a publication, one a row: a name, the document and place,
a short quote, and what is needed to recompute it ([tables.md](tables.md) lists the columns). No
verdict is entered; `results/tables/claims.csv` ([results.md](results.md)) and the report say what
was found:

- **reproduced** or **not reproduced**, where the tables decide;
- **contradicted elsewhere in the review**, where they do not and another statement contradicts it;
- **cannot be checked** otherwise, with the reason.

`contradicts` names the statements that cannot be true together with this one; naming them once is
enough. A publication that does not say which test it used is judged by Fisher's exact test, and
every other test, admissible count and declared reading that would decide otherwise is named.

To add a statement, choose its kind, fill in the columns that the kind uses and leave the other ones
blank; `snakemake -n` lists whatever is missing or does not fit.

"""


def manual() -> str:
    """The manual's Markdown."""
    return _HEAD + "\n".join(_kind(name, kind) for name, kind in KINDS.items()) + _tail()


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
