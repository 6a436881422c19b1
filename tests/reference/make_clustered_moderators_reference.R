# Expected three-level regressions on moderators, of published data sets.
#
#   Rscript tests/reference/make_clustered_moderators_reference.R
#
# Reads expected/multilevel_effects.csv (14 data sets) and writes expected/clustered_moderators.csv.
# Moderators: the standard error of an effect, and whether it is its study's first. Fits: metafor's
# rma.mv, the variances brought to a root of the derivatives (three_level_fits.R). Tests: robust with
# clubSandwich = TRUE (coefficients, and HTZ of both moderators), its predictions at the mean standard
# error and at a tenth more for a first effect, and clubSandwich's linear_contrast of these two.
# Without an intercept in the table, variance inflation factors are those of metafor's vif.
suppressPackageStartupMessages({library(metafor); library(clubSandwich)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "three_level_fits.R"))
all <- read.csv(file.path(here, "expected", "multilevel_effects.csv"))
numbered <- function(name, x) setNames(as.numeric(x), paste0(name, seq_along(x)))
rows <- list()
for (name in unique(all$dataset)) {
  d <- all[all$dataset == name, ]
  d$yi <- d$y; d$vi <- d$v; d$effect <- seq_len(nrow(d))
  d$size <- sqrt(d$v); d$first <- as.numeric(!duplicated(d$study))
  X <- cbind(1, d$size, d$first)
  at <- rbind(c(mean(d$size), 0), c(1.1 * mean(d$size), 1))
  for (case in list(c("REML", 0), c("REML", 0.6), c("ML", 0))) {
    method <- case[1]; rho <- as.numeric(case[2]); V <- block(d, rho)
    sigma2 <- found(d, rho, method, X)
    fit <- rma.mv(yi, V, mods = ~ size + first, random = ~ 1 | study/effect, data = d,
                  method = method, sigma2 = sigma2)
    W <- solve(V); P <- W - W %*% X %*% solve(t(X) %*% W %*% X) %*% t(X) %*% W
    typical <- (fit$k - fit$p) / sum(diag(P))
    values <- c(numbered("b", fit$beta), numbered("z_se", fit$se), numbered("z_p", fit$pval),
                z_qm = fit$QM, z_qm_p = fit$QMp, between = sigma2[1], within = sigma2[2],
                qe = fit$QE, qe_p = fit$QEp, i2 = 100 * sum(sigma2) / (sum(sigma2) + typical),
                loglik = as.numeric(logLik(fit)),
                numbered("vif", vif(fit, btt = list(2, 3))$vif |> sapply(function(one) one$vif)))
    for (type in c("CR0", "CR1", "CR2")) {
      robust <- robust(fit, cluster = d$study, clubSandwich = TRUE, vcov = type)
      test <- Wald_test(fit, constraints = constrain_zero(2:3), cluster = d$study,
                        vcov = vcovCR(fit, cluster = d$study, type = type), test = "HTZ")
      values <- c(values, setNames(c(
        robust$se, robust$ddf, robust$pval, robust$ci.lb, robust$ci.ub, test$Fstat, test$df_denom,
        test$p_val), paste0(type, "_", c(paste0(rep(c("se", "df", "p", "low", "high"), each = 3), 1:3),
                                       "f", "ddf", "f_p"))))
    }
    future <- predict(robust, newmods = at)
    between <- linear_contrast(fit, vcov = "CR2", cluster = d$study,
                               contrasts = matrix(c(0, at[1, ] - at[2, ]), 1))
    values <- c(values, numbered("predicted", future$pred), numbered("ci_low", future$ci.lb),
                numbered("ci_high", future$ci.ub), numbered("pi_low", future$pi.lb),
                numbered("pi_high", future$pi.ub), contrast = between$Est,
                contrast_se = between$SE, contrast_df = between$df)
    rows[[length(rows) + 1]] <- data.frame(dataset = name, method = method, rho = rho,
                                           quantity = names(values),
                                           value = sprintf("%.17g", values))
  }
  cat(name, "\n")
}
write.csv(do.call(rbind, rows), file.path(here, "expected", "clustered_moderators.csv"),
          quote = FALSE, eol = "\n", row.names = FALSE)
