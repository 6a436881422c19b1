# Expected values for the engine, by metafor on published data sets that metadat redistributes.
#
#   Rscript tests/reference/make_reference.R
#
# writes beside itself: expected/sources.csv (where each data set was published), counts.csv,
# means.csv and contrasts.csv (the inputs), effects.csv (each study's own effect) and pools.csv
# (everything pooled). Numbers have 17 significant digits, so that they are read back exactly.
#
# metafor's stopping rules are absolute numbers, so they are set to the scale of each data set, as
# tight as it lets its iterations end.

suppressPackageStartupMessages({
  library(metadat)
  library(metafor)
})

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
out <- file.path(here, "expected")
exact <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
save <- function(table, name) {
  write.csv(table, file.path(out, name), row.names = FALSE, quote = FALSE, eol = "\n")
}

# --- the data sets ---------------------------------------------------------------------------------

counts <- function(a, n1, c, n2) {
  table <- data.frame(a = a, n1 = n1, c = c, n2 = n2)
  table[complete.cases(table) & table$n1 > 0 & table$n2 > 0, ]
}

pairs_of <- function(data, arms, study, event, total, treated, control) {
  one <- data[arms == treated, ]
  two <- data[arms == control, ]
  both <- merge(one, two, by = study)
  counts(both[[paste0(event, ".x")]], both[[paste0(total, ".x")]],
         both[[paste0(event, ".y")]], both[[paste0(total, ".y")]])
}

binary <- list(
  bcg = with(dat.bcg, counts(tpos, tpos + tneg, cpos, cpos + cneg)),
  axfors2021 = with(dat.axfors2021,
                    counts(hcq_arm_event, hcq_arm_total, control_arm_event, control_arm_total)),
  cannon2006 = with(dat.cannon2006, counts(ep1t, nt, ep1c, nc)),
  collins1985a = with(dat.collins1985a, counts(b.xti, nti, b.xci, nci)),
  collins1985b = with(dat.collins1985b, counts(ped.xti, fup.nti, ped.xci, fup.nci)),
  damico2009 = with(dat.damico2009, counts(xt, nt, xc, nc)),
  dorn2007 = with(dat.dorn2007, counts(x.a, n.a, x.p, n.p)),
  egger2001 = with(dat.egger2001, counts(ai, n1i, ci, n2i)),
  gibson2002 = with(dat.gibson2002, counts(ai, ai + bi, ci, ci + di)),
  graves2010 = with(dat.graves2010, counts(ai, n1i, ci, n2i)),
  hahn2001 = with(dat.hahn2001, counts(ai, n1i, ci, n2i)),
  hartmannboyce2018 = with(dat.hartmannboyce2018, counts(x.nrt, n.nrt, x.ctrl, n.ctrl)),
  hine1989 = with(dat.hine1989, counts(ai, n1i, ci, n2i)),
  landenberger2005 = with(dat.landenberger2005, counts(n.cbt.rec, n.cbt.rec + n.cbt.non,
                                                       n.ctrl.rec, n.ctrl.rec + n.ctrl.non)),
  laopaiboon2015 = with(dat.laopaiboon2015, counts(ai, n1i, ci, n2i)),
  lau1992 = with(dat.lau1992, counts(ai, n1i, ci, n2i)),
  lee2004 = with(dat.lee2004, counts(ai, n1i, ci, n2i)),
  li2007 = with(dat.li2007, counts(ai, n1i, ci, n2i)),
  linde2005 = with(dat.linde2005, counts(ai, n1i, ci, n2i)),
  nielweise2007 = with(dat.nielweise2007, counts(ai, n1i, ci, n2i)),
  pagliaro1992 = pairs_of(dat.pagliaro1992, dat.pagliaro1992$trt, "study", "xi", "ni",
                          "beta-blockers", "control"),
  vanhowe1999 = with(dat.vanhowe1999, counts(non.pos, non.pos + non.neg,
                                             cir.pos, cir.pos + cir.neg)),
  viechtbauer2021 = with(dat.viechtbauer2021, counts(xTi, nTi, xCi, nCi)),
  yusuf1985 = with(subset(dat.yusuf1985, table == "6"), counts(ai, n1i, ci, n2i)),
  gurusamy2011 = pairs_of(dat.gurusamy2011, dat.gurusamy2011$treatment, "study", "death", "n",
                          "Aprotonin", "Control/Placebo"),
  first_of_bcg = with(dat.bcg[1, ], counts(tpos, tpos + tneg, cpos, cpos + cneg)),
  two_of_bcg = with(dat.bcg[1:2, ], counts(tpos, tpos + tneg, cpos, cpos + cneg))
)

