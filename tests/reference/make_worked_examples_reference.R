# Worked examples of the help pages of metafor and metadat, by the calls that stand there, as far as
# they can be expressed here.
#
#   Rscript tests/reference/make_worked_examples_reference.R
#
# writes into expected: worked_examples.csv (example, quantity, value), an example being named after
# its page; worked_examples_data.csv (the columns of each data set, their values joined by ";") and
# worked_examples_pages.csv: every help page with examples, the package's version, and which of
# the packages' own models it fits. Optimisers are set to stop later than by default; where that is
# not enough, a root is polished by three_level_fits.R. Else nothing is changed.
suppressPackageStartupMessages({
  library(metadat)
  library(metafor)
})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "three_level_fits.R"))
variances <- found
pdf(NULL)
rows <- list()
sets <- list()
add <- function(example, ...) {
  values <- unlist(list(...))
  values <- values[!is.na(values)]
  rows[[length(rows) + 1]] <<- data.frame(example, quantity = names(values),
                                          value = sprintf("%.17g", values), row.names = NULL)
}
keep <- function(set, dat, columns = names(dat)) {
  text <- function(x) {
    found <- if (is.numeric(x)) sprintf("%.17g", x) else gsub("[;\n\"]", ",", as.character(x))
    paste(ifelse(is.na(x), "", found), collapse = ";")
  }
  sets[[length(sets) + 1]] <<- data.frame(set, column = columns,
                                          values = sapply(columns, function(n) text(dat[[n]])))
  invisible(dat)
}
tight <- list(threshold = 1e-13, maxiter = 5000, stepadj = 0.5)
exact <- list(reltol = 1e-15, maxit = 20000)
random <- function(..., method = "REML") {
  call <- match.call()
  call[[1]] <- quote(rma)
  call$method <- method
  call$control <- quote(tight)
  eval(call, parent.frame())
}

# What is printed of a pool: `one` for a group of its own, of which nothing is tested.
pooled <- function(example, fit, back = identity, one = FALSE, limits = FALSE) {
  add(example, estimate = fit$beta[[1]], se = fit$se[1], natural = back(fit$beta[[1]]),
      low = back(fit$ci.lb[1]), high = back(fit$ci.ub[1]),
      if (!one) list(statistic = fit$zval[1], p = fit$pval[1]),
      if (!is.null(fit$method) && !fit$method %in% c("EE", "FE", "CE")) list(tau2 = fit$tau2),
      q = fit$QE, if (fit$k > 1) list(i2 = fit$I2, h2 = fit$H2, q_p = fit$QEp))
  if (limits) {
    found <- confint(fit, control = list(tol = 1e-14))$random
    add(example, tau2_low = found[1, 2], tau2_high = found[1, 3], i2_low = found[3, 2],
        i2_high = found[3, 3])
  }
}
# What is printed of a meta-regression.
regression <- function(example, fit) {
  of <- function(name, x) setNames(as.list(unname(x)), paste0(name, "_", seq_along(x) - 1))
  add(example, of("estimate", fit$beta[, 1]), of("se", fit$se), of("low", fit$ci.lb),
      of("high", fit$ci.ub), of("p", fit$pval), qm = fit$QM, qm_p = fit$QMp, qe = fit$QE,
      qe_p = fit$QEp,
      if (!fit$method %in% c("EE", "FE", "CE")) list(tau2 = fit$tau2, i2 = fit$I2, r2 = fit$R2))
}
predictions <- function(example, fit, newmods, back = identity, ...) {
  found <- predict(fit, newmods = newmods, ...)
  for (i in seq_along(found$pred)) {
    values <- list(effect = back(found$pred[i]), low = back(found$ci.lb[i]),
                   high = back(found$ci.ub[i]), pi_low = back(found$pi.lb[i]),
                   pi_high = back(found$pi.ub[i]))
    add(example, setNames(values, paste0("at_", i, "_", names(values))))
  }
}

# ---- pools of effects: pages of metadat ----
keep("anand1999", dat.anand1999)
of <- with(dat.anand1999, list(
  "high against control" = intensity == "high" & asp.t == 0 & asp.c == 0,
  "high or moderate against aspirin" =
    intensity %in% c("high", "moderate") & asp.t == 0 & asp.c == 1,
  "moderate against control" = intensity == "moderate" & asp.t == 0 & asp.c == 0,
  "high or moderate with aspirin against aspirin" =
    intensity %in% c("high", "moderate") & asp.t == 1 & asp.c == 1,
  "low with aspirin against aspirin" = intensity == "low" & asp.t == 1 & asp.c == 1))
