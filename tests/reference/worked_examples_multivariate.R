# The part of make_worked_examples_reference.R that has dependent effects of one study: outcomes that
# covary, nested and crossed factors, likelihood ratios; the functions stand there.
suppressPackageStartupMessages(library(clubSandwich))
source(file.path(here, "multivariate_fits.R"))
control_of <- control_of[1]  # what it leaves open is polished

# What is printed of a fit, its coefficients in the order of the design.
dependent <- function(example, m, method = "REML", limits = FALSE) {
  found <- at_the_root(m, method)
  stopifnot(found$concave, found$outward)
  fit <- found$fit
  of <- function(name, x) if (length(x)) setNames(as.list(unname(x)), paste0(name, "_", seq_along(x) - 1))
  G <- if (!is.null(m$struct)) G_of(m$struct, max(m$inner), found$p$tau2, found$p$rho)
  add(example, of("estimate", fit$beta[, 1]), of("se", fit$se), of("low", fit$ci.lb),
      of("high", fit$ci.ub), of("p", fit$pval), qe = fit$QE,
      loglik = loglik(m, found$p, method), of("sigma2", found$p$sigma2),
      if (!is.null(G)) of("tau2", diag(G)),
      if (!is.null(G) && m$rhos && all(diag(G) > 0)) list(covariance = G[2, 1]))
  invisible(found)
}
# CR2 of clubSandwich, as metafor's robust prints it.
by_clusters <- function(example, found, cluster) {
  r <- as.data.frame(coef_test(found$fit, vcov = vcovCR(found$fit, "CR2", cluster = cluster),
                               test = "Satterthwaite"))
  of <- function(name, x) setNames(as.list(unname(x)), paste0(name, "_", seq_along(x) - 1))
  add(example, of("estimate", r$beta), of("se", r$SE), of("df", r$df_Satt), of("p", r$p_Satt))
}
ratio <- function(example, full, reduced) {
  # anova of metafor takes variances that are given for none: what it does is done here.
  statistic <- 2 * (full$loglik - reduced$loglik)
  df <- full$count - reduced$count
  add(example, statistic = statistic, df = df, p = pchisq(statistic, df, lower.tail = FALSE))
}
means <- function(x) unname(model.matrix(~ factor(x) - 1))
one <- function(d) matrix(1, nrow(d), 1)
rows_of <- function(d) seq_len(nrow(d))

# metadat: effects nested in studies, with moderators and likelihood ratios
d <- keep("assink2016, moderators", dat.assink2016, c("study", "esid", "yi", "vi", "pubstatus", "year", "deltype"))
both <- list(d$study, rows_of(d))
for (rho in c(0, 0.6)) {
  V <- vcalc(vi, cluster = study, obs = esid, data = d, rho = rho)
  full <- dependent(sprintf("dat.assink2016: nested, rho %g", rho), of_model(d$yi, V, one(d), both))
  for (which in 1:2) {
    reduced <- at_the_root(of_model(d$yi, V, one(d), both[which]), "REML")
    for (page in if (rho == 0) "dat.assink2016" else "anova.rma")
      ratio(sprintf("%s: without variance %d, rho %g", page, 3 - which, rho), full, reduced)
  }
}
type <- relevel(factor(d$deltype), ref = "general")
for (name in c("pubstatus", "year", "deltype", "year + deltype")) {
  X <- switch(name, pubstatus = cbind(1, d$pubstatus), year = cbind(1, d$year),
              deltype = model.matrix(~ type), model.matrix(~ d$year + type))
  dependent(paste("dat.assink2016: dependent, on", name), of_model(d$yi, d$vi, unname(X), both))
}
found <- dependent("anova.rma: on type of delinquency", of_model(d$yi, V, unname(model.matrix(~ type)), both))
by_clusters("anova.rma: on type of delinquency, CR2", found, d$study)

d <- keep("konstantopoulos2011, schools", dat.konstantopoulos2011, c("district", "school", "study", "yi", "vi"))
for (page in c("dat.konstantopoulos2011", "confint.rma"))
  dependent(paste0(page, ": schools covary within districts"),
            of_model(d$yi, d$vi, one(d), inner = d$school, outer = d$district, struct = "CS"))
full <- at_the_root(of_model(d$yi, d$vi, one(d), list(d$district, d$study)), "REML")
ratio("anova.rma: schools, without districts", full, at_the_root(of_model(d$yi, d$vi, one(d), list(d$study)), "REML"))
ratio("anova.rma: schools, without schools", full, at_the_root(of_model(d$yi, d$vi, one(d), list(d$district)), "REML"))
ratio("anova.rma: schools, common effect", full, at_the_root(of_model(d$yi, d$vi, one(d)), "REML"))

