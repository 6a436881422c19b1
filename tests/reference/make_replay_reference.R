# The review's ACR outcomes at week 24 as of 2004 and as of 2011, pooled by metafor from data/raw, to
# which the replay of the review's history is compared. Run from the project's root:
#   Rscript tests/reference/make_replay_reference.R
suppressMessages(library(metafor))
folders <- list.dirs("data/raw/trials", recursive = FALSE)
folders <- folders[!startsWith(basename(folders), "_")]
one <- function(folder) {
  read <- function(name) read.csv(file.path(folder, name), stringsAsFactors = FALSE)
  rows <- merge(read("results.csv"), read("arms.csv")[, c("arm_id", "treatment")], by = "arm_id")
  rows <- rows[rows$treatment %in% c("anakinra", "placebo") & !is.na(rows$events), ]
  rows <- rows[rows$week %in% 24 & (is.na(rows$reading) | rows$reading == ""), ]
  if (nrow(rows)) {
    cbind(study = basename(folder), year = read("study.csv")$year,
          rows[, c("outcome", "treatment", "events", "total")])
  }
}
rows <- do.call(rbind, lapply(sort(folders), one))
rows <- aggregate(cbind(events, total) ~ study + year + outcome + treatment, rows, sum)
sides <- lapply(c("anakinra", "placebo"), function(name) rows[rows$treatment == name, ])
both <- merge(sides[[1]], sides[[2]], by = c("study", "year", "outcome"))
replay <- function(outcome, measure, year) {
  used <- both[both$outcome == outcome & both$year <= year, ]
  effects <- escalc(measure, ai = events.x, n1i = total.x, ci = events.y, n2i = total.y, data = used)
  fit <- rma(yi, vi, data = effects, method = "REML", test = "knha",
             control = list(threshold = 1e-12, tau2.max = 1e6))
  data.frame(outcome = paste0(outcome, "_w24"), year, k = fit$k,
             participants = sum(used$total.x, used$total.y), estimate = exp(fit$beta[1]),
             ci_low = exp(fit$ci.lb), ci_high = exp(fit$ci.ub), tau2 = fit$tau2, i2 = fit$I2)
}
found <- do.call(rbind, lapply(c(2004, 2011), function(year) {
  rbind(replay("acr20", "RR", year), replay("acr50", "OR", year), replay("acr70", "OR", year))
}))
found[] <- lapply(found, function(x) if (is.numeric(x)) signif(x, 9) else x)
write.csv(found, "tests/reference/expected/replay.csv", row.names = FALSE, quote = FALSE)