for (name in names(of))
  pooled(paste("dat.anand1999:", name),
         rma.mh(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i,
                data = dat.anand1999[of[[name]], ]), exp)

dat <- keep("axfors2021", dat.axfors2021,
            c("id", "hcq_cq", "hcq_arm_event", "hcq_arm_total", "control_arm_event",
              "control_arm_total"))
dat <- escalc("OR", ai = hcq_arm_event, n1i = hcq_arm_total, ci = control_arm_event,
              n2i = control_arm_total, data = dat)
for (drug in c("hcq", "cq"))
  pooled(paste("dat.axfors2021:", drug), random(yi, vi, data = dat, subset = hcq_cq == drug), exp)

dat <- keep("baskerville2012", dat.baskerville2012,
            c("author", "smd", "se", "score", "alloconc", "blind", "itt", "duration", "tailor",
              "pperf", "meetings", "hours"))
res <- rma(smd, sei = se, data = dat, method = "DL")
pooled("dat.baskerville2012: random effects", res)
ranks <- ranktest(res)
add("dat.baskerville2012: rank correlation", tau = unname(ranks$tau), p = unname(ranks$pval))
asymmetry <- regtest(res)
add("dat.baskerville2012: asymmetry by regression", statistic = unname(asymmetry$zval),
    p = unname(asymmetry$pval))
dat$contact <- dat$meetings * dat$hours
for (x in c("score", "alloconc", "blind", "itt", "duration", "tailor", "pperf", "contact"))
  regression(paste("dat.baskerville2012: on", x),
             rma(smd, sei = se, mods = as.formula(paste("~", x)), data = dat, method = "DL"))

keep("bcg", dat.bcg)
bcg <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
random_bcg <- random(yi, vi, data = bcg)
both <- random(yi, vi, mods = ~ ablat + year, data = bcg)
colditz <- keep("colditz1994", dat.colditz1994)
colditz <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = colditz)
for (page in c("bcg", "colditz1994")) {
  dat <- if (page == "bcg") bcg else colditz
  pooled(sprintf("dat.%s: random effects", page), random(yi, vi, data = dat), exp)
  found <- random(yi, vi, mods = ~ ablat + year, data = dat)
  regression(sprintf("dat.%s: on latitude and year", page), found)
  predictions(sprintf("dat.%s: predictions", page), found, cbind(seq(10, 60, 10), 1970), exp)
}

dat <- dat.begg1989
dat <- keep("begg1989", data.frame(yi = dat$yi[c(1,3,5,7)] - dat$yi[c(2,4,6,8)],
                                   vi = dat$vi[c(1,3,5,7)] + dat$vi[c(2,4,6,8)]))
pooled("dat.begg1989: differences of controlled studies", rma(yi, vi, data = dat, method = "DL"))

dat <- keep("bourassa1996", dat.bourassa1996[dat.bourassa1996$sex == "combined", ],
            c("study", "lh.le", "lh.re", "rh.le", "rh.re"))
dat <- escalc("OR", ai = lh.le, bi = lh.re, ci = rh.le, di = rh.re, data = dat, add = 1/2,
              to = "all")
pooled("dat.bourassa1996: handedness and eyedness", random(yi, vi, data = dat), exp)

keep("cannon2006", dat.cannon2006)
pooled("dat.cannon2006: Mantel-Haenszel, endpoint 1",
       rma.mh(measure = "OR", ai = ep1t, n1i = nt, ci = ep1c, n2i = nc, data = dat.cannon2006), exp)

dat <- keep("cohen1981", dat.cohen1981, c("study", "ri", "ni"))
dat <- escalc("ZCOR", ri = ri, ni = ni, data = dat)
pooled("dat.cohen1981: correlations", random(yi, vi, data = dat), transf.ztor)
pooled("selmodel: student ratings, before selection", random(yi, vi, data = dat, method = "ML"),
       transf.ztor)

dat <- keep("collins1985a", dat.collins1985a,
            c("trial", "nti", "b.xti", "o.xti", "d.xti", "nci", "b.xci", "o.xci", "d.xci"))
pooled("dat.collins1985a: Peto, bleeding",
       rma.peto(ai = b.xti, n1i = nti, ci = b.xci, n2i = nci, data = dat), exp)
