# Expected means and standard deviations by the Box-Cox method (McGrath et al. 2020), written from the
# paper's steps: the power by R's optimize from many brackets, moments by integrate, piece by piece.
#
#   Rscript tests/reference/make_box_cox_reference.R
#
# writes expected/box_cox.csv beside itself: the summaries, the power, and the moments.

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
exact <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
to_power <- function(x, l) if (l == 0) log(x) else (x^l - 1) / l
asymmetry <- function(l, s) {
  t <- to_power(s, l)
  pairs <- list(c(1, 5), c(2, 4))
  sum(sapply(pairs, function(k) if (anyNA(t[k])) 0 else ((t[k[2]] - t[3]) / (t[3] - t[k[1]]) - 1)^2))
}
best_power <- function(s) {
  ends <- seq(-2, 3, length.out = 41)
  found <- lapply(seq_along(ends[-1]), function(i)
    optimize(asymmetry, ends[i + 0:1], s = s, tol = 1e-12))
  best <- found[[which.min(sapply(found, function(f) f$objective))]]$minimum
  if (asymmetry(3, s) <= asymmetry(best, s)) best <- 3
  if (length(na.omit(s)) == 3 && abs(best) > 1e-6 && best < 3 - 1e-6) { # symmetric: a root, exactly
    off <- function(l) {
      t <- to_power(na.omit(s), l)
      (t[3] - t[2]) - (t[2] - t[1])
    }
    best <- uniroot(off, best + c(-0.05, 0.05), tol = 1e-15)$root
  }
  if (best < 1e-7) 0 else best
}
luo <- function(t, n) {
  a <- t[1]; q1 <- t[2]; m <- t[3]; q3 <- t[4]; b <- t[5]
  if (is.na(q1)) { w <- 4 / (4 + n^0.75); return(w * (a + b) / 2 + (1 - w) * m) }
  if (is.na(a)) { w <- 0.7 + 0.39 / n; return(w * (q1 + q3) / 2 + (1 - w) * m) }
  w1 <- 2.2 / (2.2 + n^0.75)
  w2 <- 0.7 - 0.72 / n^0.55
  w1 * (a + b) / 2 + w2 * (q1 + q3) / 2 + (1 - w1 - w2) * m
}
wan <- function(t, n) {
  range <- (t[5] - t[1]) / (2 * qnorm((n - 0.375) / (n + 0.25)))
  quartiles <- (t[4] - t[2]) / (2 * qnorm((0.75 * n - 0.125) / (n + 0.25)))
  mean(c(range, quartiles), na.rm = TRUE)
}
moments <- function(m, s, l) {
  if (l == 0) return(c(exp(m + s^2 / 2), exp(m + s^2 / 2) * sqrt(expm1(s^2))))
  low <- -1 / l
  high <- 2 * m + 1 / l
  cuts <- unique(pmin(pmax(m + s * seq(-40, 40, 0.5), low), high))
  over <- function(f) sum(sapply(seq_along(cuts[-1]), function(i)
    integrate(function(x) f(pmax(l * x + 1, 0)^(1 / l)) * dnorm(x, m, s), cuts[i], cuts[i + 1],
              rel.tol = 1e-12, stop.on.error = FALSE)$value))
  total <- pnorm(high, m, s) - pnorm(low, m, s)
  mean <- over(identity) / total
  c(mean, sqrt(over(function(y) (y - mean)^2) / total))
}
summaries <- list(
  c(100, 2, NA, 4, NA, 9), c(25, NA, 8, 10, 14, NA), c(40, 1, 3.1, 4.2, 5.9, 9.5),
  c(39, NA, 3.9, 5.1, 9.3, NA), c(200, 0.2, 1.1, 2.4, 5.2, 40), c(60, NA, 55, 61, 64, NA),
  c(80, NA, 0.12, 0.35, 0.8, NA), c(500, 18, 34, 47, 61, 93), c(30, 10, NA, 30, NA, 45),
  c(15, NA, 120, 180, 420, NA), c(1000, 1, 20, 25, 29, 33), c(12, NA, 2, 9, 11, NA),
  c(50, 1, NA, 4, NA, 8), c(70, NA, 1, 5, 10, NA))
rows <- lapply(summaries, function(x) {
  n <- x[1]
  l <- best_power(x[-1])
  t <- to_power(x[-1], l)
  found <- moments(luo(t, n), wan(t, n), l)
  data.frame(n, minimum = exact(x[2]), q1 = exact(x[3]), median = exact(x[4]), q3 = exact(x[5]),
             maximum = exact(x[6]), power = exact(l), mean = exact(found[1]), sd = exact(found[2]))
})
write.csv(do.call(rbind, rows), file.path(here, "expected", "box_cox.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")
