# Expected predictions of single studies' true effects by metafor's blup, of pools and of
# regressions on a study's place.
#
#   Rscript tests/reference/make_blups_reference.R
#
# Reads expected/small_study_data.csv (effects of published data sets) and writes
# expected/blups.csv beside it.
suppressPackageStartupMessages(library(metafor))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
data <- read.csv(file.path(here, "expected", "small_study_data.csv"))
rows <- lapply(split(data, data$dataset), function(part) {
  part$place <- seq_len(nrow(part))
  one <- function(model, formula, method, test) {
    fit <- rma(y, v, mods = formula, data = part, method = method, test = test,
               control = list(threshold = 1e-13 * median(part$v), maxiter = 10000, stepadj = 0.5,
                              tau2.max = 1e6))
    found <- as.data.frame(blup(fit))
    data.frame(dataset = part$dataset[1], model = model, method = method, test = test,
               place = part$place,
               sapply(found[c("pred", "se", "pi.lb", "pi.ub")], sprintf, fmt = "%.15g"))
  }
  rbind(one("pool", ~ 1, "REML", "z"), one("pool", ~ 1, "DL", "knha"),
        one("regression", ~ place, "REML", "knha"))
})
found <- do.call(rbind, rows)
found <- found[found$place <= 12, ]  # the first studies say it
write.csv(found, file.path(here, "expected", "blups.csv"), row.names = FALSE, quote = FALSE,
          eol = "\n")
