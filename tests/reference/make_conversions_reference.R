# Expected means, standard deviations, standard errors and counts that follow from others in print, by
# metafor on data sets that come with R (five numbers, errors, limits and tests of their groups) and with
# metadat (fourfold tables, standardised differences).
#
#   Rscript tests/reference/make_conversions_reference.R      needs metafor 4 or later
#
# writes expected/medians.csv (conv.fivenum), tests_of_means.csv (escalc from t, F and p),
# waldlike.csv (conv.wald), changes.csv and margins.csv (conv.2x2) beside itself.

suppressPackageStartupMessages({
  library(metadat)
  library(metafor)
})
stopifnot(packageVersion("metafor") >= "4.0.0")

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
exact <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
save <- function(table, name) {
  write.csv(table, file.path(here, "expected", name), row.names = FALSE, quote = FALSE, eol = "\n")
}
by_group <- function(name, x, group) {
  groups <- split(x[!is.na(x)], droplevels(factor(group[!is.na(x)])))
  do.call(rbind, lapply(names(groups), function(g) {
    v <- groups[[g]]
    data.frame(dataset = name, group = g, n = length(v), min = min(v),
               q1 = quantile(v, 0.25), median = median(v), q3 = quantile(v, 0.75), max = max(v),
               mean = mean(v), sd = sd(v))
  }))
}
groups <- rbind(
  by_group("iris", iris$Sepal.Length, iris$Species),
  by_group("warpbreaks", warpbreaks$breaks, warpbreaks$tension),
  by_group("ToothGrowth", ToothGrowth$len, ToothGrowth$supp),
  by_group("chickwts", chickwts$weight, chickwts$feed),
  by_group("airquality", airquality$Ozone, airquality$Month),
  by_group("InsectSprays", InsectSprays$count + 1, InsectSprays$spray),
  by_group("mtcars", mtcars$mpg, mtcars$cyl),
  by_group("PlantGrowth", PlantGrowth$weight, PlantGrowth$group),
  by_group("esoph", esoph$ncontrols + 1, esoph$agegp),
  by_group("infert", infert$age, infert$education),
  by_group("quakes", quakes$depth, quakes$mag >= 4.7))
row.names(groups) <- NULL

kinds <- list(range = c("min", "max"), quartiles = c("q1", "q3"), both = c("min", "q1", "q3", "max"))
methods <- list(
  `luo-wan-shi` = names(kinds), wan = names(kinds), hozo = "range", bland = "both",
  lognormal = names(kinds))
medians <- list()
for (method in names(methods)) for (kind in methods[[method]]) for (i in seq_len(nrow(groups))) {
  g <- groups[i, ]
  if (g$n < 5) next
  blank <- setdiff(c("min", "q1", "q3", "max"), kinds[[kind]])
  given <- g
  given[blank] <- NA
  known <- c(wan = "wan2014", hozo = "hozo2005", bland = "bland2015")
  found <- suppressWarnings(conv.fivenum(
    min = min, q1 = q1, median = median, q3 = q3, max = max, n = n, data = given, append = FALSE,
    method = if (method %in% names(known)) known[[method]] else "default",
    dist = if (method == "lognormal") "lnorm" else "norm", test = FALSE))
  # The test is of the numbers themselves, whatever is assumed of logarithms.
  test <- conv.fivenum(min = min, q1 = q1, median = median, q3 = q3, max = max, n = n, data = given,
                       append = FALSE)
  medians[[length(medians) + 1]] <- data.frame(
    dataset = g$dataset, group = g$group, method, kind, n = g$n, min = exact(given$min),
    q1 = exact(given$q1), median = exact(g$median), q3 = exact(given$q3), max = exact(given$max),
    mean = exact(found$mean), sd = exact(found$sd), statistic = exact(attr(test$mean, "tval")),
    critical = exact(attr(test$mean, "crit")))
}
save(do.call(rbind, medians), "medians.csv")

# Standardised differences from t, F and p of two groups, as escalc has them.
pairs <- list(c("iris", "setosa", "versicolor"), c("warpbreaks", "L", "M"),
              c("ToothGrowth", "OJ", "VC"), c("chickwts", "casein", "soybean"),
              c("airquality", "5", "7"), c("InsectSprays", "C", "E"), c("mtcars", "4", "8"),
              c("PlantGrowth", "trt1", "trt2"), c("infert", "0-5yrs", "12+ yrs"),
              c("quakes", "FALSE", "TRUE"))
