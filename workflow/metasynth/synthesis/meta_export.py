"""An outcome for R's package meta: its studies, and a script that repeats its analyses.

Each analysis becomes one object of meta (metabin, metacont, metagen and so on), whose numbers the
script prints beside ours. Where meta has no such effect, its effects are made by metafor, on which
meta stands, and pooled by metagen; where it has no such pool, interval or estimator, the script
says so by name. See Balduzzi, Rücker and Schwarzer, Evid Based Ment Health 2019;22(4):153-160, and
the manual of the package meta, of whose version 8.0 these names are: before it, `HK` was another
prediction interval.
"""

from textwrap import wrap

from metasynth.core.faults import shown
from metasynth.core.store import to_csv
from metasynth.language.compared import full_label
from metasynth.language.language import ENGLISH
from metasynth.model.methods import GLMMS
from metasynth.model.records import AnalysisResult, OutcomeResult
from metasynth.synthesis.bayesmeta_export import numbers
from metasynth.synthesis.meta_arguments import (
    choices,
    given,
    iterated,
    lacks,
    limits_alike,
    not_repeated,
    predicts,
    repeated,
    unnamed,
)
from metasynth.synthesis.metafor_export import data_names, data_of, in_units, natural, own_effects

_HEAD = """\
suppressPackageStartupMessages(library(meta))
if (packageVersion("meta") < "8.0-0") stop("8.0-0 or later is needed: install.packages('meta')")
escalc <- metafor::escalc
all <- read.csv("{data}", na.strings = "")
studies <- function(i) {  # those of analysis i, with their effects y and standard errors se there
  dat <- all[all[[paste0("pooled", i)]], ]
  dat[c("y", "se")] <- dat[paste0(c("y", "se"), i)]
  dat
}
tight <- function(pool, v) {  # iterations stop at absolute differences: as small as they can bear
  for (digits in 14:9) {
    control <- list(threshold = 10^-digits * median(v), tau2.max = 1e6, tol = 1e-15 * median(v),
                    maxiter = 10000)
    m <- try(pool(control), silent = TRUE)
    if (!inherits(m, "try-error")) return(m)
  }
  pool(NULL)
}
beside <- function(meta, here) print(cbind(meta, here), digits = 8)
common <- function(m) c(estimate = natural(m$TE.common), ci_low = natural(m$lower.common),
                        ci_high = natural(m$upper.common))
random <- function(m) c(estimate = natural(m$TE.random), ci_low = natural(m$lower.random),
                        ci_high = natural(m$upper.random))
predicted <- function(m) c(pi_low = natural(m$lower.predict), pi_high = natural(m$upper.predict))
"""
_HELD = "\x00=\x00"
"""Where a line is not broken."""


def meta_csv(result: OutcomeResult) -> str:
    """Every study of an outcome, one a row, for read.csv.

    `pooled1` says whether it is in the first analysis; y1 and se1 are its own effect there, on the
    scale of the analysis, blank where it is not; and so on for each analysis.
    """
    own = [analysis.effects for analysis in result.analyses]
    each = (f"{name}{i}" for i in range(1, len(own) + 1) for name in ("pooled", "y", "se"))
    header = ("study", "label", "year", "subgroup", *data_names(result.outcome), *each)
    rows = list[list[object]]()
    for study in result.studies:
        row: list[object] = [study.study, study.label, study.year, study.subgroup]
        row += data_of(result.outcome, study)
        for effects in own:
            effect = effects.get((study.study, study.label))
            row += ["TRUE", effect.log_estimate, effect.se] if effect else ["FALSE", None, None]
        rows.append(row)
    return to_csv(header, rows)