pooled("dat.collins1985a: Peto, surgery",
       rma.peto(ai = o.xti, n1i = nti, ci = o.xci, n2i = nci, data = dat), exp)
pooled("dat.collins1985a: Peto, death",
       rma.peto(ai = d.xti, n1i = nti, ci = d.xci, n2i = nci, data = dat), exp)
conditional <- function(example, fit, back = exp)
  add(example, estimate = fit$beta[1], se = fit$se[1], natural = back(fit$beta[1]),
      low = back(fit$ci.lb[1]), high = back(fit$ci.ub[1]), tau2 = fit$tau2)
conditional("dat.collins1985a: conditional logistic",
            rma.glmm(measure = "OR", ai = b.xti, n1i = nti, ci = b.xci, n2i = nci, data = dat,
                     model = "CM.EL", method = "ML"))

dat <- keep("collins1985b", dat.collins1985b)
pooled("dat.collins1985b: pre-eclampsia",
       rma.peto(ai = pre.xti, n1i = pre.nti, ci = pre.xci, n2i = pre.nci, data = dat), exp)
pooled("dat.collins1985b: pre-eclampsia, oedema no criterion",
       rma.peto(ai = pre.xti, n1i = pre.nti, ci = pre.xci, n2i = pre.nci, data = dat,
                subset = oedema == 0), exp)
for (death in c("ped", "stb", "ned")) {
  d <- data.frame(a = dat[[paste0(death, ".xti")]], c = dat[[paste0(death, ".xci")]],
                  n1 = dat$fup.nti, n2 = dat$fup.nci)
  pooled(paste("dat.collins1985b: deaths,", death),
         rma.peto(ai = a, n1i = n1, ci = c, n2i = n2, data = d), exp)
}
own <- summary(escalc("OR", ai = pre.xti, n1i = pre.nti, ci = pre.xci, n2i = pre.nci, data = dat),
               transf = exp)
of <- function(name, x) setNames(as.list(unname(x)), paste0(name, "_", seq_along(x)))
add("dat.collins1985b: each study", of("natural", own$yi), of("low", own$ci.lb),
    of("high", own$ci.ub))

dat <- keep("crede2010", dat.crede2010)
dat <- escalc("ZCOR", ri = ri, ni = ni, data = dat)
for (which in c("grade", "gpa")) {
  d <- dat[dat$criterion == which, ]
  pooled(sprintf("dat.crede2010: %s", which), random(yi, vi, data = d), transf.ztor)
  regression(sprintf("dat.crede2010: %s on year", which), random(yi, vi, mods = ~ year, data = d))
}
d <- dat[dat$criterion == "grade", ]
classes <- random(yi, vi, mods = ~ class, data = d)
regression("dat.crede2010: grade on class", classes)
predictions("dat.crede2010: grade by class", classes, c(0, 1), transf.ztor)

dat <- keep("curtis1998", dat.curtis1998,
            c("id", "xtrt", "level", "m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"))
dat <- escalc("ROM", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i,
              data = dat)
pooled("dat.curtis1998: all", rma(yi, vi, method = "DL", data = dat), exp)
for (stress in c("FERT", "LIGHT"))
  pooled(paste("dat.curtis1998: low level of", stress),
         rma(yi, vi, method = "DL", data = dat, subset = xtrt == stress & level == "LOW"), exp)

dat <- keep("dagostino1998", dat.dagostino1998,
            c("study", "outcome", "mt", "sdt", "nt", "mc", "sdc", "nc", "xt", "xc"))
d <- escalc("SMD", m1i = mt, m2i = mc, sd1i = sdt, sd2i = sdc, n1i = nt, n2i = nc,
            data = dat[dat$outcome == "rnic1", ])
pooled("dat.dagostino1998: change of severity", random(yi, vi, data = d))
d <- escalc("OR", ai = xt, ci = xc, n1i = nt, n2i = nc, data = dat[dat$outcome == "rngoal1", ],
            add = 1/2, to = "all")
pooled("dat.dagostino1998: goal of therapy", random(yi, vi, data = d), exp)

dat <- keep("damico2009", dat.damico2009)
pooled("dat.damico2009: Mantel-Haenszel",
       rma.mh(measure = "OR", ai = xt, n1i = nt, ci = xc, n2i = nc, data = dat), exp)
