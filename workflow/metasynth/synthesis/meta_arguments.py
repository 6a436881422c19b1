"""The arguments by which R's package meta repeats an analysis, and what it has no name for.

See the manual of the package meta, of whose version 8.0 these names are: before it, `HK` was
another prediction interval.
"""

from metasynth.core.store import number_text
from metasynth.model.methods import BAYESIAN, CLUSTERED, DEFAULT_TAU2, GLMMS, MODEL, RVE, TAU2
from metasynth.model.records import AnalysisResult, OutcomeResult
from metasynth.synthesis.metafor_export import ARGUMENTS

_FUNCTION = {
    "binary": ("metabin", ("event.e", "n.e", "event.c", "n.c")),
    "continuous": ("metacont", ("mean.e", "sd.e", "n.e", "mean.c", "sd.c", "n.c")),
    "rate": ("metainc", ("event.e", "time.e", "event.c", "time.c")),
    "proportion": ("metaprop", ("event", "n")),
    "incidence": ("metarate", ("event", "time")),
    "mean": ("metamean", ("mean", "sd", "n")),
    "correlation": ("metacor", ("cor", "n")),
}
"""meta's function for each outcome type, and its arguments in the order of `ARGUMENTS`."""
_MEASURE = {
    **{name: f'"{name}"' for name in ("RR", "OR", "RD", "ASD", "MD", "ROM", "IRR", "IRD")},
    **{name: f'"{name}"' for name in ("PAS", "PFT", "PLN", "IRLN", "IR", "IRS", "ZCOR", "COR")},
    **{"PLO": '"PLOGIT"', "PR": '"PRAW"', "MN": '"MRAW"', "MC": '"MRAW"', "MNLN": '"MLN"'},
    "SMD-RevMan": '"SMD", method.smd = "Hedges", exact.smd = FALSE',
}
"""meta's name of each measure that it makes as we do."""
_ZERO = {
    "only0": 'incr = 0.5, method.incr = "only0"',
    "all": 'incr = 0.5, method.incr = "all"',
    "treatment_arm": 'incr = "TACC"',
    "none": "incr = 0",
}
_REPEATED = ("random", "IV", "MH", "Peto", *sorted(GLMMS))
"""Models that are repeated."""
_COUNTED = ("binary", "rate", "proportion", "incidence")
_OF_METAGEN = ("RR", "OR", "RD", "MD", "SMD", "ROM", "HR", "IRR", "IRD", "ZCOR", "COR")
"""Measures of which metagen knows the words and the natural scale."""
_CORRECTED_ALIKE = ("RR", "OR", "IRR", "PLO", "IRLN")
"""Measures whose empty cells meta corrects as we do, in effect and error."""
_WITHOUT_NAME = ("HSk", "DL2")
"""Estimators of tau2 that meta has no name for."""
_ITERATED = ("REML", "ML", "EB", "PM")
_RANDOM_CI = {
    "Wald": 'method.random.ci = "classic"',
    "HKSJ": 'method.random.ci = "HK"',
    "HKSJ-adhoc": 'method.random.ci = "HK", adhoc.hakn.ci = "se"',
    "KR": 'method.random.ci = "KR"',
}
_COMMON_CI = {"Wald": (), "IVhet": ('method.common.ci = "IVhet"', 'method.tau = "DL"')}
_OTHER_ERROR = "another error of this RD (Greenland and Robins 1985, not Sato et al. 1989)"


def not_repeated(model: str) -> str:
    """Why a pool by a model is not repeated; blank where it is.

    Parameters:
        model: its name in config.yaml.
    """
    if model in BAYESIAN:
        return f"meta has no Bayesian model ({model})"
    if model in CLUSTERED:
        if model in RVE:
            return f"model {model} is that of the package robumeta"
        return "three levels and structures are metafor's rma.mv, to which meta's cluster leads"
    return "" if model in _REPEATED else f"this script has no call of meta for model {model}"


def repeated(result: OutcomeResult, analysis: AnalysisResult) -> list[str]:
    """meta's function and its arguments on data, measure and counts: those of an own pool.

    The first is the function; the effects are `yi` and their variances `vi` where it is metagen.
    """
    outcome, counted = result.outcome, _by_counts(analysis)
    if not counted and lacks(result, analysis):
        measure = [f'sm = "{outcome.measure}"'] if outcome.measure in _OF_METAGEN else []
        return ["metagen", "yi", "sqrt(vi)", *measure]
    function, names = _FUNCTION[outcome.type]
    data = zip(names, ARGUMENTS[outcome.type], strict=True)
    given = [f"{name} = {column}" for name, column in data]
    return [function, *given, f"sm = {_MEASURE[outcome.measure]}", *_method(outcome.type, analysis)]


def _by_counts(analysis: AnalysisResult) -> bool:
    """Whether a pool takes counts and no effects; one study has its effect, and Peto's its own."""
    model = analysis.spec.model
    return model == "Peto" or (len(analysis.studies) > 1 and model in ("MH", *GLMMS))


def lacks(result: OutcomeResult, analysis: AnalysisResult) -> str:
    """Why the effects are not meta's own; blank where they are."""
    outcome = result.outcome
    if outcome.type == "generic":
        return "The effects as they were pooled."
    if forms := {study.contrast.form for study in result.studies if study.contrast}:
        if forms == {"covariance"}:
            return "meta has no such average of several arms: the effects as they were pooled."
        return "Not all studies bring numbers of groups: the effects as they were pooled."
    if outcome.measure not in _MEASURE:
        return f"meta makes no {outcome.measure} as it was pooled: metafor's functions do."
    corrected = any(effect.corrected for effect in analysis.studies)
    if corrected and outcome.measure not in _CORRECTED_ALIKE:
        return f"meta makes no {outcome.measure} of corrected cells: metafor's functions do."
    return ""


