"""The authored sections: which there are, in which order, and their text with all names filled in.

A section is workflow/report/<language>/<section>.md, the same for any review. It includes what only
this review can say, from the review's own texts, as `{% include "own/question.md" %}`.
"""

import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    meta,
)
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from metasynth.report.markdown import escape

SECTIONS = (
    "abstract",
    "plain_language",
    "introduction",
    "eligibility",
    "search",
    "selection",
    "data",
    "bias_methods",
    "synthesis",
    "certainty_method",
    "flow",
    "trials",
    "risk_of_bias",
    "results",
    "single_trials",
    "observational",
    "reporting_bias",
    "robustness",
    "certainty",
    "audit",
    "reproduction",
    "changes",
    "discussion",
    "missing",
    "declarations",
    "versions",
    "references",
    "checklist",
    "further_figures",
    "certainty_reasons",
    "formulas",
    "audit_appendix",
    "data_appendix",
)
"""The sections in the order of the report; one that a language has no file for is left out."""

_OWN = "own"
_PASSED_OVER = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|`[^`]*`|“[^”]*”|„[^”]*”|\]\([^)]*\)", re.DOTALL
)


def _blanked(found: re.Match[str]) -> str:
    """As many lines, and nothing on them."""
    return "\n" * found[0].count("\n")


class ReportError(ValueError):
    """The authored text asks for something that does not exist; the message says where."""


class Texts:
    """The texts of a language: those of any review, and this review's own."""

    def __init__(
        self, general: Path, own: Path, filters: Mapping[str, Callable[..., str]], decimal: str
    ):
        """`decimal` is the language's decimal mark, by which results typed by hand are told."""
        self._decimal = decimal
        self._general = general
        self._own = own
        loaders = [FileSystemLoader(general), PrefixLoader({_OWN: FileSystemLoader(own)})]
        self._environment = SandboxedEnvironment(
            loader=ChoiceLoader(loaders),
            undefined=StrictUndefined,
            finalize=lambda value: value if isinstance(value, Markup) else escape(str(value)),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters.update(filters)

    def filled(self, names: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Each section with its Markdown, named numbers filled in; values are escaped, text is not.

        Raises:
            ReportError: for a name that does not exist, with its file and line.
        """
        self._refuse_unused()
        self._refuse_typed()
        names = {"own": {path.stem for path in self._own.glob("*.md")}} | dict(names)
        for section in SECTIONS:
            if (self._general / f"{section}.md").is_file():
                try:
                    yield section, self._environment.get_template(f"{section}.md").render(names)
                except TemplateError as error:
                    raise ReportError(f"{_where(error)}: {error}") from error

    def _refuse_unused(self) -> None:
        """A text of the review that no section includes would be lost without a word."""
        used = set().union(*map(self._included, sorted(self._general.glob("*.md"))))
        for path in sorted(self._own.glob("*.md")):
            if path.name not in used:
                raise ReportError(
                    f"{path}: no section includes this text; included are {', '.join(sorted(used))}"
                )

    def _refuse_typed(self) -> None:
        """Results are named, never typed: a number with two decimals or more in our own prose.

        Quotes, code and templates' own numbers are passed over.
        """
        typed = re.compile(rf"(?<![\w.,])\d+[{self._decimal}]\d{{2,}}(?![\d.,]*\d)")
        for path in sorted(self._own.glob("*.md")):
            text = _PASSED_OVER.sub(_blanked, path.read_text(encoding="utf-8"))
            for number, line in enumerate(text.splitlines(), start=1):
                if found := typed.search(line):
                    raise ReportError(
                        f"{path}:{number}: {found[0]} is typed by hand; name the result instead, "
                        f"such as {{{{ outcome.primary.estimate }}}}"
                    )

    def _included(self, path: Path) -> set[str]:
        """The names of the review's own texts that a section includes."""
        tree = self._environment.parse(path.read_text(encoding="utf-8"))
        names = meta.find_referenced_templates(tree)
        return {name.removeprefix(f"{_OWN}/") for name in names if name and name.startswith(_OWN)}

    def place(self, section: str, what: str) -> str:
        """File and line where a section, or a text that it includes, holds `what`."""
        general = self._general / f"{section}.md"
        own = [self._own / name for name in sorted(self._included(general))]
        for path in (general, *own):
            if path.is_file():
                lines = path.read_text(encoding="utf-8").splitlines()
                found = [n for n, line in enumerate(lines, start=1) if what in line]
                if found:
                    return f"{path}:{found[0]}"
        return str(general)


def _where(error: TemplateError) -> str:
    """File and line of the authored text that an error comes from."""
    line = getattr(error, "lineno", None)
    if line is not None:
        return f"{getattr(error, 'filename', None) or getattr(error, 'name', '')}:{line}"
    frames = traceback.extract_tb(error.__traceback__)
    authored = [frame for frame in frames if frame.filename.endswith(".md")]
    return f"{authored[-1].filename}:{authored[-1].lineno}" if authored else "the report's text"
