# Expected location-scale models by metafor's rma with a formula for the scale (log link), of each
# data set by ML and REML: the scale on standard errors, and on these and on a study's place, the
# location on nothing or on the place. metafor's optimiser stops up to 1e-3 of a coefficient short of
# the top, so that it begins once more where Newton's steps by numDeriv lead from there. What has no
# maximum is left out.
#
#   Rscript tests/reference/make_location_scale_reference.R
#
# Reads expected/small_study_data.csv (effects of published data sets) and writes
# expected/location_scale.csv beside it.
suppressPackageStartupMessages(library(metafor))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
data <- read.csv(file.path(here, "expected", "small_study_data.csv"))
control <- list(optimizer = "nlminb", iter.max = 5000, eval.max = 5000)
top <- function(fit) {
  height <- function(a) {
    w <- 1 / (fit$vi + drop(exp(fit$Z %*% a)))
    cross <- crossprod(fit$X, w * fit$X)
    r <- fit$yi - fit$X %*% solve(cross, crossprod(fit$X, w * fit$yi))
    (sum(log(w)) - sum(w * r^2) - (fit$method == "REML") * determinant(cross)$modulus) / 2
  }
  a <- drop(fit$alpha)
  for (step in 1:4) a <- a - solve(numDeriv::hessian(height, a), numDeriv::grad(height, a))
  a
}
rows <- lapply(split(data, data$dataset), function(part) {
  part$se <- 10 * sqrt(part$v)
  part$place <- seq_len(nrow(part)) / 10
  one <- function(model, mods, scale, method, test) {
    climbed <- function(control)
      suppressWarnings(try(rma(y, v, mods = mods, scale = scale, data = part, method = method,
                               test = test, control = control), silent = TRUE))
    fit <- climbed(control)
    if (inherits(fit, "try-error") || anyNA(fit$va) || max(abs(fit$alpha)) > 15) return(NULL)
    fit <- climbed(c(control, list(alpha.init = top(fit))))
    if (inherits(fit, "try-error") || anyNA(fit$va)) return(NULL)
    number <- function(x) sprintf("%.12g", x)
    row <- function(name, estimate, se, p) data.frame(name, number(estimate), number(se), number(p))
    found <- rbind(row(paste0("b", seq_along(fit$beta)), fit$beta, fit$se, fit$pval),
                   row(paste0("a", seq_along(fit$alpha)), fit$alpha, fit$se.alpha, fit$pval.alpha),
                   row("QS", fit$QS, NA, fit$QSp), row("logLik", logLik(fit), NA, NA))
    names(found) <- c("name", "estimate", "se", "p")
    cbind(dataset = part$dataset[1], model = model, method = method, test = test, found)
  }
  rbind(one("se", ~ 1, ~ se, "REML", "z"), one("se", ~ 1, ~ se, "ML", "knha"),
        one("se place", ~ 1, ~ se + place, "REML", "knha"),
        one("place se", ~ place, ~ se, "REML", "z"))
})
write.csv(do.call(rbind, rows), file.path(here, "expected", "location_scale.csv"),
          row.names = FALSE, quote = FALSE, eol = "\n")
