# Expected limits of tau2 by profile likelihood and Wald (metafor's confint), and by the generalised
# Q with fixed weights: its distribution, for which metafor takes the package CompQuadForm, by
# Imhof's integral (Biometrika 1961;48:419-26), of the eigenvalues, in base R.
#
#   Rscript tests/reference/make_tau2_limits_reference.R
#
# Reads expected/small_study_data.csv (effects of published data sets) and writes
# expected/tau2_limits.csv beside it.
suppressPackageStartupMessages(library(metafor))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
data <- read.csv(file.path(here, "expected", "small_study_data.csv"))

# The probability of a sum of weighted chi-squared variables below q, in pieces of half a period of
# the slowest phase each, until what is left is below 1e-13.
below <- function(q, lambda) {
  lambda <- lambda / q
  theta <- function(u) colSums(atan(outer(lambda, u))) / 2 - u / 2
  rho <- function(u) exp(colSums(log1p(outer(lambda, u)^2)) / 4)
  f <- function(u) sin(theta(u)) / (u * rho(u))
  total <- 0
  from <- 0
  repeat {
    total <- total + integrate(f, from, from + 4 * pi, rel.tol = 1e-11, abs.tol = 1e-15,
                               subdivisions = 1000)$value
    from <- from + 4 * pi
    if (1 / rho(from) < 1e-13) break
  }
  0.5 - total / pi
}
by_q <- function(y, v, w) {
  share <- w / sum(w)
  q <- sum(w * (y - sum(share * y))^2)
  p <- diag(w) - outer(w, w) / sum(w)
  f <- function(tau2, target) {
    root <- sqrt(v + tau2)
    below(q, head(eigen(root * t(root * p), symmetric = TRUE)$values, -1)) - target
  }
  sapply(c(0.975, 0.025), function(target) {
    if (f(0, target) <= 0) return(0)
    top <- max(v)
    while (f(top, target) > 0) top <- 4 * top
    uniroot(f, c(0, top), target = target, tol = 1e-12 * top)$root
  })
}
rows <- lapply(split(data, data$dataset), function(part) {
  one <- function(what, limits) {
    data.frame(dataset = part$dataset[1], what = what, quantity = c("low", "high"),
               value = sprintf("%.17g", limits))
  }
  likely <- lapply(c("REML", "ML"), function(method) {
    fit <- rma(y, v, data = part, method = method,
               control = list(threshold = 1e-13 * median(part$v), maxiter = 10000, stepadj = 0.5,
                              tau2.max = 1e6))
    limits <- function(type) {
      found <- confint(fit, type = type, control = list(
        tol = 1e-14 * max(fit$tau2, part$v), maxiter = 10000, tau2.max = 100 * max(fit$tau2, part$v)))
      found$random[1, 2:3]
    }
    rbind(one(paste("PL", method), limits("PL")), one(paste("Wald", method), limits("Wald")))
  })
  rbind(do.call(rbind, likely), one("BJ REML", by_q(part$y, part$v, 1 / part$v)),
        one("J REML", by_q(part$y, part$v, 1 / sqrt(part$v))))
})
write.csv(do.call(rbind, rows), file.path(here, "expected", "tau2_limits.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")