means <- function(m1, sd1, n1, m2, sd2, n2) {
  table <- data.frame(m1, sd1, n1, m2, sd2, n2)
  table[complete.cases(table), ]
}

continuous <- list(
  curtis1998 = with(dat.curtis1998, means(m2i, sd2i, n2i, m1i, sd1i, n1i)),
  gibson2002 = with(dat.gibson2002, means(m1i, sd1i, n1i, m2i, sd2i, n2i)),
  michael2013 = with(dat.michael2013, means(Brain_m, Brain_s, Brain_n,
                                            No_brain_m, No_brain_s, No_brain_n)),
  normand1999 = with(dat.normand1999, means(m1i, sd1i, n1i, m2i, sd2i, n2i))
)

contrasts <- function(y, v) {
  table <- data.frame(y = y, se = sqrt(v))
  table[complete.cases(table), ]
}

generic <- list(
  bangertdrowns2004 = with(dat.bangertdrowns2004, contrasts(yi, vi)),
  baskerville2012 = with(dat.baskerville2012, contrasts(smd, se^2)),
  hackshaw1998 = with(dat.hackshaw1998, contrasts(yi, vi)),
  konstantopoulos2011 = with(dat.konstantopoulos2011, contrasts(yi, vi)),
  molloy2014 = with(escalc(measure = "ZCOR", ri = ri, ni = ni, data = dat.molloy2014),
                    contrasts(yi, vi)),
  pignon2000 = with(dat.pignon2000, contrasts(OmE / V, 1 / V)),
  raudenbush1985 = with(dat.raudenbush1985, contrasts(yi, vi))
)

# --- where they were published ---------------------------------------------------------------------

citation_of <- function(name) {
  name <- switch(name, first_of_bcg = "bcg", two_of_bcg = "bcg", name)
  page <- tools::Rd_db("metadat")[[paste0("dat.", name, ".Rd")]]
  part <- Filter(function(x) attr(x, "Rd_tag") == "\\source", page)
  text <- trimws(gsub("\\s+", " ", paste(unlist(part), collapse = "")))
  paste0('"', gsub('"', "'", gsub("--", "-", text)), '"')
}

inputs <- function(sets) {
  do.call(rbind, lapply(names(sets), function(name) {
    table <- sets[[name]]
    data.frame(dataset = name, study = seq_len(nrow(table)), lapply(table, exact))
  }))
}

# --- pooling ---------------------------------------------------------------------------------------

row_of <- function(dataset, measure, model, values) {
  data.frame(dataset, measure, model, quantity = names(values), value = exact(unlist(values)),
             row.names = NULL)
}

estimators <- c("DL", "REML", "ML", "PM", "EB", "SJ", "HE", "HS", "HSk", "DL2")

fit_random <- function(y, v, method, test = "z") {
  if (method == "DL2") {
    first <- rma(y, v, method = "DL")$tau2
    tau2 <- rma(y, v, method = "GENQ", weights = 1 / (v + first))$tau2
    return(rma(y, v, tau2 = tau2, method = "DL", test = test))
  }
  for (digits in 14:9) {
    control <- list(threshold = 10^-digits * median(v), tol = 1e-15 * median(v), tau2.max = 1e6,
                    maxiter = 2000)
    fit <- try(rma(y, v, method = method, test = test, control = control), silent = TRUE)
    if (!inherits(fit, "try-error")) return(fit)
  }
  stop(method, " did not converge")
}

pool_generic <- function(dataset, measure, y, v) {
  common <- rma(y, v, method = "EE")
  rows <- list(row_of(dataset, measure, "IV", list(mean = common$beta[1], se = common$se,
                                                   q = common$QE)))
  if (length(y) == 1) return(rows[[1]])
  for (method in estimators) {
    fit <- fit_random(y, v, method)
    values <- list(tau2 = fit$tau2, mean = fit$beta[1], se = fit$se, p = fit$pval)
    if (method != "DL2") values <- c(values, i2 = fit$I2, h2 = fit$H2)
    for (test in if (method %in% c("DL", "REML", "PM")) c("knha", "adhoc")) {
      adjusted <- fit_random(y, v, method, test)
      own <- list(adjusted$se, adjusted$ci.lb, adjusted$ci.ub, adjusted$pval)
      names(own) <- paste0(test, c("_se", "_low", "_high", "_p"))
      values <- c(values, own)
    }
    if (method == "REML" && length(y) > 2) {
      knha <- fit_random(y, v, method, "knha")
      values <- c(values,
                  pi_k1_high = predict(fit, pi.type = "t")$pi.ub,
                  pi_k2_high = predict(fit, pi.type = "riley")$pi.ub,
                  pi_hk_high = predict(knha)$pi.ub)
    }
    rows <- c(rows, list(row_of(dataset, measure, method, values)))
  }
  reml <- fit_random(y, v, "DL")
  limits <- confint(reml, type = "QP",
                    control = list(tol = .Machine$double.eps * median(v), tau2.max = 1e8,
                                   maxiter = 100000))$random
  rows <- c(rows, list(row_of(dataset, measure, "Q-profile",
                              list(tau2_low = limits["tau^2", "ci.lb"],
                                   tau2_high = limits["tau^2", "ci.ub"],
                                   i2_low = limits["I^2(%)", "ci.lb"],
                                   i2_high = limits["I^2(%)", "ci.ub"]))))
  do.call(rbind, rows)
}

