# Worked examples of metafor's manual, by the calls that stand there, as far as they can be
# expressed here: tests of asymmetry, trim and fill, fail-safe numbers, selection models, Henmi-Copas.
#
#   Rscript tests/reference/make_worked_examples_reference.R
#
# writes expected/worked_examples.csv (page of the manual, example, quantity, value) and
# expected/worked_examples_data.csv (the effects and patients of each data set) beside itself.
# Optimisers are set to stop later than by default; nothing else is changed.
suppressPackageStartupMessages({
  library(metadat)
  library(metafor)
})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
rows <- list()
data <- list()
add <- function(example, set, values) {
  values <- unlist(values)
  rows[[length(rows) + 1]] <<- data.frame(example, set, quantity = names(values),
                                          value = sprintf("%.17g", values), row.names = NULL)
}
keep <- function(set, dat, n = NA) {
  data[[length(data) + 1]] <<- data.frame(set, y = sprintf("%.17g", dat$yi),
                                          v = sprintf("%.17g", dat$vi), n)
  dat
}
tight <- list(threshold = 1e-13, maxiter = 5000, stepadj = 0.5)
exact <- list(reltol = 1e-15, maxit = 20000)
test <- function(found) list(statistic = unname(found$zval), p = unname(found$pval))
line <- function(found) {
  c(test(found), list(estimate = unname(found$est), low = unname(found$ci.lb),
                      high = unname(found$ci.ub)))
}

egger <- escalc(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.egger2001,
                subset = -16)
egger <- keep("egger2001 without ISIS-4", egger, with(egger, n1i + n2i))
res <- rma(yi, vi, data = egger, control = tight)
set <- "egger2001 without ISIS-4"
add("regtest: Egger's test, weighted regression", set, line(regtest(res, model = "lm")))
mixed <- regtest(res)
add("regtest: mixed-effects version", set,
    list(statistic = unname(mixed$zval), estimate = unname(mixed$est), low = mixed$ci.lb,
         high = mixed$ci.ub))
add("regtest: on sample sizes", set, test(regtest(res, model = "lm", predictor = "ni")))
add("regtest: on inverse sample sizes", set, test(regtest(res, model = "lm", predictor = "ninv")))

bcg <- keep("bcg", escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg,
                          data = dat.bcg))
res <- rma(yi, vi, data = bcg, control = tight)
ranks <- ranktest(res)
add("ranktest: BCG", "bcg", list(tau = unname(ranks$tau), p = unname(ranks$pval)))
common <- rma(yi, vi, data = bcg, method = "EE")
for (estimator in c("L0", "R0")) {
  filled <- trimfill(common, estimator = estimator)
  add(paste("trimfill: equal effects,", estimator), "bcg",
      list(filled = filled$k0, mean = filled$beta[1], low = filled$ci.lb, high = filled$ci.ub))
}
filled <- trimfill(res)
whole <- rma(filled$yi, filled$vi, control = tight)
add("trimfill: random effects, L0", "bcg",
    list(filled = filled$k0, mean = whole$beta[1], low = whole$ci.lb, high = whole$ci.ub))
for (type in c("Rosenthal", "Orwin", "Rosenberg")) {
  add(paste("fsn:", type), "bcg", list(trials = fsn(yi, vi, data = bcg, type = type)$fsnum))
}

chosen <- function(found) {
  list(mean = found$beta[1], se = found$se[1], low = found$ci.lb[1], high = found$ci.ub[1],
       tau2 = found$tau2, statistic = found$LRT, p = found$LRTp,
       setNames(found$delta[-1], paste0("weight_", seq_along(found$delta[-1]))))
}
smoke <- keep("hackshaw1998", dat.hackshaw1998)
res <- rma(yi, vi, data = smoke, method = "ML", control = tight)
add("selmodel: step function, tobacco smoke", "hackshaw1998",
    chosen(selmodel(res, type = "stepfun", alternative = "greater",
                    steps = c(0.025, 0.10, 0.50, 1), control = exact)))
red <- keep("lehmann2018, male raters", subset(dat.lehmann2018, Gender == "Males"))
res <- rma(yi, vi, data = red, method = "ML", control = tight)
add("selmodel: three parameters, the colour red", "lehmann2018, male raters",
    chosen(selmodel(res, type = "stepfun", alternative = "greater", steps = 0.025,
                    control = exact)))

lee <- keep("lee2004", escalc(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i,
                              data = dat.lee2004))
copas <- hc(rma(yi, vi, data = lee), control = list(tol = 1e-12))
add("hc: Henmi and Copas", "lee2004",
    list(mean = copas$beta, se = copas$se, low = copas$ci.lb, high = copas$ci.ub))

write.csv(do.call(rbind, rows), file.path(here, "expected", "worked_examples.csv"),
          row.names = FALSE, eol = "\n")
write.csv(do.call(rbind, data), file.path(here, "expected", "worked_examples_data.csv"),
          row.names = FALSE, na = "", eol = "\n")
