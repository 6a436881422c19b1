# Expected values for small-study effects: regressions on size, PET and PEESE, limit meta-analysis,
# step functions of selection, fail-safe numbers.
#
#   Rscript tests/reference/make_small_study_reference.R
#
# writes expected/small_study_data.csv and expected/small_study.csv beside itself. Regressions are
# base R's lm, or metafor's regtest; selection models metafor's selmodel from several starts, the
# highest being kept; limit meta-analysis is written out of lm as Rücker et al. (2011) have it.

suppressPackageStartupMessages({
  library(metadat)
  library(metafor)
})

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
rows <- list()
data <- list()
add <- function(dataset, what, values) {
  values <- unlist(values)
  rows[[length(rows) + 1]] <<- data.frame(dataset, what, quantity = names(values),
                                          value = sprintf("%.17g", values), row.names = NULL)
}
slope <- function(fit) {
  found <- coef(summary(fit))
  list(coefficient = found[2, 1], se = found[2, 2], statistic = found[2, 3], p = found[2, 4])
}

counts <- function(name, frame, measure = "OR") {
  names(frame) <- c("ai", "n1i", "ci", "n2i")
  frame[] <- lapply(frame, as.numeric)  # products of integers overflow
  frame <- frame[frame$ai + frame$ci > 0 & frame$ai + frame$ci < frame$n1i + frame$n2i, ]
  own <- escalc(measure, ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = frame)
  list(name = name, y = as.numeric(own$yi), v = as.numeric(own$vi), frame = frame)
}
effects <- function(name, y, v, n1 = NA, n2 = NA) {
  known <- !is.na(y) & !is.na(v) & v > 0
  list(name = name, y = as.numeric(y[known]), v = as.numeric(v[known]),
       n1 = rep(n1, length.out = length(y))[known], n2 = rep(n2, length.out = length(y))[known])
}

tables <- function(name) {
  frame <- get(paste0("dat.", name))
  counts(name, frame[!is.na(frame$ai) & !is.na(frame$ci), c("ai", "n1i", "ci", "n2i")])
}

# Exacerbations of Karner, Chong and Poole, Cochrane Database Syst Rev 2014;7:CD009285, analysis 1.9,
# as metadat's development version has them (dat.karner2014).
karner <- data.frame(
  ai = c(685, 495, 180, 129, 198, 268, 112, 9, 213, 19, 2, 13, 6, 11, 255, 30, 0, 2001, 101, 11, 10,
         43),
  n1i = c(1989, 1337, 1236, 402, 550, 608, 260, 100, 500, 200, 107, 228, 147, 123, 914, 69, 30,
          2987, 266, 238, 46, 360),
  ci = c(842, 288, 80, 156, 156, 125, 102, 12, 272, 35, 4, 26, 6, 12, 296, 47, 2, 2049, 130, 24, 8,
         21),
  n2i = c(2002, 653, 403, 400, 371, 305, 259, 96, 510, 195, 117, 244, 164, 127, 915, 73, 30, 3006,
          288, 219, 54, 181)
)
gibson <- escalc("SMD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i,
                 data = dat.gibson2002)
sets <- c(
  list(counts("bcg", with(dat.bcg, data.frame(tpos, tpos + tneg, cpos, cpos + cneg)))),
  lapply(c("egger2001", "hahn2001", "lau1992", "linde2005", "lee2004", "li2007", "graves2010",
           "laopaiboon2015"), tables),
  list(
    counts("karner2014", karner),
    with(dat.hackshaw1998, effects("hackshaw1998", yi, vi)),
    with(dat.bangertdrowns2004, effects("bangertdrowns2004", yi, vi)),
    with(dat.raudenbush1985, effects("raudenbush1985", yi, vi, n1i, n2i)),
    with(gibson, effects("gibson2002", yi, vi, n1i, n2i)),
    with(dat.konstantopoulos2011, effects("konstantopoulos2011", yi, vi)),
    with(dat.tannersmith2016, effects("tannersmith2016", yi, vi)),
    with(dat.lehmann2018, effects("lehmann2018", yi, vi)),
    with(subset(dat.riley2003, outcome == "DFS"), effects("riley2003", yi, vi))
  )
)

# BFGS from one start can end on a slope: every optimiser and start is tried, the highest is kept.
selected <- function(fit, side, steps) {
  best <- NULL
  for (optimizer in c("nlminb", "BFGS")) {
    for (start in if (optimizer == "nlminb") c(0.1, 0.9, 5) else 0.5) {
      control <- list(optimizer = optimizer, delta.init = start, delta.max = 1000)
      control <- c(control, if (optimizer == "nlminb") {
        list(rel.tol = 1e-15, x.tol = 1e-12, eval.max = 5000, iter.max = 5000)
      } else {
        list(reltol = 1e-15, maxit = 20000)
      })
      found <- tryCatch(suppressWarnings(
        selmodel(fit, type = "stepfun", alternative = side, steps = steps, control = control)
      ), error = function(e) NULL)
      height <- if (is.null(found)) -Inf else as.numeric(logLik(found))
      if (is.finite(height) && (is.null(best) || height > as.numeric(logLik(best)))) best <- found
    }
  }
  best
}