d <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
ratio("anova.rma: latitude and year, likelihood ratio",
      at_the_root(of_model(d$yi, d$vi, cbind(1, d$ablat, d$year), list(rows_of(d))), "ML"),
      at_the_root(of_model(d$yi, d$vi, one(d), list(rows_of(d))), "ML"))
ratio("methods.anova.rma: allocation and latitude, likelihood ratio",
      at_the_root(of_model(d$yi, d$vi, unname(model.matrix(~ alloc + ablat, d)), list(rows_of(d))), "ML"),
      at_the_root(of_model(d$yi, d$vi, one(d), list(rows_of(d))), "ML"))

d <- escalc("OR", ai = waward, n1i = wtotal, ci = maward, n2i = mtotal, data = dat.bornmann2007)
keep("bornmann2007, types", dat.bornmann2007, c("study", "obs", "type", "waward", "wtotal", "maward", "mtotal"))
dependent("dat.bornmann2007: dependent, on type", of_model(d$yi, d$vi, unname(model.matrix(~ type, d)), list(d$study, rows_of(d))))

d <- dat.tannersmith2016; d$esid <- rows_of(d)
d$aget1 <- ave(d$aget1, d$studyid); d$aget2 <- ave(d$aget2, d$studyid)
keep("tannersmith2016, ages", d, c("studyid", "yi", "vi", "aget1", "aget2", "sexmix"))
V <- vcalc(vi, cluster = studyid, obs = esid, rho = 0.8, data = d)
for (name in c("aget1 + aget2", "aget1 * aget2", "aget1 * aget2 + sexmix")) {
  X <- unname(model.matrix(as.formula(paste("~", name)), d))
  found <- at_the_root(of_model(d$yi, V, X, list(d$studyid, d$esid)), "REML")
  by_clusters(paste("dat.tannersmith2016: on", name), found, d$studyid)
}

d <- dat.obrien2003; d$bmicent <- with(d, bmi - ave(bmi, study))
d <- escalc("PR", xi = cases, ni = total, data = d); d$yi <- d$yi * 100; d$vi <- d$vi * 100^2
keep("obrien2003", d, c("study", "grp", "yi", "vi", "bmicent"))
dependent("dat.obrien2003: on centred BMI", of_model(d$yi, d$vi, cbind(1, d$bmicent), list(d$study, rows_of(d))))

d <- keep("begg1989, arms", dat.begg1989, c("study", "trt", "arms", "yi", "vi"))
trt <- relevel(factor(d$trt), ref = "CMO"); arms <- relevel(factor(d$arms), ref = "2")
dependent("dat.begg1989: on treatment", of_model(d$yi, d$vi, unname(model.matrix(~ trt)), list(d$study)), "ML")
dependent("dat.begg1989: random effects of arms, equal variances",
          of_model(d$yi, d$vi, unname(model.matrix(~ trt)), list(d$study), inner = trt, outer = d$study, struct = "ID"), "ML")

# crossed and single factors
keep("nakagawa2007", dat.nakagawa2007)
d <- escalc("ZCOR", ri = Correlation, ni = SampleSize, data = dat.nakagawa2007)
dependent("dat.nakagawa2007: studies", of_model(d$yi, d$vi, one(d), list(d$StudyID)))

# outcomes that covary
d <- keep("berkey1998", dat.berkey1998, c("trial", "author", "outcome", "yi", "vi", "v1i", "v2i", "year"))
V <- vcalc(vi = 1, cluster = author, rvars = c(v1i, v2i), data = d)
keep("berkey1998, errors", as.data.frame(V))
two <- of_model(d$yi, V, means(d$outcome), inner = d$outcome, outer = d$trial, struct = "UN")
for (page in c("dat.berkey1998", "robust", "methods.confint.rma"))
  found <- dependent(paste0(page, ": two outcomes"), two)
by_clusters("robust: two outcomes, CR2", found, d$trial)
dependent("dat.berkey1998: difference of the outcomes",
          of_model(d$yi, V, cbind(1, d$outcome == "PD"), inner = d$outcome, outer = d$trial, struct = "UN"))
dependent("dat.berkey1998: on year", of_model(d$yi, V,
  unname(model.matrix(~ outcome + outcome:I(year - 1983) - 1, d)), inner = d$outcome, outer = d$trial, struct = "UN"), "ML")

