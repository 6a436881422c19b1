# Expected robust variance estimation with correlated-effects and hierarchical weights.
#
#   Rscript tests/reference/make_rve_reference.R
#
# Reads expected/multilevel_effects.csv (14 published data sets) and writes expected/rve.csv.
# Coefficients, tau2, omega2, I2, and CR2 with its degrees of freedom: robumeta's robu, small = TRUE.
# CR0, CR1 and the test HTZ of both moderators: clubSandwich on the same fit, its working model that
# of robumeta. Moderators: the standard error of an effect, and whether it is its study's first.
suppressPackageStartupMessages({library(robumeta); library(clubSandwich)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
all <- read.csv(file.path(here, "expected", "multilevel_effects.csv"))
written <- function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x))
rows <- list()
for (name in unique(all$dataset)) {
  d <- all[all$dataset == name, ]
  d$size <- sqrt(d$v); d$first <- as.numeric(!duplicated(d$study))
  for (weights in c("CORR", "HIER")) for (rho in c(if (weights == "CORR") c(0.2, 0.8) else 0))
    for (model in c("mean", "moderators")) {
      formula <- if (model == "mean") y ~ 1 else y ~ size + first
      fit <- robu(formula, data = d, studynum = study, var.eff.size = v, modelweights = weights,
                  rho = rho, small = TRUE)
      p <- nrow(fit$reg_table)
      padded <- function(x) c(x, rep(NA, 3 - p))
      values <- c(b = padded(fit$reg_table$b.r), CR2_se = padded(fit$reg_table$SE),
                  CR2_df = padded(fit$reg_table$dfs), CR2_p = padded(fit$reg_table$prob),
                  tau2 = fit$mod_info$tau.sq[1],
                  omega2 = if (weights == "HIER") fit$mod_info$omega.sq[1] else NA,
                  i2 = if (weights == "CORR") fit$mod_info$I.2[1] else NA)
      for (type in c("CR0", "CR1", "CR2")) {
        V <- vcovCR(fit, type = type)
        test <- coef_test(fit, vcov = V, test = "Satterthwaite")
        if (type == "CR2") stopifnot(all.equal(test$SE, fit$reg_table$SE, tolerance = 1e-6),
                                     all.equal(test$df_Satt, fit$reg_table$dfs, tolerance = 1e-6))
        else values <- c(values, setNames(padded(test$SE), paste0(type, "_se", 1:3)),
                         setNames(padded(test$df_Satt), paste0(type, "_df", 1:3)))
        both <- if (model == "mean") rep(NA, 3) else {
          wald <- Wald_test(fit, constraints = constrain_zero(2:3), vcov = V, test = "HTZ")
          c(wald$Fstat, wald$df_denom, wald$p_val)
        }
        values <- c(values, setNames(both, paste0(type, c("_f", "_ddf", "_f_p"))))
      }
      rows[[length(rows) + 1]] <- data.frame(dataset = name, weights = weights, rho = rho,
                                             model = model, t(setNames(written(values),
                                                                       names(values))))
    }
  cat(name, "\n")
}
write.csv(do.call(rbind, rows), file.path(here, "expected", "rve.csv"), quote = FALSE, eol = "\n",
          row.names = FALSE)
