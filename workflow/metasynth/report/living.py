"""The items of the PRISMA extension for living systematic reviews, filled as far as is stated.

Akl et al., BMJ 2024;387:e079183, adds items and elements to PRISMA 2020. Those for title, abstract,
introduction and living mode (L1) stand here after its table 1; the others after the authors' own
summary at the Cochrane Colloquium 2023. The wording is ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from metasynth.changes import Changes
from metasynth.language import Language, message
from metasynth.records import Config
from metasynth.report.changes import known
from metasynth.report.document import Column, Inlines, Link, text
from metasynth.report.material import Scope
from metasynth.report.table import TableBody, group, row

SOURCE = "https://doi.org/10.1136/bmj-2024-079183"


@dataclass(frozen=True, slots=True)
class Item:
    """One element: its place in the report, what it asks, and the statement that answers it."""

    place: str
    asked: str
    statement: str  # a key of living.statements, or a name of what the pipeline knows itself


ITEMS = (
    Item(message("Title"), message("Call the review a living one."), "title"),
    Item(message("Title"), message("Give the version."), "version"),
    Item(message("Abstract"), message("Say if living mode ends with this version."), "retirement"),
    Item(message("Rationale"), message("Justify the living mode."), "rationale"),
    Item(message("Rationale"), message("Cite the version before."), "baseline"),
    Item(message("Objectives"), message("Changes of the question, with reasons."), "objectives"),
    Item(message("Living mode (L1)"), message("Schedule of the searches."), "search_schedule"),
    Item(
        message("Living mode (L1)"),
        message("Schedule of the further steps, from screening to publication."),
        "update_schedule",
    ),
    Item(
        message("Living mode (L1)"),
        message("When living mode will end, or that there is no such plan."),
        "retirement",
    ),
    Item(
        message("Data and risk of bias"),
        message("How a study that is included already is brought up to date."),
        "data_updates",
    ),
    Item(message("Synthesis"), message("Methods that serve the living mode."), "methods"),
    Item(message("Changes of methods"), message("What changed in the methods."), "choices"),
    Item(message("Study selection"), message("What made this version necessary."), "trigger"),
    Item(
        message("Study selection"),
        message("Results of search and selection in each version."),
        "selection",
    ),
    Item(message("Changes of results"), message("What changed in the results."), "results"),
    Item(message("Limitations"), message("Limitations of the living mode."), "limitations"),
    Item(message("Authors"), message("Authors and their roles."), "roles"),
)


def living_table(config: Config, changes: Changes, language: Language) -> TableBody:
    """Each element, and what this review states."""
    say = language.say
    columns = (Column(say("Asked"), width=3), Column(say("Stated here"), width=5))
    own = _known(config, changes, language)
    rows, place = [], ""
    for item in ITEMS:
        if item.place != place:
            rows.append(group(say(item.place)))
            place = item.place
        stated = config.living.statements.get(item.statement, "")
        answer = own.get(item.statement) or language.label(stated) or say("not stated")
        rows.append(row(say(item.asked), answer))
    caption = say("Items of the PRISMA extension for living systematic reviews (PRISMA-LSR).")
    note: Inlines = (
        *text(say("In our words, after table 1 of PRISMA-LSR up to L1 and, beyond it, after its "
                  "authors' summary; the published checklist may ask for more:")),
        *text(" "),
        Link(SOURCE, text(SOURCE)),
    )  # fmt: skip
    return text(caption), columns, tuple(rows), note


def of_the_report(scope: Scope) -> TableBody:
    """The same as the report's texts ask for it."""
    return living_table(scope.material.config, known(scope), scope.language)


def _known(config: Config, changes: Changes, language: Language) -> Mapping[str, str]:
    """The answers that follow from the review's own files."""
    say, before = language.say, changes.baseline
    living = "living" in config.title.casefold().split()
    table = say("See what changed, above.") if before else say("First version: nothing yet.")
    return {
        "title": config.title if living else say("The title does not say so."),
        "version": say("Version {version} of {date}.", version=config.version, date=config.date),
        "baseline": say("Version {version} of {date}.", version=before.version, date=before.date)
        if before
        else say("First version: there is none."),
        "choices": table,
        "results": table,
        "selection": say("The flow of studies shows this version; trials that came or went are "
                         "listed with what changed."),
        "roles": "" if "roles" in config.living.statements else ", ".join(config.authors),
    }  # fmt: skip
