# The same work by a fair R peer: reads the raw tables of a review, pools each outcome by metafor in
# every way that was asked for, and writes an estimates table and a forest plot for each.
#
#   Rscript peer.R <data/raw> <outcomes.csv> <folder> [outcome ...]
#
# outcomes.csv (made by bench_review.py from config.yaml): id, label, outcome, week, reading, measure,
# models ("random", "MH", "Peto", joined by ";"), intervention and control (treatments, joined by ";").
suppressPackageStartupMessages(library(metafor))
arguments <- commandArgs(TRUE)
raw <- arguments[1]
specs <- read.csv(arguments[2], na.strings = "", colClasses = "character")
target <- arguments[3]
if (length(arguments) > 3) specs <- specs[specs$id %in% arguments[-(1:3)], ]

read_table <- function(folder, name) {
  table <- read.csv(file.path(folder, name), na.strings = "", colClasses = "character")
  table$study <- basename(folder)
  table
}
folders <- sort(list.dirs(file.path(raw, "trials"), recursive = FALSE))
folders <- folders[!startsWith(basename(folders), "_")]
studies <- do.call(rbind, lapply(folders, read_table, "study.csv"))
columns <- c("study", "outcome", "week", "reading", "arm_id", "events", "total", "provenance")
results <- do.call(rbind, lapply(folders, function(f) {
  rows <- read_table(f, "results.csv")[columns]
  arms <- read_table(f, "arms.csv")
  rows$treatment <- arms$treatment[match(rows$arm_id, arms$arm_id)]
  rows
}))
results <- results[results$study %in% studies$study[studies$status == "included"], ]
same <- function(a, b) (is.na(a) & is.na(b)) | (!is.na(a) & !is.na(b) & a == b)

# One row a trial: events and totals of each side, arms added up, a named reading before the blank one.
tables_of <- function(spec) {
  rows <- results[same(results$outcome, spec$outcome) & same(results$week, spec$week), ]
  rows <- rows[is.na(rows$reading) | same(rows$reading, spec$reading), ]
  rows <- rows[order(is.na(rows$reading)), ]
  rows <- rows[!duplicated(rows[c("study", "arm_id")]), ]
  rows <- rows[!is.na(rows$events) & !is.na(rows$total), ]
  side <- function(treatments) {
    mine <- rows[rows$treatment %in% strsplit(treatments, ";")[[1]], ]
    if (nrow(mine) == 0) return(NULL)
    aggregate(cbind(as.numeric(events), as.numeric(total)) ~ study, mine, sum)
  }
  a <- side(spec$intervention)
  b <- side(spec$control)
  if (is.null(a) || is.null(b)) return(data.frame())
  both <- merge(a, b, by = "study")
  names(both) <- c("study", "ai", "n1i", "ci", "n2i")
  both$label <- studies$label[match(both$study, studies$study)]
  both[both$ai + both$ci > 0, ]
}

fit <- function(d, model, measure) {
  if (model == "MH") return(rma.mh(ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = d, measure = measure, slab = label))
  if (model == "Peto") return(rma.peto(ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = d, slab = label))
  d <- escalc(measure = measure, ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = d)
  # Where metafor's own steps do not converge, shorter ones do.
  own <- function(...) rma(yi, vi, data = d, method = "REML", test = "knha", slab = label, ...)
  tryCatch(own(), error = function(e) own(control = list(stepadj = 0.5, maxiter = 10000)))
}

estimates <- list()
for (i in seq_len(nrow(specs))) {
  spec <- specs[i, ]
  d <- tables_of(spec)
  if (nrow(d) == 0) next
  for (model in strsplit(spec$models, ";")[[1]]) {
    found <- fit(d, model, spec$measure)
    if (model == "random") {
      first <- found
      bounds <- if (nrow(d) > 2) predict(found, transf = exp) else list(pi.lb = NA, pi.ub = NA)
    }
    estimates[[length(estimates) + 1]] <- data.frame(
      outcome = spec$id, model = model, k = found$k, estimate = exp(coef(found)[[1]]),
      ci_low = exp(found$ci.lb), ci_high = exp(found$ci.ub), p = found$pval, q = found$QE,
      tau2 = if (is.null(found$tau2)) NA else found$tau2, i2 = found$I2,
      pi_low = bounds$pi.lb, pi_high = bounds$pi.ub)
  }
  svg(file.path(target, paste0(spec$id, ".svg")), width = 7, height = 2 + 0.25 * nrow(d))
  forest(first, transf = exp, refline = 1, header = TRUE, showweights = TRUE, addpred = nrow(d) > 2,
         ilab = as.matrix(d[c("ai", "n1i", "ci", "n2i")]), ilab.xpos = c(-6, -5, -4, -3),
         xlim = c(-12, 8), mlab = "Random effects (REML, HKSJ)", xlab = spec$label)
  invisible(dev.off())
}
write.csv(do.call(rbind, estimates), file.path(target, paste0("estimates", if (length(arguments) > 3) arguments[4], ".csv")),
          row.names = FALSE)