def meta_script(result: OutcomeResult, data: str) -> str:
    """An R script that repeats each analysis by the package meta.

    For each it prints estimate and limits on the natural scale, of the prediction too where there
    is one, and tau2, in a column `meta`, and in a column `here` with the 8 digits that are kept.

    Parameters:
        result: an outcome with its analyses.
        data: the name of the CSV beside the script, as `meta_csv` has it.
    """
    label = shown(full_label(result, ENGLISH))
    head = [
        f"# {label}: its analyses by R's package meta, beside those here.",
        f"# Run it in the folder of {data}:  Rscript <this file>",
        "# Each m1, m2, ... is an object of meta: summary(m1) and forest(m1) show it, and",
        "# update(m1, subgroup = subgroup) has its subgroups.",
    ]
    units = [line.replace("dat", "all") for line in in_units(result.outcome)]
    numbered = enumerate(result.analyses, start=1)
    parts = (line for i, analysis in numbered for line in _analysis(result, analysis, i))
    return "\n".join([*head, _HEAD.replace("{data}", data).rstrip(), *units, *parts]) + "\n"


def _analysis(result: OutcomeResult, analysis: AnalysisResult, number: int) -> list[str]:
    """The lines of one analysis, or why there are none."""
    spec, estimate = analysis.spec, analysis.estimates[0]
    title = f"\n# Analysis {number}, {spec.name}: {shown(spec.label)}"
    if estimate.estimate is None:
        return [title, "# Nothing was pooled: results/tables/estimates.csv says why."]
    alone = len(analysis.studies) == 1
    if not alone and (why := not_repeated(spec.model)):
        return [title, f"# Not repeated: {why}."]
    random = not alone and (spec.model == "random" or spec.model in GLMMS)
    return [
        title,
        f'cat("\\nAnalysis {number}, {spec.name}\\n")',
        f"dat <- studies({number})",
        f"natural <- function(x) {_natural(result, analysis)}",
        *_pool(result, analysis, number, random=random),
        *_compared(result, analysis, number, random=random),
    ]


def _natural(result: OutcomeResult, analysis: AnalysisResult) -> str:
    return natural(result, analysis).replace("transf.", "metafor::transf.")


def _pool(
    result: OutcomeResult, analysis: AnalysisResult, number: int, *, random: bool
) -> list[str]:
    """The lines that make the object m1, m2, ... of an analysis."""
    function, *own = repeated(result, analysis)
    effects = own_effects(result, analysis) if function == "metagen" else []
    typed = result.outcome.type == "generic"  # of which own_effects says all
    why = [f"# {lacks(result, analysis)}"] if effects and not typed else []
    tight = random and iterated(analysis)
    told = [*own, "studlab = label", "data = dat", *choices(result, analysis, random=random)]
    call = f"{function}({', '.join([*told, *(['control = control'] if tight else [])])})"
    made = f"tight(function(control) {call}, dat$se^2)" if tight else call
    said = unnamed(result, analysis, random=random)
    return [*why, *effects, *said, *_lines(f"m{number} <- {made}")]


def _lines(text: str) -> list[str]:
    """A call over lines of 100 characters at most, broken after commas."""
    whole = text.replace(" = ", _HELD)
    lines = wrap(whole, 100, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return [line.replace(_HELD, " = ") for line in lines]


def _compared(
    result: OutcomeResult, analysis: AnalysisResult, number: int, *, random: bool
) -> list[str]:
    """The lines that print meta's numbers beside ours."""
    estimate, object_ = analysis.estimates[0], f"m{number}"
    named = limits_alike(result, analysis)
    theirs = [f"{'random' if random else 'common'}({object_})" + ("" if named else "[1]")]
    ours = [estimate.estimate, *([estimate.ci_low, estimate.ci_high] if named else [])]
    if random and predicts(analysis):
        theirs.append(f"predicted({object_})")
        ours += [estimate.pi_low, estimate.pi_high]
    if random and not given(result, analysis):
        theirs.append(f"tau2 = {object_}$tau2")
        ours.append(estimate.tau2)
    return [f"beside(c({', '.join(theirs)}),", f"       c({numbers(*ours)}))"]
