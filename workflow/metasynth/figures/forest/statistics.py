"""The lines of statistics and notes under a forest plot, in the words of Cochrane reviews."""

from collections.abc import Iterable, Iterator, Sequence

from metasynth.figures.canvas.one_line import clean, name
from metasynth.figures.outcome import analysis_label, overall
from metasynth.language import keys
from metasynth.language.formats import stated
from metasynth.language.languages import Language, message
from metasynth.language.printed import Printed, of_pool
from metasynth.language.sentences import in_words
from metasynth.language.tracked import bare
from metasynth.model.methods import RVE
from metasynth.model.records import AnalysisResult, Estimate


def statistics(analyses: Sequence[AnalysisResult], language: Language) -> tuple[str, ...]:
    """Heterogeneity, overall effect and subgroup differences of each analysis; a line said once."""
    pooled = [(a, e) for a in analyses if (e := overall(a)) is not None and e.k > 1]
    labels = [analysis_label(a) for a, _ in pooled]
    kinds = (
        *_heterogeneities([e for _, e in pooled], language),
        [overall_effect(e, language) for _, e in pooled],
        [subgroup_differences(a, language) for a, _ in pooled],
    )
    return tuple(line for texts in kinds for line in _attributed(texts, labels))


def _heterogeneities(pools: Sequence[Estimate], language: Language) -> Iterator[list[str]]:
    """The heterogeneity of each pool; a Q of all that is the same in a line before the others."""
    several = len(pools) > 1 and all(e.q is not None and e.q_df for e in pools)
    shared = {bare(_q(e, language)) for e in pools} if several else set()
    spreads = ["; ".join(_spread(e, language)) for e in pools]
    if len(shared) != 1 or len(set(map(bare, spreads))) == 1 or not all(spreads):
        yield [heterogeneity(e, language) for e in pools]
        return
    said = language.say("Heterogeneity: {statistics}", statistics=_q(pools[0], language))
    yield [said] * len(pools)
    yield spreads


def _attributed(texts: Sequence[str], labels: Sequence[str]) -> Iterator[str]:
    """Each text once, with the analyses it belongs to where it does not belong to all."""
    printed = [bare(text) for text in texts]
    for said in dict.fromkeys(filter(None, printed)):
        text = texts[printed.index(said)]
        owners = [label for label, own in zip(labels, printed, strict=True) if own == said]
        yield text if len(owners) == len(labels) else f"{text} – {', '.join(owners)}"


def heterogeneity(pooled: Estimate, language: Language, place: int = 0) -> str:
    """ "Heterogeneity: Tau² = 0.04; Q = 3.21, df = 2 (p = 0.20); I² = 38%".

    `place` is that of the pooled estimate in its analysis.
    """
    if not pooled.q_df or (pooled.q is None and pooled.model not in RVE):
        return language.say("Heterogeneity: not applicable")
    parts = _spread(pooled, language, place)
    if pooled.q is not None:
        parts.insert(len(parts) - (pooled.i2 is not None), _q(pooled, language, place))
    return language.say("Heterogeneity: {statistics}", statistics="; ".join(parts))


def _q(pooled: Estimate, language: Language, place: int = 0) -> str:
    """ "Q = 3.21, df = 2 (p = 0.20)"."""
    at = of_pool(pooled, language.numbers, place)
    p, df = stated("p", at.p("q_p", pooled.q_p)), at.count("q_df", pooled.q_df)
    return f"{stated('Q', at.number('q', pooled.q))}, df = {df} ({p})"


def _spread(pooled: Estimate, language: Language, place: int = 0) -> list[str]:
    """How far effects differ, as an analysis estimates it: "Tau² = 0.04", "I² = 38%"."""
    at, parts = of_pool(pooled, language.numbers, place), list[str]()
    if pooled.tau2_between is not None:
        between = at.positive("tau2_between", pooled.tau2_between)
        within = at.positive("tau2_within", pooled.tau2_within)
        text = message("Tau² between clusters {between}, within {within}")
        parts.append(language.say(text, between=between, within=within))
    if pooled.tau2 is not None:
        parts.append(stated("Tau²", at.positive("tau2", pooled.tau2)))
    if pooled.rho is not None:
        parts.append(stated("ρ", at.number("rho", pooled.rho)))
    if pooled.i2 is not None:
        parts.append(stated("I²", at.percent("i2", pooled.i2)))
    return parts


def overall_effect(pooled: Estimate, language: Language, place: int = 0) -> str:
    """ "Overall effect: t = 3.04, df = 2 (p = 0.09)"; z has no degrees of freedom."""
    at = of_pool(pooled, language.numbers, place)
    if pooled.p is None:
        return ""
    p = stated("p", at.p("p", pooled.p))
    if pooled.statistic is None:
        return language.say("Overall effect: {p}", p=p)
    statistic = at.number("statistic", pooled.statistic)
    test = stated("z", statistic)
    if pooled.df is not None:
        degrees = at.number("df", pooled.df, 0 if pooled.df == int(pooled.df) else 1)
        test = f"{stated('t', statistic)}, df = {degrees}"
    return language.say("Overall effect: {test} ({p})", test=test, p=p)


def subgroup_differences(analysis: AnalysisResult, language: Language) -> str:
    """ "Subgroup differences: Q = 1.77, df = 2 (p = 0.41)"; nothing without that test."""
    for test in analysis.tests:
        if test.name == "subgroup differences":
            outcome = analysis.estimates[0].outcome
            key = keys.test(outcome, analysis.spec.name, test.name)
            at = Printed(key, language.numbers)
            q, p = stated("Q", at.number("statistic", test.statistic)), at.p("p", test.p)
            said = f"{q}, df = {at.number('df', test.df, 0)} ({stated('p', p)})"
            return language.say("Subgroup differences: {test}", test=said)
    return ""


def notes(
    analyses: Sequence[AnalysisResult], language: Language, *, daggers: bool = True
) -> Iterable[str]:
    """What a reader must know to read the figure right: weights, corrections, caveats.

    Where no study has a row of its own there are no `daggers` to explain.
    """
    studies = analyses[0].studies if analyses else ()
    weighed = any(study.weight is not None for study in studies)
    if weighed and daggers and len(analyses) > 1:
        label = analysis_label(analyses[0])
        yield language.say("Weights and squares: {analysis}.", analysis=label)
    if any(study.ci_method == "score" for study in studies):
        yield language.say("Intervals of the studies: score limits.")
    if daggers and any(study.corrected for study in studies):
        yield language.say("† A cell is zero: the study's effect is after continuity correction.")
    said = set[str]()
    for analysis in analyses:
        caveats = (clean(in_words(one, language)) for e in analysis.estimates[:1] for one in e.note)
        new = [caveat for caveat in caveats if caveat not in said]
        said.update(new)
        if new:
            of = f"{bare(analysis_label(analysis))}: " if analysis is not analyses[0] else ""
            yield name(f"{of}{' '.join(new)}")
