# Pools every table that the printed percentages admit with metafor, and writes the ranges of the
# results to expected/extraction.csv. Reads the raw tables itself, a row an arm; of the alternative
# readings it knows `randomised`. Tables that give a published p-value ("<0.05") of two arms by none
# of R's tests (Fisher, chi-squared with and without correction, logistic regression by Wald and by
# the likelihood ratio) are left out. Run from the project's root: Rscript tests/reference/make_extraction_reference.R
library(metafor)
exact <- list(threshold = 1e-12, tol = 1e-14, tau2.max = 1e6, maxiter = 1e5)

arms_of <- function(outcome, week, reading) {
  found <- list()
  for (folder in list.dirs("data/raw/trials", recursive = FALSE)) {
    if (grepl("_template", folder)) next
    rows <- read.csv(file.path(folder, "results.csv"), colClasses = "character")
    if (is.null(rows$reported_p)) rows$reported_p <- ""
    arms <- read.csv(file.path(folder, "arms.csv"), colClasses = "character")
    rows <- rows[rows$outcome == outcome & rows$week == week & rows$provenance != "missing", ]
    stated <- rows$reported_p[rows$reference_arm_id != ""]
    rows <- rows[rows$reference_arm_id == "", ]
    rows <- rows[rows$reading == "" | rows$reading == reading, ]
    rows <- rows[!(rows$reading == "" & duplicated(rows$arm_id, fromLast = TRUE)), ]
    rows$treatment <- arms$treatment[match(rows$arm_id, arms$arm_id)]
    rows <- rows[rows$treatment %in% c("anakinra", "placebo") & rows$events != "", ]
    if (!nrow(rows)) next
    rows$stated <- if (length(stated)) stated else ""
    found[[basename(folder)]] <- rows
  }
  found
}

number <- function(text, other) as.integer(ifelse(text == "", other, text))

side <- function(rows, treatment) {
  own <- rows[rows$treatment == treatment, ]
  list(range = sum(number(own$events_low, own$events)):sum(number(own$events_high, own$events)),
       total = sum(as.integer(own$total)))
}

gives <- function(stated, a, n1, c, n2) {
  if (!startsWith(stated, "<")) return(TRUE)
  cells <- matrix(c(a, c, n1 - a, n2 - c), 2)
  fit <- suppressWarnings(glm(cells ~ c(1, 0), family = binomial))
  p <- c(fisher.test(cells)$p.value, suppressWarnings(chisq.test(cells, correct = FALSE)$p.value),
         suppressWarnings(chisq.test(cells)$p.value), coef(summary(fit))[2, 4],
         anova(fit, test = "Chisq")[2, 5])
  any(p < as.numeric(substring(stated, 2)))
}

tables_of <- function(outcome, week, reading) {
  trials <- arms_of(outcome, week, reading)
  sides <- unlist(lapply(trials, function(rows)
    list(side(rows, "anakinra"), side(rows, "placebo"))), recursive = FALSE)
  grid <- expand.grid(lapply(sides, `[[`, "range"))
  totals <- sapply(sides, `[[`, "total")
  treated <- seq(1, length(totals), 2)
  stated <- sapply(trials, function(rows) rows$stated[1])
  left <- Filter(function(i) {
    events <- unlist(grid[i, ], use.names = FALSE)
    all(mapply(gives, stated, events[treated], totals[treated], events[-treated], totals[-treated]))
  }, seq_len(nrow(grid)))
  lapply(left, function(i) {
    events <- unlist(grid[i, ], use.names = FALSE)
    list(ai = events[treated], n1i = totals[treated],
         ci = events[-treated], n2i = totals[-treated])
  })
}

fits <- list(
  REML_HKSJ = function(t, measure) rma(measure = measure, ai = t$ai, n1i = t$n1i, ci = t$ci,
    n2i = t$n2i, method = "REML", test = "knha", control = exact),
  MH = function(t, measure) rma.mh(measure = measure, ai = t$ai, n1i = t$n1i, ci = t$ci,
    n2i = t$n2i),
  Peto = function(t, measure) rma.peto(ai = t$ai, n1i = t$n1i, ci = t$ci, n2i = t$n2i)
)

row <- function(id, outcome, week, measure, fit, readings) {
  tables <- unlist(lapply(readings, function(r) tables_of(outcome, week, r)), recursive = FALSE)
  found <- t(sapply(tables, function(t) {
    f <- fits[[fit]](t, measure)
    c(f$beta[1], f$ci.lb, f$ci.ub, f$pval)
  }))
  low <- apply(found, 2, min)
  high <- apply(found, 2, max)
  data.frame(
    outcome = id, fit = fit, tables = length(tables),
    estimate_low = exp(low[1]), estimate_high = exp(high[1]),
    ci_low_low = exp(low[2]), ci_low_high = exp(high[2]),
    ci_high_low = exp(low[3]), ci_high_high = exp(high[3]), p_low = low[4], p_high = high[4],
    above = sum(found[, 2] > 0), below = sum(found[, 3] < 0)
  )
}

both <- c("", "randomised")
out <- rbind(
  row("acr20_w24", "acr20", "24", "RR", "REML_HKSJ", both),
  row("acr20_w24", "acr20", "24", "RR", "MH", both),
  row("acr70_w24", "acr70", "24", "OR", "REML_HKSJ", both),
  row("acr70_w24", "acr70", "24", "OR", "Peto", both),
  row("injection_site_reaction", "injection_site_reaction", "24", "RR", "REML_HKSJ", ""),
  row("injection_site_reaction", "injection_site_reaction", "24", "RR", "MH", "")
)
write.csv(format(out, digits = 15), "tests/reference/expected/extraction.csv", row.names = FALSE, quote = FALSE)
