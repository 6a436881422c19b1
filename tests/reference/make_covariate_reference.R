# Expected values for the meta-regression of the BCG trials on absolute latitude.
#
#   Rscript tests/reference/make_covariate_reference.R
#
# writes expected/covariate.csv beside itself.

suppressPackageStartupMessages({
  library(metadat)
  library(metafor)
})

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
data <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
control <- list(threshold = 1e-13, maxiter = 5000)
model <- rma(yi, vi, mods = ~ ablat, data = data, test = "knha", control = control)
values <- c(
  k = model$k, intercept = model$beta[1], slope = model$beta[2], slope_se = model$se[2],
  slope_low = model$ci.lb[2], slope_high = model$ci.ub[2], ratio = exp(model$beta[2]),
  statistic = model$zval[2], df = model$ddf[1], p = model$pval[2], tau2 = model$tau2,
  qe = model$QE, qe_df = model$k - model$p, qe_p = model$QEp, r2 = model$R2
)
write.csv(data.frame(quantity = names(values), value = sprintf("%.17g", values)),
  file.path(here, "expected", "covariate.csv"), row.names = FALSE, quote = FALSE
)
