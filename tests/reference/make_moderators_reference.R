# Expected values for meta-regressions on several moderators, of published data sets of metadat.
#
#   Rscript tests/reference/make_moderators_reference.R
#
# writes expected/moderator_studies.csv (effects, variances and the moderators, a to c) and
# expected/moderators.csv (what metafor says of each model) beside itself.

suppressPackageStartupMessages({
  library(metadat)
  library(metafor)
  library(splines)
})

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
rows <- list()
studies <- list()
add <- function(model, values) {
  values <- unlist(values)
  values <- values[!is.na(values)]
  rows[[length(rows) + 1]] <<- data.frame(model, quantity = names(values),
                                          value = sprintf("%.17g", values), row.names = NULL)
}
numbered <- function(name, x) setNames(as.numeric(x), paste0(name, seq_along(x)))

# metafor's Fisher scoring can stop below the maximum: several starts, and the highest is kept.
best <- function(data, formula, test) {
  v <- data$v
  control <- list(threshold = 1e-13 * median(v), tol = 1e-15 * median(v), tau2.max = 1e6,
                  maxiter = 10000)
  fits <- lapply(c(median(v), var(data$y), var(data$y) / 10, 0), function(start) {
    tryCatch(rma(y, v, mods = formula, data = data, test = test,
                 control = c(control, tau2.init = start)), error = function(e) NULL)
  })
  fits <- Filter(Negate(is.null), fits)
  fits[[which.max(vapply(fits, function(fit) as.numeric(logLik(fit)), 0))]]
}

# `terms` are the places of the coefficients of each term, `at` rows of new moderators, without the
# intercept; the difference of the first two rows is a contrast.
model <- function(name, data, formula, terms, at) {
  for (test in c("z", "knha")) {
    fit <- best(data, formula, test)
    predicted <- predict(fit, newmods = at)
    contrast <- anova(fit, X = rbind(c(0, at[1, ] - at[2, ])))
    own <- unlist(lapply(seq_along(terms), function(i) {
      tested <- anova(fit, btt = terms[[i]])
      setNames(c(tested$QM, tested$QMp), paste0(c("term_qm_", "term_p_"), i))
    }))
    factors <- if (fit$p > 2) {
      vif <- vif(fit, btt = terms)
      numbered("gvif_", vapply(vif$vif, function(one) one$vif, 0))
    }
    add(paste(name, test), c(
      numbered("b_", fit$beta), numbered("se_", fit$se), numbered("p_", fit$pval),
      numbered("low_", fit$ci.lb), numbered("high_", fit$ci.ub),
      tau2 = fit$tau2, i2 = fit$I2, r2 = fit$R2, qe = fit$QE, qe_p = fit$QEp,
      qm = fit$QM, qm_p = fit$QMp, own, factors,
      numbered("predicted_", predicted$pred), numbered("ci_low_", predicted$ci.lb),
      numbered("ci_high_", predicted$ci.ub), numbered("pi_low_", predicted$pi.lb),
      numbered("pi_high_", predicted$pi.ub),
      contrast = contrast$Xb[1], contrast_se = contrast$se[1], contrast_p = contrast$pval[1]
    ))
  }
}

# Studies with all moderators, which are called a, b and c.
kept <- function(name, data, ...) {
  found <- data.frame(y = as.numeric(data$yi), v = data$vi, ...)
  found <- found[complete.cases(found), ]
  names(found) <- c("y", "v", "a", "b", "c")[seq_along(found)]
  written <- found
  written$y <- sprintf("%.17g", found$y)
  written$v <- sprintf("%.17g", found$v)
  for (column in setdiff(c("a", "b", "c"), names(written))) written[[column]] <- ""
  studies[[length(studies) + 1]] <<- cbind(dataset = name, written)
  found
}

bcg <- kept("bcg", escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg),
            dat.bcg$ablat, dat.bcg$alloc, dat.bcg$year)
bcg$b <- relevel(factor(bcg$b), "random")
model("bcg latitude and allocation", bcg, ~ a + b, list(2, 3:4), rbind(c(20, 0, 0), c(40, 1, 0)))
model("bcg latitude by year", bcg, ~ I((a - 33) / 10) * I(c - 1950), list(2, 3, 4),
      rbind(c(1, 10, 10), c(0, 0, 0)))

writing <- kept("bangertdrowns2004", dat.bangertdrowns2004, dat.bangertdrowns2004$length,
                dat.bangertdrowns2004$wic, paste0("g", dat.bangertdrowns2004$grade))
model("bangertdrowns2004 length and writing and grade", writing, ~ a + b + c, list(2, 3, 4:6),
      rbind(c(10, 1, 0, 0, 0), c(20, 0, 0, 1, 0)))

teachers <- kept("raudenbush1985", dat.raudenbush1985, dat.raudenbush1985$weeks,
                 as.character(dat.raudenbush1985$setting), as.character(dat.raudenbush1985$tester))
