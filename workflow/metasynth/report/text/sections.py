"""The authored sections: which there are, in which order, and their text with all names filled in.

A section is workflow/report/<language>/<section>.md, the same for any review. It includes what only
this review can say, from the review's own texts, as `{% include "own/question.md" %}`.
"""

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateRuntimeError,
    meta,
    pass_context,
)
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from metasynth.language.formats import MISSING
from metasynth.language.language import one_stop
from metasynth.report.text.markdown import escape

ARTICLE = (
    "draft",
    "abstract",
    "plain_language",
    "introduction",
    "article_methods",
    "article_results",
    "article_audit",
    "discussion",
    "declarations",
    "references",
)
"""The sections of the article in their order; one that a language has no file for is left out."""

SUMMARIES = ("draft", "abstract", "plain_language")
"""Those of them that stand alone, without citations of what they name."""

SUPPLEMENT = (
    "search",
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
    "missing",
    "versions",
    "checklist",
    "further_figures",
    "certainty_reasons",
    "formulas",
    "supplement_references",
    "audit_appendix",
    "data_appendix",
)
"""Those of the supplement."""

SECTIONS = (*ARTICLE, *SUPPLEMENT)

_OWN = "own"


class ReportError(ValueError):
    """The authored text asks for something that does not exist; the message says where."""


@pass_context
def _printed(context: Context, value: object) -> Markup | str:
    """A value as it stands in the Markdown.

    Raises:
        TemplateRuntimeError: where a text of the review names a number that does not exist.
    """
    if isinstance(value, Markup):
        return value
    if value == MISSING and str(context.name).startswith(f"{_OWN}/"):
        raise TemplateRuntimeError(
            "what is named here has no value, since it was not computed or is not stated; leave "
            "the sentence out, or say it only {% if … .exists %} … {% endif %}"
        )
    return escape(str(value))


class _OwnLoader(FileSystemLoader):
    """The review's own texts, which keep their prefix: by it they are told from the sections."""

    def get_source(self, environment: Environment, template: str) -> Any:
        if not template.startswith(f"{_OWN}/"):
            raise TemplateNotFound(template)
        return super().get_source(environment, template.removeprefix(f"{_OWN}/"))


class _Sections(FileSystemLoader):
    """The sections of any review, in the words of this one (language/studied.py)."""

    def __init__(self, general: Sequence[Path], worded: Callable[[str], str]):
        super().__init__(general)
        self._worded = worded

    def get_source(self, environment: Environment, template: str) -> Any:
        text, *rest = super().get_source(environment, template)
        return self._worded(text), *rest


class Texts:
    """The texts of a language: those of any review, and this review's own.

    Of the folders `general` the first that has a section gives it. `worded` gives the sections the
    review's words (Language.template).
    """

    def __init__(
        self,
        general: Sequence[Path],
        own: Path,
        filters: Mapping[str, Callable[..., str]],
        worded: Callable[[str], str] = str,
    ):
        self._general = general
        self._own = own
        loaders = [_Sections(general, worded), _OwnLoader(own, "utf-8-sig")]
        self._environment = SandboxedEnvironment(
            loader=ChoiceLoader(loaders),
            undefined=StrictUndefined,
            finalize=_printed,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters.update(filters)
        self._environment.globals.clear()  # `range` and such: texts have names, and no program

    def filled(self, names: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Each section with its Markdown, named numbers filled in; values are escaped, text is not.

        Raises:
            ReportError: for a name that does not exist, with its file and line.
        """
        names = {"own": {path.stem for path in self._own.glob("*.md")}} | dict(names)
        for section in SECTIONS:
            if self._section(section) is not None:
                try:
                    text = self._environment.get_template(f"{section}.md").render(names)
                    yield section, one_stop(text)
                except (TemplateError, LookupError, TypeError, ValueError) as error:
                    raise ReportError(f"{_where(error)}: {error}") from error

    def _section(self, name: str) -> Path | None:
        paths = (folder / f"{name}.md" for folder in self._general)
        return next((path for path in paths if path.is_file()), None)

    def _included(self, path: Path) -> set[str]:
        """The names of the review's own texts that a section includes."""
        tree = self._environment.parse(path.read_text(encoding="utf-8-sig"))
        names = meta.find_referenced_templates(tree)
        return {name.removeprefix(f"{_OWN}/") for name in names if name and name.startswith(_OWN)}

    def place(self, section: str, what: str) -> str:
        """File and line where a section, or a text that it includes, holds `what`."""
        general = self._section(section)
        assert general is not None, section
        own = [self._own / name for name in sorted(self._included(general))]
        for path in (general, *own):
            if path.is_file():
                lines = path.read_text(encoding="utf-8-sig").splitlines()
                found = [n for n, line in enumerate(lines, start=1) if what in line]
                if found:
                    return f"{path}:{found[0]}"
        return str(general)


def _where(error: Exception) -> str:
    """File and line of the authored text that an error comes from."""
    line = getattr(error, "lineno", None)
    if line is not None:
        return f"{getattr(error, 'filename', None) or getattr(error, 'name', '')}:{line}"
    frames = traceback.extract_tb(error.__traceback__)
    authored = [frame for frame in frames if frame.filename.endswith(".md")]
    return f"{authored[-1].filename}:{authored[-1].lineno}" if authored else "the report's text"
