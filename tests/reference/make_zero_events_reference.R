# Expected pools of data with studies in which nobody, or everybody, had the event, by metafor.
#
#   Rscript tests/reference/make_zero_events_reference.R
#
# Differences (RD, AS, IRD) keep such studies; ratios drop them (drop00 and its mirror image, the rule
# of R's meta and of Cochrane's algorithms). Reads expected/counts.csv, which make_reference.R writes
# from published data sets, adds small made-up ones, and writes expected/zero_events.csv (the made-up
# inputs) and expected/zero_events_pools.csv.

suppressPackageStartupMessages(library(metafor))

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
exact <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
save <- function(table, name) {
  write.csv(table, file.path(here, "expected", name), row.names = FALSE, quote = FALSE, eol = "\n")
}
sets <- split(read.csv(file.path(here, "expected", "counts.csv")),
              ~ dataset)
made <- function(...) setNames(data.frame(matrix(c(...), ncol = 4, byrow = TRUE)),
                               c("a", "n1", "c", "n2"))
small <- list(
  nobody_in_two = made(0, 50, 0, 50, 3, 100, 7, 98, 0, 40, 2, 41, 5, 60, 6, 61),
  nobody = made(0, 20, 0, 22, 0, 20, 0, 20),
  everybody_in_one = made(30, 30, 25, 25, 20, 40, 12, 41, 33, 50, 30, 52),
  nobody_and_everybody = made(0, 30, 0, 25, 12, 12, 20, 20, 20, 40, 12, 41, 33, 50, 30, 52))
rates <- list(
  no_event_in_one = made(0, 100.5, 5, 98, 0, 100.5, 0, 98, 7, 200, 12, 210, 9, 200, 12, 210))

reml <- function(y, v, test) {
  for (digits in 14:9) {
    control <- list(threshold = 10^-digits * median(v), tol = 1e-15 * median(v), tau2.max = 1e6,
                    maxiter = 2000)
    fit <- try(rma(y, v, test = test, control = control), silent = TRUE)
    if (!inherits(fit, "try-error")) return(fit)
  }
  stop("REML did not converge")
}
pools <- list()
add <- function(dataset, measure, model, fit) {
  pools[[length(pools) + 1]] <<- data.frame(
    dataset, measure, model, k = fit$k, mean = exact(fit$beta[1]), low = exact(fit$ci.lb),
    high = exact(fit$ci.ub), p = exact(fit$pval))
}
inverse_variance <- function(dataset, measure, own) {
  y <- as.numeric(own$yi)
  if (length(y) == 0) return()
  add(dataset, measure, "IV", rma(y, own$vi, method = "EE"))
  if (length(y) > 1) add(dataset, measure, "random", reml(y, own$vi, "knha"))
}

for (name in c(names(sets), names(small))) {
  all <- if (name %in% names(sets)) sets[[name]] else small[[name]]
  none <- all$a == 0 & all$c == 0
  every <- all$a == all$n1 & all$c == all$n2
  if (!any(none | every)) next
  for (measure in c("RR", "OR", "RD", "AS")) {
    d <- if (measure %in% c("RR", "OR")) all[!none & !every, ] else all
    if (nrow(d) == 0) next
    to <- if (measure == "AS") "none" else "only0"
    inverse_variance(name, measure, escalc(measure, ai = a, n1i = n1, ci = c, n2i = n2, data = d,
                                           add = 1/2, to = to, drop00 = FALSE))
    if (measure == "AS") next
    fit <- try(suppressWarnings(rma.mh(ai = a, n1i = n1, ci = c, n2i = n2, data = d,
                                       measure = measure, drop00 = FALSE, correct = FALSE)),
               silent = TRUE)
    if (!inherits(fit, "try-error") && is.finite(fit$se)) add(name, measure, "MH", fit)
  }
}
for (name in names(rates)) for (measure in c("IRR", "IRD")) {
  d <- rates[[name]]
  if (measure == "IRR") d <- d[d$a > 0 | d$c > 0, ]
  inverse_variance(name, measure, escalc(measure, x1i = a, t1i = n1, x2i = c, t2i = n2, data = d,
                                         add = 1/2, to = "only0", drop00 = FALSE))
}
save(do.call(rbind, lapply(names(c(small, rates)), function(name) {
  table <- c(small, rates)[[name]]
  data.frame(dataset = name, study = seq_len(nrow(table)), lapply(table, exact))
})), "zero_events.csv")
save(do.call(rbind, pools), "zero_events_pools.csv")
