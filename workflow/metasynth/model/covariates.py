"""Characteristics of studies by which effects are explained: each one's value and place."""

from collections.abc import Iterable, Iterator, Sequence

from metasynth.model.judgement_levels import NAMES, is_overall, risk
from metasynth.model.moderators import (
    ModeratorModel,
    ModeratorTerm,
    all_terms,
    cut_level,
    cut_levels,
)
from metasynth.model.records import Cell, CovariateSpec, OutcomeSpec, Study, StudyValue, Trial

OF_STUDY = ("year", "duration_weeks", "n_randomised")
DOSE = "dose"
BUILT_IN = (DOSE, *OF_STUDY)
"""Covariates that other tables have: the dose of arms.csv, numbers of study.csv."""
WORDS_OF_STUDY = ("design", "population", "background")
TREATMENT, RISK_OF_BIAS = "treatment", "risk_of_bias"
WORDS = (*WORDS_OF_STUDY, TREATMENT, RISK_OF_BIAS)
"""Characteristics in words: of study.csv, the treatment of arms.csv, the overall risk of bias."""


def column(name: str) -> str:
    """The column in which a characteristic stands."""
    if name == RISK_OF_BIAS:
        return "judgement"
    return name if name in (*BUILT_IN, *WORDS) else "value"


def value(
    trial: Trial, spec: CovariateSpec | None, arm_ids: Sequence[str]
) -> tuple[float | None, Cell | None]:
    """The trial's value of a covariate and where it stands; nothing where it is not stated.

    The dose is that of the arms compared with control, and none where these differ in it.
    """
    found = characteristic(trial, spec.name, arm_ids) if spec else None
    return (found.number, found.cell) if found else (None, None)


def characteristic(
    trial: Trial, name: str, arm_ids: Sequence[str], outcome: str = ""
) -> StudyValue | None:
    """The trial's value of a characteristic; None where it is not stated.

    The dose and the treatment are those of the arms compared with control, and none where these
    differ in it. The risk of bias is the overall judgement of the `outcome`, as results.csv calls
    it, or of the trial as a whole, by its level; none where tools judge in different levels.
    """
    known = list(_words(trial, name, arm_ids, outcome) if name in WORDS else ())
    if name not in WORDS:
        known = [
            StudyValue(name, cell, number=number) for number, cell in _values(trial, name, arm_ids)
        ]
    if len({(one.number, one.word) for one in known}) != 1:
        return None
    return min(known, key=lambda one: (one.cell.file, one.cell.row))


def columns_of(outcome: OutcomeSpec) -> tuple[str, ...]:
    """The characteristics that an outcome's moderators, subgroups and factors are, each once.

    Without those of study.csv by which trials are grouped: these stand there as they are.
    """
    group = grouping(outcome)
    grouped = (group.column,) if group else ()
    return tuple(dict.fromkeys((*moderator_columns(outcome), *grouped, *factors(outcome))))


def factors(outcome: OutcomeSpec) -> tuple[str, ...]:
    """The characteristics that say which true effects differ together, each once."""
    inner = (outcome.inner,) if outcome.inner else ()
    return tuple(dict.fromkeys((*inner, *outcome.crossed)))


def moderator_columns(outcome: OutcomeSpec) -> tuple[str, ...]:
    """The characteristics that an outcome's moderators are, each once."""
    terms = (term for model in outcome.moderators for term in all_terms(model))
    return tuple(dict.fromkeys(term.column for term in terms))


def grouping(outcome: OutcomeSpec) -> ModeratorTerm | None:
    """What makes the subgroups of an outcome, where that is no column of words of study.csv."""
    column = outcome.subgroup
    if not column or column in WORDS_OF_STUDY:
        return None
    return ModeratorTerm(column, column, column, outcome.subgroup_levels, outcome.subgroup_cuts)


def columns_in_study(outcomes: Iterable[OutcomeSpec]) -> tuple[str, ...]:
    """The columns of words of study.csv by which some outcome groups its trials, each once."""
    columns = dict.fromkeys(outcome.subgroup for outcome in outcomes)
    return tuple(column for column in columns if column in WORDS_OF_STUDY)


def group_in_study(study: Study, outcome: OutcomeSpec) -> str:
    """The subgroup of a trial by a column of words of study.csv; blank where it is another's."""
    return getattr(study, outcome.subgroup) if outcome.subgroup in WORDS_OF_STUDY else ""


Level = float | str


def level_of(term: ModeratorTerm, value: StudyValue) -> Level | None:
    """What a study's characteristic is to a term; None where the term has no such level."""
    if term.column in WORDS:
        return value.word
    assert value.number is not None
    if term.levels:
        return next((name for name, number in term.levels if number == value.number), None)
    return cut_level(term.cuts, value.number) if term.cuts else value.number


def level_order(term: ModeratorTerm) -> tuple[str, ...]:
    """The levels of a category in their own order; none where that is the alphabet's."""
    if term.column == RISK_OF_BIAS:
        return NAMES
    return tuple(name for name, _ in term.levels) or (cut_levels(term.cuts) if term.cuts else ())


def is_category(term: ModeratorTerm) -> bool:
    """Whether a term is one of levels."""
    return bool(term.column in WORDS or term.levels or term.cuts)


def drawn_term(outcome: OutcomeSpec) -> tuple[ModeratorModel, ModeratorTerm] | None:
    """The first number of the first of an outcome's models that has one: its figure is of these."""
    pairs = ((model, term) for model in outcome.moderators for term in model.terms)
    return next((pair for pair in pairs if not is_category(pair[1])), None)


def _values(trial: Trial, name: str, arm_ids: Sequence[str]) -> Iterator[tuple[float, Cell]]:
    if name in OF_STUDY:
        number = getattr(trial.study, name)
        known = [(number, trial.study.cell)]
    elif name == DOSE:
        known = [(arm.dose, arm.cell) for arm in trial.arms if arm.arm_id in arm_ids]
    else:
        known = [(row.value, row.cell) for row in trial.covariates if row.covariate == name]
    yield from ((float(number), cell) for number, cell in known if number is not None)


def _words(trial: Trial, name: str, arm_ids: Sequence[str], outcome: str) -> Iterator[StudyValue]:
    if name in WORDS_OF_STUDY:
        known = [(getattr(trial.study, name), trial.study.cell)]
    elif name == TREATMENT:
        known = [(arm.treatment, arm.cell) for arm in trial.arms if arm.arm_id in arm_ids]
    else:
        judged = [one for one in trial.risk_of_bias if is_overall(one.domain) and one.judgement]
        own = [one for one in judged if one.outcome == outcome]
        levels = (
            (risk(one.judgement), one.cell) for one in own or judged if not one.outcome or own
        )
        known = [(NAMES[level], cell) for level, cell in levels if level is not None]
    yield from (StudyValue(name, cell, word=word) for word, cell in known if word)
