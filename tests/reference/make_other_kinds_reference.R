# Expected standardised differences from counts, and log odds ratios from means, by metafor's escalc
# (OR2DL and D2ORL) on data sets of metadat.
#
#   Rscript tests/reference/make_other_kinds_reference.R
#
# writes expected/smd_of_counts.csv and expected/odds_of_means.csv beside itself. Trials without events,
# or with events alone, in both groups have no odds ratio.

suppressPackageStartupMessages({
  library(metadat)
  library(metafor)
})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
exact <- function(x) sprintf("%.17g", x)
save <- function(table, name) {
  write.csv(table, file.path(here, "expected", name), row.names = FALSE, quote = FALSE, eol = "\n")
}
counts <- rbind(
  with(dat.bcg, data.frame(set = "bcg", a = tpos, n1 = tpos + tneg, c = cpos, n2 = cpos + cneg)),
  with(dat.nielweise2007, data.frame(set = "nielweise2007", a = ai, n1 = n1i, c = ci, n2 = n2i)))
counts <- subset(counts, a + c > 0 & a + c < n1 + n2)
e <- escalc("OR2DL", ai = a, n1i = n1, ci = c, n2i = n2, data = counts, add = 1/2, to = "only0")
save(data.frame(counts, y = exact(as.numeric(e$yi)), v = exact(e$vi)), "smd_of_counts.csv")

means <- with(dat.normand1999, data.frame(m1 = m1i, sd1 = sd1i, n1 = n1i, m2 = m2i, sd2 = sd2i,
                                          n2 = n2i))
e <- escalc("D2ORL", m1i = m1, sd1i = sd1, n1i = n1, m2i = m2, sd2i = sd2, n2i = n2, data = means)
save(data.frame(means, y = exact(as.numeric(e$yi)), v = exact(e$vi)), "odds_of_means.csv")