of <- function(set, name) groups[groups$dataset == set & groups$group == name, ]
tests <- do.call(rbind, lapply(pairs, function(p) {
  a <- of(p[1], p[2]); b <- of(p[1], p[3])
  pooled <- sqrt(((a$n - 1) * a$sd^2 + (b$n - 1) * b$sd^2) / (a$n + b$n - 2))
  error <- pooled * sqrt(1 / a$n + 1 / b$n)
  t <- (a$mean - b$mean) / error
  half <- qt(0.975, a$n + b$n - 2) * error
  smd <- escalc("SMD", ti = t, n1i = a$n, n2i = b$n)
  data.frame(dataset = p[1], n1 = a$n, n2 = b$n, m1 = exact(a$mean), m2 = exact(b$mean),
             sd = exact(pooled), error = exact(error), t = exact(t), f = exact(t^2),
             p = exact(2 * pt(-abs(t), a$n + b$n - 2)), low = exact(a$mean - b$mean - half),
             high = exact(a$mean - b$mean + half), y = exact(smd$yi), v = exact(smd$vi))
}))
save(tests, "tests_of_means.csv")

# Standard errors behind limits of several levels, z and p, of odds ratios.
wald <- escalc("OR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
found <- do.call(rbind, lapply(seq_len(nrow(wald)), function(i) {
  y <- as.numeric(wald$yi[i]); se <- sqrt(wald$vi[i])
  rows <- lapply(c(90, 95, 99), function(level) {
    z <- qnorm(0.5 + level / 200)
    back <- conv.wald(out = exp(y), ci.lb = exp(y - z * se), ci.ub = exp(y + z * se), level = level,
                      transf = log)
    data.frame(study = i, form = "limits", level, estimate = exact(exp(y)),
               first = exact(exp(y - z * se)), second = exact(exp(y + z * se)),
               y = exact(back$yi), v = exact(back$vi))
  })
  z <- conv.wald(out = exp(y), zval = y / se, transf = log)
  p <- conv.wald(out = exp(y), pval = 2 * pnorm(-abs(y / se)), transf = log)
  rbind(do.call(rbind, rows),
        data.frame(study = i, form = "z", level = NA, estimate = exact(exp(y)),
                   first = exact(y / se), second = "", y = exact(z$yi), v = exact(z$vi)),
        data.frame(study = i, form = "p", level = NA, estimate = exact(exp(y)),
                   first = exact(2 * pnorm(-abs(y / se))), second = "", y = exact(p$yi),
                   v = exact(p$vi)))
}))
save(found, "waldlike.csv")

# Changes of patients measured twice: the standard deviation of the changes themselves.
twice <- list(
  sleep = with(sleep, cbind(extra[group == 1], extra[group == 2])),
  anorexia = as.matrix(MASS::anorexia[c("Prewt", "Postwt")]),
  immer = as.matrix(MASS::immer[c("Y1", "Y2")]),
  shoes = do.call(cbind, MASS::shoes))
changes <- do.call(rbind, lapply(names(twice), function(name) {
  x <- twice[[name]]
  data.frame(dataset = name, n = nrow(x), before_mean = exact(mean(x[, 1])),
             before_sd = exact(sd(x[, 1])), after_mean = exact(mean(x[, 2])),
             after_sd = exact(sd(x[, 2])), r = exact(cor(x[, 1], x[, 2])),
             mean = exact(mean(x[, 2] - x[, 1])), sd = exact(sd(x[, 2] - x[, 1])))
}))
save(changes, "changes.csv")

# Fourfold tables from an odds ratio and all margins.
sets <- list(
  bcg = with(dat.bcg, data.frame(a = tpos, n1 = tpos + tneg, c = cpos, n2 = cpos + cneg)),
  egger2001 = with(dat.egger2001, data.frame(a = ai, n1 = n1i, c = ci, n2 = n2i)),
  yusuf1985 = with(dat.yusuf1985, data.frame(a = ai, n1 = n1i, c = ci, n2 = n2i)),
  hine1989 = with(dat.hine1989, data.frame(a = ai, n1 = n1i, c = ci, n2 = n2i)),
  nielweise2007 = with(dat.nielweise2007, data.frame(a = ai, n1 = n1i, c = ci, n2 = n2i)),
  collins1985a = with(dat.collins1985a, data.frame(a = b.xti, n1 = nti, c = b.xci, n2 = nci)))
margins <- do.call(rbind, lapply(names(sets), function(name) {
  d <- na.omit(sets[[name]])
  d <- d[d$a > 0 & d$c > 0 & d$a < d$n1 & d$c < d$n2, ]
  or <- d$a * (d$n2 - d$c) / (d$c * (d$n1 - d$a))
  back <- conv.2x2(ori = or, ni = n1 + n2, n1i = n1, n2i = a + c, data = d, append = FALSE)
  data.frame(dataset = name, n1 = d$n1, n2 = d$n2, events = d$a + d$c, odds_ratio = exact(or),
             a = back$ai, c = back$ci)
}))
save(margins, "margins.csv")