dat <- escalc("OR", ai = xt, n1i = nt, ci = xc, n2i = nc, data = dat)
pooled("dat.damico2009: random effects", rma(yi, vi, data = dat, method = "DL"), exp)

dat <- keep("debruin2009", dat.debruin2009)
dat <- escalc("PR", xi = xi, ni = ni, data = dat)
pooled("dat.debruin2009: proportions", random(yi, vi, data = dat), one = TRUE)
regression("dat.debruin2009: on all",
           random(yi, vi, mods = ~ scq + ethnicity + patients + select + sens, data = dat))
regression("dat.debruin2009: on quality and ethnicity",
           random(yi, vi, mods = ~ scq + ethnicity, data = dat))

dat <- keep("dorn2007", dat.dorn2007, c("id", "study", "x.a", "n.a", "x.p", "n.p"))
dat <- escalc("RR", ai = x.a, n1i = n.a, ci = x.p, n2i = n.p, data = dat)
pooled("dat.dorn2007: as published", rma(yi, vi, data = dat, method = "DL"), exp)
dat$yi[5] <- -0.44
keep("dorn2007, study 5 changed", data.frame(yi = c(dat$yi), vi = dat$vi))
pooled("dat.dorn2007: study 5 changed", rma(yi, vi, data = dat, method = "DL"), exp)

dat <- keep("egger2001", dat.egger2001)
for (which in list(list("trials 1 to 7", 1:7), list("with LIMIT-2", c(1:7, 14)),
                   list("without ISIS-4", 1:15), list("all", 1:16)))
  pooled(paste("dat.egger2001:", which[[1]]),
         rma.peto(ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat[which[[2]], ]), exp)

dat <- keep("frank2008", dat.frank2008)
for (which in list(c("ins.del", ""), c("del.del", ""), c("ins.del", "del.del"))) {
  sum_of <- function(group) {
    parts <- paste(group, which[which != ""], sep = ".")
    rowSums(dat[parts])
  }
  d <- data.frame(a = sum_of("bc"), b = dat$bc.ins.ins, c = sum_of("ct"), d = dat$ct.ins.ins)
  d <- escalc("OR", ai = a, bi = b, ci = c, di = d, data = d)
  pooled(paste("dat.frank2008:", paste(which[which != ""], collapse = " or ")),
         random(yi, vi, data = d), exp)
}

