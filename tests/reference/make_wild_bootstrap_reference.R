# Expected p-values of wild cluster bootstraps in which all signs are made, by fits in R.
#
#   Rscript tests/reference/make_wild_bootstrap_reference.R
#
# Reads expected/multilevel_effects.csv (published data sets), of each the first six studies, and
# writes expected/wild_bootstrap.csv: tests of the mean and of the change with an effect's standard
# error. To the fitted values of the model without what is tested its residuals are added with each
# choice of the studies' signs, robumeta's robu (or metafor's rma.mv at a verified maximum, of three
# data sets) fits the whole model anew, and Wald's statistic takes clubSandwich's covariance.
suppressPackageStartupMessages({library(robumeta); library(metafor); library(clubSandwich)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "three_level_fits.R"))
all <- read.csv(file.path(here, "expected", "multilevel_effects.csv"))
robust <- function(model) function(d, y, X) {
  d$yi <- y
  fit <- robu(yi ~ 0 + X, data = d, studynum = study, var.eff.size = v,
              modelweights = sub("RVE-", "", model), rho = 0.8, small = TRUE)
  list(b = fit$reg_table$b.r, fit = fit)
}
three_level <- function(d, y, X) {
  d$yi <- y; d$vi <- d$v; d$effect <- seq_len(nrow(d))
  sigma2 <- found(d, 0, "REML", X)
  fit <- rma.mv(yi, block(d, 0), mods = X, intercept = FALSE, random = ~ 1 | study/effect, data = d,
                sigma2 = sigma2)
  list(b = as.numeric(fit$beta), fit = fit)
}
test <- function(d, fitter, X, place, type) {
  statistic <- function(y) {
    one <- fitter(d, y, X)
    V <- if (inherits(one$fit, "robu")) vcovCR(one$fit, type = type) else
      vcovCR(one$fit, cluster = d$study, type = type)
    one$b[place]^2 / as.matrix(V)[place, place]
  }
  null <- if (ncol(X) == 1) 0 * d$y else {
    rest <- X[, -place, drop = FALSE]
    as.numeric(rest %*% fitter(d, d$y, rest)$b)
  }
  studies <- unique(d$study)
  signs <- as.matrix(expand.grid(rep(list(c(1, -1)), length(studies))))
  made <- apply(signs, 1, function(one)
    statistic(null + one[match(d$study, studies)] * (d$y - null)))
  c(p = mean(made >= made[1] * (1 - 1e-8)), permutations = length(made))
}
rows <- list()
for (name in unique(all$dataset)) {
  whole <- all[all$dataset == name, ]
  for (model in c("RVE-CORR", "RVE-HIER", "three_level")) {
    few <- model == "three_level"
    if (few && !name %in% c("knapp2017", "cohen1981", "riley2003")) next
    d <- whole[whole$study %in% unique(whole$study)[seq_len(if (few) 5 else 6)], ]
    if (!any(duplicated(d$study))) next
    fitter <- if (few) three_level else robust(model)
    for (type in if (model == "RVE-CORR") c("CR0", "CR2") else "CR2")
      for (tested in c("mean", "slope")) {
        X <- if (tested == "mean") cbind(rep(1, nrow(d))) else cbind(1, sqrt(d$v))
        if (qr(X)$rank < ncol(X)) next
        values <- test(d, fitter, X, ncol(X), type)
        rows[[length(rows) + 1]] <- data.frame(dataset = name, model = model, type = type,
                                               tested = tested, t(values))
      }
  }
  cat(name, "\n")
}
write.csv(do.call(rbind, rows), file.path(here, "expected", "wild_bootstrap.csv"), quote = FALSE,
          eol = "\n", row.names = FALSE)
