# DerSimonian and Laird's tau2 with Q about the Mantel-Haenszel estimate, as RevMan 5 has it, by
# metafor: rma.mh's QE is that Q, with weights 1/vi of the studies' own effects.
#
#   Rscript tests/reference/make_dl_mh_reference.R
#
# Reads expected/counts.csv and writes expected/dl_mh.csv.

suppressPackageStartupMessages(library(metafor))

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
exact <- function(x) sprintf("%.17g", x)
sets <- split(read.csv(file.path(here, "expected", "counts.csv")), ~ dataset)
rows <- list()
for (name in names(sets)) for (measure in c("RR", "OR", "RD")) {
  d <- sets[[name]]
  if (measure != "RD") d <- d[!(d$a == 0 & d$c == 0) & !(d$a == d$n1 & d$c == d$n2), ]
  if (nrow(d) < 2) next
  own <- escalc(measure, ai = a, n1i = n1, ci = c, n2i = n2, data = d, add = 1/2, to = "only0")
  q <- suppressWarnings(rma.mh(ai = a, n1i = n1, ci = c, n2i = n2, data = d, measure = measure,
                               drop00 = FALSE))$QE
  w <- 1 / own$vi
  tau2 <- max(0, (q - (nrow(d) - 1)) / (sum(w) - sum(w^2) / sum(w)))
  fit <- rma(yi, vi, data = own, tau2 = tau2)
  rows[[length(rows) + 1]] <- data.frame(
    dataset = name, measure, q = exact(q), tau2 = exact(tau2), mean = exact(fit$beta[1]),
    low = exact(fit$ci.lb), high = exact(fit$ci.ub), i2 = exact(max(0, 100 * (q - (nrow(d) - 1)) / q)))
}
write.csv(do.call(rbind, rows), file.path(here, "expected", "dl_mh.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")