model("raudenbush1985 weeks and tester", teachers, ~ a + c, list(2, 3), rbind(c(0, 0), c(10, 1)))
model("raudenbush1985 weeks and tester and setting", teachers, ~ a + b + c, list(2, 3, 4),
      rbind(c(0, 0, 0), c(10, 1, 1)))

adherence <- kept("molloy2014", escalc("ZCOR", ri = ri, ni = ni, data = dat.molloy2014),
                  dat.molloy2014$meanage, dat.molloy2014$quality,
                  as.character(dat.molloy2014$design))
model("molloy2014 age and design", adherence, ~ a + c, list(2, 3), rbind(c(40, 0), c(60, 1)))

interviews <- kept("mcdaniel1994", escalc("ZCOR", ri = ri, ni = ni, data = dat.mcdaniel1994),
                   as.character(dat.mcdaniel1994$type), as.character(dat.mcdaniel1994$struct))
model("mcdaniel1994 type and structure", interviews, ~ a + b, list(2:3, 4),
      rbind(c(1, 0, 1), c(0, 1, 0)))

smoke <- kept("hackshaw1998", dat.hackshaw1998, dat.hackshaw1998$year,
              as.character(dat.hackshaw1998$design))
model("hackshaw1998 year and design", smoke, ~ a + b, list(2, 3), rbind(c(1990, 0), c(1985, 1)))

schools <- kept("konstantopoulos2011", dat.konstantopoulos2011, dat.konstantopoulos2011$year)
model("konstantopoulos2011 year", schools, ~ a, list(2), rbind(1976, 2000))

crime <- kept("assink2016", dat.assink2016, dat.assink2016$year,
              as.character(dat.assink2016$deltype))
model("assink2016 year and type", crime, ~ a + b, list(2, 3:4), rbind(c(0, 0, 0), c(5, 1, 0)))

coaching <- kept("kalaian1996", dat.kalaian1996, log(dat.kalaian1996$hrs),
                 as.character(dat.kalaian1996$outcome), dat.kalaian1996$ets)
model("kalaian1996 hours and test by maker", coaching, ~ a + b * c, list(2, 3, 4, 5),
      rbind(c(2, 0, 0, 0), c(3, 1, 1, 1)))

wort <- kept("linde2005", escalc("RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.linde2005),
             dat.linde2005$baseline, dat.linde2005$duration, dat.linde2005$major)
model("linde2005 baseline and duration and diagnosis", wort, ~ a + b + c, list(2, 3, 4),
      rbind(c(20, 6, 1), c(25, 8, 0)))

red <- kept("lehmann2018", dat.lehmann2018, as.character(dat.lehmann2018$Gender),
            as.character(dat.lehmann2018$Design))
model("lehmann2018 gender by design", red, ~ a * b, list(2, 3, 4),
      rbind(c(0, 0, 0), c(1, 1, 1)))

marks <- kept("crede2010", escalc("ZCOR", ri = ri, ni = ni, data = dat.crede2010),
              as.character(dat.crede2010$criterion), dat.crede2010$year)
model("crede2010 criterion by year", marks, ~ a * I(b - 2000), list(2, 3, 4),
      rbind(c(0, 0, 0), c(1, -10, -10)))

doses <- kept("viechtbauer2021", escalc("OR", ai = xTi, n1i = nTi, ci = xCi, n2i = nCi,
                                        data = dat.viechtbauer2021), dat.viechtbauer2021$dose)
model("viechtbauer2021 dose per 100", doses, ~ I(a / 100), list(2), rbind(1, 2))

# Restricted cubic splines by another basis of the same curves (natural splines, bounded at the
# outer knots): what does not depend on the basis must agree.
curve <- function(name, data, knots, at) {
  inner <- knots[-c(1, length(knots))]
  bounds <- range(knots)
  for (test in c("z", "knha")) {
    basis <- ns(data$a, knots = inner, Boundary.knots = bounds)
    data$basis <- unclass(basis)
    fit <- best(data, ~ basis, test)
    predicted <- predict(fit, newmods = unclass(predict(basis, at)))
    add(paste(name, test), c(
      tau2 = fit$tau2, i2 = fit$I2, r2 = fit$R2, qe = fit$QE, qe_p = fit$QEp, qm = fit$QM,
      qm_p = fit$QMp, numbered("predicted_", predicted$pred),
      numbered("ci_low_", predicted$ci.lb), numbered("ci_high_", predicted$ci.ub),
      numbered("pi_low_", predicted$pi.lb), numbered("pi_high_", predicted$pi.ub)
    ))
  }
}
curve("bangertdrowns2004 length curved", writing, c(4, 10, 20), c(2, 8, 15, 24))
curve("raudenbush1985 weeks curved", teachers, c(0, 1, 3, 17), c(0, 2, 10, 24))
curve("viechtbauer2021 dose curved", doses, c(75, 125, 175), c(50, 100, 200))

write <- function(table, name) {
  write.csv(table, file.path(here, "expected", name), row.names = FALSE, quote = FALSE, eol = "\n")
}
write(do.call(rbind, studies), "moderator_studies.csv")
write(do.call(rbind, rows), "moderators.csv")
