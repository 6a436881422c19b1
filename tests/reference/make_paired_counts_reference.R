# Expected effects of the same patients under both treatments, by metafor's escalc: MPOR, MPRR and MPRD
# of whole tables of pairs, and MPORM of their margins with the correlation of both answers.
#
#   Rscript tests/reference/make_paired_counts_reference.R
#
# writes expected/paired_counts.csv beside itself. The tables are made up: both events (a), the event
# under the first treatment alone (b), under the second alone (c), neither (d).

suppressPackageStartupMessages(library(metafor))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
exact <- function(x) sprintf("%.17g", x)
d <- expand.grid(ai = c(1, 12, 40), bi = c(2, 9, 30), ci = c(1, 6, 25), di = c(3, 18))
n <- with(d, ai + bi + ci + di)
first <- d$ai + d$bi
second <- d$ai + d$ci
phi <- with(d, (ai * di - bi * ci) / sqrt(first * (n - first) * second * (n - second)))
rows <- lapply(c(OR = "MPOR", RR = "MPRR", RD = "MPRD"), function(m)
  escalc(m, ai = ai, bi = bi, ci = ci, di = di, data = d))
margins <- escalc("MPORM", ai = first, bi = n - first, ci = second, di = n - second, ri = phi)
stopifnot(all.equal(as.numeric(margins$yi), as.numeric(rows$OR$yi)), all.equal(margins$vi, rows$OR$vi))
out <- do.call(rbind, lapply(names(rows), function(m)
  data.frame(measure = m, first, second, n, phi = exact(phi), y = exact(as.numeric(rows[[m]]$yi)),
             v = exact(rows[[m]]$vi))))
write.csv(out, file.path(here, "expected", "paired_counts.csv"), row.names = FALSE, quote = FALSE,
          eol = "\n")
