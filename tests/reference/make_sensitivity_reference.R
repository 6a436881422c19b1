# Expected values for influence, asymmetry, trim and fill, meta-regression and correlated effects.
#
#   Rscript tests/reference/make_sensitivity_reference.R
#
# writes expected/sensitivity.csv beside itself. The inputs are those of make_reference.R.

suppressPackageStartupMessages({
  library(metadat)
  library(metafor)
})

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
rows <- list()
add <- function(dataset, what, values) {
  values <- unlist(values)
  rows[[length(rows) + 1]] <<- data.frame(dataset, what, quantity = names(values),
                                          value = sprintf("%.17g", values), row.names = NULL)
}
numbered <- function(name, x) setNames(as.numeric(x), paste0(name, seq_along(x)))
tight <- function(v) list(threshold = 1e-13 * median(v), tol = 1e-15 * median(v), tau2.max = 1e6,
                          maxiter = 5000)

# metafor's Fisher scoring can run into 0 below the maximum (lau1992), so it starts at several
# values and the highest likelihood is kept.
regress <- function(y, v, design, method, test) {
  fits <- lapply(c(median(v), var(y), var(y) / 10), function(start) {
    rma(y, v, mods = design, method = method, test = test,
        control = c(tight(v), tau2.init = start))
  })
  fits[[which.max(vapply(fits, function(fit) as.numeric(logLik(fit)), 0))]]
}

counts <- read.csv(file.path(here, "expected", "counts.csv"))
for (name in c("bcg", "collins1985b", "egger2001", "hahn2001", "lau1992", "linde2005")) {
  table <- subset(counts, dataset == name)
  table <- subset(table, !(a == 0 & c == 0) & !(a == n1 & c == n2))
  own <- with(table, escalc(measure = "OR", ai = a, n1i = n1, ci = c, n2i = n2))
  y <- as.numeric(own$yi)
  v <- own$vi
  fit <- rma(y, v, method = "REML", control = tight(v))
  common <- rma(y, v, method = "EE")

  values <- influence(fit)$inf
  for (column in c("rstudent", "dffits", "cook.d", "cov.r", "tau2.del", "QE.del", "hat")) {
    add(name, "influence", numbered(paste0(column, "_"), values[[column]]))
  }
  deleted <- influence(common)$inf
  add(name, "baujat", c(numbered("q_", (y - common$beta[1])^2 / v),
                        numbered("pull_", deleted$cook.d / deleted$cov.r)))
  add(name, "leave1out", numbered("mean_", leave1out(common)$estimate))

  slope <- function(test) list(statistic = unname(test$zval), p = unname(test$pval))
  add(name, "egger", slope(regtest(y, v, model = "lm")))
  peto <- with(table, escalc(measure = "PETO", ai = a, n1i = n1, ci = c, n2i = n2,
                             add = 0, to = "none"))
  add(name, "harbord", slope(regtest(as.numeric(peto$yi), peto$vi, model = "lm")))
  cells <- with(table, data.frame(a, b = n1 - a, c, d = n2 - c))
  empty <- rowSums(cells == 0) > 0
  cells[empty, ] <- cells[empty, ] + 0.5
  n <- rowSums(cells)
  x <- 1 / n
  lm_peters <- with(cells, summary(lm(log(a * d / (b * c)) ~ x, weights = (a + c) * (b + d) / n)))
  add(name, "peters", list(statistic = coef(lm_peters)[2, 3], p = coef(lm_peters)[2, 4]))
  ranks <- suppressWarnings(ranktest(y, v))
  add(name, "begg", list(tau = unname(ranks$tau), p = unname(ranks$pval)))

  for (estimator in c("L0", "R0", "Q0")) {
    for (model in c("REML", "EE")) {
      filled <- tryCatch(trimfill(if (model == "REML") fit else common, estimator = estimator),
                         error = function(e) NULL)
      if (!is.null(filled)) {
        add(name, paste("trimfill", estimator, model),
            list(filled = filled$k0, right = as.numeric(filled$side == "right"),
                 mean = filled$beta[1]))
      }
    }
  }
  year <- seq_along(y)
  for (method in c("REML", "ML", "DL", "PM", "EE")) {
    for (test in c("z", "knha")) {
      model <- regress(y, v, cbind(year, sqrt(n)), method, test)
      add(name, paste("regression", method, test),
          list(tau2 = model$tau2, intercept = model$beta[1], slope = model$beta[2],
               other = model$beta[3], slope_se = model$se[2], slope_p = model$pval[2],
               slope_high = model$ci.ub[2], qm = model$QM, qm_p = model$QMp, qe = model$QE,
               qe_p = model$QEp,
               predicted_high = predict(model, newmods = c(3, 20))$ci.ub))
    }
  }
}

# Two active arms against one control in each of three trials (the first six of bcg, regrouped).
arms <- subset(counts, dataset == "bcg")[1:6, ]
arms$c <- rep(arms$c[c(1, 3, 5)], each = 2)
arms$n2 <- rep(arms$n2[c(1, 3, 5)], each = 2)
arms$trial <- rep(1:3, each = 2)
for (measure in c("RR", "OR", "RD")) {
  own <- with(arms, escalc(measure = measure, ai = a, n1i = n1, ci = c, n2i = n2))
  shared <- with(arms, switch(measure, RR = 1 / c - 1 / n2, OR = 1 / c + 1 / (n2 - c),
                              RD = c * (n2 - c) / n2^3))
  V <- diag(own$vi)
  for (i in 1:6) for (j in 1:6) if (i != j && arms$trial[i] == arms$trial[j]) V[i, j] <- shared[i]
  fit <- rma.mv(as.numeric(own$yi), V)
  add("bcg", paste("correlated", measure), list(mean = fit$beta[1], se = fit$se))
}

write.csv(do.call(rbind, rows), file.path(here, "expected", "sensitivity.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")
