# Expected prediction limits by the confidence distribution of tau2 (Nagashima, Noma and Furukawa,
# Stat Methods Med Res 2019;28:1689-702), as their bootstrap has them: drawn, with a fixed seed.
# Q is a sum of chi-squared variables times eigenvalues that rise with tau2, so that each draw of
# them is as large as Q is at one tau2, or at none, which is a draw of 0. The limits are as exact as
# half a million draws make them, about a hundredth of their distance.
#
#   Rscript tests/reference/make_confidence_prediction_reference.R
#
# Reads expected/small_study_data.csv (effects of published data sets) and writes
# expected/confidence_prediction.csv beside it: of each its first four studies, and its first twelve.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
data <- read.csv(file.path(here, "expected", "small_study_data.csv"))
draws <- 50000
each <- 10  # true effects of each draw of tau2

limits <- function(y, v) {
  k <- length(y)
  w <- 1 / v
  q <- sum(w * (y - sum(w * y) / sum(w))^2)
  centre <- diag(k) - outer(rep(1, k), w) / sum(w)
  form <- t(centre) %*% (w * centre)
  grid <- min(v) * expm1(seq(0, 40, length.out = 800))
  scales <- sapply(grid, function(tau2) eigen(form * sqrt(outer(v + tau2, v + tau2)),
                                              symmetric = TRUE, only.values = TRUE)$values[-k])
  chi <- matrix(rchisq(draws * (k - 1), 1), draws)
  q_of <- function(at) {  # at: places among the grid, not whole, where eigenvalues are straight
    i <- pmin(floor(at), length(grid) - 1)
    rowSums(chi * t(scales[, i] + rep(at - i, each = k - 1) * (scales[, i + 1] - scales[, i])))
  }
  low <- rep(1, draws)
  high <- rep(length(grid), draws)
  for (halving in 1:30) {
    middle <- (low + high) / 2
    less <- q_of(middle) < q
    low <- ifelse(less, middle, low)
    high <- ifelse(less, high, middle)
  }
  tau2 <- approx(seq_along(grid), grid, (low + high) / 2)$y
  tau2[q_of(rep(1, draws)) >= q] <- 0
  w <- 1 / outer(v, tau2, `+`)
  total <- colSums(w)
  mean <- colSums(w * y) / total
  se <- sqrt(colSums(w * (y - rep(mean, each = k))^2) / ((k - 1) * total))
  effects <- rep(mean, each) + rep(sqrt(tau2), each) * rnorm(draws * each) -
    rep(se, each) * rt(draws * each, k - 1)
  quantile(effects, c(0.025, 0.975))
}

set.seed(20190601)
rows <- lapply(split(data, data$dataset), function(part) {
  do.call(rbind, lapply(unique(c(4, min(nrow(part), 12))), function(k) {
    found <- limits(part$y[seq_len(k)], part$v[seq_len(k)])
    data.frame(dataset = part$dataset[1], k = k, low = sprintf("%.6g", found[1]),
               high = sprintf("%.6g", found[2]))
  }))
})
write.csv(do.call(rbind, rows), file.path(here, "expected", "confidence_prediction.csv"),
          row.names = FALSE, quote = FALSE, eol = "\n")