informative <- function(table, measure) {
  keep <- !(table$a == 0 & table$c == 0)
  if (measure %in% c("OR", "PETO")) keep <- keep & !(table$a == table$n1 & table$c == table$n2)
  table[keep, ]
}

pool_counts <- function(dataset, measure, all) {
  table <- informative(all, measure)
  a <- table$a; n1 <- table$n1; c <- table$c; n2 <- table$n2
  if (measure == "PETO") {
    fit <- suppressWarnings(rma.peto(ai = a, n1i = n1, ci = c, n2i = n2, drop00 = FALSE,
                                     add = 0, to = "none"))
    return(row_of(dataset, "OR", "Peto", list(mean = fit$beta[1], se = fit$se, q = fit$QE)))
  }
  if (measure == "AS") return(NULL)
  fit <- suppressWarnings(rma.mh(ai = a, n1i = n1, ci = c, n2i = n2, measure = measure,
                                 drop00 = FALSE, correct = FALSE))
  values <- list(mean = fit$beta[1], se = fit$se, q = fit$QE, p = fit$pval, i2 = fit$I2)
  if (measure == "OR") {
    values <- c(values, cmh = fit$MH, breslow_day = fit$BD, tarone = fit$TA, tarone_p = fit$TAp)
  }
  row_of(dataset, measure, "MH", values)
}

effects_rows <- function(dataset, measure, policy, y, v) {
  data.frame(dataset, measure, policy, study = names(y), y = exact(y), v = exact(v),
             row.names = NULL)
}

effects <- list()
pools <- list()
for (name in names(binary)) {
  rownames(binary[[name]]) <- seq_len(nrow(binary[[name]]))
  for (measure in c("RR", "OR", "RD", "AS")) {
    table <- informative(binary[[name]], measure)
    own <- with(table, escalc(measure = measure, ai = a, n1i = n1, ci = c, n2i = n2, add = 1/2,
                              to = if (measure == "AS") "none" else "only0"))
    y <- setNames(as.numeric(own$yi), rownames(table))
    label <- if (measure == "AS") "ASD" else measure
    effects <- c(effects, list(effects_rows(name, label, "only0", y, own$vi)))
    if (measure != "AS") {
      every <- with(table, escalc(measure = measure, ai = a, n1i = n1, ci = c, n2i = n2,
                                  add = 1/2, to = "all"))
      effects <- c(effects, list(effects_rows(name, measure, "all",
                                              setNames(as.numeric(every$yi), rownames(table)),
                                              every$vi)))
    }
    pools <- c(pools, list(pool_generic(name, label, y, own$vi), pool_counts(name, measure, table)))
  }
  pools <- c(pools, list(pool_counts(name, "PETO", binary[[name]])))
}
for (name in names(continuous)) {
  rownames(continuous[[name]]) <- seq_len(nrow(continuous[[name]]))
  for (measure in c("MD", "SMD", "ROM")) {
    table <- continuous[[name]]
    if (measure == "ROM") table <- table[table$m1 * table$m2 > 0, ]
    own <- with(table, escalc(measure = measure, m1i = m1, sd1i = sd1, n1i = n1,
                              m2i = m2, sd2i = sd2, n2i = n2))
    y <- setNames(as.numeric(own$yi), rownames(table))
    effects <- c(effects, list(effects_rows(name, measure, "", y, own$vi)))
    pools <- c(pools, list(pool_generic(name, measure, y, own$vi)))
  }
}
for (name in names(generic)) {
  pools <- c(pools, list(with(generic[[name]], pool_generic(name, "other", y, se^2))))
}

sets <- unique(c(names(binary), names(continuous), names(generic)))
save(data.frame(dataset = sets, source = vapply(sets, citation_of, "")), "sources.csv")
save(inputs(binary), "counts.csv")
save(inputs(continuous), "means.csv")
save(inputs(generic), "contrasts.csv")
save(do.call(rbind, effects), "effects.csv")
save(do.call(rbind, pools), "pools.csv")
writeLines(c(R.version.string, paste("metafor", packageVersion("metafor")),
             paste("metadat", packageVersion("metadat"))), file.path(out, "versions.txt"))
