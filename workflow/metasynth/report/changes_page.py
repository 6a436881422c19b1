"""What changed, as a small page of its own: the report's section without the report."""

from collections.abc import Iterator

from metasynth.language.languages import Language
from metasynth.living.changes import Changes
from metasynth.model.records import Config
from metasynth.report.document import Block, Document, Heading, Paragraph, Table, text
from metasynth.report.tables import changes as told
from metasynth.report.tables.base import TableBody
from metasynth.report.text.change_names import ChangeNames, change_names
from metasynth.report.text.phrases import unfinished


def page(
    config: Config,
    changes: Changes,
    language: Language,
    *,
    draft: bool = False,
    made_up: bool = False,
) -> Document:
    """The page as a document, in the report's main language.

    A draft, or one of made-up trials, says so here as well.
    """
    return Document(
        title=language.say("What changed: {title}", title=language.label(config.title)),
        subtitle=text(
            language.say("Version {version} of {date}.", version=config.version, date=config.date)
        ),
        language=language.code,
        version=config.version,
        date=config.date,
        blocks=tuple(_blocks(changes, language)),
        draft=unfinished(draft, made_up, language),
    )


def _blocks(changes: Changes, language: Language) -> Iterator[Block]:
    say, names = language.say, change_names(changes, language)
    yield Heading(1, "changes", text(say("What changed")))
    yield Paragraph(text(" ".join(filter(None, (names.summary, names.unchanged)))))
    if names.unexplained:
        yield Paragraph(
            text(
                say(
                    "No reason is given in changelog.csv for changes of: {changes}.",
                    changes=", ".join(names.unexplained),
                )
            )
        )
    for number, (name, body) in enumerate(_tables(changes, names, language), start=1):
        yield Table(f"table-{name}", str(number), *body)


def _tables(
    changes: Changes, names: ChangeNames, language: Language
) -> Iterator[tuple[str, TableBody]]:
    if names.outcomes:
        yield "outcomes", told.outcomes_table(changes, language, lambda printed, _: printed)
    if names.rows:
        yield "rows", told.rows_table(changes, language)
    if names.choices:
        yield "choices", told.choices_table(changes, language)
    if names.reasons:
        yield "reasons", told.reasons_table(changes, language)
