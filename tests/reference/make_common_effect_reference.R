# Expected intervals about the common-effect mean that allow for differences between studies.
#
#   Rscript tests/reference/make_common_effect_reference.R
#
# Reads expected/effects.csv (studies' own effects, of published data sets) and writes
# expected/common_effect.csv. UWLS: lm with weights 1/v. IVhet: metafor's random-effects model of
# DerSimonian and Laird with the common effect's weights. HC: metafor's hc, its root and its
# integrals taken to more digits than by default.
suppressPackageStartupMessages(library(metafor))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
copas <- getS3method("hc", "rma.uni")
exactly <- function(...) stats::integrate(..., rel.tol = 1e-12, subdivisions = 2000)
body(copas) <- do.call(substitute, list(body(copas), list(integrate = exactly)))
effects <- read.csv(file.path(here, "expected", "effects.csv"), stringsAsFactors = FALSE)
effects <- effects[effects$policy %in% c("only0", "") & is.finite(effects$v) & effects$v > 0, ]
names(effects)[names(effects) %in% c("y", "v")] <- c("yi", "vi")
rows <- list()
for (part in split(effects, list(effects$dataset, effects$measure), drop = TRUE)) {
  if (nrow(part) < 2 || nrow(part) > 60) next
  pool <- lm(yi ~ 1, data = part, weights = 1 / vi)
  uwls <- c(coef(summary(pool))[2], confint(pool), coef(summary(pool))[4])
  het <- rma(yi, vi, data = part, weights = 1 / vi, method = "DL")
  limits <- try(copas(rma(yi, vi, data = part, method = "DL"), control = list(tol = 1e-13)),
                silent = TRUE)
  found <- list(UWLS = uwls, IVhet = c(het$se, het$ci.lb, het$ci.ub, het$pval))
  if (!inherits(limits, "try-error")) found$HC <- c(limits$se, limits$ci.lb, limits$ci.ub, NA)
  for (name in names(found))
    rows[[length(rows) + 1]] <- data.frame(
      dataset = part$dataset[1], measure = part$measure[1], k = nrow(part), ci = name,
      t(setNames(sprintf("%.17g", found[[name]]), c("se", "low", "high", "p"))))
}
write.csv(do.call(rbind, rows), file.path(here, "expected", "common_effect.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")
