"""What a stage's members are worked out from: the review, the folders, and the stages before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from metasynth.core import digest, store
from metasynth.figures import catalogue
from metasynth.language import languages
from metasynth.language.wording import Wording
from metasynth.model.designs import are_trials
from metasynth.model.records import Config, OutcomeSpec, Topic, Trial
from metasynth.pipeline.targets import Member
from metasynth.review.load import Review
from metasynth.synthesis import comparison

Members = tuple[Member, ...]


@dataclass(frozen=True)
class Context:
    """The checked review; `pipeline` is the folder `workflow`, `folder` the review's own.

    `made` are the members of the stages so far, by the stage's name.
    """

    review: Review
    pipeline: Path
    folder: Path
    made: dict[str, Members] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)
    _codes: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Config:
        """The choices."""
        return self.review.config

    def add(self, stage: str, members: Members) -> None:
        """A stage whose files the next ones can name as inputs."""
        self.made[stage] = members
        for member in members:
            self._keys.update(dict.fromkeys(member.files, member.key))

    def data(self, inputs: Mapping[str, Sequence[str]]) -> str:
        """Digest of all that some inputs say: of what was made the key, else the content."""
        paths = dict.fromkeys(path for own in inputs.values() for path in own)
        return digest.text_digest(*(f"{p} {self._keys.get(p) or self.content(p)}" for p in paths))

    def member(
        self,
        stage: str,
        inputs: Mapping[str, tuple[str, ...]],
        made: tuple[str, ...],
        told: object = None,
        *,
        name: str = "",
        beside: tuple[str, ...] = (),
        data: str = "",
        weight: int = 1,
    ) -> Member:
        """A member of a stage, of several by its `name`.

        `told` is what its maker is told, `beside` are patterns of files that belong to its code,
        `data` is the digest of what its inputs say to it, where that is not all that they say.
        """
        if stage not in self._codes:
            self._codes[stage] = self.code(stage, *beside)
        code, known = self._codes[stage], data or self.data(inputs)
        choices = "" if told is None else store.compact(told)
        return Member(stage, name, code, known, choices, inputs, made, weight)

    def code(self, script: str, *others: str) -> str:
        """Digest of a stage's code: its script and all behind it, the rules, and other files."""
        found = (path for pattern in others for path in self.pipeline.glob(pattern))
        return digest.code_digest(
            self.pipeline / "scripts" / f"{script}.py",
            self.pipeline / "rules/stages.smk",
            *filter(Path.is_file, found),
        )

    def content(self, *paths: str) -> str:
        """Digest of the content of the review's own files."""
        return digest.files_digest(self.folder / path for path in paths)

    def files(self, *stages: str) -> tuple[str, ...]:
        """All files of earlier stages."""
        return files(member for stage in stages for member in self.made[stage])

    def there(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Those of some files of the review that there are."""
        return tuple(path for path in paths if (self.folder / path).is_file())

    def primary(self, stage: str) -> Members:
        """What a stage makes of each outcome, without their alternative readings."""
        readings = {outcome.id for outcome in self.config.outcomes if outcome.sensitivity_of}
        return tuple(member for member in self.made[stage] if member.name not in readings)

    @cached_property
    def wording(self) -> Wording:
        """How the review speaks of itself."""
        studies = (trial.study for trial in self.review.trials)
        return Wording(
            self.config.languages,
            self.config.text,
            compared=any(one.intervention for one in self.config.comparisons.values()),
            trials=are_trials(study.design for study in studies if study.status == "included"),
            decimals=self.config.decimals,
        )

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What marks the files of each language: nothing for the main one."""
        codes = self.config.languages
        return tuple(languages.suffix(code, codes) for code in codes)

    @cached_property
    def figure_names(self) -> dict[str, tuple[str, ...]]:
        """The names of each outcome's figures, by its id."""
        of = self.config.figures.posteriors
        found = {}
        for outcome in self.config.outcomes:
            trials, valued = self.counted(outcome)
            shown = catalogue.posteriors(outcome, self.config.analyses, trials, of)
            led = catalogue.led_by_clusters(outcome, self.config.analyses, trials)
            found[outcome.id] = catalogue.figures(outcome, trials, valued, shown, in_clusters=led)
        return found

    def figures(self, names: Sequence[str], *folder: str) -> tuple[str, ...]:
        """The files of figures, each in every language."""
        start = "/".join(("results/figures", *folder))
        return tuple(f"{start}/{name}{suffix}.svg" for name in names for suffix in self.suffixes)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The catalogues of the review's own labels, and of languages of its own their texts."""
        text, codes = self.config.text, self.config.languages
        own = [code for code in codes if code not in languages.shipped()]
        inside = [
            f"{text}/{code}/{languages.OWN}/{path.name}"
            for code in own
            for path in sorted((self.folder / text / code / languages.OWN).iterdir())
        ]
        return self.there([*(f"{text}/{code}/{languages.LABELS}" for code in codes), *inside])

    @cached_property
    def _topics(self) -> list[tuple[Trial, dict[Topic, Trial]]]:
        return [(trial, comparison.topics(trial)) for trial in self.review.trials]

    def reporting(self, outcome: OutcomeSpec) -> tuple[Trial, ...]:
        """The trials that have a number for this outcome, without what they say of others."""
        chosen = self.config.comparison_of(outcome)
        pairs = ((comparison.about(topics, outcome), whole) for whole, topics in self._topics)
        found = (comparison.judged(about, whole, outcome) for about, whole in pairs if about)
        return tuple(t for t in found if comparison.reports(t, outcome, chosen))

    def counted(self, outcome: OutcomeSpec) -> tuple[int, int]:
        """How many trials an outcome's figures can show, and how many have its covariate."""
        trials, chosen = self.reporting(outcome), self.config.comparison_of(outcome)
        (primary,) = (a for a in self.config.analyses if a.name == outcome.analyses[0])
        informing = sum(comparison.informs(trial, outcome, primary, chosen) for trial in trials)
        if outcome.covariate is None:
            return informing, 0
        known, _ = comparison.brought(trials, outcome, chosen)
        return informing, len({s.study for s in known if s.covariate is not None})


def files(members: Iterable[Member], *names: str) -> tuple[str, ...]:
    """The files of some members; with `names`, those called so."""
    found = [path for member in members for path in member.files]
    return tuple(path for path in found if not names or path.rpartition("/")[2] in names)


def trial_file(study: str) -> str:
    """Where a cleaned trial stands."""
    return f"results/clean/trials/{study}.json"


def both(folder: str, *names: str) -> tuple[str, ...]:
    """Tables, each as CSV and as JSON."""
    return tuple(f"{folder}/{name}.{form}" for name in names for form in ("csv", "json"))