for (set in sets) {
  y <- set$y
  v <- set$v
  k <- length(y)
  frame <- set$frame
  if (is.null(frame)) frame <- data.frame(ai = rep(NA, k), n1i = NA, ci = NA, n2i = NA)
  n1 <- if (is.null(set$n1)) rep(NA, k) else set$n1
  n2 <- if (is.null(set$n2)) rep(NA, k) else set$n2
  data[[length(data) + 1]] <- data.frame(dataset = set$name, y = sprintf("%.17g", y),
                                         v = sprintf("%.17g", v), frame, n1, n2)
  fit <- rma(y, v, method = "REML", control = list(threshold = 1e-13 * median(v), tau2.max = 1e6,
                                                   maxiter = 5000, stepadj = 0.5))

  add(set$name, "Egger", slope(lm(y ~ sqrt(v), weights = 1 / v)))
  mixed <- regtest(fit, model = "rma", control = list(threshold = 1e-13 * median(v),
                                                      maxiter = 5000, stepadj = 0.5))$fit
  add(set$name, "Thompson-Sharp", list(
    coefficient = mixed$beta[2], se = mixed$se[2], statistic = mixed$beta[2] / mixed$se[2],
    p = 2 * pt(-abs(mixed$beta[2] / mixed$se[2]), k - 2)))
  if (!anyNA(n1)) {
    add(set$name, "Pustejovsky", slope(lm(y ~ sqrt(1 / n1 + 1 / n2), weights = 1 / v)))
  }
  if (!anyNA(frame$ai)) {
    n <- with(frame, n1i + n2i)
    events <- with(frame, ai + ci)
    pooled <- events * (n - events) / n
    z <- with(frame, ai - events * n1i / n)
    info <- with(frame, n1i * n2i * events * (n - events) / (n^2 * (n - 1)))
    size <- with(frame, 4 * n1i * n2i / n)
    add(set$name, "Harbord", slope(lm(z / info ~ I(1 / sqrt(info)), weights = info)))
    add(set$name, "Peters", slope(lm(y ~ I(1 / n), weights = pooled)))
    add(set$name, "Macaskill", slope(lm(y ~ n, weights = pooled)))
    add(set$name, "Deeks", slope(lm(y ~ I(1 / sqrt(size)), weights = size)))
  }
  for (what in c("PET", "PEESE")) {
    x <- if (what == "PET") sqrt(v) else v
    own <- lm(y ~ x, weights = 1 / v)
    limits <- confint(own)
    add(set$name, what, list(mean = coef(own)[[1]], low = limits[1, 1], high = limits[1, 2],
                             slope = coef(own)[[2]], p = coef(summary(own))[1, 4]))
  }
  x <- 1 / sqrt(v + fit$tau2)
  line <- lm(I(y * x) ~ x)
  var_beta <- 1 / var(x) / (k - 1)
  var_alpha <- mean(x^2) / var(x) / (k - 1)
  covariance <- -mean(x) / var(x) / (k - 1)
  tau <- sqrt(fit$tau2)
  add(set$name, "limit", list(
    tau2 = fit$tau2, mean = coef(line)[[2]] + tau * coef(line)[[1]],
    se = sqrt(var_beta + fit$tau2 * var_alpha + 2 * tau * covariance)))
  add(set$name, "fail-safe", list(
    Rosenthal = fsn(y, v, type = "Rosenthal")$fsnum, Orwin = fsn(y, v, type = "Orwin")$fsnum,
    OrwinWeighted = fsn(y, v, type = "Orwin", weighted = TRUE)$fsnum,
    Rosenberg = fsn(y, v, type = "Rosenberg")$fsnum))
  for (method in c("ML", "EE")) {
    start <- rma(y, v, method = method,
                 control = list(threshold = 1e-12 * median(v), tau2.max = 1e6, maxiter = 5000))
    for (side in c("greater", "less")) {
      for (steps in list(0.025, c(0.025, 0.5))) {
        p <- pnorm(y / sqrt(v), lower.tail = side == "less")
        if (any(table(cut(p, c(0, steps, 1), include.lowest = TRUE)) == 0)) next
        found <- selected(start, side, steps)
        if (method == "ML") {  # selmodel's tau2 is a logarithm, which does not get to 0
          none <- selected(rma(y, v, method = "EE"), side, steps)
          if (is.null(found) || as.numeric(logLik(none)) > as.numeric(logLik(found))) found <- none
        }
        if (is.null(found)) next
        statistic <- max(0, 2 * (as.numeric(logLik(found)) - as.numeric(logLik(start))))
        add(set$name, paste("selection", method, side, length(steps)), list(
          mean = found$beta[1], se = found$se[1], tau2 = found$tau2,
          height = as.numeric(logLik(found)), statistic = statistic,
          p = pchisq(statistic, length(steps), lower.tail = FALSE),
          setNames(found$delta[-1], paste0("weight_", seq_along(steps)))))
      }
    }
  }
}

write.csv(do.call(rbind, data), file.path(here, "expected", "small_study_data.csv"),
          row.names = FALSE, quote = FALSE, na = "", eol = "\n")
write.csv(do.call(rbind, rows), file.path(here, "expected", "small_study.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")