dat <- keep("gibson2002", dat.gibson2002)
d <- escalc("SMD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = dat)
pooled("dat.gibson2002: differences of means", rma(yi, vi, data = d, method = "EE"))
d <- escalc("RR", ai = ai, bi = bi, ci = ci, di = di, data = dat)
pooled("dat.gibson2002: risk ratios", rma(yi, vi, data = d, method = "EE"), exp)
pooled("dat.gibson2002: Mantel-Haenszel",
       rma.mh(measure = "RR", ai = ai, bi = bi, ci = ci, di = di, data = dat), exp)

dat <- keep("graves2010", dat.graves2010)
pooled("dat.graves2010: Mantel-Haenszel",
       rma.mh(measure = "RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat), exp)

smoke <- keep("hackshaw1998", dat.hackshaw1998, c("author", "yi", "vi"))
pooled("dat.hackshaw1998: random effects", rma(yi, vi, data = smoke, method = "DL"), exp)

hahn <- keep("hahn2001", dat.hahn2001)
for (page in c("dat.hahn2001: Mantel-Haenszel", "selmodel: rehydration, Mantel-Haenszel"))
  pooled(page, rma.mh(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = hahn), exp)
hahn <- escalc("OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = hahn, drop00 = TRUE)
pooled("selmodel: rehydration, before selection", rma(yi, vi, data = hahn, method = "EE"), exp)

dat <- keep("hannum2020", dat.hannum2020, c("authorName", "objectivity", "xi", "ni"))
dat <- escalc("PR", xi = xi, ni = ni, data = dat)
pooled("dat.hannum2020: all", random(yi, vi, data = dat), one = TRUE)
for (which in c("Objective", "Subjective"))
  pooled(paste("dat.hannum2020:", which), random(yi, vi, data = dat[dat$objectivity == which, ]),
         one = TRUE)

dat <- keep("hart1999", dat.hart1999)
d <- escalc("IRR", x1i = x1i, x2i = x2i, t1i = t1i, t2i = t2i, data = dat)
pooled("dat.hart1999: rate ratios", random(yi, vi, data = d), exp)
pooled("dat.hart1999: rate differences",
       random(measure = "IRD", x1i = x1i, x2i = x2i, t1i = t1i, t2i = t2i, data = dat))

dat <- keep("hartmannboyce2018", dat.hartmannboyce2018)
nrt <- function(d) rma.mh(measure = "RR", ai = x.nrt, n1i = n.nrt, ci = x.ctrl, n2i = n.ctrl,
                          data = d)
pooled("dat.hartmannboyce2018: all", nrt(dat), exp)
for (treatment in unique(dat$treatment))
  pooled(paste("dat.hartmannboyce2018:", treatment), nrt(dat[dat$treatment == treatment, ]), exp)

dat <- keep("hine1989", dat.hine1989)
dat <- escalc("RD", n1i = n1i, n2i = n2i, ai = ai, ci = ci, data = dat)
pooled("dat.hine1989: risk differences", random(yi, vi, data = dat))

dat <- dat.kearon1998
dat$fp <- dat$nn - dat$tn
dat <- keep("kearon1998", dat, c("id", "patients", "tp", "np", "fp", "nn"))
dat <- escalc("OR", ai = tp, n1i = np, ci = fp, n2i = nn, data = dat, add = 1/2, to = "all")
for (which in c("symptomatic", "asymptomatic"))
  pooled(paste("dat.kearon1998:", which), random(yi, vi, data = dat[dat$patients == which, ]), exp)
d <- dat[dat$patients == "asymptomatic", ]
test <- function(found) list(statistic = unname(found$zval), p = unname(found$pval))
line <- function(found)
  c(test(found), list(estimate = unname(found$est), low = unname(found$ci.lb),
                      high = unname(found$ci.ub)))
res <- random(yi, vi, data = d)
add("dat.kearon1998: asymmetry, standard error", line(regtest(res, model = "lm")))
add("dat.kearon1998: asymmetry, sample size", test(regtest(res, model = "lm", predictor = "ni")))
d$invessi <- 1/(4*d$np) + 1/(4*d$nn)
d$yi <- c(d$yi)
add("dat.kearon1998: asymmetry, effective sample size",
    test(regtest(random(yi, invessi, data = d), model = "lm")))

dat <- keep("knapp2017", dat.knapp2017, c("study", "comp", "difficulty", "yi", "vi"))
pooled("dat.knapp2017: effects taken to be independent", random(yi, vi, data = dat))

schools <- keep("konstantopoulos2011", dat.konstantopoulos2011,
                c("district", "school", "study", "yi", "vi"))
pooled("dat.konstantopoulos2011: random effects", random(yi, vi, data = schools))

dat <- keep("landenberger2005", dat.landenberger2005,
            c("study", "n.cbt.non", "n.cbt.rec", "n.ctrl.non", "n.ctrl.rec", "sessions"))
dat <- escalc("OR", ai = n.cbt.non, bi = n.cbt.rec, ci = n.ctrl.non, di = n.ctrl.rec, data = dat)
pooled("dat.landenberger2005: random effects", random(yi, vi, data = dat), exp)
res <- random(yi, vi, mods = ~ sessions, data = dat)
regression("dat.landenberger2005: on sessions", res)
predictions("dat.landenberger2005: predictions", res, c(1, 2, 5, 10), exp)

dat <- keep("laopaiboon2015", dat.laopaiboon2015, c("author", "ai", "n1i", "ci", "n2i"))
pooled("dat.laopaiboon2015: Mantel-Haenszel",
       rma.mh(measure = "RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat), exp)
dat <- escalc("RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat)
pooled("dat.laopaiboon2015: random effects", random(yi, vi, data = dat), exp)

series <- function(found, of = c("estimate", "se", "zval", "pval", "ci.lb", "ci.ub", "Q", "tau2",
                                 "I2"), back = identity) {
  names <- c(estimate = "estimate", se = "se", zval = "statistic", pval = "p", ci.lb = "low",
             ci.ub = "high", Q = "q", tau2 = "tau2", I2 = "i2")
  scaled <- c("ci.lb", "ci.ub")
  unlist(lapply(of, function(name) {
    x <- found[[name, exact = FALSE]]  # cumul has pvals
    if (name %in% scaled) x <- back(x)
    setNames(x, paste0(names[[name]], "_", seq_along(x)))
  }))
}
counts <- c("estimate", "se", "zval", "pval", "ci.lb", "ci.ub")
lau <- keep("lau1992", dat.lau1992)
res <- rma.mh(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = lau)
pooled("dat.lau1992: Mantel-Haenszel", res, exp)
add("dat.lau1992: cumulative", series(cumul(res), counts, exp))

dat <- keep("lee2004", dat.lee2004, c("study", "ai", "n1i", "ci", "n2i"))
pooled("dat.lee2004: risk ratios",
       random(measure = "RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat), exp)
lee <- escalc(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat)

dat <- keep("lehmann2018", dat.lehmann2018, c("Gender", "yi", "vi"))
for (who in c("Males", "Females"))
  pooled(paste("dat.lehmann2018:", who),
         random(yi, vi, data = dat[dat$Gender == who, ], test = "knha"))

dat <- keep("li2007", dat.li2007, c("study", "ai", "n1i", "ci", "n2i"))
for (which in list(list("without ISIS-4", -14), list("all", 1:22)))
  pooled(paste("dat.li2007:", which[[1]]),
         rma(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat[which[[2]], ],
             method = "EE"), exp)

dat <- keep("linde2005", dat.linde2005[-c(5, 6, 26), ],
            c("study", "ai", "n1i", "ci", "n2i", "group"))
dat <- escalc("RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat)
pooled("dat.linde2005: random effects", rma(yi, vi, data = dat, method = "DL"), exp)
predictions("dat.linde2005: each stratum",
            rma(yi, vi, mods = ~ factor(group) - 1, data = dat, method = "DL"), diag(4), exp)

dat <- keep("mcdaniel1994", dat.mcdaniel1994)
d <- escalc("ZCOR", ri = ri, ni = ni, data = dat)
pooled("dat.mcdaniel1994: transformed correlations", random(yi, vi, data = d), transf.ztor)
regression("dat.mcdaniel1994: on type", random(yi, vi, mods = ~ factor(type), data = d))
regression("dat.mcdaniel1994: on structure", random(yi, vi, mods = ~ factor(struct), data = d))
pooled("dat.mcdaniel1994: raw correlations", random(measure = "COR", ri = ri, ni = ni, data = dat))

dat <- keep("michael2013", dat.michael2013,
            c("Study", "No_brain_n", "No_brain_m", "No_brain_s", "Brain_n", "Brain_m", "Brain_s",
              "Included_Critique"))
dat <- escalc("MD", m1i = Brain_m, m2i = No_brain_m, sd1i = Brain_s, sd2i = No_brain_s,
              n1i = Brain_n, n2i = No_brain_n, data = dat)
pooled("dat.michael2013: random effects", random(yi, vi, data = dat))
regression("dat.michael2013: on critique", random(yi, vi, mods = ~ Included_Critique, data = dat))

dat <- keep("molloy2014", dat.molloy2014, c("authors", "ri", "ni"))
dat <- escalc("ZCOR", ri = ri, ni = ni, data = dat)
pooled("dat.molloy2014: correlations", random(yi, vi, data = dat), transf.ztor)

dat <- keep("nielweise2007", dat.nielweise2007, c("author", "ai", "n1i", "ci", "n2i"))
pooled("dat.nielweise2007: random effects",
       random(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat, drop00 = TRUE),
       exp)
conditional("dat.nielweise2007: conditional logistic",
            rma.glmm(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat,
                     model = "CM.EL"))
dat <- keep("nielweise2008", dat.nielweise2008, c("study", "x1i", "t1i", "x2i", "t2i"))
pooled("dat.nielweise2008: random effects",
       random(measure = "IRR", x1i = x1i, t1i = t1i, x2i = x2i, t2i = t2i, data = dat), exp)
conditional("dat.nielweise2008: conditional Poisson",
            rma.glmm(measure = "IRR", x1i = x1i, t1i = t1i, x2i = x2i, t2i = t2i, data = dat,
                     model = "CM.EL"))

dat <- keep("normand1999", dat.normand1999)
for (measure in c("MD", "SMD", "ROM"))
  pooled(paste("dat.normand1999:", measure),
         random(measure = measure, m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i,
                n2i = n2i, data = dat), if (measure == "ROM") exp else identity)

dat <- to.wide(dat.pagliaro1992, study = "study", grp = "trt", grpvars = 3:4)
dat <- keep("pagliaro1992", dat, c("study", "trt.1", "trt.2", "xi.1", "ni.1", "xi.2", "ni.2"))
for (drug in c("beta-blockers", "sclerotherapy"))
  pooled(paste("dat.pagliaro1992:", drug),
         rma.mh(measure = "OR", ai = xi.1, n1i = ni.1, ci = xi.2, n2i = ni.2,
                data = dat[dat$trt.1 == drug, ]), exp)

pignon <- dat.pignon2000
pignon$yi <- with(pignon, OmE/V)
pignon$vi <- with(pignon, 1/V)
keep("pignon2000", pignon, c("trial", "grp", "yi", "vi"))
for (which in list(1:3, 1, 2, 3))
  pooled(paste("dat.pignon2000: groups", paste(which, collapse = ", ")),
         rma(yi, vi, data = pignon[pignon$grp %in% which, ], method = "EE"), exp)

dat <- keep("pritz1997", dat.pritz1997)
pooled("dat.pritz1997: raw proportions", random(measure = "PR", xi = xi, ni = ni, data = dat),
       one = TRUE)
pooled("dat.pritz1997: logits", random(measure = "PLO", xi = xi, ni = ni, data = dat),
       transf.ilogit, one = TRUE)
mixed <- rma.glmm(measure = "PLO", xi = xi, ni = ni, data = dat, nAGQ = 100)
conditional("dat.pritz1997: mixed logistic model", mixed, transf.ilogit)

dat <- dat.raudenbush1985
dat$weeks.c <- ifelse(dat$weeks > 3, 3, dat$weeks)
dat <- keep("raudenbush1985", dat, c("author", "weeks.c", "yi", "vi"))
pooled("dat.raudenbush1985: random effects", random(yi, vi, data = dat))
regression("dat.raudenbush1985: on weeks", random(yi, vi, mods = ~ weeks.c, data = dat))

dat <- keep("riley2003", dat.riley2003, c("study", "outcome", "yi", "sei"))
for (which in c("DFS", "OS"))
  pooled(paste("dat.riley2003:", which),
         rma(yi, sei = sei, data = dat[dat$outcome == which & !is.na(dat$yi), ], method = "DL"),
         exp)

dat <- keep("vanhowe1999", dat.vanhowe1999)
d <- escalc("OR", ai = non.pos, bi = non.neg, ci = cir.pos, di = cir.neg, data = dat)
pooled("dat.vanhowe1999: random effects", rma(yi, vi, data = d, method = "DL"), exp)
for (which in c("high-risk group", "partner study", "population survey")) {
  part <- d[d$category == which, ]
  pooled(paste("dat.vanhowe1999:", which), rma(yi, vi, data = part, method = "DL"), exp)
  sums <- with(part, summary(escalc("OR", ai = sum(non.pos), bi = sum(non.neg), ci = sum(cir.pos),
                                    di = sum(cir.neg)), transf = exp))
  add(paste("dat.vanhowe1999: counts added up,", which), natural = c(sums$yi), low = sums$ci.lb,
      high = sums$ci.ub)
}

dat <- keep("yusuf1985", dat.yusuf1985[dat.yusuf1985$table == "6", ])
pooled("dat.yusuf1985: table 6", rma.peto(ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat), exp)

# ---- what is not written as pools of metadat's pages: continued below ----
source(file.path(here, "worked_examples_of_metafor.R"))
source(file.path(here, "worked_examples_multivariate.R"))

of_package <- function(package) {
  pages <- tools::Rd_db(package)
  fits <- c("rma", "rma.uni", "rma.mv", "rma.mh", "rma.peto", "rma.glmm", "netmeta", "netmetabin")
  do.call(rbind, lapply(sort(names(pages)), function(name) {
    file <- tempfile()
    tools::Rd2ex(pages[[name]], file)
    if (!file.exists(file)) return(NULL)
    text <- paste(readLines(file), collapse = "\n")
    called <- fits[sapply(fits, function(f)
      grepl(paste0("(^|[^a-zA-Z0-9._])", gsub(".", "[.]", f, fixed = TRUE), "\\("), text))]
    data.frame(package, version = as.character(packageVersion(package)),
               page = sub("[.]Rd$", "", name), fits = paste(called, collapse = " "))
  }))
}
pages <- rbind(of_package("metadat"), of_package("metafor"))
save <- function(what, name)
  write.csv(what, file.path(here, "expected", name), row.names = FALSE, eol = "\n")
save(do.call(rbind, rows), "worked_examples.csv")
save(do.call(rbind, sets), "worked_examples_data.csv")
save(pages, "worked_examples_pages.csv")
