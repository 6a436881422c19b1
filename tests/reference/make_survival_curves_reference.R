# Expected O - E and V from survival curves (Parmar 1998, Williamson 2002, Tierney 2007), and what the
# complete data behind the curves give, by brute force.
#
#   Rscript tests/reference/make_survival_curves_reference.R
#
# writes expected/survival_curves.csv (curves of simulated trials: Kaplan-Meier by hand, numbers at
# risk, and the follow-up that the simulation used) and expected/survival_curve_effects.csv: of each
# trial the log-rank O - E and V and Cox's log hazard ratio of its patients, and O - E and V of its
# curves by a life table and metafor: the log risk ratios of the intervals pooled by inverse variance.

suppressMessages(library(metafor))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
exact <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))

# --- patients ---------------------------------------------------------------------------------------
patients <- function(n, rates, shortest, longest, arm) {
  event <- rexp(n, 1) # by inversion of a cumulative hazard that is linear between changes of rate
  changes <- c(0, 12, Inf)
  time <- ifelse(event <= rates[1] * 12, event / rates[1],
                 12 + (event - rates[1] * 12) / rates[2])
  end <- runif(n, shortest, longest)
  data.frame(arm, time = pmin(time, end), event = time <= end)
}
kaplan_meier <- function(d, at) {
  times <- sort(unique(d$time[d$event]))
  steps <- sapply(times, function(t) 1 - sum(d$time == t & d$event) / sum(d$time >= t))
  sapply(at, function(t) prod(steps[times <= t]))
}
log_rank <- function(d) {
  oe <- v <- 0
  for (t in sort(unique(d$time[d$event]))) {
    n1 <- sum(d$time >= t & d$arm == 1)
    n <- as.numeric(sum(d$time >= t))
    o <- as.numeric(sum(d$time == t & d$event))
    oe <- oe + sum(d$time == t & d$event & d$arm == 1) - o * n1 / n
    v <- v + if (n > 1) o * n1 * (n - n1) * (n - o) / (n^2 * (n - 1)) else 0
  }
  c(oe, v)
}
cox <- function(d) {
  times <- d$time[d$event]
  of_first <- d$arm[d$event] == 1
  n1 <- sapply(times, function(t) sum(d$time >= t & d$arm == 1))
  n2 <- sapply(times, function(t) sum(d$time >= t & d$arm == 2))
  score <- function(b) sum(of_first - n1 * exp(b) / (n1 * exp(b) + n2))
  b <- uniroot(score, c(-5, 5), tol = 1e-13)$root
  p <- n1 * exp(b) / (n1 * exp(b) + n2)
  c(b, 1 / sqrt(sum(p * (1 - p))))
}

# --- curves -----------------------------------------------------------------------------------------
life_table <- function(s, r) { # of one arm: the effective number at risk, and its events, by interval
  k <- length(s)
  # events d and censored c of an interval: r' = r - d - c, and d / (r - c / 2) = 1 - s' / s
  t(sapply(2:k, function(i) {
    q <- 1 - s[i] / s[i - 1]
    solved <- solve(rbind(c(1, 1), c(1, q / 2)), c(r[i - 1] - r[i], q * r[i - 1]))
    c(r[i - 1] - solved[2] / 2, solved[1])
  }))
}
followed <- function(times, s, n, shortest, longest) { # numbers at risk where follow-up ends evenly
  still <- pmin(1, (longest - times) / (longest - shortest)) # whose follow-up is longer
  still[times <= shortest] <- 1
  n * s * still
}
joined <- function(s1, s2) { # the times that are kept: both curves fall between any two of them
  falls <- function(i, j) c(s1[j] < s1[i], s2[j] < s2[i])
  kept <- list()
  from <- 1
  for (to in 2:length(s1)) {
    f <- falls(from, to)
    if (all(f)) kept <- c(kept, list(c(from, to)))
    else if (any(f) && to == length(s1)) kept[[length(kept)]][2] <- to
    if (all(f) || !any(f)) from <- to
  }
  kept
}
pooled <- function(s1, r1, s2, r2) {
  n <- lapply(joined(s1, s2), function(k) c(life_table(s1[k], r1[k]), life_table(s2[k], r2[k])))
  n <- do.call(rbind, n)
  d <- escalc("RR", ai = n[, 2], n1i = n[, 1], ci = n[, 4], n2i = n[, 3])
  fit <- rma(yi, vi, data = d, method = "FE")
  c(fit$beta / fit$se^2, 1 / fit$se^2)
}

set.seed(20070607)
trials <- list(
  even = list(n = c(400, 400), rates = list(c(0.020, 0.020), c(0.030, 0.030)), follow = c(24, 60),
              times = seq(6, 54, 6)),
  large = list(n = c(4000, 4000), rates = list(c(0.021, 0.021), c(0.030, 0.030)), follow = c(18, 48),
               times = seq(3, 45, 3)),
  unequal = list(n = c(210, 105), rates = list(c(0.050, 0.025), c(0.045, 0.040)), follow = c(6, 40),
                 times = c(2, 5, 9, 14, 20, 30)),
  rare = list(n = c(150, 150), rates = list(c(0.001, 0.001), c(0.002, 0.004)), follow = c(30, 36),
              times = c(6, 12, 18, 24, 30)),
  complete = list(n = c(300, 290), rates = list(c(0.02, 0.02), c(0.025, 0.025)), follow = c(30, 30),
                  times = c(5, 10, 15, 20, 25, 29)))
curves <- effects <- NULL
for (name in names(trials)) {
  one <- trials[[name]]
  d <- do.call(rbind, lapply(1:2, function(arm)
    patients(one$n[arm], one$rates[[arm]], one$follow[1], one$follow[2], arm)))
  at <- c(0, one$times)
  tables <- lapply(1:2, function(arm) {
    own <- d[d$arm == arm, ]
    data.frame(trial = name, arm, time = at, survival = kaplan_meier(own, at),
               at_risk = sapply(at, function(t) sum(own$time >= t)), shortest = one$follow[1],
               longest = one$follow[2])
  })
  curves <- rbind(curves, do.call(rbind, tables))
  s <- lapply(tables, function(x) x$survival)
  r <- lapply(tables, function(x) x$at_risk)
  a <- lapply(tables, function(x)
    followed(at, x$survival, x$at_risk[1], one$follow[1], one$follow[2]))
  found <- c(log_rank(d), cox(d), pooled(s[[1]], r[[1]], s[[2]], r[[2]]),
             pooled(s[[1]], a[[1]], s[[2]], a[[2]]))
  effects <- rbind(effects, data.frame(trial = name, t(exact(found))))
}
names(effects) <- c("trial", "logrank_oe", "logrank_v", "cox", "cox_se", "at_risk_oe", "at_risk_v",
                    "follow_up_oe", "follow_up_v")
curves$survival <- exact(curves$survival)
write.csv(curves, file.path(here, "expected", "survival_curves.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")
write.csv(effects, file.path(here, "expected", "survival_curve_effects.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")
