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
  for (measure in c("MD", "SMD", "ROM")) {
    if (measure == "ROM" && any(d$mi <= 0) && any(d$mi >= 0)) next
    # Our ratio of means is as it is, without the correction that metafor 5 makes by default.
    e <- escalc(measure, correct = measure != "ROM", m1i = d$mi[treated], sd1i = d$sdi[treated], n1i = d$ni[treated],
                m2i = rep(d$mi[1], length(treated)), sd2i = rep(d$sdi[1], length(treated)),
                n2i = rep(d$ni[1], length(treated)))
    y <- as.numeric(e$yi)
    shared <- switch(measure, MD = d$sdi[1]^2 / d$ni[1],
                     SMD = 1 / d$ni[1] + outer(y, y) / (2 * sum(d$ni)),
                     ROM = d$sdi[1]^2 / (d$ni[1] * d$mi[1]^2))
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
