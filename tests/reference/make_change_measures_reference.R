# Expected changes of one group in standard deviations (MC, SMCC, SMCR) by metafor's escalc, and of two
# groups (dppc2) written out as in metafor's own analysis of Morris (2008).
#
#   Rscript tests/reference/make_change_measures_reference.R
#
# writes expected/change_measures.csv and expected/change_differences.csv beside itself. The data are
# five studies of training (Carlson and Schmidt 1999, as Morris 2008 gives them and
# www.metafor-project.org/doku.php/analyses:morris2008 prints them), and made-up rows at the edges.

suppressPackageStartupMessages(library(metafor))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
exact <- function(x) sprintf("%.17g", x)
treated <- data.frame(
  set = "morris2008", pre = c(30.6, 23.5, 0.5, 53.4, 35.6), post = c(38.5, 26.8, 0.7, 75.9, 36.0),
  sd_pre = c(15.0, 3.1, 0.1, 14.5, 4.7), sd_post = c(11.6, 4.1, 0.1, 4.4, 4.6),
  n = c(20, 50, 9, 10, 14), r = c(0.47, 0.64, 0.77, 0.89, 0.44))
control <- data.frame(
  set = "morris2008", pre = c(23.1, 24.9, 0.6, 55.7, 34.8), post = c(19.7, 25.3, 0.6, 60.7, 33.4),
  sd_pre = c(13.8, 4.1, 0.2, 17.3, 3.1), sd_post = c(14.8, 3.3, 0.2, 17.9, 6.9),
  n = c(20, 42, 9, 11, 14), r = c(0.47, 0.64, 0.77, 0.89, 0.44))
edges <- data.frame(
  set = "edges", pre = c(1, 50, -3, 100, 0, 7), post = c(0, 51, -9, 100, 0.001, -7),
  sd_pre = c(1, 12, 4, 20, 1e-3, 2.5), sd_post = c(1.5, 12, 3, 22, 2e-3, 9),
  n = c(3, 4, 400, 12, 35, 2000), r = c(0.999, -0.9, 0, 0.5, 0.2, 0.95))
others <- data.frame(
  set = "edges", pre = c(1, 40, -2, 90, 0, 7), post = c(2, 41, 9, 101, -0.003, -6),
  sd_pre = c(2, 10, 5, 21, 2e-3, 3.5), sd_post = c(1, 15, 3, 20, 2e-3, 2),
  n = c(3, 7, 90, 11, 40, 30), r = c(-0.999, 0.3, 0.1, 0.7, 0.3, 0))

one <- rbind(treated, control, edges, others)
rows <- lapply(c("MC", "SMCC", "SMCR"), function(measure) {
  e <- escalc(measure, m1i = post, m2i = pre, sd1i = sd_pre, sd2i = sd_post, ni = n, ri = r, data = one)
  data.frame(measure, one, y = exact(as.numeric(e$yi)), v = exact(e$vi))
})
write.csv(do.call(rbind, rows), file.path(here, "expected", "change_measures.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")

t <- rbind(treated, edges)
c <- rbind(control, others)
within <- sqrt(((t$n - 1) * t$sd_pre^2 + (c$n - 1) * c$sd_pre^2) / (t$n + c$n - 2))
y <- metafor:::.cmicalc(t$n + c$n - 2) * ((t$post - t$pre) - (c$post - c$pre)) / within
v <- 2 * (1 - t$r) / t$n + 2 * (1 - c$r) / c$n + y^2 / (2 * (t$n + c$n))
# With one correlation this is the variance of that page, 2 (1 - r) (1/nT + 1/nC) + y^2 / (2 (nT + nC)).
page <- 2 * (1 - t$r) * (1 / t$n + 1 / c$n) + y^2 / (2 * (t$n + c$n))
stopifnot(all.equal(v[t$r == c$r], page[t$r == c$r]))
names(c) <- paste0(names(c), "_control")
write.csv(cbind(t, c[-1], y = exact(y), v = exact(v)),
          file.path(here, "expected", "change_differences.csv"), row.names = FALSE, quote = FALSE,
          eol = "\n")
