# Expected p-values of exact permutation tests by metafor's permutest: of pools of the first seven
# studies (all signs), and of regressions of the first five on their place and on whether it is odd
# (all orders that differ).
#
#   Rscript tests/reference/make_permutation_reference.R
#
# Reads expected/small_study_data.csv (effects of published data sets) and writes
# expected/permutation.csv beside it.
suppressPackageStartupMessages(library(metafor))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
data <- read.csv(file.path(here, "expected", "small_study_data.csv"))
rows <- lapply(head(split(data, data$dataset), 12), function(part) {
  part$place <- seq_len(nrow(part))
  part$odd <- part$place %% 2
  one <- function(model, formula, k, method, test) {
    fit <- rma(y, v, mods = formula, data = head(part, k), method = method, test = test,
               control = list(threshold = 1e-12 * median(part$v), maxiter = 10000, stepadj = 0.5,
                              tau2.max = 1e6))
    found <- permutest(fit, exact = TRUE, progbar = FALSE)
    data.frame(dataset = part$dataset[1], model = model, k = k, method = method, test = test,
               permutations = length(found$QM.perm),
               name = c(rownames(found$beta), "omnibus"),
               p = sprintf("%.15g", c(found$pval, found$QMp)))
  }
  rbind(one("pool", ~ 1, 7, "DL", "z"), one("pool", ~ 1, 7, "REML", "knha"),
        one("odd", ~ odd, 6, "REML", "knha"), one("place", ~ place, 5, "DL", "z"))
})
write.csv(do.call(rbind, rows), file.path(here, "expected", "permutation.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")
