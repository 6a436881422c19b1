# Expected prediction intervals with Kenward and Roger's variance and degrees of freedom less one
# (Partlett and Riley, Stat Med 2017;36:301-17), written out in base R of metafor's REML.
#
#   Rscript tests/reference/make_prediction_reference.R
#
# Reads expected/small_study_data.csv (effects of published data sets) and writes
# expected/prediction.csv beside it.
suppressPackageStartupMessages(library(metafor))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
data <- read.csv(file.path(here, "expected", "small_study_data.csv"))
rows <- lapply(split(data, data$dataset), function(part) {
  fit <- rma(y, v, data = part, method = "REML",
             control = list(threshold = 1e-13 * median(part$v), maxiter = 5000, stepadj = 0.5,
                            tau2.max = 1e6))
  w <- 1 / (part$v + fit$tau2)
  information <- sum(w^2) / 2 - sum(w^3) / sum(w) + (sum(w^2) / sum(w))^2 / 2
  spread <- sum(w^3) / sum(w) - (sum(w^2) / sum(w))^2
  variance <- (1 + 2 * spread / information) / sum(w)
  df <- 2 * information / (variance * sum(w^2))^2 - 1
  half <- qt(0.975, df) * sqrt(fit$tau2 + variance)
  data.frame(dataset = part$dataset[1], tau2 = sprintf("%.17g", fit$tau2),
             low = sprintf("%.17g", fit$beta[1] - half), high = sprintf("%.17g", fit$beta[1] + half))
})
write.csv(do.call(rbind, rows), file.path(here, "expected", "prediction.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")
