# The part of make_worked_examples_reference.R that has models of several effects, meta-regressions
# beyond one line, diagnostics and small-study effects; the functions stand there.

# ---- several effects of one study ----
levels_of <- function(d, rho = 0, ...) {
  sigma2 <- variances(d, rho, "REML")
  with_variances(d, block(d, rho), "REML", sigma2 = sigma2, ...)
}
three_level <- function(example, fit, back = identity) {
  add(example, estimate = fit$beta[1], se = fit$se[1], natural = back(fit$beta[1]),
      low = back(fit$ci.lb), high = back(fit$ci.ub), p = fit$pval, between = fit$sigma2[1],
      within = fit$sigma2[2], q = fit$QE, q_p = fit$QEp)
}
robustly <- function(example, fit, ...) {
  r <- robust(fit, cluster = fit$data$study, ...)
  add(example, estimate = r$beta[1], se = r$se[1],
      if (!is.null(list(...)$clubSandwich)) list(low = r$ci.lb, high = r$ci.ub, p = r$pval))
}
levels_on <- function(d, formula, rho = 0) {
  d <- d[complete.cases(model.frame(formula, d, na.action = na.pass)), ]
  sigma2 <- variances(d, rho, "REML", model.matrix(formula, d))
  rma.mv(yi, block(d, rho), mods = formula, random = ~ 1 | study/effect, data = d, sigma2 = sigma2)
}
of_clusters <- function(example, fit, own = TRUE) {
  of <- function(name, x) setNames(as.list(unname(x)), paste0(name, "_", seq_along(x) - 1))
  add(example, of("estimate", fit$beta[, 1]), of("se", fit$se), of("low", fit$ci.lb),
      of("high", fit$ci.ub), of("p", fit$pval), qm = fit$QM, qm_p = fit$QMp,
      if (own) list(between = fit$sigma2[1], within = fit$sigma2[2], qe = fit$QE, qe_p = fit$QEp))
}
robust_of <- function(fit) robust(fit, cluster = fit$data$study, clubSandwich = TRUE)
nested <- function(dat, study, effect) {
  dat$study <- dat[[study]]
  dat$effect <- dat[[effect]]
  dat
}
dat <- nested(schools, "district", "school")
for (page in c("dat.konstantopoulos2011: three levels", "forest.rma: schools",
               "influence.rma.mv: schools", "robust: schools"))
  three_level(page, levels_of(dat))
robustly("robust: schools, CR1", levels_of(dat))
robustly("robust: schools, CR2", levels_of(dat), clubSandwich = TRUE)
fit <- rma.mv(yi, vi, random = ~ 1 | district/school, data = schools)
for (which in 1:2) {
  limits <- confint(fit, sigma2 = which, control = list(tol = 1e-12))$random[1, 2:3]
  names(limits) <- paste0(c("between", "within")[which], c("_low", "_high"))
  add("confint.rma: variances of schools", limits)
}

dat <- keep("assink2016", nested(dat.assink2016, "study", "esid"),
            c("study", "esid", "yi", "vi", "pubstatus", "year", "deltype"))
for (rho in c(0, 0.6)) {
  fit <- levels_of(dat, rho)
  three_level(sprintf("dat.assink2016: three levels, rho %g", rho), fit)
  robustly(sprintf("dat.assink2016: CR1, rho %g", rho), fit)
}
three_level("anova.rma: delinquency, rho 0.6", fit)
robustly("anova.rma: delinquency, CR2", fit, clubSandwich = TRUE)
dat$deltype <- relevel(factor(dat$deltype), ref = "general")
of_clusters("dat.assink2016: on publication", levels_on(dat, ~ pubstatus))
of_clusters("dat.assink2016: on year", levels_on(dat, ~ year))
of_clusters("dat.assink2016: on type", levels_on(dat, ~ deltype))
of_clusters("dat.assink2016: on year and type", levels_on(dat, ~ year + deltype))

