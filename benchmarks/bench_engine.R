# Seconds a meta-analysis by metafor, for bench_engine.py: log risk ratios of the 13 BCG trials.
suppressPackageStartupMessages(library(metafor))
d <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
pool <- function() predict(rma(yi, vi, data = d, method = "REML", test = "knha"))
with_limits <- function() {
  fit <- rma(yi, vi, data = d, method = "REML", test = "knha")
  predict(fit)
  confint(fit)
}
seconds <- function(f, n) {
  for (i in 1:20) f()
  best <- Inf
  for (round in 1:5) best <- min(best, system.time(for (i in seq_len(n)) f())[["elapsed"]] / n)
  best
}
cat(format(c(seconds(pool, 200), seconds(with_limits, 100)), digits = 17), "\n")
