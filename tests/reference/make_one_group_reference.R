# Expected values of one group (proportions, rates, means, correlations), of Mantel-Haenszel rates and
# of mixed models of one group and of rates, by metafor with lme4 on data sets of metadat.
#
#   Rscript tests/reference/make_one_group_reference.R
#
# writes expected/one_group.csv (the inputs), one_group_effects.csv, one_group_pools.csv,
# rate_pools.csv and count_models.csv beside itself. Arcsines and square roots are not corrected where
# there are no events; metafor would not either. Mixed models are by 25 points of quadrature, but UM.RS
# by Laplace's approximation, as lme4 has nothing else for two random effects.

suppressPackageStartupMessages({
  library(metadat)
  library(metafor)
})

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
exact <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
save <- function(table, name) {
  write.csv(table, file.path(here, "expected", name), row.names = FALSE, quote = FALSE, eol = "\n")
}
one <- function(x, n, s = NA) data.frame(x = as.numeric(x), s, n = as.numeric(n))
data <- list(
  proportion = list(
    pritz1997 = with(dat.pritz1997, one(xi, ni)),
    debruin2009 = with(dat.debruin2009, one(xi, ni)),
    bcg_control = with(dat.bcg, one(cpos, cpos + cneg)),
    nielweise2007_treated = with(dat.nielweise2007, one(ai, n1i))),
  incidence = list(
    nielweise2008_treated = with(dat.nielweise2008, one(x1i, t1i)),
    nielweise2008_control = with(dat.nielweise2008, one(x2i, t2i)),
    hart1999_treated = with(dat.hart1999, one(x1i, t1i)),
    hart1999_control = with(dat.hart1999, one(x2i, t2i)),
    # Proportions read as rates, so that groups without events are among them.
    nielweise2007_as_rates = with(dat.nielweise2007, one(ai, n1i))),
  mean = list(
    normand1999_control = with(dat.normand1999, one(m2i, n2i, sd2i)),
    curtis1998_ambient = with(head(dat.curtis1998, 30), one(m2i, n2i, sd2i))),
  correlation = list(
    molloy2014 = with(dat.molloy2014, one(ri, ni)),
    mcdaniel1994 = with(dat.mcdaniel1994, one(ri, ni)),
    crede2010 = with(na.omit(dat.crede2010[c("ri", "ni")]), one(ri, ni))))
measures <- list(proportion = c("PLO", "PAS", "PFT", "PR", "PLN"), incidence = c("IRLN", "IR", "IRS"),
                 mean = c("MN", "MNLN"), correlation = c("ZCOR", "COR"))
back <- list(PLO = transf.ilogit, PAS = transf.iarcsin, PLN = exp, IRLN = exp, IRS = transf.isqrt,
             MNLN = exp, ZCOR = transf.ztor)

reml <- function(y, v) {
  for (digits in 14:9) {
    control <- list(threshold = 10^-digits * median(v), tol = 1e-15 * median(v), tau2.max = 1e6,
                    maxiter = 5000)
    fit <- try(rma(y, v, control = control), silent = TRUE)
    if (!inherits(fit, "try-error")) return(fit)
  }
  stop("REML did not converge")
}
effects <- pools <- inputs <- list()
for (kind in names(data)) for (name in names(data[[kind]])) {
  d <- data[[kind]][[name]]
  inputs[[length(inputs) + 1]] <- data.frame(dataset = name, type = kind, x = exact(d$x),
                                             s = exact(d$s), n = exact(d$n))
  for (measure in measures[[kind]]) {
    to <- if (measure %in% c("PAS", "PFT", "IRS")) "none" else "only0"
    own <- switch(kind,
      proportion = escalc(measure, xi = x, ni = n, data = d, add = 1/2, to = to),
      incidence = escalc(measure, xi = x, ti = n, data = d, add = 1/2, to = to),
      mean = escalc(measure, mi = x, sdi = s, ni = n, data = d),
      correlation = escalc(measure, ri = x, ni = n, data = d))
    y <- as.numeric(own$yi)
    effects[[length(effects) + 1]] <- data.frame(dataset = name, measure, y = exact(y),
                                                 v = exact(own$vi))
    fits <- list(IV = rma(y, own$vi, method = "EE"), DL = rma(y, own$vi, method = "DL"),
                 REML = reml(y, own$vi))
    for (model in names(fits)) {
      fit <- fits[[model]]
      natural <- c(fit$beta[1], fit$ci.lb, fit$ci.ub)
      if (measure == "PFT") natural <- transf.ipft.hm(natural, targs = list(ni = d$n))
      else if (!is.null(back[[measure]])) natural <- sapply(natural, back[[measure]])
      pools[[length(pools) + 1]] <- data.frame(
        dataset = name, measure, model, mean = exact(fit$beta[1]), se = exact(fit$se),
        tau2 = exact(fit$tau2), q = exact(fit$QE), estimate = exact(natural[1]),
        low = exact(natural[2]), high = exact(natural[3]))
    }
  }
}
save(do.call(rbind, inputs), "one_group.csv")
save(do.call(rbind, effects), "one_group_effects.csv")
save(do.call(rbind, pools), "one_group_pools.csv")

rates <- list(nielweise2008 = dat.nielweise2008, hart1999 = dat.hart1999)
mh <- do.call(rbind, lapply(names(rates), function(name) {
  do.call(rbind, lapply(c("IRR", "IRD"), function(measure) {
    d <- subset(rates[[name]], measure == "IRD" | x1i + x2i > 0)
    fit <- rma.mh(x1i = x1i, t1i = t1i, x2i = x2i, t2i = t2i, data = d, measure = measure,
                  add = c(1/2, 0), to = c("only0", "none"))
    data.frame(dataset = name, measure, mean = exact(fit$beta[1]), se = exact(fit$se),
               q = exact(fit$QE))
  }))
}))
save(mh, "rate_pools.csv")

models <- list()
keep <- function(dataset, measure, model, fit) {
  models[[length(models) + 1]] <<- data.frame(dataset, measure, model, mean = exact(fit$beta[1]),
                                              se = exact(fit$se), tau2 = exact(fit$tau2))
}
for (name in names(data$proportion)) {
  d <- data$proportion[[name]]
  keep(name, "PLO", "GLMM-RI", rma.glmm(measure = "PLO", xi = d$x, ni = d$n, nAGQ = 25))
}
for (name in names(data$incidence)) {
  d <- data$incidence[[name]]
  keep(name, "IRLN", "GLMM-RI", rma.glmm(measure = "IRLN", xi = d$x, ti = d$n, nAGQ = 25))
}
tight <- list(glmerCtrl = list(optimizer = "bobyqa", tolPwrss = 1e-12,
                               optCtrl = list(rhoend = 1e-10)))
for (name in names(rates)) for (model in c("UM.FS", "UM.RS", "CM.EL")) {
  d <- subset(rates[[name]], x1i + x2i > 0)
  fit <- try(suppressWarnings(rma.glmm(
    measure = "IRR", x1i = d$x1i, t1i = d$t1i, x2i = d$x2i, t2i = d$t2i, model = model,
    nAGQ = if (model == "UM.RS") 1 else 25, control = tight)), silent = TRUE)
  if (inherits(fit, "try-error")) { message(name, " ", model, ": ", fit); next }
  keep(name, "IRR", c(UM.FS = "GLMM-IRR", UM.RS = "GLMM-IRR-UM.RS", CM.EL = "GLMM-IRR-CM.EL")[[model]],
       fit)
}
save(do.call(rbind, models), "count_models.csv")