def _method(kind: str, analysis: AnalysisResult) -> list[str]:
    """The arguments on how counts are pooled and empty cells corrected."""
    spec, counted = analysis.spec, _by_counts(analysis)
    if kind not in _COUNTED:
        return []
    if counted and spec.model in GLMMS:
        levels = f'model.glmm = "{MODEL[spec.model].metafor}"'
        return ['method = "GLMM"', *([levels] if kind in ("binary", "rate") else [])]
    about_mh = spec.tau2 == "DL-MH" and len(analysis.studies) > 1
    name = spec.model if counted else "MH" if about_mh else "Inverse"
    told = [f'method = "{name}"', _ZERO[spec.zero_cells]]
    if kind == "binary":
        told += ["allstudies = TRUE", "RR.Cochrane = TRUE", "MH.exact = TRUE"]
        told.append(f"Q.Cochrane = {'TRUE' if about_mh else 'FALSE'}")
    return told


def choices(result: OutcomeResult, analysis: AnalysisResult, *, random: bool) -> list[str]:
    """The arguments on model, tau2, interval and prediction interval."""
    spec = analysis.spec
    if not random:
        return ["common = TRUE", "random = FALSE", *_COMMON_CI.get(spec.ci, ())]
    which = ["common = FALSE", "random = TRUE"]
    if spec.model in GLMMS:
        return [*which, *_prediction(analysis)]
    name = "DL" if spec.tau2 == "DL-MH" else TAU2[spec.tau2 or DEFAULT_TAU2].metafor
    found = number_text(analysis.estimates[0].tau2 or 0.0)
    tau2 = f"tau.preset = sqrt({found})" if given(result, analysis) else f'method.tau = "{name}"'
    return [*which, tau2, _RANDOM_CI[spec.ci], *_prediction(analysis)]


def iterated(analysis: AnalysisResult) -> bool:
    """Whether meta finds tau2 by iteration that can be told how close to come."""
    spec = analysis.spec
    return spec.model == "random" and (spec.tau2 or DEFAULT_TAU2) in _ITERATED


def given(result: OutcomeResult, analysis: AnalysisResult) -> bool:
    """Whether tau2 is written out: meta has no estimator of the name, or none of these effects."""
    tau2 = analysis.spec.tau2
    return tau2 in _WITHOUT_NAME or (tau2 == "DL-MH" and bool(lacks(result, analysis)))


def _prediction(analysis: AnalysisResult) -> list[str]:
    """The arguments on the prediction interval; none where there is none, or meta lacks it."""
    name = predicts(analysis)
    adhoc = name == "HK" and analysis.spec.ci == "HKSJ-adhoc"
    told = [f'method.predict = "{name}"'] if name else []
    return [*told, *(['adhoc.hakn.pi = "se"'] if adhoc else [])]


def predicts(analysis: AnalysisResult) -> str:
    """V, HTS, HK or HK-PR: by degrees of freedom, and whose error of the mean is in it."""
    spec, estimate = analysis.spec, analysis.estimates[0]
    if spec.prediction is None or estimate.pi_low is None:
        return ""
    if spec.prediction == "HK":
        return "HK"
    two = spec.prediction == "t_k-2"
    if spec.prediction == "NNF":
        return ""
    if "KR" in spec.ci + spec.prediction or (two and spec.ci == "HKSJ-adhoc"):
        return ""
    return ("HK-PR" if two else "HK") if spec.ci.startswith("HKSJ") else ("HTS" if two else "V")


def unnamed(result: OutcomeResult, analysis: AnalysisResult, *, random: bool) -> list[str]:
    """What meta has no name for, said by name."""
    spec, estimate, one = analysis.spec, analysis.estimates[0], len(analysis.studies) == 1
    lines = ["# One study: its own result, not a pooled one."] if one else []
    if random and given(result, analysis):
        lines.append(f"# meta has no tau2 {spec.tau2} of these: it is given as it was found here.")
    if not limits_alike(result, analysis):
        why = f"no interval {spec.ci}" if spec.model == "IV" else _OTHER_ERROR
        lines.append(f"# meta has {why}: its limits are not compared.")
    if spec.prediction and estimate.pi_low is not None and not predicts(analysis):
        where = f"prediction interval {spec.prediction} around {spec.ci}"
        lines.append(f"# {_LEFT.get(spec.prediction, 'meta has no {where}.')}".format(where=where))
    if spec.model in GLMMS and not one:
        lines.append("# Fitted by numerical maximisation, so that fewer digits agree.")
    return lines


_LEFT = {
    "t_KR-1": "The {where} is not repeated here.",  # KR-PR: no version was at hand to run
    "NNF": 'meta draws prediction interval NNF (method.predict = "NNF", package pimeta): not here.',
}
"""What is said of prediction intervals that meta has and this script does not repeat."""


def limits_alike(result: OutcomeResult, analysis: AnalysisResult) -> bool:
    """Whether meta has the interval; the error of a Mantel-Haenszel RD is another there."""
    spec, one = analysis.spec, len(analysis.studies) == 1
    other = spec.model == "MH" and result.outcome.measure == "RD"
    return one or not (other or (spec.model == "IV" and spec.ci not in _COMMON_CI))
