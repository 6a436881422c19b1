# Expected effects of trials with several arms and one control, averaged with their covariance, by
# metafor on the three-armed trials of metadat's dat.senn2013 (means) and on counts read as rates.
#
#   Rscript tests/reference/make_multi_arm_reference.R
#
# writes expected/multi_arm.csv beside itself. V is by Gleser and Olkin (2009), written out here.

suppressPackageStartupMessages({
  library(metadat)
  library(metafor)
})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
exact <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))

average <- function(y, V) {
  fit <- rma.mv(y, V, data = data.frame(y = y))
  c(exact(fit$beta[1]), exact(fit$se))
}
rows <- list()
keep <- function(set, measure, a, b, n, found) {
  rows[[length(rows) + 1]] <<- data.frame(
    set, measure, arm = seq_along(a) - 1, a = exact(a), b = exact(b), n = exact(n),
    estimate = found[1], se = found[2])
}
several <- names(which(table(dat.senn2013$study) > 2))
for (name in several) {
  d <- subset(dat.senn2013, study == name)
  d <- d[order(d$treatment != "placebo"), ]
  treated <- 2:nrow(d)
  # SMD with its variances, and measures of spread: shared parts by the gradient of each effect in the
  # control's mean and variance, where Gleser and Olkin give none (SMDH, VR, CVR).
  of_control <- function(f, mean, variance, more) {
    h <- 1e-5
    g <- function(i) c(
      (f(i, mean + h, variance, FALSE) - f(i, mean - h, variance, FALSE)) / (2 * h),
      (f(i, mean, variance * (1 + h), TRUE) - f(i, mean, variance * (1 - h), TRUE)) / (2 * h * variance))
    G <- sapply(treated, g)
    n <- d$ni[1]
    t(G) %*% diag(c(variance / (n - more), 2 * variance^2 / (n - 1))) %*% G
  }
  corrects <- function(f) exp(lgamma(f / 2) - log(sqrt(f / 2)) - lgamma((f - 1) / 2))
  effects <- list( # Bonett corrects for few patients in the part of the spread alone
    SMDH = function(i, m, v, spread)
      (if (spread) corrects(d$ni[i] + d$ni[1] - 2) else 1) * (d$mi[i] - m) / sqrt((d$sdi[i]^2 + v) / 2),
    VR = function(i, m, v, spread) log(d$sdi[i]) - log(v) / 2,
    CVR = function(i, m, v, spread) log(d$sdi[i] / abs(d$mi[i])) - log(v) / 2 + log(abs(m)))
  for (measure in c("MD", "SMD", "ROM", "SMD-UB", "SMD-LS2", "SMDH", "VR", "CVR", "ROM-BC")) {
    if (measure %in% c("ROM", "ROM-BC", "CVR") && any(d$mi <= 0) && any(d$mi >= 0)) next
    # Our ratio of means is as it is, without the correction that metafor 5 makes by default; what
    # metafor 3.8 has not, or not so, is written out.
    i <- treated
    r <- rep(1, length(treated))
    part <- d$sdi^2 / (d$ni * d$mi^2)
    way <- strsplit(measure, "-")[[1]]
    e <- switch(measure,
      SMDH = {
        S <- (d$sdi[i]^2 + d$sdi[r]^2) / 2
        y <- corrects(d$ni[i] + d$ni[r] - 2) * (d$mi[i] - d$mi[r]) / sqrt(S)
        list(yi = y, vi = y^2 * (d$sdi[i]^4 / (d$ni[i] - 1) + d$sdi[r]^4 / (d$ni[r] - 1)) / (8 * S^2) +
                       (d$sdi[i]^2 / (d$ni[i] - 1) + d$sdi[r]^2 / (d$ni[r] - 1)) / S)
      },
      "ROM-BC" = list(yi = log(d$mi[i] / d$mi[r]) + (part[i] - part[r]) / 2, vi = part[i] + part[r]),
      CVR = list(
        yi = log(d$sdi[i] / d$sdi[r]) - log(d$mi[i] / d$mi[r]) +
          (1 / (d$ni[i] - 1) - 1 / (d$ni[r] - 1) - part[i] + part[r]) / 2,
        vi = part[i] + part[r] + (1 / (d$ni[i] - 1) + 1 / (d$ni[r] - 1)) / 2),
      escalc(way[1], vtype = if (way[2] %in% c("UB", "LS2")) way[2] else "LS", m1i = d$mi[i],
             sd1i = d$sdi[i], n1i = d$ni[i], m2i = d$mi[r], sd2i = d$sdi[r], n2i = d$ni[r]))
    y <- as.numeric(e$yi)
    shared <- switch(measure, MD = d$sdi[1]^2 / d$ni[1],
                     SMD = , "SMD-UB" = 1 / d$ni[1] + outer(y, y) / (2 * sum(d$ni)),
                     "SMD-LS2" = {
                       j <- corrects(d$ni[treated] + d$ni[1] - 2)
                       outer(j, j) / d$ni[1] + outer(y, y) / (2 * sum(d$ni))
                     },
                     ROM = , "ROM-BC" = d$sdi[1]^2 / (d$ni[1] * d$mi[1]^2),
                     of_control(effects[[measure]], d$mi[1], d$sdi[1]^2, if (measure == "SMDH") 1 else 0))
    V <- matrix(shared, length(y), length(y))
    diag(V) <- e$vi
    keep(name, measure, d$mi, d$sdi, d$ni, average(y, V))
  }
}
rate <- data.frame(x = c(31, 22, 40), t = c(120.5, 101, 133.25))
for (measure in c("IRR", "IRD")) {
  e <- escalc(measure, x1i = rate$x[2:3], t1i = rate$t[2:3], x2i = rate$x[c(1, 1)],
              t2i = rate$t[c(1, 1)])
  shared <- if (measure == "IRR") 1 / rate$x[1] else rate$x[1] / rate$t[1]^2
  V <- matrix(shared, 2, 2)
  diag(V) <- e$vi
  keep("rates", measure, rate$x, rate$t, rep(NA, 3), average(as.numeric(e$yi), V))
}
write.csv(do.call(rbind, rows), file.path(here, "expected", "multi_arm.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")