dat <- escalc("OR", ai = waward, n1i = wtotal, ci = maward, n2i = mtotal, data = dat.bornmann2007)
keep("bornmann2007", dat.bornmann2007,
     c("study", "obs", "type", "waward", "wtotal", "maward", "mtotal"))
three_level("dat.bornmann2007: three levels", levels_of(nested(dat, "study", "obs")), exp)
fit <- levels_on(nested(dat, "study", "obs"), ~ type)
of_clusters("dat.bornmann2007: on type", fit)
predictions("dat.bornmann2007: by type", fit, 0:1, exp)

dat <- nested(dat.obrien2003, "study", "grp")
dat$bmicent <- dat$bmi - ave(dat$bmi, dat$study)
dat <- escalc("PR", xi = cases, ni = total, data = dat)
dat$yi <- dat$yi * 100
dat$vi <- dat$vi * 100^2
keep("obrien2003", dat, c("study", "yi", "vi", "bmicent"))
of_clusters("dat.obrien2003: on BMI", levels_on(dat, ~ bmicent))
# What rcs of the package rms makes of four knots.
knots <- unname(quantile(dat$bmicent, c(0.05, 0.35, 0.65, 0.95)))
keep("obrien2003 knots", data.frame(knots))
curve <- function(x) {
  cube <- function(t) pmax(x - t, 0)^3
  last <- knots[4]; before <- knots[3]
  bend <- function(t) (cube(t) - cube(before) * (last - t) / (last - before) +
                       cube(last) * (before - t) / (last - before)) / (last - knots[1])^2
  cbind(x, bend(knots[1]), bend(knots[2]))
}
fit <- levels_on(dat, ~ curve(bmicent))
of_clusters("dat.obrien2003: on a curve of BMI", fit)
predictions("dat.obrien2003: along the curve", fit, curve(c(-10, 0, 10)))

dat <- escalc("ZCOR", ri = ri, ni = ni, data = dat.crede2010)
for (which in c("grade", "gpa"))
  three_level(sprintf("dat.crede2010: %s, three levels", which),
              levels_of(nested(dat[dat$criterion == which, ], "studyid", "sampleid")), transf.ztor)

three_level("dat.knapp2017: three levels", levels_of(nested(dat.knapp2017, "study", "comp")))

dat <- dat.tannersmith2016
dat$aget1 <- ave(dat$aget1, dat$studyid)
dat$aget2 <- ave(dat$aget2, dat$studyid)
keep("tannersmith2016", dat, c("studyid", "yi", "vi", "aget1", "aget2", "sexmix"))
dat$esid <- seq_len(nrow(dat))
fit <- levels_of(nested(dat, "studyid", "esid"), 0.8)
add("dat.tannersmith2016: compound symmetry", estimate = fit$beta[1], se = fit$se[1],
    low = fit$ci.lb, high = fit$ci.ub, p = fit$pval, tau2 = sum(fit$sigma2),
    rho = fit$sigma2[1] / sum(fit$sigma2), q = fit$QE, q_p = fit$QEp)
robustly("dat.tannersmith2016: CR2", fit, clubSandwich = TRUE)
dat <- nested(dat, "studyid", "esid")
of_clusters("dat.tannersmith2016: on age", robust_of(levels_on(dat, ~ aget1 + aget2, 0.8)), FALSE)
of_clusters("dat.tannersmith2016: on age, crossed",
            robust_of(levels_on(dat, ~ aget1 * aget2, 0.8)), FALSE)
of_clusters("dat.tannersmith2016: on age and sex",
            robust_of(levels_on(dat, ~ aget1 * aget2 + sexmix, 0.8)), FALSE)

dat <- keep("white2020", dat.white2020, c("study_id", "obs", "r", "n"))
dat <- escalc("ZCOR", ri = r, ni = n, data = dat)
three_level("dat.white2020: three levels", levels_of(nested(dat, "study_id", "obs")), transf.ztor)

# ---- pools, again and by other words ----
random_pages <- c("rma.uni: random effects", "addpoly.rma: random effects", "forest.rma: BCG",
                  "funnel: BCG", "labbe: BCG", "predict.rma: average", "transf: average",
                  "update.rma: random effects", "permutest: random effects", "qqnorm.rma: BCG",
                  "plot.rma: BCG", "reporter: BCG", "simulate.rma: BCG")
