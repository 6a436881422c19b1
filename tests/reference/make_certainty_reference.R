# Expected absolute effects and optimal information sizes, by metafor and base R.
#
#   Rscript tests/reference/make_certainty_reference.R
#
# writes expected/absolute.csv (effects of published data sets that metadat redistributes, at the
# pooled and at the median control risk, per 1000) and expected/information_size.csv (participants of
# a trial by power.prop.test) beside itself.

suppressPackageStartupMessages({
  library(metadat)
  library(metafor)
})

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
exact <- function(x) sprintf("%.17g", x)
save <- function(table, name) {
  write.csv(table, file.path(here, "expected", name), row.names = FALSE, quote = FALSE, eol = "\n")
}

sets <- list(
  bcg = with(dat.bcg, data.frame(a = tpos, n1 = tpos + tneg, c = cpos, n2 = cpos + cneg)),
  collins1985b = with(dat.collins1985b, data.frame(a = pre.xti, n1 = pre.nti, c = pre.xci, n2 = pre.nci))
)
fits <- list(
  RR = function(d) rma.mh(ai = a, n1i = n1, ci = c, n2i = n2, data = d, measure = "RR"),
  OR = function(d) rma.mh(ai = a, n1i = n1, ci = c, n2i = n2, data = d, measure = "OR"),
  RD = function(d) rma.mh(ai = a, n1i = n1, ci = c, n2i = n2, data = d, measure = "RD")
)
treated <- list(
  RR = function(effect, risk) risk * exp(effect),
  OR = function(effect, risk) plogis(qlogis(risk) + effect),
  RD = function(effect, risk) risk + effect
)
absolute <- do.call(rbind, lapply(names(sets), function(name) {
  d <- na.omit(sets[[name]])
  risks <- c(pooled = sum(d$c) / sum(d$n2), median = median(d$c / d$n2))
  do.call(rbind, lapply(names(fits), function(measure) {
    fit <- fits[[measure]](d)
    do.call(rbind, lapply(names(risks), function(origin) {
      risk <- risks[[origin]]
      with_treatment <- treated[[measure]](c(fit$beta[1], fit$ci.lb, fit$ci.ub), risk)
      data.frame(dataset = name, measure, origin, control = exact(1000 * risk),
                 intervention = exact(1000 * with_treatment[1]),
                 difference = exact(1000 * (with_treatment[1] - risk)),
                 low = exact(1000 * (with_treatment[2] - risk)),
                 high = exact(1000 * (with_treatment[3] - risk)))
    }))
  }))
}))
save(absolute, "absolute.csv")
save(do.call(rbind, lapply(names(sets), function(name) {
  data.frame(dataset = name, na.omit(sets[[name]]))
})), "absolute_counts.csv")

grid <- expand.grid(risk = c(0.01, 0.05, 0.22, 0.5, 0.9), reduction = c(0.2, 0.25, 0.5),
                    alpha = c(0.05, 0.01), power = c(0.8, 0.9))
grid$participants <- mapply(function(risk, reduction, alpha, power) {
  test <- power.prop.test(p1 = risk, p2 = risk * (1 - reduction), sig.level = alpha, power = power,
                          tol = 1e-12)
  exact(2 * test$n)
}, grid$risk, grid$reduction, grid$alpha, grid$power)
save(grid, "information_size.csv")
