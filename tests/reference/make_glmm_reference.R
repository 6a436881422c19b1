# Expected values of the binomial-normal models, by metafor with lme4 and BiasedUrn.
#
#   Rscript tests/reference/make_glmm_reference.R
#
# writes expected/glmm.csv beside itself. Fits that fail, or whose standard error is next to nothing
# (hahn2001, CM.EL: 5.6e-7), are left out. UM.RS is fitted by Laplace's approximation, as lme4 has
# nothing else for two random effects; optimised further than by default.

suppressPackageStartupMessages(library(metafor))

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
counts <- read.csv(file.path(here, "expected", "counts.csv"))
rows <- list()
exact <- function(x) sprintf("%.17g", x)
for (name in c("bcg", "collins1985b", "hahn2001", "lee2004", "nielweise2007", "egger2001")) {
  table <- subset(counts, dataset == name)
  table <- subset(table, !(a == 0 & c == 0) & !(a == n1 & c == n2))
  for (model in c("UM.FS", "UM.RS", if (name != "egger2001") "CM.EL")) {
    fit <- try(suppressWarnings(do.call(rma.glmm, c(
      list(measure = "OR", ai = table$a, n1i = table$n1, ci = table$c, n2i = table$n2),
      model = model, if (model == "UM.FS") list(nAGQ = 25),
      if (model == "UM.RS") list(control = list(glmerCtrl = list(
        optimizer = "bobyqa", tolPwrss = 1e-12, optCtrl = list(rhoend = 1e-10))))))),
      silent = TRUE)
    if (!inherits(fit, "try-error") && fit$se > 1e-3) {
      rows[[length(rows) + 1]] <- data.frame(dataset = name, model,
                                             mean = exact(fit$beta[1]), se = exact(fit$se),
                                             tau2 = exact(fit$tau2),
                                             sigma2 = if (model == "UM.RS") exact(fit$sigma2) else "")
    }
  }
}
write.csv(do.call(rbind, rows), file.path(here, "expected", "glmm.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")
