"""The names that texts can use, as they are known before anything is computed.

They are those of report/text/vocabulary.py (a test compares them): what tables and choices say
stands here with its value, and of what only the run will give there is the kind.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from metasynth.audit.tally import SORTS
from metasynth.language.languages import ENGLISH, LOCALES, shipped
from metasynth.model.records import Claim, Config, OutcomeSpec, SearchLine, Trial
from metasynth.prose.values import ANYTHING, NUMBER, TEXT, Kind, Named, Slip, unknown
from metasynth.report.text.names import Numbers, OutcomeNames
from metasynth.report.text.raw_names import StudyNames, search_names

OF_A_CLAIM = (
    *("effect", "sides", "percent_intervention", "percent_control", "verdict"),
    *("p", "p_fisher", "p_midp", "p_score", "p_wald", "recomputed"),
    *("holding", "trials"),
)
"""The numbers of an audited statement (report/tables/claims.py)."""
_OTHERS = (
    *("multi_arm", "changes", "grown", "figures", "covariates", "regressed", "small_study"),
    "small_study_from",
    *("moderated", "profiled"),
    *("further", "headed", "sectioned", "of_all", "only_files", "explored", "names_excluded"),
    *("used", "used_predictions", "used_tau2", "limits_of_tau2"),
    *("terms", "certainty", "measures"),
    *("label_of", "labels_of"),
    *("statuses", "stability", "printed_percentages", "own", "draft", "facts"),
    *("priors", "other_priors", "correlations", "cited_methods", "used_conversions"),
    *("crosschecks", "comparisons", "shared_arms", "has_instrument", "has_superiority"),
    "risks_of_scores",
    *("several_effects", "structures"),
)
"""Names that only the sections of any review use: they are known, and not looked into."""
_FORMS = re.compile(r"nplurals *= *(\d+)")


def names(
    config: Config,
    trials: Mapping[str, Callable[[], Trial | None]],
    claims: Sequence[Claim],
    search: Sequence[SearchLine],
    language: str,
) -> dict[str, object]:
    """Every name that a text may use.

    `trials` give each trial's record when it is asked for, None where its tables are at fault.
    """
    several = Kind(tuple[Trial, ...])
    return {
        **{outcome.id: _outcome(outcome) for outcome in config.outcomes},
        **dict.fromkeys(_OTHERS, ANYTHING),
        "review": config,
        "analyses": config.analyses,
        **dict.fromkeys(("intervention", "control", "missing", "readings"), TEXT),
        **dict.fromkeys(("outcomes", "compared", "main"), Kind(tuple[OutcomeNames, ...])),
        "trials": {
            **dict.fromkeys(("all", "included", "other"), several),
            **dict.fromkeys(("randomised", "size"), TEXT),
            "all_randomised": NUMBER,
            "designs": Kind(tuple[str, ...]),
        },
        "study": _Studies(trials),
        "search": search_names(search),
        **dict.fromkeys(("tools", "primaries", "besides"), Kind(tuple[str, ...])),
        **dict.fromkeys(("has_claims", "is_missing", "has_absolute", "many_trials"), NUMBER),
        **dict.fromkeys(("names_excluded", "explored"), NUMBER),
        "choose": _chooser(language),
        "count_trials": lambda n, key="": TEXT,
        "audit": _audit(claims),
    }


def _outcome(outcome: OutcomeSpec) -> Named:
    return Named(OutcomeNames, dict.fromkeys(outcome.analyses, Kind(Numbers)))


class _Studies(Mapping[str, object]):
    """The trials by their ids; the record of one is made when a text names it."""

    def __init__(self, trials: Mapping[str, Callable[[], Trial | None]]):
        self._trials = trials

    def __getitem__(self, study: str) -> object:
        trial = self._trials[study]()
        return ANYTHING if trial is None else _Study(trial, ENGLISH)

    def __iter__(self) -> Iterator[str]:
        return iter(self._trials)

    def __len__(self) -> int:
        return len(self._trials)


class _Study(StudyNames):
    """A trial whose rows, where there is none as named, are told with the nearest that there is."""

    __slots__ = ()

    def result(self, outcome: str, week: int | None, arm: str, reading: str = "") -> Any:
        if any(isinstance(given, Kind) for given in (outcome, week, arm, reading)):
            return ANYTHING
        try:
            return super().result(outcome, week, arm, reading)
        except KeyError as error:
            rows = {_call(r.outcome, r.week, r.arm_id, r.reading) for r in self.trial.results}
            wanted = _call(outcome, week, arm, reading)
            owner = f"study.{self.trial.study.study}"
            raise unknown(f"{owner}.{wanted}", wanted, rows, owner) from error


def _call(outcome: str, week: int | None, arm: str, reading: str) -> str:
    given = [f'"{outcome}"', str(week).lower(), f'"{arm}"', *([f'"{reading}"'] if reading else [])]
    return f"result({', '.join(given)})"


def _audit(claims: Sequence[Claim]) -> Mapping[str, object]:
    claim = {one.claim_id: dict.fromkeys(OF_A_CLAIM, TEXT) for one in claims}
    counts, numbers = (dict.fromkeys(SORTS, kind) for kind in (TEXT, NUMBER))
    return {**counts, "numbers": numbers, "kinds": ANYTHING, "counts": counts, "claim": claim}


def _chooser(language: str) -> object:
    forms = _plural_forms(language)

    def choose(n: object, *given: object) -> object:
        if forms and len(given) != forms:
            expected = f"{forms} forms of the noun behind the number, which this language has"
            raise Slip(f"choose(…) with {len(given)}", expected, "give each of them once")
        return TEXT

    return choose


@cache
def _plural_forms(language: str) -> int:
    """How many forms of a noun a shipped language has; 0 for another, whose form is chosen."""
    if language not in shipped():
        return 0
    catalogue: Path = LOCALES / f"{language}.po"
    found = _FORMS.search(catalogue.read_text("utf-8")[:2000]) if catalogue.is_file() else None
    return int(found[1]) if found else 2