for (page in random_pages) pooled(page, random_bcg, exp)
pooled("confint.rma: BCG", random_bcg, exp, limits = TRUE)
pooled("methods.confint.rma: BCG", random_bcg, exp, limits = TRUE)
for (which in c("alternate", "random", "systematic")) {
  part <- random(yi, vi, data = bcg[bcg$alloc == which, ])
  for (page in c("rma.uni: allocation,", "addpoly.rma: allocation,"))
    pooled(paste(page, which), part, exp)
}
for (page in c("rma.uni: common effect", "radial: BCG", "fsn: BCG, equal effects",
               "trimfill: BCG, equal effects"))
  pooled(page, rma(yi, vi, data = bcg, method = "FE"), exp)
mantel <- function(measure, data = dat.bcg)
  rma.mh(measure = measure, ai = tpos, bi = tneg, ci = cpos, di = cneg, data = data)
for (measure in c("OR", "RR")) pooled(paste("rma.mh:", measure), mantel(measure), exp)
pooled("addpoly.rma: Mantel-Haenszel", mantel("RR"), exp)
add("rma.mh: Tarone", statistic = mantel("OR")$TA, p = mantel("OR")$TAp)
peto <- rma.peto(ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
pooled("rma.peto: BCG", peto, exp)
odds <- escalc("OR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
for (page in c("rma.mv: BCG", "profile.rma: BCG")) pooled(page, random(yi, vi, data = odds), exp)
pooled("profile.rma: risk differences, peak at 0",
       random(measure = "RD", n1i = n1i, n2i = n2i, ai = ai, ci = ci, data = dat.hine1989))
pooled("rma.glmm: BCG, by inverse variances", random(yi, vi, data = odds, method = "ML"), exp)
for (model in c("UM.FS", "CM.EL"))
  conditional(paste("rma.glmm:", model),
              rma.glmm(measure = "OR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg,
                       model = model))
pooled("hc: risk of nausea, random effects", random(yi, vi, data = lee), exp)
whole <- escalc("OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.egger2001)
for (page in c("gosh", "plot.gosh.rma"))
  pooled(paste0(page, ": all trials"), rma(yi, vi, data = whole, method = "EE"), exp)
pooled("baujat: chemoradiation", rma(yi, vi, data = pignon, method = "EE"), exp)
found <- baujat(rma(yi, vi, data = pignon, method = "EE"))
add("baujat: plot", of("x", found$x), of("y", found$y))
pooled("forest.rma: proportions", random(measure = "PR", xi = xi, ni = ni, data = dat.pritz1997),
       one = TRUE)
for (page in c("plot.rma.uni.selmodel: tobacco smoke", "selmodel: tobacco smoke, before selection"))
  pooled(page, random(yi, vi, data = smoke, method = "ML"), exp)
own <- summary(bcg)
for (page in c("escalc: BCG", "print.escalc: BCG", "forest.default: BCG"))
  add(page, of("estimate", own$yi), of("variance", own$vi))
own <- summary(bcg, transf = exp)
for (page in c("print.escalc: BCG, limits", "forest.default: BCG, limits"))
  add(page, of("natural", own$yi), of("low", own$ci.lb), of("high", own$ci.ub))
agg <- aggregate(escalc("SMD", yi = yi, vi = vi, data = schools), cluster = district, struct = "ID")
add("aggregate.escalc: schools of a district", of("estimate", agg$yi), of("variance", agg$vi))
meta <- keep("bangertdrowns2004", dat.bangertdrowns2004,
             c("id", "grade", "length", "wic", "feedback", "info", "pers", "imag", "meta", "ni",
               "yi", "vi"))
for (page in c("dat.bangertdrowns2004: random effects", "robust: writing to learn",
               "rma.uni: writing to learn"))
  pooled(page, random(yi, vi, data = meta))
writing <- list(length = ~ length, several = ~ info + pers + imag + meta)
for (name in names(writing))
  regression(paste("dat.bangertdrowns2004: on", name), random(yi, vi, mods = writing[[name]],
                                                              data = meta))
regression("dat.bangertdrowns2004: on grade", random(yi, vi, mods = ~ factor(grade), data = meta))
seven <- random(yi, vi, mods = ~ length + wic + feedback + info + pers + imag + meta, data = meta)
regression("vif: seven moderators", seven)
for (page in c("vif: seven moderators, inflation", "plot.vif.rma: inflation"))
  add(page, of("vif", as.data.frame(vif(seven))$vif))

# ---- one study at a time ----
for (page in c("cumul", "forest.cumul.rma", "plot.cumul.rma"))
  add(paste0(page, ": random effects"), series(cumul(random_bcg, order = year), back = exp))
for (page in c("cumul", "forest.cumul.rma"))
  add(paste0(page, ": Mantel-Haenszel"), series(cumul(mantel("RR"), order = year), counts, exp))
add("cumul: Peto", series(cumul(peto, order = year), counts, exp))
add("leave1out: random effects", series(leave1out(random_bcg), back = exp))
add("leave1out: Mantel-Haenszel", series(leave1out(mantel("RR")), counts, exp))
add("leave1out: Peto", series(leave1out(peto), counts, exp))
studentised <- rstudent(random_bcg)
add("residuals.rma: BCG", of("z", studentised$z))
deleted <- function(example, fit) {
  x <- influence(fit)
  add(example, of("rstudent", x$inf$rstudent), of("dffits", x$inf$dffits),
      of("cook", x$inf$cook.d), of("ratio", x$inf$cov.r), of("tau2", x$inf$tau2.del),
      of("q", x$inf$QE.del), of("hat", x$inf$hat),
      unlist(lapply(seq_len(fit$p), function(j) of(paste0("dfbetas_", j), x$dfbs[[j]]))))
}
for (page in c("influence.rma.uni", "plot.infl.rma.uni"))
  deleted(paste0(page, ": latitude and year"), both)
for (page in c("residuals.rma", "qqnorm.rma"))
  deleted(paste0(page, ": latitude"), random(yi, vi, mods = ~ ablat, data = bcg))
deleted("plot.rma: latitude and year", both)

# ---- meta-regression ----
latitude <- random(yi, vi, mods = ~ ablat, data = bcg)
three <- random(yi, vi, mods = ~ ablat + factor(alloc), data = bcg)
allocation <- random(yi, vi, mods = ~ factor(alloc), data = bcg)
for (page in c("rma.uni", "coef.rma", "dfround", "model.matrix.rma", "update.rma", "weights.rma"))
  regression(paste0(page, ": on latitude and year"), both)
for (page in c("predict.rma", "regplot", "forest.rma", "addpoly.default", "update.rma"))
  regression(paste0(page, ": on latitude"), latitude)
regression("rma.uni: on allocation", allocation)
regression("formula.rma: on latitude and allocation", three)
regression("rma.uni: on allocation, year and latitude",
           random(yi, vi, mods = ~ alloc + year + ablat, data = bcg))
regression("rma.uni: on latitude and year, common effect",
           rma(yi, vi, mods = ~ ablat + year, data = bcg, method = "FE"))
regression("update.rma: on latitude, ML", random(yi, vi, mods = ~ ablat, data = bcg, method = "ML"))
four <- random(yi, vi, mods = ~ alloc + year + ablat, data = bcg)
joint <- anova(four, btt = 2:3)
add("rma.uni: allocation as a whole", statistic = joint$QM, p = joint$QMp)
predictions("addpoly.default: predictions", latitude, c(10, 30, 50))
predictions("addpoly.predict.rma: predictions", random(yi, vi, mods = ~ 0 + alloc, data = bcg),
            diag(3))
predictions("predict.rma: by latitude", latitude, seq(10, 60, 10), exp)
predictions("predict.rma: by latitude and year", both, cbind(c(10, 60, 10, 60),
                                                         c(1950, 1950, 1980, 1980)), exp)
predictions("predict.rma: by allocation at 30 degrees", three, cbind(30, c(0, 1, 0), c(0, 0, 1)))
add("fitted.rma: BCG", of("fitted", fitted(both)))
add("vcov.rma: coefficients", of("covariance", c(vcov(both))))
likely <- random(yi, vi, mods = ~ ablat + year, data = bcg, method = "ML")
regression("anova.rma: on latitude and year, ML", likely)
predictions("anova.rma: at 35 degrees in 1970", likely, cbind(35, 1970))
more <- random(yi, vi, mods = ~ ablat + year + alloc, data = bcg, method = "ML")
regression("anova.rma: on latitude, year and allocation, ML", more)
joint <- anova(more, btt = "alloc")
add("anova.rma: allocation as a whole", statistic = joint$QM, p = joint$QMp)
res <- random(yi, vi, mods = ~ alloc + ablat, data = bcg)
joint <- anova(res, btt = "alloc")
add("methods.anova.rma: allocation as a whole", statistic = joint$QM, p = joint$QMp)
joint <- anova(res, X = c(0, 1, -1, 0))
add("methods.anova.rma: random against systematic", estimate = c(joint$Xb), se = c(unname(joint$se)),
    p = joint$pval)
res <- random(yi, vi, mods = ~ ablat + year + alloc, data = bcg)
for (page in c("vif", "methods.vif.rma")) {
  add(paste0(page, ": BCG, coefficients"), of("vif", as.data.frame(vif(res))$vif))
  add(paste0(page, ": BCG, terms"),
      of("vif", as.data.frame(vif(res, btt = list("ablat", "year", "alloc")))$vif))
}
square <- random(yi, vi, mods = ~ ablat + I(ablat^2), data = bcg)
regression("regplot: a parabola", square)
predictions("regplot: along a parabola", square, cbind(c(0, 20, 60), c(0, 20, 60)^2))
regression("regplot: on latitude and year", both)
by <- random(yi, vi, mods = ~ ablat * alloc, data = bcg)
regression("regplot: latitude by allocation", by)
predictions("regplot: lines of latitude by allocation", by,
            rbind(c(20, 0, 0, 0, 0), c(20, 1, 0, 20, 0), c(20, 0, 1, 0, 20)))
regression("permutest: on latitude and year", both)
regression("robust: on length", random(yi, vi, mods = ~ length, data = meta))
scored <- rma(smd, se^2, data = dat.baskerville2012, mods = ~ blind, method = "ML",
              control = tight)
regression("selmodel: facilitation, on blinding", scored)
predictions("selmodel: facilitation, by blinding", scored, c(0, 1))
pooled("selmodel: facilitation, before selection",
       rma(smd, se^2, data = dat.baskerville2012, method = "ML", control = tight))

# ---- the dose of lithium: many models of one data set ----
dose <- keep("viechtbauer2021", dat.viechtbauer2021)
dose <- escalc("OR", ai = xTi, n1i = nTi, ci = xCi, n2i = nCi, add = 1/2, to = "all", data = dose)
pooled("dat.viechtbauer2021: common effect", rma(yi, vi, data = dose, method = "EE"), exp)
lithium <- rma(yi, vi, data = dose, method = "DL")
pooled("dat.viechtbauer2021: random effects", lithium, exp)
regression("dat.viechtbauer2021: on dose, common effect",
           rma(yi, vi, mods = ~ dose, data = dose, method = "FE"))
mixed <- rma(yi, vi, mods = ~ dose, data = dose, method = "DL")
regression("dat.viechtbauer2021: on dose", mixed)
regression("dat.viechtbauer2021: on dose and its square",
           rma(yi, vi, mods = ~ dose + I(dose^2), data = dose, method = "DL"))
for (without in list(3, 6, c(3, 6)))
  regression(paste("dat.viechtbauer2021: without", paste(without, collapse = " and ")),
             rma(yi, vi, mods = ~ dose, data = dose[-without, ], method = "DL"))
add("dat.viechtbauer2021: residuals and leverages of the pools",
    of("common", rstudent(rma(yi, vi, data = dose, method = "EE"))$z),
    of("random", rstudent(lithium)$z), of("hat", hatvalues(lithium)))

deleted("dat.viechtbauer2021: diagnostics about dose", mixed)
add("methods.list.rma: studentised residuals about dose",
    of("rstudent", rstudent(random(yi, vi, mods = ~ dose, data = dose))$z))

# ---- small-study effects, and what would be without them ----
egger <- escalc("OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.egger2001[-16, ])
keep("egger2001 without ISIS-4",
     data.frame(y = c(egger$yi), v = egger$vi, n = with(egger, n1i + n2i)))
res <- random(yi, vi, data = egger)
pooled("regtest: random effects", res, exp)
add("regtest: Egger's test, weighted regression", line(regtest(res, model = "lm")))
mixed <- regtest(res)
add("regtest: mixed-effects version", statistic = unname(mixed$zval), estimate = unname(mixed$est),
    low = mixed$ci.lb, high = mixed$ci.ub)
for (x in c("ni", "ninv")) {
  add(paste("regtest: on", x), test(regtest(res, model = "lm", predictor = x)))
  add(paste("regtest: mixed effects on", x), test(regtest(res, predictor = x)))
}
add("regtest: mixed effects on variances", test(regtest(res, predictor = "vi")))

keep("bcg effects", data.frame(y = c(bcg$yi), v = bcg$vi, n = NA))
ranks <- ranktest(random_bcg)
add("ranktest: BCG", tau = unname(ranks$tau), p = unname(ranks$pval))
common <- rma(yi, vi, data = bcg, method = "EE")
for (estimator in c("L0", "R0")) {
  filled <- trimfill(common, estimator = estimator)
  add(paste("trimfill: equal effects,", estimator), filled = filled$k0, mean = filled$beta[1],
      low = filled$ci.lb, high = filled$ci.ub)
}
filled <- trimfill(common)
whole <- rma(filled$yi, filled$vi, control = tight)
add("trimfill: equal, then random effects", filled = filled$k0, mean = whole$beta[1],
    low = whole$ci.lb, high = whole$ci.ub)
filled <- trimfill(random_bcg)
whole <- rma(filled$yi, filled$vi, control = tight)
add("trimfill: random effects, L0", filled = filled$k0, mean = whole$beta[1], low = whole$ci.lb,
    high = whole$ci.ub)
for (type in c("Rosenthal", "Orwin", "Rosenberg"))
  add(paste("fsn:", type), trials = fsn(yi, vi, data = bcg, type = type)$fsnum)

chosen <- function(found) {
  list(mean = found$beta[1], se = found$se[1], low = found$ci.lb[1], high = found$ci.ub[1],
       tau2 = found$tau2, statistic = found$LRT, p = found$LRTp,
       setNames(found$delta[-1], paste0("weight_", seq_along(found$delta[-1]))))
}
keep("smoke effects", data.frame(y = smoke$yi, v = smoke$vi, n = NA))
res <- random(yi, vi, data = smoke, method = "ML")
step <- function(fit, steps)
  selmodel(fit, type = "stepfun", alternative = "greater", steps = steps, control = exact)
add("selmodel: step function, tobacco smoke", chosen(step(res, c(0.025, 0.10, 0.50, 1))))
add("plot.rma.uni.selmodel: step function", chosen(step(res, c(0.05, 0.10, 0.50, 1))))
red <- subset(dat.lehmann2018, Gender == "Males")
keep("red effects", data.frame(y = red$yi, v = red$vi, n = NA))
add("dat.lehmann2018: three-parameter selection model",
    chosen(step(random(yi, vi, data = red, method = "ML"), 0.025)))

copas <- hc(rma(yi, vi, data = lee), control = list(tol = 1e-12))
add("hc: Henmi and Copas", mean = copas$beta, se = copas$se, low = copas$ci.lb, high = copas$ci.ub)
