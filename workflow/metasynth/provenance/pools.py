"""Pools as entries: every number of a pooled estimate, of sequences of pools, and their sums."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from math import fsum
from typing import Any

from metasynth.language import keys
from metasynth.language.cluster_names import left_together, of_several
from metasynth.language.languages import Language, message
from metasynth.language.sentences import in_words
from metasynth.model.forms import PUBLISHED
from metasynth.model.methods import CREDIBLE, MULTIVARIATE, RVE, WEIGHTED, compares
from metasynth.model.records import AnalysisSpec, Estimate, OutcomeResult
from metasynth.provenance import formulas
from metasynth.provenance.context import Context, Study, studies_of
from metasynth.provenance.entry import Entry
from metasynth.sensitivity.assumptions import Assumed
from metasynth.sensitivity.battery import Sensitivity

POOLED = {
    "k": message("trials pooled"),
    "events_intervention": message("patients with the event under the intervention, all trials"),
    "total_intervention": message("patients under the intervention, all trials"),
    "events_control": message("patients with the event under control, all trials"),
    "total_control": message("patients under control, all trials"),
    "estimate": message("pooled effect"),
    "ci_low": message("lower limit of the 95% confidence interval"),
    "ci_high": message("upper limit of the 95% confidence interval"),
    "adhoc_low": message("lower limit of the 95% interval, never narrower than Wald’s"),
    "adhoc_high": message("upper limit of the 95% interval, never narrower than Wald’s"),
    "pi_low": message("lower limit of the 95% prediction interval"),
    "pi_high": message("upper limit of the 95% prediction interval"),
    "log_estimate": message("pooled effect on the analysis scale"),
    "se": message("standard error on the analysis scale"),
    "statistic": message("test statistic of no effect"),
    "df": message("degrees of freedom of the test and interval"),
    "p": message("p-value of the test of no effect, two-sided"),
    "q": message("Cochran’s Q"),
    "q_df": message("degrees of freedom of Q"),
    "q_p": message("p-value of Q"),
    "i2": message("I², in per cent"),
    "i2_low": message("lower 95% limit of I², in per cent"),
    "i2_high": message("upper 95% limit of I², in per cent"),
    "h2": message("H²"),
    "tau2": message("tau², the variance between trials"),
    "tau2_low": message("lower 95% limit of tau²"),
    "tau2_high": message("upper 95% limit of tau²"),
    "clusters": message("clusters of the trials pooled"),
    "trials": message("trials of the effects pooled"),
    "tau2_between": message("variance of true effects between clusters"),
    "tau2_between_low": message("lower 95% limit of the variance between clusters"),
    "tau2_between_high": message("upper 95% limit of the variance between clusters"),
    "tau2_within": message("variance of true effects within clusters"),
    "tau2_within_low": message("lower 95% limit of the variance within clusters"),
    "tau2_within_high": message("upper 95% limit of the variance within clusters"),
    "i2_between": message("share of the variance that is between clusters, in per cent"),
    "i2_within": message("share of the variance that is within clusters, in per cent"),
    "p_resampled": formulas.P_RESAMPLED,
    "resamplings": formulas.RESAMPLINGS,
    "rho": message("correlation of the true effects of one cluster"),
    "p_above": message("posterior probability of an effect above none"),
    "p_against": message("posterior probability of no effect, or of one in the other direction"),
    "bayes_factor_common": message("Bayes factor of the common effect against heterogeneity"),
}
_VARIANCE = message("variance of true effects")
LEVELS = ("tau2_between", "tau2_within")
_OF_ESTIMATE: Mapping[str, tuple[str, ...]] = {
    "estimate": ("log_estimate",),
    "ci_low": ("log_estimate", "se", "df"),
    "ci_high": ("log_estimate", "se", "df"),
    "adhoc_low": ("log_estimate", "tau2", "k"),
    "adhoc_high": ("log_estimate", "tau2", "k"),
    "pi_low": ("log_estimate", "se", "tau2", *LEVELS, "k"),
    "pi_high": ("log_estimate", "se", "tau2", *LEVELS, "k"),
    "statistic": ("log_estimate", "se"),
    "df": ("k",),
    "p": ("statistic", "df"),
    "q_df": ("k",),
    "q_p": ("q", "q_df"),
    "h2": ("i2",),
    "i2_low": ("tau2_low",),
    "i2_high": ("tau2_high",),
    "p_against": ("p_above",),
}
"""Which fields of a pooled estimate others follow from; what is not here rests on the studies."""
_LIMITS = ("ci_low", "ci_high", "pi_low", "pi_high")
"""Fields that a posterior has from the studies, not from an effect and its standard error."""
_CREDIBLE = {
    "ci_low": message("lower limit of the 95% credible interval"),
    "ci_high": message("upper limit of the 95% credible interval"),
    "se": message("posterior standard deviation on the analysis scale"),
}


def _of_studies(field: str, row: Estimate, spec: AnalysisSpec) -> bool:
    """Whether limits follow from the studies, and not from an effect and its standard error."""
    integrated = spec.prediction == "NNF" and field in ("pi_low", "pi_high")
    return integrated or (row.ci_method == CREDIBLE and field in _LIMITS)


def pooled_entries(
    context: Context,
    spec: AnalysisSpec,
    row: Estimate,
    prefix: str,
    part: str,
    studies: Sequence[Study],
) -> Iterator[Entry]:
    """Every number of one pool, with the studies that it pools; `part` says which, if not all."""
    language = context.language
    names = (context.label, language.label(spec.label), language.label(part))
    of = "; ".join(name for name in names if name)
    chosen = (keys.outcome_choice(context.id), keys.analysis_choice(spec.name))
    for field, what in POOLED.items():
        value = getattr(row, field)
        if value is None:
            continue
        own = () if _of_studies(field, row, spec) else _counting(field, row)
        made = [f"{prefix}.{name}" for name in own if getattr(row, name) is not None]
        method, formula = formulas.of_pooled(field, row, spec)
        yield context.entry(
            f"{prefix}.{field}",
            _called(field, what, row),
            of,
            value,
            measure=row.measure if context.scale(field) else "",
            scale=context.scale(field),
            inputs=(*(made or _from_studies(field, row, prefix, studies)), *chosen),
            method=language.say(method),
            formula=formula,
            note=in_words(row.note, language),
        )


def _called(field: str, what: str, row: Estimate) -> str:
    """What a field is of a posterior, or of effects that covary, else of any pool."""
    if row.model == MULTIVARIATE and field == "tau2":
        return _VARIANCE
    return _CREDIBLE.get(field, what) if row.ci_method == CREDIBLE else what


def sums(context: Context, row: Estimate, prefix: str, studies: Sequence[Study]) -> Iterator[Entry]:
    """What figures add up beside a pool: weights, participants, person-time."""
    known = [s.row.weight for s in studies if s.row.weight is not None]
    sides = ("intervention", "control")[: 2 if compares(context.result.outcome) else 1]
    totals = {f"total_{side}": getattr(row, f"total_{side}") for side in sides}
    sums: dict[str, tuple[str, Any, tuple[str, ...]]] = {
        "weight": (
            message("weights of the trials together, in per cent"),
            sum(known) if row.subgroup != "all" else 100.0,
            tuple(f"{s.key}.weight" for s in studies if s.row.weight is not None),
        ),
        "participants": (
            message("patients of all groups, all trials"),
            None if None in totals.values() else sum(totals.values()),
            tuple(f"{prefix}.{field}" for field in totals),
        ),
    }
    for side in ("intervention", "control"):
        keyed = tuple(key for s in studies for key in s.raw if key.endswith(f"{side}.person_time"))
        time = _time(context, studies, side)
        sums[f"person_time_{side}"] = message("person-time of all trials"), time, keyed
    for field, (what, value, inputs) in sums.items():
        if value is not None and inputs:
            more = {"inputs": inputs, "method": context.language.say(formulas.SUM)}
            yield context.entry(f"{prefix}.{field}", what, context.label, value, **more)


def _time(context: Context, studies: Sequence[Study], side: str) -> float | None:
    """The person-time of one side of these studies; None where any is unknown."""
    wanted = {(study.row.study, study.row.label) for study in studies}
    groups = [getattr(s, side) for s in context.result.studies if (s.study, s.label) in wanted]
    times = [group.person_time if group else None for group in groups]
    return None if not times or None in times else fsum(time or 0.0 for time in times)


def sequence_entries(
    result: OutcomeResult, item: Sensitivity, cells: Container[str], language: Language
) -> Iterator[Entry]:
    """The pools without each study in turn, and up to each by year."""
    context, primary = Context(result, language, cells), result.analyses[0]
    studies = studies_of(context, primary, keys.parts(result.studies))
    for kind, pools, prefix, part in (
        ("leave_one_out", item.leave_one_out, "without ", message("without {study}")),
        ("cumulative", item.cumulative, "up to ", message("up to {study}")),
    ):
        seen: list[Study] = []
        for row in pools:
            study = row.subgroup.removeprefix(prefix)
            together = left_together(study, primary.studies)
            own = [s for s in studies if s.row in together]
            seen += own
            pooled = seen if kind == "cumulative" else [s for s in studies if s not in own]
            at = keys.sequence(context.id, primary.spec.name, kind, study)
            named = language.say(part, study=of_several(study, result, language))
            yield from pooled_entries(context, primary.spec, row, at, named, pooled)


def without_published_entries(
    result: OutcomeResult, item: Sensitivity, cells: Container[str], language: Language
) -> Iterator[Entry]:
    """The pool of the trials that give the numbers of their groups."""
    if (row := item.without_published) is None:
        return
    context, primary = Context(result, language, cells), result.analyses[0]
    studies = studies_of(context, primary, keys.parts(result.studies))
    own = [study for study in studies if study.row.form not in PUBLISHED]
    at, named = f"{context.id}.without_published", language.say("without published contrasts")
    yield from pooled_entries(context, primary.spec, row, at, named, own)


def assumed_entries(
    result: OutcomeResult, found: Sequence[Assumed], cells: Container[str], language: Language
) -> Iterator[Entry]:
    """The primary analysis with numbers computed otherwise, or without the trials concerned."""
    context, primary = Context(result, language, cells), result.analyses[0]
    studies = studies_of(context, primary, keys.parts(result.studies))
    for number, one in enumerate(found, start=1):
        left_out = one.kind in ("without", "skewed")
        used = [
            # A study's own effect is another one here: what it is made of stays the same.
            study if study.row.study not in one.trials else _unmade(study)
            for study in studies
            if not (left_out and study.row.study in one.trials)
        ]
        at, named = keys.assumed(context.id, number), language.say("under another assumption")
        yield from pooled_entries(context, primary.spec, one.estimate, at, named, used)


def _unmade(study: Study) -> Study:
    return replace(study, row=replace(study.row, log_estimate=None, se=None))


def _counting(field: str, row: Estimate) -> Sequence[str]:
    """Which fields a field follows from: clusters in place of trials, where these are counted."""
    own = _OF_ESTIMATE.get(field, ())
    if row.clusters is None or field == "q_df":
        return own
    if field == "df" and row.ci_method != "t":
        return ()  # Satterthwaite's, of the trials themselves
    return ["clusters" if name == "k" else name for name in own]


def _from_studies(
    field: str, row: Estimate, prefix: str, studies: Sequence[Study]
) -> tuple[str, ...]:
    """The inputs of what rests on the studies themselves."""
    what, _, side = field.partition("_")
    if side in ("intervention", "control"):
        ending = f".{side}.{what}"
        return tuple(key for study in studies for key in study.raw if key.endswith(ending))
    if field == "i2" and row.i2_between is not None and row.model != MULTIVARIATE:
        return f"{prefix}.i2_between", f"{prefix}.i2_within"
    if field == "i2" and row.tau2 is None and row.q is not None:
        return f"{prefix}.q", f"{prefix}.q_df"
    by_counts = row.model not in WEIGHTED
    made = [key for study in studies for key in (study.raw if by_counts else study.effect())]
    if row.tau2 is not None and field in ("log_estimate", "se", "i2") and row.model not in RVE:
        made.append(f"{prefix}.tau2")
    if row.clusters is not None and field in ("log_estimate", "se", "i2_between", "i2_within"):
        made += [f"{prefix}.{name}" for name in LEVELS if getattr(row, name) is not None]
    return tuple(made)
