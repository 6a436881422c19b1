# Expected means and standard deviations by quantile estimation (McGrath et al. 2020), by brute force:
# R's optim from many starting points on both parameters of each distribution, on a grid of summaries.
#
#   Rscript tests/reference/make_quantile_fit_reference.R
#
# writes expected/quantile_fit.csv beside itself: the distribution that fits best, what is left, and
# its moments.

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
exact <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
families <- list(
  normal = list(q = function(p, a, b) qnorm(p, a, exp(b)), mean = function(a, b) a,
                sd = function(a, b) exp(b)),
  lognormal = list(q = function(p, a, b) qlnorm(p, a, exp(b)),
                   mean = function(a, b) exp(a + exp(2 * b) / 2),
                   sd = function(a, b) exp(a + exp(2 * b) / 2) * sqrt(expm1(exp(2 * b)))),
  gamma = list(q = function(p, a, b) qgamma(p, exp(b), scale = exp(a)),
               mean = function(a, b) exp(a + b), sd = function(a, b) exp(a + b / 2)),
  weibull = list(q = function(p, a, b) qweibull(p, exp(b), exp(a)),
                 mean = function(a, b) exp(a) * gamma(1 + exp(-b)),
                 sd = function(a, b) exp(a) * sqrt(gamma(1 + 2 * exp(-b)) - gamma(1 + exp(-b))^2)))
best <- function(f, p, q) {
  left <- function(t) {
    x <- suppressWarnings(sum((f$q(p, t[1], t[2]) - q)^2))
    if (is.finite(x)) x else 1e300
  }
  centre <- if (identical(f, families$normal)) c(mean(q), median(q)) else log(c(mean(q), max(q), median(q) + 1e-3))
  found <- NULL
  for (a in centre) for (b in c(-3, -1.5, -0.5, 0.5, 1.5, 3, 5)) {
    start <- if (identical(f, families$gamma)) c(a - b, b) else c(a, b)
    fit <- optim(start, left, control = list(reltol = 1e-15, maxit = 5000))
    for (again in 1:4)
      fit <- optim(fit$par, left, control = list(reltol = 1e-16, maxit = 5000))
    if (is.null(found) || fit$value < found$value) found <- fit
  }
  found
}
summaries <- list(
  c(100, 2, NA, 4, NA, 9), c(25, NA, 8, 10, 14, NA), c(40, 1, 3.1, 4.2, 5.9, 9.5),
  c(39, NA, 3.9, 5.1, 9.3, NA), c(200, 0.2, 1.1, 2.4, 5.2, 40), c(60, NA, 55, 61, 64, NA),
  c(12, -3, -1, 0.5, 1.2, 4), c(80, NA, 0.12, 0.35, 0.8, NA), c(500, 18, 34, 47, 61, 93),
  c(30, 10, NA, 30, NA, 45), c(15, NA, 120, 180, 420, NA), c(1000, 1, 20, 25, 29, 33))
rows <- lapply(summaries, function(s) {
  n <- s[1]
  probabilities <- c(1 / n, 0.25, 0.5, 0.75, 1 - 1 / n)[!is.na(s[-1])]
  q <- s[-1][!is.na(s[-1])]
  fits <- lapply(families[if (min(q) < 0) "normal" else names(families)], best, probabilities, q)
  name <- names(which.min(sapply(fits, function(f) f$value)))
  f <- fits[[name]]
  data.frame(n, minimum = exact(s[2]), q1 = exact(s[3]), median = exact(s[4]), q3 = exact(s[5]),
             maximum = exact(s[6]), family = name, left = exact(f$value),
             mean = exact(families[[name]]$mean(f$par[1], f$par[2])),
             sd = exact(families[[name]]$sd(f$par[1], f$par[2])))
})
write.csv(do.call(rbind, rows), file.path(here, "expected", "quantile_fit.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")