d <- keep("kalaian1996", within(dat.kalaian1996, loghrs <- log(hrs) - mean(log(hrs), na.rm = TRUE)),
          c("study", "outcome", "yi", "vi", "loghrs"))
V <- vcalc(vi, cluster = study, type = outcome, data = d, rho = 0.66)
dependent("dat.kalaian1996: two outcomes", of_model(d$yi, V, means(d$outcome), inner = d$outcome, outer = d$study, struct = "UN"))
dependent("dat.kalaian1996: difference of the outcomes",
          of_model(d$yi, V, cbind(1, d$outcome == "verbal"), inner = d$outcome, outer = d$study, struct = "UN"))
known <- !is.na(d$loghrs)
dependent("dat.kalaian1996: on hours", of_model(d$yi[known], V[known, known],
  unname(model.matrix(~ outcome + outcome:loghrs - 1, d[known, ])), inner = d$outcome[known], outer = d$study[known],
  struct = "UN"))

d <- to.long(measure = "OR", ai = tp, n1i = np, ci = tn, n2i = nn, data = dat.kearon1998, subset = patients == "asymptomatic")[9:12]
levels(d$group) <- c("sensitivity", "specificity")
d <- escalc("PLO", xi = out1, mi = out2, data = d, add = 1/2, to = "all")
keep("kearon1998, both", d, c("study", "group", "yi", "vi"))
dependent("dat.kearon1998: sensitivity and specificity",
          of_model(d$yi, d$vi, means(d$group), inner = d$group, outer = d$study, struct = "UN"))

for (set in c("bcg", "colditz1994")) {
  d <- to.long(measure = "OR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = get(paste0("dat.", set)))
  d <- escalc("PLO", xi = out1, mi = out2, data = d)
  levels(d$group) <- if (set == "bcg") c("exp", "con") else c("CON", "EXP")
  keep(paste0(set, ", arms"), d, c("study", "trial", "group", "yi", "vi"))
  if (set == "bcg") for (page in c("rma.mv", "profile.rma"))
    dependent(paste0(page, ": both arms"), of_model(d$yi, d$vi, cbind(1, d$group == "exp"), inner = as.character(d$group),
                                                    outer = d$study, struct = "UN"))
  else dependent("matreg: both arms", of_model(d$yi, d$vi, means(as.character(d$group)), inner = as.character(d$group),
                                               outer = d$trial, struct = "UN"), "ML")
}

d <- escalc("SMD", m1i = mt, m2i = mc, sd1i = sdt, sd2i = sdc, n1i = nt, n2i = nc, data = dat.dagostino1998)
d <- d[d$outcome %in% c("rnic1", "rnic2"), ]
keep("dagostino1998, two days", d, c("study", "outcome", "yi", "vi"))
V <- vcalc(vi, cluster = study, obs = outcome, rho = 0.7, data = d)
dependent("dat.dagostino1998: two days", of_model(d$yi, V, means(as.character(d$outcome))))
dependent("dat.dagostino1998: difference of two days", of_model(d$yi, V, cbind(1, d$outcome == "rnic2")))

# outcomes over time, and groups that effects share
d <- reshape(dat.ishak2007, direction = "long", idvar = "study", v.names = c("yi", "vi"),
             varying = list(c(2, 4, 6, 8), c(3, 5, 7, 9)))
d <- d[order(d$study, d$time), ]; d <- d[!is.na(d$yi), ]
keep("ishak2007", d, c("study", "time", "yi", "vi"))
V <- vcalc(vi, cluster = study, time1 = time, phi = 0.97, data = d)
dependent("dat.ishak2007: autoregressive", of_model(d$yi, V, means(d$time), inner = d$time, outer = d$study, struct = "HAR"))

d <- dat.knapp2017
d$task.diff <- tasks_of(d); R <- of_tasks
V <- vcalc(vi, cluster = study, grp1 = group1, grp2 = group2, w1 = n_sz, w2 = n_hc, obs = task.diff, rho = R, data = d)
keep("knapp2017, tasks", d, c("study", "comp", "yi", "vi", "difficulty"))
keep("knapp2017, errors", as.data.frame(V))
found <- dependent("dat.knapp2017: shared groups", of_model(d$yi, V, one(d), list(d$study, rows_of(d))))
by_clusters("dat.knapp2017: shared groups, CR2", found, d$study)
known <- !is.na(d$difficulty)
found <- dependent("dat.knapp2017: on difficulty", of_model(d$yi[known], V[known, known], cbind(1, d$difficulty[known]),
                                                            list(d$study[known], which(known))))
by_clusters("dat.knapp2017: on difficulty, CR2", found, d$study[known])
