"""The lines of an R script that repeat tests of asymmetry and adjusted estimates by metafor."""

import numpy as np

from metasynth.model.methods import INVERSE_VARIANCE, compares
from metasynth.model.records import AnalysisResult, OutcomeResult

_LINES = """
# Small-study effects; sensitivity.json has these numbers as computed here.
cat("\\nSmall-study effects\\n")
print(regtest(yi, vi, data = dat, model = "lm"))
suppressWarnings(print(ranktest(yi, vi, data = dat)))
adjusted <- function(line) c(estimate = natural(coef(line)[[1]]),
                             ci_low = natural(confint(line)[1, 1]),
                             ci_high = natural(confint(line)[1, 2]))
print(rbind(PET = adjusted(lm(yi ~ sqrt(vi), data = dat, weights = 1 / vi)),
            PEESE = adjusted(lm(yi ~ vi, data = dat, weights = 1 / vi))), digits = 8)
for (steps in list(0.025, c(0.025, 0.5))) {{  # from one start, which need not end at the top
  print(try(selmodel(rma(yi, vi, data = dat, method = "{method}"), type = "stepfun", steps = steps,
                     alternative = "{side}"), silent = TRUE))
}}
x <- 1 / sqrt(dat$vi + pooled_tau2)
line <- coef(lm(I(dat$yi * x) ~ x))
print(c(limit = natural(line[[2]] + sqrt(pooled_tau2) * line[[1]])), digits = 8)
for (type in c("Rosenthal", "Orwin", "Rosenberg")) print(fsn(yi, vi, data = dat, type = type))
"""


def small_study(result: OutcomeResult, analysis: AnalysisResult) -> list[str]:
    """The lines, of a comparison whose primary analysis averages enough trials by variances."""
    outcome, model = result.outcome, analysis.spec.model
    k = sum(e.se is not None and np.isfinite(e.se) for e in analysis.studies)
    if not compares(outcome) or model not in INVERSE_VARIANCE or k < outcome.small_study.minimum:
        return []
    side = "greater" if outcome.direction == "benefit" else "less"
    method = "ML" if model == "random" else "EE"
    return _LINES.format(side=side, method=method).strip().splitlines()
