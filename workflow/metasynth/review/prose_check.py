"""All that is wrong with a review's texts, found before anything runs."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from metasynth.core.faults import Fault, of_file, of_line
from metasynth.language.english_left import is_prose, paragraphs
from metasynth.language.languages import decimal_mark
from metasynth.language.languages import known as known_languages
from metasynth.model.records import Claim, Config, OutcomeSpec, Trial
from metasynth.prose import form, templates, texts
from metasynth.prose.texts import OwnText, Prose
from metasynth.review.prose_names import names
from metasynth.tables import reader
from metasynth.tables.raw_table import RawTable
from metasynth.tables.reader import RawTables

Record = Callable[[], Trial | None]
"""Makes a trial's record when it is asked for; None where its tables are at fault."""


def read(config: Config | None, workdir: Path, folder: str) -> Prose:
    """The texts of a review's languages; without choices, of every language that has a folder."""
    known = known_languages(workdir / folder)
    languages = config.languages if config else known
    return texts.read(workdir, folder, [code for code in languages if code in known])


def faults(prose: Prose, config: Config | None, raw: RawTables | None) -> Iterator[Fault]:
    """What is wrong with texts; without choices or tables, as far as that can be told."""
    yield from prose.faults
    yield from _left_in_english(prose.texts)
    if config is None or raw is None:
        for text in prose.texts:
            yield from templates.faults(text.file, text.text, None)
            yield from form.faults(text, None)
        return
    trials = {one.study: cache(partial(_trial, one)) for one in raw.trials}
    claims = reader.claims(raw) if _sound(raw.table("claims")) else ()
    search = reader.search(raw) if _sound(raw.table("search")) else ()
    for code in prose.languages:
        known = _known(config, raw, trials, claims, code)
        spoken = names(config, trials, claims, search, code)
        own = [text for text in prose.texts if text.language == code]
        for text in own:
            yield from templates.faults(text.file, text.text, spoken)
            yield from form.faults(text, known)
        for fault in _unanswered(own, f"{config.text}/{code}", texts.sections(code), bool(search)):
            if fault.file not in prose.unread:
                yield fault


def _left_in_english(own: Iterable[OwnText]) -> Iterator[Fault]:
    """A warning for each paragraph of another language that stands in English word for word."""
    own = list(own)
    english = {said for text in own if text.language == "en" for _, said in paragraphs(text.text)}
    for text in own:
        for line, said in paragraphs(text.text) if text.language != "en" else ():
            if said in english and is_prose(said):
                expected = f"a text in the language {text.language}, but this paragraph is English"
                told = of_line(text.file, line, "", said, expected, "translate it")
                yield replace(told, severity="warning")


def _sound(table: RawTable | None) -> bool:
    if table is None or not table.complete or table.faults:
        return False
    return not any(row.bad for row in table.rows)  # of a table of all trials, its own rows


def _trial(raw: reader.RawTrial) -> Trial | None:
    """A trial's record; None where its tables are at fault, and their faults are told."""
    if not all(_sound(table) for table in raw.tables) or len(raw.table("study").rows) != 1:
        return None
    return raw.record


def _known(
    config: Config,
    raw: RawTables,
    trials: Mapping[str, Record],
    claims: Sequence[Claim],
    language: str,
) -> form.Known:
    primary = [outcome.id for outcome in config.outcomes if not outcome.sensitivity_of]
    return form.Known(
        figures=lambda: {*primary, *_figures(config, trials.values(), claims)},
        tables=lambda: _tables(config, trials),
        outcomes=primary,
        items=_items,
        references=raw.references,
        decimal=lambda: decimal_mark(language),
    )


def _figures(config: Config, trials: Iterable[Record], claims: Sequence[Claim]) -> Collection[str]:
    """The figures of the whole review that there will be."""
    from metasynth.figures.catalogue import beside, overview

    sound = [trial for record in trials if (trial := record()) is not None]
    included = [trial for trial in sound if trial.study.status == "included"]
    judged = any(not one.outcome for trial in included for one in trial.risk_of_bias)
    outcomes = [outcome for outcome in config.outcomes if not outcome.sensitivity_of]
    return overview(outcomes, judged, beside(claims, outcomes))


def _tables(config: Config, trials: Iterable[str]) -> Collection[str]:
    """The tables that there can be: a regression's where effects are regressed on something."""
    from metasynth.model.moderators import has_profiles
    from metasynth.report.tables.index import (
        OF_A_COMPARISON,
        OF_A_TRIAL,
        OF_AN_OUTCOME,
        OF_THE_REVIEW,
    )
    from metasynth.report.text.checklists import CHECKLISTS

    several = "" not in config.comparisons
    there: dict[str, Callable[[OutcomeSpec], object]] = {
        "components": lambda outcome: outcome.inner or outcome.effects or outcome.crossed,
        "regression": lambda outcome: outcome.covariate,
        "moderators": lambda outcome: outcome.moderators,
        "profiles": lambda outcome: has_profiles(outcome.moderators),
    }
    return {
        *(name for name in OF_THE_REVIEW if not (several and name in OF_A_COMPARISON)),
        *(name.removeprefix("table-") for name in CHECKLISTS),
        *(
            f"{kind}_{outcome.id}"
            for outcome in config.outcomes
            for kind in OF_AN_OUTCOME
            if not outcome.sensitivity_of and (kind not in there or there[kind](outcome))
        ),
        *(f"{kind}_{one}" for kind in OF_A_COMPARISON for one in config.comparisons if several),
        *(f"{kind}_{trial}" for kind in OF_A_TRIAL for trial in trials),
    }


def _items() -> Collection[str]:
    from metasynth.report.text.checklists import KNOWN

    return KNOWN


# --- items of PRISMA that no text answers ---------------------------------------------------------


def _unanswered(
    own: Sequence[OwnText], folder: str, asked: texts.Sections, searched: bool
) -> Iterator[Fault]:
    """Items that have neither text nor reason, by the text in which they are expected."""
    from metasynth.report.text.checklists import ABSTRACT, ITEMS, missing
    from metasynth.report.text.living_checklist import LIVING

    there = [text.name for text in own]
    answered = {*asked.items, *(item for text in own for item in texts.items(text.text))}
    answered |= {item for name in there for item in asked.under.get(name, ())}
    answered |= {"6", "7"} if searched else set()
    living = (LIVING,) if "living" in there else ()
    by_text: dict[str, list[str]] = {}
    for item in missing(answered, (ITEMS, ABSTRACT, *living)):
        by_text.setdefault(_expected_in(item, asked), []).append(item)
    for name, items in by_text.items():
        yield _fault(f"{folder}/{name}.md", items, there, name)


def _expected_in(item: str, asked: texts.Sections) -> str:
    number = item.partition(" ")[0]
    for name, items in asked.under.items():
        if number in items:
            return name
    if number.startswith("a"):
        return "abstract"
    if "." in number or number.startswith("L"):
        return "living"
    return "discussion" if number.startswith("23") else "declarations"


def _fault(file: str, items: Sequence[str], there: Sequence[str], name: str) -> Fault:
    several = "items" if len(items) > 1 else "item"
    listed = ", ".join(items)
    if name not in there:
        expected = f"a text of this name, which answers {several} {listed} of PRISMA 2020"
        return of_file(file, "", expected, "write it, or look whether it is misnamed")
    expected = f"text, or a stated reason, for {several} {listed} of PRISMA 2020"
    number = items[0].partition(" ")[0]
    remedy = (
        f"mark the place, such as {{prisma:{number}}}, or say why there is none, "
        f"{{prisma-none:{number}}} …"
    )
    return of_file(file, "", expected, remedy)
