"""The lines of statistics and notes under a forest plot, in the words of Cochrane reviews."""

from collections.abc import Iterable, Iterator, Sequence

from metasynth.figures.outcome import analysis_label, overall
from metasynth.figures.text import clean
from metasynth.formats import number, p_value, percent, positive, stated
from metasynth.language import Language
from metasynth.records import AnalysisResult, Estimate


def statistics(analyses: Sequence[AnalysisResult], language: Language) -> tuple[str, ...]:
    """Heterogeneity, overall effect and subgroup differences of each analysis; a line said once."""
    pooled = [(a, e) for a in analyses if (e := overall(a)) is not None]
    labels = [analysis_label(a) for a, _ in pooled]
    kinds = (
        [heterogeneity(e, language) for _, e in pooled],
        [overall_effect(e, language) for _, e in pooled],
        [subgroup_differences(a, language) for a, _ in pooled],
    )
    return tuple(line for texts in kinds for line in _attributed(texts, labels))


def _attributed(texts: Sequence[str], labels: Sequence[str]) -> Iterator[str]:
    """Each text once, with the analyses it belongs to where it does not belong to all."""
    for text in dict.fromkeys(filter(None, texts)):
        owners = [label for label, own in zip(labels, texts, strict=True) if own == text]
        yield text if len(owners) == len(labels) else f"{text} – {', '.join(owners)}"


def heterogeneity(pooled: Estimate, language: Language) -> str:
    """ "Heterogeneity: Tau² = 0.04; Q = 3.21, df = 2 (p = 0.20); I² = 38%"."""
    if pooled.q is None or not pooled.q_df:
        return language.say("Heterogeneity: not applicable")
    numbers = language.numbers
    p = stated("p", p_value(pooled.q_p, numbers))
    parts = [f"{stated('Q', number(pooled.q, 2, numbers))}, df = {pooled.q_df} ({p})"]
    if pooled.tau2 is not None:
        parts.insert(0, stated("Tau²", positive(pooled.tau2, numbers)))
    if pooled.i2 is not None:
        parts.append(stated("I²", percent(pooled.i2, 0, numbers)))
    return language.say("Heterogeneity: {statistics}", statistics="; ".join(parts))


def overall_effect(pooled: Estimate, language: Language) -> str:
    """ "Overall effect: t = 3.04, df = 2 (p = 0.09)"; z has no degrees of freedom."""
    if pooled.statistic is None:
        return ""
    numbers = language.numbers
    test = stated("z", number(pooled.statistic, 2, numbers))
    if pooled.df is not None:
        degrees = number(pooled.df, 0 if pooled.df == int(pooled.df) else 1, numbers)
        test = f"{stated('t', number(pooled.statistic, 2, numbers))}, df = {degrees}"
    p = stated("p", p_value(pooled.p, numbers))
    return language.say("Overall effect: {test} ({p})", test=test, p=p)


def subgroup_differences(analysis: AnalysisResult, language: Language) -> str:
    """ "Subgroup differences: Q = 1.77, df = 2 (p = 0.41)"; nothing without that test."""
    numbers = language.numbers
    for test in analysis.tests:
        if test.name == "subgroup differences":
            q, p = stated("Q", number(test.statistic, 2, numbers)), p_value(test.p, numbers)
            said = f"{q}, df = {number(test.df, 0, numbers)} ({stated('p', p)})"
            return language.say("Subgroup differences: {test}", test=said)
    return ""


def notes(analyses: Sequence[AnalysisResult], language: Language) -> Iterable[str]:
    """What a reader must know to read the figure right: weights, corrections, caveats."""
    studies = analyses[0].studies if analyses else ()
    if studies and len(analyses) > 1:
        label = analysis_label(analyses[0])
        yield language.say("Weights and squares: {analysis}.", analysis=label)
    if any(study.ci_method == "score" for study in studies):
        yield language.say("Intervals of the studies: score limits.")
    if any(study.corrected for study in studies):
        yield language.say("† A cell is zero: the study's effect is after continuity correction.")
    said = ""
    for note in (clean(e.note) for analysis in analyses for e in analysis.estimates[:1]):
        if note not in said:
            yield note
        said += note
