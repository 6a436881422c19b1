"""What the maker of each stage is told, beside its input files: all of it is part of the key."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from metasynth.language.wording import Wording
from metasynth.model.certainty_config import CertaintyRules
from metasynth.model.importance import Declared
from metasynth.model.records import (
    AnalysisSpec,
    CertaintyRating,
    ChangelogEntry,
    Claim,
    Comparison,
    Config,
    FigureChoices,
    FigureFiles,
    FlowCount,
    Judgement,
    OutcomeSpec,
    SearchLine,
)
from metasynth.model.robustness_config import MultiverseChoices
from metasynth.prose.unwritten import Unwritten


@dataclass(frozen=True, slots=True)
class Cleaning:
    """Which trial is read, from which folder of raw data."""

    data: str
    study: str


@dataclass(frozen=True, slots=True)
class Pooling:
    """What is pooled, and in which ways."""

    outcome: OutcomeSpec
    analyses: tuple[AnalysisSpec, ...]
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Doubting:
    """What is pooled, and which other choices could have been made."""

    pooling: Pooling
    multiverse: MultiverseChoices


@dataclass(frozen=True, slots=True)
class Comparing:
    """The review's choices, why it was changed, and whether starter text is left in it.

    `made_up` tells whether its trials are those of a new review.
    """

    config: Config
    wording: Wording
    changelog: tuple[ChangelogEntry, ...]
    draft: bool
    made_up: bool


@dataclass(frozen=True, slots=True)
class Rating:
    """The declared rules of certainty, and what the panel rated."""

    rules: CertaintyRules
    panel: tuple[CertaintyRating, ...]


@dataclass(frozen=True, slots=True)
class Auditing:
    """The published statements that are set beside the results.

    `declared` says which differences are important.
    """

    claims: tuple[Claim, ...]
    comparisons: Mapping[str, Comparison]
    declared: Declared


@dataclass(frozen=True, slots=True)
class JudgedStudy:
    """A study's judgements of risk of bias, as far as an outcome's forest plot shows them."""

    study: str
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Forest:
    """The look of an outcome's forest plot, and the risk of bias that it shows."""

    wording: Wording
    look: FigureChoices
    judged: tuple[JudgedStudy, ...]


@dataclass(frozen=True, slots=True)
class Plotting:
    """The languages of an outcome's figures."""

    wording: Wording


@dataclass(frozen=True, slots=True)
class Converting:
    """What a journal asks of figures' files, and the date that they claim."""

    files: FigureFiles
    date: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The numbers of the flow diagram, and what else the figures of the whole review show.

    `main` are the ids of outcomes in one view, `claims` what published figures print, `shared` the
    outcomes that each figure of all shows.
    """

    wording: Wording
    flow: tuple[FlowCount, ...]
    main: tuple[str, ...]
    claims: tuple[Claim, ...] = ()
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reporting:
    """The review's choices, the language to write in, libraries as "name version".

    `draft` are the starter texts that are left in it.
    """

    config: Config
    language: str
    wording: Wording
    versions: tuple[str, ...]
    claims: tuple[Claim, ...]
    search: tuple[SearchLine, ...]
    flow: tuple[FlowCount, ...]
    draft: tuple[Unwritten, ...] = ()
