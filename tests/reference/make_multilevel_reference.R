# Expected three-level models of several effects of one study, of published data sets.
#
#   Rscript tests/reference/make_multilevel_reference.R
#
# Writes expected/multilevel_effects.csv (each effect, its variance and its study) and
# expected/multilevel.csv. Fits: metafor's rma.mv with random = ~ 1 | study/effect, by BFGS with
# tolerances far below its defaults and by nlminb, from three starts of which the highest likelihood is kept, then
# brought to a root of the derivatives, as metafor's optimisers leave 1e-7 of the variances open.
# Sampling errors of one study's effects have correlation rho. Robust variances and Satterthwaite's
# degrees of freedom: clubSandwich. Limits of the variances: metafor's profile likelihood (confint),
# of the fits without correlation by REML.
suppressPackageStartupMessages({library(metafor); library(clubSandwich)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "three_level_fits.R"))
own <- function(name) get(data(list = name, package = "metadat", envir = environment()))
named <- function(d, study) data.frame(study = as.character(study), yi = as.numeric(d$yi),
                                       vi = as.numeric(d$vi))
sets <- list()
for (name in c("knapp2017", "riley2003", "begg1989", "assink2016", "kalaian1996")) {
  d <- own(paste0("dat.", name))
  sets[[name]] <- named(d, d$study)
}
d <- own("dat.konstantopoulos2011")
sets$konstantopoulos2011 <- named(d, d$district)
d <- own("dat.berkey1998")
sets$berkey1998 <- named(d, d$trial)
d <- escalc("ZCOR", ri = ri, ni = ni, data = own("dat.crede2010"))
d <- d[d$criterion == "grade", ]
sets$crede2010 <- named(d, d$studyid)
d <- escalc("OR", ai = waward, n1i = wtotal, ci = maward, n2i = mtotal,
            data = own("dat.bornmann2007"))
sets$bornmann2007 <- named(d, d$study)
d <- escalc("ZCOR", ri = ri, ni = ni, data = own("dat.craft2003"))
sets$craft2003 <- named(d, d$study)
d <- escalc("ZCOR", ri = ri, ni = ni, data = own("dat.cohen1981"))
sets$cohen1981 <- named(d, d$study)
d <- escalc("ROM", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i,
            data = own("dat.curtis1998"))
sets$curtis1998 <- named(d, d$paper)
d <- escalc("OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = own("dat.anand1999"))
sets$anand1999 <- named(d, d$study)
d <- escalc("OR", ai = n.cbt.rec, bi = n.cbt.non, ci = n.ctrl.rec, di = n.ctrl.non,
            data = own("dat.landenberger2005"))
sets$landenberger2005 <- named(d, d$study)

written <- function(x) sprintf("%.17g", x)
rows <- list(); effects <- list()
for (name in names(sets)) {
  d <- sets[[name]]
  d <- d[is.finite(d$yi) & is.finite(d$vi) & d$vi > 0, ]
  d$study <- match(d$study, unique(d$study))
  d$effect <- seq_len(nrow(d))
  effects[[name]] <- data.frame(dataset = name, study = d$study, y = written(d$yi),
                                v = written(d$vi))
  for (method in c("REML", "ML")) for (rho in c(0, 0.6)) {
    V <- block(d, rho)
    sigma2 <- found(d, rho, method)
    fit <- with_variances(d, V, method, sigma2 = sigma2)
    t <- with_variances(d, V, method, sigma2 = sigma2, test = "t", dfs = "contain")
    W <- solve(V); X <- matrix(1, nrow(d))
    P <- W - W %*% X %*% solve(t(X) %*% W %*% X) %*% t(X) %*% W
    typical <- (fit$k - fit$p) / sum(diag(P))
    future <- predict(fit); future_t <- predict(t)
    values <- c(
      k = fit$k, studies = length(unique(d$study)), mean = fit$beta[1], se = fit$se,
      low = fit$ci.lb, high = fit$ci.ub, p = fit$pval,
      t_df = unname(t$ddf[1]), t_low = t$ci.lb, t_high = t$ci.ub, t_p = t$pval,
      between = fit$sigma2[1], within = fit$sigma2[2], loglik = as.numeric(logLik(fit)),
      q = fit$QE, i2_between = 100 * fit$sigma2[1] / (sum(fit$sigma2) + typical),
      i2_within = 100 * fit$sigma2[2] / (sum(fit$sigma2) + typical),
      pi_low = future$pi.lb, pi_high = future$pi.ub,
      pi_t_low = future_t$pi.lb, pi_t_high = future_t$pi.ub)
    for (type in c("CR0", "CR1", "CR2")) {
      robust <- coef_test(fit, vcov = vcovCR(fit, type = type, cluster = d$study),
                          test = "Satterthwaite")
      values[paste0(type, c("_se", "_df", "_p"))] <-
        unlist(as.data.frame(robust)[1, c("SE", "df_Satt", "p_Satt")])
    }
    sides <- rep(NA_real_, 4)
    if (rho == 0 && method == "REML") for (which in 1:2) {
      free <- with_variances(d, V, method)
      limits <- tryCatch(confint(free, sigma2 = which, control = list(tol = 1e-10)),
                         error = function(e) NULL)
      if (!is.null(limits)) sides[2 * which - 1:0] <- limits$random[1, 2:3]
    }
    values[c("between_low", "between_high", "within_low", "within_high")] <- sides
    rows[[length(rows) + 1]] <- data.frame(dataset = name, method = method, rho = rho,
                                           t(setNames(written(values), names(values))))
    cat(name, method, rho, "\n")
  }
}
for (table in c("multilevel", "multilevel_effects"))
  write.csv(do.call(rbind, if (table == "multilevel") rows else effects), quote = FALSE, eol = "\n",
            file.path(here, "expected", paste0(table, ".csv")), row.names = FALSE)
