# Expected values of subgroups that share one tau2, by metafor: a mixed-effects model with the
# subgroup as a factor and no intercept.
#
#   Rscript tests/reference/make_subgroups_reference.R
#
# writes expected/subgroups.csv beside itself: study effects, then fits. DL2 is left out, as metafor
# has it only as a general method of moments.

suppressPackageStartupMessages({
  library(metadat)
  library(metafor)
})

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
exact <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
sets <- list(
  bcg = data.frame(y = as.numeric(bcg$yi), v = bcg$vi, group = bcg$alloc),
  bangertdrowns2004 = with(na.omit(dat.bangertdrowns2004[, c("yi", "vi", "grade")]),
                           data.frame(y = as.numeric(yi), v = vi, group = paste0("g", grade))),
  raudenbush1985 = with(dat.raudenbush1985,
                        data.frame(y = as.numeric(yi), v = vi, group = tester)),
  one_alone = data.frame(y = as.numeric(bcg$yi), v = bcg$vi, group = c("a", rep("b", 6),
                                                                       rep("c", 6)))
)
fit <- function(d, method) {
  for (digits in 14:9) {
    control <- list(threshold = 10^-digits * median(d$v), tol = 1e-15 * median(d$v),
                    tau2.max = 1e6, maxiter = 2000)
    found <- try(rma(y, v, mods = ~ 0 + group, data = d, method = method, control = control),
                 silent = TRUE)
    if (!inherits(found, "try-error")) return(found)
  }
  stop(method, " did not converge")
}
rows <- list()
for (name in names(sets)) {
  d <- sets[[name]]
  rows[[length(rows) + 1]] <- data.frame(dataset = name, method = "", group = d$group,
                                         a = exact(d$y), b = exact(d$v))
  for (method in c("DL", "REML", "ML", "PM", "EB", "SJ", "HE", "HS", "HSk")) {
    found <- fit(d, method)
    tau2 <- found$tau2
    between <- rma(y, v, mods = ~ group, data = d, tau2 = tau2)
    rows[[length(rows) + 1]] <- data.frame(
      dataset = name, method = method,
      group = c("tau2 and QM", sub("^group", "", rownames(found$beta))),
      a = exact(c(tau2, found$beta)), b = exact(c(between$QM, found$se)))
  }
}
write.csv(do.call(rbind, rows), file.path(here, "expected", "subgroups.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")
