"""The border of the pipeline: a review is whole and sound, or all that is wrong with it is told.

What passes here is typed and trusted by every later stage. Imports are few, since this runs
whenever the workflow is loaded.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from metasynth.checks import catalogue
from metasynth.checks.check import View
from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault, InvalidReview, position, shown
from metasynth.language.languages import known as known_languages
from metasynth.living import baseline, changelog
from metasynth.living.input_changes import compare_inputs
from metasynth.living.state import State, state
from metasynth.model.methods import compares
from metasynth.model.records import (
    CertaintyRating,
    ChangelogEntry,
    Claim,
    Config,
    FlowCount,
    SearchLine,
    Trial,
)
from metasynth.prose.drafts import unwritten
from metasynth.prose.unwritten import Unwritten
from metasynth.review import language_check, prose_check
from metasynth.tables import reader
from metasynth.tables.raw_table import RawTable
from metasynth.tables.reader import RawTables, RawTrial
from metasynth.validation import configuration, flow_counts, protocol, review_tables
from metasynth.validation import long_tables as long_rules
from metasynth.validation import trials as trial_rules


@dataclass(frozen=True, slots=True)
class Review:
    """A review without errors: its choices, its trials sorted by id, the statements to audit.

    `changelog` says why the review was changed, as far as its authors told; `whole_review` are the
    tables of no single trial as text; `baseline` is the state that the review is compared with,
    None for a first version; `draft` are the starter texts that are left.
    """

    config: Config
    trials: tuple[Trial, ...]
    warnings: tuple[Fault, ...] = ()
    claims: tuple[Claim, ...] = ()
    changelog: tuple[ChangelogEntry, ...] = ()
    certainty: tuple[CertaintyRating, ...] = ()
    search: tuple[SearchLine, ...] = ()
    flow: tuple[FlowCount, ...] = ()
    whole_review: tuple[RawTable, ...] = field(default=(), compare=False)
    baseline: State | None = None
    draft: tuple[Unwritten, ...] = ()

    @property
    def made_up(self) -> bool:
        """Whether its trials are still those of a new review, which nobody made."""
        return any(trial.made_up for trial in self.trials)

    @property
    def state(self) -> State:
        """What the review is made from, as it is compared with its baseline."""
        return state(self.config, self.trials, self.whole_review, self.changelog)


def load_review(config_path: Path, workdir: Path) -> Review:
    """The review that `config_path` describes; both it and its folders are relative to `workdir`.

    Raises:
        InvalidReview: with every fault of the configuration and of the tables, warnings included.
    """
    reading = configuration.read(workdir / config_path)
    config, lines = reading.config, reading.lines
    further = list(_missing_folders(config, workdir, lines)) if config else []
    raw = accepted = None
    if config:
        accepted, unread = baseline.load(config.living.baseline, workdir, lines)
        further += unread
    if os.path.isdir(workdir / reading.data):
        raw = reader.read(workdir / reading.data)
        further += validate(config, raw, lines, sound=not _errors(reading.faults))
    prose = prose_check.read(config, workdir, config.text if config else reading.text)
    further += prose_check.faults(prose, config, raw)
    if config:
        own = config.text, config.languages, config.formats
        further += language_check.faults(workdir, *own)
    told = {(fault.file, fault.column) for fault in reading.faults}
    faults = [
        *reading.faults,
        *(fault for fault in further if (fault.file, fault.column) not in told),
    ]
    if config is None or raw is None or _errors(faults):
        raise InvalidReview(faults)
    trials = reader.trials(raw)
    review = Review(
        config,
        trials,
        tuple(faults),
        reader.claims(raw),
        reader.changelog(raw),
        reader.certainty(raw),
        reader.search(raw),
        reader.flow(raw),
        raw.whole_review,
        accepted,
        unwritten(config, lines, prose.texts, reader.search(raw), trials),
    )
    return replace(review, warnings=(*review.warnings, *_without_reason(review)))


def _without_reason(review: Review) -> Iterator[Fault]:
    """A warning for each change since the baseline that changelog.csv says nothing about."""
    if (before := review.baseline) is not None:
        tables = review.trials, review.whole_review, review.changelog
        after = state(review.config, *tables, made_by=before.software)  # of rows and choices alone
        found = changelog.unexplained(before, after, compare_inputs(before, after))
        yield from changelog.warnings(before.version, found)


def _missing_folders(config: Config, workdir: Path, lines: Lines) -> Iterator[Fault]:
    remedy = "make it, or correct its path, which begins where the run takes place"
    if not os.path.isdir(workdir / config.data):
        yield lines.fault(("data",), config.data, "the folder of the raw tables", remedy)
    if not os.path.isdir(workdir / config.text):
        yield lines.fault(("text",), config.text, "the folder of the review's prose", remedy)
        return
    known = known_languages(workdir / config.text)
    for index, code in enumerate(config.languages):
        folder = f"{config.text}/{code}"
        if code not in known:
            expected = f"a language that there is a catalogue of ({', '.join(known)})"
            remedy = f"choose one of these, or begin it: metasynth language new {shown(code)}"
            yield lines.fault(("review", "languages", index), code, expected, remedy)
        elif not os.path.isdir(workdir / folder):
            expected = f"a language in which the review's prose stands, in a folder {folder}"
            remedy = "write its texts there, or remove the language"
            yield lines.fault(("review", "languages", index), code, expected, remedy)


def validate(
    config: Config | None, raw: RawTables, lines: Lines | None = None, *, sound: bool = True
) -> list[Fault]:
    """All faults of the tables, and of the configuration against them, sorted.

    Without a configuration the tables are checked by themselves. What only looks wrong is told as
    well, as far as it can be judged: of the trials whose tables are sound, and of the configuration
    where all of them are, and it is itself (`sound`).
    """
    faults = list(_table_faults(raw, _uncompared(config) if config else None))
    lines = lines or Lines("config.yaml", {})
    if config:
        faults += review_tables.config_faults(config, raw, lines)
        told = {fault.cell for fault in faults}
        faults += protocol.faults(config, raw, lines, told)
    some = reader.sound(raw, (fault for fault in faults if fault.severity == "error"))
    trials = reader.trials(some)
    if config and not _errors(faults):
        faults += review_tables.without_numbers(config, trials, lines)
    wrong = not sound or any(f.file == lines.file and f.severity == "error" for f in faults)
    view = View(None if wrong else config, some, trials)
    faults += _doubts(view, lines, faults, whole=raw.whole and len(trials) == len(raw.trials))
    return sorted(dict.fromkeys(catalogue.unanswered(faults, raw)), key=position)


def _doubts(view: View, lines: Lines, faults: Sequence[Fault], *, whole: bool) -> list[Fault]:
    """What looks wrong in tables without a fault, and in the configuration where all are (`whole`).

    What an unsound trial says is not known, so that nothing is concluded from the want of it.
    """
    every = catalogue.doubts(view, lines, faults)
    found = [fault for fault in every if whole or fault.file != lines.file]
    if whole and (flow := view.raw.table("flow")):
        found += flow_counts.warnings(flow, reader.flow(view.raw), view.trials)
    return found


def _errors(faults: Iterable[Fault]) -> bool:
    return any(fault.severity == "error" for fault in faults)


def _uncompared(config: Config) -> Callable[[RawTrial], bool]:
    """Whether a trial needs but one arm: nothing that it reports is compared."""
    compared = {name for one in config.outcomes if compares(one) for name, _ in one.topics}
    alone = {name for outcome in config.outcomes for name, _ in outcome.topics} - compared

    def needs_one(trial: RawTrial) -> bool:
        reported = {row["outcome"] for row in trial.table("results").rows}
        return not compared or bool(reported & alone and not reported & compared)

    return needs_one


def _table_faults(
    raw: RawTables, needs_one: Callable[[RawTrial], bool] | None = None
) -> Iterator[Fault]:
    yield from raw.faults
    for table in raw.each():
        yield from table.faults
    yield from long_rules.faults(raw)
    for trial in raw.trials:
        yield from trial_rules.faults(trial, one_group=bool(needs_one and needs_one(trial)))
    yield from review_tables.table_faults(raw)
