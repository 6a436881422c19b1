# Expected values of single proportions, incidence rates and O - E with its variance, by metafor on
# published data sets that metadat redistributes.
#
#   Rscript tests/reference/make_rates_reference.R
#
# writes expected/groups.csv (the inputs), group_effects.csv (each study's own effect) and
# group_pools.csv beside itself. Arcsines are not corrected at 0 and 1; metafor would by default.

suppressPackageStartupMessages({
  library(metadat)
  library(metafor)
})

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
exact <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
save <- function(table, name) {
  write.csv(table, file.path(here, "expected", name), row.names = FALSE, quote = FALSE, eol = "\n")
}

one <- function(x, n) na.omit(data.frame(x1 = x, n1 = n, x2 = NA, n2 = NA)[, 1:2])
proportions <- list(
  pritz1997 = with(dat.pritz1997, one(xi, ni)),
  nielweise2007_control = with(dat.nielweise2007, one(ci, n2i)),
  nielweise2007_treated = with(dat.nielweise2007, one(ai, n1i)),
  bcg_control = with(dat.bcg, one(cpos, cpos + cneg)),
  debruin2009 = with(dat.debruin2009, one(xi, ni)),
  yusuf1985_treated = with(subset(dat.yusuf1985, table == "6"), one(ai, n1i))
)
two <- function(x1, t1, x2, t2) data.frame(x1, n1 = t1, x2, n2 = t2)
rates <- list(
  nielweise2008 = with(dat.nielweise2008, two(x1i, t1i, x2i, t2i)),
  hart1999 = with(dat.hart1999, two(x1i, t1i, x2i, t2i))
)
differences <- list(pignon2000 = with(dat.pignon2000, na.omit(data.frame(x1 = OmE, n1 = V))))

reml <- function(y, v) {
  for (digits in 14:9) {
    control <- list(threshold = 10^-digits * median(v), tol = 1e-15 * median(v), tau2.max = 1e6,
                    maxiter = 2000)
    fit <- try(rma(y, v, control = control), silent = TRUE)
    if (!inherits(fit, "try-error")) return(fit)
  }
  stop("REML did not converge")
}

effects <- list()
pools <- list()
add <- function(dataset, measure, y, v, back) {
  effects[[length(effects) + 1]] <<- data.frame(dataset, measure, y = exact(y), v = exact(v))
  fits <- list(IV = rma(y, v, method = "EE"), DL = rma(y, v, method = "DL"), REML = reml(y, v))
  for (model in names(fits)) {
    fit <- fits[[model]]
    natural <- back(c(fit$beta[1], fit$ci.lb, fit$ci.ub))
    pools[[length(pools) + 1]] <<- data.frame(
      dataset, measure, model, mean = exact(fit$beta[1]), se = exact(fit$se),
      tau2 = exact(fit$tau2), q = exact(fit$QE),
      estimate = exact(natural[1]), low = exact(natural[2]), high = exact(natural[3]))
  }
}

for (name in names(proportions)) {
  d <- proportions[[name]]
  for (measure in c("PLO", "PAS", "PFT")) {
    own <- escalc(measure = measure, xi = x1, ni = n1, data = d, add = 1/2,
                  to = if (measure == "PLO") "only0" else "none")
    back <- switch(measure, PLO = transf.ilogit, PAS = transf.iarcsin,
                   PFT = function(x) transf.ipft.hm(x, targs = list(ni = d$n1)))
    add(name, measure, as.numeric(own$yi), own$vi, back)
  }
}
for (name in names(rates)) {
  for (measure in c("IRR", "IRD")) {
    own <- escalc(measure = measure, x1i = x1, t1i = n1, x2i = x2, t2i = n2, data = rates[[name]])
    add(name, measure, as.numeric(own$yi), own$vi, if (measure == "IRR") exp else identity)
  }
}
for (name in names(differences)) {
  d <- differences[[name]]
  add(name, "HR", d$x1 / d$n1, 1 / d$n1, exp)
}

all <- c(proportions, rates, differences)
save(do.call(rbind, lapply(names(all), function(name) {
  d <- all[[name]]
  for (column in c("x2", "n2")) if (is.null(d[[column]])) d[[column]] <- NA
  data.frame(dataset = name, lapply(d[, c("x1", "n1", "x2", "n2")], exact))
})), "groups.csv")
save(do.call(rbind, effects), "group_effects.csv")
save(do.call(rbind, pools), "group_pools.csv")
